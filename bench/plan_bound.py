"""Proven bounds of visit plans: how close they come, and how long they take."""

from __future__ import annotations

import numpy as np

from geo_risk.visits.problem import Candidate, Problem, Shift

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


def _times(day: int, half: int) -> tuple[int, int]:
    begin, end = ((8.5, 12.0), (13.5, 17.5))[half]
    return day * 86400 + round(begin * 3600), day * 86400 + round(end * 3600)
