"""The year of visit plans, run: one park, several who plan, each from the same half year of habit.

Gives, for each, what was found and what the lot told, and week by week how the model stands to the
truth. Everything is drawn from seeds and the searches end by iterations, not by the clock: the
same call, the same year.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from bench.plan_baselines import next_first, riskiest
from bench.year_ground import BURN_WEEKS, make_park
from bench.year_policy import REFIT_WEEKS, Lot, Made, Planner, Station, carry_out, habit, make_week
from bench.year_world import World
from geo_risk.visits.check import check
from geo_risk.visits.search import SearchParams
from geo_risk.visits.solve import solve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.visits.problem import Plan, Problem

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

PLANNED, RISKIEST, NO_LOT, RISKIEST_NO_LOT = (
    "planned",
    "riskiest first",
    "planned, no lot",
    "riskiest first, no lot",
)
_WORK = SearchParams(alone=20)
_AT_MOST_S = 600.0
"""Never reached: iterations end a search, so that a busy machine plans the same."""


def planned(problem: Problem) -> Plan:
    """Plan a week by the search."""
    return solve(problem, seconds=_AT_MOST_S, seed=1, params=_WORK)


def by_risk(problem: Problem) -> Plan:
    """Plan a week by going down the list of prizes."""
    return next_first(problem, riskiest, RISKIEST)


POLICIES: Mapping[str, tuple[Planner, bool]] = {
    PLANNED: (planned, True),
    RISKIEST: (by_risk, True),
    NO_LOT: (planned, False),
    RISKIEST_NO_LOT: (by_risk, False),
}
"""Each with how it plans, and whether the lot draws some."""


@dataclass(frozen=True, eq=False)
class Week:
    """One week's truth and what the model said, by premises (n,).

    Parameters
    ----------
    first
        Its first day.
    there
        Which premises are there.
    estimate
        Findings of the mean looker as last fitted; NaN without.
    expected
        Mean number standing at the week's begin, given who came when.
    standing
        (n, 3) what truly stood, mean of the working days, by severity.
    looks
        Visits so far.
    waited
        Days since the last.
    """

    first: int
    there: Flags
    estimate: Floats
    expected: Floats
    standing: Floats
    looks: Floats
    waited: Floats


@dataclass(frozen=True, eq=False)
class Year:
    """What one who plans did in one park.

    Parameters
    ----------
    seed, policy
        Which.
    rate, zone
        (n,) true hazards a day; zone's number.
    detection
        (teams, days).
    zone_ids, rotate_share
        As the lot has them.
    weeks, made, lots
        What happened since the first plan.
    hours
        Of all shifts.
    served
        Days of the fits that told premises apart.
    """

    seed: int
    policy: str
    rate: Floats
    zone: Floats
    detection: Floats
    zone_ids: tuple[str, ...]
    rotate_share: float
    weeks: tuple[Week, ...]
    made: tuple[Made, ...]
    lots: tuple[Lot, ...]
    hours: float
    served: tuple[int, ...]


def run_seed(
    seed: int,
    weeks: int,
    policies: tuple[str, ...] = tuple(POLICIES),
    *,
    teams: int = 5,
    burn_weeks: int = BURN_WEEKS,
) -> list[Year]:
    """Let each plan the same weeks in the same park.

    Parameters
    ----------
    seed
        Of the park.
    weeks, burn_weeks
        Planned; by habit before.
    policies
        Keys of `POLICIES`.
    teams
        How many; fewer are a part of the park.

    Returns
    -------
    list of Year
        In the order of policies.
    """
    park = make_park(seed, weeks, teams=teams, burn_weeks=burn_weeks)
    station = Station(park, World(park.town, park.hazards))
    habit(station, burn_weeks, np.random.default_rng([seed, 7]))
    return [_run(station, name, weeks) for name in policies]


def _run(before: Station, policy: str, weeks: int) -> Year:
    park = before.park
    station = Station(
        park,
        deepcopy(before.world, {id(park.town): park.town, id(park.hazards): park.hazards}),
        list(before.visits),
        list(before.made),
        [],
        list(before.owed),
    )
    plans, lot = POLICIES[policy]
    begun, hours, told, served = len(station.made), 0.0, [], []
    first_week = 1 + max(one.day for one in station.made) // 7
    for number in range(weeks):
        first = 7 * (first_week + number)
        if number % REFIT_WEEKS == 0:
            station.fit(first)
            each = [one.expected_findings for one in station.risk.values()]
            served += [first] if np.nanstd(each) > 0 else []
        problem, drawn = make_week(station, first, lot=lot)
        plan = plans(problem)
        faults = check(problem, plan)
        if faults:
            raise AssertionError((park.seed, policy, first, faults[:3]))
        hours += sum(one.end_s - one.start_s for one in problem.shifts) / 3600
        stood = _week_before(station, first)
        days = carry_out(station, first, problem, plan, drawn)
        told.append(replace(stood, standing=np.mean(days, axis=0)))
    return Year(
        park.seed, policy, park.town.rate, park.town.zone, park.town.detection, park.zone_ids,
        park.park.plan.rotate_share, tuple(told), tuple(station.made[begun:]),
        tuple(station.lots), hours, tuple(served),
    )  # fmt: skip


def _week_before(station: Station, first: int) -> Week:
    park, last = station.park, station.last_days()
    looks = np.bincount([one.row for one in station.made], minlength=len(park.ids))
    return Week(
        first=first,
        there=park.town.is_there(first),
        estimate=np.array([station.risk[one].expected_findings for one in park.ids]),
        expected=station.world.expected(first),
        standing=np.zeros((len(park.ids), 3)),
        looks=looks.astype(float),
        waited=np.where(np.isnan(last), first, first - last),
    )
