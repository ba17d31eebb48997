"""Shifts that are alike, as arrays: what a search for routes needs to know of a problem.

Takes a problem, gives its classes of shifts. Two shifts are of one class when no route tells them
apart: the same worth of every visit, the same places and length, and the same windows counted from
the shift's start. A week of one officer has few classes, and each is searched once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse.csgraph import floyd_warshall

from geo_risk.visits.problem import NO_WAY, Candidate, Problem, Shift

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Seconds = NDArray[np.int32]

_FAR = 1 << 40


@dataclass(frozen=True, eq=False)
class ShiftClass:
    """Shifts that no route tells apart.

    Parameters
    ----------
    shift_ids
        Which, in the problem's order.
    length_s
        From start to end.
    worth
        (candidates,): what a visit brings; -1 where it cannot take place.
    out_s, home_s
        int32 (candidates,): from where the shift starts, to where it ends; `NO_WAY`.
    first, opens_s, closes_s
        Windows of candidate i, counted from the shift's start and cut to it, by time: rows
        first[i] to first[i + 1] of the other two.
    """

    shift_ids: tuple[str, ...]
    length_s: int
    worth: Floats
    out_s: Seconds
    home_s: Seconds
    first: Integers
    opens_s: Integers
    closes_s: Integers

    @property
    def size(self) -> int:
        """How many shifts it has."""
        return len(self.shift_ids)


def classes_of(problem: Problem) -> tuple[ShiftClass, ...]:
    """Sort the shifts into classes, in the order of their first shifts.

    Windows are exact: several of one candidate within one shift stay several.
    """
    worths: dict[tuple[str, tuple[str, ...]], Floats] = {}
    alike: dict[object, list[Shift]] = {}
    windowed = [i for i, one in enumerate(problem.candidates) if one.windows]
    for shift in problem.shifts:
        key = (shift.officer_id, shift.zone_ids)
        if key not in worths:
            worths[key] = np.array([_worth(problem, one, shift) for one in problem.candidates])
        worth = worths[key]
        cuts = tuple((i, _cut(problem.candidates[i], shift)) for i in windowed if worth[i] >= 0)
        length = shift.end_s - shift.start_s
        sign = (worth.tobytes(), shift.begin_place, shift.end_place, length, cuts)
        alike.setdefault(sign, []).append(shift)
    return tuple(
        _class(problem, some, worths[some[0].officer_id, some[0].zone_ids])
        for some in alike.values()
    )


def ways_of(problem: Problem) -> Seconds:
    """Give the travel times between candidates, int32 (candidates, candidates)."""
    places = np.array([-1 if one.place is None else one.place for one in problem.candidates], int)
    ways = problem.travel_s[np.ix_(places, places)].astype(np.int32)
    ways[places < 0, :] = NO_WAY
    ways[:, places < 0] = NO_WAY
    return np.ascontiguousarray(ways)


def bridged(ways: Seconds, service: Integers) -> Seconds:
    """Shorten ways by passing through other visits, their time included.

    A visit that brings nothing may still be worth making where the way past it is shorter than the
    way without it, or is the only one. With ways bridged, such a visit can be left out of a route
    without losing time: what holds for the bridged ways holds for the others (a relaxation).

    Returns
    -------
    ndarray
        `ways` itself where nothing is shortened, as in every matrix of shortest ways.
    """
    n = len(ways)
    if n < 3:
        return ways
    long = np.where(ways < 0, _FAR, ways.astype(np.int64))
    np.fill_diagonal(long, _FAR)
    least = service.min() + long.min(axis=0)
    if not np.any((long > long.min(axis=1)[:, None] + least) & ~np.eye(n, dtype=bool)):
        return ways
    # Going on from a visit costs its time, but the first one's is not part of the way.
    costs = np.minimum(long + service[:, None], _FAR).astype(float)
    np.fill_diagonal(costs, 0.0)
    shortest = floyd_warshall(costs) - service[:, None]
    short = np.where(shortest >= _FAR // 2, NO_WAY, shortest).astype(np.int32)
    np.fill_diagonal(short, np.diagonal(ways))
    return ways if np.array_equal(short, ways) else np.ascontiguousarray(short)


def bridged_ends(one: ShiftClass, ways: Seconds, service: Integers) -> ShiftClass:
    """Shorten the ways from the start and to the end of a class in the same manner."""
    long = np.where(ways < 0, _FAR, ways.astype(np.int64))
    out, home = (
        np.where(some < 0, _FAR, some.astype(np.int64)) for some in (one.out_s, one.home_s)
    )
    through = (out + service)[:, None] + long
    back = long + (service + home)[None, :]
    out = np.minimum(out, through.min(axis=0, initial=_FAR))
    home = np.minimum(home, back.min(axis=1, initial=_FAR))
    return replace(
        one,
        out_s=np.where(out >= _FAR, NO_WAY, out).astype(np.int32),
        home_s=np.where(home >= _FAR, NO_WAY, home).astype(np.int32),
    )


def _worth(problem: Problem, one: Candidate, shift: Shift) -> float:
    return -1.0 if one.place is None else problem.worth(one, shift)


def _cut(one: Candidate, shift: Shift) -> tuple[tuple[int, int], ...]:
    length = shift.end_s - shift.start_s
    cut = (
        (max(begin - shift.start_s, 0), min(end - shift.start_s, length))
        for begin, end in one.windows
    )
    kept = sorted((begin, end) for begin, end in cut if begin <= end)
    return ((0, length),) if kept and kept[0] == (0, length) else tuple(kept)


def _class(problem: Problem, shifts: list[Shift], worth: Floats) -> ShiftClass:
    shift, travel = shifts[0], problem.travel_s
    length = shift.end_s - shift.start_s
    worth = worth.copy()
    first, rows = [0], list[tuple[int, int]]()
    out, home = np.full(len(worth), NO_WAY, np.int32), np.full(len(worth), NO_WAY, np.int32)
    for i, one in enumerate(problem.candidates):
        windows = _cut(one, shift) if one.windows else ((0, length),)
        if not windows or one.service_s > length:
            worth[i] = -1.0
        rows += windows
        first.append(len(rows))
        if one.place is not None:
            out[i], home[i] = (
                travel[shift.begin_place, one.place],
                travel[one.place, shift.end_place],
            )
    table = np.array(rows, np.int64).reshape(-1, 2)
    return ShiftClass(
        shift_ids=tuple(one.id for one in shifts),
        length_s=length,
        worth=worth,
        out_s=out,
        home_s=home,
        first=np.array(first, np.int64),
        opens_s=np.ascontiguousarray(table[:, 0]),
        closes_s=np.ascontiguousarray(table[:, 1]),
    )
