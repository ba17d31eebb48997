"""A planning problem as plain arrays, as the compiled search reads it; routes there and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.visits.loops import NEVER, Case
from geo_risk.visits.problem import Candidate, Problem, Shift, Tier

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Shorts = NDArray[np.int32]

_NEIGHBOURS = 40


@dataclass(frozen=True, eq=False)
class Arrays:
    """A problem in the numbers of its candidates and shifts.

    Parameters
    ----------
    ids
        Of the candidates that could be in some shift; their numbers are rows below.
    shift_ids
        Of the shifts.
    worth, bonus
        float64 (candidates, shifts): value of a visit in a shift, negative where it may not be;
        `bonus` counts what its tier adds, so that no lower tier outweighs a higher.
    place, service
        int32 (candidates,): row of the matrix; seconds.
    travel
        int32 (places, places).
    low, high
        int32 (candidates, shifts): first and last start; low > high where there is none. Of
        several windows within one shift the widest.
    frames
        int32 (shifts, 4): begin, end, begin place, end place.
    near
        int32 (candidates, k): the nearest others by travel there and back.
    """

    ids: tuple[str, ...]
    shift_ids: tuple[str, ...]
    worth: Floats
    bonus: Floats
    place: Shorts
    service: Shorts
    travel: Shorts
    low: Shorts
    high: Shorts
    frames: Shorts
    near: Shorts

    @property
    def case(self) -> Case:
        """The problem as the loops read it; worth counts tiers."""
        return Case(
            self.bonus, self.place, self.service, self.travel, self.low, self.high, self.frames,
            self.near,
        )  # fmt: skip

    @property
    def longest(self) -> int:
        """No route has more visits: the quickest ones, one after the other."""
        frame = int((self.frames[:, 1] - self.frames[:, 0]).max(initial=0))
        together = np.cumsum(np.sort(self.service.astype(np.int64)))
        return int(np.searchsorted(together, frame, side="right")) + 1


def make_arrays(problem: Problem) -> Arrays:
    """Write a problem as arrays; candidates that fit in no shift are left out."""
    shifts = problem.shifts
    placed = [one for one in problem.candidates if one.place is not None]
    worth = _worth(problem, placed)
    low, high = _windows(placed, shifts)
    possible = (worth >= 0) & (low <= high)
    keep = np.flatnonzero(possible.any(axis=1))
    worth = np.where(possible, worth, -1.0)[keep]
    kept = [placed[k] for k in keep]
    tiers = np.array([int(one.tier) for one in kept], dtype=np.int64)
    bonus = np.where(worth >= 0, worth + _tier_bonus(worth, tiers)[:, None], -1.0)
    place = np.array([one.place for one in kept], dtype=np.int32)
    travel = np.ascontiguousarray(problem.travel_s, dtype=np.int32)
    return Arrays(
        ids=tuple(one.id for one in kept),
        shift_ids=tuple(one.id for one in shifts),
        worth=worth,
        bonus=bonus,
        place=place,
        service=np.array([one.service_s for one in kept], dtype=np.int32),
        travel=travel,
        low=low[keep],
        high=np.where(worth >= 0, high[keep], -1).astype(np.int32),
        frames=np.array(
            [(one.start_s, one.end_s, one.begin_place, one.end_place) for one in shifts],
            dtype=np.int32,
        ).reshape(len(shifts), 4),
        near=_near(place, travel),
    )


def read_orders(arrays: Arrays, orders: Mapping[str, Sequence[str]]) -> tuple[Shorts, Shorts]:
    """Write routes given by ids as numbers: (shifts, longest) and (shifts,)."""
    number = {one: k for k, one in enumerate(arrays.ids)}
    routes = np.full((len(arrays.shift_ids), arrays.longest), -1, dtype=np.int32)
    lengths = np.zeros(len(arrays.shift_ids), dtype=np.int32)
    for row, shift in enumerate(arrays.shift_ids):
        visits = [number[one] for one in orders.get(shift, ()) if one in number]
        routes[row, : len(visits)] = visits
        lengths[row] = len(visits)
    return routes, lengths


def write_orders(arrays: Arrays, routes: Shorts, lengths: Shorts) -> dict[str, tuple[str, ...]]:
    """Write routes given by numbers as ids."""
    return {
        shift: tuple(arrays.ids[one] for one in routes[row, : lengths[row]])
        for row, shift in enumerate(arrays.shift_ids)
    }


def _worth(problem: Problem, candidates: Sequence[Candidate]) -> Floats:
    """Worth by officer, then by shift: shifts of one officer and zones are alike."""
    kinds: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for column, shift in enumerate(problem.shifts):
        kinds.setdefault((shift.officer_id, shift.zone_ids), []).append(column)
    worth = np.full((len(candidates), len(problem.shifts)), -1.0)
    for columns in kinds.values():
        shift = problem.shifts[columns[0]]
        each = np.array([problem.worth(one, shift) for one in candidates])
        worth[:, columns] = each[:, None]
    return worth


def _windows(candidates: Sequence[Candidate], shifts: Sequence[Shift]) -> tuple[Shorts, Shorts]:
    begin = np.array([one.start_s for one in shifts], dtype=np.int32)
    end = np.array([one.end_s for one in shifts], dtype=np.int32)
    low = np.tile(begin, (len(candidates), 1))
    service = np.array([one.service_s for one in candidates], dtype=np.int32)
    high = np.tile(end, (len(candidates), 1)) - service[:, None]
    for row, one in enumerate(candidates):
        if one.windows:
            cuts = [
                (np.maximum(low[row], first), np.minimum(high[row], last))
                for first, last in one.windows
            ]
            lows, highs = (np.stack(some) for some in zip(*cuts, strict=True))
            widest = (highs.astype(np.int64) - lows).argmax(axis=0)
            every = np.arange(len(shifts))
            low[row], high[row] = lows[widest, every], highs[widest, every]
    return low.astype(np.int32), high.astype(np.int32)


def _tier_bonus(worth: Floats, tiers: NDArray[np.int64]) -> Floats:
    """Give what a tier adds: more than everything of the tiers below it together."""
    best = worth.max(axis=1, initial=0.0)
    bonus, below = np.zeros(len(tiers)), 0.0
    for tier in Tier:
        of_it = tiers == tier
        if tier != Tier.OPTIONAL and of_it.any():
            bonus[of_it] = below + 1.0
        below += float((best + bonus)[of_it].sum())
    return bonus


def _near(place: Shorts, travel: Shorts) -> Shorts:
    many = min(_NEIGHBOURS, len(place) - 1)
    if many < 1:
        return np.zeros((len(place), 0), dtype=np.int32)
    ways = np.where(travel < 0, NEVER // 4, travel).astype(np.int64)
    apart = (ways + ways.T)[np.ix_(place, place)]
    np.fill_diagonal(apart, np.iinfo(np.int64).max)
    nearest = np.argsort(apart, axis=1, kind="stable")[:, :many]
    return np.ascontiguousarray(nearest, dtype=np.int32)
