"""Machine-regular times: who writes times that tick more evenly than people do.

Two things are counted: gaps between visits of a day that equal the gap before, and the n-th visit
of a day that begins at the minute of the day before's. How often that happens to honest people
depends on how they round, so the others' times are rounded as this person rounds and counted the
same way; the person's count is then tested against a beta-binomial (Skellam 1948), whose width
allows for people who differ. The others' part is capped, for habits do not average out. Somebody
alone is compared with nobody and never doubted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise

from geo_risk.provenance.entries import Doubt, Entry, by_person, doubts_of, told_times

ALPHA = 0.001
"""Chance of an honest person to be asked, per run and count."""
GRIDS_MIN = (60, 30, 20, 15, 10, 5)
ON_GRID_SHARE = 0.9
TOLERANCE_MIN = 1.0
PEERS_WEIGHT = 100.0
"""The others weigh as much as so many comparisons, however many they are."""
MOST_DAYS_APART = 4
"""A day is compared with the next one worked, across a weekend, not across a holiday."""


@dataclass(frozen=True)
class _Compared:
    """How many comparisons were made, and the entries of those that came out equal."""

    many: int
    equal: tuple[tuple[str, ...], ...]


Days = dict[date, list[tuple[float, str]]]
"""Day to the minute of the day and the id of each of its entries, all in order."""


def check_regular_times(entries: Sequence[Entry]) -> list[Doubt]:
    """Give doubts about times that tick.

    Parameters
    ----------
    entries
        Of one stretch of time, of everybody.

    Returns
    -------
    list of Doubt
        With the entries whose times repeat.
    """
    people = {person: told_times(own) for person, own in by_person(entries).items()}
    doubted: dict[str, list[str]] = {}
    for person, own in people.items():
        grid = _grid_of(own)
        others = [_days(some, grid) for other, some in people.items() if other != person]
        mine = _days(own, grid)
        for compare in (_equal_gaps, _equal_clock):
            ids = _too_often(compare(mine), [compare(some) for some in others])
            doubted.setdefault(person, []).extend(ids)
    return doubts_of("regular_times", doubted)


def _too_often(mine: _Compared, others: Sequence[_Compared]) -> list[str]:
    from scipy.stats import betabinom  # noqa: PLC0415  # half a second that only a check needs

    many = sum(one.many for one in others)
    equal = sum(len(one.equal) for one in others)
    weight = min(1.0, PEERS_WEIGHT / many) if many else 0.0
    a, b = 1.0 + weight * equal, 1.0 + weight * (many - equal)
    hits = len(mine.equal)
    if not hits or betabinom.sf(hits - 1, mine.many, a, b) >= ALPHA:
        return []
    return [one for some in mine.equal for one in some]


def _grid_of(entries: Sequence[Entry]) -> int:
    """Give the minutes to which somebody rounds: the coarsest on which nearly all starts lie."""
    minutes = [one.start.minute for one in entries]
    for grid in GRIDS_MIN:
        on = sum(minute % grid == 0 for minute in minutes)
        if minutes and on >= ON_GRID_SHARE * len(minutes):
            return grid
    return 1


def _days(entries: Sequence[Entry], grid_min: int) -> Days:
    def minute(one: Entry) -> float:
        exact = one.start.hour * 60 + one.start.minute + one.start.second / 60
        return exact if grid_min == 1 else round(exact / grid_min) * grid_min

    return {
        day: [(minute(one), one.id) for one in some]
        for day, some in groupby(entries, key=lambda one: one.start.date())
    }


def _equal_gaps(days: Days) -> _Compared:
    many, equal = 0, []
    for some in days.values():
        gaps = [
            (later - earlier, (first, second))
            for (earlier, first), (later, second) in pairwise(some)
        ]
        for (before, ids), (after, more) in pairwise(gaps):
            many += 1
            if abs(after - before) <= TOLERANCE_MIN:
                equal.append((*ids, *more))
    return _Compared(many, tuple(equal))


def _equal_clock(days: Days) -> _Compared:
    many, equal = 0, []
    for (earlier, some), (later, more) in pairwise(days.items()):
        if later - earlier > timedelta(days=MOST_DAYS_APART):
            continue
        for (before, first), (after, second) in zip(some, more, strict=False):
            many += 1
            if abs(after - before) <= TOLERANCE_MIN:
                equal.append((first, second))
    return _Compared(many, tuple(equal))
