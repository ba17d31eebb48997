"""Routes that would improve a packing: the best ones of a class of shifts at given prices.

Takes a price for each visit, gives routes whose worth exceeds their prices by more than a floor,
and a bound that no route of the class exceeds. Visits that no such route can hold are put aside
first, by the same knapsack that cuts off labels in `columns`. The threshold comes down from the
knapsack's bound, because labels are few as long as it is high.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.visits.columns import (
    Labels,
    Visits,
    choose_routes,
    fill_knapsack,
    find_routes,
)
from geo_risk.visits.shift_classes import (
    ShiftClass,
    bridged,
    bridged_ends,
    classes_of,
    ways_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from geo_risk.visits.problem import Problem

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Seconds = NDArray[np.int32]

NEIGHBOURS = 6  # that a visit remembers from the first; more are added where routes turn in circles
MOST_NEIGHBOURS = 12
_UNITS = 1000  # at most, of the knapsack's time
_FAR = 1 << 40
_STEP = 0.985  # from one threshold to the next, at first
_FEW_LABELS = 50_000  # up to them, the next threshold may be further down
_QUICK_VISITS = 120  # that a quick search looks at, those that the best routes may hold
_WITHIN, _QUICK_WITHIN = 0.98, 0.96  # of the best route's gain: what else is told
_SHARED = 2.0  # times that the visits of a route may be in better ones, on average
_MOST_ROUTES = 40


@dataclass(frozen=True)
class Found:
    """What a search gave.

    Parameters
    ----------
    bound
        No route of the class gains more, where the search was exact.
    routes
        Candidates by number in order, best first; one may come twice where the search was exact.
    whole
        False: there was no room or time for all labels; the bound is looser.
    labels
        How many the last threshold took.
    """

    bound: float
    routes: tuple[tuple[int, ...], ...] = ()
    whole: bool = True
    labels: int = 0


class Room:
    """The memory that one search at a time works in."""

    def __init__(self, labels: int = 1 << 21, ends: int = 1 << 16) -> None:
        """Set it aside."""
        self.head = np.empty(0, np.int32)
        self.front = np.empty((0, 0))
        self.node, self.memory, self.parent, self.after = (
            np.empty(labels, np.int32) for _ in range(4)
        )
        self.got = np.empty(labels)
        self.ends = np.empty(ends, np.int32)

    def labels(self, length: int, n: int, bits: int) -> Labels:
        """Give room for the labels of n visits in a shift of a length."""
        if len(self.head) < length + 1:
            self.head = np.empty(length + 1, np.int32)
        if self.front.shape[0] < n or self.front.shape[1] != 1 << bits:
            self.front = np.empty((n, 1 << bits))
        return Labels(
            head=self.head,
            after=self.after,
            node=self.node,
            memory=self.memory,
            parent=self.parent,
            got=self.got,
            front=self.front,
            ends=self.ends,
        )

    def route(self, label: int) -> list[int]:
        """Give the visits that a label came by."""
        route = []
        while label >= 0:
            route.append(int(self.node[label]))
            label = int(self.parent[label])
        return route[::-1]


@dataclass(frozen=True, eq=False)
class _Rest:
    """What the rest of a shift can bring: see `find_routes`; `through`: any route with a visit."""

    rest: Floats
    spare: Integers
    through: Floats


class Pricing:
    """A problem's classes of shifts, and the neighbours that its visits remember."""

    def __init__(self, problem: Problem) -> None:
        """Take what stays the same over all prices."""
        self.service = np.array([one.service_s for one in problem.candidates], np.int64)
        self.ways = bridged(ways_of(problem), self.service)
        self.classes = tuple(
            bridged_ends(one, self.ways, self.service) for one in classes_of(problem)
        )
        self.near = _nearest(self.ways)

    def search(
        self,
        one: ShiftClass,
        price: Floats,
        floor: float,
        room: Room,
        *,
        exact: bool,
        late: Callable[[], bool] = bool,
    ) -> Found:
        """Look for the routes that gain most at given prices of the visits.

        Parameters
        ----------
        one
            The class.
        price
            (candidates,).
        floor
            At least 0; routes that gain no more are not looked for, and the bound is no lower.
        room
            Not used by another thread meanwhile.
        exact
            False: quick, no visit twice, and the bound is no bound.
        late
            True: give the knapsack's bound and no route.
        """
        gain = np.where(one.worth >= 0, one.worth - price, -1.0)
        active = np.flatnonzero(gain > 0)
        if not len(active):
            return Found(floor)
        rest = self._rest(one, active, gain[active])
        top = float(rest.through.max())
        if not exact and len(active) > _QUICK_VISITS:
            kept = np.sort(np.argsort(-rest.through, kind="stable")[:_QUICK_VISITS])
            active = active[kept]
            rest = self._rest(one, active, gain[active])
            top = float(rest.through.max())
        threshold, drop = top, (1.0 - _STEP) * top
        while threshold > floor and not late():
            threshold = max(floor, threshold - drop)
            found = self._above(one, active, gain, rest, threshold, room, exact=exact)
            if not found.whole:
                return Found(max(floor, top), found.routes, whole=False)
            if found.routes:
                return found
            top = threshold  # none gains more
            if found.labels < _FEW_LABELS:
                drop *= 1.5
        return Found(max(floor, top), whole=threshold <= floor)

    def remember(self, routes: Iterable[tuple[int, ...]]) -> bool:
        """Let the visits between two to one place remember it; False: they all did, or cannot."""
        grew = False
        for route in routes:
            for at, i in enumerate(route):
                if i in route[:at]:
                    before = at - 1 - route[:at][::-1].index(i)
                    for j in route[before + 1 : at]:
                        grew |= self._add(j, i)
        return grew

    def _above(
        self,
        one: ShiftClass,
        active: Integers,
        gain: Floats,
        rest: _Rest,
        threshold: float,
        room: Room,
        *,
        exact: bool,
    ) -> Found:
        for _ in range(4):
            kept = rest.through > threshold
            if kept.all():
                break
            active = active[kept]
            if not len(active):
                return Found(threshold)
            rest = self._rest(one, active, gain[active])
        near, seat = self._neighbours(active)
        first, windows = _windows(one, active)
        bits = near.shape[1] if exact else 0  # a quick search compares no memory
        visits = Visits(
            length=one.length_s,
            way=np.ascontiguousarray(self.ways[np.ix_(active, active)]),
            out=one.out_s[active],
            home=one.home_s[active],
            service=self.service[active],
            gain=gain[active],
            first=first,
            opens=one.opens_s[windows],
            closes=one.closes_s[windows],
            near=near,
            seat=seat,
            unit=_unit(one),
            rest=rest.rest,
            spare=rest.spare,
        )
        labels = room.labels(one.length_s, len(active), bits)
        within = _WITHIN if exact else _QUICK_WITHIN
        bound, number, ended = find_routes(visits, labels, threshold, within, int(exact))
        routes = _chosen(room, ended, active)
        return Found(bound, routes, bool(np.isfinite(bound)), number)

    def _rest(self, one: ShiftClass, active: Integers, gain: Floats) -> _Rest:
        # Each way is shared by the two visits it joins: half of it is a visit's own, so that times
        # are counted in half-seconds here.
        unit = _unit(one)
        ways = self.ways[np.ix_(active, active)].astype(np.int64)
        ways[ways < 0] = _FAR
        np.fill_diagonal(ways, _FAR)  # nobody goes from a visit to itself
        out, home = one.out_s[active].astype(np.int64), one.home_s[active].astype(np.int64)
        out[out < 0], home[home < 0] = _FAR, _FAR
        into, onward = np.minimum(ways.min(axis=0), out), ways.min(axis=1)
        double = 2 * self.service[active] + into + np.minimum(onward, home)
        rest = np.empty(2 * one.length_s // unit + 1)
        fill_knapsack(np.minimum(double // unit, len(rest)), gain, rest)
        left = 2 * one.length_s - out.min() - home.min() - double
        through = np.where(left >= 0, gain + rest[np.clip(left // unit, 0, len(rest) - 1)], -1.0)
        return _Rest(rest, onward + home.min(), through)

    def _neighbours(self, active: Integers) -> tuple[Seconds, Seconds]:
        local = np.full(len(self.ways) + 1, -1, np.int32)
        local[active] = np.arange(len(active), dtype=np.int32)
        near = local[self.near[active]]  # -1 reads the last one: -1 again
        near = near[:, np.any(near >= 0, axis=0)]
        if not near.shape[1]:
            near = np.full((len(active), 1), -1, np.int32)
        seat = np.full((len(active), len(active)), -1, np.int32)
        for b in range(near.shape[1]):
            rows = np.flatnonzero(near[:, b] >= 0)
            seat[rows, near[rows, b]] = b
        return np.ascontiguousarray(near), seat

    def _add(self, j: int, i: int) -> bool:
        if i == j or i in self.near[j]:
            return False
        if self.near[j].min() >= 0:
            if self.near.shape[1] >= MOST_NEIGHBOURS:
                return False
            self.near = np.pad(self.near, ((0, 0), (0, 1)), constant_values=-1)
        self.near[j, np.flatnonzero(self.near[j] < 0)[0]] = i
        return True


def _unit(one: ShiftClass) -> int:
    return max(1, -(-2 * one.length_s // _UNITS))


def _windows(one: ShiftClass, active: Integers) -> tuple[Integers, Integers]:
    rows = [np.arange(one.first[i], one.first[i + 1]) for i in active]
    first = np.concatenate(([0], np.cumsum([len(some) for some in rows]))).astype(np.int64)
    return first, np.concatenate(rows)


def _chosen(room: Room, ended: int, active: Integers) -> tuple[tuple[int, ...], ...]:
    ends = room.ends[:ended]
    ends = ends[np.argsort(-room.got[ends], kind="stable")]
    used, chosen = np.zeros(len(active), np.int64), np.empty(_MOST_ROUTES, np.int32)
    number = choose_routes(ends, room.node, room.parent, used, _SHARED, chosen)
    return tuple(tuple(int(active[i]) for i in room.route(int(label))) for label in chosen[:number])


def _nearest(ways: Seconds) -> Seconds:
    n = len(ways)
    far = np.where(ways < 0, _FAR, ways.astype(np.int64))
    far = far + far.T
    np.fill_diagonal(far, 4 * _FAR)
    near = np.argsort(far, axis=1, kind="stable")[:, : min(NEIGHBOURS, n - 1)].astype(np.int32)
    return near if near.shape[1] else np.full((n, 1), -1, np.int32)
