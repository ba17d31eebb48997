"""Risk freed of who looks: what a visit by the park's mean looker finds, why, and how surely.

Takes the parts of a fitted linear predictor (lookers with their shares of visits, six factors of
each premises), gives probabilities averaged over the lookers, exact Shapley shares against the
park's mean premises, and intervals. No looker's own part can be told from what comes out. How parts
are fitted stands in `estimators`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from geo_risk.surfaces.combine import shapley

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Curve = Callable[[Floats], Floats]

LEAST_VARIANCE, MOST_VARIANCE = 0.05, 4.0
"""Of premises about their peers, on the logit scale: sd 0.22 to 2."""

_PRIOR_VARIANCE, _PRIOR_WORTH = 0.5, 4.0
_TAIL = 1.6449  # standard normal, 95 %


@dataclass(frozen=True)
class Lookers:
    """Who may come.

    Parameters
    ----------
    linear
        (t,) linear predictor of each looker, with intercept and season, before any premises' part.
    share
        (t,) shares of visits, summing to 1.
    """

    linear: Floats
    share: Floats

    def mean(self, place: Floats, curve: Curve = expit) -> Floats:
        """Average over lookers at n premises.

        Parameters
        ----------
        place
            Any shape: the premises' part of the linear predictor.
        curve
            Inverse link: logistic for a probability, exp for a number.
        """
        place = np.asarray(place, dtype=np.float64)
        total = np.zeros_like(place)
        for linear, share in zip(self.linear, self.share, strict=True):
            total += share * curve(place + linear)
        return total


@dataclass(frozen=True)
class Freed:
    """Risk of n premises.

    Parameters
    ----------
    probability, low, high
        (n,) of a `major` finding by the mean looker; 5 % and 95 % quantile.
    contributions
        (factors, n): columns sum to probability - reference.
    reference
        Probability of a premises all of whose factors stand at the park's mean.
    """

    probability: Floats
    low: Floats
    high: Floats
    contributions: Floats
    reference: float


def free_of_lookers(lookers: Lookers, factors: Mapping[str, Floats], variance: Floats) -> Freed:
    """Average over lookers, and say why.

    Parameters
    ----------
    lookers
        Who may come.
    factors
        By name, (n,) parts of the linear predictor.
    variance
        (n,) of the premises' part of the linear predictor.

    Returns
    -------
    Freed
        Intervals are the mean lookers' probability at the 5 % and 95 % quantile of a normal linear
        predictor: the average is monotone in it.
    """
    reference = {name: float(np.mean(part)) for name, part in factors.items()}

    def value(at: Mapping[str, Floats | float]) -> Floats:
        return lookers.mean(sum((np.asarray(at[name]) for name in factors), np.zeros(())))

    place = np.sum(list(factors.values()), axis=0)
    reach = _TAIL * np.sqrt(variance)
    return Freed(
        lookers.mean(place),
        lookers.mean(place - reach),
        lookers.mean(place + reach),
        shapley(value, factors, reference),
        float(value(reference)),
    )


def premises_variance(residual: Floats, variance: Floats, place: Ints) -> float:
    """Estimate how much premises differ from what is told of their peers, on the logit scale.

    Parameters
    ----------
    residual, variance
        (n,) found minus told by looker and peers, and p (1 - p).
    place
        (n,) of places.

    Returns
    -------
    float
        (sum over pairs of visits of one place of r_i r_j + w t) / (that of v_i v_j + w): to first
        order in a logistic random effect u, E r_i r_j = v_i v_j Var u, and the sum of v_i v_j is
        the ratio's information; t = 0.5 is taken beforehand, worth w = 4. Kept within
        `LEAST_VARIANCE` and `MOST_VARIANCE`.

    References
    ----------
    Breslow and Clayton (1993), section 2, for the working residual; the moment estimator is that of
    DerSimonian and Laird (1986) for pairs.
    """
    above = below = 0.0
    if len(place):
        columns = (residual, residual**2, variance, variance**2)
        r, r2, v, v2 = (np.bincount(place, one) for one in columns)
        above, below = float((r**2 - r2).sum()), float((v**2 - v2).sum())
    told = (above + _PRIOR_WORTH * _PRIOR_VARIANCE) / (below + _PRIOR_WORTH)
    return float(np.clip(told, LEAST_VARIANCE, MOST_VARIANCE))
