"""Plans put together from given routes, against every choice of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_risk.visits.problem import (
    Candidate,
    Plan,
    Problem,
    Shift,
    Tier,
    orders_of,
    timed,
)
from geo_risk.visits.recombine import price_and_branch, recombine
from tests.unit.visits.small_plans import optimum, random_problem

LONG_S = 20.0
Pool = list[tuple[str, tuple[str, ...]]]


def _rank(problem: Problem, choice: Iterable[tuple[str, Sequence[str]]]) -> tuple[float, ...]:
    """Visits of each tier, highest first, then what they bring."""
    made = [(problem.candidate[one], problem.shift[name]) for name, some in choice for one in some]
    tiers = Counter(one.tier for one, _ in made)
    value = sum(problem.worth(one, shift) for one, shift in made)
    return (tiers[Tier.APPOINTMENT], tiers[Tier.MUST], tiers[Tier.DRAWN], round(value, 6))


def _pool(problem: Problem, rng: np.random.Generator, many: int) -> Pool:
    """Draw routes that can be kept and routes that cannot."""
    ids = [one.id for one in problem.candidates]
    return [
        (
            str(rng.choice([one.id for one in problem.shifts])),
            tuple(str(one) for one in rng.choice(ids, int(rng.integers(1, 4)), replace=False)),
        )
        for _ in range(many)
    ]


def _can_be_kept(problem: Problem, name: str, order: Sequence[str]) -> bool:
    shift = problem.shift[name]
    may = all(problem.worth(problem.candidate[one], shift) >= 0 for one in order)
    return may and timed(problem, shift, order) is not None


def _choices(problem: Problem, pool: Pool) -> list[dict[str, tuple[str, ...]]]:
    """Every choice of routes, each for any shift that can keep it the same way, or for none."""
    choices: list[dict[str, tuple[str, ...]]] = [{}]
    for shift in problem.shifts:
        own = {order for name, order in pool if name == shift.id}
        own = {order for order in own if _can_be_kept(problem, shift.id, order)}
        choices += [
            {**before, shift.id: order}
            for before in choices
            for order in own
            if not {one for some in before.values() for one in some} & set(order)
        ]
    return choices


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_no_choice_of_the_routes_is_better(seed: int) -> None:
    """Tier by tier, then by value, what is chosen is at least the best choice there is."""
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, 7, 3, wild=bool(seed % 2))
    pool = _pool(problem, rng, 25)
    chosen = recombine(problem, pool, seconds=LONG_S)
    assert list(chosen) == [one.id for one in problem.shifts]
    assert all(_can_be_kept(problem, name, some) for name, some in chosen.items() if some)
    visits = [one for some in chosen.values() for one in some]
    assert len(visits) == len(set(visits))
    given_sets = {frozenset(order) for _, order in pool} | {frozenset()}
    assert {frozenset(some) for some in chosen.values()} <= given_sets
    best = max(_rank(problem, choice.items()) for choice in _choices(problem, pool))
    # Where shifts are alike a route is offered to both: more than the enumeration above allows.
    assert _rank(problem, chosen.items()) >= best


def test_a_must_visit_is_not_given_up_for_prizes() -> None:
    """One shift, a must-visit of little worth or two visits of much: the must-visit."""
    candidates = (
        Candidate("must", 0, 90, 0.1, tier=Tier.MUST),
        Candidate("rich", 0, 50, 50.0),
        Candidate("richer", 0, 50, 60.0),
    )
    problem = Problem(candidates, (Shift("s", "a", 0, 100),), np.zeros((1, 1), np.int32))
    pool: Pool = [("s", ("rich", "richer")), ("s", ("must",))]
    assert recombine(problem, pool, seconds=LONG_S) == {"s": ("must",)}


def test_routes_are_offered_to_every_alike_shift() -> None:
    """Two routes given for Monday: one of them is made on Tuesday, which is the same."""
    candidates = tuple(Candidate(f"c{i}", 0, 80, 1.0 + i) for i in range(2))
    shifts = tuple(Shift(f"s{day}", "a", 1000 * day, 1000 * day + 100) for day in range(2))
    problem = Problem(candidates, shifts, np.zeros((1, 1), np.int32))
    chosen = recombine(problem, [("s0", ("c0",)), ("s0", ("c1",))], seconds=LONG_S)
    assert sorted(chosen.values()) == [("c0",), ("c1",)]


@pytest.mark.parametrize("seconds", [0.0, LONG_S])
def test_what_is_chosen_is_never_worse_than_the_warm_plan(seconds: float) -> None:
    """With poor routes beside it, and with no time at all, the warm plan is what is left."""
    rng = np.random.default_rng(3)
    problem = random_problem(rng, 7, 3)
    good = recombine(problem, _pool(problem, rng, 60), seconds=LONG_S)
    routes = [timed(problem, problem.shift[name], some) for name, some in good.items()]
    warm = Plan(tuple(one for one in routes if one is not None), (), 0.0)
    assert any(orders_of(warm).values())
    chosen = recombine(problem, _pool(problem, rng, 3), seconds=seconds, warm=warm)
    assert _rank(problem, chosen.items()) >= _rank(problem, good.items())


def test_price_and_branch_finds_the_best_of_small_plans() -> None:
    """Over small problems without tiers, most plans are the best there is, and none is above."""
    rng = np.random.default_rng(21)
    best = 0
    for _ in range(4):
        drawn = random_problem(rng, 6, 2)
        plain = tuple(
            Candidate(one.id, one.place, one.service_s, one.prize, windows=one.windows)
            for one in drawn.candidates
        )
        problem = Problem(plain, drawn.shifts, drawn.travel_s)
        orders, bound = price_and_branch(problem, seconds=LONG_S)
        value = _rank(problem, orders.items())[-1]
        most = optimum(problem)
        assert value <= most + 1e-6 <= bound.value * (1 + 1e-9) + 2e-6
        assert all(_can_be_kept(problem, name, some) for name, some in orders.items() if some)
        best += value >= most - 1e-6
    assert best >= 3
