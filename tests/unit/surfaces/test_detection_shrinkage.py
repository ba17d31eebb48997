"""Shrinkage: strengths estimated, against independent formulas and what was drawn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import nbinom

from geo_risk.surfaces.shrinkage import ALIKE, Ridge, fit_ridge, measure_worth


@pytest.mark.parametrize("worth", [0.5, 4.0, 30.0])
def test_the_worth_is_where_scipys_negative_binomial_is_likeliest(worth: float) -> None:
    """No shape on a fine ladder around it has a larger likelihood."""
    rng = np.random.default_rng(3)
    expected = rng.uniform(1, 60, 300)
    counts = rng.poisson(expected * rng.gamma(worth, 1 / worth, 300)).astype(float)
    found = measure_worth(counts, expected)

    def likelihood(k: float) -> float:
        return float(nbinom.logpmf(counts, k, k / (k + expected)).sum())

    ladder = [likelihood(found * step) for step in (0.9, 0.99, 1.01, 1.1)]
    assert likelihood(found) >= max(ladder) - 1e-6
    assert found == pytest.approx(worth, rel=0.4)


def test_groups_that_are_alike_are_not_told_apart() -> None:
    """Counts that spread less than chance, one group, none: no own levels."""
    assert measure_worth(np.full(50, 7.0), np.full(50, 7.0)) == ALIKE
    assert measure_worth(np.array([3.0]), np.array([9.0])) == ALIKE
    assert measure_worth(np.zeros(0), np.zeros(0)) == ALIKE


def test_groups_nobody_looked_at_say_nothing() -> None:
    """A group without expected counts changes nothing."""
    rng = np.random.default_rng(1)
    expected = rng.uniform(5, 50, 40)
    counts = rng.poisson(expected * rng.gamma(3, 1 / 3, 40)).astype(float)
    more = measure_worth(np.append(counts, 0.0), np.append(expected, 0.0))
    assert more == pytest.approx(measure_worth(counts, expected))


def test_coefficients_are_where_the_penalised_likelihood_is_largest() -> None:
    """A general optimiser on scipy's negative binomial finds the same coefficients."""
    rng = np.random.default_rng(0)
    design, exposure = rng.normal(0, 1, (80, 4)), rng.uniform(1, 20, 80)
    worth, variance = np.full(80, 5.0), 0.3
    counts = rng.poisson(exposure * np.exp(design @ [0.5, -0.3, 0.0, 0.2])).astype(float)

    def loss(theta: np.ndarray) -> float:
        mean = exposure * np.exp(design @ theta)
        told = nbinom.logpmf(counts, worth, worth / (worth + mean)).sum()
        return float(theta @ theta / (2 * variance) - told)

    best = minimize(loss, np.zeros(4), method="BFGS").x
    groups = [slice(0, 4)]
    fit = Ridge(np.zeros(4), (variance,), np.zeros((4, 4)))
    for _ in range(20):
        step = fit_ridge(design, counts, exposure, worth, groups, fit)
        fit = Ridge(step.coefficients, (variance,), step.covariance)
    np.testing.assert_allclose(fit.coefficients, best, atol=2e-4)


def test_variances_find_the_group_that_matters() -> None:
    """Columns that move nothing lose their variance; those that do keep about what was drawn."""
    rng = np.random.default_rng(2)
    design, exposure = rng.normal(0, 1, (2000, 60)), np.full(2000, 3.0)
    theta = np.concatenate([rng.normal(0, 0.3, 30), np.zeros(30)])
    counts = rng.poisson(exposure * np.exp(design @ theta - 1)).astype(float)
    groups, fit = [slice(0, 30), slice(30, 60)], None
    exposure = exposure * np.exp(-1)
    for _ in range(30):
        fit = fit_ridge(design, counts, exposure, np.full(2000, ALIKE), groups, fit)
    assert fit is not None
    assert fit.variances[0] == pytest.approx((theta[:30] ** 2).mean(), rel=0.2)
    assert fit.variances[1] < 1e-3


def test_a_group_that_is_gone_stays_at_nothing_and_harms_no_other() -> None:
    """Its coefficients are 0 and its covariance its prior; the rest is as without it."""
    rng = np.random.default_rng(4)
    design, exposure = rng.normal(0, 1, (100, 5)), np.full(100, 4.0)
    counts = rng.poisson(exposure).astype(float)
    worth = np.full(100, ALIKE)
    start = Ridge(np.zeros(5), (0.2, 1e-8), np.eye(5))
    whole = fit_ridge(design, counts, exposure, worth, [slice(0, 3), slice(3, 5)], start)
    part = fit_ridge(
        design[:, :3],
        counts,
        exposure,
        worth,
        [slice(0, 3)],
        Ridge(np.zeros(3), (0.2,), np.eye(3)),
    )
    np.testing.assert_allclose(whole.coefficients, [*part.coefficients, 0.0, 0.0])
    np.testing.assert_allclose(whole.covariance[:3, :3], part.covariance)
