"""What visits found beyond what their team usually finds, and who of a team comes.

Takes visits as columns, gives residuals as a past, scores of their sums, and the features that are
the looker's: how much the team finds, of late too, and what it found near by. A premises a strict
team happened to visit is then not taken for a bad one. What is told of the place and the time
stands in `visit_history`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.features.decayed import Past, sum_by_key, sum_near_of_key

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.features.visit_table import VisitTable

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

OF_TEAM_HERE = ("team_near_street", "team_near_district", "team_was_here")
"""Columns of `LOOKER` that tell who of a team comes to a place; of a team anywhere, their mean."""

LEVELS = ("major", "general", "minor")
"""Severities, in the order of the columns of `VisitTable.found`."""

ONE, NUMBER = 6, 7
"""Columns of `measure_residuals`."""

_USUAL = np.array([0.12, 0.30, 0.50])  # before anything was seen: worth 10 visits, soon forgotten
_USUAL_NUMBER = np.array([0.5])  # of log(1 + findings), likewise
_USUAL_WORTH = 10.0
_TEAM_WORTH = 20.0  # visits by which a team's rate is shrunk to all teams'
_YEAR = 365.0


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


def team_rates(table: VisitTable, targets: Targets) -> tuple[Floats, Floats]:
    """Give the decayed rates (m, 3) of the target's team, shrunk to all teams', and of all teams.

    Empirical Bayes with a fixed prior weight: (sum of found + k x overall) / (visits + k), of what
    was known before the day; a rate is of visits with at least one finding of a severity.
    """
    return _team_means(table, (table.found > 0).astype(np.float64), _USUAL, targets)


def measure_residuals(table: VisitTable) -> Past:
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


def score(sums: Floats, level: int, worth: float) -> Floats:
    """Give sum of (found - expected) / (worth + sum of variances).

    The first Newton step from 0 of a logistic random effect with prior variance 1 / worth; see
    Gelman and Hill (2007), chapter 12.
    """
    return np.asarray(sums[:, level] / (worth + sums[:, 3 + level]))


def measure_looker(table: VisitTable, past: Past, targets: Targets) -> dict[str, Floats]:
    """Measure who looks: the team, its rate and drift, and its own findings near by of late.

    Parameters
    ----------
    past
        Of `measure_residuals`.

    Returns
    -------
    dict
        By name, (m,) for m targets.
    """
    rate, _ = team_rates(table, targets)
    columns = {"team_major": np.log(rate[:, 0] / (1.0 - rate[:, 0]))}
    for team in range(len(table.teams)):
        columns[f"team_{team}"] = (targets.team == team).astype(np.float64)
    for days in (30.0, 90.0):
        sums = sum_by_key(past, table.team, targets.day, targets.team, days)
        columns[f"team_drift_{days:.0f}d"] = score(sums, 0, 5.0)
    return columns | _same_team_near(table, past, targets)


def points(table: VisitTable) -> Floats:
    """Give easting and northing (places, 2) in metres, NaN without a point."""
    return np.column_stack([table.places.easting, table.places.northing])


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


def _same_team_near(table: VisitTable, past: Past, targets: Targets) -> dict[str, Floats]:
    """Measure what the same team found near by of late, and whether it came here before.

    It tells who of a team comes, not what the place is like: one of a team covers a street for
    days and a district for months. It belongs to the looker.
    """
    columns = {}
    for name, sigma_m, days in (("street", 1000.0, 14.0), ("district", 2500.0, 60.0)):
        sums = sum_near_of_key(
            past, table.team, table.place, targets.day, targets.team, targets.place,
            at=points(table), sigma_m=sigma_m, half_life_days=days,
        )  # fmt: skip
        columns[f"team_near_{name}"] = score(sums, 0, 2.0)
    many = len(table.teams) + 1
    came, comes = table.place * many + table.team, targets.place * many + targets.team
    sums = sum_by_key(
        past, np.where(table.team < 0, -1, came),
        targets.day, np.where(targets.team < 0, -1, comes), np.inf,
    )  # fmt: skip
    columns["team_was_here"] = np.log1p(sums[:, ONE])
    return columns
