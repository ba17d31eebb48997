"""Learners: they start from the exposure, and leave it as far as counts insist."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import PoissonRegressor

from geo_risk.errors import InputError
from geo_risk.surfaces.learner import RatioTrees, RidgePoisson

LEARNERS = (RidgePoisson(), RatioTrees())


@pytest.fixture(scope="module")
def drawn() -> dict[str, Any]:
    """4,000 Poisson counts whose rate is an exposure times exp(0.8 a - 0.5 b); c means nothing."""
    rng = np.random.default_rng(3)
    table = rng.standard_normal((4000, 3))
    exposure = rng.gamma(2.0, 0.5, 4000) + 0.05
    count = rng.poisson(exposure * np.exp(0.8 * table[:, 0] - 0.5 * table[:, 1])).astype(float)
    return {"X": table, "y": count, "exposure": exposure}


def test_without_a_ridge_it_is_poisson_regression(drawn: dict[str, Any]) -> None:
    """Predictions equal scikit-learn's for the ratio count / exposure, weighted by exposure."""
    fitted = RidgePoisson(ridge=0.0).fit(**drawn)
    oracle = PoissonRegressor(alpha=0.0, tol=1e-10, max_iter=1000, solver="newton-cholesky").fit(
        drawn["X"], drawn["y"] / drawn["exposure"], sample_weight=drawn["exposure"]
    )
    rate = fitted.predict(drawn["X"])
    np.testing.assert_allclose(rate, oracle.predict(drawn["X"]), rtol=1e-5)


def test_the_score_equations_hold(drawn: dict[str, Any]) -> None:
    """At the optimum: residuals sum to 0, and their product with each predictor is the ridge's."""
    fitted = RidgePoisson(ridge=50.0).fit(**drawn)
    residual = drawn["y"] - fitted.predict(drawn["X"], exposure=drawn["exposure"])
    standard = (drawn["X"] - fitted.mean_) / fitted.scale_
    assert abs(residual.sum()) < 1e-4
    np.testing.assert_allclose(standard.T @ residual, 50.0 * fitted.coef_, atol=1e-3)


def test_a_row_of_weight_two_is_two_rows(drawn: dict[str, Any]) -> None:
    """Weights are numbers of rows."""
    heavy = np.where(np.arange(4000) < 1000, 2.0, 1.0)
    twice = {key: np.concatenate([some, some[:1000]]) for key, some in drawn.items()}
    weighted, repeated = (
        RidgePoisson().fit(**drawn, sample_weight=heavy),
        RidgePoisson().fit(**twice),
    )
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, rtol=1e-6)


def test_where_it_begins_does_not_matter(drawn: dict[str, Any]) -> None:
    """From a fit of fewer rows, on other scales, it comes to the same coefficients."""
    few = {key: some[:500] * (3.0 if key == "X" else 1.0) for key, some in drawn.items()}
    begun = RidgePoisson().fit(**drawn, start=RidgePoisson().fit(**few))
    np.testing.assert_allclose(begun.coef_, RidgePoisson().fit(**drawn).coef_, atol=1e-7)


@pytest.mark.parametrize("learner", LEARNERS, ids=["ridge", "trees"])
def test_the_scale_of_the_exposure_does_not_matter(learner: Any, drawn: dict[str, Any]) -> None:
    """An exposure ten times as large, in fit and in predict, gives the same counts."""
    large = {**drawn, "exposure": 10.0 * drawn["exposure"]}
    some = clone(learner).fit(**drawn).predict(drawn["X"], exposure=drawn["exposure"])
    same = clone(learner).fit(**large).predict(drawn["X"], exposure=large["exposure"])
    np.testing.assert_allclose(same, some, rtol=1e-6)


@pytest.mark.parametrize("learner", LEARNERS, ids=["ridge", "trees"])
def test_the_order_of_rows_does_not_matter(learner: Any, drawn: dict[str, Any]) -> None:
    """Relabelling rows changes nothing."""
    order = np.random.default_rng(0).permutation(4000)
    mixed = {key: some[order] for key, some in drawn.items()}
    some = clone(learner).fit(**drawn).predict(drawn["X"])
    np.testing.assert_allclose(clone(learner).fit(**mixed).predict(drawn["X"]), some, rtol=1e-5)


@pytest.mark.parametrize("learner", LEARNERS, ids=["ridge", "trees"])
def test_what_was_planted_is_found(learner: Any, drawn: dict[str, Any]) -> None:
    """The rate is near the one that counts were drawn from."""
    rate = clone(learner).fit(**drawn).predict(drawn["X"])
    truth = np.exp(0.8 * drawn["X"][:, 0] - 0.5 * drawn["X"][:, 1])
    assert np.corrcoef(np.log(rate), np.log(truth))[0, 1] > 0.95
    assert rate.mean() == pytest.approx(truth.mean(), rel=0.1)


def test_a_great_ridge_leaves_the_exposure_alone(drawn: dict[str, Any]) -> None:
    """Only the level is then taken from the counts."""
    fitted = RidgePoisson(ridge=1e12).fit(**drawn)
    level = drawn["y"].sum() / drawn["exposure"].sum()
    np.testing.assert_allclose(fitted.predict(drawn["X"]), level, rtol=1e-6)


def test_trees_never_fall_where_they_may_only_rise(drawn: dict[str, Any]) -> None:
    """The leading predictors are monotone, however the counts lie."""
    down = {**drawn, "X": -drawn["X"]}
    fitted = RatioTrees(rising=1).fit(**down)
    steps = np.zeros((50, 3))
    steps[:, 0] = np.linspace(-3, 3, 50)
    assert (np.diff(fitted.predict(steps)) >= -1e-12).all()


def test_beyond_experience_a_predictor_is_held(drawn: dict[str, Any]) -> None:
    """A value far outside what was seen gives no absurd rate."""
    fitted = RidgePoisson().fit(**drawn)
    far = np.full((1, 3), 1e9)
    assert np.isfinite(fitted.predict(far)).all()
    np.testing.assert_allclose(fitted.predict(far), fitted.predict(far * 10))


def test_a_predictor_that_never_differs_says_nothing(drawn: dict[str, Any]) -> None:
    """A constant column changes no prediction, whatever it is later."""
    fixed = drawn["X"].copy()
    fixed[:, 2] = 7.0
    fitted = RidgePoisson().fit(fixed, drawn["y"], exposure=drawn["exposure"])
    other = fixed.copy()
    other[:, 2] = -100.0
    np.testing.assert_array_equal(fitted.predict(other), fitted.predict(fixed))


@pytest.mark.parametrize("learner", LEARNERS, ids=["ridge", "trees"])
@pytest.mark.parametrize(
    "wrong",
    [
        {"y": np.full(4000, -1.0)},
        {"exposure": np.zeros(4000)},
        {"sample_weight": np.full(4000, -1.0)},
        {"exposure": np.full(4000, np.nan)},
        {"exposure": np.ones(3)},
    ],
    ids=["negative count", "no exposure", "negative weight", "NaN", "too short"],
)
def test_what_is_no_count_is_refused(
    learner: Any, wrong: dict[str, Any], drawn: dict[str, Any]
) -> None:
    """A clear error instead of a silent fit."""
    with pytest.raises(InputError):
        clone(learner).fit(**{**drawn, **wrong})


def test_no_event_at_all_gives_next_to_nothing(drawn: dict[str, Any]) -> None:
    """Counts of 0 everywhere: finite rates near 0."""
    for learner in LEARNERS:
        rate = clone(learner).fit(drawn["X"], np.zeros(4000)).predict(drawn["X"])
        assert ((rate >= 0) & (rate < 1e-3)).all()
