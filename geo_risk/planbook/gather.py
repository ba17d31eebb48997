"""Everything a plan is made from, in one value: a `Problem`, and what its candidates stand for.

Reads the store for a request and a moment. Premises are worth what a visit would find there; slips,
overdue hazards, orders, agreed times ask for visits; the lot draws some. On a later change the same
draws and the same learnt numbers are handed in again.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.errors import InputError
from geo_risk.planbook.asked import Now, cross_wanted, gather_asks
from geo_risk.planbook.clock import Clock
from geo_risk.planbook.duties import Duties, gather_duties, make_shifts
from geo_risk.planbook.ground import Ground, lay_ground, opening_windows
from geo_risk.planbook.keeping import newest
from geo_risk.planbook.learned import Learned, learn
from geo_risk.planbook.moving import with_moves
from geo_risk.planbook.notes import notes_of
from geo_risk.planbook.reading import Shelf, is_dwelling
from geo_risk.planbook.sites import last_of, premises_of, site_of, zone_of
from geo_risk.planbook.ways import Ways
from geo_risk.records import VisitReason
from geo_risk.visits.candidates import Rules, make_candidates
from geo_risk.visits.lot import Drawn, draw_lot, seed_of, visits_that_fit
from geo_risk.visits.prizes import PrizeParams, Site, Worth, measure_worth
from geo_risk.visits.problem import Candidate, Problem, Shift, Tier

if TYPE_CHECKING:
    from geo_risk.park import ParkFile
    from geo_risk.planbook.request import PlanRequest
    from geo_risk.published import Publication
    from geo_risk.records import Premises
    from geo_risk.store import Store
    from geo_risk.visits.week import PlannedVisit


_LEARNT_FROM = timedelta(days=365)
_MONTH = timedelta(days=30.44)


@dataclass(frozen=True)
class Before:
    """What an earlier version of the plan settled.

    Parameters
    ----------
    drawn, learned
        Of the first version; None: anew.
    pinned
        Candidate to the visit that was told to the enterprise: it is never moved.
    held
        Officer to (premises, until when): the visit under way.
    """

    drawn: tuple[Drawn, ...] | None = None
    learned: Learned | None = None
    pinned: Mapping[str, PlannedVisit] = field(default_factory=dict)
    held: Mapping[str, tuple[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Gathered:
    """Everything a plan is made from.

    Parameters
    ----------
    problem
        To be solved.
    now
        Moment and clock.
    premises
        By id, those of the plan.
    zone
        Premises to zone.
    officer_ids
        For whom.
    source_ids
        Candidate to the records that asked for it.
    drawn, learned
        What the lot drew, and what past visits told.
    visited
        Premises visited since the plan began.
    notes
        Of `notes.NOTES`.
    """

    problem: Problem
    now: Now
    premises: Mapping[str, Premises]
    zone: Mapping[str, str]
    officer_ids: tuple[str, ...]
    source_ids: Mapping[str, tuple[str, ...]]
    drawn: tuple[Drawn, ...]
    learned: Learned
    visited: frozenset[str]
    notes: tuple[str, ...]


def gather(
    store: Store,
    park: ParkFile,
    publication: Publication | None,
    request: PlanRequest,
    *,
    at: datetime,
    ways: Ways | None = None,
    before: Before | None = None,
) -> Gathered:
    """Gather everything a plan is made from.

    Parameters
    ----------
    store, park
        Records; hours, intervals, shares.
    publication
        Whose risk; None: nothing was published, the inherent class is all there is.
    request
        Days, officers, absences, agreed times.
    at
        Now, zone-aware: what is over is not planned.
    ways
        Travel times measured before.
    before
        Of a plan that is changed.

    Returns
    -------
    Gathered

    Raises
    ------
    InputError
        When the request names an officer or premises that is not there.
    """
    before = before or Before()
    clock = Clock(request.first_day, park.zone)
    now = Now(at, clock, request.days)
    begin, end = clock.moment(0), clock.moment(now.end_s)
    shelf = Shelf(store, begin, end)
    _check_named(shelf, request)
    last = last_of(shelf, publication, begin)
    learned = before.learned or _learn(shelf, publication, park, at)
    visited = frozenset(one.premises_id for one in last.in_plan if one.start <= at)
    made_random = {one.premises_id for one in last.in_plan if one.reason is VisitReason.RANDOM}
    taken = visited | _planned_before(store, request, park, at)
    asks = gather_asks(shelf, park, request, now, taken)
    duties = gather_duties(shelf.officers, shelf.assignments, request.officer_ids)
    some = premises_of(shelf, {one.premises_id for one in asks})
    ground = lay_ground(shelf, some, duties, park, begin, ways or Ways())
    shifts = _shifts(duties, request, park, now, ground, before.held)
    sites = [site_of(one, ground, publication, last, learned, park, at) for one in some]
    working = sorted({one.officer_id for one in shifts})
    sites = [replace(one, zone_id=zone_of(one, duties, working)) for one in sites]
    plain = [one for one in some if not is_dwelling(one)]
    fit = _fit(shifts, sites[: len(plain)], learned, ground)
    eligible = {one.id: ground.zone[one.id] for one in plain}
    drawn = before.drawn
    if drawn is None:
        drawn = _draw(eligible, fit, duties, working, park, request.first_day)
    worths = measure_worth(sites[: len(plain)], prize_params_of(park, learned))
    worths += [Worth(0.0)] * (len(some) - len(plain))  # a dwelling is no unit of risk
    usual = {
        home: duties.usual_of(ground.zone[home], firm)
        for home, firm in cross_wanted(shelf).items()
        if home in ground.zone
    }
    made = make_candidates(
        sites,
        worths,
        rules_of(park, learned, fit),
        shifts,
        asks=asks,
        drawn={one.premises_id: one for one in drawn if one.premises_id not in made_random},
        cross=usual,
        open_at=_open_at(some, request, park),
        asked_only=frozenset(one.id for one in some if is_dwelling(one)) | taken,
    )
    candidates = _with_pinned(made.candidates, before.pinned, visited, ground, clock)
    candidates = with_moves(candidates, request.moves, shifts, clock, park, before.pinned)
    return Gathered(
        problem=Problem(candidates, shifts, ground.travel.seconds, park.plan.crossing),
        now=now,
        premises={one.id: one for one in some},
        zone=ground.zone,
        officer_ids=tuple(one.id for one in duties.officers),
        source_ids=made.source_ids,
        drawn=drawn,
        learned=learned,
        visited=visited,
        notes=(*notes_of(duties, shifts, sites, publication, park, request), *made.notes,
               *ground.travel.notes),
    )  # fmt: skip


def _check_named(shelf: Shelf, request: PlanRequest) -> None:
    known = {one.id for one in shelf.officers}
    named = [*request.officer_ids, *(one.officer_id for one in request.absences)]
    named += [who for one in request.appointments for who in one.officer_ids]
    for one in named:
        if one not in known:
            raise InputError(
                f"There is no officer {one!r} in these days.", "Take an id of the officers."
            )
    for agreed in request.appointments:
        if agreed.premises_id not in shelf.premises:
            raise InputError(
                f"There is no premises {agreed.premises_id!r} in these days.",
                "Take an id of the premises.",
            )


def _learn(shelf: Shelf, publication: Publication | None, park: ParkFile, at: datetime) -> Learned:
    """Learn from a year of visits; since when there are any, the publication knows."""
    if publication is None:
        return learn(shelf.visits(), shelf.premises, park)
    learned = learn(shelf.visits(at - _LEARNT_FROM), shelf.premises, park)
    months = publication.rung.months * _MONTH
    return replace(learned, history_from=publication.as_of - months if months else None)


def _planned_before(
    store: Store, request: PlanRequest, park: ParkFile, at: datetime
) -> frozenset[str]:
    """Give premises that the plan of the days before still has ahead: they are not asked twice."""
    today = at.astimezone(park.zone).date()
    if today >= request.first_day:
        return frozenset()
    kept = newest(store, today)
    if kept is None or kept.plan.first_day >= request.first_day:
        return frozenset()
    begin = Clock(request.first_day, park.zone).moment(0)
    return frozenset(one.premises_id for one in kept.plan.visits if at <= one.start < begin)


def _shifts(
    duties: Duties,
    request: PlanRequest,
    park: ParkFile,
    now: Now,
    ground: Ground,
    held: Mapping[str, tuple[str, int]],
) -> tuple[Shift, ...]:
    shifts = make_shifts(duties, request, park, now.clock, ground.begin, not_before_s=now.seconds)
    return tuple(cut for one in shifts if (cut := _cut(one, held, ground)) is not None)


def _cut(shift: Shift, held: Mapping[str, tuple[str, int]], ground: Ground) -> Shift | None:
    """Let a shift go on from the visit under way; None: it is over by then."""
    where, until = held.get(shift.officer_id, ("", -1))
    if shift.start_s > until:
        return shift
    if shift.end_s <= until:
        return None
    return replace(shift, start_s=until, begin_place=ground.row.get(where, shift.begin_place))


def _fit(shifts: Sequence[Shift], sites: Sequence[Site], learned: Learned, ground: Ground) -> int:
    """Give how many visits fit, before any plan is made."""
    mean = float(np.mean([learned.service_s[one.inherent_class] for one in sites] or [3600]))
    leg = ground.leg_s([one.place for one in sites if one.place is not None])
    return visits_that_fit(shifts, mean, leg)


def _draw(
    zone: Mapping[str, str],
    fit: int,
    duties: Duties,
    working: Sequence[str],
    park: ParkFile,
    key: date,
) -> tuple[Drawn, ...]:
    return draw_lot(
        zone,
        math.ceil(park.plan.explore_share * min(fit, len(zone))),
        np.random.default_rng(seed_of(park.park.id, key)),
        rotate_share=park.plan.rotate_share,
        usual=duties.usual,
        officers=working,
    )


def prize_params_of(park: ParkFile, learned: Learned) -> PrizeParams:
    """Give what a prize depends on, from the park file and from past visits."""
    plan = park.plan
    return PrizeParams(
        major_points=park.severity.major.points,
        other_points=learned.other_points,
        usual_days=learned.usual_days,
        memory_days=plan.memory_days,
        left_share=plan.left_share,
        learning_share=plan.learning_share,
        surface_share=plan.surface_share,
        inherent_points=plan.inherent_points,
        asked_points=plan.asked_points,
        cross_points=plan.cross_points,
        locate_points=plan.locate_points,
    )


def rules_of(park: ParkFile, learned: Learned, fit: int) -> Rules:
    """Give what makes a premises a candidate; `fit` visits fit into the shifts."""
    plan = park.plan
    return Rules(
        min_days={int(grade): days for grade, days in plan.revisit_min_days.items()},
        max_days={int(grade): days for grade, days in plan.revisit_max_days.items()},
        service_s=learned.service_s,
        asked_points=plan.asked_points,
        cross_points=plan.cross_points,
        owed=math.floor(plan.overdue_share * fit),
    )


def _open_at(
    premises: Sequence[Premises], request: PlanRequest, park: ParkFile
) -> dict[str, tuple[tuple[int, int], ...]]:
    hours = park.plan.hours
    windows = {
        one.id: opening_windows(one.opening_hours, request.days, hours)
        for one in premises
        if one.opening_hours
    }
    return {name: some for name, some in windows.items() if some}


def _with_pinned(
    candidates: Sequence[Candidate],
    pinned: Mapping[str, PlannedVisit],
    visited: Collection[str],
    ground: Ground,
    clock: Clock,
) -> tuple[Candidate, ...]:
    """Hold what was told to an enterprise: this officer, this very time, whatever else changed."""
    made = {one.id: one for one in candidates}
    for name, visit in pinned.items():
        if visit.premises_id in visited or visit.premises_id not in ground.row:
            continue
        start, end = clock.seconds(visit.start), clock.seconds(visit.end)
        there = made.get(name) or Candidate(
            id=name,
            place=ground.row[visit.premises_id],
            service_s=end - start,
            prize=visit.prize,
            parts=visit.parts,
            premises_id=visit.premises_id,
            enterprise_id=visit.enterprise_id,
            zone_id=visit.zone_id,
            reason=VisitReason(visit.reason),
            selection_probability=visit.selection_probability,
        )
        made[name] = replace(
            there,
            windows=((start, start),),
            service_s=end - start,
            only=(visit.officer_id,),
            never=(),
            tier=Tier.APPOINTMENT,
        )
    return tuple(made.values())
