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
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, vstack

from geo_risk.visits.bound import Bound, upper_bound
from geo_risk.visits.problem import Plan, Problem, Tier, orders_of, timed
from geo_risk.visits.shift_classes import ShiftClass, classes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Orders = dict[str, tuple[str, ...]]

_GAP = 1e-4  # of the value: near enough
_TIERS = tuple(sorted((one for one in Tier if one > Tier.OPTIONAL), reverse=True))
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
    until = time.monotonic() + seconds
    bound = upper_bound(
        problem, seconds=seconds * 2 / 3, warm=warm, required=required, cancelled=cancelled
    )
    routes = ((shifts[0], order) for shifts, order in bound.columns)
    left = until - time.monotonic()
    return recombine(problem, routes, seconds=max(0.0, left), warm=warm), bound


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

    def demand(self, many: Floats, least: float) -> None:
        """From now on, the routes chosen must have at least so many together."""
        self.table = csr_array(vstack((self.table, csr_array(-many[None, :]))))
        self.high = np.append(self.high, 0.5 - least)

    def most(self, value: Floats, known: float, seconds: float) -> list[int] | None:
        """Choose the routes of the largest value; None where none was found in time."""
        until = time.monotonic() + seconds
        if seconds <= 0:
            return None
        relaxed = linprog(
            -value, A_ub=self.table, b_ub=self.high, method="highs", options={"time_limit": seconds}
        )
        if relaxed.status != 0:
            return None
        # A route that costs more than what is left to win is in no better choice.
        lost = -value - self.table.T @ relaxed.ineqlin.marginals
        kept = np.flatnonzero(lost <= -relaxed.fun - known + 1e-6 * (1.0 + abs(known)))
        left = until - time.monotonic()
        if left <= 0 or not len(kept):
            return None
        result = milp(
            -value[kept],
            integrality=np.ones(len(kept)),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(self.table[:, kept], -np.inf, self.high),
            options={"time_limit": left, "mip_rel_gap": _GAP},
        )
        return None if result.x is None else [int(kept[r]) for r in np.flatnonzero(result.x > 0.5)]
