"""What is true in the year of visit plans: hazards arise, stand, are found, or go by themselves.

Takes a sample park's truth (rate of each premises, detection of each team and month, severity by
class), gives what a visit finds. Everything that arises is drawn before anybody visits, and so is
the luck of each look at it: all who plan in the same world meet the same hazards. It knows nothing
of models or plans; they see of it only what visits found.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from data.sample_park.calendar import month_of
from data.sample_park.risk import KINDS

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from data.sample_park.truth import Truth

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

SEVERITIES = ("major", "general", "minor")
POINTS = np.array([4.0, 2.0, 1.0])
STANDS = ((0.30, 5.0, 20.0), (0.45, 60.0, 120.0), (0.25, 150.0, 220.0))
"""How long a hazard stands if nobody comes: share, shortest and longest days. Some are seen to at
once, most at a quarter's end, some with the year's repairs: 90 days in the mean, in three lumps."""

_LONGEST = 220
_LOOKS = 24
_OF_30 = 30.0


@dataclass(frozen=True, eq=False)
class Town:
    """What does not change.

    Parameters
    ----------
    first_day, days
        Number of the sample's day on which the year's day 0 falls, and how many days there are.
    rate
        (n,) hazards a day at each premises.
    zone
        (n,) number of its zone.
    grade
        (n,) inherent class.
    opens, closes
        (n,) days between which it is there.
    detection
        (teams, days): share of what stands that a team finds.
    """

    first_day: int
    days: int
    rate: Floats
    zone: Ints
    grade: Ints
    opens: Floats
    closes: Floats
    detection: Floats

    @cached_property
    def shares(self) -> Floats:
        """(n, 3) of hazards by severity: the graver the class, the graver, as in the recipe."""
        major, minor = 0.02 + 0.03 * self.grade, 0.65 - 0.06 * self.grade
        return np.column_stack([major, 1.0 - major - minor, minor])

    @property
    def team_of_zone(self) -> Ints:
        """(n,) the team that usually comes."""
        return self.zone // 2

    def is_there(self, day: float) -> Flags:
        """Say which premises are there on a day."""
        there: Flags = (self.opens <= day) & (day < self.closes)
        return there


def make_town(premises: pd.DataFrame, truth: Truth, first_day: int, days: int, teams: int) -> Town:
    """Take what is true of some premises from the recipe."""
    rows = premises["row"].to_numpy()
    months = month_of(first_day + np.arange(days))
    return Town(
        first_day,
        days,
        truth.premises_rate["hazard"][rows] / _OF_30,
        premises["zone"].to_numpy(np.int64),
        premises["inherent_class"].to_numpy(np.int64),
        premises["start"].to_numpy(float) - first_day,
        premises["end"].fillna(np.inf).to_numpy(float) - first_day,
        truth.detection[:teams, KINDS.index("hazard"), :][:, months],
    )


@dataclass(frozen=True, eq=False)
class Hazards:
    """Everything that arises, sorted by premises: when, until when by itself, how grave.

    `luck` (m, looks) decides whether a look finds it: below the team's detection.
    """

    premises: Ints
    born: Floats
    gone: Floats
    severity: Ints
    luck: Floats
    first: Ints

    def at(self, premises: int) -> slice:
        """Rows of one premises."""
        return slice(int(self.first[premises]), int(self.first[premises + 1]))


def draw_hazards(town: Town, rng: np.random.Generator) -> Hazards:
    """Draw all that arises from long enough before day 0 on."""
    span = town.days + _LONGEST
    many = rng.poisson(town.rate * span)
    where = np.repeat(np.arange(len(many)), many)
    born = rng.uniform(-_LONGEST, town.days, len(where))
    share, low, high = (np.array(one) for one in zip(*STANDS, strict=True))
    which = rng.choice(len(share), len(where), p=share)
    stands = rng.uniform(low[which], high[which])
    severity = (rng.random(len(where))[:, None] > town.shares[where].cumsum(axis=1)[:, :2]).sum(1)
    luck = rng.random((len(where), _LOOKS))
    keep = (born >= town.opens[where]) & (born < town.closes[where])
    first = np.concatenate([[0], np.cumsum(np.bincount(where[keep], minlength=len(many)))])
    return Hazards(
        where[keep], born[keep], (born + stands)[keep], severity[keep], luck[keep], first
    )


class World:
    """Hazards as visits change them; each who plans has one of their own."""

    def __init__(self, town: Town, hazards: Hazards) -> None:
        self.town, self.hazards = town, hazards
        self._open = np.ones(len(hazards.born), dtype=bool)
        self._looks = np.zeros(len(hazards.born), dtype=np.int64)
        self._survival = _survival()
        self._expected = town.rate[:, None] * self._survival
        self._day = 0

    def visit(self, premises: int, team: int, day: int) -> Ints:
        """Let a team look; give how many of each severity it found, which are then gone."""
        self._go_on(day)
        rows = self.hazards.at(premises)
        sees = self.town.detection[team, day]
        index = np.arange(rows.start, rows.stop)[self._stands(day, rows)]
        luck = self.hazards.luck[index, np.minimum(self._looks[index], _LOOKS - 1)]
        self._looks[index] += 1
        seen = index[luck < sees]
        self._open[seen] = False
        self._expected[premises] *= 1.0 - sees
        return np.bincount(self.hazards.severity[seen], minlength=3)

    def standing(self, day: int) -> Ints:
        """(n, 3) how many stand at each premises at the day's begin, by severity."""
        some = self._stands(day, slice(0, len(self._open)))
        many = np.zeros((len(self.town.rate), 3), dtype=np.int64)
        np.add.at(many, (self.hazards.premises[some], self.hazards.severity[some]), 1)
        many[~self.town.is_there(day)] = 0
        return many

    def expected(self, day: int) -> Floats:
        """(n,) mean number that stands at each premises, given who visited it when."""
        self._go_on(day)
        return np.asarray(self._expected.sum(axis=1) * self.town.is_there(day))

    def _stands(self, day: int, rows: slice) -> Flags:
        born, gone = self.hazards.born[rows], self.hazards.gone[rows]
        stands: Flags = self._open[rows] & (born < day) & (gone > day)
        return stands

    def _go_on(self, day: int) -> None:
        """Let the mean grow older, a day at a time."""
        older = self._survival[1:] / np.maximum(self._survival[:-1], 1e-12)
        while self._day < day:
            self._expected[:, 1:] = self._expected[:, :-1] * older
            self._expected[:, 0] = self.town.rate
            self._expected[self.town.opens > self._day] = 0.0
            self._day += 1


def _survival() -> Floats:
    """(ages,) probability that a hazard still stands in the middle of each day of its age."""
    age = np.arange(_LONGEST) + 0.5
    left = np.zeros(_LONGEST)
    for share, low, high in STANDS:
        left += share * np.clip((high - age) / (high - low), 0.0, 1.0)
    return left
