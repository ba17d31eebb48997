"""What the doors of visit plans share: a plan read for one reader, made, changed, counted.

Takes the service and who asks, gives plans cut to that reader and the days they are made of. A plan
that takes a few seconds is made within a request, a longer one by a process of its own.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from api import audience
from api.jobs import QUEUED, Job
from api.plan_days import DayMaker, ground_of
from api.plan_jobs import make_plan
from api.plan_views import (
    PlanNames,
    cut_plan,
    may_open,
    moves_json,
    names_in,
    own_officers,
    plan_json,
)
from geo_risk import planbook
from geo_risk.errors import ConflictError, ForbiddenError, NotFoundError
from geo_risk.planbook import Absence, Change, Changed, PlanRequest
from geo_risk.planbook.keeping import PLAN
from geo_risk.planbook.request import request_plain
from geo_risk.records import Role
from geo_risk.visits.week import WeekPlan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.audience import Sight
    from api.service import Service
    from api.shown import Shown
    from geo_risk.records import Actor
    from geo_risk.store import Store
    from geo_risk.visits.week import PlannedVisit
    from maps.stops import DayView

AT_ONCE_S = 5.0
"""A search up to this long is waited for; a longer one is a job."""

MOST_S = 60.0

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)
"""Days that can be asked for."""

_VERSIONS = 10
"""So many versions back a calendar is told of visits that fell out."""


@dataclass(frozen=True)
class PlanRead:
    """A plan as one reader sees it: cut, named, and how often it was changed."""

    plan: WeekPlan
    names: PlanNames
    revision: int

    @property
    def week(self) -> str:
        """The name under which it is kept."""
        return self.plan.first_day.isoformat()


def read_plan(service: Service, sight: Sight, day: date, now: datetime) -> PlanRead:
    """Give the plan that covers a day.

    Raises
    ------
    AuthError, ForbiddenError, NotFoundError
        When this reader sees no plans; when there is none.
    """
    plan, revision = _cut(service, sight, day, now)
    return PlanRead(plan, names_in(service.store, sight, plan), revision)


def plan_for(service: Service, sight: Sight, day: date, now: datetime) -> WeekPlan:
    """Give the plan that covers a day, as `read_plan`, where nobody is named: no person is read."""
    return _cut(service, sight, day, now)[0]


def fallen_out(service: Service, sight: Sight, read: PlanRead, officer_id: str) -> PlanRead:
    """Give an officer's visits of the last versions that are in the plan no more, for nobody."""
    store = service.store
    now_in = {one.id for one in planbook.kept_plan(store, read.week).plan.visits}
    found: dict[str, PlannedVisit] = {}
    for revision in range(max(0, read.revision - _VERSIONS), read.revision):
        for one in planbook.kept_plan(store, read.week, revision).plan.visits:
            if one.officer_id == officer_id and one.id not in now_in:
                found[one.id] = one
    plan = replace(read.plan, visits=tuple(found.values()), left_out=())
    return PlanRead(plan, names_in(store, sight, plan), read.revision)


def weeks_of(store: Store) -> list[str]:
    """Give the first days of the plans there are, the latest first."""
    return list(reversed(store.document_keys(PLAN)))


def read_json(read: PlanRead, service: Service, sight: Sight) -> dict[str, Any]:
    """Give it as JSON."""
    told = plan_json(read.plan, sight, read.names, service.park.park.datum)
    moves = planbook.moves_of(service.store, service.park, read.plan)
    return {**told, "moves": moves_json(read.plan, sight, moves), "revision": read.revision}


def check_officer(service: Service, sight: Sight, officer_id: str, now: datetime) -> None:
    """Refuse one officer's plan to who may not open it.

    Raises
    ------
    AuthError, ForbiddenError
        When it is not this reader's.
    """
    audience.check_plan(sight)
    if not may_open(service.kept, sight, officer_id, now):
        raise ForbiddenError("This plan is another officer's.", "Open your own, or ask the chief.")


def days_of(
    service: Service,
    shown: Shown,
    read: PlanRead,
    now: datetime,
    *,
    base: str = "",
    only: date | None = None,
    drawn: bool = False,
) -> list[DayView]:
    """Give the days of a plan by officer and date; `only` one of them, `drawn` with its map."""
    maker = DayMaker(ground_of(service, shown, now), read.plan, read.names, base)
    days = [one for one in maker.dates if only is None or one == only]
    return [maker.day(who, day, drawn=drawn) for who in read.plan.officer_ids for day in days]


def is_quick(service: Service, request: PlanRequest) -> bool:
    """Say whether a plan is made while somebody waits."""
    seconds = request.seconds
    return (service.park.plan.budget_seconds if seconds is None else seconds) <= AT_ONCE_S


def make_now(
    service: Service,
    shown: Shown,
    actor: Actor,
    request: PlanRequest,
    now: datetime,
) -> WeekPlan:
    """Make a plan and keep it."""
    return planbook.make_week(
        service.store,
        service.park,
        shown.publication,
        request,
        actor=actor,
        now=now,
        ways=service.ways,
    )


def start_job(
    service: Service,
    actor: Actor,
    request: PlanRequest,
    now: datetime,
) -> Job:
    """Have a plan made by another process."""
    seconds = request.seconds
    job = Job(
        secrets.token_hex(16),
        QUEUED,
        request.key,
        "plan",
        actor.id,
        now.astimezone(UTC).isoformat(),
        seconds=service.park.plan.budget_seconds if seconds is None else seconds,
    )
    told = (actor.id, actor.role.value, actor.door)
    service.jobs.launch(job, make_plan, request_plain(request), told, now)
    return job


def change_now(
    service: Service,
    shown: Shown,
    actor: Actor,
    week: date,
    change: Change,
    now: datetime,
) -> tuple[WeekPlan, WeekPlan]:
    """Change a plan; gives it as it was and as it is."""
    before = planbook.kept_plan(service.store, week.isoformat()).plan
    after = planbook.change(
        service.store,
        service.park,
        shown.publication,
        week,
        change,
        actor=actor,
        now=now,
        ways=service.ways,
    )
    return before, after


def preview_now(
    service: Service, shown: Shown, actor: Actor, week: date, change: Change, now: datetime
) -> Changed:
    """Say what a change would do; nothing is kept."""
    return planbook.preview(
        service.store,
        service.park,
        shown.publication,
        week,
        change,
        actor=actor,
        now=now,
        ways=service.ways,
    )


def late_by(visit: PlannedVisit, minutes: int, now: datetime) -> Absence:
    """Say that a visit is over so many minutes after its time: its officer is busy until then.

    Raises
    ------
    ConflictError
        When it has not begun: nothing runs long yet.
    """
    if visit.start > now:
        raise ConflictError(
            f"Visit {visit.id!r} has not begun.", "Say so while it runs, or report an absence."
        )
    return Absence(visit.officer_id, visit.end, visit.end + timedelta(minutes=minutes))


def find_visit(plan: WeekPlan, visit_id: str) -> PlannedVisit:
    """Give a visit of a plan.

    Raises
    ------
    NotFoundError
        When it is not in it.
    """
    found = next((one for one in plan.visits if one.id == visit_id), None)
    if found is None:
        raise NotFoundError(
            f"Visit {visit_id!r} is not in the plan.", "Read the plan again: it has changed."
        )
    return found


def check_own(service: Service, actor: Actor, officer_ids: Iterable[str], now: datetime) -> None:
    """Refuse an officer what concerns others.

    Raises
    ------
    ForbiddenError
        When an officer speaks for somebody else.
    """
    if actor.role is not Role.OFFICER:
        return
    if not set(officer_ids) <= set(own_officers(service.kept, actor, now)):
        raise ForbiddenError("This concerns another officer.", "Ask the chief.")


def _cut(service: Service, sight: Sight, day: date, now: datetime) -> tuple[WeekPlan, int]:
    audience.check_plan(sight)
    kept = planbook.newest(service.store, day)
    if kept is None:
        raise NotFoundError(f"There is no plan of {day}.", "The chief makes one: POST /v1/plan.")
    return cut_plan(kept.plan, service.kept, sight, now), kept.revision
