"""A plan made again: what was confirmed stays, little else moves, and the judge agrees."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_risk.errors import InputError
from geo_risk.visits.check import check
from geo_risk.visits.problem import Candidate, Plan, Problem, Tier, orders_of
from geo_risk.visits.replan import changed, replan
from geo_risk.visits.solve import kept, solve
from tests.unit.visits.problems import HOUR, line_problem, problems


def _team(officers: int = 3, candidates: int = 24) -> tuple[Problem, Plan]:
    problem = line_problem(
        tuple(1.0 + k % 5 for k in range(candidates)), hours=3.5, officers=officers
    )
    return problem, solve(problem, seconds=5)


def _starts(plan: Plan) -> dict[str, tuple[str, int]]:
    return {stop.candidate_id: (shift, stop.start_s) for shift, stop in plan.visits}


@settings(max_examples=40, deadline=None)
@given(problems(candidates=7, shifts=3, shortest=True), st.integers(0, 6), st.integers(0, 2))
def test_what_was_confirmed_is_never_moved(problem: Problem, dropped: int, absent: int) -> None:
    """Whatever changes, a confirmed visit is at its second with its officer, or not at all."""
    plan = solve(problem, seconds=1)
    fixed = [name for name, _ in list(_starts(plan).items())[::2]]
    gone = {one.id for one in problem.candidates[dropped : dropped + 1]} - set(fixed)
    now = replace(
        problem,
        candidates=tuple(one for one in problem.candidates if one.id not in gone),
        shifts=tuple(one for k, one in enumerate(problem.shifts) if k != absent),
    )
    again = replan(now, plan, fixed=fixed, seconds=0.05)
    assert check(now, again) == []
    before, after = _starts(plan), _starts(again)
    there = {one.id for one in now.shifts}
    for name in fixed:
        if before[name][0] in there:
            assert after[name][1] == before[name][1]
            officer = problem.shift[before[name][0]].officer_id
            assert now.shift[after[name][0]].officer_id == officer
        else:
            assert after.get(name, before[name])[1] == before[name][1]


def test_a_confirmed_visit_does_not_begin_sooner_because_another_fell_out() -> None:
    """When the visit before it is cancelled, the officer waits: the enterprise was told a time."""
    problem = line_problem((1.0, 1.0), hours=3)
    plan = solve(problem, seconds=1)
    first, second = orders_of(plan)["s0"]
    rest = tuple(one for one in problem.candidates if one.id != first)
    again = replan(replace(problem, candidates=rest), plan, fixed=[second], seconds=0.1)
    assert _starts(again)[second] == _starts(plan)[second]


@settings(max_examples=40, deadline=None)
@given(problems(candidates=8, shifts=4, shortest=True), st.integers(0, 3))
def test_an_absence_leaves_every_other_shift_as_it_was_or_brings_it_a_visit(
    problem: Problem, absent: int
) -> None:
    """Who got no visit of another keeps every own one at its second."""
    plan = solve(problem, seconds=1)
    now = replace(problem, shifts=tuple(one for k, one in enumerate(problem.shifts) if k != absent))
    again = replan(now, plan, seconds=0.05)
    assert check(now, again) == []
    before = {one.shift_id: one for one in plan.routes}
    for route in again.routes:
        old = {stop.candidate_id for stop in before[route.shift_id].stops}
        if old and {stop.candidate_id for stop in route.stops} <= old:
            assert route == before[route.shift_id]


def test_others_begin_when_they_were_to_but_for_one_in_ten() -> None:
    """Whatever one officer's day becomes: of eight others' visits nine in ten keep their second."""
    problem, plan = _team(9, 70)
    ill = replace(problem, shifts=problem.shifts[1:])
    late = replace(problem.shifts[0], start_s=problem.shifts[0].start_s + HOUR)
    busy = replace(problem, shifts=(late, *problem.shifts[1:]))
    new = Candidate(id="new", place=9, service_s=HOUR, prize=2.0, tier=Tier.MUST)
    told = replace(problem, candidates=(*problem.candidates, new))
    before = {name: at for name, at in _starts(plan).items() if at[0] != "s0"}
    for now in (ill, busy, told):
        again = replan(now, plan, seconds=0.1)
        assert check(now, again) == []
        after = _starts(again)
        assert sum(after.get(name) != at for name, at in before.items()) <= 0.1 * len(before)
        assert "new" in after or now is not told


def test_two_new_appointments_do_not_push_a_confirmed_visit_out() -> None:
    """However much they bring: the enterprise was told."""
    problem = line_problem((1.0, 1.0, 1.0), hours=2, service_s=HOUR)
    plan = solve(replace(problem, candidates=problem.candidates[:1]), seconds=1)
    start = problem.shifts[0].start_s
    windows = ((start, start + HOUR // 2), (start + HOUR // 2, start + HOUR))
    agreed = tuple(
        replace(one, service_s=HOUR // 3, prize=9.0, tier=Tier.APPOINTMENT, windows=(window,))
        for one, window in zip(problem.candidates[1:], windows, strict=True)
    )
    now = replace(problem, candidates=(problem.candidates[0], *agreed))
    again = replan(now, plan, fixed=["c0"], seconds=0.1)
    assert check(now, again) == []
    assert _starts(again)["c0"] == _starts(plan)["c0"]


def test_a_change_of_nothing_is_the_same_plan() -> None:
    """To the second, however much better a search could do."""
    problem, plan = _team()
    poor = solve(problem, seconds=0)
    assert replan(problem, poor, seconds=0.1).routes == poor.routes
    assert replan(problem, plan, seconds=0.1).routes == plan.routes


@pytest.mark.parametrize("keep", [1.0, 0.9])
def test_few_of_the_others_change(keep: float) -> None:
    """A new hazard that must be seen changes the shift of at most so many other visits."""
    problem, plan = _team()
    new = Candidate(id="new", place=9, service_s=HOUR, prize=2.0, tier=Tier.MUST)
    now = replace(problem, candidates=(*problem.candidates, new))
    again = replan(now, plan, seconds=0.3, keep_share=keep)
    assert check(now, again) == []
    stays = kept(now, orders_of(plan))
    assert len(changed(stays, orders_of(again))) <= (1 - keep) * len(plan.visits) + 1e-9


def test_who_is_absent_leaves_gaps_that_others_fill() -> None:
    """An absence takes its own visits out; others keep theirs and take on what fits."""
    problem, plan = _team()
    now = replace(problem, shifts=problem.shifts[1:])
    again = replan(now, plan, seconds=0.3)
    assert check(now, again) == []
    mine = {one: some for one, some in orders_of(plan).items() if one != "s0"}
    assert len(changed(mine, orders_of(again))) <= 0.1 * sum(map(len, mine.values()))


def test_a_visit_that_ran_long_drops_only_what_no_longer_fits() -> None:
    """A shift that goes on later, from where the officer is, keeps the others' shifts whole."""
    problem, plan = _team()
    done = orders_of(plan)["s0"][:2]
    shift = problem.shifts[0]
    late = replace(shift, start_s=shift.start_s + 2 * HOUR, begin_place=5)
    rest = tuple(one for one in problem.candidates if one.id not in done)
    now = replace(problem, candidates=rest, shifts=(late, *problem.shifts[1:]))
    again = replan(now, plan, seconds=0.3)
    assert check(now, again) == []
    assert again.value >= 0.9 * sum(
        problem.candidate[one].prize for name in ("s1", "s2") for one in orders_of(plan)[name]
    )


def test_nothing_changed_changes_nothing_for_the_worse() -> None:
    """The same problem again is at least as good, and nearly all stays."""
    problem, plan = _team()
    again = replan(problem, plan, seconds=0.2)
    assert again.value >= plan.value - 1e-9
    assert len(changed(orders_of(plan), orders_of(again))) <= 0.1 * len(plan.visits)


def test_a_share_that_is_none_is_refused() -> None:
    """Ninety is no share."""
    problem, plan = _team(1, 3)
    with pytest.raises(InputError, match="between 0 and 1"):
        replan(problem, plan, keep_share=90)


def test_an_empty_problem_is_an_empty_plan() -> None:
    """When everybody is absent there is nothing, with its reason."""
    problem, plan = _team(1, 3)
    again = replan(replace(problem, shifts=()), plan)
    assert {one.reason for one in again.left_out} == {"no_officers"}
    assert again.value == 0
