"""Control limits of a funnel plot: how far a rate may lie from the common one by chance alone.

Takes a target and denominators, gives limits by exact binomial or Poisson quantiles, smoothed
between whole numbers: Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202, appendix A.1.1.
A zone of three cases has wide limits, so it cannot look worst for being small.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from scipy.stats.distributions import rv_frozen

    Floats = NDArray[np.float64]

LEVELS = (0.95, 0.998)
"""Warning and alarm: about two and three standard deviations."""


def binomial_limits(target: float, of: ArrayLike, level: float) -> tuple[Floats, Floats]:
    """Give the limits of a share.

    Parameters
    ----------
    target
        Common share, in [0, 1].
    of
        (n,) denominators, 1 or more.
    level
        Two-sided, as 0.95.

    Returns
    -------
    low, high : (n,) shares
    """
    from scipy import stats  # noqa: PLC0415  # half a second that only a funnel need wait

    n = np.asarray(of, dtype=np.float64)
    low, high = (_quantile(stats.binom(n, target), chance) / n for chance in _tails(level))
    whole = stats.binom.ppf(_tails(level)[1], n, target) >= n  # all of all is no surprise there
    return np.clip(low, 0.0, 1.0), np.where(whole, 1.0, high)


def poisson_limits(target: float, exposure: ArrayLike, level: float) -> tuple[Floats, Floats]:
    """Give the limits of a rate: events a unit of exposure.

    Parameters
    ----------
    target
        Common rate, 0 or more.
    exposure
        (n,) what events are counted against, above 0.
    level
        Two-sided.
    """
    from scipy import stats  # noqa: PLC0415  # half a second that only a funnel need wait

    e = np.asarray(exposure, dtype=np.float64)
    low, high = (_quantile(stats.poisson(target * e), chance) / e for chance in _tails(level))
    return np.maximum(low, 0.0), np.maximum(high, 0.0)


def _tails(level: float) -> tuple[float, float]:
    return (1.0 - level) / 2.0, (1.0 + level) / 2.0


def _quantile(law: rv_frozen, chance: float) -> Floats:
    """Give r - (F(r) - p) / (F(r) - F(r - 1)), r the smallest count with F(r) >= p."""
    r = np.asarray(law.ppf(chance), dtype=np.float64)
    above = np.asarray(law.cdf(r), dtype=np.float64)
    here = above - np.asarray(law.cdf(r - 1.0), dtype=np.float64)
    share = np.divide(above - chance, here, out=np.zeros_like(above), where=here > 0)
    return r - share
