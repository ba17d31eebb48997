"""A plan's bound: never below what a plan that makes the same must-visits can bring."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from geo_risk.visits.check import check
from geo_risk.visits.problem import Problem, Tier, orders_of
from geo_risk.visits.prove import prove
from geo_risk.visits.solve import solve
from tests.unit.visits.problems import every_plan, line_problem, problems, rank


@settings(max_examples=30, deadline=None)
@given(problems(candidates=4))
def test_no_plan_with_the_same_must_visits_is_above_the_bound(problem: Problem) -> None:
    """Enumeration finds no plan that makes them and brings more."""
    plan = prove(problem, solve(problem, seconds=1), seconds=2)
    assert check(problem, plan) == []
    must = {
        stop.candidate_id
        for _, stop in plan.visits
        if problem.candidate[stop.candidate_id].tier > Tier.OPTIONAL
    }
    for orders in every_plan(problem):
        made = {one for some in orders.values() for one in some}
        if must <= made:
            assert rank(problem, orders)[-1] <= plan.bound + 1e-6


def test_a_proof_with_time_betters_a_poor_plan() -> None:
    """A greedy plan is exchanged for what the proof found, and the gap closes."""
    problem = line_problem((5.0, 1.0, 3.0, 2.0, 4.0, 1.0), hours=1.9)
    greedy = solve(problem, seconds=0)
    proved = prove(problem, greedy, seconds=10)
    assert proved.value >= greedy.value
    assert proved.bound == pytest.approx(solve(problem, seconds=2).value)
    assert proved.gap == pytest.approx(0, abs=1e-6)


def test_no_time_proves_nothing() -> None:
    """Without time a plan stays what it is."""
    problem = line_problem()
    plan = solve(problem, seconds=0)
    assert prove(problem, plan, seconds=0) is plan
    assert orders_of(plan)
