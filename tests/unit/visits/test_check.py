"""The judge of plans: it accepts what can be kept and refuses every kind of wrong plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_risk.visits.assemble import assemble
from geo_risk.visits.check import check
from geo_risk.visits.problem import LeftOut, Plan, Problem, Route, Stop
from tests.unit.visits.problems import every_plan, line_problem, problems


def _good() -> tuple[Problem, Plan]:
    problem = line_problem((3.0, 2.0, 1.0, 1.0))
    return problem, assemble(problem, {"s0": ("c0", "c1")})


def _codes(problem: Problem, plan: Plan) -> set[str]:
    return {one.code for one in check(problem, plan)}


def _with_stops(plan: Plan, *stops: Stop, back_s: int | None = None) -> Plan:
    route = plan.routes[0]
    back = route.back_s if back_s is None else back_s
    return replace(plan, routes=(Route(route.shift_id, stops, back),))


def test_a_plan_that_can_be_kept_has_no_fault() -> None:
    """A plan that can be kept has no fault."""
    problem, plan = _good()
    assert check(problem, plan) == []


@settings(max_examples=60, deadline=None)
@given(problems(candidates=4), st.randoms(use_true_random=False))
def test_every_plan_that_enumeration_finds_is_accepted(problem: Problem, chance: object) -> None:
    """Whatever enumeration calls a plan is accepted, with a reason for all that is left out."""
    plans = list(every_plan(problem))
    for orders in chance.sample(plans, min(5, len(plans))):  # type: ignore[attr-defined]
        assert check(problem, assemble(problem, orders)) == []


def test_a_visit_before_the_officer_can_be_there_is_refused() -> None:
    """Nobody arrives before the way is over, or begins before arriving."""
    problem, plan = _good()
    first, second = plan.routes[0].stops
    hurried = replace(second, arrive_s=second.arrive_s - 1, start_s=second.start_s - 1)
    assert "early" in _codes(problem, _with_stops(plan, first, hurried))
    assert "early" in _codes(
        problem, _with_stops(plan, replace(first, arrive_s=first.start_s + 1), second)
    )


def test_a_visit_cut_short_is_refused() -> None:
    """A visit lasts as long as it takes."""
    problem, plan = _good()
    first, second = plan.routes[0].stops
    assert "too_short" in _codes(
        problem, _with_stops(plan, replace(first, end_s=first.end_s - 1), second)
    )


def test_a_visit_outside_its_window_is_refused() -> None:
    """A visit that begins one second after its window is refused."""
    problem, plan = _good()
    start = plan.routes[0].stops[0].start_s
    for window, wrong in (((start - 9, start - 1), True), ((start, start), False)):
        changed = replace(problem.candidates[0], windows=(window,))
        shut = replace(problem, candidates=(changed, *problem.candidates[1:]))
        assert ("window" in _codes(shut, plan)) is wrong


def test_a_plan_that_ends_after_the_shift_is_refused() -> None:
    """The way back counts."""
    problem, plan = _good()
    shift = replace(problem.shifts[0], end_s=plan.routes[0].back_s - 1)
    assert "late" in _codes(replace(problem, shifts=(shift,)), plan)


def test_a_way_back_that_is_not_counted_is_refused() -> None:
    """Who says to be back sooner than the way allows is refused."""
    problem, plan = _good()
    stops = plan.routes[0].stops
    assert "back" in _codes(problem, _with_stops(plan, *stops, back_s=stops[-1].end_s))


def test_a_plan_across_a_hole_is_refused() -> None:
    """Where there is no way there is no visit."""
    problem, plan = _good()
    travel = problem.travel_s.copy()
    travel[1, 2] = -1
    assert "no_way" in _codes(replace(problem, travel_s=travel), plan)
    travel = problem.travel_s.copy()
    travel[2, 0] = -1
    assert "no_way" in _codes(replace(problem, travel_s=travel), plan)


@pytest.mark.parametrize("change", [{"only": ("somebody",)}, {"never": ("o0",)}])
def test_an_officer_who_may_not_is_refused(change: dict[str, tuple[str, ...]]) -> None:
    """Who may not make a visit does not make it."""
    problem, plan = _good()
    changed = replace(problem.candidates[1], **change)  # type: ignore[arg-type]
    candidates = (problem.candidates[0], changed, *problem.candidates[2:])
    assert "may_not" in _codes(replace(problem, candidates=candidates), plan)


def test_closed_zones_are_closed() -> None:
    """With a crossing of 0 nobody works in another's zone."""
    problem, plan = _good()
    candidates = tuple(replace(one, zone_id="a") for one in problem.candidates)
    shift = replace(problem.shifts[0], zone_ids=("b",))
    closed = replace(problem, candidates=candidates, shifts=(shift,), crossing=0.0)
    assert "may_not" in _codes(closed, plan)


def test_a_premises_visited_twice_is_refused() -> None:
    """Each candidate at most once, in one shift or in two."""
    problem = line_problem((3.0, 2.0), officers=2)
    one = assemble(problem, {"s0": ("c0",), "s1": ("c1",)})
    twice = replace(one, routes=(one.routes[0], replace(one.routes[0], shift_id="s1")))
    assert "twice" in _codes(problem, twice)
    assert "twice" in _codes(problem, replace(one, routes=(one.routes[0], one.routes[0])))


def test_silence_about_a_candidate_is_refused() -> None:
    """Whoever is not visited is told of, once, and whoever is visited is not."""
    problem, plan = _good()
    assert "untold" in _codes(problem, replace(plan, left_out=plan.left_out[1:]))
    told = (*plan.left_out, LeftOut("c0", "worth_less"))
    assert "told_twice" in _codes(problem, replace(plan, left_out=told))


def test_a_value_that_is_not_the_sum_is_refused() -> None:
    """Prizes are added up anew."""
    problem, plan = _good()
    assert "value" in _codes(problem, replace(plan, value=plan.value + 0.01))


def test_a_bound_below_the_value_is_refused() -> None:
    """No bound is below what was reached."""
    problem, plan = _good()
    assert "bound" in _codes(problem, replace(plan, bound=plan.value - 0.01))


def test_unknown_shifts_and_candidates_are_refused() -> None:
    """What the problem does not know is no plan for it."""
    problem, plan = _good()
    stranger = replace(plan.routes[0], shift_id="other")
    assert "unknown" in _codes(problem, replace(plan, routes=(stranger,)))
    first = plan.routes[0].stops[0]
    assert "unknown" in _codes(problem, _with_stops(plan, replace(first, candidate_id="nobody")))
    nowhere = tuple(replace(one, place=None) for one in problem.candidates)
    assert "unknown" in _codes(replace(problem, candidates=nowhere), plan)


def test_times_are_whole_seconds_of_the_plan() -> None:
    """Waiting for a window is allowed; it only makes the rest later."""
    problem, plan = _good()
    first, second = plan.routes[0].stops
    later = [
        replace(one, arrive_s=one.arrive_s + 60, start_s=one.start_s + 60, end_s=one.end_s + 60)
        for one in (first, second)
    ]
    back = plan.routes[0].back_s + 60
    assert check(problem, _with_stops(plan, *later, back_s=back)) == []
    assert np.issubdtype(problem.travel_s.dtype, np.int32)
