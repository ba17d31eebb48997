"""Workload is visits a month times what one takes, the way there included."""

from __future__ import annotations

import numpy as np
import pytest

from geo_risk.districts import WorkloadParams, measure_workload
from geo_risk.errors import InputError
from geo_risk.travel import TravelParams, measure_travel


def test_hours_equal_visits_times_service_and_way() -> None:
    """Worked by hand: 30 / interval x (service + mean way from the two nearest of the zone)."""
    east, north = np.array([0.0, 1000.0, 3000.0, 9000.0]), np.zeros(4)
    params = WorkloadParams(near=2)
    seconds = measure_travel(None, east[:3], north[:3]).seconds
    found = measure_workload([1, 2, 4, 3], ["a", "a", "a", "b"], east, north, None, params=params)
    ways = [seconds[row].sum() / 2 / 3600 for row in range(3)]
    assert found == pytest.approx(
        [
            30 / 180 * (0.5 + ways[0]),
            30 / 120 * (40 / 60 + ways[1]),
            30 / 45 * (1.0 + ways[2]),
            30 / 90 * (50 / 60),
        ]
    )


def test_a_premises_far_from_the_others_takes_longer() -> None:
    """The same class costs more at the end of the world."""
    east = np.array([0.0, 100.0, 200.0, 20_000.0])
    found = measure_workload([2] * 4, ["a"] * 4, east, np.zeros(4), None, travel=TravelParams())
    assert found.argmax() == 3


def test_relabelling_changes_nothing() -> None:
    """Rows in another order have the same hours."""
    rng = np.random.default_rng(0)
    east, north, classes = *rng.uniform(0, 3000, (2, 40)), rng.integers(1, 5, 40)
    zone = np.array(["a", "b"])[rng.integers(0, 2, 40)]
    order = rng.permutation(40)
    first = measure_workload(classes, zone.tolist(), east, north, None)
    again = measure_workload(classes[order], zone[order].tolist(), east[order], north[order], None)
    assert again == pytest.approx(first[order])


def test_a_class_that_is_none_is_refused() -> None:
    """1 to 4, and positive parameters."""
    with pytest.raises(InputError, match="inherent class 5"):
        measure_workload([5], ["a"], [0.0], [0.0], None)
    with pytest.raises(InputError, match="positive"):
        WorkloadParams(near=0)
