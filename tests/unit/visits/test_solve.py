"""The search: never worse than greedy, as good as trying everything, and a reason for the rest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from geo_risk.errors import InputError
from geo_risk.visits.check import check
from geo_risk.visits.problem import Candidate, Plan, Problem, Shift, Tier, orders_of
from geo_risk.visits.solve import solve
from tests.unit.visits.problems import HOUR, every_plan, line_problem, problems, rank


def _reasons(plan: Plan) -> dict[str, str]:
    return {one.candidate_id: one.reason for one in plan.left_out}


@settings(max_examples=40, deadline=None)
@given(problems())
def test_small_plans_are_as_good_as_the_best_of_all_plans(problem: Problem) -> None:
    """On problems small enough to try every plan, the search finds a best one; the judge agrees."""
    plan = solve(problem, seconds=10)
    assert check(problem, plan) == []
    best = max(rank(problem, orders) for orders in every_plan(problem))
    assert rank(problem, orders_of(plan)) == best


@settings(max_examples=40, deadline=None)
@given(problems(candidates=8, shifts=4))
def test_with_no_time_there_is_a_plan_all_the_same(problem: Problem) -> None:
    """A budget of zero seconds gives the greedy plan, which can be kept and says why."""
    plan = solve(problem, seconds=0)
    assert check(problem, plan) == []
    assert plan.solver in {"greedy", "none"}


@settings(max_examples=30, deadline=None)
@given(problems(candidates=8, shifts=4))
def test_a_warm_plan_is_never_made_worse(problem: Problem) -> None:
    """Begun from its own plan, the search gives one at least as good."""
    first = solve(problem, seconds=1, seed=1)
    again = solve(problem, seconds=0.05, seed=2, warm=first)
    assert rank(problem, orders_of(again)) >= rank(problem, orders_of(first))


def test_the_same_seed_gives_the_same_plan() -> None:
    """Where time is not what ends the search, chance is the seed's alone."""
    problem = line_problem(tuple(np.linspace(1, 3, 12)), hours=4, officers=2)
    plans = [solve(problem, seconds=60, seed=5) for _ in range(2)]
    assert plans[0] == plans[1]


def test_no_officers_is_said() -> None:
    """Without a shift every candidate is left out because nobody works."""
    plan = solve(replace(line_problem(), shifts=()), seconds=1)
    assert set(_reasons(plan).values()) == {"no_officers"}


def test_no_enterprises_is_an_empty_plan() -> None:
    """Without candidates there are empty routes and nothing left out."""
    plan = solve(replace(line_problem(), candidates=()), seconds=1)
    assert [route.stops for route in plan.routes] == [()]
    assert plan.left_out == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"place": None}, "nowhere"),
        ({"only": ("somebody else",)}, "nobody_may"),
        ({"windows": ((9 * HOUR, 8 * HOUR),)}, "never_open"),
        ({"windows": ((20 * HOUR, 21 * HOUR),)}, "outside_shifts"),
        ({"windows": ((5 * HOUR, 6 * HOUR),)}, "outside_shifts"),
        ({"service_s": 5 * HOUR}, "too_long"),
    ],
)
def test_what_no_plan_could_have_is_told_apart(change: dict[str, object], reason: str) -> None:
    """Each impossibility has its own plain reason, and the rest is planned."""
    problem = line_problem()
    changed = replace(problem.candidates[0], **change)  # type: ignore[arg-type]
    plan = solve(replace(problem, candidates=(changed, *problem.candidates[1:])), seconds=1)
    assert _reasons(plan) == {"c0": reason}


def test_premises_off_every_way_are_unreachable() -> None:
    """A hole in the matrix leaves its premises out, and nothing else."""
    problem = line_problem()
    travel = problem.travel_s.copy()
    travel[:, 1] = travel[1, :] = -1
    plan = solve(replace(problem, travel_s=travel), seconds=1)
    assert _reasons(plan) == {"c0": "unreachable"}
    assert check(replace(problem, travel_s=travel), plan) == []


def test_two_appointments_at_once_name_each_other() -> None:
    """Of two appointments at one time one is kept; the other is told which."""
    problem = line_problem((1.0, 1.0, 1.0))
    noon = ((9 * HOUR, 9 * HOUR),)
    two = [replace(one, windows=noon, tier=Tier.APPOINTMENT) for one in problem.candidates[:2]]
    plan = solve(replace(problem, candidates=(*two, problem.candidates[2])), seconds=1)
    (left,) = [one for one in plan.left_out if one.reason == "clash"]
    assert {left.candidate_id, left.other_id} == {"c0", "c1"}


def test_what_gave_way_names_what_it_gave_way_to() -> None:
    """Where time is short the lesser prize is left out, and told for whom."""
    plan = solve(line_problem((5.0, 1.0), hours=0.9), seconds=1)
    (left,) = plan.left_out
    assert (left.candidate_id, left.reason, left.other_id) == ("c1", "worth_less", "c0")


def test_a_higher_tier_is_never_given_up_for_prizes() -> None:
    """One must-visit without a prize comes before any number of prizes."""
    far = Candidate(id="far", place=4, service_s=HOUR, prize=0.0, tier=Tier.MUST)
    problem = line_problem((50.0, 50.0, 50.0, 0.0), hours=1.7)
    plan = solve(replace(problem, candidates=(*problem.candidates[:3], far)), seconds=1)
    assert "far" in orders_of(plan)["s0"]


def test_a_shift_across_midnight_is_one_shift() -> None:
    """A night shift ends beyond the day, and visits go on past midnight."""
    problem = line_problem((1.0,) * 4)
    night = Shift(id="night", officer_id="o", start_s=23 * HOUR, end_s=26 * HOUR)
    plan = solve(replace(problem, shifts=(night,)), seconds=1)
    assert len(plan.visits) == 4
    assert max(stop.start_s for _, stop in plan.visits) > 24 * HOUR


def test_a_cancelled_search_gives_the_best_so_far() -> None:
    """Whoever has had enough gets a plan that can be kept."""
    problem = line_problem(tuple(np.linspace(1, 3, 30)), hours=4, officers=2)
    told: list[float] = []
    plan = solve(problem, seconds=60, progress=told.append, cancelled=lambda: len(told) > 3)
    assert check(problem, plan) == []
    assert told[-1] == 1.0
    assert told == sorted(told)


def test_a_negative_budget_is_refused() -> None:
    """Time is not negative."""
    with pytest.raises(InputError, match="0 seconds or more"):
        solve(line_problem(), seconds=-1)


def test_relabelling_changes_nothing_that_matters() -> None:
    """The value does not hang on the order in which candidates are given."""
    problem = line_problem((3.0, 1.0, 2.0, 5.0, 4.0, 2.5), hours=2.2)
    turned = replace(problem, candidates=problem.candidates[::-1])
    assert solve(problem, seconds=5).value == pytest.approx(solve(turned, seconds=5).value)
