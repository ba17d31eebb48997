"""Visits by habit, as in the sample's recipe: by class and by last month's findings.

A sixth of a team's visits goes to other teams' premises; one zone nobody visits. A station begins
with half a year of it, and may go on so, with a lot or without.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from bench.year_policy import Lot, Station, draw
from geo_risk.records import VisitReason
from geo_risk.visits.lot import Drawn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

VISITS, CROSSED = 15, 0.15
"""A team's visits a week, and the share at other teams' premises."""

_AVOIDED = 6
_MONTH = 30

Task = tuple[int, VisitReason, Drawn | None]
"""Premises' row, why, and what the lot drew."""


def by_habit(station: Station, first: int, *, lot: bool = False) -> list[Ints]:
    """Make the visits of the week that begins on a day.

    Returns
    -------
    list of ndarray
        (n, 3) what stood at the begin of each of the five days.
    """
    park, town = station.park, station.park.town
    rng = np.random.default_rng([park.seed, first, 7])
    drawn = draw(station, first, VISITS * len(park.teams)) if lot else ()
    own = np.flatnonzero(town.is_there(first) & (town.zone != min(_AVOIDED, town.zone.max())))
    weight = _weight(station, first)
    todo = []
    for team in range(len(park.teams)):
        tasks: list[Task] = [(row, VisitReason.RECHECK, None) for row in _due(station, first, team)]
        tasks += [
            (park.row[one.premises_id], VisitReason.RANDOM, one)
            for one in drawn
            if (one.officer_id or park.teams[_usual(station, one)]) == park.teams[team]
        ]
        here = own[town.team_of_zone[own] == team]
        away = own[town.team_of_zone[own] != team]
        crossed = round(VISITS * CROSSED) if len(away) else 0
        rows = [*_pick(here, VISITS - crossed, weight, rng), *_pick(away, crossed, weight, rng)]
        tasks += [(int(row), VisitReason.ROUTINE, None) for row in rng.permutation(rows)]
        todo += [(number % 5, number // 5, team, one) for number, one in enumerate(tasks[:VISITS])]
    return _make(station, first, todo, drawn, rng)


def _weight(station: Station, day: int) -> Floats:
    """Give what draws a team."""
    town = station.park.town
    found = np.zeros(len(town.rate))
    for one in station.made:
        if one.day >= day - _MONTH:
            found[one.row] += sum(one.found)
    size = np.bincount(town.zone)
    near = (np.bincount(town.zone, found) / np.maximum(size, 1))[town.zone]
    near = near / max(found.mean(), 1e-9)
    weight: Floats = town.grade**0.5 * (0.5 + 0.5 * near + 1.5 * found)
    return weight


def _due(station: Station, first: int, team: int) -> list[int]:
    """Take a team's rechecks that are due."""
    team_of = station.park.town.team_of_zone
    due = [one for one in station.owed if one[0] <= first and team_of[one[1]] == team]
    station.owed = [one for one in station.owed if one not in due]
    return sorted({row for _, row in due})


def _usual(station: Station, one: Drawn) -> int:
    return int(station.park.town.team_of_zone[station.park.row[one.premises_id]])


def _pick(pool: Ints, many: int, weight: Floats, rng: np.random.Generator) -> Ints:
    chance = weight[pool] + 1e-6
    return rng.choice(pool, min(many, len(pool)), replace=False, p=chance / chance.sum())


def _make(
    station: Station,
    first: int,
    todo: Sequence[tuple[int, int, int, Task]],
    drawn: Sequence[Drawn],
    rng: np.random.Generator,
) -> list[Ints]:
    """Make visits day by day, three a day and team, each as long as in the recipe."""
    of_lot = {}
    stood: list[Ints] = []
    for day, place, team, (row, reason, one) in sorted(todo, key=lambda each: each[:3]):
        while len(stood) <= day:
            stood.append(station.world.standing(first + len(stood)))
        start = 8 * 3600 + 4500 * place
        length = 300 * round(float(rng.uniform(0.5, 1.75)) * 12)
        chance = one.probability if one else None
        made = station.visit(row, team, first + day, (start, start + length), reason, chance)
        if one is not None:
            of_lot[one.premises_id] = made
    station.lots += [Lot(first // 7, each, of_lot.get(each.premises_id)) for each in drawn]
    return stood
