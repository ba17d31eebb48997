"""The search for the prices that prove most: column generation within a box of prices.

Takes a problem, lowers a bound. Quick searches find routes until the linear programme over them
stands still, an exact one then gives the bound at its prices; where that is better, the box moves
there. A plan at the prices is made route by route. See `bound` for what it proves and whose
method it is.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.errors import InfeasiblePlanError, InputError
from geo_risk.visits.master import Master
from geo_risk.visits.pricing import Found, Pricing, Room
from geo_risk.visits.problem import Plan, Problem, orders_of, timed
from geo_risk.visits.start_prices import start_prices

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Routes = list[tuple[int, tuple[int, ...]]]

_THREADS = 2
_CLOSE = 2e-4  # of the bound: nearer to the linear programme it need not come
_LOOSEST = 0.01  # of a class's best route: gains that a search may leave undecided, at first
_REACH = 0.03  # of a visit's worth: half of the first box
_QUICK_ROUNDS = 6
_IDLE = 3  # rounds that bring nothing, after which it is given up
_MOST_ROUTES, _KEPT_ROUTES = 12_000, 8_000
_SAFE = 1e-9  # of the bound, for rounding


class PriceSearch:
    """Prices, the best bound so far and where it was found.

    Parameters
    ----------
    problem, seconds, warm, required, cancelled, progress
        As for `bound.upper_bound`.
    """

    def __init__(
        self,
        problem: Problem,
        seconds: float,
        *,
        warm: Plan | None = None,
        required: Collection[str] = (),
        cancelled: Callable[[], bool] | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> None:
        self.began = time.monotonic()
        self.until = self.began + seconds
        self.cancelled, self.progress = cancelled, progress
        unknown = sorted(set(required) - set(problem.candidate))
        if unknown:
            raise InputError(
                f"Candidate {unknown[0]!r} is required and is not in the problem.",
                "Require candidates of the problem.",
            )
        self.problem = problem
        self.required = np.array([one.id in required for one in problem.candidates], bool)
        self.pricing = Pricing(problem)
        self.classes = self.pricing.classes
        self.sizes = np.array([one.size for one in self.classes], float)
        worths = [one.worth for one in self.classes] or [np.zeros(len(self.required))]
        self.worth = np.maximum(0.0, np.max(worths, axis=0, initial=0.0))
        self.master = Master(self.classes, self.required)
        self.rooms = [Room() for _ in range(_THREADS)]
        self.best = float(self.worth.sum())
        self.center = self.price = np.zeros(len(self.required))
        self.model, self.reach, self.held = 0.0, _REACH, True
        self.master.add(self._of_plan(warm) if warm is not None else [])

    def run(self) -> bool:
        """Lower the bound until it is close, or time is up; True: it is close.

        Raises
        ------
        InfeasiblePlanError
            When it is proven that no plan makes all that is required.
        """
        if not self.classes or not self.worth.any():
            self.best = 0.0
            return True
        self.center = self.price = start_prices(self.pricing, self.required)
        with ThreadPoolExecutor(_THREADS) as pool:
            self._exact(pool, 0.0)
            self.plan(0.9)
            return self._descend(pool)

    def plan(self, share: float, *, roam: bool = False) -> Routes:
        """Make a plan route by route, at a share of the best prices; its routes are kept.

        Parameters
        ----------
        share
            Of the prices, below 1: the less, the more the visits of a large prize come first.
        roam
            False: visits are made only by those to whom they bring most.
        """
        tiers = np.array([float(one.tier) for one in self.problem.candidates])
        left = share * self.center - 10.0 * self.worth.max(initial=0.0) * tiers
        chosen: Routes = []
        for turn in range(int(self.sizes.max(initial=0.0))):
            for k, one in enumerate(self.classes):
                if turn >= one.size or self._late():
                    continue
                own = 0.0 if roam else np.where(one.worth >= 0.999 * self.worth, 0.0, np.inf)
                found = self.pricing.search(
                    one, left + own, 0.0, self.rooms[0], exact=False, late=self._late
                )
                if found.routes:
                    self.master.add((k, route) for route in found.routes[:5])
                    chosen.append((k, found.routes[0]))
                    left[list(found.routes[0])] = np.inf
        return chosen

    def columns(self) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
        """Give the routes that a plan could have: `Bound.columns`."""
        ids = [one.id for one in self.problem.candidates]
        told = []
        for r in np.argsort(-self._margins(), kind="stable"):
            route, shifts = self.master.routes[r], self.classes[self.master.owner[r]].shift_ids
            order = tuple(ids[i] for i in route)
            # A bridged way may lead past a visit that is not there.
            if len(set(route)) == len(route) and timed(
                self.problem, self.problem.shift[shifts[0]], order
            ):
                told.append((shifts, order))
        return tuple(told)

    def _descend(self, pool: ThreadPoolExecutor) -> bool:
        loose, idle = _LOOSEST, 0
        while not self._late():
            self._solve()
            before = self.best, len(self.master.routes)
            self._quick(pool, loose)
            whole, grew = self._exact(pool, loose)
            self._solve()
            ahead, close = self.best - self.model, _CLOSE * self.best
            if ahead <= close and not grew:
                if not self.held:
                    return whole
                self.reach *= 4.0
            rents = max(self.best, self.model - float(self.price.sum()))
            tight = min(_LOOSEST, max(0.1 * close, 0.2 * ahead) / max(rents, 1e-300))
            still = before == (self.best, len(self.master.routes)) and tight >= loose
            idle = idle + 1 if still and not grew else 0
            if idle == _IDLE:
                return False  # not even more time would help: there is no room for all labels
            loose = tight
        return False

    def _late(self) -> bool:
        over = time.monotonic() >= self.until
        return over or (self.cancelled is not None and self.cancelled())

    def _of_plan(self, plan: Plan) -> Iterable[tuple[int, tuple[int, ...]]]:
        owner = {name: k for k, one in enumerate(self.classes) for name in one.shift_ids}
        number = {one.id: i for i, one in enumerate(self.problem.candidates)}
        for name, order in orders_of(plan).items():
            if name not in owner or not all(one in number for one in order):
                continue
            route = tuple(number[one] for one in order)
            may = self.classes[owner[name]].worth[list(route)] >= 0
            if may.all() and timed(self.problem, self.problem.shift[name], order) is not None:
                yield owner[name], route

    def _search(self, pool: ThreadPoolExecutor, loose: float, *, exact: bool) -> list[Found]:
        price = self.price
        floors = self.master.best(price) * (1.0 + loose)

        def some(thread: int) -> list[Found]:
            return [
                self.pricing.search(
                    self.classes[k],
                    price,
                    float(floors[k]),
                    self.rooms[thread],
                    exact=exact,
                    late=self._late,
                )
                for k in range(thread, len(self.classes), _THREADS)
            ]

        parts = list(pool.map(some, range(_THREADS)))
        return [parts[k % _THREADS][k // _THREADS] for k in range(len(self.classes))]

    def _exact(self, pool: ThreadPoolExecutor, loose: float) -> tuple[bool, bool]:
        """Work out the bound at the prices; whether no search was cut short, memory grew."""
        found = self._search(pool, loose, exact=True)
        bound = float(self.price.sum() + self.sizes @ [one.bound for one in found])
        bound += _SAFE * (abs(bound) + float(np.abs(self.price).sum()))
        expected, got = self.best - self.model, self.best - bound
        if got > 0.1 * expected:
            self.center = self.price
            self.reach *= 2.0 if got > 0.5 * expected else 1.0
        elif got < -expected:
            self.reach *= 0.6
        self._lower(bound)
        grew = self.pricing.remember(one.routes[0] for one in found if one.routes)
        if grew:
            self.master.keep(np.array([len(set(r)) == len(r) for r in self.master.routes], bool))
        self.master.add((k, route) for k, one in enumerate(found) for route in one.routes)
        return all(one.whole for one in found), grew

    def _lower(self, bound: float) -> None:
        if bound < 0.0:
            raise InfeasiblePlanError(
                "No plan makes all the visits that are required.",
                "Require fewer, or give more shifts.",
            )
        if bound < self.best:
            self.best = bound
            if self.progress is not None:
                self.progress(bound)

    def _quick(self, pool: ThreadPoolExecutor, loose: float) -> None:
        """Add routes that quick searches find, until they find none."""
        for _ in range(_QUICK_ROUNDS):
            found = self._search(pool, loose, exact=False)
            routes = [(k, route) for k, one in enumerate(found) for route in one.routes]
            if self._late() or not self.master.add(routes):
                return
            self._solve()

    def _solve(self) -> None:
        if len(self.master.routes) > _MOST_ROUTES:
            margins = self._margins()
            self.master.keep(margins >= np.sort(margins)[-_KEPT_ROUTES])
        low, high = self._box()
        self.model, self.price, self.held = self.master.solve(low, high)

    def _margins(self) -> Floats:
        best = self.master.best(self.center)
        return self.master.gains(self.center) - best[self.master.owner]

    def _box(self) -> tuple[Floats, Floats]:
        typical = float(np.median(self.worth[self.worth > 0]))
        half = self.reach * np.maximum(self.worth, typical)
        low = self.center - half
        return np.where(self.required, low, np.maximum(0.0, low)), self.center + half
