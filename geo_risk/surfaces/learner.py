"""Learners of a rate: a ridge Poisson regression beside an exposure, and trees of its ratio.

Takes predictors, counts and what was expected without them (the exposure), gives what to multiply
the exposure by. Both start from the exposure and leave it only as far as counts insist: log-linear
pooling of densities is the first (Genest and Zidek 1986), gradient boosting with a Poisson loss the
second (Friedman 2001; scikit-learn's histogram trees). Which cells and times they see is `stack`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.utils.validation import check_is_fitted, validate_data
from threadpoolctl import threadpool_limits

from geo_risk.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

_FARTHEST = 6.0  # deviations: beyond, a predictor is held where experience ends
_STEPS = 25
_SMALL_STEP = 1e-4  # a Newton step is as long as the error before it; what is left is its square
_BINS = 64


class RidgePoisson(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Poisson regression with logarithmic link, exposure and a ridge.

    Maximises sum_i w_i (y_i log mu_i - mu_i) - ridge |beta|² / 2, mu_i = e_i exp(a + beta z_i), z
    the predictors standardised by the expected counts w e; the intercept a is free.

    Parameters
    ----------
    ridge
        Events' worth of doubt about each coefficient; large = the exposure alone.

    Attributes
    ----------
    coef_
        (predictors,) beta.
    intercept_
        a.

    References
    ----------
    McCullagh and Nelder (1989), Generalized Linear Models, section 2.5 (iterated weighted least
    squares) and chapter 6; le Cessie and van Houwelingen (1992), Applied Statistics 41, 191-201:
    the ridge.
    """

    coef_: Floats
    scale_: Floats

    def __init__(self, ridge: float = 100.0) -> None:
        self.ridge = ridge

    def fit(
        self,
        X: ArrayLike,  # noqa: N803 - scikit-learn's name
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        exposure: ArrayLike | None = None,
        start: RidgePoisson | None = None,
    ) -> Self:
        """Fit.

        Parameters
        ----------
        X
            (n, predictors).
        y
            (n,) counts, at least 0.
        sample_weight
            (n,) how many rows each stands for; 1 when left out.
        exposure
            (n,) above 0: expected counts, any scale; 1 when left out.
        start
            A fit of much the same rows to begin from. What is found is the same: there is one
            maximum.

        Returns
        -------
        RidgePoisson

        Raises
        ------
        InputError
            When a count or weight is negative, or an exposure not above 0.
        """
        table, count = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        weight, base = _weights(count, sample_weight, exposure)
        expected = weight * base
        self.mean_ = expected @ table / expected.sum()
        spread = np.sqrt(np.maximum(expected @ table**2 / expected.sum() - self.mean_**2, 0.0))
        self.scale_ = np.where(spread > 1e-9 * (1.0 + np.abs(self.mean_)), spread, np.inf)
        design = np.column_stack([np.ones(len(count)), self._standard(table)])
        first = np.zeros(design.shape[1])
        first[0] = np.log(max(float(weight @ count), 1e-6) / float(expected.sum()))
        if start is not None:
            scale = np.where(np.isfinite(self.scale_), self.scale_, 0.0)
            first[1:] = start.coef_ / start.scale_ * scale
        solution = _newton(design, count, weight, base, self.ridge, first)
        self.intercept_, self.coef_ = float(solution[0]), solution[1:]
        return self

    def predict(self, X: ArrayLike, exposure: ArrayLike | None = None) -> Floats:  # noqa: N803 - as fit
        """Give expected counts: (n,), above 0."""
        check_is_fitted(self)
        table = validate_data(self, X, dtype=np.float64, reset=False)
        base = _column(exposure, len(table))
        rate = self.intercept_ + self._standard(table) @ self.coef_
        return np.asarray(base * np.exp(np.clip(rate, -20.0, 20.0)))

    def _standard(self, table: Floats) -> Floats:
        return np.asarray(np.clip((table - self.mean_) / self.scale_, -_FARTHEST, _FARTHEST))


class RatioTrees(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # as RidgePoisson
    """Boosted trees of the ratio of counts to an exposure.

    Poisson regression of y with exposure e is that of y / e with weight e. Predictors are cut at 63
    quantiles; trees are small and many, and where more of a predictor never means less, none says
    otherwise.

    Parameters
    ----------
    rising
        Number of leading predictors of which more never means less.
    rounds
        Trees.
    rate
        Share of each tree that is taken.

    References
    ----------
    Friedman (2001), Annals of Statistics 29, 1189-1232, algorithm 1 with the Poisson deviance;
    scikit-learn's `HistGradientBoostingRegressor`.
    """

    def __init__(self, rising: int = 0, rounds: int = 40, rate: float = 0.1) -> None:
        self.rising, self.rounds, self.rate = rising, rounds, rate

    def fit(
        self,
        X: ArrayLike,  # noqa: N803 - scikit-learn's name
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        exposure: ArrayLike | None = None,
    ) -> Self:
        """Fit; parameters as for `RidgePoisson.fit`."""
        table, count = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        weight, base = _weights(count, sample_weight, exposure)
        expected = weight * base
        self.level_ = max(float(weight @ count), 1e-6) / float(expected.sum())
        self.trees_ = None
        if not count.any():
            return self
        self.edges_ = np.quantile(table, np.linspace(0.0, 1.0, _BINS + 1)[1:-1], axis=0)
        with threadpool_limits(1):
            self.trees_ = HistGradientBoostingRegressor(
                loss="poisson",
                learning_rate=self.rate,
                max_iter=self.rounds,
                max_leaf_nodes=8,
                min_samples_leaf=max(20, len(count) // 50),
                l2_regularization=5.0,
                max_bins=_BINS,
                early_stopping=False,
                monotonic_cst=(np.arange(table.shape[1]) < self.rising).astype(np.int8),
            ).fit(
                self._binned(table),
                count / (base * self.level_),
                sample_weight=expected / expected.mean(),
            )
        return self

    def predict(self, X: ArrayLike, exposure: ArrayLike | None = None) -> Floats:  # noqa: N803 - as fit
        """Give expected counts: (n,), above 0."""
        check_is_fitted(self)
        table = validate_data(self, X, dtype=np.float64, reset=False)
        base = _column(exposure, len(table))
        if self.trees_ is None:
            return np.asarray(base * self.level_)
        with threadpool_limits(1):
            ratio = self.trees_.predict(self._binned(table))
        return np.asarray(base * self.level_ * ratio)

    def _binned(self, table: Floats) -> Floats:
        # scikit-learn's own cuts are weighted quantiles: ten times the work of the trees.
        columns = [
            np.searchsorted(edges, column)
            for edges, column in zip(self.edges_.T, table.T, strict=True)
        ]
        return np.column_stack(columns).astype(np.float64)


def _weights(
    count: Floats, sample_weight: ArrayLike | None, exposure: ArrayLike | None
) -> tuple[Floats, Floats]:
    weight, base = (_column(one, len(count)) for one in (sample_weight, exposure))
    if (count < 0).any() or (weight < 0).any() or not (base > 0).all():
        raise InputError(
            "A count or weight is negative, or an exposure not above 0.", "Leave that row out."
        )
    return weight, base


def _column(values: ArrayLike | None, n: int) -> Floats:
    if values is None:
        return np.ones(n)
    column = np.asarray(values, dtype=np.float64)
    if column.shape != (n,) or not np.isfinite(column).all():
        raise InputError(f"A column of {n} finite numbers is wanted.", "Give one per row.")
    return column


def _newton(
    design: Floats, count: Floats, weight: Floats, base: Floats, ridge: float, start: Floats
) -> Floats:
    penalty = np.full(design.shape[1], ridge)
    penalty[0] = 0.0
    beta = start
    for _ in range(_STEPS):
        mu = base * np.exp(np.clip(design @ beta, -30.0, 30.0))
        gradient = design.T @ (weight * (count - mu)) - penalty * beta
        halves = design * np.sqrt(weight * mu)[:, None]
        curvature = halves.T @ halves  # of one matrix with itself only one half is computed
        step = np.linalg.solve(curvature + np.diag(penalty + 1e-9), gradient)
        step *= min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        beta = beta + step
        if float(np.abs(step).max()) < _SMALL_STEP:
            break
    return beta
