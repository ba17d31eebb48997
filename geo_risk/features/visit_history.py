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
from geo_risk.features.visit_lookers import (
    LEVELS,
    NUMBER,
    ONE,
    Targets,
    measure_looker,
    measure_residuals,
    points,
    score,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.features.visit_table import Calls, VisitTable

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

LOOKER, TIME = "looker", "time"
FACTORS = ("own_findings", "visits", "industry", "inherent_class", "neighbourhood", "calls")
"""What a premises' risk is explained by; columns of `LOOKER` and `TIME` are nobody's."""

_YEAR = 365.0
_NEVER = 10**8  # beyond all days
_LONG_AGO = 730.0  # days since the last visit where there was none


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
    past, season = measure_residuals(table), _season(targets)
    around = _neighbourhood(table, past, targets)
    called = _calls(table, calls, targets)
    other = _is_of_other_class(table, targets)
    columns: dict[str, dict[str, Floats]] = {
        LOOKER: measure_looker(table, past, targets),
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
        "own_number": sums[:, NUMBER] / (1.5 + sums[:, ONE]),
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
    columns = {f"branch_{name}": score(sums, level, 5.0) for level, name in enumerate(LEVELS)}
    for name, wave in _season(targets).items():
        columns[f"branch_{name}"] = columns["branch_major"] * wave
    sums = sum_by_key(past, with_class[table.place], targets.day, with_class[targets.place], np.inf)
    columns["branch_of_class_major"] = score(sums, 0, 5.0)
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
    at = points(table)
    weights = gaussian_weights(at, at, 500.0, apart=True)
    sums = sum_near(weights, past, table.place, targets.day, targets.place, _YEAR)
    columns = {f"near_{name}": score(sums, level, 3.0) for level, name in enumerate(LEVELS[:2])}
    weights = gaussian_weights(at, at, 60.0, apart=True)
    sums = sum_near(weights, past, table.place, targets.day, targets.place, 30.0)
    columns["same_block_major"] = score(sums, 0, 2.0)
    sums = sum_near(tie_weights(at), past, table.place, targets.day, targets.place, _YEAR)
    columns["same_point_major"] = score(sums, 0, 2.0)
    columns["same_point_visits"] = np.log1p(sums[:, ONE])
    return columns


def _calls(table: VisitTable, calls: Calls, targets: Targets) -> dict[str, Floats]:
    """Measure what others reported near by, of late and over a year, and what is still open."""
    at, sites = points(table), np.column_stack([calls.easting, calls.northing])
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
