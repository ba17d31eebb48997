"""What the specification simulates of effort: who is visited more is not worse off for it."""

from __future__ import annotations

import numpy as np
import pytest

from geo_risk.safety_index import CountedVisit, EnterpriseMonth, compute_month, fit_reference
from tests.unit.safety_index.example import PARAMS

USUAL = (0.05, 0.40, 1.20)
"""Findings of a standard visit: major, general, minor; of all enterprises alike."""


def _gap(seed: int, *, enterprises: int = 150, often: int = 12, seldom: int = 3) -> float:
    """Score a park of equal true risk; the mean of the fifth visited often less the others'."""
    rng = np.random.default_rng(seed)
    months = []
    for n in range(enterprises):
        visits = [
            CountedVisit(
                f"v{n:03d}-{k:02d}",
                str(rng.choice(["A", "B", "C"])),
                float(rng.uniform(0.5, 1.5)),
                (0, 0, 0),
            )
            for k in range(often if n % 5 == 0 else seldom)
        ]
        detection = {"A": 1.5, "B": 1.0, "C": 0.6}
        found = [
            tuple(rng.poisson(np.array(USUAL) * detection[one.looker] * one.effort).tolist())
            for one in visits
        ]
        told = tuple(
            CountedVisit(one.id, one.looker, one.effort, counts)
            for one, counts in zip(visits, found, strict=True)
        )
        months.append(EnterpriseMonth(f"e{n:03d}", sector="C", inherent_class=2, visits=told))
    month = compute_month("2026-10", months, fit_reference(months), PARAMS, lifts=False)
    assert not month.reference.provisional
    points = np.array([one.score.points for one in month.results])
    much = np.arange(enterprises) % 5 == 0
    return float(points[much].mean() - points[~much].mean())


def check_effort_law(seeds: range) -> None:
    """Mean over seeds, and not more than half a point."""
    gaps = [_gap(seed) for seed in seeds]
    assert abs(float(np.mean(gaps))) < 0.5


def test_effort_on_a_fifth_of_equal_enterprises_moves_no_score() -> None:
    """Visited four times as often: the mean score differs by less than 0.5 (5 seeds)."""
    check_effort_law(range(5))


@pytest.mark.soak
def test_effort_on_a_fifth_of_equal_enterprises_moves_no_score_in_20_seeds() -> None:
    """The long form; and one seed alone is within a point."""
    check_effort_law(range(20))
    assert max(abs(_gap(seed)) for seed in range(20)) < 1.0
