"""Ridge regressions of findings: does a visit find a `major` hazard, and how many findings.

Take a matrix of features and outcomes, give probabilities (logistic) or expected numbers (Poisson),
and how well their coefficients are known. Estimators follow scikit-learn's conventions. Fitted by
iteratively reweighted least squares, because the last step's matrix is also the coefficients'
uncertainty. Which features go in is `features.visit_history`'s; how strong the penalty is, is
chosen in `rolling`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from geo_risk.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_STEPS = 50
_ENOUGH = 1e-9  # change of the penalised log likelihood, relative
_FARTHEST = 30.0  # a linear predictor beyond it says the same


class _Ridge(BaseEstimator, ABC):  # type: ignore[misc]  # scikit-learn ships no types
    """What both families share: standardised columns, a free intercept, Newton steps.

    Half a visit with one finding and half a visit with none are added at the mean of all columns,
    so that nothing found is not never, and no estimate is infinite.
    """

    def __init__(self, penalty: float | Floats = 100.0) -> None:
        self.penalty = penalty

    def linear(self, features: Floats) -> Floats:
        """Give the linear predictor (n,) of features (n, k)."""
        return np.asarray(self.terms(features).sum(axis=1) + self.intercept_)

    def terms(self, features: Floats) -> Floats:
        """Give what each column adds to the linear predictor: (n, k), of mean 0 where fitted."""
        return np.asarray((self._checked(features) - self.centre_) * self.coef_)

    def linear_variance(self, features: Floats) -> Floats:
        """Give the variance (n,) of the linear predictor, from what the coefficients are known by.

        x' (X' W X + penalty)^-1 x at the maximum: Laplace's approximation of the posterior under a
        Gaussian prior of variance 1 / penalty on standardised columns; Bishop (2006), eq. 4.132.
        """
        rows = np.column_stack([np.ones(len(features)), self._scaled(features)])
        return np.asarray(np.einsum("ij,ij->i", rows, cho_solve(self._factor, rows.T).T))

    def _fit(self, features: Floats, outcome: Floats, weight: Floats | None) -> None:
        if not (np.isfinite(self.penalty).all() and np.all(np.asarray(self.penalty) > 0)):
            raise InputError(f"Penalty {self.penalty}.", "Give numbers above 0.")
        if not len(outcome):
            raise InputError("There is no visit to learn from.", "Record visits first.")
        if not np.isfinite(features).all():
            raise InputError("A feature is not finite.", "Measure features again.")
        given = np.ones(len(outcome)) if weight is None else np.asarray(weight, dtype=np.float64)
        if not (np.isfinite(given).all() and (given >= 0).all() and given.sum() > 0):
            raise InputError(
                "A weight is negative, or not finite, or all are 0.", "Give weights of 0 or more."
            )
        self.n_features_in_ = features.shape[1]
        self.centre_ = np.average(features, axis=0, weights=given)
        spread = np.sqrt(np.average((features - self.centre_) ** 2, axis=0, weights=given))
        self._scale = np.where(spread > 1e-12, spread, 1.0)
        scaled = (features - self.centre_) / self._scale
        scaled = np.vstack([scaled, np.zeros((2, features.shape[1]))])
        rows = np.column_stack([np.ones(len(scaled)), scaled])
        outcome, given = np.r_[outcome, 0.0, 1.0], np.r_[given, 0.5, 0.5]
        price = np.r_[0.0, np.broadcast_to(self.penalty, features.shape[1])]
        beta = np.zeros(rows.shape[1])
        beta[0] = self._link(float(np.average(outcome, weights=given)))
        before = -np.inf
        for _ in range(_STEPS):
            mean, curve = self._mean(np.clip(rows @ beta, -_FARTHEST, _FARTHEST))
            hessian = (rows * (given * curve)[:, None]).T @ rows + np.diag(price)
            self._factor = cho_factor(hessian)
            slope = rows.T @ (given * (outcome - mean)) - price * beta
            step = cho_solve(self._factor, slope)
            beta, now = self._uphill(rows, outcome, given, price, beta, step)
            if now - before <= _ENOUGH * (1.0 + abs(now)):
                break
            before = now
        self.intercept_ = float(beta[0])
        self.coef_ = beta[1:] / self._scale

    def _uphill(
        self,
        rows: Floats,
        outcome: Floats,
        given: Floats,
        price: Floats,
        beta: Floats,
        step: Floats,
    ) -> tuple[Floats, float]:
        """Take the step, or half of it until the penalised log likelihood does not fall."""

        def worth(at: Floats) -> float:
            linear = np.clip(rows @ at, -_FARTHEST, _FARTHEST)
            return float(given @ self._log_likelihood(linear, outcome) - 0.5 * price @ at**2)

        start = worth(beta)
        for _ in range(20):
            if worth(beta + step) >= start:
                break
            step = step / 2.0
        return beta + step, worth(beta + step)

    def _checked(self, features: Floats) -> Floats:
        if not hasattr(self, "coef_"):
            raise InputError(f"{type(self).__name__} is not fitted.", "Call fit first.")
        if features.ndim != 2 or features.shape[1] != self.n_features_in_:
            raise InputError(
                f"Features of shape {features.shape} where {self.n_features_in_} columns were "
                "fitted.", "Measure the same features.",
            )  # fmt: skip
        return features

    def _scaled(self, features: Floats) -> Floats:
        return np.asarray((self._checked(features) - self.centre_) / self._scale)

    @staticmethod
    @abstractmethod
    def _link(mean: float) -> float:
        """Give the linear predictor of a mean."""

    @staticmethod
    @abstractmethod
    def _mean(linear: Floats) -> tuple[Floats, Floats]:
        """Give mean and variance at linear predictors."""

    @staticmethod
    @abstractmethod
    def _log_likelihood(linear: Floats, outcome: Floats) -> Floats:
        """Give each outcome's log likelihood, up to what the fit cannot change."""


class FindingRisk(ClassifierMixin, _Ridge):  # type: ignore[misc]  # scikit-learn ships no types
    """Probability that a visit finds a `major` hazard: ridge logistic regression.

    Parameters
    ----------
    penalty
        Weight of the squared standardised coefficients, one number or (k,); the intercept is free.

    Examples
    --------
    >>> import numpy as np
    >>> model = FindingRisk(penalty=1.0).fit(np.array([[0.0], [1.0], [2.0], [3.0]]), [0, 0, 1, 1])
    >>> model.predict(np.array([[0.0], [3.0]])).tolist()
    [False, True]

    References
    ----------
    le Cessie and van Houwelingen (1992), "Ridge estimators in logistic regression", eq. 2; Newton's
    steps as in Hastie, Tibshirani and Friedman (2009), eq. 4.26.
    """

    def fit(self, features: Any, positive: Any, sample_weight: Any = None) -> Self:
        """Fit on features (n, k) and outcomes (n,) of bool; one class alone is allowed."""
        outcome = np.asarray(positive, dtype=np.float64)
        if not np.isin(outcome, (0.0, 1.0)).all():
            raise InputError("An outcome is neither yes nor no.", "Give 0 or 1.")
        self.classes_ = np.array([False, True])
        self._fit(np.asarray(features, dtype=np.float64), outcome, sample_weight)
        return self

    def predict_proba(self, features: Any) -> Floats:
        """Give (n, 2): probabilities of no and of at least one `major` finding."""
        yes = expit(self.linear(np.asarray(features, dtype=np.float64)))
        return np.column_stack([1.0 - yes, yes])

    def predict(self, features: Any) -> NDArray[np.bool_]:
        """Give (n,) of bool: more likely than not."""
        return np.asarray(self.predict_proba(features)[:, 1] > 0.5)

    @staticmethod
    def _link(mean: float) -> float:
        return float(np.log(mean / (1.0 - mean)))

    @staticmethod
    def _mean(linear: Floats) -> tuple[Floats, Floats]:
        mean = expit(linear)
        return mean, mean * (1.0 - mean)

    @staticmethod
    def _log_likelihood(linear: Floats, outcome: Floats) -> Floats:
        return np.asarray(outcome * linear - np.logaddexp(0.0, linear))


class FindingCount(RegressorMixin, _Ridge):  # type: ignore[misc]  # scikit-learn ships no types
    """Expected number of findings of a visit: ridge Poisson regression with log link.

    Parameters
    ----------
    penalty
        As of `FindingRisk`.

    References
    ----------
    McCullagh and Nelder (1989), section 2.5, with the ridge of `FindingRisk`.
    """

    def fit(self, features: Any, number: Any, sample_weight: Any = None) -> Self:
        """Fit on features (n, k) and numbers (n,) of 0 or more."""
        outcome = np.asarray(number, dtype=np.float64)
        if not (np.isfinite(outcome) & (outcome >= 0)).all():
            raise InputError("A number of findings is negative.", "Give 0 or more.")
        self._fit(np.asarray(features, dtype=np.float64), outcome, sample_weight)
        return self

    def predict(self, features: Any) -> Floats:
        """Give (n,) expected numbers."""
        linear = self.linear(np.asarray(features, dtype=np.float64))
        return np.asarray(np.exp(np.clip(linear, -_FARTHEST, _FARTHEST)))

    @staticmethod
    def _link(mean: float) -> float:
        return float(np.log(mean))

    @staticmethod
    def _mean(linear: Floats) -> tuple[Floats, Floats]:
        mean = np.exp(linear)
        return mean, mean

    @staticmethod
    def _log_likelihood(linear: Floats, outcome: Floats) -> Floats:
        return np.asarray(outcome * linear - np.exp(linear))
