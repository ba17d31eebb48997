"""Penalised Poisson regression: a few factors out of many that look alike.

Takes counts, their exposure and a matrix of factors, gives coefficients that are exactly 0 for most
factors. Elastic net by coordinate descent within iteratively reweighted least squares, after
Friedman, Hastie and Tibshirani (2010); scikit-learn has the ridge alone. How strong the penalty
should be is decided in `terrain`, by blocks that were not fitted on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.errors import InputError
from geo_risk.surfaces.loops import compiled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_ROUNDS, _SWEEPS, _HALVINGS = 100, 2000, 30
_LARGEST_ETA = 30.0


@dataclass(frozen=True)
class ElasticNet:
    """A penalised fit.

    Parameters
    ----------
    intercept
        Log rate where every factor is 0.
    coef
        (factors,) change of the log rate per unit of a factor.
    penalty
        The penalty it was fitted with.
    """

    intercept: float
    coef: Floats
    penalty: float

    def rate(self, x: Floats) -> Floats:
        """Give the expected count per unit of exposure: (n,)."""
        return np.asarray(np.exp(np.clip(self.intercept + x @ self.coef, None, _LARGEST_ETA)))


def fit_elastic_net(
    x: Floats,
    count: Floats,
    exposure: Floats,
    penalty: float,
    *,
    l1_ratio: float = 0.5,
    start: ElasticNet | None = None,
    tol: float = 1e-9,
) -> ElasticNet:
    """Fit one penalty.

    Minimises (1/n) sum_i (mu_i - y_i log mu_i) + penalty x (l1 |b|_1 + (1 - l1) |b|²/2), with
    mu_i = exposure_i exp(a + x_i b) and the intercept a free.

    Parameters
    ----------
    x
        (n, factors), on scales that may be penalised alike.
    count, exposure
        (n,) events, at least 0; what they may be counted against, above 0.
    penalty
        At least 0.
    l1_ratio
        l1, 0 (ridge) to 1 (lasso).
    start
        A fit of a nearby penalty to begin from.
    tol
        Largest |gradient condition| that is left (see `kkt_gap`), in events per row.

    Returns
    -------
    ElasticNet

    Raises
    ------
    InputError
        When shapes differ, a value is not finite, a count is negative, there is no event, or the
        penalty is negative.

    References
    ----------
    Friedman, Hastie and Tibshirani (2010), Journal of Statistical Software 33 (1), equations 4 to 7
    (coordinate descent with the elastic net), section 2.2 (covariance updates), section 3
    (iteratively reweighted least squares). A step that does not lower the objective is halved.
    """
    _check(x, count, exposure, penalty, l1_ratio)
    n, p = x.shape
    coef = np.zeros(p) if start is None else start.coef.copy()
    base = float(np.log(count.sum() / exposure.sum()))
    intercept = base if start is None else start.intercept
    mu = exposure * np.exp(np.clip(intercept + x @ coef, None, _LARGEST_ETA))
    value = _objective(mu, count, coef, penalty, l1_ratio)
    for _ in range(_ROUNDS):
        if _gap(x, count, mu, coef, penalty, l1_ratio) <= tol:
            break
        weight = mu.sum()
        middle = mu @ x / weight
        centred = x - middle
        gram = (centred.T * mu) @ centred / n
        slope = centred.T @ (count - mu) / n + gram @ coef
        new = _descend(gram, slope, coef, penalty, l1_ratio, tol)
        step = new - coef
        shift = float((count - mu).sum() / weight - middle @ step)
        length = 1.0
        for _ in range(_HALVINGS):
            tried = coef + length * step
            level = intercept + length * shift
            fresh = exposure * np.exp(np.clip(level + x @ tried, None, _LARGEST_ETA))
            reached = _objective(fresh, count, tried, penalty, l1_ratio)
            if reached <= value + 1e-15 * abs(value):
                break
            length *= 0.5
        else:
            break
        coef, intercept, mu, value = tried, level, fresh, reached
    return ElasticNet(float(intercept), coef, penalty)


def fit_path(
    x: Floats,
    count: Floats,
    exposure: Floats,
    penalties: Sequence[float] | Floats,
    *,
    l1_ratio: float = 0.5,
    tol: float = 1e-6,
) -> list[ElasticNet]:
    """Fit falling penalties, each from the one before; as for `fit_elastic_net`."""
    fits: list[ElasticNet] = []
    for penalty in penalties:
        start = fits[-1] if fits else None
        fits.append(
            fit_elastic_net(
                x, count, exposure, float(penalty), l1_ratio=l1_ratio, start=start, tol=tol
            )
        )
    return fits


def largest_penalty(x: Floats, count: Floats, exposure: Floats, *, l1_ratio: float = 0.5) -> float:
    """Give the smallest penalty under which every coefficient is 0.

    max_j |sum_i x_ij (y_i - mu_i)| / (n l1), mu the fit of the intercept alone: the condition at
    b = 0 (Friedman et al. 2010, section 2.5).
    """
    mu = exposure * count.sum() / exposure.sum()
    return float(np.abs(x.T @ (count - mu)).max(initial=0.0) / (len(count) * l1_ratio))


def kkt_gap(
    fit: ElasticNet, x: Floats, count: Floats, exposure: Floats, *, l1_ratio: float = 0.5
) -> float:
    """Give by how much a fit misses the conditions of a minimum; 0 at the minimum.

    With g_j = (1/n) sum_i x_ij (y_i - mu_i) - penalty (1 - l1) b_j: g_j = penalty l1 sign(b_j)
    where b_j is not 0, |g_j| <= penalty l1 where it is, and sum_i (y_i - mu_i) = 0.
    """
    mu = exposure * fit.rate(x)
    return _gap(x, count, mu, fit.coef, fit.penalty, l1_ratio)


def deviance(count: Floats, mu: Floats) -> float:
    """Give the Poisson deviance 2 sum (y log(y / mu) - y + mu) of expected counts above 0."""
    ratio = np.where(count > 0, count, 1.0) / mu
    return float(2.0 * np.sum(np.where(count > 0, count * np.log(ratio), 0.0) - count + mu))


def _gap(
    x: Floats, count: Floats, mu: Floats, coef: Floats, penalty: float, l1_ratio: float
) -> float:
    n = len(count)
    slope = x.T @ (count - mu) / n - penalty * (1.0 - l1_ratio) * coef
    bound = penalty * l1_ratio
    miss = np.where(
        coef != 0, np.abs(slope - bound * np.sign(coef)), np.maximum(np.abs(slope) - bound, 0.0)
    )
    return float(max(miss.max(initial=0.0), abs((count - mu).sum()) / n))


def _objective(mu: Floats, count: Floats, coef: Floats, penalty: float, l1_ratio: float) -> float:
    fit = float(np.sum(mu - count * np.log(mu))) / len(count)
    ridge = 0.5 * (1.0 - l1_ratio) * float(coef @ coef)
    return fit + penalty * (l1_ratio * float(np.abs(coef).sum()) + ridge)


def _descend(
    gram: Floats, slope: Floats, start: Floats, penalty: float, l1_ratio: float, tol: float
) -> Floats:
    """Minimise b'Gb/2 - s'b + penalty by coordinates; only those that may be other than 0."""
    coef = start.copy()
    left = slope - gram @ coef
    lasso, ridge = penalty * l1_ratio, penalty * (1.0 - l1_ratio)
    able = gram.diagonal() + ridge > 1e-12
    active = np.flatnonzero(coef)
    for _ in range(50):
        _sweep(gram, left, coef, active, lasso, ridge, 0.1 * tol)
        missing = (coef == 0) & able & (np.abs(left) > lasso + 0.1 * tol)
        missing[active] = False
        if not missing.any():
            break
        active = np.union1d(active, np.flatnonzero(missing))
    return coef


@compiled
def _sweep(
    gram: Floats,
    left: Floats,
    coef: Floats,
    active: NDArray[np.int64],
    lasso: float,
    ridge: float,
    tol: float,
) -> None:
    """Minimise over one active coordinate after the other until none moves; in place."""
    for _ in range(_SWEEPS):
        largest = 0.0
        for j in active:
            pull = left[j] + gram[j, j] * coef[j]
            size = abs(pull) - lasso
            new = 0.0
            if size > 0:
                new = (size if pull > 0 else -size) / (gram[j, j] + ridge)
            change = new - coef[j]
            if change != 0.0:
                coef[j] = new
                for k in range(len(left)):
                    left[k] -= gram[j, k] * change
                largest = max(largest, abs(change) * (gram[j, j] + ridge))
        if largest <= tol:
            return


def _check(x: Floats, count: Floats, exposure: Floats, penalty: float, l1_ratio: float) -> None:
    if x.ndim != 2 or count.shape != (len(x),) or exposure.shape != count.shape:
        raise InputError(
            f"Factors are {x.shape}, counts {count.shape}, exposure {exposure.shape}.",
            "Give (n, factors), (n,) and (n,).",
        )
    if not (np.isfinite(x).all() and np.isfinite(count).all() and np.isfinite(exposure).all()):
        raise InputError("A factor, count or exposure is not finite.", "Leave that row out.")
    if (count < 0).any() or not count.sum() > 0 or not (exposure > 0).all():
        raise InputError(
            "Counts must be at least 0 and not all 0, exposure above 0.", "Check what was counted."
        )
    if not penalty >= 0 or not 0 <= l1_ratio <= 1:
        raise InputError(f"Penalty {penalty}, l1_ratio {l1_ratio}.", "Give at least 0, and 0 to 1.")
