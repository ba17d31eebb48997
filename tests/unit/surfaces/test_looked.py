"""How much gets on record: follows visits and reach, and is 1 where all are looked at alike."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from geo_risk.looks import LookedPremises, LookedVisits, Looks, ToldReports
from geo_risk.surfaces.detected import Detection
from geo_risk.surfaces.detection import fit_detection
from geo_risk.surfaces.looked import measure_looked


@pytest.fixture(scope="module")
def looks(ell: Any) -> Looks:
    """120 premises alike; those in the west are visited eight times, the others twice."""
    rng = np.random.default_rng(3)
    east, north = ell.points(120, seed=3)
    many = np.where(east < 500, 8, 2)
    premises = np.repeat(np.arange(120), many)
    told = rng.integers(0, 120, 80)
    none = np.zeros(len(premises), dtype=np.int64)
    return Looks(
        "hazard",
        ell.grid.crs,
        LookedPremises(tuple(f"p{k}" for k in range(120)), east, north, np.full(120, 300.0), {}),
        LookedVisits(
            premises, none, none, np.ones(len(premises)), rng.poisson(0.5, len(premises)) * 1.0
        ),
        ToldReports(told, east[told], north[told], np.zeros(80, dtype=np.int64)),
        np.where(ell.inside, 0, -1),
        300.0,
        {},
    )


@pytest.fixture(scope="module")
def detection(ell: Any, looks: Looks) -> Detection:
    return fit_detection(looks, ell.grid, ell.inside)


def measure(ell: Any, detection: Detection) -> Any:
    return measure_looked(detection, ell.grid, ell.inside, bandwidth_m=100.0)


def test_it_is_above_zero_with_a_mean_of_one(ell: Any, detection: Detection) -> None:
    """In every cell of the park and nowhere else."""
    values = measure(ell, detection)
    assert np.array_equal(np.isfinite(values), ell.inside)
    assert values[ell.inside].min() > 0
    assert values[ell.inside].mean() == pytest.approx(1.0)


def test_it_follows_the_visits(ell: Any, detection: Detection) -> None:
    """Four times the visits and the same risk: between two and four times as much on record."""
    values = measure(ell, detection)
    east, _ = ell.grid.centres()
    west, far = (values[ell.inside & part].mean() for part in (east < 400, east > 700))
    assert 2 < west / far < 4.5


def test_looked_at_alike_it_is_flat(ell: Any, detection: Detection) -> None:
    """As much of every premises: 1 everywhere where all is at premises."""
    alike = replace(
        detection,
        on_record=detection.days * 0.02,
        reach=np.ones(ell.grid.shape),
        ground_per_km2_30d=0.0,
    )
    np.testing.assert_allclose(measure(ell, alike)[ell.inside], 1.0, rtol=1e-9)


def test_twice_the_looks_everywhere_change_nothing(ell: Any, detection: Detection) -> None:
    """Only where matters, where nothing is told by the public."""
    visits = replace(detection, told_per_30d=np.nan, ground_per_km2_30d=np.nan)
    twice = replace(visits, on_record=2.0 * visits.on_record)
    np.testing.assert_allclose(
        measure(ell, twice)[ell.inside], measure(ell, visits)[ell.inside], rtol=1e-9
    )


@pytest.mark.parametrize("change", ["no_points", "nothing_on_record", "no_days"])
def test_where_nothing_is_known_it_is_one(ell: Any, detection: Detection, change: str) -> None:
    """No premises with a point, nobody who looked or told, no day: stated, and no error."""
    n = len(detection.easting)
    changed = {
        "no_points": {"easting": np.full(n, np.nan), "northing": np.full(n, np.nan)},
        "nothing_on_record": {"on_record": np.zeros(n)},
        "no_days": {"days": np.zeros(n)},
    }[change]
    values = measure(ell, replace(detection, **changed))
    np.testing.assert_array_equal(values[ell.inside], 1.0)
