"""Poisson and negative binomial without penalty: SciPy's likelihoods as oracles, BIC by trial."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import nbinom, poisson
from sklearn.linear_model import PoissonRegressor

from geo_risk.surfaces.count_models import covariance, fit_counts, step_by_bic


def draw(seed: int, dispersion: float = 0.0, n: int = 400) -> tuple[Any, Any, Any]:
    """Give five factors of which the first two tell, counts, and exposure."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 5))
    exposure = rng.uniform(0.5, 2.0, n)
    mu = exposure * np.exp(0.3 + 0.5 * x[:, 0] - 0.4 * x[:, 1])
    noise = rng.gamma(1 / dispersion, dispersion, n) if dispersion else 1.0
    return x, rng.poisson(mu * noise).astype(float), exposure


def test_poisson_equals_scikit_learn_without_penalty() -> None:
    """`PoissonRegressor(alpha=0)` on rates weighted by exposure, to 1e-6."""
    x, count, exposure = draw(0)
    ours = fit_counts(x, count, exposure, (0, 1, 3), "poisson")
    theirs = PoissonRegressor(alpha=0.0, tol=1e-10, max_iter=5000)
    theirs.fit(x[:, [0, 1, 3]], count / exposure, sample_weight=exposure)
    np.testing.assert_allclose(ours.coef[1:], theirs.coef_, atol=1e-6)
    assert ours.log_likelihood == pytest.approx(poisson.logpmf(count, ours.expected).sum())


@pytest.mark.parametrize("dispersion", [0.3, 2.0])
def test_negative_binomial_has_the_highest_of_scipys_likelihoods(dispersion: float) -> None:
    """The likelihood is SciPy's, and SciPy's optimiser finds none higher by 1e-3."""
    x, count, exposure = draw(1, dispersion)
    fit = fit_counts(x, count, exposure, (0, 1), "negative_binomial")

    def minus(b: Any) -> float:
        mu, r = exposure * np.exp(b[0] + x[:, :2] @ b[1:3]), np.exp(-b[3])
        return -float(nbinom.logpmf(count, r, r / (r + mu)).sum())

    at = np.r_[fit.coef, np.log(fit.dispersion)]
    assert fit.log_likelihood == pytest.approx(-minus(at), rel=1e-9)
    assert fit.log_likelihood >= -minimize(minus, at, method="Nelder-Mead").fun - 1e-3
    assert fit.dispersion == pytest.approx(dispersion, rel=0.5)


def test_stepwise_finds_the_subset_of_lowest_bic() -> None:
    """Over all 32 subsets of five factors, none has a lower BIC."""
    x, count, exposure = draw(2)
    found = step_by_bic(x, count, exposure, range(5), list("abcde"), "poisson")
    every = [
        fit_counts(x, count, exposure, some, "poisson").bic
        for k in range(6)
        for some in itertools.combinations(range(5), k)
    ]
    assert found.bic == pytest.approx(min(every))
    assert {0, 1} <= set(found.columns)


def test_one_factor_of_a_group_is_in_the_model_and_it_is_the_best() -> None:
    """Three blurs of the same place: the one nearest the truth stays."""
    x, count, exposure = draw(3)
    rng = np.random.default_rng(0)
    x = np.column_stack([x[:, 0] + k * rng.normal(size=len(x)) for k in (1.0, 0.0, 0.5)])
    found = step_by_bic(x, count, exposure, range(3), ["same"] * 3, "poisson")
    assert found.columns == (1,)


@pytest.mark.parametrize("family", ["poisson", "negative_binomial"])
def test_factors_that_tell_nothing_stay_out(family: Any) -> None:
    """BIC takes in none of five factors of noise in most of ten draws."""
    taken = 0
    for seed in range(10):
        x, _, exposure = draw(seed)
        count = np.random.default_rng(seed + 50).poisson(exposure).astype(float)
        taken += bool(step_by_bic(x, count, exposure, range(5), list("abcde"), family).columns)
    assert taken <= 2


def test_bic_tells_overdispersed_counts_from_poisson_ones() -> None:
    """The family that drew the counts has the lower BIC."""
    for dispersion, better in ((0.0, "poisson"), (1.5, "negative_binomial")):
        x, count, exposure = draw(4, dispersion)
        bic = {
            family: fit_counts(x, count, exposure, (0, 1), family).bic
            for family in ("poisson", "negative_binomial")
        }
        assert min(bic, key=lambda one: bic[one]) == better


def test_standard_errors_are_as_wide_as_fits_scatter() -> None:
    """Over 60 draws the coefficients scatter as their standard errors say, to a quarter."""
    found, errors = [], []
    for seed in range(60):
        x, count, exposure = draw(seed, n=250)
        fit = fit_counts(x, count, exposure, (0,), "poisson")
        found.append(fit.coef[1])
        errors.append(covariance(fit, x, count, np.arange(len(x)))[1, 1])
    assert np.sqrt(np.mean(errors)) == pytest.approx(np.std(found), rel=0.25)


def test_blocks_that_move_together_widen_the_intervals() -> None:
    """Rows told five times over are no more evidence: within blocks they widen it about sqrt(5)."""
    x, count, exposure = draw(6)
    five = [np.repeat(some, 5, axis=0) for some in (x, count, exposure)]
    fit = fit_counts(*five, (0, 1), "poisson")
    apart = covariance(fit, five[0], five[1], np.arange(2000))
    together = covariance(fit, five[0], five[1], np.repeat(np.arange(400), 5))
    ratio = np.sqrt(together.diagonal() / apart.diagonal())
    np.testing.assert_allclose(ratio, np.sqrt(5), rtol=0.35)


@pytest.mark.parametrize("family", ["poisson", "negative_binomial"])
def test_one_event_and_collinear_factors_have_finite_fits(family: Any) -> None:
    """A single event; two equal columns; a column that is 0: never NaN."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 1)) * [[1.0, 1.0, 0.0]]
    count = np.zeros(50)
    count[7] = 1.0
    fit = fit_counts(x, count, np.ones(50), (0, 1, 2), family)
    assert np.isfinite(fit.coef).all()
    assert np.isfinite(fit.bic)
    assert np.isfinite(covariance(fit, x, count, np.arange(50))).all()
