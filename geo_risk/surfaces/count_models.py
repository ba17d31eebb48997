"""Counts explained by a few factors: Poisson and negative binomial, without penalty.

Takes counts, exposure and factors, gives coefficients, how uncertain they are, and what the fit
costs by BIC. Adds and drops factors one at a time as long as BIC falls. Which factors come here at
all is decided in `terrain`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Family = Literal["poisson", "negative_binomial"]

_ROUNDS = 50
_WORTH_A_FIT = 3
_TOO_ALIKE = 0.9  # correlation
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
    x: Floats,
    count: Floats,
    exposure: Floats,
    columns: Sequence[int],
    family: Family,
    *,
    dispersion: float | None = None,
    start: CountModel | None = None,
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
    dispersion
        a, where it is known.
    start
        A fit of some of the same factors to begin from.

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
    if start is not None:
        told = dict(zip(start.columns, start.coef[1:], strict=True))
        coef[0] = start.coef[0]
        coef[1:] = [told.get(j, 0.0) for j in columns]
    a = 0.0 if family == "poisson" else dispersion or 0.0
    coef, mu = _solve(design, count, exposure, coef, a)
    if family == "negative_binomial" and dispersion is None:
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
    """Add, drop and exchange factors one at a time, from none, as long as BIC falls.

    Which are worth a fit is asked of the score test (to add) and of Wald's (to drop); the
    dispersion stands still within a step.

    Parameters
    ----------
    x, count, exposure, family
        As for `fit_counts`.
    candidates
        Indices of factors that may enter.
    groups
        One name per factor of `x`: at most one factor of a group is in the model at a time, so that
        no kind of place counts against itself. Nor does one enter whose correlation with a factor
        in the model is above 0.9.

    Returns
    -------
    CountModel

    References
    ----------
    Kennedy, Caplan and Piza (2011), Journal of Quantitative Criminology 27, 339-362, and Caplan,
    Kennedy and Piza (2013), Risk Terrain Modeling Diagnostics User Manual, pages 6-9: stepwise in
    both directions by BIC, from the null model, on what a penalised fit left. Rao (1948),
    Proceedings of the Cambridge Philosophical Society 44, 50-57: the score test.
    """
    best = fit_counts(x, count, exposure, (), family)
    while True:
        better = best
        stages = (
            partial(_additions, best, x, count, candidates, groups),
            partial(_removals, best, x, count),
            partial(_exchanges, best, candidates, groups),
        )
        for steps in stages:
            tried = [
                fit_counts(x, count, exposure, one, family, dispersion=best.dispersion, start=best)
                for one in steps()
            ]
            better = min(tried, key=lambda one: one.bic, default=best)
            if better.bic < best.bic - 1e-6:
                break
        else:
            return best
        fresh = fit_counts(x, count, exposure, better.columns, family, start=better)
        best = min(fresh, better, key=lambda one: one.bic)  # so that BIC never rises


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


def _additions(
    model: CountModel, x: Floats, count: Floats, candidates: Sequence[int], groups: Sequence[str]
) -> list[tuple[int, ...]]:
    """Give the models with one factor more: those three whose score tests are largest."""
    taken = {groups[j] for j in model.columns}
    free = [j for j in candidates if groups[j] not in taken]
    free = _unlike(x, free, model.columns)
    return [(*model.columns, j) for j in _by_score(model, x, count, free)[:_WORTH_A_FIT]]


def _unlike(x: Floats, free: list[int], columns: tuple[int, ...]) -> list[int]:
    """Leave out what is nearly the same as a factor in the model: two would share out one risk."""
    if not free or not columns:
        return free
    one, other = (
        (part - part.mean(axis=0)) / np.maximum(part.std(axis=0), 1e-12)
        for part in (x[:, free], x[:, list(columns)])
    )
    alike = np.abs(one.T @ other).max(axis=1) / len(x) > _TOO_ALIKE
    return [j for j, same in zip(free, alike.tolist(), strict=True) if not same]


def _removals(model: CountModel, x: Floats, count: Floats) -> list[tuple[int, ...]]:
    """Give the models with one factor less: of the two with the smallest Wald tests."""
    rows = np.arange(len(count))
    wald = np.abs(model.coef) / np.sqrt(covariance(model, x, count, rows).diagonal() + 1e-300)
    weakest = np.argsort(wald[1:], kind="stable")[:2]
    return [tuple(np.delete(model.columns, k).astype(int).tolist()) for k in weakest]


def _exchanges(
    model: CountModel, candidates: Sequence[int], groups: Sequence[str]
) -> list[tuple[int, ...]]:
    """Give the models with one factor exchanged for another of its group: at another reach."""
    return [
        tuple(j if k == old else k for k in model.columns)
        for old in model.columns
        for j in candidates
        if j != old and groups[j] == groups[old]
    ]


def _by_score(model: CountModel, x: Floats, count: Floats, columns: list[int]) -> list[int]:
    """Order columns by Rao's statistic for their entering, largest first."""
    if not columns:
        return []
    design = np.column_stack([np.ones(len(count)), x[:, list(model.columns)]])
    spread = 1.0 + model.dispersion * model.expected
    weight = (model.expected / spread)[:, None]
    more = x[:, columns]
    cross = design.T @ (weight * more)
    explained = np.linalg.pinv(design.T @ (weight * design)) @ cross
    information = np.sum(weight * more * more, axis=0) - np.sum(cross * explained, axis=0)
    slope = more.T @ ((count - model.expected) / spread)
    statistic = np.where(information > 1e-9, slope**2 / np.maximum(information, 1e-9), 0.0)
    order = np.argsort(-statistic, kind="stable")
    return [columns[k] for k in order if statistic[k] > 0]


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
