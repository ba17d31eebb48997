"""Estimators: scikit-learn's conventions, and no estimate of their own."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from geo_risk.errors import InputError
from geo_risk.surfaces.estimators import HotSpots, RelativeRisk, RiskTerrain, SpaceTimeKDE
from geo_risk.surfaces.hotspots import fit_hotspots
from geo_risk.surfaces.kde import KdeParams, fit_kde
from geo_risk.surfaces.terrain import TerrainParams, fit_terrain


@pytest.fixture
def some(ell: Any, events_of: Any) -> Any:
    """80 events over the L and a year."""
    return events_of(*ell.points(80, 3), np.random.default_rng(0).uniform(0, 365, 80))


def every(ell: Any) -> list[Any]:
    return [
        SpaceTimeKDE(ell.grid, ell.inside, bandwidth_m=120.0, kernel="quartic", adaptive=True),
        RelativeRisk(ell.grid, ell.inside, bandwidth_m=150.0, floor=0.02),
        HotSpots(50.0, ell.inside, band_m=100.0, rate=0.1),
        RiskTerrain(50.0, ell.inside, names=["a", "b"], l1_ratio=0.9),
    ]


def test_a_clone_has_the_same_parameters_and_is_not_fitted(ell: Any) -> None:
    """`clone` and `get_params` agree; `set_params` gives the estimator itself."""
    for one in every(ell):
        twin = clone(one)
        mine, theirs = one.get_params(), twin.get_params()
        assert mine.keys() == theirs.keys()
        for key, value in mine.items():
            np.testing.assert_array_equal(value, theirs[key])
        with pytest.raises(NotFittedError):
            twin.predict()


def test_set_params_changes_what_is_fitted(ell: Any, some: Any) -> None:
    """Another bandwidth, another surface; an unknown parameter is refused by scikit-learn."""
    one = SpaceTimeKDE(ell.grid, ell.inside, bandwidth_m=80.0, half_life_days=math.inf)
    narrow = one.fit(some).predict()
    assert one.set_params(bandwidth_m=300.0) is one
    assert np.nanmax(one.fit(some).predict()) < np.nanmax(narrow)
    with pytest.raises(ValueError, match="width"):
        one.set_params(width=3.0)


def test_kde_predicts_what_fit_kde_gives(ell: Any, some: Any) -> None:
    """On the grid, and at points in its cells; NaN outside."""
    one = SpaceTimeKDE(
        ell.grid, ell.inside, bandwidth_m=120.0, half_life_days=60.0, as_of_days=365.0
    ).fit(some)
    density = fit_kde(
        some, ell.grid, ell.inside, KdeParams(120.0, 60.0), as_of_days=365.0, history_days=365.0
    )
    np.testing.assert_array_equal(one.predict(), density.mean)
    at = one.predict(np.array([[25.0, 25.0], [900.0, 900.0], [-5.0, 3.0]]))
    assert at[0] == density.mean[-1, 0]
    assert np.isnan(at[1:]).all()


def test_kde_without_a_bandwidth_chooses_one_and_says_which(ell: Any, some: Any) -> None:
    """By prospective likelihood; what was used stands in `params_`."""
    one = SpaceTimeKDE(ell.grid, ell.inside, as_of_days=365.0).fit(some)
    assert one.params_.bandwidth_m >= ell.grid.cell_m
    assert np.isfinite(one.gain_)
    assert one.bandwidth_m is None


def test_score_prefers_the_density_of_the_same_places(ell: Any, some: Any, events_of: Any) -> None:
    """Events where those fitted were score above events elsewhere; none in the park, NaN."""
    hill = events_of(np.full(50, 200.0), np.full(50, 300.0), np.linspace(1, 364, 50))
    one = SpaceTimeKDE(ell.grid, ell.inside, bandwidth_m=80.0, half_life_days=math.inf).fit(hill)
    assert one.score(hill) > 0 > one.score(events_of(900.0, 200.0))
    assert math.isnan(one.score(events_of(900.0, 900.0)))


def test_relative_risk_of_a_thing_against_itself_is_zero(ell: Any, some: Any) -> None:
    """No logarithm, at any cell and point."""
    one = RelativeRisk(ell.grid, ell.inside, bandwidth_m=150.0).fit(some, some)
    np.testing.assert_allclose(one.predict()[ell.inside], 0.0, atol=1e-12)
    assert one.predict(np.array([[100.0, 100.0]]))[0] == pytest.approx(0.0, abs=1e-12)


def test_hot_spots_predict_what_fit_hotspots_gives(ell: Any) -> None:
    """One period or several; the band used is said."""
    counts = np.random.default_rng(0).poisson(0.5, (3, *ell.grid.shape)).astype(float)
    one = HotSpots(50.0, ell.inside).fit(counts)
    spots = fit_hotspots(counts, ell.inside, 50.0, one.band_m_)
    np.testing.assert_array_equal(one.predict(), spots.classes)
    assert HotSpots(50.0).fit(counts[0]).predict().shape == ell.grid.shape


def test_terrain_predicts_what_fit_terrain_gives(ell: Any) -> None:
    """On the grid, and for the factors of its cells handed back; counts flat or on the grid."""
    rng = np.random.default_rng(1)
    x = rng.random((int(ell.inside.sum()), 3))
    counts = rng.poisson(np.exp(2 * x[:, 0])).astype(float)
    whole = np.zeros(ell.grid.shape)
    whole[ell.inside] = counts
    one = RiskTerrain(50.0, ell.inside).fit(x, counts)
    names = ["x0", "x1", "x2"]
    terrain = fit_terrain(whole, ell.inside, x, names, names, 50.0, TerrainParams())
    np.testing.assert_array_equal(one.predict(), terrain.values)
    np.testing.assert_allclose(one.predict(x), terrain.values[ell.inside])
    np.testing.assert_array_equal(
        RiskTerrain(50.0, ell.inside).fit(x, whole).predict(), terrain.values
    )
    with pytest.raises(InputError, match="one per cell"):
        RiskTerrain(50.0, ell.inside).fit(x, counts[:-1])


def test_without_events_there_is_a_surface_all_the_same(ell: Any, events_of: Any) -> None:
    """Nothing is 0 everywhere in the park, for densities and their ratio."""
    none = events_of([], [], [], [])
    assert (SpaceTimeKDE(ell.grid, ell.inside).fit(none).predict()[ell.inside] == 0).all()
    ratio = RelativeRisk(ell.grid, ell.inside).fit(none, none).predict()
    assert (ratio[ell.inside] == 0).all()
