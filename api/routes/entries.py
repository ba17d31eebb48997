"""/ogc, writing: visits, reports and what the park gives are created as items; a pin moves.

Answers 201 when the record is on disk, not before. A request may carry an Idempotency-Key: the same
key with the same body gives the first answer again, with another body it is refused. A pin must
name the state it was made from (If-Match), so that nobody overwrites what another saved meanwhile.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from pydantic_core import to_json

from api import audience, schemas
from api.answers import GeoJson, etags_in
from api.deps import Now, TheService, TheSight
from api.ogc.documents import item_path
from api.ogc.entries import Desk, PinIn, ReportIn, VisitIn
from api.ogc.features import features_of
from api.ogc.given import (
    CampaignIn,
    GuidanceIn,
    ServiceIn,
    campaign_from,
    guidance_from,
    service_from,
)
from api.problems import responses
from api.reading import find_all, get_one
from api.routes.ogc import FeatureId
from geo_risk import orderbook, planbook
from geo_risk.errors import (
    AuthError,
    ConflictError,
    ForbiddenError,
    InputError,
    PreconditionMissingError,
)
from geo_risk.records import (
    Campaign,
    Guidance,
    Premises,
    Report,
    ServiceEvent,
    Visit,
    may_create,
)
from geo_risk.store import Answer, Idempotency, Query, Update

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from pydantic import BaseModel

    from api.service import Service
    from geo_risk.records import Actor, Record
    from geo_risk.store import Stored

router = APIRouter(prefix="/ogc", tags=["OGC API - Features"], default_response_class=GeoJson)

_REFUSALS = (400, 401, 403, 404, 422, 503)
_CREATED = {
    "description": "Created; on disk.",
    "headers": {
        "Location": {"schema": {"type": "string"}},
        "ETag": {"schema": {"type": "string"}},
    },
    "content": {"application/geo+json": {"schema": schemas.FEATURE}},
}
IdempotencyKey = Annotated[
    str | None,
    Header(min_length=8, max_length=200, description="Kept 30 days; makes a repeat harmless."),
]


@router.post(
    "/collections/reports/items",
    status_code=201,
    responses={201: _CREATED, **responses(*_REFUSALS, 409)},
)
def create_report(
    body: ReportIn,
    service: TheService,
    sight: TheSight,
    now: Now,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Create a report."""
    actor = allowed_here(sight, Report, "POST /ogc/collections/reports/items")
    premises = premises_named(service, sight, body.properties.premises_id)
    _check_known(service, sight, "visits", body.properties.visit_id, "visit_id")
    _check_known(service, sight, "enterprises", body.properties.enterprise_id, "enterprise_id")
    desk = Desk(service.park, service.wire, service.boundary, actor, now)
    report = desk.report(body, premises)
    if body.properties.number:
        _check_new(service, report, actor, idempotency_key, now)
    return _create(service, sight, report, body, idempotency_key, now)


@router.post(
    "/collections/visits/items",
    status_code=201,
    responses={201: _CREATED, **responses(*_REFUSALS)},
)
def create_visit(
    body: VisitIn,
    service: TheService,
    sight: TheSight,
    now: Now,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Create a visit; looked and found nothing is a visit too."""
    actor = allowed_here(sight, Visit, "POST /ogc/collections/visits/items")
    premises = premises_named(service, sight, body.properties.premises_id)
    _check_exists(service, "teams", [body.properties.team], "team")
    _check_exists(service, "officers", body.properties.participant_ids, "participant_ids")
    visit = Desk(service.park, service.wire, service.boundary, actor, now).visit(body, premises)
    if _is_answered(service, actor, idempotency_key, now):
        return _create(service, sight, visit, body, idempotency_key, now)
    store = service.store
    linked = planbook.linked(store, service.park, visit)
    steps = planbook.served_steps(store, linked, actor=actor, at=now)
    return _create(service, sight, linked.visit, body, idempotency_key, now, linked.updates, steps)


@router.post(
    "/collections/guidance/items",
    status_code=201,
    responses={201: _CREATED, **responses(*_REFUSALS)},
)
def create_guidance(
    body: GuidanceIn,
    service: TheService,
    sight: TheSight,
    now: Now,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Create guidance at an enterprise; what is promised for next is in the visit plan."""
    actor = allowed_here(sight, Guidance, "POST /ogc/collections/guidance/items")
    said = body.properties
    _check_known(service, sight, "enterprises", said.enterprise_id, "enterprise_id")
    _check_exists(service, "officers", [said.officer_id], "officer_id")
    desk = Desk(service.park, service.wire, service.boundary, actor, now)
    given, steps = guidance_from(desk, body)
    return _create(service, sight, given, body, idempotency_key, now, (), steps)


@router.post(
    "/collections/campaigns/items",
    status_code=201,
    responses={201: _CREATED, **responses(*_REFUSALS)},
)
def create_campaign(
    body: CampaignIn,
    service: TheService,
    sight: TheSight,
    now: Now,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Create a campaign, with how many people it reached."""
    actor = allowed_here(sight, Campaign, "POST /ogc/collections/campaigns/items")
    _check_known(service, sight, "enterprises", body.properties.enterprise_id, "enterprise_id")
    desk = Desk(service.park, service.wire, service.boundary, actor, now)
    return _create(service, sight, campaign_from(desk, body), body, idempotency_key, now)


@router.post(
    "/collections/services/items",
    status_code=201,
    responses={201: _CREATED, **responses(*_REFUSALS)},
)
def create_service(
    body: ServiceIn,
    service: TheService,
    sight: TheSight,
    now: Now,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Create a service that a station gave, with how many people it served."""
    actor = allowed_here(sight, ServiceEvent, "POST /ogc/collections/services/items")
    _check_known(service, sight, "stations", body.properties.station_id, "station_id")
    desk = Desk(service.park, service.wire, service.boundary, actor, now)
    given = service_from(desk, body, orderbook.services_of(service.store, now))
    return _create(service, sight, given, body, idempotency_key, now)


@router.patch(
    "/collections/premises/items/{feature_id:path}",
    responses={
        200: schemas.answer(schemas.FEATURE, "application/geo+json"),
        **responses(*_REFUSALS, 412, 428),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": PinIn.model_json_schema()},
                "application/merge-patch+json": {"schema": PinIn.model_json_schema()},
            },
        }
    },
)
def move_premises(
    feature_id: FeatureId,
    body: PinIn,
    request: Request,
    service: TheService,
    sight: TheSight,
    now: Now,
) -> Response:
    """Put a premises where a person says it is; outside of the boundary it is flagged."""
    actor = allowed_here(sight, Premises, "PATCH /ogc/collections/premises/items/{fid}")
    quiet = audience.without_persons(sight)
    before = get_one(service.store, quiet, "premises", feature_id)
    matching = etags_in(request.headers.get("if-match", ""))
    if not matching:
        raise PreconditionMissingError(
            "The pin does not say from which state it was made.", "Send If-Match with the ETag."
        )
    named = before.etag if matching & {before.etag, "*"} else min(matching)
    desk = Desk(service.park, service.wire, service.boundary, actor, now)
    stored = service.store.update(
        "premises", feature_id, desk.pin(body), actor=actor, at=now, if_match=named
    )
    feature = _feature(service, quiet, stored)
    return GeoJson(feature, headers={"ETag": f'"{stored.etag}"'})


def allowed_here(sight: audience.Sight, kind: type[Record], door: str) -> Actor:
    """Give who enters a record at a door, or refuse."""
    if sight.actor is None:
        raise AuthError("Nobody is signed in.", "Sign in at /login, or send a bearer token.")
    if not may_create(sight.actor.role, kind, door):
        raise ForbiddenError(
            f"The role {sight.actor.role} does not do that.",
            f"Who does: docs, doors of {kind.collection}.",
        )
    return sight.actor


def premises_named(service: Service, sight: audience.Sight, record_id: str) -> Premises | None:
    """Give the premises that a body names, None where it names none."""
    if not record_id:
        return None
    audience.check_collection(sight, "premises")
    query = Query("premises", ids=[record_id])
    found = find_all(service.store, audience.without_persons(sight), query)
    if not found or not isinstance(found[0].record, Premises):
        raise InputError(
            f"premises_id is {record_id!r}: there is no such premises.",
            "Take an id of /ogc/collections/premises/items.",
        )
    return found[0].record


def _check_known(
    service: Service, sight: audience.Sight, collection: str, record_id: str, field: str
) -> None:
    if not record_id:
        return
    audience.check_collection(sight, collection)
    query = Query(collection, ids=[record_id])
    if not find_all(service.store, audience.without_persons(sight), query):
        raise InputError(
            f"{field} is {record_id!r}: there is no such record.",
            f"Take an id of /ogc/collections/{collection}/items, or leave it out.",
        )


def _check_exists(service: Service, collection: str, record_ids: Sequence[str], field: str) -> None:
    """Refuse an id that nobody has: a name in its place would go where it cannot be forgotten."""
    for record_id in record_ids:
        if record_id and not service.store.count(Query(collection, ids=[record_id])):
            raise InputError(
                f"{field} holds {record_id!r}: there is no such record.",
                f"Take an id of /ogc/collections/{collection}/items, or leave it out.",
            )


def _check_new(
    service: Service, report: Report, actor: Actor, key: str | None, now: datetime
) -> None:
    """Refuse a number that its source has given before: what is there is not written over."""
    if _is_answered(service, actor, key, now):
        return
    if service.store.count(Query("reports", ids=[report.id])):
        raise ConflictError(
            f"{report.source} has a report {report.number!r} already.",
            f"Read {item_path('reports', report.id)}; a repeat needs a number of its own.",
        )


def _is_answered(service: Service, actor: Actor, key: str | None, now: datetime) -> bool:
    return key is not None and service.store.answer(actor.id, key, now=now) is not None


def _create(
    service: Service,
    sight: audience.Sight,
    record: Record,
    body: BaseModel,
    key: str | None,
    now: datetime,
    updates: Sequence[Update] = (),
    steps: Sequence[Record] = (),
) -> Response:
    """Keep a record and what follows from it, answer 201: with the answer, one transaction."""

    def answer_of(stored: Sequence[Stored[Record]]) -> Answer:
        feature = _feature(service, audience.without_persons(sight), stored[0])
        headers = {
            "Location": item_path(record.collection, stored[0].record.id),
            "ETag": f'"{stored[0].etag}"',
        }
        return Answer(201, to_json(feature).decode(), headers)

    digest = hashlib.sha256(f"{record.collection}\n{body.model_dump_json()}".encode()).hexdigest()
    idempotency = None if key is None else Idempotency(key, digest, answer_of)
    done = service.store.apply(
        [record, *steps], updates, actor=sight.reader, at=now, idempotency=idempotency
    )
    answer = done.answer
    if answer is None:
        stored = service.store.get(record.collection, record.id, actor=sight.reader)
        answer = answer_of([stored])
    return Response(
        answer.body, answer.status, dict(answer.headers), media_type="application/geo+json"
    )


def _feature(service: Service, sight: audience.Sight, stored: Stored[Record]) -> dict[str, Any]:
    (feature,) = features_of([stored], sight, stored.record.collection, service.wire)
    return feature
