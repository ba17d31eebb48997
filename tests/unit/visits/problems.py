"""Small planning problems whose best plan can be found by trying every plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

import numpy as np
from hypothesis import strategies as st

from geo_risk.visits.problem import DAY_S, Candidate, Problem, Shift, Tier, timed

HOUR = 3600


def line_problem(
    prizes: Sequence[float] = (3.0, 2.0, 1.0),
    *,
    hours: float = 2.0,
    officers: int = 1,
    service_s: int = HOUR // 2,
    crossing: float = 0.8,
) -> Problem:
    """Candidates on a straight street, five minutes apart, the start at its beginning."""
    steps = np.arange(len(prizes) + 1)
    travel = (300 * np.abs(steps[:, None] - steps[None])).astype(np.int32)
    candidates = tuple(
        Candidate(id=f"c{k}", place=k + 1, service_s=service_s, prize=prize)
        for k, prize in enumerate(prizes)
    )
    shifts = tuple(
        Shift(id=f"s{k}", officer_id=f"o{k}", start_s=8 * HOUR, end_s=int((8 + hours) * HOUR))
        for k in range(officers)
    )
    return Problem(candidates, shifts, travel, crossing)


@st.composite
def problems(
    draw: st.DrawFn, candidates: int = 5, shifts: int = 2, *, shortest: bool = False
) -> Problem:
    """Any small problem: windows, holes in the matrix, tiers, zones, officers who may not go.

    With `shortest` every way is the shortest there is: leaving a stop out makes nothing later.
    """
    many = draw(st.integers(1, candidates))
    places = many + 1
    flat = draw(st.lists(st.integers(-1, 2400), min_size=places * places, max_size=places * places))
    travel = np.array(flat, dtype=np.int32).reshape(places, places)
    travel[travel == 0] = 1
    np.fill_diagonal(travel, 0)
    if shortest:
        travel = np.abs(travel)
        for k in range(places):
            travel = np.minimum(travel, travel[:, k, None] + travel[None, k])
    each = [
        Candidate(
            id=f"c{k}",
            place=draw(st.sampled_from([k + 1] * 9 + [None])),
            service_s=draw(st.integers(1, 5000)),
            prize=draw(st.integers(0, 20)) / 4,
            zone_id=draw(st.sampled_from(["", "a", "b"])),
            tier=draw(st.sampled_from([Tier.OPTIONAL] * 5 + list(Tier))),
            windows=draw(_windows()),
            only=draw(st.sampled_from([()] * 6 + [("o0",)])),
            never=draw(st.sampled_from([()] * 6 + [("o0",)])),
            free_of_zones=draw(st.booleans()),
        )
        for k in range(many)
    ]
    work = [
        Shift(
            id=f"s{k}",
            officer_id=f"o{k % 2}",
            start_s=DAY_S * (k // 2) + 8 * HOUR,
            end_s=DAY_S * (k // 2) + 8 * HOUR + draw(st.integers(1, 9000)),
            zone_ids=draw(st.sampled_from([(), ("a",), ("a", "b")])),
        )
        for k in range(draw(st.integers(0, shifts)))
    ]
    return Problem(tuple(each), tuple(work), travel, draw(st.sampled_from([0.0, 0.5, 1.0])))


@st.composite
def _windows(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    if draw(st.integers(0, 2)):
        return ()
    begin = 8 * HOUR + draw(st.integers(-1000, 9000))
    return ((begin, begin + draw(st.integers(-10, 3000))),)


def every_plan(problem: Problem) -> Iterator[dict[str, tuple[str, ...]]]:
    """Give every plan that can be kept, as orders."""

    def routes(shift: Shift, free: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        may = [one for one in free if problem.worth(problem.candidate[one], shift) >= 0]
        for many in range(len(may) + 1):
            for order in permutations(may, many):
                if timed(problem, shift, order) is not None:
                    yield order

    def plans(rest: Sequence[Shift], free: tuple[str, ...]) -> Iterator[dict[str, tuple[str, ...]]]:
        if not rest:
            yield {}
            return
        for order in routes(rest[0], free):
            left = tuple(one for one in free if one not in order)
            for others in plans(rest[1:], left):
                yield {rest[0].id: order, **others}

    yield from plans(problem.shifts, tuple(one.id for one in problem.candidates))


def rank(problem: Problem, orders: dict[str, tuple[str, ...]]) -> tuple[int, int, int, float]:
    """Give what a plan is judged by: how many of each tier, gravest first, then the prizes."""
    tiers = [problem.candidate[one].tier for some in orders.values() for one in some]
    value = sum(
        problem.worth(problem.candidate[one], problem.shift[shift])
        for shift, some in orders.items()
        for one in some
    )
    return (
        tiers.count(Tier.APPOINTMENT),
        tiers.count(Tier.MUST),
        tiers.count(Tier.DRAWN),
        round(value, 9),
    )
