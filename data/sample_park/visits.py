"""Who looked where, when and why, and what was seen: the visits of the sample park.

Takes the truth and each premises' daily rate, gives visits and findings. In the misspecified
world teams go where they found something last month; one zone nobody visits; one visit in ten is
drawn by lot with a known probability. A visit that finds nothing is a record like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from data.sample_park.calendar import MONTHS, month_starts, working_days
from data.sample_park.risk import KINDS
from data.sample_park.truth import SEEN_AT_VISITS, STANDING, TEAMS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from data.sample_park.truth import Truth

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

PER_TEAM_AND_DAY = 3
RANDOM_SHARE = 0.10
CROSS_SHARE = 0.15
RECHECK_SHARE = 0.45
OTHER_REASONS = ("slip", "order", "complaint", "guidance")
OTHER_SHARE = 0.08
WAY = 10 / 1440
DAY_BEGINS, DAY_ENDS = 4 / 24, 18.5 / 24
"""A day is as long as it must be: a team with many rechecks begins early."""
SEVERITIES = ("major", "general", "minor")


@dataclass
class _Memory:
    """What a month leaves to the next: findings per premises, and who is to be seen again."""

    found: Floats
    recheck: list[tuple[int, int]]


def simulate_visits(
    premises: pd.DataFrame,
    truth: Truth,
    rates: dict[str, Floats],
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw visits month by month, and what they find.

    Parameters
    ----------
    premises, truth
        As made before.
    rates
        Of `daily_rates`.
    rng
        Chance.

    Returns
    -------
    tuple of DataFrame
        Visits in order of time (`premises` is a row number, `team` and `second` numbers, `day` the
        start, `hours` the length), with the expected number of each kind found (`mean_hazard`,
        ...); and findings: `visit` (row number), `kind`, `severity` of hazards.
    """
    pools = _pools(premises, truth)
    memory = _Memory(np.zeros(len(premises)), [])
    months, findings, first = [], [], 0
    for month in range(MONTHS):
        visits = pd.concat(
            [_plan(month, team, pools, premises, truth, memory, rng) for team in range(TEAMS)],
            ignore_index=True,
        )
        visits = visits.sort_values("day", kind="stable", ignore_index=True)
        seen = _look(visits, month, premises, truth, rates, rng)
        visits, seen = _in_turn(visits, seen)
        memory = _remember(visits, seen, len(premises), truth, rng)
        findings.append(seen.assign(visit=seen["visit"] + first))
        months.append(visits)
        first += len(visits)
    return pd.concat(months, ignore_index=True), pd.concat(findings, ignore_index=True)


def _pools(premises: pd.DataFrame, truth: Truth) -> list[tuple[Ints, Ints]]:
    """Give each team's own premises and the others' (rows); the unvisited zone is in none."""
    zone = premises["zone"].to_numpy()
    may = (zone >= 0) & (zone != (-1 if truth.unvisited_zone is None else truth.unvisited_zone))
    own = [np.flatnonzero(may & (zone // 2 == team)) for team in range(TEAMS)]
    others = [np.flatnonzero(may & (zone // 2 != team)) for team in range(TEAMS)]
    return list(zip(own, others, strict=True))


def _plan(
    month: int,
    team: int,
    pools: list[tuple[Ints, Ints]],
    premises: pd.DataFrame,
    truth: Truth,
    memory: _Memory,
    rng: np.random.Generator,
) -> pd.DataFrame:
    days = working_days(month)
    many = len(days) * PER_TEAM_AND_DAY
    own, others = (_open(pool, month, premises) for pool in pools[team])
    by_lot = min(round(many * RANDOM_SHARE), len(own))
    crossed = round(many * CROSS_SHARE)
    where = [
        rng.choice(own, by_lot, replace=False),
        _draw(own, many - by_lot - crossed, premises, truth, memory, rng),
        _draw(others, crossed, premises, truth, memory, rng),
    ]
    index = np.concatenate(where)
    reason = np.full(len(index), "routine", dtype=object)
    reason[:by_lot] = "random"
    chance = np.where(reason == "random", by_lot / len(own), np.nan)
    if truth.variant != "well_specified":
        other = (reason == "routine") & (rng.random(len(index)) < OTHER_SHARE)
        reason[other] = rng.choice(OTHER_REASONS, int(other.sum()))
    visits = pd.DataFrame({
        "premises": index,
        "team": team,
        "day": rng.choice(days, len(index)) + rng.uniform(9.0, 16.5, len(index)) / 24.0,
        "reason": reason,
        "selection_probability": chance,
    })  # fmt: skip
    again = [index for owner, index in memory.recheck if owner == team]
    if again:
        visits = pd.concat([visits, _rechecks(team, again, days, rng)], ignore_index=True)
    start = premises["start"].to_numpy()[visits["premises"]]
    end = premises["end"].to_numpy()[visits["premises"]]
    return visits[(start <= visits["day"]) & ~(end <= visits["day"])]


def _rechecks(team: int, again: list[int], days: Ints, rng: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame({
        "premises": again,
        "team": team,
        "day": rng.choice(days, len(again)) + rng.uniform(9.0, 16.5, len(again)) / 24.0,
        "reason": "recheck",
        "selection_probability": np.nan,
    })  # fmt: skip


def _open(pool: Ints, month: int, premises: pd.DataFrame) -> Ints:
    first, last = month_starts()[month], month_starts()[month + 1]
    start, end = premises["start"].to_numpy()[pool], premises["end"].to_numpy()[pool]
    open_then: Ints = pool[(start < last) & ~(end <= first)]
    return open_then


def _draw(
    pool: Ints,
    many: int,
    premises: pd.DataFrame,
    truth: Truth,
    memory: _Memory,
    rng: np.random.Generator,
) -> Ints:
    """Draw whom to visit; unless effort is independent, by class and by last month's findings."""
    weight = np.ones(len(pool))
    if truth.variant != "well_specified":
        zone = premises["zone"].to_numpy()
        by_zone = np.bincount(zone[zone >= 0], memory.found[zone >= 0], minlength=10)
        size = np.bincount(zone[zone >= 0], minlength=10)
        near = (by_zone / size)[zone[pool]] / max(memory.found.mean(), 1e-9)
        weight = premises["inherent_class"].to_numpy(float)[pool] ** 0.5
        weight = weight * (0.5 + 0.5 * near + 1.5 * memory.found[pool])
    weight = weight + 1e-6
    return rng.choice(pool, min(many, len(pool)), replace=False, p=weight / weight.sum())


def _look(
    visits: pd.DataFrame,
    month: int,
    premises: pd.DataFrame,
    truth: Truth,
    rates: dict[str, Floats],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Fill in who came and how long, and draw what was seen: share x detection x what stands."""
    n = len(visits)
    index, team = visits["premises"].to_numpy(), visits["team"].to_numpy()
    grade = premises["inherent_class"].to_numpy()[index]
    standard = 12 + 8 * grade
    share = np.ones(n) if truth.variant == "well_specified" else rng.beta(8, 2, n)
    visits["items_standard"] = standard
    visits["items_checked"] = np.maximum(1, np.round(share * standard)).astype(np.int64)
    visits["second"] = np.where(rng.random(n) < 0.85, 2 * team + 1, -1)
    visits["hours"] = np.round(rng.uniform(0.5, 1.75, n) * 12) / 12
    share = visits["items_checked"].to_numpy() / standard
    day = np.floor(visits["day"].to_numpy()).astype(np.int64)
    found = []
    for kind in SEEN_AT_VISITS:
        detection = truth.detection[team, KINDS.index(kind), month]
        mean = detection * share * STANDING[kind] * rates[kind][index, day]
        visits[f"mean_{kind}"] = mean
        which = np.repeat(np.arange(n), rng.poisson(mean))
        table = pd.DataFrame({"visit": which, "kind": kind, "severity": ""})
        if kind == "hazard":
            table["severity"] = _severity(grade[which], rng)
        found.append(table)
    return pd.concat(found, ignore_index=True).sort_values("visit", kind="stable")


def _in_turn(visits: pd.DataFrame, seen: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Let a team make one visit after the other: same day and length, no two at once."""
    start, length = visits["day"].to_numpy(copy=True), visits["hours"].to_numpy() / 24.0
    for rows in visits.groupby([visits["team"], np.floor(start)], sort=True).indices.values():
        midnight, free = np.floor(start[rows[0]]), 0.0
        for row in rows:  # in order of time; a visit waits for the one before it
            start[row] = free = max(start[row], free)
            free += length[row] + WAY
        latest = midnight + DAY_ENDS
        for row in rows[::-1]:  # and begins sooner where the day would end too late
            start[row] = min(start[row], latest - length[row])
            latest = start[row] - WAY
        first = midnight + DAY_BEGINS
        start[rows] += max(0.0, first - start[rows[0]])
    order = np.argsort(start, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    visits = visits.assign(day=start).iloc[order].reset_index(drop=True)
    seen = seen.assign(visit=place[seen["visit"]]).sort_values("visit", kind="stable")
    return visits, seen


def _severity(grade: Ints, rng: np.random.Generator) -> NDArray[np.str_]:
    """Draw severities: the graver the premises' class, the graver what is found there."""
    major, minor = 0.02 + 0.03 * grade, 0.65 - 0.06 * grade
    luck = rng.random(len(grade))
    return np.where(luck < major, "major", np.where(luck > 1 - minor, "minor", "general"))


def _remember(
    visits: pd.DataFrame, seen: pd.DataFrame, many: int, truth: Truth, rng: np.random.Generator
) -> _Memory:
    at = visits["premises"].to_numpy()[seen["visit"]]
    found = np.bincount(at, minlength=many).astype(float)
    if truth.variant == "well_specified":
        return _Memory(found, [])
    grave = seen[(seen["severity"] == "major") | (seen["severity"] == "general")]
    which = np.unique(grave["visit"].to_numpy())
    which = which[rng.random(len(which)) < RECHECK_SHARE]
    team, index = visits["team"].to_numpy()[which], visits["premises"].to_numpy()[which]
    return _Memory(found, sorted(set(zip(team.tolist(), index.tolist(), strict=True))))
