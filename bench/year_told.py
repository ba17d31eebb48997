"""What the year of visit plans tells: points found, what the lot says beside the truth, drift.

Takes a `Year`, gives numbers. The truth that an estimate of prevalence is held against is what a
visit of that week by the lot's own mix of teams would find in the mean: what stood there, times
what these teams see; over all premises of the zone and all weeks of the window.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import rankdata

from bench.year_run import ALIKE
from bench.year_world import POINTS
from geo_risk.visits.lot import draw_lot
from geo_risk.visits.prevalence import RandomVisit, Told, estimate_prevalence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.year_run import Week, Year
    from geo_risk.visits.lot import Drawn

    Floats = NDArray[np.float64]

HAZARDS, WITH_MAJOR = "hazards", "with_major"
LONG_DAYS = 182.0
"""Not looked at for half a year."""


@dataclass(frozen=True)
class Judged:
    """One estimate beside the truth.

    Parameters
    ----------
    seed, first, zone
        Park, first week's number, zone's number (-1: the park).
    what
        `HAZARDS` or `WITH_MAJOR`.
    told, truth
        Estimate with its interval; what is so.
    """

    seed: int
    first: int
    zone: int
    what: str
    told: Told
    truth: float

    @property
    def covers(self) -> bool:
        """Whether the interval holds the truth."""
        return self.told.low <= self.truth <= self.told.high


def points_per_hour(year: Year) -> float:
    """Give severity points found an hour of shifts."""
    return float(sum(POINTS @ np.array(one.found) for one in year.made)) / year.hours


def expected_per_hour(year: Year) -> float:
    """Give the same in the mean: what was to be found there then by that team, luck left out."""
    weeks = {one.first // 7: one for one in year.weeks}
    points = sum(
        weeks[one.day // 7].expected[one.row]
        * year.detection[one.team, one.day]
        * year.points[one.row]
        for one in year.made
    )
    return float(points) / year.hours


def judge_lot(year: Year, weeks: int) -> list[Judged]:
    """Judge what the visits by lot told, window after window of so many weeks."""
    number = {zone: k for k, zone in enumerate(year.zone_ids)}
    visits = [
        (one.week, _told(number, one.drawn, None if one.made is None else one.made.found))
        for one in year.lots
    ]
    return list(_judge(year, visits, weeks))


def judge_all(year: Year, weeks: int) -> list[Judged]:
    """Judge the naive estimate: every visit counts the same, whoever chose it."""
    visits = [
        (one.day // 7, _visit(int(year.zone[one.row]), one.row, 1.0, one.found))
        for one in year.made
    ]
    return list(_judge(year, visits, weeks))


def judge_redrawn(year: Year, weeks: int, rng: np.random.Generator) -> list[Judged]:
    """Judge another lot of the same weeks: as many drawn, all made, in the world as it stood."""
    number = {zone: k for k, zone in enumerate(year.zone_ids)}
    drawn_of = dict.fromkeys(_week_numbers(year), 0)
    for one in year.lots:
        drawn_of[one.week] += 1
    teams = [str(k) for k in range(len(year.detection))]
    usual = {zone: (str(k // 2),) for zone, k in number.items()}
    visits = []
    for week in year.weeks:
        zones = {
            f"{row:05d}": year.zone_ids[int(year.zone[row])] for row in np.flatnonzero(week.there)
        }
        for one in draw_lot(
            zones, drawn_of[week.first // 7], rng,
            rotate_share=year.rotate_share, usual=usual, officers=teams,
        ):  # fmt: skip
            row = int(one.premises_id)
            team = int(one.officer_id or int(year.zone[row]) // 2)
            stood = np.floor(week.standing[row] + rng.random(3)).astype(np.int64)
            found = rng.binomial(stood, year.detection[team, week.first + 2])
            visits.append((week.first // 7, _told(number, one, tuple(found.tolist()))))
    return list(_judge(year, visits, weeks))


def made_share(year: Year) -> float:
    """Give the share of visits drawn by lot that took place."""
    return float(np.mean([one.made is not None for one in year.lots]))


def trailing(year: Year, weeks: int) -> tuple[list[Judged], list[Judged]]:
    """Judge the park's mean by the lot and by all visits, back from each week on from `weeks`."""
    lot: list[Judged] = []
    naive: list[Judged] = []
    for begin in range(len(year.weeks) - weeks + 1):
        part = replace(year, weeks=year.weeks[begin : begin + weeks])
        for judge, some in ((judge_lot, lot), (judge_all, naive)):
            some += [one for one in judge(part, weeks) if one.zone < 0 and one.what == HAZARDS]
    return lot, naive


@dataclass(frozen=True, eq=False)
class Drift:
    """Week by week, (weeks,): what the model says beside what is so.

    Parameters
    ----------
    least
        Estimated / true findings of the third least looked at, in units of the whole park's.
    counts
        The same of bare counts: what visits of the last half year found there; NaN for a quarter.
    rank
        Rank correlation (Spearman) of estimate and true rate over premises; 0 where all are alike.
    unseen
        Share of premises nobody looked at for half a year.
    gini
        Concentration of all visits so far over premises: 0 all the same, 1 all at one.
    """

    least: Floats
    counts: Floats
    rank: Floats
    unseen: Floats
    gini: Floats


def measure_drift(year: Year) -> Drift:
    """Say how far the model is from the truth, by where it looked."""
    each = [_drift(year, week) for week in year.weeks]
    return Drift(*(np.array(one) for one in zip(*each, strict=True)))


def _drift(year: Year, week: Week) -> tuple[float, float, float, float, float]:
    some = np.flatnonzero(week.there & np.isfinite(week.estimate))
    told, true = week.estimate[some], week.expected[some]
    looks, waited = week.looks[some], week.waited[some]
    least = np.lexsort((-waited, looks))[: len(some) // 3]
    share = true[least].sum() / true.sum()
    found = _found_lately(year, week.first)[some]
    ranks = [rankdata(one) for one in (told, year.rate[some])]
    return (
        float(told[least].sum() / told.sum() / share),
        float(found[least].sum() / found.sum() / share) if found.any() else np.nan,
        float(np.corrcoef(ranks)[0, 1]) if told.std() > ALIKE else 0.0,
        float(np.mean(waited > LONG_DAYS)),
        _gini(looks),
    )


def _found_lately(year: Year, day: int) -> Floats:
    found = np.zeros(len(year.rate))
    if day - year.weeks[0].first >= LONG_DAYS / 2:
        for one in year.made:
            if day - LONG_DAYS <= one.day < day:
                found[one.row] += sum(one.found)
    return found


def _gini(looks: Floats) -> float:
    some = np.sort(looks)
    n = len(some)
    return float((2 * np.arange(1, n + 1) - n - 1) @ some / (n * some.sum()))


def _week_numbers(year: Year) -> list[int]:
    return [one.first // 7 for one in year.weeks]


def _told(number: dict[str, int], drawn: Drawn, found: tuple[int, ...] | None) -> RandomVisit:
    return _visit(number[drawn.zone_id], drawn.premises_id, drawn.probability, found)


def _visit(
    zone: int, premises: object, probability: float, found: tuple[int, ...] | None
) -> RandomVisit:
    counts = (None, None) if found is None else (sum(found), found[0])
    return RandomVisit(str(premises), f"{zone:02d}", probability, *counts)


def _judge(year: Year, visits: Sequence[tuple[int, RandomVisit]], weeks: int) -> Iterator[Judged]:
    numbers = _week_numbers(year)
    for begin in range(0, len(numbers) - weeks + 1, weeks):
        window = set(numbers[begin : begin + weeks])
        truths = _truth(year, year.weeks[begin : begin + weeks])
        told = estimate_prevalence([one for week, one in visits if week in window])
        for one in told:
            zone = -1 if one.zone_id is None else int(one.zone_id)
            for what in (HAZARDS, WITH_MAJOR):
                value: Told = getattr(one, what)
                if np.isfinite(value.value):
                    yield Judged(year.seed, numbers[begin], zone, what, value, truths[zone][what])


def _truth(year: Year, weeks: Sequence[Week]) -> dict[int, dict[str, float]]:
    """Give, by zone and for the park, what a visit by lot would find in the mean."""
    zones = len(year.zone_ids)
    sums = np.zeros((zones, 3))
    for week in weeks:
        sees = _mix(year)
        mean = week.standing.sum(axis=1) * (sees[year.zone] @ year.detection[:, week.first + 2])
        missed = (1.0 - year.detection[:, week.first + 2])[None, :] ** week.standing[:, :1]
        major = 1.0 - (sees[year.zone] * missed).sum(axis=1)
        for column, value in enumerate((np.ones(len(mean)), mean, major)):
            sums[:, column] += np.bincount(year.zone, value * week.there, minlength=zones)
    rows = {zone: sums[zone] for zone in range(zones)} | {-1: sums.sum(axis=0)}
    return {
        zone: {HAZARDS: float(row[1] / row[0]), WITH_MAJOR: float(row[2] / row[0])}
        for zone, row in rows.items()
        if row[0] > 0
    }


def _mix(year: Year) -> Floats:
    """(zones, teams) probability with which a visit by lot is each team's."""
    teams = len(year.detection)
    turned = year.rotate_share if teams > 1 else 0.0
    share = np.full((len(year.zone_ids), teams), turned / max(1, teams - 1))
    share[np.arange(len(share)), np.arange(len(share)) // 2] = 1.0 - turned
    return share
