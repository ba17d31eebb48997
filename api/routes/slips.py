"""/v1/slips: drawn up, listed, one step at a time, printed; each reader its own.

Nothing here sends a slip: it is issued by a named chief. A sheet that the station prints carries a
QR code with a fresh one-time address; its secret is in the picture only and kept hashed.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Annotated, Any, cast

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from api import audience, schemas, sheets
from api.answers import Json, attachment, with_etag
from api.deps import Now, TheService, TheSight
from api.languages import Lang
from api.page_deps import ThePages
from api.problems import responses
from api.reading import get_one
from api.routes.entries import IdempotencyKey
from api.slip_views import (
    SLIP_COLUMNS,
    counts_of,
    find_slips,
    sheet_view,
    slip_json,
    slip_rows,
    slip_whole,
)
from geo_risk import slipbook
from geo_risk.errors import AuthError, ForbiddenError
from geo_risk.records import Slip, may_create
from geo_risk.slips import SENT, UNDER_WAY, Act
from geo_risk.store import Answer, Idempotency
from maps.slip_sheet import SheetView, slip_pdf, slip_sheets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.audience import Sight
    from api.service import Service
    from geo_risk.records import Actor, Record
    from geo_risk.store import Stored

router = APIRouter(prefix="/v1/slips", tags=["slips"], default_response_class=Json)

_REFUSALS = (401, 403, 404, 422, 503)
_DRAW = "POST /v1/slips/draw"
PDF = "application/pdf"
Month = Annotated[str, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="YYYY-MM.")]
MonthOrNone = Annotated[str | None, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
SlipId = Annotated[str, Path(max_length=300, description="Percent-encoded whole.")]
_OBJECT: dict[str, Any] = {"type": "object"}
_BINARY: dict[str, Any] = {"type": "string", "format": "binary"}


class TransitionIn(BaseModel):
    """What somebody does with a slip."""

    model_config = ConfigDict(extra="forbid")

    action: Annotated[str, Field(max_length=40)]
    text: Annotated[str, Field(max_length=2000)] = ""
    code: Annotated[str, Field(max_length=40)] = ""
    other_id: Annotated[str, Field(max_length=200)] = ""


@router.post("/draw", responses={200: schemas.answer(_OBJECT), **responses(*_REFUSALS, 409)})
def draw_slips(
    service: TheService, sight: TheSight, now: Now, month: MonthOrNone = None
) -> Response:
    """Draw slips up: at once for overdue majors, and routine ones of a frozen month."""
    actor = _signed_in(sight)
    if not may_create(actor.role, Slip, _DRAW):
        raise ForbiddenError(f"The role {actor.role} does not draw slips.", "Ask the chief.")
    made = slipbook.draw(service.store, service.park, month, actor=actor, at=now)
    return Json({"slips": made.slip_ids, "already": made.already, "needs_visit": made.needs_visit})


@router.get("", responses={200: schemas.answer(_OBJECT, xlsx=True), **responses(*_REFUSALS)})
def list_slips(
    service: TheService,
    sight: TheSight,
    now: Now,
    month: MonthOrNone = None,
    state: Annotated[str | None, Query(max_length=20)] = None,
    enterprise: Annotated[str | None, Query(max_length=200)] = None,
    form: Annotated[str, Query(alias="f", pattern="^(json|xlsx)$")] = "json",
) -> Response:
    """List slips with their counts by state; an enterprise sees its own, once issued."""
    audience.check_collection(sight, "slips")
    found = find_slips(service.store, sight, month, state, enterprise)
    rows = slip_rows(found, sight, service.store)
    if form == "json":
        return Json({"slips": rows, "counts": counts_of(rows)})
    asked = {"月份": month, "状态": state, "企业": enterprise}
    return sheets.download(
        "提醒单",
        [sheets.table("提醒单", SLIP_COLUMNS, rows)],
        store=service.store,
        park=service.park,
        sight=sight,
        as_of=now,
        now=now,
        filters={name: value for name, value in asked.items() if value},
    )


@router.get("/batch.html", responses=responses(*_REFUSALS), response_class=HTMLResponse)
def show_batch(
    request: Request, service: TheService, pages: ThePages, lang: Lang, month: Month
) -> Response:
    """Give the issued slips of a month as one document to print, a page each."""
    views = _batch(request, service, pages.sight, month, pages.now)
    return _page(slip_sheets(pages.frame(), lang, views))


@router.get("/batch.pdf", responses={200: schemas.answer(_BINARY, PDF), **responses(*_REFUSALS)})
def give_batch(
    request: Request, service: TheService, pages: ThePages, lang: Lang, month: Month
) -> Response:
    """Give the issued slips of a month as one PDF, a page each."""
    views = _batch(request, service, pages.sight, month, pages.now)
    return _pdf(slip_pdf(pages.frame(), lang, views), f"提醒单 {month}")


@router.get(
    "/{slip_id}/transitions", responses={200: schemas.answer(_OBJECT), **responses(*_REFUSALS)}
)
def show_transitions(
    request: Request, slip_id: SlipId, service: TheService, sight: TheSight
) -> Response:
    """Say what may be done next, what it needs, and the steps so far."""
    return _whole(request, slip_id, service, sight)


@router.post(
    "/{slip_id}/transitions",
    responses={200: schemas.answer(_OBJECT), **responses(*_REFUSALS, 409, 412)},
)
def take_step(
    slip_id: SlipId,
    body: TransitionIn,
    request: Request,
    service: TheService,
    sight: TheSight,
    now: Now,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Take one step: check, issue, withhold, receive, answer, object, decide, verify, withdraw."""
    actor = _signed_in(sight)
    audience.check_collection(sight, "slips")

    def answer_of(stored: Sequence[Stored[Record]]) -> Answer:
        slip = cast("Stored[Slip]", stored[-1])
        said = slip_json(slip, audience.without_persons(sight))
        return Answer(200, to_json(said).decode(), {"ETag": f'"{slip.etag}"'})

    told = hashlib.sha256(f"{slip_id}\n{body.model_dump_json()}".encode()).hexdigest()
    done = slipbook.act(
        service.store,
        service.park,
        slip_id,
        Act(**body.model_dump()),
        actor=actor,
        at=now,
        if_match=request.headers.get("if-match"),
        idempotency=Idempotency(idempotency_key, told, answer_of) if idempotency_key else None,
    )
    answer = done.answer
    if answer is None:
        answer = answer_of([service.store.get("slips", slip_id, actor=actor)])
    return Response(answer.body, answer.status, dict(answer.headers), media_type="application/json")


@router.post(
    "/{slip_id}/link", responses={200: schemas.answer(_OBJECT), **responses(*_REFUSALS, 409)}
)
def give_link(
    slip_id: SlipId, request: Request, service: TheService, sight: TheSight, now: Now
) -> Response:
    """Give a fresh one-time address of a slip under way; it is told once and kept hashed."""
    audience.check_station(sight)
    stored = cast("Stored[Slip]", get_one(service.store, sight, "slips", slip_id))
    url, expires = _fresh_link(request, service, stored.record, now)
    return Json({"url": url, "expires_at": expires}, headers={"Cache-Control": "no-store"})


@router.get("/{slip_id}.html", responses=responses(*_REFUSALS), response_class=HTMLResponse)
def show_sheet(
    slip_id: SlipId, request: Request, service: TheService, pages: ThePages, lang: Lang
) -> Response:
    """Give one slip to print, A4, one page."""
    view = _sheet(slip_id, request, service, pages.sight, pages.now)
    return _page(slip_sheets(pages.frame(), lang, [view]))


@router.get(
    "/{slip_id}.pdf", responses={200: schemas.answer(_BINARY, PDF), **responses(*_REFUSALS)}
)
def give_sheet(
    slip_id: SlipId, request: Request, service: TheService, pages: ThePages, lang: Lang
) -> Response:
    """Give one slip as PDF, one page."""
    view = _sheet(slip_id, request, service, pages.sight, pages.now)
    return _pdf(slip_pdf(pages.frame(), lang, [view]), f"提醒单 {view.slip_no or slip_id}")


@router.get("/{slip_id}", responses={200: schemas.answer(_OBJECT), **responses(*_REFUSALS)})
def show_slip(request: Request, slip_id: SlipId, service: TheService, sight: TheSight) -> Response:
    """Give one slip: what it says, its steps, what the reader may do next."""
    return _whole(request, slip_id, service, sight)


def _whole(request: Request, slip_id: str, service: Service, sight: Sight) -> Response:
    audience.check_collection(sight, "slips")
    whole = slip_whole(service.store, service.park, sight, slip_id)
    return with_etag(request, Json(whole), whole["etag"])


def _signed_in(sight: Sight) -> Actor:
    if sight.actor is None:
        raise AuthError("Nobody is signed in.", "Sign in at /login, or send a bearer token.")
    return sight.actor


def _sheet(slip_id: str, request: Request, service: Service, sight: Sight, now: Any) -> SheetView:
    audience.check_collection(sight, "slips")
    stored = cast("Stored[Slip]", get_one(service.store, sight, "slips", slip_id))
    return _filled(request, service, sight, stored, now)


def _batch(
    request: Request, service: Service, sight: Sight, month: str, now: Any
) -> list[SheetView]:
    audience.check_station(sight)
    audience.check_collection(sight, "slips")
    found = [
        one
        for one in find_slips(service.store, sight, month, None, None)
        if one.record.state in SENT
    ]
    found.sort(key=lambda one: (len(one.record.slip_no), one.record.slip_no))
    return [_filled(request, service, sight, one, now) for one in found]


def _filled(
    request: Request, service: Service, sight: Sight, stored: Stored[Slip], now: Any
) -> SheetView:
    link = ""
    if sight.is_station and stored.record.state in UNDER_WAY:
        link, _ = _fresh_link(request, service, stored.record, now)
    return sheet_view(service.store, service.park, sight, stored, link)


def _fresh_link(request: Request, service: Service, slip: Slip, now: Any) -> tuple[str, Any]:
    secret = secrets.token_urlsafe(24)
    expires = slipbook.make_link(service.store, slip, secret, at=now)
    base = service.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    return f"{base}/receipt/{secret}", expires


def _page(text: str) -> Response:
    return HTMLResponse(text, headers={"Cache-Control": "private, no-store"})


def _pdf(content: bytes, name: str) -> Response:
    return Response(content, media_type=PDF, headers=attachment(f"{name}.pdf"))
