"""How often hazards occur: told from the visits drawn by lot, by nobody's habits.

Takes the visits of reason random with the probability with which each was drawn, gives the mean
number of hazards per premises and the share of premises with a `major` one, by zone and for the
park, each with an interval. Each visit counts 1 / probability (Horvitz & Thompson 1952), divided by
the sum of those weights (Hajek 1971): a visit that did not take place takes its weight with it, and
is counted. What a visit does not see is not in it: it is what the mean looker finds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import optimize, special

from geo_risk.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEVEL = 0.95
"""Of every interval here."""

_PRIOR_VISITS = 20.0
"""So many visits say beforehand that premises do not differ (dispersion 1)."""


@dataclass(frozen=True)
class RandomVisit:
    """One visit drawn by lot, and what it found.

    Parameters
    ----------
    premises_id, zone_id
        Where.
    probability
        With which it was drawn, in (0, 1].
    hazards, majors
        Number found, of any severity and of `major`; None: it did not take place.
    """

    premises_id: str
    zone_id: str
    probability: float
    hazards: int | None = None
    majors: int | None = None

    def __post_init__(self) -> None:
        """Refuse a probability that none is."""
        if not 0 < self.probability <= 1:
            raise InputError(
                f"Drawn with probability {self.probability}.", "Give a number in (0, 1]."
            )


@dataclass(frozen=True)
class Told:
    """An estimate with its interval of 95 %; NaN where no visit tells anything."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Prevalence:
    """What the visits by lot tell of one zone, or of the park.

    Parameters
    ----------
    zone_id
        None: the whole park.
    hazards
        Mean number of hazards per premises that the mean looker finds.
    with_major
        Share of premises at which at least one `major` hazard is found.
    visits, not_visited
        Drawn and made; drawn and not made.
    """

    zone_id: str | None
    hazards: Told
    with_major: Told
    visits: int
    not_visited: int


def estimate_prevalence(visits: Sequence[RandomVisit]) -> list[Prevalence]:
    """Estimate how often hazards occur.

    Parameters
    ----------
    visits
        Of any weeks: a premises drawn in two weeks comes twice.

    Returns
    -------
    list of Prevalence
        The park, then its zones in the order of ids.
    """
    made = [one for one in visits if one.hazards is not None]
    spread = _dispersion(made)
    zones = sorted({one.zone_id for one in visits})
    groups: list[tuple[str | None, list[RandomVisit]]] = [(None, list(visits))]
    groups += [(zone, [one for one in visits if one.zone_id == zone]) for zone in zones]
    return [_estimate(zone, some, spread) for zone, some in groups]


def share_interval(share: float, visits: float, level: float = LEVEL) -> tuple[float, float]:
    """Give the mid-P interval of a share.

    Parameters
    ----------
    share
        Estimated, in [0, 1].
    visits
        How many equally likely visits it is worth (the effective sample size); need not be whole.
    level
        Of the interval.

    Returns
    -------
    tuple of float
        Where half the probability of what was seen, and all of what is beyond, comes to half of
        1 - level: Clopper & Pearson (1934) without its excess (Berry & Armitage 1995). With 0 seen
        it begins at 0.

    References
    ----------
    Korn, E. L. & Graubard, B. I. (1998). Confidence intervals for proportions with small expected
    number of positive counts estimated from survey data. Survey Methodology 24, 193-201: the
    effective number in place of the number.
    """
    if not visits > 0 or not math.isfinite(share):
        return math.nan, math.nan
    tail, seen = (1.0 - level) / 2.0, share * visits
    rest = visits - seen

    def above(p: float) -> float:  # P(more than seen) + P(seen) / 2
        most = special.betainc(seen, rest + 1.0, p) if seen > 0 else 1.0
        least = special.betainc(seen + 1.0, rest, p) if rest > 0 else 0.0
        return float(most + least) / 2.0

    low = 0.0 if seen <= 0 else _root(lambda p: above(p) - tail)
    high = 1.0 if rest <= 0 else _root(lambda p: 1.0 - above(p) - tail)
    return low, high


def count_interval(
    mean: float, variance: float, weight: float, level: float = LEVEL
) -> tuple[float, float]:
    """Give the mid-P gamma interval of a weighted sum of counts.

    Parameters
    ----------
    mean
        The sum, 0 or more.
    variance
        Of the sum.
    weight
        By how much one more hazard, at the visit that counts most, would raise the sum.
    level
        Of the interval.

    Returns
    -------
    tuple of float
        By the gamma distributions of mean and variance, and of both with one hazard more (Fay &
        Feuer 1997), mixed half and half (Fay & Kim 2017). With 0 seen it begins at 0.

    References
    ----------
    Fay, M. P. & Feuer, E. J. (1997). Confidence intervals for directly standardized rates. Stat.
    Med. 16, 791-801. Fay, M. P. & Kim, S. (2017). Confidence intervals for directly standardized
    rates using mid-p gamma intervals. Biom. J. 59, 377-387.
    """
    if not (math.isfinite(mean) and weight > 0):
        return math.nan, math.nan
    tail = (1.0 - level) / 2.0
    more, its_variance = mean + weight, variance + weight**2
    upper = _Gamma(more**2 / its_variance, its_variance / more)
    if mean <= 0:  # half of the mass stands at 0
        return 0.0, upper.quantile(1.0 - 2.0 * tail)
    lower = _Gamma(mean**2 / variance, variance / mean)

    def mixed(x: float) -> float:
        return (lower.below(x) + upper.below(x)) / 2.0

    return (
        _root(lambda x: mixed(x) - tail, 0.0, upper.quantile(2.0 * tail)),
        _root(lambda x: mixed(x) - 1.0 + tail, 0.0, upper.quantile(1.0 - tail)),
    )


@dataclass(frozen=True)
class _Gamma:
    shape: float
    scale: float

    def below(self, x: float) -> float:
        return float(special.gammainc(self.shape, x / self.scale))

    def quantile(self, share: float) -> float:
        return self.scale * float(special.gammaincinv(self.shape, share))


def _estimate(zone: str | None, visits: Sequence[RandomVisit], spread: float) -> Prevalence:
    made = [one for one in visits if one.hazards is not None]
    missed = len(visits) - len(made)
    nothing = Told(math.nan, math.nan, math.nan)
    if not made:
        return Prevalence(zone, nothing, nothing, 0, missed)
    weight = np.array([1.0 / one.probability for one in made])
    weight /= weight.sum()
    hazards = np.array([float(one.hazards or 0) for one in made])
    major = np.array([float(bool(one.majors)) for one in made])
    mean, share = float(weight @ hazards), float(weight @ major)
    variance = spread * float((weight**2) @ hazards)
    counted = count_interval(mean, variance, spread * float(weight.max()))
    worth = 1.0 / float((weight**2).sum())  # Kish's effective number
    return Prevalence(
        zone,
        Told(mean, *counted),
        Told(share, *share_interval(share, worth)),
        len(made),
        missed,
    )


def _dispersion(made: Sequence[RandomVisit]) -> float:
    """Give variance / mean of hazards at the premises of one zone, all zones together; 1 at least.

    A few visits of one zone cannot tell it; it is shrunk to 1 by `_PRIOR_VISITS`.
    """
    by_zone: dict[str, list[float]] = {}
    for one in made:
        by_zone.setdefault(one.zone_id, []).append(float(one.hazards or 0))
    squares = free = mean = 0.0
    for some in by_zone.values():
        squares += float(np.var(some)) * len(some)
        free += len(some) - 1
        mean += (len(some) - 1) * float(np.mean(some))
    if free <= 0 or mean <= 0:
        return 1.0
    level = mean / free
    told = (squares + _PRIOR_VISITS * level) / (free + _PRIOR_VISITS) / level
    return max(1.0, told)


def _root(function: Callable[[float], float], low: float = 0.0, high: float = 1.0) -> float:
    if function(low) * function(high) >= 0:
        return low if abs(function(low)) < abs(function(high)) else high
    return float(optimize.brentq(function, low, high, xtol=1e-10))
