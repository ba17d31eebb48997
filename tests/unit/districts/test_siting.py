"""Stations are sited where they reach most: enumeration agrees, and the bound holds."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from geo_risk.districts import measure_coverage, site_stations
from geo_risk.errors import InputError


def a_case(seed: int, places: int = 12, demand: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Candidates and demand thrown at random on a square of 10; distances, and weights 1 to 9."""
    rng = np.random.default_rng(seed)
    some, others = rng.uniform(0, 10, (places, 2)), rng.uniform(0, 10, (demand, 2))
    away = np.hypot(*(some[:, None] - others[None]).transpose(2, 0, 1))
    return away, rng.integers(1, 10, demand).astype(float)


def best_by_enumeration(
    away: np.ndarray, weights: np.ndarray, standard: float, count: int
) -> float:
    """Try every choice of so many places."""
    return max(
        sum(
            weight
            for column, weight in enumerate(weights)
            if any(away[place, column] <= standard for place in chosen)
        )
        for chosen in combinations(range(len(away)), count)
    )


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("count", [1, 2, 4])
def test_nothing_covers_more_than_what_is_proposed(seed: int, count: int) -> None:
    """The choice covers as much as the best of all choices, and its gap is 0."""
    away, weights = a_case(seed)
    found = site_stations(away, weights, 2.0, count=count)
    assert found.after == pytest.approx(best_by_enumeration(away, weights, 2.0, count))
    assert found.gap == pytest.approx(0.0, abs=1e-9)
    assert sum(found.adds) == pytest.approx(found.after - found.before)
    assert list(found.adds) == sorted(found.adds, reverse=True)
    covered = (away[list(found.sites)] <= 2.0).any(axis=0)
    np.testing.assert_array_equal(found.covered, covered)


@pytest.mark.parametrize("seed", range(12))
def test_without_the_solver_the_bound_still_holds(seed: int) -> None:
    """Exchange alone: no better choice exceeds the bound, and it is near the best."""
    away, weights = a_case(seed)
    found = site_stations(away, weights, 2.0, count=3, seconds=0.0)
    best = best_by_enumeration(away, weights, 2.0, 3)
    assert found.after <= best + 1e-9 <= found.bound + 2e-9
    assert found.after >= 0.95 * best


def test_the_greedy_trap_is_left_by_exchange() -> None:
    """The largest place first is wrong here; two others cover everything."""
    away = np.array([[1, 1, 9, 9, 1, 1], [1, 1, 1, 9, 9, 9], [9, 9, 9, 1, 1, 1]])
    weights = np.array([2, 2, 3, 3, 2, 2.0])
    found = site_stations(away, weights, 5, count=2, seconds=0.0)
    assert set(found.sites) == {1, 2}
    assert found.after == weights.sum()
    assert found.gap == 0.0


def test_what_stations_reach_today_is_not_counted_twice() -> None:
    """A place whose demand is covered already is not proposed."""
    away, weights = np.array([[1, 1, 9], [9, 9, 1]]), np.array([5, 5, 2.0])
    found = site_stations(away, weights, 3, count=2, covered=[True, True, False])
    assert found.sites == (1,)
    assert (found.before, found.after, found.total) == (10, 12, 12)


def test_more_sites_never_cover_less_and_never_more_than_all() -> None:
    """Coverage grows with the number of sites, each adding no more than the one before."""
    away, weights = a_case(5, places=20, demand=60)
    found = [site_stations(away, weights, 2.5, count=k).after for k in range(8)]
    assert found == sorted(found)
    assert found[-1] <= weights.sum()


def test_relabelling_places_changes_no_figure() -> None:
    """Candidates in another order: the same demand is covered."""
    away, weights = a_case(3)
    order = np.random.default_rng(1).permutation(len(away))
    first = site_stations(away, weights, 2.0, count=3)
    second = site_stations(away[order], weights, 2.0, count=3)
    assert first.after == second.after


def test_nothing_to_site_and_nothing_to_reach() -> None:
    """No candidate, no demand, no sites wanted, nothing within reach: nothing proposed."""
    away, weights = a_case(0)
    for found in (
        site_stations(np.zeros((0, 40)), weights, 2.0, count=3),
        site_stations(np.zeros((3, 0)), [], 2.0, count=3),
        site_stations(away, weights, 2.0, count=0),
        site_stations(away, weights, 1e-9, count=3),
        site_stations(np.full((3, 40), -1), weights, 2.0, count=3),
    ):
        assert found.sites == ()
        assert found.after == 0.0
        assert found.gap == 0.0


def test_coverage_of_todays_stations() -> None:
    """Who is within the standard, of whom, and how far; the standard itself still counts."""
    away = np.array([[60, 600, -1, 301], [120, 300, -1, 500]])
    found = measure_coverage(away, [1, 2, 4, 1], 300)
    assert found.covered.tolist() == [True, True, False, False]
    assert found.nearest.tolist() == [0, 1, -1, 0]
    assert found.away.tolist() == [60, 300, np.inf, 301]
    assert found.share == pytest.approx(3 / 8)


def test_coverage_without_stations_is_nothing() -> None:
    """No station reaches nobody; no demand has no share."""
    found = measure_coverage(np.zeros((0, 2)), [1, 2], 300)
    assert not found.covered.any()
    assert found.share == 0.0
    assert np.isnan(measure_coverage(np.zeros((2, 0)), [], 300).share)


def test_what_cannot_be_is_refused() -> None:
    """Shapes that do not fit, negative demand, no standard, fewer than no sites."""
    with pytest.raises(InputError, match="a row for each place"):
        measure_coverage(np.zeros((3, 2)), [1, 2, 3], 1)
    with pytest.raises(InputError, match="negative"):
        measure_coverage(np.zeros((1, 2)), [1, -2], 1)
    with pytest.raises(InputError, match="standard"):
        measure_coverage(np.zeros((1, 2)), [1, 2], 0)
    with pytest.raises(InputError, match="-1 stations"):
        site_stations(np.zeros((1, 2)), [1, 2], 1, count=-1)
