"""Risk terrain: laws of the fit, and what it says where there is nothing to say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from geo_risk.errors import InputError
from geo_risk.surfaces.terrain import Terrain, TerrainParams, fit_terrain, relative_risk

CELL = 50.0


def place_factors(rows: int, cols: int, many: int, seed: int) -> Any:
    """Give (cells, many) tapered distances to the nearest of some places of each kind."""
    rng = np.random.default_rng(seed)
    row, col = np.indices((rows, cols))
    factors = []
    for kind in range(many):
        places = rng.uniform(0, 1, (6 + kind, 2)) * (rows, cols)
        apart = np.min([np.hypot(row - r, col - c) for r, c in places], axis=0)
        factors.append(np.maximum(0.0, 1.0 - apart / 6.0).ravel())
    return np.column_stack(factors)


def names(many: int) -> list[str]:
    return [f"kind{k}" for k in range(many)]


def fit(counts: Any, factors: Any, **more: Any) -> Terrain:
    some = names(factors.shape[1])
    inside = np.ones(counts.shape, dtype=bool)
    return fit_terrain(counts, inside, factors, some, some, CELL, **more)


def draw(factors: Any, log_risk: Any, rate: float, seed: int, shape: Any = (40, 40)) -> Any:
    rng = np.random.default_rng(seed)
    mu = rate * np.exp(factors @ np.asarray(log_risk))
    return rng.poisson(mu).reshape(shape).astype(float)


def test_planted_factors_are_found_with_their_relative_risks() -> None:
    """Two of eight kinds of places raise risk 6 and 4 times: both found, strongest first."""
    factors = place_factors(40, 40, 8, 0)
    counts = draw(factors, np.log([6, 1, 1, 4, 1, 1, 1, 1]), 0.3, 0)
    terrain = fit(counts, factors)
    assert [one.name for one in terrain.factors[:2]] == ["kind0", "kind3"]
    assert terrain.factors[0].low <= 6 <= terrain.factors[0].high
    assert terrain.explained > 0.05


def test_surface_has_the_parks_mean_as_one_and_the_factors_ratios() -> None:
    """Mean over the park's cells is 1; two cells differ by what their factors say."""
    factors = place_factors(40, 40, 4, 1)
    counts = draw(factors, np.log([5, 1, 1, 1]), 0.5, 1)
    terrain = fit(counts, factors)
    values = terrain.values.ravel()
    assert values.mean() == pytest.approx(1.0)
    chosen = factors[:, list(terrain.columns)]
    expected = np.exp((chosen[7] - chosen[900]) @ terrain.coef)
    assert values[7] / values[900] == pytest.approx(float(expected))
    risks = [one.relative_risk for one in terrain.factors]
    np.testing.assert_allclose(np.log(risks), terrain.coef)


def test_order_of_the_factors_changes_nothing() -> None:
    """The table's columns shuffled: the same factors, the same surface."""
    factors = place_factors(40, 40, 6, 2)
    counts = draw(factors, np.log([5, 1, 1, 0.3, 1, 1]), 0.5, 2)
    one = fit(counts, factors)
    order = [3, 5, 0, 1, 4, 2]
    some = names(6)
    other = fit_terrain(
        counts,
        np.ones(counts.shape, dtype=bool),
        factors[:, order],
        [some[k] for k in order],
        [some[k] for k in order],
        CELL,
    )
    assert [a.name for a in one.factors] == [b.name for b in other.factors]
    np.testing.assert_allclose(one.values, other.values, rtol=1e-5)


def test_merging_cells_keeps_what_varies_slowly() -> None:
    """Fitted on cells merged 2 x 2 the relative risks are nearly those of single cells."""
    factors = place_factors(40, 40, 3, 3)
    counts = draw(factors, np.log([6, 1, 1]), 0.5, 3)
    fine, coarse = (
        fit(counts, factors, params=TerrainParams(most_cells=most)) for most in (1600, 400)
    )
    assert fine.factors[0].name == coarse.factors[0].name == "kind0"
    assert coarse.coef[0] == pytest.approx(fine.coef[0], abs=0.25)


def test_what_lies_outside_the_park_is_not_read() -> None:
    """Counts outside may be NaN; the surface is NaN there and nowhere else."""
    factors = place_factors(40, 40, 3, 4)
    counts = draw(factors, np.log([6, 1, 1]), 0.5, 4)
    inside = np.ones(counts.shape, dtype=bool)
    inside[:10, 25:] = False
    counts[~inside] = np.nan
    terrain = fit_terrain(counts, inside, factors[inside.ravel()], names(3), names(3), CELL)
    assert (np.isnan(terrain.values) == ~inside).all()


def test_a_place_that_draws_looks_but_no_risk_is_not_found() -> None:
    """Eight times as much is seen near kind 2, risk is the same there: found only without exposure.

    Kind 0, which raises risk five times, is found with its relative risk.
    """
    found = {True: 0, False: 0}
    for seed in range(5):
        factors = place_factors(40, 40, 6, 20 + seed)
        exposure = np.exp(factors[:, 2] * np.log(8.0)).reshape(40, 40)
        rng = np.random.default_rng(seed)
        mu = 0.3 * exposure.ravel() * np.exp(factors[:, 0] * np.log(5.0))
        counts = rng.poisson(mu).reshape(40, 40).astype(float)
        for with_it in (True, False):
            terrain = fit(counts, factors, exposure=exposure if with_it else None)
            known = {one.name: one for one in terrain.factors}
            found[with_it] += "kind2" in known
            if with_it:
                assert known["kind0"].low <= 5 <= known["kind0"].high
    assert found == {True: 0, False: 5}


def test_the_same_exposure_everywhere_changes_nothing() -> None:
    """Its scale is nobody's business."""
    factors = place_factors(40, 40, 4, 8)
    counts = draw(factors, np.log([5, 1, 1, 1]), 0.5, 8)
    one, other = (fit(counts, factors, exposure=np.full((40, 40), k)) for k in (1.0, 37.0))
    np.testing.assert_allclose(one.values, other.values, rtol=1e-6)
    np.testing.assert_allclose(one.values, fit(counts, factors).values, rtol=1e-6)


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
def test_an_exposure_that_is_none_is_refused(bad: float) -> None:
    """0, negative, not finite."""
    exposure = np.ones((10, 10))
    exposure[3, 3] = bad
    with pytest.raises(InputError, match="exposure is not"):
        fit(np.ones((10, 10)), place_factors(10, 10, 2, 0), exposure=exposure)


@pytest.mark.parametrize("events", [0, 1, 29])
def test_few_events_teach_nothing(events: int) -> None:
    """Under 30 events the terrain is flat, without factors: stated, and no error."""
    counts = np.zeros((20, 20))
    counts.ravel()[:events] = 1.0
    terrain = fit(counts, place_factors(20, 20, 3, 5))
    assert terrain.factors == ()
    assert (terrain.values == 1.0).all()


def test_all_events_in_one_cell_have_values_everywhere() -> None:
    """Never NaN, never a crash."""
    counts = np.zeros((20, 20))
    counts[4, 4] = 100.0
    terrain = fit(counts, place_factors(20, 20, 4, 6))
    assert np.isfinite(terrain.values).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (2, 2)])
def test_the_smallest_parks_are_flat(shape: tuple[int, int]) -> None:
    """Nothing can be judged on blocks that are not there."""
    cells = shape[0] * shape[1]
    terrain = fit(np.full(shape, 50.0), np.random.default_rng(0).random((cells, 2)))
    assert np.isfinite(terrain.values).all()
    assert terrain.values.mean() == pytest.approx(1.0)


def test_without_factors_that_vary_the_terrain_is_flat() -> None:
    """No factor, or one that is the same everywhere."""
    counts = np.random.default_rng(0).poisson(1.0, (20, 20)).astype(float)
    assert fit(counts, np.ones((400, 1))).factors == ()
    assert fit(counts, np.ones((400, 0))).factors == ()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("nan_factor", "'kind1' has a value that is not finite"),
        ("negative", "negative or not finite"),
        ("shape", "Give one grid"),
        ("twice", "comes twice"),
    ],
)
def test_what_does_not_fit_is_refused(change: str, says: str) -> None:
    """A message says which factor, and what to do."""
    counts, factors = np.ones((10, 10)), place_factors(10, 10, 3, 0)
    some = names(3)
    if change == "nan_factor":
        factors[5, 1] = np.nan
    elif change == "negative":
        counts[0, 0] = -1.0
    elif change == "shape":
        factors = factors[:50]
    else:
        some = ["a", "a", "b"]
    with pytest.raises(InputError, match=says):
        fit_terrain(counts, np.ones((10, 10), dtype=bool), factors, some, some, CELL)


def test_relative_risk_of_extreme_factors_stays_finite() -> None:
    """Logs of several hundred do not overflow."""
    values = relative_risk(np.array([[0.0], [900.0]]), np.array([1.0]))
    np.testing.assert_allclose(values, [0.0, 2.0])
