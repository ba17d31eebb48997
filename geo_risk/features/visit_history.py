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

_LEVELS = ("major", "general", "minor")
_USUAL = np.array([0.12, 0.30, 0.50])  # before anything was seen: worth 10 visits, soon forgotten
_USUAL_WORTH = 10.0
_TEAM_WORTH = 20.0  # visits by which a team's rate is shrunk to all teams'
_YEAR = 365.0
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
    past = _residuals(table)
    columns: dict[str, dict[str, Floats]] = {
        LOOKER: _looker(table, past, targets),
        TIME: _time(past, targets),
        "own_findings": _own(table, past, targets),
        "visits": _visits(table, targets),
        "industry": _industry(table, past, targets),
        "inherent_class": _class(table, targets),
        "neighbourhood": _neighbourhood(table, past, targets),
        "calls": _calls(table, calls, targets),
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
    found = (table.found > 0).astype(np.float64)
    past = Past(table.day, table.known_day, np.column_stack([found, np.ones(len(table))]))
    everyone = np.zeros(len(table), dtype=np.int64)
    all_ = sum_by_key(past, everyone, targets.day, np.zeros_like(targets.day), _YEAR)
    overall = (all_[:, :3] + _USUAL_WORTH * _USUAL) / (all_[:, 3:] + _USUAL_WORTH)
    own = sum_by_key(past, table.team, targets.day, targets.team, _YEAR)
    return (own[:, :3] + _TEAM_WORTH * overall) / (own[:, 3:] + _TEAM_WORTH), overall


def _residuals(table: VisitTable) -> Past:
    """Give found minus expected (3), its variance (3) and 1 of every visit, as it was known."""
    rate, _ = team_rates(table, Targets.of(table))
    residual = (table.found > 0) - rate
    one = np.ones((len(table), 1))
    return Past(table.day, table.known_day, np.hstack([residual, rate * (1.0 - rate), one]))


def _score(sums: Floats, level: int, worth: float) -> Floats:
    """Give sum of (found - expected) / (worth + sum of variances).

    The first Newton step from 0 of a logistic random effect with prior variance 1 / worth; see
    Gelman and Hill (2007), chapter 12.
    """
    return np.asarray(sums[:, level] / (worth + sums[:, 3 + level]))


def _looker(table: VisitTable, past: Past, targets: Targets) -> dict[str, Floats]:
    """Measure who looks: the team, its rate and drift, and its own findings nearby of late."""
    rate, _ = team_rates(table, targets)
    columns = {
        f"team_{name}": np.log(rate[:, level] / (1.0 - rate[:, level]))
        for level, name in enumerate(_LEVELS)
    }
    for team in range(len(table.teams)):
        columns[f"team_{team}"] = (targets.team == team).astype(np.float64)
    for days in (30.0, 90.0):
        sums = sum_by_key(past, table.team, targets.day, targets.team, days)
        columns[f"team_drift_{days:.0f}d"] = _score(sums, 0, 5.0)
    sums = _same_team_near(table, past, targets)
    columns["team_near"] = _score(sums, 0, 2.0)
    return columns


def _same_team_near(table: VisitTable, past: Past, targets: Targets) -> Floats:
    """Sum the residuals of the same team near by of late: one of a team covers one area for weeks.

    It tells who of a team comes, not what the place is like: it belongs to the looker.
    """
    at = _at(table)
    weights = gaussian_weights(at, at, 1000.0, apart=True)
    sums = np.zeros((len(targets.day), past.values.shape[1]))
    for team in range(len(table.teams)):
        rows, own = np.flatnonzero(targets.team == team), table.team == team
        sums[rows] = sum_near(
            weights,
            past.where(own),
            table.place[own],
            targets.day[rows],
            targets.place[rows],
            14.0,
        )
    return sums


def _time(past: Past, targets: Targets) -> dict[str, Floats]:
    """Measure the season, and whether all teams find more of late than they did."""
    year = np.array([date.fromordinal(int(day)).timetuple().tm_yday for day in targets.day])
    angle = 2.0 * np.pi * year / 365.25
    columns = {"season_sin": np.sin(angle), "season_cos": np.cos(angle)}
    everyone = np.zeros(len(past.day), dtype=np.int64)
    for days in (30.0, 90.0):
        sums = sum_by_key(past, everyone, targets.day, np.zeros_like(targets.day), days)
        columns[f"lately_{days:.0f}d"] = _score(sums, 0, 5.0)
    return columns


def _own(table: VisitTable, past: Past, targets: Targets) -> dict[str, Floats]:
    """Measure what was found at the premises before, freed of who found it; and the last time."""
    columns = {}
    for span, days in (("year", _YEAR), ("ever", np.inf)):
        sums = sum_by_key(past, table.place, targets.day, targets.place, days)
        for level, name in enumerate(_LEVELS):
            columns[f"own_{name}_{span}"] = _score(sums, level, 2.0)
    found = Past(table.day, table.known_day, table.found)
    totals = sum_by_key(found, table.place, targets.day, targets.place, np.inf)
    last = _last(table, targets)
    latest = np.zeros((len(last), 3))
    latest[last >= 0] = table.found[last[last >= 0]]
    for level, name in enumerate(_LEVELS):
        columns[f"past_{name}"] = np.log1p(totals[:, level])
        columns[f"last_{name}"] = np.log1p(latest[:, level])
    return columns


def _visits(table: VisitTable, targets: Targets) -> dict[str, Floats]:
    """Measure how often and how long ago somebody looked."""
    one = Past(table.day, table.known_day, np.ones((len(table), 1)))
    many = sum_by_key(one, table.place, targets.day, targets.place, np.inf)[:, 0]
    last = _last(table, targets)
    gap = np.full(len(last), _LONG_AGO)
    seen = last >= 0
    gap[seen] = np.maximum(targets.day[seen] - table.day[last[seen]], 1.0)
    return {
        "first_visit": (last < 0).astype(np.float64),
        "since_last": np.log(gap),
        "times_visited": np.log1p(many),
    }


def _last(table: VisitTable, targets: Targets) -> Ints:
    """Give the row of the last visit at the place that was known before the day, -1 without."""
    if not len(table):
        return np.full(len(targets.day), -1)
    far = 10**8  # beyond all days
    key = table.place * far + table.known_day
    order = np.lexsort((table.day, key))
    before = np.searchsorted(key[order], targets.place * far + targets.day, side="left") - 1
    row = order[before]
    return np.where((before >= 0) & (table.place[row] == targets.place), row, -1)


def _industry(table: VisitTable, past: Past, targets: Targets) -> dict[str, Floats]:
    """Measure what was found in the same branch: free text becomes a number, shrunk when rare."""
    branch = table.places.industry
    with_class = branch * 10 + table.places.inherent_class.astype(np.int64)
    sums = sum_by_key(past, branch[table.place], targets.day, branch[targets.place], np.inf)
    columns = {f"branch_{name}": _score(sums, level, 5.0) for level, name in enumerate(_LEVELS)}
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


def _neighbourhood(table: VisitTable, past: Past, targets: Targets) -> dict[str, Floats]:
    """Measure what was found at other premises near by, freed of who found it."""
    at = _at(table)
    weights = gaussian_weights(at, at, 500.0, apart=True)
    sums = sum_near(weights, past, table.place, targets.day, targets.place, _YEAR)
    columns = {f"near_{name}": _score(sums, level, 3.0) for level, name in enumerate(_LEVELS[:2])}
    sums = sum_near(tie_weights(at), past, table.place, targets.day, targets.place, _YEAR)
    columns["same_point_major"] = _score(sums, 0, 2.0)
    columns["same_point_visits"] = np.log1p(sums[:, 6])
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
