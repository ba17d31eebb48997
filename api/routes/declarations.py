"""/v1/declarations: an enterprise declares for itself, an officer verifies or corrects on a visit.

One record per enterprise, month and indicator, whether a file, the form or a clerk brought it. What
was said before stays in the events. The enterprise does not see who verified.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from api import audience, schemas, sheets
from api.answers import Json
from api.deps import Now, TheService, TheSight
from api.problems import responses
from api.reading import find_all, names_of
from api.routes.entries import IdempotencyKey
from geo_risk import declarationbook
from geo_risk.declarations import Checked, Form, state_of
from geo_risk.errors import AuthError, ForbiddenError
from geo_risk.records import Declaration, Role, may_create
from geo_risk.store import Answer, Idempotency
from geo_risk.store import Query as StoreQuery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.audience import Sight
    from geo_risk.records import Actor, Record
    from geo_risk.store import Stored

router = APIRouter(prefix="/v1/declarations", tags=["declarations"], default_response_class=Json)

_REFUSALS = (401, 403, 404, 422, 503)
_DOOR = "POST /v1/declarations"
_OBJECT: dict[str, Any] = {"type": "object"}
MonthText = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Amount = Annotated[float, Field(ge=0, le=1e9, strict=True)]
_FIELDS = (
    "id",
    "enterprise_id",
    "month",
    "indicator",
    "have",
    "need",
    "evidence",
    "declared_by",
    "declared_at",
    "verified_by",
    "verified_at",
)
COLUMNS = {
    "name": "企业名称",
    "enterprise_id": "企业编号",
    "month": "月份",
    "indicator": "指标",
    "have": "实有",
    "need": "应有",
    "state": "状态",
    "evidence": "佐证",
    "declared_at": "申报时间",
    "verified_at": "核实时间",
    "id": "标识",
}


class DeclarationIn(BaseModel):
    """What an enterprise says of one indicator in one month."""

    model_config = ConfigDict(extra="forbid")

    month: MonthText
    indicator: Annotated[str, Field(max_length=40)]
    have: Amount
    need: Amount
    evidence: Annotated[str, Field(max_length=2000)] = ""
    enterprise_id: Annotated[str, Field(max_length=200)] = ""


class CheckedIn(BaseModel):
    """What an officer found on a visit; without amounts: as declared."""

    model_config = ConfigDict(extra="forbid")

    visit_id: Annotated[str, Field(max_length=200)]
    have: Amount | None = None
    need: Amount | None = None
    text: Annotated[str, Field(max_length=2000)] = ""


@router.post(
    "", status_code=201, responses={201: schemas.answer(_OBJECT), **responses(*_REFUSALS, 409)}
)
def create_declaration(
    body: DeclarationIn,
    service: TheService,
    sight: TheSight,
    now: Now,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Declare one indicator of one month; again until it is verified."""
    actor = _signed_in(sight)
    if not may_create(actor.role, Declaration, _DOOR):
        raise ForbiddenError(f"The role {actor.role} does not declare.", "The enterprise does.")
    own = actor.enterprise_id if actor.role is Role.ENTERPRISE else None
    form = Form(**{**body.model_dump(), "enterprise_id": body.enterprise_id or own or ""})
    told = hashlib.sha256(f"declare\n{body.model_dump_json()}".encode()).hexdigest()
    answer_of = _answering(sight, 201)
    record_id, done = declarationbook.take_form(
        service.store,
        service.park,
        form,
        actor=actor,
        at=now,
        idempotency=Idempotency(idempotency_key, told, answer_of) if idempotency_key else None,
    )
    answer = done.answer
    if answer is None:
        answer = answer_of([service.store.get("declarations", record_id, actor=actor)])
    return _response(answer)


@router.get("", responses={200: schemas.answer(_OBJECT, xlsx=True), **responses(*_REFUSALS)})
def list_declarations(
    service: TheService,
    sight: TheSight,
    now: Now,
    month: Annotated[str | None, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")] = None,
    enterprise: Annotated[str | None, Query(max_length=200)] = None,
    form: Annotated[str, Query(alias="f", pattern="^(json|xlsx)$")] = "json",
) -> Response:
    """List declarations; an enterprise sees its own."""
    audience.check_collection(sight, "declarations")
    asked = {"month": month, "enterprise_id": enterprise}
    filters = {name: value for name, value in asked.items() if value}
    found = find_all(service.store, sight, StoreQuery("declarations", filters=filters))
    owners = [getattr(one.record, "enterprise_id", "") for one in found]
    names = names_of(service.store, sight, owners) if found else {}
    rows = [
        {**_json(one, sight), "name": names.get(owner, "")}
        for one, owner in zip(found, owners, strict=True)
    ]
    if form == "json":
        return Json({"declarations": rows})
    return sheets.download(
        "自治申报",
        [sheets.table("自治申报", COLUMNS, rows)],
        store=service.store,
        park=service.park,
        sight=sight,
        as_of=now,
        now=now,
        filters=filters,
    )


@router.post(
    "/{declaration_id}/verify",
    responses={200: schemas.answer(_OBJECT), **responses(*_REFUSALS, 409, 412)},
)
def verify_declaration(
    declaration_id: Annotated[str, Path(max_length=300)],
    body: CheckedIn,
    request: Request,
    service: TheService,
    sight: TheSight,
    now: Now,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Verify a declaration on a visit, or correct a false one; both are events."""
    actor = _signed_in(sight)
    told = hashlib.sha256(f"{declaration_id}\n{body.model_dump_json()}".encode()).hexdigest()
    answer_of = _answering(sight, 200)
    done = declarationbook.verify(
        service.store,
        declaration_id,
        Checked(**body.model_dump()),
        actor=actor,
        at=now,
        if_match=request.headers.get("if-match"),
        idempotency=Idempotency(idempotency_key, told, answer_of) if idempotency_key else None,
    )
    answer = done.answer
    if answer is None:
        answer = answer_of([service.store.get("declarations", declaration_id, actor=actor)])
    return _response(answer)


def _signed_in(sight: Sight) -> Actor:
    if sight.actor is None:
        raise AuthError("Nobody is signed in.", "Sign in at /login, or send a bearer token.")
    return sight.actor


def _json(stored: Stored[Record], sight: Sight) -> dict[str, Any]:
    record = stored.record
    shown = {name: getattr(record, name) for name in _FIELDS if sight.shows("declarations", name)}
    state = state_of(record) if isinstance(record, Declaration) else ""
    return {**shown, "state": state, "etag": stored.etag}


def _answering(sight: Sight, status: int) -> Any:
    """Give what makes an answer of what was written: the declaration, without person data."""
    quiet = audience.without_persons(sight)

    def answer_of(stored: Sequence[Stored[Record]]) -> Answer:
        kept = next(one for one in stored if isinstance(one.record, Declaration))
        said = to_json(_json(kept, quiet)).decode()
        return Answer(status, said, {"ETag": f'"{kept.etag}"'})

    return answer_of


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, dict(answer.headers), media_type="application/json")
