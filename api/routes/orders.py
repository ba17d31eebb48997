"""/v1/orders: placed by the enterprise or for it, listed, one step at a time; a month's figures.

An accepted order with an agreed time is an appointment of the next visit plan; the visit made for
it completes it. Everything may be repeated harmlessly with an Idempotency-Key.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Any, cast

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from api import audience, schemas, sheets
from api.answers import Json, with_etag
from api.deps import Now, TheService, TheSight
from api.ogc.entries import Desk, Id, Moment
from api.order_views import ORDER_COLUMNS, find_orders, order_json, order_rows, order_whole
from api.problems import responses
from api.reading import get_one
from api.routes.entries import IdempotencyKey
from geo_risk import orderbook
from geo_risk.errors import AuthError, ForbiddenError
from geo_risk.orders import Act, Asked, OrderState
from geo_risk.records import Order, may_create
from geo_risk.store import Answer, Idempotency

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from api.audience import Sight
    from api.service import Service
    from geo_risk.park import ParkFile
    from geo_risk.records import Actor, Record
    from geo_risk.store import PutResult, Stored

router = APIRouter(prefix="/v1/orders", tags=["orders"], default_response_class=Json)

_REFUSALS = (401, 403, 404, 422, 503)
_OBJECT: dict[str, Any] = {"type": "object"}
_CREATED = {
    "description": "Ordered; on disk.",
    "headers": {
        "Location": {"schema": {"type": "string"}},
        "ETag": {"schema": {"type": "string"}},
    },
    "content": {"application/json": {"schema": _OBJECT}},
}
DOOR = "POST /v1/orders"
OrderId = Annotated[str, Path(max_length=300, description="Percent-encoded whole.")]
State = Annotated[str, Query(pattern=f"^({'|'.join(one.value for one in OrderState)})?$")]


class OrderIn(BaseModel):
    """What is ordered."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    service: Annotated[str, Field(max_length=100, description="one of `services` of the list")]
    enterprise_id: Id = Field("", description="for whom; an enterprise orders for itself")
    window_from: Moment | None = Field(None, description="when it would suit")
    window_to: Moment | None = None
    text: Annotated[str, Field(max_length=2000)] = ""


class StepIn(BaseModel):
    """What somebody does with an order."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    action: Annotated[str, Field(max_length=40)]
    text: Annotated[str, Field(max_length=2000)] = ""
    code: Annotated[str, Field(max_length=40)] = ""
    station_id: Id = ""
    officer_id: Id = ""
    at: Moment | None = Field(None, description="of `agree`: when the visit begins")


@router.get("", responses={200: schemas.answer(_OBJECT, xlsx=True), **responses(*_REFUSALS)})
def list_orders(
    service: TheService,
    sight: TheSight,
    now: Now,
    state: State = "",
    enterprise: Annotated[str, Query(max_length=200)] = "",
    form: Annotated[str, Query(alias="f", pattern="^(json|xlsx)$")] = "json",
) -> Response:
    """List orders, the newest unanswered first; an enterprise sees its own."""
    audience.check_collection(sight, "orders")
    found = find_orders(service.store, sight, state, enterprise)
    rows = order_rows(service.store, sight, found, now)
    if form == "json":
        return Json({"orders": rows, "services": orderbook.services_of(service.store, now)})
    asked = {"状态": state, "企业": enterprise}
    return sheets.download(
        "点单",
        [sheets.table("点单", ORDER_COLUMNS, rows)],
        store=service.store,
        park=service.park,
        sight=sight,
        as_of=now,
        now=now,
        filters={name: value for name, value in asked.items() if value},
    )


@router.post("", status_code=201, responses={201: _CREATED, **responses(*_REFUSALS)})
def create_order(
    body: OrderIn,
    service: TheService,
    sight: TheSight,
    now: Now,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Order a service: an enterprise for itself, a clerk for whoever asked."""
    actor = signed_in(sight)
    if not may_create(actor.role, Order, DOOR):
        raise ForbiddenError(
            f"The role {actor.role} does not order.", "The enterprise does, or a clerk for it."
        )
    desk = Desk(service.park, service.wire, service.boundary, actor, now)
    order_id = f"http:{desk.number()}"

    def answer_of(stored: Sequence[Stored[Record]]) -> Answer:
        order = cast("Stored[Order]", stored[0])
        said = order_json(order, audience.without_persons(sight), (), {}, now)
        place = f"/v1/orders/{order.record.id.replace(':', '%3A')}"
        return Answer(201, to_json(said).decode(), {"Location": place, "ETag": f'"{order.etag}"'})

    told = hashlib.sha256(f"order\n{body.model_dump_json()}".encode()).hexdigest()
    done = orderbook.place_order(
        service.store,
        asked_in(body, service.park),
        actor=actor,
        at=now,
        order_id=order_id,
        idempotency=Idempotency(idempotency_key, told, answer_of) if idempotency_key else None,
    )
    answer = done.answer
    if answer is None:
        answer = answer_of([service.store.get("orders", order_id, actor=actor)])
    return Response(answer.body, answer.status, dict(answer.headers), media_type="application/json")


@router.post(
    "/{order_id}/transitions",
    responses={200: schemas.answer(_OBJECT), **responses(*_REFUSALS, 409, 412)},
)
def take_order_step(
    order_id: OrderId,
    body: StepIn,
    request: Request,
    service: TheService,
    sight: TheSight,
    now: Now,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Take one step: accept, agree on a time, complete, miss, decline, cancel, confirm, reopen."""
    actor = signed_in(sight)
    audience.check_collection(sight, "orders")
    done = take_step(
        service,
        sight,
        order_id,
        act_in(body, service.park),
        actor=actor,
        now=now,
        if_match=request.headers.get("if-match"),
        key=idempotency_key,
    )
    answer = done.answer
    if answer is None:
        stored = service.store.get("orders", order_id, actor=actor)
        answer = _step_answer(sight, now)([stored])
    return Response(answer.body, answer.status, dict(answer.headers), media_type="application/json")


@router.get("/{order_id}", responses={200: schemas.answer(_OBJECT), **responses(*_REFUSALS)})
def show_order(
    request: Request, order_id: OrderId, service: TheService, sight: TheSight, now: Now
) -> Response:
    """Give one order: what was asked, its steps, what the reader may do next."""
    audience.check_collection(sight, "orders")
    whole = order_whole(service.store, sight, order_id, now)
    return with_etag(request, Json(whole), whole["etag"])


def signed_in(sight: Sight) -> Actor:
    """Give who orders or acts; refuse the public."""
    if sight.actor is None:
        raise AuthError("Nobody is signed in.", "Sign in at /login, or send a bearer token.")
    return sight.actor


def asked_in(body: OrderIn, park: ParkFile) -> Asked:
    """Give an order as it was sent; a time without a zone is the park's."""
    return Asked(
        body.service,
        body.enterprise_id,
        _zoned(body.window_from, park),
        _zoned(body.window_to, park),
        body.text,
    )


def act_in(body: StepIn, park: ParkFile) -> Act:
    """Give a step as it was sent; a time without a zone is the park's."""
    return Act(
        body.action,
        body.text,
        body.code,
        body.station_id,
        body.officer_id,
        _zoned(body.at, park),
    )


def take_step(
    service: Service,
    sight: Sight,
    order_id: str,
    act: Act,
    *,
    actor: Actor,
    now: datetime,
    if_match: str | None,
    key: str | None,
) -> PutResult:
    """Take a step at most once; an order that the actor may not see is not there."""
    get_one(service.store, audience.without_persons(sight), "orders", order_id)
    told = hashlib.sha256(f"{order_id}\n{act!r}".encode()).hexdigest()
    once = Idempotency(key, told, _step_answer(sight, now)) if key else None
    return orderbook.act(
        service.store, order_id, act, actor=actor, at=now, if_match=if_match, idempotency=once
    )


def _step_answer(sight: Sight, now: datetime) -> Any:
    def answer_of(stored: Sequence[Stored[Record]]) -> Answer:
        order = cast("Stored[Order]", stored[-1])
        said = order_json(order, audience.without_persons(sight), (), {}, now)
        kept = ("id", "state", "window_from", "window_to", "etag")
        return Answer(
            200,
            to_json({name: said[name] for name in kept}).decode(),
            {"ETag": f'"{order.etag}"'},
        )

    return answer_of


def _zoned(moment: datetime | None, park: ParkFile) -> datetime | None:
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=park.zone)
