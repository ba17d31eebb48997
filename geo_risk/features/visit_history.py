"""What may be told about a visit before it takes place: features of its looker, place and time.

Takes visits as columns, calls, and targets (place, day, team), gives a matrix whose columns have
names and belong to factors. Everything rests on what was known before the target's day. Findings
enter as found minus expected of that looker at that time, divided by their variance and a prior, so
that a premises a strict team happened to visit is not taken for a bad one, and one finding in one
visit is not taken for a habit. Estimating belongs to `enterprises`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.features.decayed import (
    Past,
    gaussian_weights,
    sum_by_key,
    sum_near,
    sum_near_of_key,
    tie_weights,
)
from geo_risk.features.denied import check_inputs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.features.visit_table import Calls, VisitTable

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

LOOKER, TIME = "looker", "time"
FACTORS = ("own_findings", "visits", "industry", "inherent_class", "neighbourhood", "calls")
"""What a premises' risk is explained by; columns of `LOOKER` and `TIME` are nobody's."""

OF_TEAM_HERE = ("team_near_street", "team_near_district", "team_was_here")
"""Columns of `LOOKER` that tell who of a team comes to a place; of a team anywhere, their mean."""

_LEVELS = ("major", "general", "minor")
_USUAL = np.array([0.12, 0.30, 0.50])  # before anything was seen: worth 10 visits, soon forgotten
_USUAL_NUMBER = np.array([0.5])  # of log(1 + findings), likewise
_USUAL_WORTH = 10.0
_ONE, _NUMBER = 6, 7  # columns of `_residuals`
_TEAM_WORTH = 20.0  # visits by which a team's rate is shrunk to all teams'
_YEAR = 365.0
_NEVER = 10**8  # beyond all days
_LONG_AGO = 730.0  # days since the last visit where there was none


@dataclass(frozen=True)
class Targets:
    """For whom to measure: rows of `VisitTable.places`, days, and rows of `teams` (-1 unknown)."""

    place: Ints
    day: Ints
    team: Ints

    @classmethod
    def of(cls, table: VisitTable) -> Targets:
        """Take the visits themselves."""
        return cls(table.place, table.day, table.team)

    def and_then(self, others: Targets) -> Targets:
        """Put others behind these."""
        return Targets(
            np.concatenate([self.place, others.place]),
            np.concatenate([self.day, others.day]),
            np.concatenate([self.team, others.team]),
        )


@dataclass(frozen=True)
class VisitFeatures:
    """Features of targets.

    Parameters
    ----------
    names
        k columns.
    factor
        The factor of each column: `LOOKER`, `TIME` or one of `FACTORS`.
    values
        (m, k) finite.
    """

    names: tuple[str, ...]
    factor: tuple[str, ...]
    values: Floats

    def rows(self, chosen: slice) -> VisitFeatures:
        """Keep some targets."""
        return VisitFeatures(self.names, self.factor, self.values[chosen])

    def of_factors(self, *factors: str) -> NDArray[np.bool_]:
        """(k,) whether a column belongs to one of these factors."""
        return np.array([one in factors for one in self.factor])


def measure_visit_features(table: VisitTable, calls: Calls, targets: Targets) -> VisitFeatures:
    """Measure every feature of every target.

    Parameters
    ----------
    table
        Visits; those known before a target's day are its history.
    calls
        What others reported, likewise.
    targets
        m of them.

    Returns
    -------
    VisitFeatures
    """
    past, season = _residuals(table), _season(targets)
    around = _neighbourhood(table, past, targets)
    called = _calls(table, calls, targets)
    other = _is_of_other_class(table, targets)
    columns: dict[str, dict[str, Floats]] = {
        LOOKER: _looker(table, past, targets),
        TIME: season,
        "own_findings": _own(table, past, targets),
        "visits": _visits(table, targets),
        "industry": _industry(table, past, targets),
        "inherent_class": _class(table, targets) | _once_more(season, other),
        "neighbourhood": around | _once_more(around, other),
        "calls": called | _once_more(called, other),
    }
    names = tuple(name for some in columns.values() for name in some)
    check_inputs(names)
    return VisitFeatures(
        names,
        tuple(factor for factor, some in columns.items() for _ in some),
        np.column_stack([one for some in columns.values() for one in some.values()]),
    )


def team_rates(table: VisitTable, targets: Targets) -> tuple[Floats, Floats]:
    """Give the decayed rates (m, 3) of the target's team, shrunk to all teams', and of all teams.

    Empirical Bayes with a fixed prior weight: (sum of found + k x overall) / (visits + k), of what
    was known before the day; a rate is of visits with at least one finding of a severity.
    """
    return _team_means(table, (table.found > 0).astype(np.float64), _USUAL, targets)


def _team_means(
    table: VisitTable, values: Floats, usual: Floats, targets: Targets
) -> tuple[Floats, Floats]:
    """Give the decayed means (m, k) of the target's team, and of all teams."""
    past = Past(table.day, table.known_day, np.column_stack([values, np.ones(len(table))]))
    everyone, all_ = np.zeros(len(table), dtype=np.int64), np.zeros_like(targets.day)
    sums = sum_by_key(past, everyone, targets.day, all_, _YEAR)
    overall = (sums[:, :-1] + _USUAL_WORTH * usual) / (sums[:, -1:] + _USUAL_WORTH)
    own = sum_by_key(past, table.team, targets.day, targets.team, _YEAR)
    return (own[:, :-1] + _TEAM_WORTH * overall) / (own[:, -1:] + _TEAM_WORTH), overall


def _residuals(table: VisitTable) -> Past:
    """Give what every visit found beyond its team's mean, as it was known.

    Columns: found minus expected by severity (3), its variance (3), 1, and the logarithm of the
    number of findings minus the team's mean of it.
    """
    rate, _ = team_rates(table, Targets.of(table))
    number = np.log1p(table.found.sum(axis=1))[:, None]
    mean, _ = _team_means(table, number, _USUAL_NUMBER, Targets.of(table))
    one = np.ones((len(table), 1))
    residual = (table.found > 0) - rate
    return Past(
        table.day, table.known_day, np.hstack([residual, rate * (1.0 - rate), one, number - mean])
    )


def _score(sums: Floats, level: int, worth: float) -> Floats:
    """Give sum of (found - expected) / (worth + sum of variances).

    The first Newton step from 0 of a logistic random effect with prior variance 1 / worth; see
    Gelman and Hill (2007), chapter 12.
    """
    return np.asarray(sums[:, level] / (worth + sums[:, 3 + level]))


def _looker(table: VisitTable, past: Past, targets: Targets) -> dict[str, Floats]:
    """Measure who looks: the team, its rate and drift, and its own findings nearby of late."""
    rate, _ = team_rates(table, targets)
    columns = {"team_major": np.log(rate[:, 0] / (1.0 - rate[:, 0]))}
    for team in range(len(table.teams)):
        columns[f"team_{team}"] = (targets.team == team).astype(np.float64)
    for days in (30.0, 90.0):
        sums = sum_by_key(past, table.team, targets.day, targets.team, days)
        columns[f"team_drift_{days:.0f}d"] = _score(sums, 0, 5.0)
    return columns | _same_team_near(table, past, targets)


def _same_team_near(table: VisitTable, past: Past, targets: Targets) -> dict[str, Floats]:
    """Measure what the same team found near by of late, and whether it came here before.

    It tells who of a team comes, not what the place is like: one of a team covers a street for
    days and a district for months. It belongs to the looker.
    """
    columns = {}
    for name, sigma_m, days in (("street", 1000.0, 14.0), ("district", 2500.0, 60.0)):
        sums = sum_near_of_key(
            past, table.team, table.place, targets.day, targets.team, targets.place,
            at=_at(table), sigma_m=sigma_m, half_life_days=days,
        )  # fmt: skip
        columns[f"team_near_{name}"] = _score(sums, 0, 2.0)
    many = len(table.teams) + 1
    came, comes = table.place * many + table.team, targets.place * many + targets.team
    sums = sum_by_key(
        past, np.where(table.team < 0, -1, came),
        targets.day, np.where(targets.team < 0, -1, comes), np.inf,
    )  # fmt: skip
    columns["team_was_here"] = np.log1p(sums[:, _ONE])
    return columns


def _season(targets: Targets) -> dict[str, Floats]:
    """Measure the season by one wave of a year."""
    year = np.array([date.fromordinal(int(day)).timetuple().tm_yday for day in targets.day])
    angle = 2.0 * np.pi * year / 365.25
    return {"season_sin": np.sin(angle), "season_cos": np.cos(angle)}


def _own(table: VisitTable, past: Past, targets: Targets) -> dict[str, Floats]:
    """Measure what was found at the premises before: all of it freed of who found it, and grave.

    The number of findings tells more of the next grave one than grave ones alone do: a visit has
    twenty times as many, and one lax place has both.
    """
    sums = sum_by_key(past, table.place, targets.day, targets.place, np.inf)
    found = Past(table.day, table.known_day, table.found[:, :1])
    grave = sum_by_key(found, table.place, targets.day, targets.place, np.inf)
    return {
        "own_number": sums[:, _NUMBER] / (1.5 + sums[:, _ONE]),
        "past_major": np.log1p(grave[:, 0]),
    }


def _visits(table: VisitTable, targets: Targets) -> dict[str, Floats]:
    """Measure how often and how long ago somebody looked, and for how long we know the place."""
    one = Past(table.day, table.known_day, np.ones((len(table), 1)))
    many = sum_by_key(one, table.place, targets.day, targets.place, np.inf)[:, 0]
    last = _last(table, targets)
    gap = np.full(len(last), _LONG_AGO)
    seen = last >= 0
    gap[seen] = np.maximum(targets.day[seen] - table.day[last[seen]], 1.0)
    oldest = np.full(len(table.places), _NEVER)
    np.minimum.at(oldest, table.place, table.day)
    known = np.where(seen, targets.day - oldest[targets.place], 0)
    return {
        "first_visit": (last < 0).astype(np.float64),
        "since_last": np.log(gap),
        "times_visited": np.log1p(many),
        "known_for": np.log1p(np.maximum(known, 0)),
    }


def _last(table: VisitTable, targets: Targets) -> Ints:
    """Give the row of the last visit at the place that was known before the day, -1 without."""
    if not len(table):
        return np.full(len(targets.day), -1)
    key = table.place * _NEVER + table.known_day
    order = np.lexsort((table.day, key))
    before = np.searchsorted(key[order], targets.place * _NEVER + targets.day, side="left") - 1
    row = order[before]
    return np.where((before >= 0) & (table.place[row] == targets.place), row, -1)


def _industry(table: VisitTable, past: Past, targets: Targets) -> dict[str, Floats]:
    """Measure what was found in the same branch: free text becomes a number, shrunk when rare.

    Branches have their seasons: what is cooked spoils in summer.
    """
    branch = table.places.industry
    with_class = branch * 10 + table.places.inherent_class.astype(np.int64)
    sums = sum_by_key(past, branch[table.place], targets.day, branch[targets.place], np.inf)
    columns = {f"branch_{name}": _score(sums, level, 5.0) for level, name in enumerate(_LEVELS)}
    for name, wave in _season(targets).items():
        columns[f"branch_{name}"] = columns["branch_major"] * wave
    sums = sum_by_key(past, with_class[table.place], targets.day, with_class[targets.place], np.inf)
    columns["branch_of_class_major"] = _score(sums, 0, 5.0)
    return columns


def _class(table: VisitTable, targets: Targets) -> dict[str, Floats]:
    """Measure inherent class (indicators, all 0 where it is unknown) and people on site."""
    classes = table.places.inherent_class[targets.place]
    people = np.log1p(table.places.people)
    usual = float(np.nanmean(people)) if np.isfinite(people).any() else 0.0
    return {
        **{f"class_{one}": (classes == one).astype(np.float64) for one in (1, 2, 3, 4)},
        "people": np.where(np.isfinite(people), people, usual)[targets.place],
    }


def _is_of_other_class(table: VisitTable, targets: Targets) -> Floats:
    """Say 1 where a place is not of the class that most places have, else 0."""
    classes = table.places.inherent_class.astype(np.int64)
    usual = int(np.bincount(classes).argmax()) if len(classes) else 0
    return np.asarray(classes[targets.place] != usual, dtype=np.float64)


def _once_more(columns: dict[str, Floats], where: Floats) -> dict[str, Floats]:
    """Give columns a slope of their own at some targets: season and surroundings differ by class.

    Under a ridge the two groups' slopes are shrunk to each other; Gelman and Hill (2007), ch. 13.
    """
    return {f"{name}_of_other_class": column * where for name, column in columns.items()}


def _neighbourhood(table: VisitTable, past: Past, targets: Targets) -> dict[str, Floats]:
    """Measure what was found at other premises near by, freed of who found it."""
    at = _at(table)
    weights = gaussian_weights(at, at, 500.0, apart=True)
    sums = sum_near(weights, past, table.place, targets.day, targets.place, _YEAR)
    columns = {f"near_{name}": _score(sums, level, 3.0) for level, name in enumerate(_LEVELS[:2])}
    weights = gaussian_weights(at, at, 60.0, apart=True)
    sums = sum_near(weights, past, table.place, targets.day, targets.place, 30.0)
    columns["same_block_major"] = _score(sums, 0, 2.0)
    sums = sum_near(tie_weights(at), past, table.place, targets.day, targets.place, _YEAR)
    columns["same_point_major"] = _score(sums, 0, 2.0)
    columns["same_point_visits"] = np.log1p(sums[:, _ONE])
    return columns


def _calls(table: VisitTable, calls: Calls, targets: Targets) -> dict[str, Floats]:
    """Measure what others reported near by, of late and over a year, and what is still open."""
    at, sites = _at(table), np.column_stack([calls.easting, calls.northing])
    one = Past(calls.day, calls.day, np.ones((len(calls.day), 1)))
    site = np.arange(len(calls.day))
    near = gaussian_weights(at, sites, 400.0)
    columns = {}
    for days in (30.0, 365.0):
        sums = sum_near(near, one, site, targets.day, targets.place, days)
        columns[f"calls_{days:.0f}d"] = np.log1p(sums[:, 0])
    aged = -np.exp2((calls.day - calls.closed_day) / _YEAR)
    both = Past(
        np.concatenate([calls.day, calls.closed_day]),
        np.concatenate([calls.day, calls.closed_day]),
        np.concatenate([np.ones_like(aged), aged])[:, None],
    )
    sums = sum_near(near, both, np.tile(site, 2), targets.day, targets.place, _YEAR)
    columns["calls_open"] = np.log1p(np.maximum(sums[:, 0], 0.0))
    return columns


def _at(table: VisitTable) -> Floats:
    return np.column_stack([table.places.easting, table.places.northing])
