"""/v1/field: what a phone takes along for a day, and what it brings back from a gate.

A visit is saved whole or not at all, once per key that the phone made; what became of each recheck
is in the answer, a conflict with both sides. Undo takes it back within seconds.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Response
from pydantic_core import to_json

from api import audience, schemas
from api.answers import Json
from api.deps import Now, TheService, TheShown, TheSight
from api.field_day import field_day, photos_path, visit_path
from api.field_entries import FieldVisitIn, gate_of
from api.ogc.documents import item_path
from api.ogc.entries import Desk
from api.ogc.features import plain
from api.plan_desk import EARLIEST, LATEST
from api.plan_views import own_officers
from api.problems import responses
from api.reading import find_all
from api.routes.entries import IdempotencyKey, allowed_here, premises_named
from geo_risk import planbook, visitbook
from geo_risk.errors import InputError
from geo_risk.records import Step, Visit
from geo_risk.store import Answer
from geo_risk.store import Query as Asked

if TYPE_CHECKING:
    from datetime import datetime

    from api.audience import Sight
    from api.service import Service
    from geo_risk.records import Actor
    from geo_risk.visitbook import Rechecked, Saved

router = APIRouter(prefix="/v1/field", tags=["field"], default_response_class=Json)

DOOR = "POST /v1/field/visits"
_REFUSALS = (401, 403, 404, 422, 503)


@router.get("/day", responses={200: schemas.answer(schemas.FIELD_DAY), **responses(*_REFUSALS)})
def read_field_day(
    service: TheService,
    shown: TheShown,
    sight: TheSight,
    now: Now,
    day: Annotated[date | None, Query(ge=EARLIEST, le=LATEST)] = None,
    officer: Annotated[str, Query(max_length=300)] = "",
) -> Response:
    """Give all that one officer's day needs without a signal: its own, or whose the desk asks."""
    audience.check_staff(sight)
    wanted = day or now.astimezone(service.park.zone).date()
    told = field_day(service, shown, sight, wanted, officer, now)
    return Json(told, headers={"Cache-Control": "private, no-store"})


@router.post(
    "/visits",
    status_code=201,
    responses={201: schemas.answer(schemas.FIELD_VISIT), **responses(*_REFUSALS, 409, 412)},
)
def save_field_visit(
    body: FieldVisitIn,
    service: TheService,
    sight: TheSight,
    now: Now,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Save a visit with all that was found and seen."""
    actor = allowed_here(sight, Visit, DOOR)
    answer = save_visit(body, service, sight, actor, now, idempotency_key or "")
    return Response(answer.body, answer.status, dict(answer.headers), media_type="application/json")


@router.post(
    "/visits/{visit_id:path}/undo",
    responses={
        200: schemas.answer(schemas.FIELD_UNDONE),
        **responses(*_REFUSALS, 409, 412),
    },
)
def undo_field_visit(visit_id: str, service: TheService, sight: TheSight, now: Now) -> Response:
    """Take one's own last saving of a visit back; after ten seconds it is withdrawn instead."""
    actor = allowed_here(sight, Visit, DOOR)
    done = visitbook.undo(service.store, service.park, visit_id, actor=actor, at=now)
    return Json(
        {
            "visit": done.visit_id,
            "how": done.how,
            "left": [{"collection": name, "id": id_} for name, id_ in done.left],
            "cases": list(done.cases),
        }
    )


def save_visit(
    body: FieldVisitIn,
    service: Service,
    sight: Sight,
    actor: Actor,
    now: datetime,
    key: str,
    digest: str = "",
) -> Answer:
    """Save a visit as any door hands it in; gives the answer.

    Parameters
    ----------
    body, service, sight, actor, now
        What was sent; who sent it, when.
    key, digest
        What makes a repeat harmless, and what it is known by; the body's own unless given.
    """
    premises = premises_named(service, sight, body.premises_id)
    if premises is None:
        raise InputError("The visit names no premises.", "Give premises_id.")
    desk = Desk(service.park, service.wire, service.boundary, actor, now)
    gate = gate_of(body, desk, premises, _participants(body, service, actor, now))
    kept = visitbook.save(
        service.store,
        service.park,
        gate,
        actor=actor,
        at=now,
        answer=lambda saved: _answer(saved, service),
        key=key,
        digest=digest or body.digest,
    )
    return with_words(kept, service, sight)


def _participants(
    body: FieldVisitIn, service: Service, actor: Actor, now: datetime
) -> tuple[str, ...]:
    """Give the officer who was there: whose planned visit it is, else the account's only one."""
    own = own_officers(service.kept, actor, now)
    if body.plan is not None and (kept := planbook.newest(service.store, body.plan.week)):
        planned = [one for one in kept.plan.visits if one.id == body.plan.visit]
        if planned and planned[0].officer_id in own:
            return (planned[0].officer_id,)
    return own if len(own) == 1 else ()


def _answer(saved: Saved, service: Service) -> Answer:
    """Answer a saving: ids, states and times only, for answers are kept."""
    visit = saved.visit
    href = item_path("visits", visit.id)
    body: dict[str, Any] = {
        "receipt": visitbook.receipt_of(visit, service.park),
        "visit": {"id": visit.id, "href": href, "undo": f"/v1/field/visits/{quote(visit.id)}/undo"},
        "joined": visit.id if saved.joined else None,
        "reports": [
            {
                "key": one.number.partition("-")[2],
                "id": one.id,
                "href": item_path("reports", one.id),
                "due": plain(one.due),
                "photos": photos_path(one.id),
            }
            for one in saved.reports
        ],
        "rechecks": [_recheck(one) for one in saved.rechecks],
        "premises": {
            "id": visit.premises_id,
            "place": saved.place,
            "href": visit_path(visit.premises_id),
        },
    }
    return Answer(201, to_json(body).decode(), {"Location": href})


def _recheck(one: Rechecked) -> dict[str, Any]:
    other = one.conflict
    return {
        "report_id": one.report_id,
        "state": one.state,
        "conflict": None
        if other is None
        else {"state": other.state, "at": plain(other.at), "step": other.step_id},
    }


def with_words(kept: Answer, service: Service, sight: Sight) -> Answer:
    """Add to each conflict who was quicker and in which words, as this reader may read them."""
    body = json.loads(kept.body)
    others = [one["conflict"] for one in body["rechecks"] if one["conflict"]]
    ids = [one["step"] for one in others if one["step"]]
    if not others:
        return kept
    found = find_all(service.store, sight, Asked("steps", ids=ids)) if ids else ()
    steps = {one.record.id: one.record for one in found if isinstance(one.record, Step)}
    for other in others:
        step = steps.get(other.pop("step"))
        who = service.store.user(step.actor_id) if step else None
        other["by"] = who.name if who else step.role if step else ""
        other["said"] = step.text if step else ""
    return replace(kept, body=to_json(body).decode())
