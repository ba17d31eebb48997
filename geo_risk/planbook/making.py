"""A week's plan made and confirmed: gathered, drawn, solved, kept; read again.

Every step keeps a further version. How a plan is changed is in `changing`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from geo_risk.errors import ConflictError, ForbiddenError, NotFoundError
from geo_risk.planbook.clock import Clock
from geo_risk.planbook.gather import Before, gather
from geo_risk.planbook.keeping import Basis, Kept, keep, kept_plan, newest
from geo_risk.planbook.linking import visited_in
from geo_risk.planbook.request import PlanRequest, with_moves_of
from geo_risk.planbook.writing import Search, week_of
from geo_risk.records import Role
from geo_risk.visits.lot import seed_of
from geo_risk.visits.prove import prove
from geo_risk.visits.solve import solve

if TYPE_CHECKING:
    from geo_risk.park import ParkFile
    from geo_risk.planbook.ways import Ways
    from geo_risk.published import Publication
    from geo_risk.records import Actor
    from geo_risk.store import Store
    from geo_risk.visits.problem import Plan, Problem
    from geo_risk.visits.week import PlannedVisit, WeekPlan

PLANNERS = frozenset({Role.OFFICER, Role.CLERK, Role.CHIEF, Role.KEEPER})
"""Who makes, changes and confirms plans."""

_PROOF, _LONG_PROOF, _THOROUGH_S = 0.25, 0.6, 20.0
"""Share of the time for the proof; more of it where there is time to better the plan by it."""


def make_week(
    store: Store,
    park: ParkFile,
    publication: Publication | None,
    request: PlanRequest,
    *,
    actor: Actor,
    now: datetime,
    ways: Ways | None = None,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> WeekPlan:
    """Make a plan and keep it.

    Parameters
    ----------
    store, park
        Records; `[plan]`, calendar, severity points.
    publication
        Whose risk; None: nothing was published, the inherent class is all there is.
    request
        Days, officers, absences, agreed times, time of the search.
    actor, now
        Who, and when (zone-aware): what is over is not planned.
    ways
        Travel times measured before; a service keeps one.
    progress, cancelled
        Told the share done, 0 to 1; asked whether to stop.

    Returns
    -------
    WeekPlan
        As it is kept. Made again, the week keeps its draws once a visit was made, what was told to
        enterprises and, unless the request lets it go, what was moved by hand (`held_moves`).

    Raises
    ------
    ForbiddenError
        When the role does not plan.
    InputError
        When the request names somebody or something that is not there.
    ConflictError
        When another version was kept at the same moment.
    """
    check_role(actor)
    earlier = newest(store, request.first_day)
    if earlier is not None and earlier.plan.first_day != request.first_day:
        earlier = None
    if earlier is not None and request.keep_moves:
        request = with_moves_of(request, earlier.basis.request)
    pinned = pinned_in(earlier)
    begun = visited_in(store, Clock(request.first_day, park.zone), now)
    drawn = earlier.basis.drawn if earlier is not None and begun else None
    before = Before(drawn, None, pinned)
    gathered = gather(store, park, publication, request, at=now, ways=ways, before=before)
    seconds = park.plan.budget_seconds if request.seconds is None else request.seconds
    seed = seed_for(park, request)
    plan = _search(gathered.problem, seconds, seed, progress, cancelled)
    week = week_of(
        gathered,
        plan,
        request,
        Search(seconds, seed),
        as_of=publication.as_of if publication else now,
        pinned=pinned,
    )
    basis = Basis(request, gathered.drawn, gathered.learned)
    return keep(store, week, basis, actor=actor, at=now).plan


def _search(
    problem: Problem,
    seconds: float,
    seed: int,
    progress: Callable[[float], None] | None,
    cancelled: Callable[[], bool] | None,
) -> Plan:
    """Search for a plan, then prove how far from the best it is; both within the time given."""
    proof = _PROOF if seconds < _THOROUGH_S else _LONG_PROOF
    tell = progress or (lambda _share: None)
    plan = solve(
        problem,
        seconds=(1.0 - proof) * seconds,
        seed=seed,
        progress=lambda share: tell((1.0 - proof) * share),
        cancelled=cancelled,
    )
    proved = prove(problem, plan, seconds=proof * seconds, cancelled=cancelled)
    tell(1.0)
    return proved


def confirm(store: Store, visit_id: str, *, actor: Actor, now: datetime) -> WeekPlan:
    """Say that the enterprise was told the time of a visit: from now on it is not moved.

    Parameters
    ----------
    visit_id
        Of a planned visit.
    actor, now
        Who, and when.

    Returns
    -------
    WeekPlan
        The new version; the same one where it was confirmed before.

    Raises
    ------
    NotFoundError
        When the newest version of its plan does not hold it.
    ConflictError
        When its time is over.
    ForbiddenError
        When the role does not plan.
    """
    check_role(actor)
    kept = kept_plan(store, visit_id[:10])
    found = next((one for one in kept.plan.visits if one.id == visit_id), None)
    if found is None:
        raise NotFoundError(
            f"Visit {visit_id!r} is not in the plan.", "Read the plan again: it has changed."
        )
    if found.confirmed:
        return kept.plan
    if found.start <= now:
        raise ConflictError(f"Visit {visit_id!r} is over.", "Confirm a visit that lies ahead.")
    visits = tuple(
        replace(one, confirmed=True) if one.id == visit_id else one for one in kept.plan.visits
    )
    week = replace(kept.plan, visits=visits, made_at=now)
    return keep(store, week, kept.basis, actor=actor, at=now).plan


def latest_week(store: Store, day: date | None = None) -> WeekPlan | None:
    """Give the newest version of the plan that covers a day; without a day, of the latest plan."""
    found = newest(store, day)
    return None if found is None else found.plan


def week_of_officer(store: Store, officer_id: str, day: date | None = None) -> WeekPlan | None:
    """Give one officer's part of the plan that covers a day; what was left out stays in it."""
    found = newest(store, day)
    return None if found is None else found.plan.of_officer(officer_id)


def pinned_in(kept: Kept | None) -> dict[str, PlannedVisit]:
    """Give the visits that were told to their enterprises, by candidate."""
    if kept is None:
        return {}
    return {one.candidate_id: one for one in kept.plan.visits if one.confirmed}


def seed_for(park: ParkFile, request: PlanRequest) -> int:
    """Give the seed of chance of a plan: the same for all its versions."""
    return seed_of(park.park.id, request.first_day) % 2**31


def check_role(actor: Actor) -> None:
    """Refuse who makes no plans."""
    if actor.role not in PLANNERS:
        raise ForbiddenError(f"The role {actor.role} makes no plans.", "Ask the station.")
