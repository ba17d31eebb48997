"""The probability of at least one event: its formula, its shares, and what it is scored against."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from geo_risk.surfaces.at_least_one import LEARNT, OWN, AtLeastOne, fit_at_least_one
from geo_risk.surfaces.bench import Bench, Window
from geo_risk.surfaces.evaluate import mixed
from geo_risk.surfaces.forecast import FORECAST, Lesson, learn
from geo_risk.surfaces.kde import KdeParams

KERNELS = (KdeParams(50.0, 45.0), KdeParams(100.0, 180.0), KdeParams(200.0))
AS_OF, HORIZON = 420.0, 30.0


@pytest.fixture(scope="module")
def bench(ell: Any, events_of: Any) -> Bench:
    """1,200 events over 420 days, half of them within 60 m of one corner."""
    rng = np.random.default_rng(5)
    east, north = ell.points(1200, seed=5)
    hot = rng.random(1200) < 0.5
    east[hot] = np.abs(150 + 60 * rng.standard_normal(hot.sum()))
    north[hot] = np.abs(150 + 60 * rng.standard_normal(hot.sum()))
    events = events_of(east, north, rng.uniform(0, AS_OF, 1200))
    return Bench(events, events.time_days, ell.grid, ell.inside, KERNELS)


@pytest.fixture(scope="module")
def lesson(bench: Bench) -> Lesson:
    windows = [Window(AS_OF - HORIZON * k, AS_OF - HORIZON * (k - 1)) for k in range(8, 0, -1)]
    return learn(bench, windows, AS_OF)


def fit(bench: Bench, lesson: Lesson, **more: Any) -> AtLeastOne:
    return fit_at_least_one(bench, lesson, as_of_days=AS_OF, horizon_days=HORIZON, **more)


def test_without_folds_it_is_one_minus_exp_of_what_is_expected(bench: Bench) -> None:
    """Nothing to calibrate by: the design's own formula, and no score."""
    untaught = learn(bench, [], AS_OF)
    found = fit(bench, untaught)
    snapshot = bench.at(AS_OF)
    density = untaught.density(FORECAST, snapshot, snapshot.densities())
    expected = snapshot.likely(HORIZON) * mixed(density)
    np.testing.assert_allclose(
        found.values[bench.inside], 1.0 - np.exp(-expected), rtol=1e-9, atol=1e-12
    )
    assert found.score == {"status": "none", "folds": 0}


def test_calibration_undone_gives_back_what_was_expected(bench: Bench, lesson: Lesson) -> None:
    """P = 1 - (1 + a mu)^(-1/a), mu = level x expected^slope: solved for it, cell by cell."""
    found = fit(bench, lesson)
    told = found.parameters["calibration"]
    p, a = found.values[bench.inside], told["dispersion"]
    mu = ((1.0 - p) ** -a - 1.0) / a if a >= 1e-4 else -np.log(1.0 - p)
    expected = (mu / told["level"]) ** (1.0 / told["slope"])
    assert expected.sum() == pytest.approx(found.parameters["expected_events"], rel=1e-6)
    snapshot = bench.at(AS_OF)
    density = lesson.density(FORECAST, snapshot, snapshot.densities())
    np.testing.assert_allclose(expected / expected.sum(), mixed(density), rtol=1e-6)


def test_it_is_a_probability_in_the_park_and_nothing_outside(
    ell: Any, bench: Bench, lesson: Lesson
) -> None:
    """Above 0, below 1, NaN beyond the boundary; at earlier moments as well."""
    found = fit(bench, lesson, earlier_days=(330.0, 390.0))
    assert found.earlier.shape == (2, *ell.grid.shape)
    for values in (found.values, *found.earlier):
        assert np.array_equal(np.isfinite(values), ell.inside)
        assert ((values[ell.inside] > 0) & (values[ell.inside] < 1)).all()


def test_shares_and_reference_add_up_to_the_value(bench: Bench, lesson: Lesson) -> None:
    """At most six named shares, no rest: to rounding of float32."""
    found = fit(bench, lesson)
    factors = found.factors
    assert factors is not None
    assert 1 <= len(factors.names) <= 6
    total = factors.parts.astype(np.float64).sum(axis=0) + factors.reference
    inside = bench.inside
    assert np.abs(total - found.values)[inside].max() < 1e-6


def test_a_plain_count_has_one_share_and_no_learner(bench: Bench, lesson: Lesson) -> None:
    """Where counts are served, all that lifts a cell is its own reports."""
    counts = Lesson(lesson.weights, lesson.kde, lesson.scores, "count_all", lesson.stack)
    factors = fit(bench, counts).factors
    assert factors is not None
    assert factors.names == (OWN,)
    assert LEARNT not in factors.names


def test_where_no_cell_is_unlike_another_nothing_is_explained(ell: Any, events_of: Any) -> None:
    """No events at all: one small probability, 0, everywhere, without shares."""
    none = events_of([], [], [])
    empty = Bench(none, none.time_days, ell.grid, ell.inside, KERNELS)
    found = fit(empty, learn(empty, [], AS_OF))
    assert found.factors is None
    np.testing.assert_array_equal(found.values[ell.inside], 0.0)


def test_scores_stand_beside_the_baselines_and_the_park_alike(bench: Bench, lesson: Lesson) -> None:
    """Served, three baselines, and the same everywhere; what is served beats the last."""
    score = fit(bench, lesson).score
    assert score["folds"] == 8
    models = score["models"]
    assert set(models) == {score["served"], "count_365d", "count_all", "kde_200m", "uniform"}
    assert models[score["served"]]["brier"] < models["uniform"]["brier"]
    for one in models.values():
        said = [part["said"] for part in one["reliability"]]
        assert said == sorted(said)
        assert 0 <= one["gap"] <= 1
