"""What a visit is worth: expected severity points that it would find, in named parts that add up.

Takes what is known of each premises (its own risk freed of the looker, the surface at its site, the
last visit), gives a prize and its parts. The safety index is not among it. Hazards arise at a rate
and stand for a while; a visit leaves a part of them standing: what has come up since the last visit
follows from that. What somebody asked for, and who may go, is `candidates`'.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from geo_risk.errors import InputError

RISK, INHERENT, SINCE, LEARNING = "risk", "inherent", "since", "learning"
SURFACE, HAZARDS, ASKED, LOCATE = "surface", "hazards", "asked", "locate"
PARTS = (RISK, INHERENT, SINCE, LEARNING, SURFACE, HAZARDS, ASKED, LOCATE)
"""Names of the parts; `risk` and `inherent` never meet, so that a visit has seven at most."""

_MOST_PROBABLE = 0.999
"""A probability above it is taken as this: nobody is that sure."""

_MOST_OF_MEAN = 5.0
"""A site's surface counts at most as so many times the park's mean."""


@dataclass(frozen=True)
class PrizeParams:
    """Every number that a prize depends on; the park file's `[plan]` and `[severity]`.

    Parameters
    ----------
    major_points, other_points
        Severity points of a `major` hazard, and of the mean hazard that is none.
    usual_days
        Days between two visits of one premises, on which the model of findings was learnt.
    memory_days
        Mean days that a hazard stands if nobody comes.
    left_share
        Share of what stands that a visit leaves standing, in [0, 1].
    learning_share
        Worth of what is not known, as a share of half the interval's width.
    surface_share
        Worth of the site's surface, as a share of the mean premises' points.
    inherent_points
        Expected severity points of the mean visit where there is no history.
    asked_points, cross_points, locate_points
        Worth of a slip or order, of another looker, of finding out where a premises is.
    """

    major_points: float = 4.0
    other_points: float = 1.4
    usual_days: float = 90.0
    memory_days: float = 90.0
    left_share: float = 0.7
    learning_share: float = 0.05
    surface_share: float = 0.05
    inherent_points: float = 1.5
    asked_points: float = 2.0
    cross_points: float = 0.5
    locate_points: float = 0.5

    def __post_init__(self) -> None:
        """Refuse negative numbers and a memory of nothing."""
        if min(vars(self).values()) < 0 or not (self.memory_days > 0 and self.usual_days > 0):
            raise InputError(f"Prizes from {self}.", "Give numbers of 0 or more, days above 0.")
        if self.left_share > 1:
            raise InputError(f"A visit leaves {self.left_share} standing.", "Give 0 to 1.")


@dataclass(frozen=True)
class Site:
    """What is known of one premises.

    Parameters
    ----------
    premises_id, enterprise_id, zone_id
        Which, whose, where; '' unknown.
    place
        Row of the matrix of travel times; None: nowhere.
    inherent_class
        1 to 4, 4 gravest.
    people
        On site.
    probability, probability_low, probability_high, expected_findings
        As of `PremisesSummary`; NaN where there is none.
    surface
        Value of the main surface at the site; NaN where there is none.
    days_since
        Since the last visit; None: there was none.
    known_days
        Since it is known while visits were made at all: how long it has waited for a first one.
    place_guessed
        Where it is is not known.
    """

    premises_id: str
    enterprise_id: str = ""
    zone_id: str = ""
    place: int | None = None
    inherent_class: int = 2
    people: float = 0.0
    probability: float = math.nan
    probability_low: float = math.nan
    probability_high: float = math.nan
    expected_findings: float = math.nan
    surface: float = math.nan
    days_since: float | None = None
    known_days: float = 0.0
    place_guessed: bool = False

    @property
    def waited_days(self) -> float:
        """Days since the last visit; of one never visited, since it is known."""
        return self.known_days if self.days_since is None else self.days_since


@dataclass(frozen=True)
class Worth:
    """A prize, severity points, and its parts (name to share), which add up to it."""

    prize: float
    parts: Mapping[str, float] = field(default_factory=dict)

    def plus(self, **more: float) -> Worth:
        """Give it with further parts; those of 0 are left out."""
        parts = {name: value for name, value in {**self.parts, **more}.items() if value}
        return Worth(math.fsum(parts.values()), parts)


def has_history(sites: Sequence[Site]) -> bool:
    """Say whether any premises has a risk of its own: else the inherent class is all there is."""
    return any(math.isfinite(one.expected_findings) for one in sites)


def expected_points(probability: float, findings: float, params: PrizeParams) -> float:
    """Give expected severity points of one visit.

    Parameters
    ----------
    probability
        Of at least one `major` finding.
    findings
        Expected number of findings of any severity.
    params
        Points.

    Returns
    -------
    float
        With majors Poisson, m = -ln(1 - probability) of them: m x major points + (findings - m) x
        other points, where findings are at least m.
    """
    majors = _majors(probability)
    return params.major_points * majors + params.other_points * max(0.0, findings - majors)


def standing_factor(days: float | None, params: PrizeParams) -> float:
    """Give what stands now / what stands at the usual interval.

    Hazards arise at a rate r and each stands for an exponential time of mean T, so that r T stand
    in the end; a visit leaves the share l of them. After t days r T (1 - (1 - l) e^(-t/T)) stand
    (an M/G/infinity queue started at l r T); the factor is that over the same at the usual days.

    Parameters
    ----------
    days
        Since the last visit; None: never visited, t is infinite.
    """

    def stands(t: float) -> float:
        return 1.0 - (1.0 - params.left_share) * math.exp(-t / params.memory_days)

    usual = stands(params.usual_days)
    if usual <= 0.0:
        return 1.0
    return (1.0 if days is None else stands(max(0.0, days))) / usual


def measure_worth(sites: Sequence[Site], params: PrizeParams) -> list[Worth]:
    """Give what a visit to each premises is worth before anybody asked for it.

    Parameters
    ----------
    sites
        Of the whole park: surface and inherent class count against the park's mean.
    params
        See there.

    Returns
    -------
    list of Worth
        In the order of `sites`, with the parts

        - `risk`: expected points at the usual interval; the mean premises' where one has no risk of
          its own yet. Without any history `inherent` instead: class x people against the park's
          mean, worth `inherent_points` at the mean.
        - `since`: the same x (`standing_factor` - 1): above 0 where it waited longer than usual.
        - `learning`: `learning_share` x half the width of the interval of expected `major` points.
        - `surface`: `surface_share` x the mean premises' points x value / park's mean, at most 5.
        - `locate`: where its place is not known.
    """
    if not sites:
        return []
    basis, name = (_by_risk(sites, params), RISK) if has_history(sites) else (None, INHERENT)
    points = basis if basis is not None else _by_class(sites, params)
    surface = np.array([one.surface for one in sites])
    level = float(np.nanmean(surface)) if np.isfinite(surface).any() else 0.0
    mean = float(np.mean(points))
    worths = []
    for one, own, value in zip(sites, points, surface, strict=True):
        near = min(_MOST_OF_MEAN, value / level) if level > 0 and math.isfinite(value) else 0.0
        parts = {
            name: float(own),
            SINCE: float(own) * (standing_factor(one.days_since, params) - 1.0),
            LEARNING: _not_known(one, params),
            SURFACE: params.surface_share * mean * float(near),
            LOCATE: params.locate_points if one.place_guessed else 0.0,
        }
        worths.append(Worth(0.0).plus(**parts))
    return worths


def _by_risk(sites: Sequence[Site], params: PrizeParams) -> list[float]:
    own = [
        expected_points(one.probability, one.expected_findings, params)
        if math.isfinite(one.expected_findings)
        else math.nan
        for one in sites
    ]
    mean = float(np.nanmean(own))
    return [one if math.isfinite(one) else mean for one in own]


def _by_class(sites: Sequence[Site], params: PrizeParams) -> list[float]:
    """Give class x people as of the inherent surface; people not known are as many as usual."""
    known = [one.people for one in sites if one.people > 0]
    usual = float(np.median(known)) if known else 1.0
    stake = np.array([one.inherent_class * (one.people or usual) for one in sites], dtype=float)
    return [float(one) for one in params.inherent_points * stake / stake.mean()]


def _majors(probability: float) -> float:
    """Give the mean of a Poisson number that is above 0 with this probability; NaN: 0."""
    if not math.isfinite(probability):
        return 0.0
    return -math.log1p(-min(max(probability, 0.0), _MOST_PROBABLE))


def _not_known(one: Site, params: PrizeParams) -> float:
    width = _majors(one.probability_high) - _majors(one.probability_low)
    return params.learning_share * params.major_points * max(0.0, width) / 2.0
