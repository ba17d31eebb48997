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
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo_risk.visits.price_search import PriceSearch

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from geo_risk.visits.problem import Plan, Problem


@dataclass(frozen=True)
class Bound:
    """What no plan exceeds.

    Parameters
    ----------
    value
        Expected severity points.
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

    Windows are exact, several in one shift too. Memory grows with the square of the candidates:
    some thousands at most; where officers keep to their zones, zones have bounds of their own.

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
    InfeasiblePlanError
        When it is proven that no plan makes all that is required.
    """
    search = PriceSearch(
        problem,
        seconds,
        warm=warm,
        required=required,
        cancelled=cancelled,
        progress=progress,
    )
    converged = search.run()
    return Bound(search.best, search.columns(), converged, time.monotonic() - search.began)
