"""/v1/plan: whom to visit, when, by whom and why; made, changed, confirmed, taken along.

The chief makes a plan for a week; a search of more than a few seconds is a job that can be called
off. An officer reads its own part, reports that a visit runs long, and confirms what it told an
enterprise. An analyst reads no officers and no times of day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from api import audience, schemas, sheets
from api.answers import Json, with_etag
from api.deps import Now, TheService, TheShown, TheSight
from api.ogc.entries import Number, Whole, text_only
from api.plan_desk import (
    EARLIEST,
    LATEST,
    MOST_S,
    change_now,
    check_own,
    days_of,
    find_visit,
    is_quick,
    late_by,
    make_now,
    plan_for,
    preview_now,
    read_json,
    read_plan,
    start_job,
    weeks_of,
)
from api.plan_files import plan_sheets, prevalence_sheet
from api.plan_views import cut_plan, difference, prevalence_rows
from api.problems import responses
from api.routes.imports import job_json
from api.routes.surfaces import Format
from geo_risk import planbook
from geo_risk.planbook import Absence, Appointment, Change, Move, PlanRequest
from geo_risk.planbook.request import MOST_DAYS

if TYPE_CHECKING:
    from api.audience import Sight
    from api.plan_desk import PlanRead
    from api.service import Service
    from api.shown import Shown

router = APIRouter(prefix="/v1/plan", tags=["plan"], default_response_class=Json)

_REFUSALS = (401, 403, 404, 422, 503)
_LOOK_BACK = timedelta(days=365)
_MOST_LISTED = 200
Week = Annotated[
    date, Path(ge=EARLIEST, le=LATEST, description="A day that the plan covers, YYYY-MM-DD.")
]
VisitId = Annotated[str, Path(max_length=300, description="Percent-encoded whole.")]
_Id = Annotated[str, Field(max_length=300)]
_Ids = Annotated[list[_Id], Field(max_length=_MOST_LISTED)]
_Day = Annotated[date, Field(ge=EARLIEST, le=LATEST), BeforeValidator(text_only)]
_Time = Annotated[
    AwareDatetime,
    Field(
        ge=datetime.fromisoformat("2000-01-01T00:00:00Z"),
        le=datetime.fromisoformat("2100-01-01T00:00:00Z"),
    ),
    BeforeValidator(text_only),
]


class AbsenceIn(BaseModel):
    """Somebody is away from a moment to another."""

    model_config = ConfigDict(extra="forbid")

    officer_id: _Id
    begin: _Time
    end: _Time


class AppointmentIn(BaseModel):
    """A time agreed with an enterprise; several officers come together."""

    model_config = ConfigDict(extra="forbid")

    premises_id: _Id
    at: _Time
    officer_ids: _Ids = []
    source_id: _Id = ""


class LateIn(BaseModel):
    """A visit is over so many minutes after its planned end."""

    model_config = ConfigDict(extra="forbid")

    visit_id: _Id
    minutes: Annotated[Whole, Field(ge=1, le=480)]


class PlanIn(BaseModel):
    """What a plan is to cover."""

    model_config = ConfigDict(extra="forbid")

    first_day: _Day
    days: Annotated[Whole, Field(ge=1, le=MOST_DAYS)] = 7
    officers: _Ids = []
    absences: Annotated[list[AbsenceIn], Field(max_length=_MOST_LISTED)] = []
    appointments: Annotated[list[AppointmentIn], Field(max_length=_MOST_LISTED)] = []
    seconds: Annotated[Number, Field(ge=0, le=MOST_S)] | None = None
    moves: Annotated[
        Literal["keep", "drop"],
        Field(description="What becomes of visits moved by hand when the week is made anew."),
    ] = "keep"


class MoveIn(BaseModel):
    """A visit is wanted at another time, on another day, or by another officer."""

    model_config = ConfigDict(extra="forbid")

    visit_id: _Id
    officer_id: _Id
    at: _Time


class ChangeIn(BaseModel):
    """What happened since; empty: only what was written down (visits, hazards, slips, orders)."""

    model_config = ConfigDict(extra="forbid")

    absences: Annotated[list[AbsenceIn], Field(max_length=_MOST_LISTED)] = []
    appointments: Annotated[list[AppointmentIn], Field(max_length=_MOST_LISTED)] = []
    late: Annotated[list[LateIn], Field(max_length=_MOST_LISTED)] = []
    moves: Annotated[list[MoveIn], Field(max_length=1)] = []


@router.post(
    "",
    status_code=201,
    responses={
        201: schemas.answer(schemas.PLAN),
        202: schemas.answer(schemas.JOB),
        **responses(*_REFUSALS, 409),
    },
)
def make_plan(
    body: PlanIn, service: TheService, shown: TheShown, sight: TheSight, now: Now
) -> Response:
    """Make a week's plan; with more than 5 s of search the answer is a job.

    Made anew, visits that were moved by hand stay where they were put: `moves` of the answer says
    of each whether it could be kept, and why not. `"moves": "drop"` lets them go.
    """
    actor = audience.check_head(sight)
    request = PlanRequest(
        body.first_day,
        body.days,
        tuple(body.officers),
        tuple(_absence(one) for one in body.absences),
        tuple(_appointment(one) for one in body.appointments),
        seconds=body.seconds,
        keep_moves=body.moves == "keep",
    )
    if not is_quick(service, request):
        job = start_job(service, actor, request, now)
        told = job_json(job, service.jobs.folder_of(job.id))
        location = {"Location": f"/v1/jobs/{job.id}"}
        return Json(told, 202, headers=location)
    plan = make_now(service, shown, actor, request, now)
    read = read_plan(service, sight, plan.first_day, now)
    location = {"Location": f"/v1/plan/{plan.first_day}"}
    return Json(read_json(read, service, sight), 201, headers=location)


@router.get("", responses={200: schemas.answer(schemas.PLANS), **responses(*_REFUSALS)})
def list_plans(service: TheService, sight: TheSight) -> Response:
    """List the first days of the plans there are, the latest first."""
    audience.check_plan(sight)
    weeks = weeks_of(service.store)
    return Json({"weeks": weeks, "latest": weeks[0] if weeks else None})


@router.get(
    "/prevalence",
    responses={200: schemas.answer(schemas.PREVALENCE, xlsx=True), **responses(*_REFUSALS)},
)
def read_prevalence(
    service: TheService,
    sight: TheSight,
    now: Now,
    first: Annotated[_Day | None, Query(alias="from", description="Of plans' first days.")] = None,
    last: Annotated[_Day | None, Query(alias="to", description="Included.")] = None,
    form: Format = "json",
) -> Response:
    """Say how often hazards occur, told from the visits drawn by lot: by zone, nobody's habits."""
    audience.check_figures(sight)
    today = now.astimezone(service.park.zone).date()
    last = last or today
    first = first or last - _LOOK_BACK
    found = planbook.prevalence(service.store, service.park, first, last)
    rows = prevalence_rows(found, service.kept, now)
    told = {"from": first.isoformat(), "to": last.isoformat()}
    if form == "json":
        return Json({**told, "rows": rows})
    return sheets.download(
        "隐患多少",
        [prevalence_sheet(rows)],
        store=service.store,
        park=service.park,
        sight=sight,
        as_of=now,
        now=now,
        filters={"从": told["from"], "到": told["to"]},
    )


@router.get(
    "/{week}", responses={200: schemas.answer(schemas.PLAN, xlsx=True), **responses(*_REFUSALS)}
)
def show_plan(
    request: Request,
    week: Week,
    service: TheService,
    shown: TheShown,
    sight: TheSight,
    now: Now,
    form: Format = "json",
) -> Response:
    """Give the newest version of a week's plan; an officer its own part."""
    read = read_plan(service, sight, week, now)
    if form == "json":
        reader = sight.reader
        etag = f"plan-{read.week}-{read.revision}-{reader.role}-{reader.id}"
        answer = Json(read_json(read, service, sight))
        return with_etag(request, answer, quote(etag, safe=""))
    return plan_book(service, shown, sight, read, now, f"走访计划 {read.week}")


@router.post(
    "/{week}/changes",
    responses={200: schemas.answer(schemas.PLAN_CHANGED), **responses(*_REFUSALS, 409)},
)
def change_plan(
    week: Week,
    body: ChangeIn,
    service: TheService,
    shown: TheShown,
    sight: TheSight,
    now: Now,
    *,
    preview: Annotated[bool, Query(description="Say what it would do; nothing is kept.")] = False,
) -> Response:
    """Plan the rest again within a second: absences, visits that run long, what was written down.

    What was confirmed is not moved, and at least 90 % of the others stay. The same said twice
    counts once, so this may be repeated. A visit that is moved has nothing searched for: with
    `preview` the answer is what the change then does.
    """
    actor = audience.check_staff(sight)
    plan = plan_for(service, sight, week, now)
    late = [late_by(find_visit(plan, one.visit_id), one.minutes, now) for one in body.late]
    absences = (*(_absence(one) for one in body.absences), *late)
    check_own(service, actor, [one.officer_id for one in absences], now)
    if body.appointments or body.moves:
        audience.check_desk(sight)
    appointments = tuple(_appointment(one) for one in body.appointments)
    moves = tuple(
        Move(find_visit(plan, one.visit_id).candidate_id, one.officer_id, one.at)
        for one in body.moves
    )
    change = Change(absences, appointments, moves)
    if preview:
        made = preview_now(service, shown, actor, plan.first_day, change, now)
        if made.refused is not None:
            raise made.refused.error()
        before, after = made.before, made.after
        read = replace(
            read_plan(service, sight, plan.first_day, now),
            plan=cut_plan(after, service.kept, sight, now),
        )
    else:
        before, after = change_now(service, shown, actor, plan.first_day, change, now)
        read = read_plan(service, sight, after.first_day, now)
    told = read_json(read, service, sight)
    return Json({**told, "change": difference(before, after)})


@router.post(
    "/{week}/visits/{visit_id}/confirm",
    responses={200: schemas.answer(schemas.PLAN), **responses(*_REFUSALS, 409)},
)
def confirm_visit(
    week: Week, visit_id: VisitId, service: TheService, sight: TheSight, now: Now
) -> Response:
    """Say that the enterprise was told this time: the visit is not moved any more."""
    actor = audience.check_staff(sight)
    visit = find_visit(
        plan_for(service, sight, week, now), visit_id
    )  # an officer finds its own only
    planbook.confirm(service.store, visit.id, actor=actor, now=now)
    return Json(read_json(read_plan(service, sight, week, now), service, sight))


def plan_book(
    service: Service, shown: Shown, sight: Sight, read: PlanRead, now: datetime, name: str
) -> Response:
    """Give a plan as a workbook to download."""
    names_officers = "officers" in sight.collections
    days = days_of(service, shown, read, now) if names_officers else []
    told: dict[str, Any] = read_json(read, service, sight)
    return sheets.download(
        name,
        plan_sheets(told, days, service.park),
        store=service.store,
        park=service.park,
        sight=sight,
        as_of=read.plan.as_of,
        now=now,
        filters={"从哪天起": read.week, "天数": str(read.plan.days)},
    )


def _absence(one: AbsenceIn) -> Absence:
    return Absence(one.officer_id, one.begin, one.end)


def _appointment(one: AppointmentIn) -> Appointment:
    return Appointment(one.premises_id, one.at, tuple(one.officer_ids), one.source_id)
