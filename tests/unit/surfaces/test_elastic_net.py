"""Penalised Poisson regression: scikit-learn at no lasso, and the conditions of a minimum."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.linear_model import PoissonRegressor

from geo_risk.errors import InputError
from geo_risk.surfaces.elastic_net import (
    deviance,
    fit_elastic_net,
    fit_path,
    kkt_gap,
    largest_penalty,
)


def draw(seed: int = 0, n: int = 300, p: int = 8, rate: float = 1.0) -> tuple[Any, Any, Any]:
    """Give factors of which two tell, counts, and exposure."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p))
    x[:, 1] += 0.8 * x[:, 0]
    exposure = rng.uniform(0.5, 3.0, n)
    count = rng.poisson(rate * exposure * np.exp(0.6 * x[:, 0] - 0.4 * x[:, 2])).astype(float)
    return x, count, exposure


@pytest.mark.parametrize("penalty", [1e-3, 0.05, 1.0])
def test_without_lasso_it_is_scikit_learns_ridge(penalty: float) -> None:
    """`PoissonRegressor` with exposure as weights of rates: the same minimum, to 1e-5."""
    x, count, exposure = draw()
    ours = fit_elastic_net(x, count, exposure, penalty, l1_ratio=0.0)
    # scikit-learn averages by weight: its penalty counts per unit of exposure, not per row.
    theirs = PoissonRegressor(alpha=penalty / exposure.mean(), tol=1e-10, max_iter=5000)
    theirs.fit(x, count / exposure, sample_weight=exposure)
    np.testing.assert_allclose(ours.coef, theirs.coef_, atol=1e-5)
    assert ours.intercept == pytest.approx(theirs.intercept_, abs=1e-5)


@pytest.mark.parametrize("l1_ratio", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("share", [0.9, 0.2, 0.01])
@pytest.mark.parametrize("seed", [0, 1])
def test_every_fit_meets_the_conditions_of_a_minimum(
    l1_ratio: float, share: float, seed: int
) -> None:
    """Karush, Kuhn and Tucker: no coefficient can move to lower the objective, to 1e-8."""
    x, count, exposure = draw(seed)
    penalty = share * largest_penalty(x, count, exposure, l1_ratio=max(l1_ratio, 0.3))
    fit = fit_elastic_net(x, count, exposure, penalty, l1_ratio=l1_ratio)
    assert kkt_gap(fit, x, count, exposure, l1_ratio=l1_ratio) <= 1e-8


def test_no_other_coefficients_have_a_lower_objective() -> None:
    """SciPy, minimising the written objective from zero, finds nothing lower."""
    x, count, exposure = draw(3, n=120, p=4)
    penalty, ratio = 0.1, 0.5

    def objective(b: Any) -> float:
        eta = np.log(exposure) + b[0] + x @ b[1:]
        size = ratio * np.abs(b[1:]).sum() + 0.5 * (1 - ratio) * (b[1:] ** 2).sum()
        return float(np.mean(np.exp(eta) - count * eta) + penalty * size)

    fit = fit_elastic_net(x, count, exposure, penalty, l1_ratio=ratio)
    found = minimize(objective, np.zeros(5), method="Nelder-Mead", options={"maxiter": 20000,
                     "fatol": 1e-12, "xatol": 1e-9, "adaptive": True})  # fmt: skip
    assert objective(np.r_[fit.intercept, fit.coef]) <= found.fun + 1e-9


@pytest.mark.parametrize("l1_ratio", [0.2, 1.0])
def test_the_largest_penalty_is_where_the_first_factor_enters(l1_ratio: float) -> None:
    """At it every coefficient is 0; a little below, one is not."""
    x, count, exposure = draw(5)
    largest = largest_penalty(x, count, exposure, l1_ratio=l1_ratio)
    at, below = fit_path(x, count, exposure, [largest, 0.97 * largest], l1_ratio=l1_ratio)
    assert not at.coef.any()
    assert np.count_nonzero(below.coef) == 1


def test_a_path_gives_what_each_penalty_gives_alone() -> None:
    """Where a fit starts from changes nothing."""
    x, count, exposure = draw(7)
    penalties = np.geomspace(0.5, 0.005, 6)
    for one in fit_path(x, count, exposure, penalties, tol=1e-10):
        alone = fit_elastic_net(x, count, exposure, one.penalty, tol=1e-10)
        np.testing.assert_allclose(one.coef, alone.coef, atol=1e-7)


def test_order_of_rows_and_of_factors_changes_nothing() -> None:
    """Shuffled rows give the same fit; shuffled factors give it shuffled."""
    x, count, exposure = draw(9)
    fit = fit_elastic_net(x, count, exposure, 0.05)
    rng = np.random.default_rng(0)
    rows, cols = rng.permutation(len(x)), rng.permutation(x.shape[1])
    other = fit_elastic_net(x[rows][:, cols], count[rows], exposure[rows], 0.05)
    np.testing.assert_allclose(other.coef, fit.coef[cols], atol=1e-7)


def test_more_exposure_alike_moves_the_intercept_alone() -> None:
    """Ten times the exposure is a tenth of the rate."""
    x, count, exposure = draw(2)
    one, ten = (fit_elastic_net(x, count, exposure * k, 0.05) for k in (1.0, 10.0))
    np.testing.assert_allclose(ten.coef, one.coef, atol=1e-8)
    assert one.intercept - ten.intercept == pytest.approx(math.log(10.0), abs=1e-8)


def test_factors_that_are_the_same_share_what_they_tell() -> None:
    """Two equal columns, and one that does not vary: a fit all the same, and no NaN."""
    x, count, exposure = draw(4)
    x = np.column_stack([x[:, 0], x[:, 0], np.zeros(len(x))])
    fit = fit_elastic_net(x, count, exposure, 0.02)
    assert np.isfinite(fit.coef).all()
    assert fit.coef[0] == pytest.approx(fit.coef[1], abs=1e-4)
    assert fit.coef[2] == 0.0


def test_rare_events_and_huge_factors_do_not_overflow() -> None:
    """One event among many rows, factors of a million: finite, and a minimum."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 3)) * 1e6
    count = np.zeros(200)
    count[17] = 1.0
    fit = fit_elastic_net(x / 1e6, count, np.ones(200), 1e-4)
    assert np.isfinite(fit.coef).all()
    assert kkt_gap(fit, x / 1e6, count, np.ones(200)) < 1e-8


def test_deviance_is_twice_the_distance_to_the_saturated_likelihood() -> None:
    """2 (log L(y) - log L(mu)) with SciPy's Poisson."""
    from scipy.stats import poisson  # noqa: PLC0415 - the oracle of this test alone

    count, mu = np.array([0.0, 1.0, 5.0]), np.array([0.3, 2.0, 4.0])
    best = poisson.logpmf(count, np.maximum(count, 1e-300)).sum()
    assert deviance(count, mu) == pytest.approx(2 * (best - poisson.logpmf(count, mu).sum()))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"count": -1.0}, "at least 0"),
        ({"count": 0.0}, "not all 0"),
        ({"exposure": 0.0}, "above 0"),
        ({"x": np.nan}, "not finite"),
        ({"penalty": -1.0}, "Penalty"),
    ],
)
def test_what_cannot_be_fitted_is_refused(change: dict[str, float], says: str) -> None:
    """Negative or no counts, no exposure, NaN and a negative penalty are told apart."""
    x, count, exposure = draw(n=20, p=3)
    x = x * change.get("x", 1.0)
    count = count * 0 + change["count"] if "count" in change else count
    exposure = exposure * change.get("exposure", 1.0)
    with pytest.raises(InputError, match=says):
        fit_elastic_net(x, count, exposure, change.get("penalty", 0.1))
