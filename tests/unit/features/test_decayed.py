"""Decayed sums: against double loops, and what is known only later changes none of them."""

from __future__ import annotations

import numpy as np
import pytest

from geo_risk.features.decayed import (
    Past,
    gaussian_weights,
    sum_by_key,
    sum_near,
    sum_near_of_key,
    tie_weights,
)


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(0)
    day = rng.integers(730_000, 730_400, 200)
    past = Past(day, day + rng.integers(0, 3, 200) * 20, rng.normal(size=(200, 2)))
    return rng, past, rng.integers(-1, 12, 200), rng.integers(730_000, 730_450, 90)


@pytest.mark.parametrize("half_life", [10.0, 200.0, np.inf])
def test_sums_by_key_are_those_of_a_double_loop(drawn, half_life) -> None:
    """Same key, known before the day, half as much after a half-life."""
    rng, past, key, day = drawn
    target = rng.integers(-1, 13, len(day))
    plain = np.zeros((len(day), 2))
    for i in range(len(day)):
        for j in range(len(key)):
            if key[j] == target[i] >= 0 and past.known_day[j] < day[i]:
                plain[i] += past.values[j] * 2.0 ** (-(day[i] - past.day[j]) / half_life)
    assert np.allclose(sum_by_key(past, key, day, target, half_life), plain, atol=1e-12)


@pytest.mark.parametrize("half_life", [10.0, np.inf])
def test_sums_near_are_those_of_a_double_loop(drawn, half_life) -> None:
    """Other places within two sigma, the place itself left out."""
    rng, past, key, day = drawn
    at = rng.random((12, 2)) * 900
    at[3], at[7] = at[4], np.nan
    site, target = np.maximum(key, 0) % 12, rng.integers(0, 12, len(day))
    plain = np.zeros((len(day), 2))
    for i in range(len(day)):
        for j in range(len(site)):
            apart = np.hypot(*(at[target[i]] - at[site[j]]))
            if site[j] != target[i] and apart <= 600 and past.known_day[j] < day[i]:
                age = 2.0 ** (-(day[i] - past.day[j]) / half_life)
                plain[i] += past.values[j] * age * np.exp(-0.5 * (apart / 300) ** 2)
    weights = gaussian_weights(at, at, 300.0, apart=True)
    assert np.allclose(sum_near(weights, past, site, day, target, half_life), plain, atol=1e-12)


def test_points_that_tie_are_told_and_count_in_full() -> None:
    """At one point, or a hand's breadth apart; a place is not its own neighbour."""
    at = np.array([[0.0, 0.0], [0.0, 0.0], [0.1, 0.0], [50.0, 0.0], [np.nan, np.nan]])
    same = [[0, 1, 1, 0, 0], [1, 0, 1, 0, 0], [1, 1, 0, 0, 0], [0] * 5, [0] * 5]
    assert tie_weights(at).toarray().tolist() == same
    weights = gaussian_weights(at, at, 100.0).toarray()
    assert np.diag(weights).tolist() == [1, 1, 1, 1, 0]
    assert weights[0, 1] == 1.0


def test_without_a_past_every_sum_is_zero() -> None:
    """No visit, no site, no point."""
    none = Past(np.zeros(0, dtype=int), np.zeros(0, dtype=int), np.zeros((0, 2)))
    key, day = np.zeros(0, dtype=int), np.array([730_000])
    assert not sum_by_key(none, key, day, np.zeros(1, dtype=int), 30.0).any()
    far = np.full((1, 2), np.nan)
    weights = gaussian_weights(far, np.zeros((0, 2)), 100.0)
    assert not sum_near(weights, none, key, day, np.zeros(1, dtype=int), 30.0).any()


def test_sums_near_of_one_key_are_those_of_a_double_loop(drawn) -> None:
    """Same key, another place within two sigma; what is older than 20 half-lives is left out."""
    rng, past, key, day = drawn
    at = rng.random((12, 2)) * 900
    at[3], at[7] = at[4], np.nan
    place, here = rng.integers(0, 12, len(key)), rng.integers(0, 12, len(day))
    target = rng.integers(-1, 13, len(day))
    plain = np.zeros((len(day), 2))
    for i in range(len(day)):
        for j in range(len(key)):
            apart = np.hypot(*(at[here[i]] - at[place[j]]))
            other = here[i] != place[j] and apart <= 600
            if key[j] == target[i] >= 0 and other and past.known_day[j] < day[i]:
                age = 2.0 ** (-(day[i] - past.day[j]) / 15.0)
                plain[i] += past.values[j] * age * np.exp(-0.5 * (apart / 300) ** 2)
    told = sum_near_of_key(
        past, key, place, day, target, here, at=at, sigma_m=300.0, half_life_days=15.0
    )
    assert np.allclose(told, plain, atol=1e-5)
    assert told.any()


@pytest.mark.parametrize("half_life", [1.0, 30.0, np.inf])
def test_a_past_of_another_century_is_no_trouble(half_life) -> None:
    """Thousands of half-lives before, and a day beyond all days: sums are finite, and the same."""
    day = np.array([600_000, 730_000, 730_010, 10**7])
    past = Past(day, day, np.ones((4, 1)))
    key, now, here = np.zeros(4, dtype=int), np.array([730_020, 1]), np.zeros(2, dtype=int)
    weights = gaussian_weights(np.zeros((1, 2)), np.zeros((1, 2)), 100.0)
    plain = sum(2.0 ** (-(730_020 - one) / half_life) for one in day[:3].tolist())
    assert np.allclose(sum_by_key(past, key, now, here, half_life), [[plain], [0.0]])
    assert np.allclose(sum_near(weights, past, key, now, here, half_life), [[plain], [0.0]])
