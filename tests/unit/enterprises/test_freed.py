"""Risk freed of lookers: averages, shares that add up, and a variance that is recovered."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from geo_risk.enterprises.freed import (
    LEAST_VARIANCE,
    MOST_VARIANCE,
    Lookers,
    free_of_lookers,
    premises_variance,
)

LOOKERS = Lookers(np.array([-3.0, -1.0, 0.5]), np.array([0.2, 0.5, 0.3]))


@pytest.fixture
def factors():
    rng = np.random.default_rng(0)
    told = {name: rng.normal(size=30) * 0.7 for name in ("own", "industry", "near", "calls")}
    for part in told.values():
        part[0] = part[1:].mean()
        part[0] = part.mean()
    return told


def test_a_premises_probability_is_the_mean_over_lookers(factors) -> None:
    """Each looker's probability, weighed by its share of visits."""
    freed = free_of_lookers(LOOKERS, factors, np.ones(30))
    place = sum(factors.values())
    plain = [
        sum(s * expit(a + one) for a, s in zip(LOOKERS.linear, LOOKERS.share, strict=True))
        for one in place
    ]
    assert np.allclose(freed.probability, plain)


def test_contributions_add_up_and_a_factor_at_its_mean_has_none(factors) -> None:
    """Exactly, to rounding; the first premises has every factor at the park's mean."""
    freed = free_of_lookers(LOOKERS, factors, np.ones(30))
    total = freed.contributions.sum(axis=0) + freed.reference
    assert np.abs(total - freed.probability).max() < 1e-12
    assert np.abs(freed.contributions[:, 0]).max() < 1e-12
    still = {**factors, "near": np.full(30, 0.4)}
    assert np.abs(free_of_lookers(LOOKERS, still, np.ones(30)).contributions[2]).max() < 1e-12


def test_the_order_of_lookers_changes_nothing(factors) -> None:
    """Nor does splitting one looker into two that see alike."""
    one = free_of_lookers(LOOKERS, factors, np.ones(30))
    split = Lookers(np.array([0.5, 0.5, -1.0, -3.0]), np.array([0.1, 0.2, 0.5, 0.2]))
    other = free_of_lookers(split, factors, np.ones(30))
    assert np.allclose(one.probability, other.probability)
    assert np.allclose(one.contributions, other.contributions)


def test_an_interval_holds_its_probability_and_widens_with_variance(factors) -> None:
    """Strictly; with no variance it is a point."""
    freed = free_of_lookers(LOOKERS, factors, np.ones(30))
    assert (freed.low < freed.probability).all()
    assert (freed.probability < freed.high).all()
    wider = free_of_lookers(LOOKERS, factors, np.full(30, 2.0))
    assert (wider.high - wider.low > freed.high - freed.low).all()
    point = free_of_lookers(LOOKERS, factors, np.zeros(30))
    assert np.allclose(point.low, point.high)


@pytest.mark.parametrize("truth", [0.25, 1.0])
def test_variance_of_premises_is_recovered(truth) -> None:
    """From 2,000 premises visited five times: within a third, over five drawings."""
    told = []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        place = np.repeat(np.arange(2000), 5)
        linear = -1.0 + rng.normal(size=2000)[place] * np.sqrt(truth)
        mean = expit(-1.0 + rng.normal(size=200_000) * np.sqrt(truth)).mean()
        found = rng.random(10_000) < expit(linear)
        told.append(premises_variance(found - mean, np.full(10_000, mean * (1 - mean)), place))
    assert np.mean(told) == pytest.approx(truth, rel=0.35)


def test_variance_stays_between_its_bounds_whatever_comes() -> None:
    """No visit, one visit each, all alike, all apart."""
    one = np.ones(1)
    assert premises_variance(one[:0], one[:0], np.zeros(0, dtype=int)) == 0.5
    assert premises_variance(np.ones(9), np.full(9, 0.2), np.arange(9)) == 0.5
    together = np.zeros(500, dtype=int)
    assert premises_variance(np.full(500, 0.9), np.full(500, 0.1), together) == MOST_VARIANCE
    against = np.tile([0.9, -0.9], 250)
    assert premises_variance(against, np.full(500, 0.1), together) == LEAST_VARIANCE
