"""Proven bounds of visit plans: how close they come, and how long they take."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from bench.plan_public import public_instances
from bench.table import Line, show
from geo_risk.visits.bound import Bound, upper_bound
from geo_risk.visits.problem import Candidate, Problem, Shift
from geo_risk.visits.recombine import price_and_branch

_ZONE = ((600.0, 1000.0), 5)  # metres of one zone, zones in a row


def park(rng: np.random.Generator, zones: int = 10, per_zone: int = 90, days: int = 5) -> Problem:
    """Draw a week of one officer a zone in a park of 3 by 2 km.

    Visits of 30, 45 or 60 minutes, prizes lognormal and larger where visits are longer, two shifts
    a day from and to the station in the middle, 4 km/h with a factor 1.3 and a minute at the gate.
    """
    (wide, high), row = _ZONE
    n = zones * per_zone
    zone = np.repeat(np.arange(zones), per_zone)
    corner = np.column_stack((zone % row * wide, zone // row * high))
    points = corner + rng.uniform(0, (wide, high), (n, 2))
    points = np.vstack(([[1500.0, 1000.0]], points))
    metres = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    travel = np.ceil(60 + 1.3 * metres / (15 / 3.6)).astype(np.int32)
    np.fill_diagonal(travel, 0)
    grade = rng.choice(3, n, p=(0.5, 0.3, 0.2))
    service = np.array([30, 45, 60])[grade] * 60
    prize = rng.lognormal(0.0, 0.7, n) * np.array([1.0, 1.5, 2.0])[grade]
    candidates = tuple(
        Candidate(f"c{i}", i + 1, int(service[i]), float(prize[i]), zone_id=f"z{zone[i]}")
        for i in range(n)
    )
    shifts = tuple(
        Shift(f"o{k}.{day}.{half}", f"o{k}", *_times(day, half), zone_ids=(f"z{k}",))
        for k in range(zones)
        for day in range(days)
        for half in range(2)
    )
    return Problem(candidates, shifts, travel)


def measure(seeds: Sequence[int] = (1, 2), weeks_s: Sequence[float] = (20.0, 60.0)) -> list[Line]:
    """Give the lines: one zone, the whole week, and public instances where they are at hand."""
    upper_bound(park(np.random.default_rng(0), zones=1, per_zone=20, days=1), seconds=5.0)
    lines = []
    for seed in seeds:
        lines.append(_branched("one zone, 90 visits, 10 shifts", seed, 1, 5.0))
        lines += [_branched("a week, 900 visits, 100 shifts", seed, 10, limit) for limit in weeks_s]
    for name, known, problem in public_instances():
        bound = upper_bound(problem, seconds=10.0)
        gap = bound.value / known - 1.0
        note = f"bound {bound.value:.1f}, best known {known:.0f}, gap {100 * gap:.1f} %"
        lines.append(Line(f"TOPTW {name}", bound.seconds, note=note + _state(bound)))
    return lines


def _branched(what: str, seed: int, zones: int, limit: float) -> Line:
    problem = park(np.random.default_rng(seed), zones=zones)
    began = time.perf_counter()
    orders, bound = price_and_branch(problem, seconds=limit)
    took = time.perf_counter() - began
    value = sum(
        problem.worth(problem.candidate[one], problem.shift[name])
        for name, order in orders.items()
        for one in order
    )
    gap = 100 * (bound.value / value - 1.0)
    note = f"seed {seed}: bound {bound.value:.1f}, plan {value:.1f}, gap {gap:.2f} %"
    return Line(f"{what}, {limit:g} s", took, target_s=limit + 2.0, note=note + _state(bound))


def _state(bound: Bound) -> str:
    return ", converged" if bound.converged else ""


def _times(day: int, half: int) -> tuple[int, int]:
    begin, end = ((8.5, 12.0), (13.5, 17.5))[half]
    return day * 86400 + round(begin * 3600), day * 86400 + round(end * 3600)


if __name__ == "__main__":
    print(show(measure()))
