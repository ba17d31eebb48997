"""The best plan that can be put together from given routes: tiers first, then prizes.

Takes routes, from any search, each with a shift that it is for; gives what each shift does. A route
is offered to every shift that is alike (`shift_classes`), and the choice is a packing solved by
HiGHS: first as many visits of the highest tier as can be, then of the next, and last the largest
sum of prizes. Timing and reasons are the caller's. With routes from `bound`, this is price and
branch.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, vstack

from geo_risk.visits.bound import Bound
from geo_risk.visits.linear import solve_rows
from geo_risk.visits.price_search import PriceSearch
from geo_risk.visits.problem import Plan, Problem, Tier, orders_of, timed
from geo_risk.visits.shift_classes import ShiftClass, classes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Orders = dict[str, tuple[str, ...]]

_GAP = 1e-4  # of the value: near enough
_TIERS = tuple(sorted((one for one in Tier if one > Tier.OPTIONAL), reverse=True))
_MOST_ROUTES = 6000  # that an integer programme is given, those that cost least
_AT_PRICES = ((0.9, True), (0.9, False), (0.8, False), (0.7, False))  # plans to begin with
_SHARE = 0.4  # of the time left, for one tier


def recombine(
    problem: Problem,
    routes: Iterable[tuple[str, tuple[str, ...]]],
    *,
    seconds: float,
    warm: Plan | None = None,
) -> Orders:
    """Choose the best routes that share no visit.

    Parameters
    ----------
    problem
        What is planned.
    routes
        Shift, and candidates in order. Those that cannot be kept are passed over.
    seconds
        To stop after, with the best found until then.
    warm
        A plan; its routes are among those to choose from, and what is given is never worse.

    Returns
    -------
    dict
        Shift to order; every shift, empty ones too.
    """
    until = time.monotonic() + seconds
    pool = _Pool(problem)
    known = orders_of(warm) if warm is not None else {}
    pool.add(known.items())
    pool.add(routes)
    first = pool.settled(known)
    found = pool.solve(until, first)
    return max((first, pool.greedy(), found), key=pool.rank)


def price_and_branch(
    problem: Problem,
    *,
    seconds: float,
    warm: Plan | None = None,
    required: Collection[str] = (),
    cancelled: Callable[[], bool] | None = None,
) -> tuple[Orders, Bound]:
    """Prove a bound, and put a plan together from the routes that were found for it.

    Parameters
    ----------
    problem, warm, required, cancelled
        As for `upper_bound`.
    seconds
        For both; a third of it at most for the plan.

    Returns
    -------
    orders, bound
        Shift to order; the bound of the plans that make what is required.
    """
    began = time.monotonic()
    search = PriceSearch(problem, 0.7 * seconds, warm=warm, required=required, cancelled=cancelled)
    converged = search.run()
    bound = Bound(search.best, search.columns(), converged, time.monotonic() - began)
    pool = _Pool(problem)
    known = orders_of(warm) if warm is not None else {}
    pool.add(known.items())
    pool.add((shifts[0], order) for shifts, order in bound.columns)
    search.until = began + 0.9 * seconds
    plans = [pool.settled(known), pool.greedy()]
    for share, roam in _AT_PRICES:
        plans.append(pool.taken(search.plan(share, roam=roam)))
    pool.add((shifts[0], order) for shifts, order in search.columns())
    best = max(plans, key=pool.rank)
    return max((best, pool.solve(began + seconds, best)), key=pool.rank), bound


class _Pool:
    """Routes by class of shifts, one for each set of visits."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.classes = classes_of(problem)
        self.owner = {name: k for k, one in enumerate(self.classes) for name in one.shift_ids}
        self.number = {one.id: i for i, one in enumerate(problem.candidates)}
        self.routes: dict[tuple[int, frozenset[int]], tuple[int, ...]] = {}

    def add(self, routes: Iterable[tuple[str, Sequence[str]]]) -> None:
        """Take the routes that can be kept."""
        for name, order in routes:
            route = tuple(self.number.get(one, -1) for one in order)
            if name not in self.owner or not route or min(route) < 0:
                continue
            key = (self.owner[name], frozenset(route))
            if key in self.routes or len(key[1]) < len(route):
                continue
            may = self.classes[key[0]].worth[list(route)] >= 0
            if may.all() and timed(self.problem, self.problem.shift[name], order) is not None:
                self.routes[key] = route

    def rank(self, orders: Mapping[str, Sequence[str]]) -> tuple[float, ...]:
        """Give how good a plan is: visits of each tier, highest first, then its value."""
        tiers = Counter(self.problem.candidate[c].tier for some in orders.values() for c in some)
        value = sum(
            self.problem.worth(self.problem.candidate[c], self.problem.shift[name])
            for name, some in orders.items()
            for c in some
        )
        return (*(float(tiers[one]) for one in _TIERS), value)

    def settled(self, orders: Mapping[str, Sequence[str]]) -> Orders:
        """Give a plan's routes that can be kept, for every shift, no visit twice."""
        done: set[str] = set()
        result: Orders = {one.id: () for one in self.problem.shifts}
        for name, order in orders.items():
            key = (self.owner.get(name, -1), frozenset(self.number.get(one, -1) for one in order))
            if key in self.routes and not done & set(order):
                done.update(order)
                result[name] = tuple(order)
        return result

    def taken(self, chosen: Iterable[tuple[int, tuple[int, ...]]]) -> Orders:
        """Take routes by class, no more than it has shifts."""
        ids = [one.id for one in self.problem.candidates]
        chosen = list(chosen)
        self.add((self.classes[k].shift_ids[0], [ids[i] for i in route]) for k, route in chosen)
        keys = ((k, frozenset(route)) for k, route in chosen)
        return self._orders(key for key in keys if key in self.routes)

    def greedy(self) -> Orders:
        """Choose route by route, the one that ranks highest first."""
        keys = list(self.routes)
        tiers = np.array([one.tier for one in self.problem.candidates])

        def rank(key: tuple[int, frozenset[int]]) -> tuple[float, ...]:
            many = Counter(tiers[list(key[1])].tolist())
            worth = float(self.classes[key[0]].worth[list(key[1])].sum())
            return (*(float(many[one]) for one in _TIERS), worth)

        free = [one.size for one in self.classes]
        done: set[int] = set()
        chosen = []
        for key in sorted(keys, key=rank, reverse=True):
            if free[key[0]] and not done & key[1]:
                free[key[0]] -= 1
                done |= key[1]
                chosen.append(key)
        return self._orders(chosen)

    def solve(self, until: float, first: Orders) -> Orders:
        """Choose by integer programme, tier by tier; `first` where time is too short."""
        keys = list(self.routes)
        if not keys:
            return first
        worth = np.array([self.classes[k].worth[list(some)].sum() for k, some in keys])
        tiers = np.array([one.tier for one in self.problem.candidates])
        packing = _Packing(keys, self.classes, len(tiers))
        best = first
        for tier in _TIERS:
            many = np.array([float((tiers[list(some)] == tier).sum()) for _, some in keys])
            there = len({i for _, some in keys for i in some if tiers[i] == tier})
            least = self.rank(best)[_TIERS.index(tier)]
            if least < there:
                chosen = packing.most(many, least, _SHARE * (until - time.monotonic()))
                if chosen is not None:
                    best = max(best, self._orders([keys[r] for r in chosen]), key=self.rank)
                    least = self.rank(best)[_TIERS.index(tier)]
            if there:
                packing.demand(many, least)
        chosen = packing.most(worth, self.rank(best)[-1], until - time.monotonic())
        return best if chosen is None else self._orders([keys[r] for r in chosen])

    def _orders(self, chosen: Iterable[tuple[int, frozenset[int]]]) -> Orders:
        ids = [one.id for one in self.problem.candidates]
        free = [list(one.shift_ids) for one in self.classes]
        result: Orders = {one.id: () for one in self.problem.shifts}
        for key in chosen:
            result[free[key[0]].pop(0)] = tuple(ids[i] for i in self.routes[key])
        return result


class _Packing:
    """Each visit in one route at most, each class in as many as it has shifts."""

    def __init__(
        self,
        keys: Sequence[tuple[int, frozenset[int]]],
        classes: Sequence[ShiftClass],
        candidates: int,
    ) -> None:
        rows = [i for _, some in keys for i in sorted(some)]
        rows += [candidates + k for k, _ in keys]
        cols = [r for r, (_, some) in enumerate(keys) for _ in some]
        cols += range(len(keys))
        shape = (candidates + len(classes), len(keys))
        self.table = csr_array((np.ones(len(rows)), (rows, cols)), shape)
        self.high = np.concatenate((np.ones(candidates), [float(one.size) for one in classes]))
        self.positive = np.ones(len(self.high), bool)

    def demand(self, many: Floats, least: float) -> None:
        """From now on, the routes chosen must have at least so many together."""
        self.table = csr_array(vstack((self.table, csr_array(-many[None, :]))))
        self.high = np.append(self.high, 0.5 - least)
        self.positive = np.append(self.positive, False)

    def most(self, value: Floats, known: float, seconds: float) -> list[int] | None:
        """Choose the routes of the largest value; None where none was found in time."""
        until = time.monotonic() + seconds
        solved = self._relax(-value, np.arange(len(value)), self.high, until)
        if solved is None:
            return None
        lowest, x, price = solved
        dived = self._dive(-value, x, until)
        if dived is not None:
            known = max(known, float(value[dived].sum()))
        # A route that costs more than what is left to win is in no better choice.
        lost = -value + self.table.T @ price
        kept = np.flatnonzero(lost <= -lowest - known + 1e-6 * (1.0 + abs(known)))
        kept = np.sort(kept[np.argsort(lost[kept], kind="stable")[:_MOST_ROUTES]])
        left = until - time.monotonic()
        if left <= 0 or not len(kept):
            return dived
        result = milp(
            -value[kept],
            integrality=np.ones(len(kept), int),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(self.table[:, kept], -np.inf, self.high),
            options={"time_limit": left, "mip_rel_gap": _GAP},
        )
        if result.x is None:
            return dived
        chosen = [int(kept[r]) for r in np.flatnonzero(result.x > 0.5)]
        worse = dived is not None and value[chosen].sum() < value[dived].sum()
        return dived if worse else chosen

    def _relax(
        self, cost: Floats, left: Integers, high: Floats, until: float
    ) -> tuple[float, Floats, Floats] | None:
        seconds = until - time.monotonic()
        if seconds <= 0:
            return None
        return solve_rows(cost[left], self.table[:, left], high, seconds=seconds)

    def _dive(self, cost: Floats, x: Floats, until: float) -> list[int] | None:
        """Settle on the routes that the relaxed choice is surest of, and relax the rest again."""
        left, high = np.arange(len(cost)), self.high.copy()
        chosen: list[int] = []
        while True:
            sure = [int(r) for r in left[x > 1.0 - 1e-6]]
            if len(left) and not sure:
                sure = [int(left[np.argmax(x)])] if x.max() > 1e-6 else []
            if not sure:
                return chosen
            chosen += sure
            high -= self.table[:, sure].sum(axis=1)
            full = (high < 0.5) & self.positive
            blocked = np.asarray(self.table[full][:, left].sum(axis=0)).ravel() > 0
            left = left[~blocked]
            if not len(left):
                return chosen if (high >= -1e-6)[~self.positive].all() else None
            solved = self._relax(cost, left, high, until)
            if solved is None:
                return None
            x = solved[1]
