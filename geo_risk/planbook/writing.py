"""From a solved plan to the one that is kept and handed round, and back."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geo_risk.visits.problem import LeftOut, Plan, Problem, Route, Stop, Tier
from geo_risk.visits.week import NotPlanned, PlannedVisit, WeekPlan

if TYPE_CHECKING:
    from datetime import datetime

    from geo_risk.planbook.clock import Clock
    from geo_risk.planbook.gather import Gathered
    from geo_risk.planbook.request import PlanRequest
    from geo_risk.visits.problem import Candidate, Shift


_PLAIN = Tier.OPTIONAL.name.lower()


@dataclass(frozen=True)
class Search:
    """How long a search was given, and its chance."""

    seconds: float
    seed: int


def week_of(
    gathered: Gathered,
    plan: Plan,
    request: PlanRequest,
    search: Search,
    *,
    as_of: datetime,
    pinned: Mapping[str, PlannedVisit] | None = None,
    under_way: Sequence[PlannedVisit] = (),
) -> WeekPlan:
    """Give a solved plan as it is kept.

    Parameters
    ----------
    gathered, plan, request
        Problem with what it stands for; the plan found; what was asked.
    search
        How the plan was found.
    as_of
        Up to when things were known.
    pinned
        Candidate to the visit that the enterprise was told of, shown with the tier it had.
    under_way
        Visits of the version before that are being made.
    """
    problem, clock = gathered.problem, gathered.now.clock
    visits = list(under_way)
    for route in plan.routes:
        shift, before = problem.shift[route.shift_id], problem.shift[route.shift_id].begin_place
        for number, stop in enumerate(route.stops, start=1):
            one = problem.candidate[stop.candidate_id]
            made = _visit(gathered, request, one, shift, stop, number)
            travel = 0 if one.place is None else int(problem.travel_s[before, one.place])
            told = (pinned or {}).get(one.id)
            visits.append(_shown(made, travel, told))
            before = before if one.place is None else one.place
    return WeekPlan(
        first_day=request.first_day,
        days=request.days,
        timezone=str(clock.zone),
        made_at=gathered.now.at,
        as_of=as_of,
        officer_ids=gathered.officer_ids,
        visits=tuple(sorted(_numbered(visits), key=lambda one: (one.officer_id, one.arrive))),
        left_out=tuple(_left_out(gathered, one) for one in plan.left_out),
        notes=(*gathered.notes, *(("greedy",) if search.seconds <= 0 else ())),
        covered=plan.value,
        bound=plan.bound if math.isfinite(plan.bound) else None,
        solver=plan.solver,
        seconds=search.seconds,
        seed=search.seed,
    )


def plan_of(problem: Problem, week: WeekPlan, clock: Clock, gone: Collection[str] = ()) -> Plan:
    """Give a kept plan on the clock of a problem; what is gone, or no candidate any more, is out.

    Its times are those that were kept: whether they can still be kept is for the search to see.
    """
    routes, value, inside = [], 0.0, set()
    for shift in problem.shifts:
        stops = []
        for one in week.visits:
            known = one.candidate_id in problem.candidate and one.candidate_id not in gone
            if one.shift_id != shift.id or not known:
                continue
            times = (clock.seconds(moment) for moment in (one.arrive, one.start, one.end))
            stops.append(Stop(one.candidate_id, *times))
            inside.add(one.candidate_id)
            value += max(0.0, problem.worth(problem.candidate[one.candidate_id], shift))
        stops.sort(key=lambda stop: stop.start_s)
        routes.append(Route(shift.id, tuple(stops), _back_s(problem, shift, stops)))
    left = [LeftOut(one.id, "worth_less") for one in problem.candidates if one.id not in inside]
    return Plan(tuple(routes), tuple(left), value, solver=week.solver)


def as_it_was(gathered: Gathered, week: WeekPlan) -> Plan:
    """Give a kept plan as it was, to be changed: also with shifts and visits that are no more.

    Its times are those that were kept. What was planned for earlier today is over, written down or
    not, and so is what nobody asked for on the days before: like what was left out, it is nothing
    new. What is asked for more urgently than it was, or by somebody else too, is.
    """
    now, clock, problem = gathered.now, gathered.now.clock, gathered.problem
    today = clock.moment(now.seconds).date()
    routes: dict[str, list[Stop]] = {}
    known = []
    for one in week.visits:
        if one.end > now.at:
            times = (clock.seconds(moment) for moment in (one.arrive, one.start, one.end))
            routes.setdefault(one.shift_id, []).append(Stop(one.candidate_id, *times))
        elif one.tier == _PLAIN or one.end.astimezone(clock.zone).date() == today:
            known.append(LeftOut(one.candidate_id, "worth_less"))
    for left in week.left_out:
        there = problem.candidate.get(left.candidate_id)
        asked = set(gathered.source_ids.get(left.candidate_id, ()))
        more = there is not None and there.tier > Tier[left.tier.upper()]
        if not more and asked <= set(left.source_ids):
            known.append(LeftOut(left.candidate_id, left.reason, left.other_id))
    return Plan(
        tuple(
            Route(name, tuple(stops), stops[-1].end_s)
            for name, some in routes.items()
            if (stops := sorted(some, key=lambda stop: stop.start_s))
        ),
        tuple(known),
        week.covered,
        solver=week.solver,
    )


def _back_s(problem: Problem, shift: Shift, stops: Sequence[Stop]) -> int:
    if not stops:
        return shift.start_s
    place = problem.candidate[stops[-1].candidate_id].place
    way = 0 if place is None else int(problem.travel_s[place, shift.end_place])
    return stops[-1].end_s + max(0, way)


def visit_id(request: PlanRequest, candidate_id: str) -> str:
    """Give the id of a planned visit: it stays when the plan is changed."""
    return f"{request.key}.{candidate_id}"


def _visit(
    gathered: Gathered,
    request: PlanRequest,
    one: Candidate,
    shift: Shift,
    stop: Stop,
    number: int,
) -> PlannedVisit:
    clock, premises = gathered.now.clock, gathered.premises[one.premises_id]
    window = next((some for some in one.windows if some[0] <= stop.start_s <= some[1]), None)
    return PlannedVisit(
        id=visit_id(request, one.id),
        shift_id=shift.id,
        officer_id=shift.officer_id,
        order=number,
        candidate_id=one.id,
        premises_id=one.premises_id,
        enterprise_id=one.enterprise_id,
        zone_id=gathered.zone.get(one.premises_id, ""),
        arrive=clock.moment(stop.arrive_s),
        start=clock.moment(stop.start_s),
        end=clock.moment(stop.end_s),
        travel_s=0,
        reason=one.reason.value,
        tier=one.tier.name.lower(),
        prize=one.prize,
        parts=dict(one.parts),
        selection_probability=one.selection_probability,
        place_guessed=one.place_guessed,
        lon=premises.lon,
        lat=premises.lat,
        window=None if window is None else (clock.moment(window[0]), clock.moment(window[1])),
        source_ids=gathered.source_ids.get(one.id, ()),
    )


def _shown(one: PlannedVisit, travel_s: int, told: PlannedVisit | None) -> PlannedVisit:
    tier = one.tier if told is None else told.tier
    return replace(one, travel_s=travel_s, confirmed=told is not None, tier=tier)


def _numbered(visits: Sequence[PlannedVisit]) -> list[PlannedVisit]:
    """Count the visits of each shift from 1 again: one under way comes first."""
    counted: dict[str, int] = {}
    numbered = []
    for one in sorted(visits, key=lambda one: (one.shift_id, one.start, one.end)):
        counted[one.shift_id] = counted.get(one.shift_id, 0) + 1
        numbered.append(replace(one, order=counted[one.shift_id]))
    return numbered


def _left_out(gathered: Gathered, one: LeftOut) -> NotPlanned:
    candidate = gathered.problem.candidate[one.candidate_id]
    return NotPlanned(
        candidate_id=one.candidate_id,
        premises_id=candidate.premises_id,
        enterprise_id=candidate.enterprise_id,
        reason=one.reason,
        other_id=one.other_id,
        tier=candidate.tier.name.lower(),
        prize=candidate.prize,
        source_ids=gathered.source_ids.get(one.candidate_id, ()),
    )
