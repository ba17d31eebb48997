"""Ridge regressions: against scikit-learn's, by their own equations, and by laws."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, PoissonRegressor

from geo_risk.enterprises.estimators import FindingCount, FindingRisk
from geo_risk.errors import InputError


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(600, 5)) * [1, 2, 0.5, 10, 1] + [0, 3, 0, -5, 0]
    linear = -1.5 + (features - [0, 3, 0, -5, 0]) @ [0.8, 0.3, 0.0, 0.05, -0.5]
    positive = rng.random(600) < 1 / (1 + np.exp(-linear))
    return features, positive, rng.poisson(np.exp(linear))


def standardised(features):
    return (features - features.mean(axis=0)) / features.std(axis=0)


def with_half_visits(features, outcome):
    """Add half a visit with a finding and half one without, at the mean of all columns."""
    rows = np.vstack([standardised(features), np.zeros((2, features.shape[1]))])
    weight = np.r_[np.ones(len(outcome)), 0.5, 0.5]
    return rows, np.r_[outcome, 0, 1], weight


@pytest.mark.parametrize("penalty", [0.01, 1.0, 100.0])
def test_probabilities_are_scikit_learns(drawn, penalty) -> None:
    """The same ridge, found by another method."""
    features, positive, _ = drawn
    ours = FindingRisk(penalty).fit(features, positive).predict_proba(features)
    theirs = LogisticRegression(C=1 / penalty, tol=1e-10, max_iter=10_000)
    theirs.fit(*with_half_visits(features, positive))
    assert np.abs(ours - theirs.predict_proba(standardised(features))).max() < 1e-5


def test_expected_numbers_are_scikit_learns(drawn) -> None:
    """Its penalty is per visit: alpha = penalty / visits."""
    features, _, number = drawn
    ours = FindingCount(10.0).fit(features, number).predict(features)
    theirs = PoissonRegressor(alpha=10.0 / (len(number) + 1), tol=1e-10, max_iter=10_000)
    theirs.fit(*with_half_visits(features, number))
    assert np.abs(ours / theirs.predict(standardised(features)) - 1).max() < 1e-4


def test_units_of_a_column_change_no_probability(drawn) -> None:
    """Metres or kilometres, from here or from there."""
    features, positive, _ = drawn
    one = FindingRisk(10.0).fit(features, positive).predict_proba(features)
    other = features * [1e3, 1e-3, -1, 1, 2] + 7
    assert np.allclose(one, FindingRisk(10.0).fit(other, positive).predict_proba(other), atol=1e-8)


def test_a_visit_of_weight_two_is_two_visits(drawn) -> None:
    """Weights count rows."""
    features, positive, _ = drawn
    weight = np.ones(600)
    weight[:100] = 2.0
    one = FindingRisk(5.0).fit(features, positive, weight)
    twice = FindingRisk(5.0).fit(
        np.vstack([features, features[:100]]), np.r_[positive, positive[:100]]
    )
    assert np.allclose(one.coef_, twice.coef_, atol=1e-6)


def test_terms_add_up_to_the_linear_predictor(drawn) -> None:
    """Each column's part, and the intercept; at the mean of all columns, the intercept alone."""
    features, positive, _ = drawn
    model = FindingRisk(5.0).fit(features, positive)
    assert np.allclose(model.terms(features).sum(axis=1) + model.intercept_, model.linear(features))
    assert model.linear(features.mean(axis=0)[None])[0] == pytest.approx(model.intercept_)


def test_variance_is_what_refits_scatter_by() -> None:
    """Laplace's variance, against 200 fits to data drawn again, with next to no penalty."""
    rng = np.random.default_rng(3)
    features = rng.normal(size=(800, 2))
    chance = 1 / (1 + np.exp(1.0 - features @ [0.7, -0.4]))
    at = np.array([[0.0, 0.0], [1.5, -1.0]])
    fits = [FindingRisk(1e-3).fit(features, rng.random(800) < chance) for _ in range(200)]
    scatter = np.var([one.linear(at) for one in fits], axis=0)
    told = np.mean([one.linear_variance(at) for one in fits], axis=0)
    assert np.abs(np.log(told / scatter)).max() < 0.35


def test_estimators_follow_scikit_learn() -> None:
    """Parameters come and go by name, a clone is unfitted, the classes are told."""
    model = FindingRisk(penalty=3.0)
    assert model.get_params() == {"penalty": 3.0}
    assert clone(model.set_params(penalty=7.0)).penalty == 7.0
    assert model.fit(np.array([[0.0], [1.0]]), [False, True]).classes_.tolist() == [False, True]


@pytest.mark.parametrize("outcome", [False, True])
def test_one_outcome_alone_gives_a_probability_short_of_certain(outcome) -> None:
    """Nothing found in twenty visits is not never."""
    model = FindingRisk().fit(np.arange(20.0)[:, None], np.full(20, outcome))
    told = model.predict_proba(np.array([[3.0], [1e6]]))[:, 1]
    assert ((told > 0) & (told < 1)).all()
    assert (told > 0.5).all() == outcome


@pytest.mark.parametrize(
    ("features", "positive", "weight", "penalty"),
    [
        (np.zeros((0, 2)), [], None, 1.0),
        (np.array([[np.nan]]), [True], None, 1.0),
        (np.zeros((2, 1)), [0, 2], None, 1.0),
        (np.zeros((2, 1)), [0, 1], [-1.0, 1.0], 1.0),
        (np.zeros((2, 1)), [0, 1], [np.nan, 1.0], 1.0),
        (np.zeros((2, 1)), [0, 1], [0.0, 0.0], 1.0),
        (np.zeros((2, 1)), [0, 1], None, 0.0),
    ],
)
def test_what_cannot_be_learnt_from_is_refused(features, positive, weight, penalty) -> None:
    """Nothing, NaN, outcomes that are none, weights that are none, no penalty."""
    with pytest.raises(InputError):
        FindingRisk(penalty).fit(features, positive, weight)


def test_other_columns_than_fitted_are_refused() -> None:
    """And an estimator that was never fitted."""
    with pytest.raises(InputError, match="not fitted"):
        FindingRisk().predict(np.zeros((1, 1)))
    with pytest.raises(InputError, match="columns"):
        FindingRisk().fit(np.zeros((2, 1)), [0, 1]).predict(np.zeros((1, 2)))
