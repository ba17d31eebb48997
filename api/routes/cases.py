"""/v1/reports/{id}/transitions and /v1/cases: casework step by step, lists, figures, duplicates.

A step names the state it was decided on (If-Match), so that of two people one is told; with an
Idempotency-Key a repeat is harmless. What may be done is `casework`'s, how it is kept `casebook`'s.
Lists and figures are the station's; a mediator finds disputes in them.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from pydantic_core import to_json

from api import audience, casework, schemas, sheets
from api.answers import Json, etags_in
from api.audience import without_persons
from api.case_lists import Wanted, list_cases
from api.deps import Day, Now, TheService, TheSight
from api.ogc.documents import item_path
from api.ogc.entries import Body, Code, Id, Moment
from api.problems import responses
from api.reading import find_all, get_one
from api.routes.entries import IdempotencyKey
from geo_risk import casebook
from geo_risk.casework import ACTIONS, GROUPS, MEASURES, Act, figures
from geo_risk.errors import AuthError, PreconditionMissingError
from geo_risk.records import CaseState, Severity
from geo_risk.store import Answer, Idempotency
from geo_risk.store import Query as Asked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_risk.park import ParkFile
    from geo_risk.store import Stored

router = APIRouter(prefix="/v1", tags=["casework"], default_response_class=Json)

Format = Annotated[
    str, Query(alias="f", pattern="^(json|xlsx)$", description="json, or xlsx to download.")
]
Key = Annotated[str, Query(max_length=200)]
_REFUSALS = (401, 403, 404, 422, 503)
_MANY = 1000
_COUNTED = "the cases that a figure counts, from one day to another; not the open ones"


class ChangesIn(Body):
    """What a correction puts right."""

    severity: Severity | None = None
    category: Code = ""
    premises_id: Id = ""
    enterprise_id: Id = ""
    legal_grade: Code = ""
    referred_to: Code = ""


class ActIn(Body):
    """One step of a case."""

    action: str = Field(max_length=40, json_schema_extra={"enum": list(ACTIONS)})
    text: str = Field("", max_length=5000, description="why, in words")
    station_id: Id = ""
    second_id: Id = Field("", description="account of the second person: id, or name as signed in")
    other_id: Id = Field("", description="the report it repeats")
    code: Code = ""
    level: str = Field("", pattern="^(village|street|county)?$")
    due: Moment | None = Field(None, description="of an extension: sooner than the rule's")
    changes: ChangesIn = Field(default_factory=ChangesIn, description="of a correction")

    def act(self, park: ParkFile) -> Act:
        """Give it as the library has it; a naive time is the park's own."""
        due = self.due
        if due is not None and due.tzinfo is None:
            due = due.replace(tzinfo=park.zone)
        plain = self.model_dump(exclude={"changes", "due"})
        return Act(**plain, due=due, changes=self.changes.model_dump(exclude_unset=True))


@router.get(
    "/reports/{report_id:path}/transitions",
    responses={200: schemas.answer(schemas.STANDING), **responses(*_REFUSALS)},
)
def read_transitions(report_id: str, service: TheService, sight: TheSight) -> Response:
    """Say where a case stands, what may be done next and what is missing, and the steps so far."""
    if sight.actor is None:
        raise AuthError("Nobody is signed in.", "Sign in at /login, or send a bearer token.")
    stored: Any = get_one(service.store, without_persons(sight), "reports", report_id)
    station = "steps" in sight.collections
    steps = casebook.steps_of(
        service.store, report_id, actor=sight.reader, personal="steps" in sight.personal
    )
    body = casework.standing_json(stored, steps, sight.actor, service.park, station=station)
    return Json(body, headers={"ETag": f'"{stored.etag}"', "Cache-Control": "private, no-cache"})


@router.post(
    "/reports/{report_id:path}/transitions",
    status_code=201,
    responses={
        201: schemas.answer(schemas.STEP_TAKEN),
        **responses(*_REFUSALS, 409, 412, 428),
    },
)
def take_step(
    report_id: str,
    body: ActIn,
    request: Request,
    service: TheService,
    sight: TheSight,
    now: Now,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Take one step of a case."""
    if sight.actor is None:
        raise AuthError("Nobody is signed in.", "Sign in at /login, or send a bearer token.")
    before = get_one(service.store, without_persons(sight), "reports", report_id)
    matching = etags_in(request.headers.get("if-match", ""))
    if not matching:
        raise PreconditionMissingError(
            "The step does not say from which state it was decided.",
            "Send If-Match with the ETag of GET .../transitions.",
        )
    digest = hashlib.sha256(f"{report_id}\n{body.model_dump_json()}".encode()).hexdigest()
    done = casebook.act(
        service.store,
        service.park,
        report_id,
        body.act(service.park),
        actor=sight.actor,
        at=now,
        if_match=before.etag if matching & {before.etag, "*"} else min(matching),
        idempotency=Idempotency(idempotency_key, digest, _taken) if idempotency_key else None,
    )
    answer = done.answer or _answer(done.step, done.report)
    return Response(answer.body, answer.status, dict(answer.headers), media_type="application/json")


def wanted_cases(  # noqa: PLR0913  (each is one filter of the address)
    state: Annotated[CaseState | None, Query()] = None,
    kind: Key = "",
    channel: Key = "",
    zone: Key = "",
    station: Key = "",
    severity: Annotated[Severity | None, Query()] = None,
    figure: Annotated[str, Query(pattern=f"^({'|'.join(MEASURES)})?$", description=_COUNTED)] = "",
    since: Annotated[Day, Query(alias="from")] = None,
    until: Annotated[Day, Query(alias="to")] = None,
    *,
    overdue: bool = False,
) -> Wanted:
    """Give which cases are asked for."""
    grave = severity.value if severity else ""
    return Wanted(
        state, kind, channel, zone, station, overdue, grave, figure, since=since, until=until
    )


@router.get(
    "/cases",
    responses={200: schemas.answer(schemas.CASES, xlsx=True), **responses(*_REFUSALS)},
)
def read_cases(
    service: TheService,
    sight: TheSight,
    now: Now,
    wanted: Annotated[Wanted, Depends(wanted_cases)],
    form: Format = "json",
) -> Response:
    """List open cases, those of one state, or those a figure counts; gravest first if `overdue`."""
    audience.check_station(sight)
    as_of = service.park.as_of(now)
    both = list_cases(service.store, service.park, sight, wanted, as_of)
    if form == "json":
        shown = [row for row, _ in both[:_MANY]]
        warned = casework.calendar_warnings([case.due for _, case in both], service.park)
        return Json(
            {"cases": shown, "total": len(both), "as_of": as_of.isoformat(), "warnings": warned}
        )
    sheet = casework.case_sheet([row for row, _ in both], [case for _, case in both])
    asked = {**wanted.filters, "zone": wanted.zone, "overdue": "是" if wanted.overdue else ""}
    if wanted.figure:
        asked |= {"figure": wanted.figure, "from": str(wanted.since), "to": str(wanted.until)}
    return sheets.download(
        "案件",
        [sheet],
        store=service.store,
        park=service.park,
        sight=sight,
        as_of=as_of,
        now=now,
        filters={name: value for name, value in asked.items() if value},
    )


@router.get(
    "/cases/figures",
    responses={200: schemas.answer(schemas.CASE_FIGURES, xlsx=True), **responses(*_REFUSALS)},
)
def read_figures(
    service: TheService,
    sight: TheSight,
    now: Now,
    start: Annotated[Day, Query(alias="from")] = None,
    end: Annotated[Day, Query(alias="to")] = None,
    by: Annotated[str, Query(json_schema_extra={"enum": list(GROUPS)})] = "kind",
    form: Format = "json",
) -> Response:
    """Give the figures of the cases that fell due from one day to another, both included."""
    audience.check_station(sight)
    if by == "team":
        audience.check_names(sight)
    as_of = service.park.as_of(now)
    first, after, said = casework.period(service.park, start, end, as_of)
    found = find_all(service.store, without_persons(sight), Asked("reports"))
    cases = casebook.cases_of(
        service.store, service.park, found, actor=sight.reader, teams=by == "team"
    )
    zones = casebook.zones_of(service.store, actor=sight.reader) if "zone" in by else []
    rows = figures(cases, first, after, as_of=as_of, by=by, zones=zones)
    (total,) = figures(cases, first, after, as_of=as_of)
    if form == "json":
        return Json(
            {
                **said,
                "by": by,
                "as_of": as_of.isoformat(),
                "rows": [casework.figures_json(one) for one in rows],
                "total": casework.figures_json(total),
            }
        )
    return sheets.download(
        "办理数字",
        casework.figure_sheets(rows, total),
        store=service.store,
        park=service.park,
        sight=sight,
        as_of=as_of,
        now=now,
        filters={**said, "by": by},
    )


@router.get(
    "/cases/duplicates",
    responses={200: schemas.answer(schemas.PAIRS), **responses(*_REFUSALS)},
)
def read_duplicates(service: TheService, sight: TheSight, now: Now) -> Response:
    """Propose reports of the last 60 days that may be one; a person merges them."""
    audience.check_names(sight)
    as_of = service.park.as_of(now)
    pairs = casebook.duplicates(service.store, actor=sight.reader, as_of=as_of)
    return Json({"pairs": [casework.pair_json(one) for one in pairs[:_MANY]], "total": len(pairs)})


def _taken(stored: Sequence[Stored[Any]]) -> Answer:
    """Answer a step: it and where the case stands now; no words, for answers are kept."""
    return _answer(stored[0].record, stored[1])


def _answer(step: Any, report: Stored[Any]) -> Answer:
    body = {
        "report": report.record.id,
        "state": report.record.state,
        "etag": report.etag,
        "due": report.record.due,
        "step": casework.step_json(replace(step, text=""), station=True),
    }
    headers = {"ETag": f'"{report.etag}"', "Location": item_path("steps", step.id)}
    return Answer(201, to_json(body).decode(), headers)
