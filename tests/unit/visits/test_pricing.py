"""The search for the best route of a shift at given prices, against all its routes."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.plan_bound import park
from geo_risk.visits.check import check
from geo_risk.visits.pricing import Pricing, Room
from geo_risk.visits.problem import Candidate, LeftOut, Plan, Problem, Shift, timed
from geo_risk.visits.recombine import price_and_branch
from tests.unit.visits.small_plans import random_problem, routes_of

ROOM = Room(labels=20_000)


def _gains(problem: Problem, shift: Shift, price: NDArray[np.float64]) -> list[float]:
    number = {one.id: i for i, one in enumerate(problem.candidates)}
    return [
        worth - sum(price[number[one]] for one in some)
        for some, worth in routes_of(problem, shift).items()
    ]


@pytest.mark.parametrize("wild", [False, True])
def test_no_route_gains_more_than_the_bound(wild: bool) -> None:
    """At random prices, some below 0, with much room or too little, above any floor."""
    rng = np.random.default_rng(31)
    searched = 0
    for _ in range(25):
        problem = random_problem(rng, 6, 1, wild=wild)
        pricing = Pricing(problem)
        price = rng.normal(1.0, 1.5, 6)
        best = max(_gains(problem, problem.shifts[0], price), default=0.0)
        for room in (ROOM, Room(labels=8)):
            floor = float(rng.choice((0.0, 1.0, 3.0)))
            found = pricing.search(pricing.classes[0], price, floor, room, exact=True)
            assert found.bound >= max(best, floor) - 1e-9
            searched += bool(found.routes)
    assert searched > 10


def test_the_bound_is_the_best_route_where_nothing_is_far_away() -> None:
    """With few visits all are neighbours: no visit comes twice, and the bound is exact."""
    rng = np.random.default_rng(32)
    for _ in range(15):
        problem = random_problem(rng, 6, 1)
        pricing = Pricing(problem)
        price = rng.uniform(0.0, 2.0, 6)
        best = max(_gains(problem, problem.shifts[0], price), default=0.0)
        found = pricing.search(pricing.classes[0], price, 0.0, ROOM, exact=True)
        assert found.bound == pytest.approx(max(0.0, best))
        if best > 0:
            order = [problem.candidates[i].id for i in found.routes[0]]
            assert timed(problem, problem.shifts[0], order) is not None


def test_visits_remember_a_place_that_a_route_came_back_to() -> None:
    """Two places far apart: a route may return once; when that is remembered, it may not."""
    # Six visits beside each one keep the other place from being a neighbour.
    apart = np.zeros((15, 15), np.int32)
    apart[1:8, 8:] = apart[8:, 1:8] = 5
    candidates = [Candidate(f"c{i}", i, 10, 10.0 if i in {1, 8} else 0.0) for i in range(1, 15)]
    problem = Problem(tuple(candidates), (Shift("s", "a", 0, 60),), apart)
    pricing = Pricing(problem)
    price = np.full(14, 1.0)
    before = pricing.search(pricing.classes[0], price, 0.0, ROOM, exact=True)
    assert before.bound == pytest.approx(4 * 9.0)  # there and back and there again
    while pricing.remember(before.routes[:1]):
        after = pricing.search(pricing.classes[0], price, 0.0, ROOM, exact=True)
        before = after
    assert before.bound == pytest.approx(2 * 9.0)


def test_a_plan_of_a_whole_zone_is_close_to_its_bound() -> None:
    """One zone, 60 visits, 6 shifts: the judge finds no fault, and the gap is below 2 %."""
    problem = park(np.random.default_rng(4), zones=1, per_zone=60, days=3)
    orders, bound = price_and_branch(problem, seconds=20.0)
    routes = [timed(problem, shift, orders[shift.id]) for shift in problem.shifts]
    made = {one for some in orders.values() for one in some}
    plan = Plan(
        tuple(one for one in routes if one is not None),
        tuple(LeftOut(one.id, "worth_less") for one in problem.candidates if one.id not in made),
        sum(problem.candidate[one].prize for one in made),
        bound.value,
    )
    assert check(problem, plan) == []
    assert plan.gap < 0.02
