"""How far a change reaches: what it strikes, what needs a place, whose shifts are opened for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geo_risk.visits.problem import Candidate, LeftOut, Plan, Problem, Tier, orders_of
from geo_risk.visits.reach import Reach, find_reach, open_shifts
from geo_risk.visits.solve import kept, solve
from tests.unit.visits.problems import HOUR, line_problem


@pytest.fixture
def team() -> tuple[Problem, Plan]:
    """Three officers whose shifts hold a few visits each; some are left out."""
    problem = line_problem(tuple(1.0 + k % 5 for k in range(24)), hours=3.5, officers=3)
    return problem, solve(problem, seconds=1)


def _reach(problem: Problem, plan: Plan) -> Reach:
    return find_reach(problem, plan, kept(problem, orders_of(plan)))


def _opened(problem: Problem, plan: Plan, most: int, fixed: tuple[str, ...] = ()) -> frozenset[str]:
    stays = kept(problem, orders_of(plan))
    return open_shifts(problem, find_reach(problem, plan, stays), stays, fixed, most)


def _with(problem: Problem, tier: Tier, prize: float = 2.0) -> Problem:
    new = Candidate(id="new", place=9, service_s=HOUR, prize=prize, tier=tier)
    return replace(problem, candidates=(*problem.candidates, new))


def test_nothing_happened_and_nothing_is_struck(team: tuple[Problem, Plan]) -> None:
    """What was left out before is not wanted."""
    problem, plan = team
    assert plan.left_out
    found = _reach(problem, plan)
    assert (found.struck, found.wanted, found.is_quiet) == (frozenset(), (), True)
    assert found.others == {stop.candidate_id for _, stop in plan.visits}


def test_a_shift_that_begins_later_is_struck_alone(team: tuple[Problem, Plan]) -> None:
    """Also one that lost a visit ahead; not one whose first visit is over."""
    problem, plan = team
    late = replace(problem.shifts[1], start_s=problem.shifts[1].start_s + 60)
    shifts = (problem.shifts[0], late, problem.shifts[2])
    assert _reach(replace(problem, shifts=shifts), plan).struck == {"s1"}
    gone = orders_of(plan)["s2"][1]
    rest = tuple(one for one in problem.candidates if one.id != gone)
    assert _reach(replace(problem, candidates=rest), plan).struck == {"s2"}
    first = plan.routes[0].stops[0]
    place = problem.candidate[first.candidate_id].place
    assert place is not None
    on = replace(problem.shifts[0], start_s=first.end_s, begin_place=place)
    rest = tuple(one for one in problem.candidates if one.id != first.candidate_id)
    now = replace(problem, candidates=rest, shifts=(on, *problem.shifts[1:]))
    assert _reach(now, plan).is_quiet


def test_who_lost_a_place_is_wanted_the_gravest_first(team: tuple[Problem, Plan]) -> None:
    """Visits of who is absent, and what is new."""
    problem, plan = team
    now = _with(replace(problem, shifts=problem.shifts[1:]), Tier.MUST)
    found = _reach(now, plan)
    assert found.wanted[0] == "new"
    assert set(found.wanted) == {"new", *orders_of(plan)["s0"]}
    told = replace(plan, left_out=(*plan.left_out, LeftOut("new", "worth_less")))
    assert "new" not in _reach(now, told).wanted


def test_shifts_of_others_are_opened_as_far_as_may_be(team: tuple[Problem, Plan]) -> None:
    """None where nothing may move, but the best one for what must be visited."""
    problem, plan = team
    most = max(len(some) for some in orders_of(plan).values())
    assert _opened(_with(problem, Tier.OPTIONAL, 9.0), plan, 0) == frozenset()
    assert len(_opened(_with(problem, Tier.OPTIONAL, 9.0), plan, most)) == 1
    assert len(_opened(_with(problem, Tier.MUST), plan, 0)) == 1


def test_a_shift_is_opened_only_for_what_gains_there(team: tuple[Problem, Plan]) -> None:
    """Not for what brings less than anything it would push out, nor against what was confirmed."""
    problem, plan = team
    everything = len(plan.visits)
    assert _opened(_with(problem, Tier.OPTIONAL, 0.1), plan, everything) == frozenset()
    every = tuple(stop.candidate_id for _, stop in plan.visits)
    assert _opened(_with(problem, Tier.MUST), plan, everything, every) == frozenset()
