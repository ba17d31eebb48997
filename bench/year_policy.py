"""A station in the year of visit plans: what it has on record, how it fits, plans and visits.

Every policy goes on from the records of the same half year (`year_habit`). What is risky, who is a
candidate, what a visit is worth and what the lot draws is said by the library; the world is asked
only what a visit finds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from bench.year_world import SEVERITIES, World
from geo_risk.fitting.premises_risk import add_risk
from geo_risk.fitting.setting import make_setting
from geo_risk.planbook.gather import prize_params_of, rules_of
from geo_risk.planbook.learned import learn
from geo_risk.published import PremisesSummary, RiskClass
from geo_risk.records import Findings, Visit, VisitReason
from geo_risk.surfaces.threads import one_blas_thread
from geo_risk.visits.candidates import Ask, make_candidates
from geo_risk.visits.lot import Drawn, draw_lot, seed_of, visits_that_fit
from geo_risk.visits.prizes import Site, measure_worth
from geo_risk.visits.problem import DAY_S, Plan, Problem, Shift, Tier

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.year_ground import YearPark

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

Planner = Callable[[Problem], Plan]
"""How a week's visits are chosen and ordered."""

REFIT_WEEKS = 4
APPOINTMENTS = 4
"""So many premises a week have agreed on a time."""

RECHECK_SHARE, RECHECK_DAYS = 0.45, 15
"""Of visits that found a major or general hazard, how many are owed another, and when."""


@dataclass(frozen=True)
class Made:
    """One visit of the year as it was made.

    Parameters
    ----------
    day, row, team
        When, where (the town's row), who.
    reason
        Of `VisitReason`.
    found
        How many of each severity.
    """

    day: int
    row: int
    team: int
    reason: VisitReason
    found: tuple[int, int, int]


@dataclass(frozen=True)
class Lot:
    """One premises that the lot drew: when its week began, where, with which chance; what came."""

    week: int
    drawn: Drawn
    made: Made | None


@dataclass
class Station:
    """What one station knows, and its own copy of the world.

    Parameters
    ----------
    park, world
        Where; what visits change.
    visits
        On record.
    made, lots
        What was done.
    owed
        (day, premises row): rechecks.
    risk
        Of the last fit, by premises.
    """

    park: YearPark
    world: World
    visits: list[Visit] = field(default_factory=list)
    made: list[Made] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)
    owed: list[tuple[int, int]] = field(default_factory=list)
    risk: dict[str, PremisesSummary] = field(default_factory=dict)

    def visit(
        self,
        row: int,
        team: int,
        day: int,
        seconds: tuple[int, int],
        reason: VisitReason,
        probability: float | None = None,
    ) -> Made:
        """Make a visit and write it down."""
        found = self.world.visit(row, team, day)
        counts = (int(found[0]), int(found[1]), int(found[2]))
        start, end = (self.park.moment(day, one) for one in seconds)
        number = len(self.visits)
        self.visits.append(
            Visit(
                id=f"V{number:06d}",
                premises_id=self.park.ids[row],
                team=self.park.teams[team],
                reason=reason,
                start=start,
                end=end,
                selection_probability=probability,
                found=Findings(**dict(zip(SEVERITIES, counts, strict=True))),
            )
        )
        made = Made(day, row, team, reason, counts)
        self.made.append(made)
        luck = np.random.default_rng([self.park.seed, row, day]).random()
        if counts[0] + counts[1] and luck < RECHECK_SHARE:
            self.owed.append((day + RECHECK_DAYS, row))
        return made

    def fit(self, day: int) -> None:
        """Fit the risk of premises on what is known at a day's begin."""
        at = self.park.moment(day)
        inputs = replace(self.park.inputs, visits=self.visits)
        bare = [PremisesSummary(one, "", math.nan, RiskClass.NONE) for one in self.park.ids]
        with one_blas_thread():
            told, _ = add_risk(make_setting(inputs, at), bare)
        self.risk = {one.premises_id: one for one in told}

    def last_days(self) -> Floats:
        """(n,) day of the last visit to each premises; NaN: none."""
        last = np.full(len(self.park.ids), np.nan)
        for one in self.made:
            last[one.row] = one.day
        return last


def make_week(station: Station, first: int, *, lot: bool) -> tuple[Problem, tuple[Drawn, ...]]:
    """Give the problem of the week that begins on a day, as the desk would; and what was drawn.

    Zones are closed: nobody leaves them but for the lot. Owed are the latest, appointments and
    rechecks; the lot draws from all premises.
    """
    year, park = station.park, station.park.park
    learned = learn(station.visits, {one.id: one for one in year.inputs.premises}, park)
    shifts = _shifts(year)
    sites = _sites(station, first)
    service = np.mean([learned.service_s[one.inherent_class] for one in sites])
    leg = year.ground.leg_s([year.ground.row[one.premises_id] for one in sites])
    fit = visits_that_fit(shifts, float(service), leg)
    drawn = draw(station, first, fit) if lot else ()
    made = make_candidates(
        sites,
        measure_worth(sites, prize_params_of(park, learned)),
        rules_of(park, learned, fit),
        shifts,
        asks=_asks(station, first, {one.premises_id for one in sites}),
        drawn={one.premises_id: one for one in drawn},
    )
    travel = year.ground.travel.seconds
    return Problem(made.candidates, shifts, travel, crossing=0.0), drawn


def draw(station: Station, first: int, fit: int) -> tuple[Drawn, ...]:
    """Draw a week's lot from all premises that are there; `fit` visits fit into the week."""
    year = station.park
    plan = year.park.plan
    there = [year.ids[row] for row in np.flatnonzero(year.town.is_there(first))]
    day = year.moment(first).date()
    return draw_lot(
        {one: year.ground.zone[one] for one in there},
        math.ceil(plan.explore_share * min(fit, len(there))),
        np.random.default_rng([seed_of(year.park.park.id, day), year.seed]),
        rotate_share=plan.rotate_share,
        usual={zone: (year.teams[number // 2],) for number, zone in enumerate(year.zone_ids)},
        officers=year.teams,
    )


def _shifts(year: YearPark) -> tuple[Shift, ...]:
    """Let each team visit half the day, mornings and afternoons in turn: as much as the recipe."""
    return tuple(
        Shift(
            f"{team}.{day}", team, day * DAY_S + begin * 60, day * DAY_S + end * 60,
            number, number, year.zone_ids[2 * number : 2 * number + 2],
        )
        for number, team in enumerate(year.teams)
        for day in range(5)
        for begin, end in (year.park.plan.hours[day % 2],)
    )  # fmt: skip


def _sites(station: Station, first: int) -> list[Site]:
    year, last = station.park, station.last_days()
    since = np.maximum(0.0, year.town.opens)  # since when it is known while visits are made
    sites = []
    for row in np.flatnonzero(year.town.is_there(first)):
        name = year.ids[row]
        told, one = station.risk.get(name), year.inputs.premises[row]
        sites.append(
            Site(
                premises_id=name,
                enterprise_id=one.enterprise_id,
                zone_id=year.ground.zone[name],
                place=year.ground.row[name],
                inherent_class=one.inherent_class or year.park.plan.unknown_class,
                people=float(one.people or 0),
                probability=told.probability if told else math.nan,
                probability_low=told.probability_low if told else math.nan,
                probability_high=told.probability_high if told else math.nan,
                expected_findings=told.expected_findings if told else math.nan,
                days_since=None if np.isnan(last[row]) else first - float(last[row]),
                known_days=first - float(since[row]),
            )
        )
    return sites


def _asks(station: Station, first: int, there: set[str]) -> list[Ask]:
    """Give the week's appointments, the same for all who plan, and the rechecks that are due."""
    year = station.park
    asks = [
        Ask(year.ids[row], VisitReason.RECHECK, Tier.MUST, f"recheck {day}")
        for day, row in station.owed
        if day <= first and year.ids[row] in there
    ]
    rng = np.random.default_rng([year.seed, first, 9])
    slack = 60 * year.park.plan.appointment_minutes
    many = max(1, round(APPOINTMENTS * len(year.teams) / 5))
    for row in rng.choice(len(year.ids), many, replace=False):
        day = int(rng.integers(5))
        begin, end = year.park.plan.hours[day % 2]
        at = day * DAY_S + int(rng.integers(begin + 30, end - 90)) * 60
        if year.ids[row] in there:
            window = ((at - slack, at + slack),)
            asks.append(
                Ask(year.ids[row], VisitReason.ORDER, Tier.APPOINTMENT, "agreed", windows=window)
            )
    return asks


def carry_out(
    station: Station,
    first: int,
    problem: Problem,
    plan: Plan,
    drawn: Sequence[Drawn],
) -> list[Ints]:
    """Make the visits of a plan, day by day, and remember what became of the lot.

    Returns
    -------
    list of ndarray
        (n, 3) what stood at the begin of each of the five days.
    """
    year = station.park
    team = {name: number for number, name in enumerate(year.teams)}
    of_lot: dict[str, Made] = {}
    visits = [
        (stop, problem.candidate[stop.candidate_id], problem.shift[shift])
        for shift, stop in plan.visits
    ]
    stood: list[Ints] = []
    for stop, one, shift in sorted(visits, key=lambda each: (each[0].start_s, each[2].id)):
        day, begun = divmod(stop.start_s, DAY_S)
        while len(stood) <= day:
            stood.append(station.world.standing(first + len(stood)))
        made = station.visit(
            year.row[one.premises_id], team[shift.officer_id], first + day,
            (begun, begun + stop.end_s - stop.start_s), one.reason, one.selection_probability,
        )  # fmt: skip
        if one.selection_probability is not None:
            of_lot[one.premises_id] = made
        if one.reason is VisitReason.RECHECK or one.tier >= Tier.MUST:
            station.owed = [each for each in station.owed if each[0] > first or each[1] != made.row]
    station.lots += [Lot(first // 7, each, of_lot.get(each.premises_id)) for each in drawn]
    return stood
