"""How far a plan is from the best: a bound beside it, and a better plan where the proof finds one.

Takes a problem and a plan, gives the plan with its bound: no plan that makes the same visits of the
tiers above the optional ones brings more. The time that is given decides how close the bound comes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from geo_risk.errors import InfeasiblePlanError
from geo_risk.visits.assemble import assemble
from geo_risk.visits.bound import upper_bound
from geo_risk.visits.problem import Plan, Problem, Tier
from geo_risk.visits.recombine import price_and_branch

_ENOUGH_S = 10.0
"""With so much time the routes that were found for the proof are put together as a plan too."""


def prove(
    problem: Problem,
    plan: Plan,
    *,
    seconds: float,
    cancelled: Callable[[], bool] | None = None,
) -> Plan:
    """Give a plan with its bound.

    Parameters
    ----------
    problem, plan
        A plan that can be kept, of this problem.
    seconds
        No longer than that; 0 gives the plan as it is.
    cancelled
        Asked now and then; when it says yes, the bound so far is given.

    Returns
    -------
    Plan
        The same, or one that brings more and makes the same must-visits.
    """
    if seconds <= 0 or not plan.visits:
        return plan
    must = {
        stop.candidate_id
        for _, stop in plan.visits
        if problem.candidate[stop.candidate_id].tier > Tier.OPTIONAL
    }
    best = plan
    try:
        if seconds < _ENOUGH_S:
            bound = upper_bound(
                problem, seconds=seconds, warm=plan, required=must, cancelled=cancelled
            )
        else:
            orders, bound = price_and_branch(
                problem, seconds=seconds, warm=plan, required=must, cancelled=cancelled
            )
            found = assemble(problem, orders, solver=plan.solver)
            made = {stop.candidate_id for _, stop in found.visits}
            if found.value > plan.value and must <= made:
                best = found
    except InfeasiblePlanError:  # the relaxation knows no plan: numbers at its edge
        return plan
    return replace(best, bound=max(bound.value, best.value))
