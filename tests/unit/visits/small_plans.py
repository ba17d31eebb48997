"""Small planning problems for tests, and all plans of one by enumeration."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations

import numpy as np
from hypothesis import strategies as st
from scipy.sparse.csgraph import floyd_warshall

from geo_risk.visits.problem import Candidate, Problem, Shift, Tier, timed

_HOLES = 0.2  # of the ways do not exist


@st.composite
def small_problems(draw: st.DrawFn) -> Problem:
    """Draw up to 5 visits and 3 shifts: windows, missing ways, officers who may not go."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    visits, shifts = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    return random_problem(rng, visits, shifts, wild=draw(st.booleans()))


def random_problem(
    rng: np.random.Generator, visits: int, shifts: int, *, wild: bool = False
) -> Problem:
    """Draw a problem whose shifts hold about three visits; wild: its ways keep to no law."""
    travel = rng.integers(5, 40, (visits + 2, visits + 2))
    np.fill_diagonal(travel, 0)
    if wild:
        travel[rng.random(travel.shape) < _HOLES] = -1
        np.fill_diagonal(travel, 0)
    else:
        travel = floyd_warshall(travel)
    officers = ("a", "b")
    candidates = tuple(
        Candidate(
            f"c{i}",
            None if rng.random() < 0.05 else i + 2,
            int(rng.integers(10, 60)),
            round(float(rng.lognormal(1.0, 0.7)), 3),
            zone_id=str(rng.choice(("", "north", "south"))),
            windows=_windows(rng),
            only=("a",) if rng.random() < 0.1 else (),
            never=("b",) if rng.random() < 0.1 else (),
            free_of_zones=bool(rng.random() < 0.1),
            tier=Tier(int(rng.choice(4, p=(0.6, 0.2, 0.1, 0.1)))),
        )
        for i in range(visits)
    )
    made = tuple(
        Shift(
            f"s{k}",
            officers[k % 2],
            200 * (k // 2),
            200 * (k // 2) + int(rng.choice((150, 180))),
            begin_place=int(rng.integers(2)),
            end_place=int(rng.integers(2)),
            zone_ids=(("north",), ("south",), ())[int(rng.integers(3))],
        )
        for k in range(shifts)
    )
    crossing = float(rng.choice((0.0, 0.5, 0.8, 1.0)))
    return Problem(candidates, made, travel.astype(np.int32), crossing)


def best_plans(problem: Problem) -> Mapping[frozenset[str], float]:
    """Give every set of visits that some plan makes, and the most that it brings."""
    plans: dict[frozenset[str], float] = {frozenset(): 0.0}
    for shift in problem.shifts:
        routes = routes_of(problem, shift)
        together = dict(plans)
        for made, value in plans.items():
            for some, worth in routes.items():
                if not made & some:
                    both = made | some
                    together[both] = max(together.get(both, -1.0), value + worth)
        plans = together
    return plans


def optimum(problem: Problem) -> float:
    """Give what the best plan brings."""
    return max(best_plans(problem).values())


def routes_of(problem: Problem, shift: Shift) -> Mapping[frozenset[str], float]:
    """Give every set of visits that some route of a shift makes, and what it brings."""
    able = [
        one.id
        for one in problem.candidates
        if one.place is not None and problem.worth(one, shift) >= 0
    ]
    return {
        frozenset(order): sum(problem.worth(problem.candidate[one], shift) for one in order)
        for many in range(1, len(able) + 1)
        for order in permutations(able, many)
        if timed(problem, shift, order) is not None
    }


def _windows(rng: np.random.Generator) -> tuple[tuple[int, int], ...]:
    many = int(rng.choice(4, p=(0.5, 0.3, 0.15, 0.05)))
    begins = rng.integers(0, 350, many)
    return tuple((int(begin), int(begin + rng.integers(0, 80))) for begin in begins)
