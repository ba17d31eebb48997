"""Counts explained by a few factors: Poisson and negative binomial, without penalty.

Takes counts, exposure and factors, gives coefficients, how uncertain they are, and what the fit
costs by BIC. Adds and drops factors one at a time as long as BIC falls. Which factors come here at
all is decided in `terrain`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Family = Literal["poisson", "negative_binomial"]

_ROUNDS = 50
_LEAST, _MOST = 1e-4, 20.0  # dispersion that is looked for


@dataclass(frozen=True)
class CountModel:
    """A fit without penalty.

    Parameters
    ----------
    family
        `poisson` or `negative_binomial`.
    columns
        Indices of the factors in it.
    coef
        (1 + columns,) intercept first.
    expected
        (n,) counts.
    dispersion
        a of variance = mu + a mu²; 0 for a Poisson.
    log_likelihood
        At the fit.
    """

    family: Family
    columns: tuple[int, ...]
    coef: Floats
    expected: Floats
    dispersion: float
    log_likelihood: float

    @property
    def bic(self) -> float:
        """-2 log L + k log n, k with the dispersion (Schwarz 1978, Annals of Statistics 6)."""
        k = len(self.coef) + (self.family == "negative_binomial")
        return -2.0 * self.log_likelihood + k * math.log(len(self.expected))


def fit_counts(
    x: Floats, count: Floats, exposure: Floats, columns: Sequence[int], family: Family
) -> CountModel:
    """Maximise the likelihood of mu_i = exposure_i exp(a + x_i b).

    Parameters
    ----------
    x
        (n, factors).
    count, exposure
        (n,) events and what they are counted against, above 0.
    columns
        Factors that enter.
    family
        Negative binomial: variance mu + a mu², a by maximum likelihood in turn with b.

    Returns
    -------
    CountModel

    References
    ----------
    McCullagh and Nelder (1989), Generalized Linear Models, section 2.5 (reweighted least squares);
    Cameron and Trivedi (2013), Regression Analysis of Count Data, section 3.3 (NB2).
    """
    design = np.column_stack([np.ones(len(count)), x[:, list(columns)]])
    coef = np.zeros(design.shape[1])
    coef[0] = math.log(max(count.sum(), 1e-9) / exposure.sum())
    coef, mu = _solve(design, count, exposure, coef, 0.0)
    a = 0.0
    if family == "negative_binomial":
        for _ in range(4):
            before, a = a, _dispersion(count, mu)
            coef, mu = _solve(design, count, exposure, coef, a)
            if abs(a - before) <= 1e-4 * max(a, 1e-3):
                break
    return CountModel(family, tuple(columns), coef, mu, a, _log_likelihood(count, mu, a))


def step_by_bic(
    x: Floats,
    count: Floats,
    exposure: Floats,
    candidates: Sequence[int],
    groups: Sequence[str],
    family: Family,
) -> CountModel:
    """Add and drop factors one at a time, from none, as long as BIC falls.

    Parameters
    ----------
    x, count, exposure, family
        As for `fit_counts`.
    candidates
        Indices of factors that may enter.
    groups
        One name per factor of `x`: at most one factor of a group is in the model at a time, so that
        no kind of place counts against itself.

    Returns
    -------
    CountModel

    References
    ----------
    Kennedy, Caplan and Piza (2011), Journal of Quantitative Criminology 27, 339-362, and Caplan,
    Kennedy and Piza (2013), Risk Terrain Modeling Diagnostics User Manual, pages 6-9: stepwise in
    both directions by BIC, from the null model, on what a penalised fit left.
    """
    best = fit_counts(x, count, exposure, (), family)
    while True:
        inside = best.columns
        taken = {groups[j] for j in inside}
        steps = [(*inside, j) for j in candidates if j not in inside and groups[j] not in taken]
        steps += [tuple(k for k in inside if k != j) for j in inside]
        # A factor may also make room for another of its own group: the same place, another reach.
        steps += [
            tuple(j if k == old else k for k in inside)
            for old in inside
            for j in candidates
            if j != old and groups[j] == groups[old]
        ]
        tried = [fit_counts(x, count, exposure, one, family) for one in steps]
        better = min(tried, key=lambda one: one.bic, default=best)
        if not better.bic < best.bic - 1e-6:
            return best
        best = better


def covariance(model: CountModel, x: Floats, count: Floats, blocks: NDArray[np.int64]) -> Floats:
    """Give the covariance of the coefficients, whichever of two is larger on the diagonal.

    The model's own, A^-1, and that of blocks whose rows depend on each other, A^-1 B A^-1 with
    B = m / (m - 1) sum over blocks of s s', s a block's score.

    Parameters
    ----------
    model
        The fit.
    x, count
        As it was fitted on.
    blocks
        (n,) which block a row lies in.

    Returns
    -------
    ndarray
        (1 + columns, 1 + columns).

    References
    ----------
    Liang and Zeger (1986), Biometrika 73, 13-22, theorem 2: neighbours are not independent, and an
    interval that takes them so is too narrow.
    """
    design = np.column_stack([np.ones(len(count)), x[:, list(model.columns)]])
    spread = 1.0 + model.dispersion * model.expected
    weight = model.expected / spread
    bread = np.linalg.pinv((design.T * weight) @ design)
    score = design * ((count - model.expected) / spread)[:, None]
    numbers, at = np.unique(blocks, return_inverse=True)
    sums = np.zeros((len(numbers), design.shape[1]))
    np.add.at(sums, at, score)
    if len(numbers) <= 2 * design.shape[1]:
        return np.asarray(bread)
    robust = bread @ (sums.T @ sums) @ bread * len(numbers) / (len(numbers) - 1)
    own = np.maximum(bread.diagonal(), 1e-300)  # 0 where a column is 0
    scale = np.sqrt(np.maximum(robust.diagonal() / own, 1.0))
    return np.asarray(bread * np.outer(scale, scale))


def _solve(
    design: Floats, count: Floats, exposure: Floats, coef: Floats, dispersion: float
) -> tuple[Floats, Floats]:
    mu = exposure * np.exp(design @ coef)
    value = _log_likelihood(count, mu, dispersion)
    ridge = 1e-9 * np.eye(design.shape[1])
    for _ in range(_ROUNDS):
        spread = 1.0 + dispersion * mu
        bread = (design.T * (mu / spread)) @ design
        step = np.linalg.solve(
            bread + ridge * (1.0 + np.trace(bread)), design.T @ ((count - mu) / spread)
        )
        length = 1.0
        while True:
            tried = coef + length * step
            fresh = exposure * np.exp(np.clip(design @ tried, -30.0, 30.0))
            reached = _log_likelihood(count, fresh, dispersion)
            if reached >= value - 1e-12 * abs(value) or length < 1e-6:
                break
            length *= 0.5
        done = reached - value <= 1e-10 * abs(value)
        coef, mu, value = tried, fresh, reached
        if done:
            break
    return coef, mu


def _dispersion(count: Floats, mu: Floats) -> float:
    found = minimize_scalar(
        lambda log_a: -_log_likelihood(count, mu, math.exp(log_a)),
        bounds=(math.log(_LEAST), math.log(_MOST)),
        method="bounded",
        options={"xatol": 1e-3},
    )
    return math.exp(float(found.x))


def _log_likelihood(count: Floats, mu: Floats, dispersion: float) -> float:
    mu = np.maximum(mu, 1e-12)
    if dispersion <= 0:
        return float(np.sum(count * np.log(mu) - mu - gammaln(count + 1.0)))
    r = 1.0 / dispersion
    tail = gammaln(count + r) - gammaln(r) - gammaln(count + 1.0)
    return float(np.sum(tail + count * np.log(mu / (mu + r)) - r * np.log1p(mu / r)))
