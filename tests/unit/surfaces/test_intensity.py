"""The intensity that is served: claims, folds, and what it rests on."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from geo_risk.events import Events
from geo_risk.surfaces.intensity import (
    IntensityParams,
    KindEvents,
    fit_intensity,
    past_windows,
)
from geo_risk.surfaces.kde import KdeParams, fit_kde

AS_OF = 400.0


@pytest.fixture
def fit(ell: Any, events_of: Any) -> Any:
    """Fit 500 events, half of them near one corner; every third is worth 4 points."""
    rng = np.random.default_rng(8)
    easting, northing = ell.points(500, seed=8)
    hot = rng.random(500) < 0.5
    easting[hot] = np.abs(150 + 60 * rng.standard_normal(hot.sum()))
    northing[hot] = np.abs(150 + 60 * rng.standard_normal(hot.sum()))
    times = rng.uniform(0, 400, 500)

    def make(
        rung: str = "full", *, forecast: bool = True, start: float = 0.0, **params: Any
    ) -> Any:
        keep = times >= start
        count = events_of(easting, northing, times).where(keep)
        points = np.where(np.arange(500) % 3 == 0, 4.0, 1.0)[keep]
        weighted = Events(count.crs, count.easting, count.northing, count.time_days, points)
        inherent = np.where(ell.inside, 1.0, np.nan)
        return fit_intensity(
            KindEvents(count, weighted, count.time_days, start),
            ell.grid,
            ell.inside,
            IntensityParams(**params),
            rung=rung,
            forecast=forecast,
            inherent=inherent,
            as_of_days=AS_OF,
            earlier_days=(370.0, 400.0),
        )

    return make


def test_folds_are_as_many_as_history_allows() -> None:
    """One horizon each, at least 30 days before the first, never more than twelve, oldest first."""
    assert past_windows(400.0, 371.0, 30.0) == []
    windows = past_windows(400.0, 220.0, 30.0)
    assert [one.start_days for one in windows] == [250.0, 280.0, 310.0, 340.0, 370.0]
    assert windows[-1].end_days == 400.0
    assert len(past_windows(4000.0, 0.0, 30.0)) == 12


def test_what_is_served_is_named_with_what_it_used(fit: Any) -> None:
    """Model, bandwidth and half-life in fact, and one score per model."""
    served = fit()
    assert served.model == served.score["served"]
    assert served.score["status"] == "full"
    assert served.parameters["bandwidth_m"] >= 50.0
    assert set(served.score["models"]) == {
        "count_365d",
        "count_all",
        "kde_200m",
        "kde",
        "blend",
        "stack",
    }
    if served.model == "blend":
        assert 0.5 < sum(served.parameters["weights"].values()) <= 1.001


def test_a_forecast_says_the_probability_of_at_least_one(ell: Any, fit: Any) -> None:
    """Between 0 and 1 in the park, highest where most is expected; no claim, no probability."""
    served = fit()
    chance = served.at_least_one.values
    assert np.array_equal(np.isfinite(chance), ell.inside)
    assert ((chance[ell.inside] > 0) & (chance[ell.inside] < 1)).all()
    means = served.density.mean[ell.inside]
    assert np.corrcoef(np.argsort(np.argsort(means)), np.argsort(np.argsort(chance[ell.inside])))[
        0, 1
    ] == pytest.approx(1.0, abs=0.1)
    assert fit("shrunk").at_least_one is None
    assert fit("full", forecast=False).at_least_one is None


def test_total_is_the_rate_of_points(fit: Any) -> None:
    """The park's total is near the points of the last 30 days, on average over the year."""
    served = fit(half_life_days=1e6)
    per_month = 500 * 2.0 * 30 / 400
    assert served.points == pytest.approx(per_month, rel=0.15)


def test_under_six_months_the_density_is_shrunk_and_claims_nothing(ell: Any, fit: Any) -> None:
    """Few reports: nearer to the inherent surface, a note, and no score."""
    plain, shrunk = fit("full", start=340.0), fit("shrunk", start=340.0)
    assert (shrunk.model, shrunk.notes) == ("shrunk", ("ladder.shrunk",))
    assert shrunk.score == {"status": "none", "folds": 0}
    spread = [np.nanstd(one.density.mean) / np.nanmean(one.density.mean) for one in (shrunk, plain)]
    assert spread[0] < spread[1]


def test_a_kind_that_may_not_be_forecast_is_a_density_of_the_past(ell: Any, fit: Any) -> None:
    """However long the history: a plain kernel density, a note, and no score."""
    past = fit("full", forecast=False)
    assert (past.model, past.notes) == ("kde", ("past_only",))
    assert past.score == {"status": "none", "folds": 0}


def test_a_fixed_bandwidth_is_used_as_the_park_file_says(ell: Any, fit: Any) -> None:
    """Both numbers given: the kernel density with exactly these."""
    past = fit("full", forecast=False, bandwidth_m=120.0, half_life_days=90.0)
    assert past.parameters["bandwidth_m"] == 120.0
    assert past.parameters["half_life_days"] == 90.0


def test_kernel_density_served_is_exact_at_true_coordinates(ell: Any, events_of: Any) -> None:
    """What is served as `kde` is `fit_kde` on the events themselves, not on their cells."""
    easting, northing = ell.points(80, seed=3)
    count = events_of(easting, northing, np.linspace(1, 399, 80))
    fitted = fit_intensity(
        KindEvents(count, count, count.time_days, 0.0),
        ell.grid,
        ell.inside,
        IntensityParams(bandwidth_m=90.0, half_life_days=60.0),
        rung="full",
        forecast=False,
        inherent=np.where(ell.inside, 1.0, np.nan),
        as_of_days=AS_OF,
    )
    oracle = fit_kde(
        count, ell.grid, ell.inside, KdeParams(90.0, 60.0), as_of_days=AS_OF, history_days=400.0
    )
    np.testing.assert_array_equal(fitted.density.mean, oracle.mean)
    assert fitted.earlier.shape == (0, *ell.grid.shape)


def test_the_surface_at_the_as_of_is_the_last_of_the_earlier_ones(fit: Any) -> None:
    """Class breaks look at the same surface that is shown, up to what a cell hides."""
    served = fit()
    earlier = served.earlier[1]
    inside = np.isfinite(earlier)
    assert np.corrcoef(earlier[inside], served.density.mean[inside])[0, 1] > 0.98
    assert np.nansum(earlier) == pytest.approx(np.nansum(served.density.mean), rel=0.05)


def test_a_kind_without_located_events_is_zero_everywhere(ell: Any, events_of: Any) -> None:
    """All of its reports unlocated: no division by zero, 0 within the park."""
    none = events_of([], [], [], [])
    fitted = fit_intensity(
        KindEvents(none, none, none.time_days, 0.0),
        ell.grid,
        ell.inside,
        IntensityParams(),
        rung="full",
        forecast=True,
        inherent=np.where(ell.inside, 1.0, np.nan),
        as_of_days=AS_OF,
        earlier_days=(370.0,),
    )
    assert (fitted.density.mean[ell.inside] == 0).all()
    assert (fitted.earlier[0][ell.inside] == 0).all()
    assert fitted.points == 0


def test_no_decay_is_told_as_none_and_not_as_infinity(ell: Any, fit: Any) -> None:
    """Parameters go out as JSON, which has no infinity."""
    assert math.inf not in fit(half_life_days=0.0).parameters.values()
