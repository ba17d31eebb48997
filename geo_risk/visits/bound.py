"""How good a visit plan can be at most: a proven bound, by routes at prices.

Takes a problem, gives a number that no plan exceeds, and the routes that were found on the way. A
plan packs routes into shifts; its linear programme is solved over routes found as they are needed
(Boussier, Feillet & Gendreau 2007, for the team orienteering problem). For any prices of the
visits, the prices together with the best that each shift gains at them are a bound (Lagrange), so
that the work can be stopped at any moment. Prices move within a box around the best ones so far.
Routes may repeat a visit as `columns` allows: the bound is that of a relaxation. Plans made of the
routes are `recombine`'s.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.errors import InputError
from geo_risk.visits.master import Master
from geo_risk.visits.pricing import Found, Pricing, Room
from geo_risk.visits.problem import Plan, Problem, orders_of, timed
from geo_risk.visits.start_prices import start_prices

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_THREADS = 2
_CLOSE = 2e-4  # of the bound: nearer to the linear programme it need not come
_LOOSEST = 0.01  # of a class's best route: gains that a search may leave undecided, at first
_REACH = 0.03  # of a visit's worth: half of the first box
_QUICK_ROUNDS = 6
_MOST_ROUTES, _KEPT_ROUTES = 12_000, 8_000
_SAFE = 1e-9  # of the bound, for rounding


@dataclass(frozen=True)
class Bound:
    """What no plan exceeds.

    Parameters
    ----------
    value
        Expected severity points; infinite only where nothing was worked out.
    columns
        Routes that were found, no visit twice: the shifts that each is for (one of them), and its
        candidates in order; those that pay best first.
    converged
        True: more time would not lower it by more than 0.02 %.
    seconds
        How long it took.
    """

    value: float
    columns: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    converged: bool
    seconds: float


def upper_bound(
    problem: Problem,
    *,
    seconds: float,
    warm: Plan | None = None,
    required: Collection[str] = (),
    cancelled: Callable[[], bool] | None = None,
    progress: Callable[[float], None] | None = None,
) -> Bound:
    """Prove how much a plan can bring at most, prizes of all tiers taken together.

    Parameters
    ----------
    problem
        What is to be planned.
    seconds
        To stop after; the bound is valid whenever it stops.
    warm
        A plan, whose routes are a good beginning.
    required
        Candidates that every plan is known to make, as those of the tiers that come first: the
        bound then holds for the plans that make them all, and is lower. Of plans that leave one
        out it says nothing.
    cancelled
        Asked now and then; True stops.
    progress
        Told the bound whenever it falls.

    Raises
    ------
    InputError
        When a required candidate is not in the problem.
    """
    search = _Search(problem, seconds, warm, required, cancelled, progress)
    converged = search.run()
    return Bound(search.best, search.columns(), converged, time.monotonic() - search.began)


class _Search:
    """Prices, the best bound so far and where it was found."""

    def __init__(
        self,
        problem: Problem,
        seconds: float,
        warm: Plan | None,
        required: Collection[str],
        cancelled: Callable[[], bool] | None,
        progress: Callable[[float], None] | None,
    ) -> None:
        self.began = time.monotonic()
        self.seconds, self.cancelled, self.progress = seconds, cancelled, progress
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
        self.model, self.reach = 0.0, _REACH
        self.master.add(self._of_plan(warm) if warm is not None else [])

    def run(self) -> bool:
        """Lower the bound until it is close, or time is up; True: it is close."""
        if not self.classes or not self.worth.any():
            self.best = 0.0
            return True
        self.price, rent = start_prices(self.pricing, self.required)
        self.center = self.price
        self._begin(rent)
        loose = _LOOSEST
        with ThreadPoolExecutor(_THREADS) as pool:
            while True:
                whole, grew = self._exact(pool, loose)
                self._solve()
                ahead = self.best - self.model
                if self._late():
                    return False
                if ahead <= _CLOSE * abs(self.best) and not grew:
                    if not self._at_edge():
                        return whole
                    self.reach *= 4.0
                loose = min(_LOOSEST, max(0.1 * _CLOSE, 0.2 * ahead / abs(self.best)))
                self._solve()
                self._quick(pool, loose)

    def columns(self) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
        """Give the routes that a plan could have."""
        ids = [one.id for one in self.problem.candidates]
        gains = self.master.gains(self.center) - self.master.best(self.center)[self.master.owner]
        return tuple(
            (self.classes[self.master.owner[r]].shift_ids, tuple(ids[i] for i in route))
            for r in np.argsort(-gains, kind="stable")
            if len(set(route := self.master.routes[r])) == len(route)
        )

    def _late(self) -> bool:
        over = time.monotonic() - self.began >= self.seconds
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

    def _begin(self, rent: Floats) -> None:
        # Shift by shift the best route of the visits left, at prices a little below: so many
        # routes that share no visit make the first prices of the programme sensible.
        left = 0.9 * self.price
        for k, one in enumerate(self.classes):
            elsewhere = np.where(one.worth >= 0.999 * self.worth, 0.0, np.inf)
            for _ in range(one.size):
                if self._late():
                    return
                found = self.pricing.search(
                    one, left + elsewhere, 0.0, self.rooms[0], exact=False, late=self._late
                )
                if not found.routes:
                    break
                self.master.add((k, route) for route in found.routes[:5])
                left[list(found.routes[0])] = np.inf

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
            self.reach *= 1.5 if got > 0.5 * expected else 1.0
        elif got < -expected:
            self.reach *= 0.6
        if bound < self.best:
            self.best = bound
            if self.progress is not None:
                self.progress(bound)
        grew = self.pricing.remember(one.routes[0] for one in found if one.routes)
        if grew:
            self.master.keep(np.array([len(set(r)) == len(r) for r in self.master.routes], bool))
        self.master.add((k, route) for k, one in enumerate(found) for route in one.routes)
        return all(one.whole for one in found), grew

    def _quick(self, pool: ThreadPoolExecutor, loose: float) -> None:
        """Add routes that quick searches find, until they find hardly any."""
        for _ in range(_QUICK_ROUNDS):
            found = self._search(pool, loose, exact=False)
            routes = [(k, route) for k, one in enumerate(found) for route in one.routes]
            if self._late() or not self.master.add(routes):
                return
            self._solve()

    def _solve(self) -> None:
        if len(self.master.routes) > _MOST_ROUTES:
            gains = self.master.gains(self.center)
            gains -= self.master.best(self.center)[self.master.owner]
            self.master.keep(gains >= np.sort(gains)[-_KEPT_ROUTES])
        low, high = self._box()
        self.model, self.price, _ = self.master.solve(low, high)

    def _box(self) -> tuple[Floats, Floats]:
        typical = float(np.median(self.worth[self.worth > 0]))
        half = self.reach * np.maximum(self.worth, typical)
        low = self.center - half
        return np.where(self.required, low, np.maximum(0.0, low)), self.center + half

    def _at_edge(self) -> bool:
        low, high = self._box()
        edge = 1e-6 * (high - low)
        at_low = (self.price <= low + edge) & ((low > 0) | self.required)
        return bool(np.any(at_low | (self.price >= high - edge)))
