"""Shrinkage: how far few observations are believed, learnt from all of them together.

Takes counts and what was expected of them, gives how many expected counts a group's own level is
worth (gamma and Poisson), and regression coefficients whose penalty is estimated too. Clayton and
Kaldor (1987) for the first, MacKay (1992) for the second. No strength is set by hand; where groups
do not differ, they are not told apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ALIKE = 1e6
"""A worth from which on groups are taken as alike."""

_LEAST_WORTH = 0.05
_LEAST_VARIANCE, _MOST_VARIANCE = 1e-8, 9.0
_AT_FIRST = 0.1  # a variance before anything is known
_GONE = 1e-6  # a variance below which its columns are left out: Tipping (2001), JMLR 1, 211-244
_BOLD = 1.5  # a step of an estimated variance, in logs, against the plain one
_SETTLED = 1e-4
_NEWTON_STEPS = 25
_LARGEST_STEP = 2.0


def measure_worth(counts: Floats, expected: Floats) -> float:
    """Give the worth of the mean: the shape k of a gamma of mean 1 that groups' levels follow.

    y_g ~ Poisson(level_g x m_g), level_g ~ Gamma(k, k): y_g is negative binomial of mean m_g, and k
    is where its likelihood is largest.

    Parameters
    ----------
    counts
        (g,) y, 0 or more; parts of counts are allowed.
    expected
        (g,) m, 0 or more; groups of 0 say nothing.

    Returns
    -------
    float
        k, expected counts; `ALIKE` where the counts spread no more than Poisson counts do.

    References
    ----------
    Clayton and Kaldor (1987), Biometrics 43, 671-681, equation (4).
    """
    told = expected > 0
    y, m = counts[told], expected[told]
    if len(y) < 2:
        return ALIKE

    def loss(log_k: float) -> float:
        k = np.exp(log_k)
        terms = gammaln(y + k) - gammaln(k) - (y + k) * np.log1p(m / k) - y * log_k
        return -float(terms.sum())

    low, high = np.log(_LEAST_WORTH), np.log(ALIKE)
    found = minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-4})
    better = float(found.fun) < loss(float(high)) - 1e-6
    return float(np.exp(found.x)) if better else ALIKE


@dataclass(frozen=True)
class Ridge:
    """Coefficients and how sure they are.

    Parameters
    ----------
    coefficients
        (p,).
    variances
        One prior variance per group of columns.
    covariance
        (p, p) posterior covariance (Laplace).
    """

    coefficients: Floats
    variances: tuple[float, ...]
    covariance: Floats


def fit_ridge(
    design: Floats,
    counts: Floats,
    exposure: Floats,
    worth: Floats,
    groups: Sequence[slice],
    start: Ridge | None = None,
) -> Ridge:
    """Fit log-linear coefficients, and once re-estimate the variance of each group of them.

    y_i ~ negative binomial of mean e_i exp(z_i theta) and shape k_i; theta_j ~ N(0, v_g). Newton
    steps on the expected information I = Z' W Z, W = m / (1 + m / k); then
    v_g = |theta_g|² / (p_g - trace(C_gg) / v_g), C = (I + 1 / v)^-1.

    Parameters
    ----------
    design
        (n, p) z.
    counts, exposure
        (n,) y and e.
    worth
        (n,) k; `ALIKE` for Poisson.
    groups
        Columns of each group; together all p.
    start
        Where to start, and the variances to use; all 0 with variance 0.1 without it.

    Returns
    -------
    Ridge
        Called until nothing moves, it gives the variances of largest marginal likelihood.

    References
    ----------
    MacKay (1992), Neural Computation 4, 415-447, equation (2.20): the number of well-determined
    parameters. Lawless (1987), Canadian Journal of Statistics 15, 209-225: the negative binomial
    regression's expected information.
    """
    size = design.shape[1]
    theta = np.zeros(size) if start is None else start.coefficients.copy()
    variances = (_AT_FIRST,) * len(groups) if start is None else start.variances
    prior = np.empty(size)
    for group, variance in zip(groups, variances, strict=True):
        prior[group] = variance
    live = prior > _GONE
    theta[~live] = 0.0
    columns, slope, precision = design[:, live], theta[live], 1.0 / prior[live]
    factor = cho_factor(np.diag(precision)) if live.any() else None
    for _ in range(_NEWTON_STEPS if factor is not None else 0):
        mean = exposure * np.exp(np.clip(columns @ slope, -30.0, 30.0))
        damp = 1.0 / (1.0 + mean / worth)
        gradient = columns.T @ ((counts - mean) * damp) - precision * slope
        information = (columns.T * (mean * damp)) @ columns
        information[np.diag_indices(len(slope))] += precision
        factor = cho_factor(information)
        step = cho_solve(factor, gradient)
        largest = float(np.abs(step).max(initial=0.0))
        slope = slope + step * min(1.0, _LARGEST_STEP / max(largest, 1e-12))
        if largest < _SETTLED or start is not None:
            break
    theta[live] = slope
    covariance = np.diag(prior)
    if factor is not None:
        covariance[np.ix_(live, live)] = cho_solve(factor, np.eye(len(slope)))
    found = Ridge(theta, variances, covariance)
    return replace(found, variances=measure_variances([found], groups))


def measure_variances(fits: Sequence[Ridge], groups: Sequence[slice]) -> tuple[float, ...]:
    """Re-estimate the variances that some fits have in common, from their coefficients.

    v' = v x (sum |theta_g|² / sum (p_g - trace(C_gg) / v) / v)^1.5: the fixed point of `fit_ridge`,
    reached in fewer rounds. A group whose variance has fallen below 1e-6 stays at nothing.
    """
    variances = []
    for group, variance in zip(groups, fits[0].variances, strict=True):
        size = group.stop - group.start
        square = sum(float(one.coefficients[group] @ one.coefficients[group]) for one in fits)
        spread = sum(float(np.trace(one.covariance[group, group])) for one in fits)
        determined = max(size * len(fits) - spread / variance, 1e-6)
        ratio = (square / determined / variance) ** _BOLD
        variances.append(float(np.clip(variance * ratio, _LEAST_VARIANCE, _MOST_VARIANCE)))
    return tuple(variances)
