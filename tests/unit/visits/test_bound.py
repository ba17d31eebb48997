"""The proven bound of a visit plan, against all plans by enumeration."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_risk.errors import InfeasiblePlanError, InputError
from geo_risk.visits.bound import upper_bound
from geo_risk.visits.problem import Candidate, Plan, Problem, Route, Shift, timed
from tests.unit.visits.small_plans import best_plans, optimum, random_problem, small_problems

LONG_S = 20.0  # never needed: small problems converge in a fraction of it
ROUNDING = 1e-9


@given(small_problems())
@settings(max_examples=8, deadline=None)
def test_no_plan_exceeds_the_bound(problem: Problem) -> None:
    """The best of all plans brings no more than the bound."""
    assert optimum(problem) <= upper_bound(problem, seconds=LONG_S).value * (1 + ROUNDING)


@given(small_problems(), st.data())
@settings(max_examples=8, deadline=None)
def test_no_plan_that_makes_what_is_required_exceeds_its_bound(
    problem: Problem, data: st.DataObject
) -> None:
    """Required visits lower the bound to no less than the best plan that makes them."""
    plans = best_plans(problem)
    some = data.draw(st.sampled_from(sorted(plans, key=sorted)))
    best = max(value for made, value in plans.items() if some <= made)
    bound = upper_bound(problem, seconds=LONG_S, required=some)
    free = upper_bound(problem, seconds=LONG_S)
    assert best <= bound.value * (1 + ROUNDING)
    assert bound.value <= free.value * (1 + 1e-3)


@pytest.mark.soak
@given(st.integers(0, 2**32 - 1))
@settings(max_examples=150, deadline=None)
def test_no_plan_exceeds_the_bound_over_many_problems(seed: int) -> None:
    """The first two claims over larger problems and more of them; every one converges."""
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, 6, 3, wild=bool(seed % 2))
    plans = best_plans(problem)
    sets = sorted(plans, key=sorted)
    for some in (frozenset[str](), sets[int(rng.integers(len(sets)))]):
        bound = upper_bound(problem, seconds=LONG_S, required=some)
        best = max(value for made, value in plans.items() if some <= made)
        assert best <= bound.value * (1 + ROUNDING)
        assert bound.converged


@given(small_problems(), st.integers(0, 6))
@settings(max_examples=8, deadline=None)
def test_a_bound_stopped_early_holds(problem: Problem, asked: int) -> None:
    """Stopped after any number of questions, or with no time at all, the bound holds."""
    answers = iter([False] * asked)
    best = optimum(problem)
    stopped = upper_bound(problem, seconds=LONG_S, cancelled=lambda: next(answers, True))
    assert best <= stopped.value * (1 + ROUNDING)
    assert best <= upper_bound(problem, seconds=0.0).value * (1 + ROUNDING)


def test_the_bound_is_the_optimum_for_one_shift() -> None:
    """With one shift the best route is a plan: the bound is what it brings."""
    rng = np.random.default_rng(5)
    for _ in range(6):
        problem = random_problem(rng, 6, 1)
        bound = upper_bound(problem, seconds=LONG_S)
        assert bound.converged
        assert bound.value == pytest.approx(optimum(problem), rel=1e-3, abs=1e-6)


def test_the_bound_is_close_to_the_optimum_for_several_shifts() -> None:
    """Over problems with two and three shifts the mean gap to the optimum is below 2 %."""
    rng = np.random.default_rng(6)
    gaps = []
    for shifts in (2, 3) * 4:
        problem = random_problem(rng, 6, shifts)
        best = optimum(problem)
        if best > 0:
            gaps.append(upper_bound(problem, seconds=LONG_S).value / best - 1.0)
    assert len(gaps) > 5
    assert np.mean(gaps) < 0.02


def test_alike_shifts_are_searched_once_and_their_number_counts() -> None:
    """Five days with the same halves: each visit fills one, so five visits are the bound."""
    candidates = tuple(Candidate(f"c{i}", 1, 80, float(i)) for i in range(1, 8))
    shifts = tuple(Shift(f"s{d}", "a", 1000 * d, 1000 * d + 100) for d in range(5))
    problem = Problem(candidates, shifts, np.array([[0, 5], [5, 0]], np.int32))
    assert upper_bound(problem, seconds=LONG_S).value == pytest.approx(3 + 4 + 5 + 6 + 7, rel=1e-3)


def test_more_shifts_never_lower_the_bound() -> None:
    """A shift more: the bound stays or rises."""
    rng = np.random.default_rng(7)
    for _ in range(3):
        problem = random_problem(rng, 6, 3)
        fewer = replace(problem, shifts=problem.shifts[:2])
        less, more = (upper_bound(one, seconds=LONG_S).value for one in (fewer, problem))
        assert less <= more * (1 + 1e-3) + 1e-9


def test_a_relaxed_window_never_lowers_the_bound() -> None:
    """Windows taken away: the bound stays or rises."""
    rng = np.random.default_rng(8)
    for _ in range(3):
        problem = random_problem(rng, 6, 2)
        free = replace(
            problem, candidates=tuple(replace(one, windows=()) for one in problem.candidates)
        )
        less, more = (upper_bound(one, seconds=LONG_S).value for one in (problem, free))
        assert less <= more * (1 + 1e-3) + 1e-9


def test_the_order_of_candidates_changes_nothing() -> None:
    """Candidates in another order: the same bound, as close as it is worked out."""
    rng = np.random.default_rng(9)
    for _ in range(3):
        problem = random_problem(rng, 6, 2)
        turned = replace(problem, candidates=problem.candidates[::-1])
        one, other = (upper_bound(some, seconds=LONG_S).value for some in (problem, turned))
        assert one == pytest.approx(other, rel=1e-3, abs=1e-9)


def test_every_column_can_be_kept() -> None:
    """Each route that is told can be timed in each of its shifts."""
    rng = np.random.default_rng(10)
    told = 0
    for _ in range(3):
        problem = random_problem(rng, 6, 3)
        for shifts, order in upper_bound(problem, seconds=LONG_S).columns:
            told += 1
            for name in shifts:
                assert timed(problem, problem.shift[name], order) is not None
                assert all(
                    problem.worth(problem.candidate[one], problem.shift[name]) >= 0 for one in order
                )
    assert told > 10


def test_a_warm_plan_is_a_beginning_and_proves_nothing() -> None:
    """With a plan that cannot be kept as a beginning, the bound is the same."""
    problem = random_problem(np.random.default_rng(11), 6, 2)
    order = tuple(one.id for one in problem.candidates)
    route = Route(problem.shifts[0].id, (), problem.shifts[0].start_s)
    routes = [timed(problem, problem.shifts[0], order[:many]) for many in (1, 2)]
    warm = Plan((next((one for one in routes if one is not None), route),), (), 0.0)
    plain = upper_bound(problem, seconds=LONG_S).value
    assert upper_bound(problem, seconds=LONG_S, warm=warm).value == pytest.approx(plain, rel=1e-3)


def test_what_cannot_be_required_is_said() -> None:
    """An unknown candidate, and two that no shift can hold together, are errors that say so."""
    candidates = (Candidate("c1", 0, 80, 1.0), Candidate("c2", 0, 80, 2.0))
    problem = Problem(candidates, (Shift("s", "a", 0, 100),), np.zeros((1, 1), np.int32))
    with pytest.raises(InputError, match="'c3'"):
        upper_bound(problem, seconds=LONG_S, required=("c3",))
    with pytest.raises(InfeasiblePlanError):
        upper_bound(problem, seconds=LONG_S, required=("c1", "c2"))


def test_nothing_to_plan_has_a_bound_of_nothing() -> None:
    """Without shifts, without candidates, with nobody who may go: 0."""
    one, shift = Candidate("c", 0, 10, 1.0, only=("b",)), Shift("s", "a", 0, 100)
    for candidates, shifts in (((), ()), ((one,), ()), ((), (shift,)), ((one,), (shift,))):
        problem = Problem(candidates, shifts, np.zeros((1, 1), np.int32))
        bound = upper_bound(problem, seconds=LONG_S)
        assert (bound.value, bound.converged) == (0.0, True)


def test_progress_is_told_and_falls() -> None:
    """Each bound that is told is lower than the one before; the last one is the result."""
    told: list[float] = []
    problem = random_problem(np.random.default_rng(13), 9, 2)
    bound = upper_bound(problem, seconds=LONG_S, progress=told.append)
    assert len(told) > 1
    assert told == sorted(told, reverse=True)
    assert told[-1] == bound.value
