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
from bench.year_habit import by_habit
from bench.year_policy import REFIT_WEEKS, Lot, Made, Planner, Station, carry_out, make_week
from bench.year_world import POINTS, World
from geo_risk.visits.check import check
from geo_risk.visits.search import SearchParams
from geo_risk.visits.solve import solve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.visits.problem import Plan, Problem

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

PLANNED, RISKIEST = "planned", "riskiest first"
NO_LOT, RISKIEST_NO_LOT = "planned, no lot", "riskiest first, no lot"
HABIT, HABIT_LOT = "by habit", "by habit, with a lot"
_WORK = SearchParams(alone=10)
ALIKE = 1e-9
"""Estimates that differ by less do not tell premises apart: a baseline was served."""

_AT_MOST_S = 600.0
"""Never reached: iterations end a search, so that a busy machine plans the same."""


def planned(problem: Problem) -> Plan:
    """Plan a week by the search."""
    return solve(problem, seconds=_AT_MOST_S, seed=1, params=_WORK)


def by_risk(problem: Problem) -> Plan:
    """Plan a week by going down the list of prizes."""
    return next_first(problem, riskiest, RISKIEST)


@dataclass(frozen=True)
class Policy:
    """How a station plans: by what (None: by habit), and whether the lot draws some.

    A park file refuses a plan without a lot: that is tried here only.
    """

    planner: Planner | None
    lot: bool = True


POLICIES: Mapping[str, Policy] = {
    PLANNED: Policy(planned),
    RISKIEST: Policy(by_risk),
    NO_LOT: Policy(planned, lot=False),
    RISKIEST_NO_LOT: Policy(by_risk, lot=False),
    HABIT: Policy(None, lot=False),
    HABIT_LOT: Policy(None),
}


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
    rate, points, zone
        (n,) true hazards a day; mean severity points of one; zone's number.
    detection
        (teams, days).
    zone_ids, rotate_share
        As the lot has them.
    weeks, made, lots
        What happened since the first plan.
    hours
        Of all shifts; 0 by habit.
    served
        Days of the fits that told premises apart.
    """

    seed: int
    policy: str
    rate: Floats
    points: Floats
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
    for week in range(burn_weeks):
        by_habit(station, 7 * week)
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
    way = POLICIES[policy]
    begun, hours, told, served = len(station.made), 0.0, [], []
    begin = 7 * (1 + max(one.day for one in station.made) // 7)
    for number in range(weeks):
        first = begin + 7 * number
        if number % REFIT_WEEKS == 0:
            station.fit(first)
            each = [one.expected_findings for one in station.risk.values()]
            served += [first] if np.nanstd(each) > ALIKE else []
        stood = _week_before(station, first)
        if way.planner is None:
            days = by_habit(station, first, lot=way.lot)
        else:
            problem, drawn = make_week(station, first, lot=way.lot)
            plan = way.planner(problem)
            faults = check(problem, plan)
            if faults:
                raise AssertionError((park.seed, policy, first, faults[:3]))
            hours += sum(one.end_s - one.start_s for one in problem.shifts) / 3600
            days = carry_out(station, first, problem, plan, drawn)
        told.append(replace(stood, standing=np.mean(days, axis=0)))
    return Year(
        park.seed, policy, park.town.rate, park.town.shares @ POINTS, park.town.zone,
        park.town.detection, park.zone_ids, park.park.plan.rotate_share, tuple(told),
        tuple(station.made[begun:]),
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
