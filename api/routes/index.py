"""/v1/index: the safety index of a month, its preview, publication, bulletin, and its weights.

The station reads all, an enterprise its own month, the public the bulletin only. Inputs and the
reference table, which holds lookers' effects, leave by no route. Publishing again gives the same
digests; a month that is still open is refused with the moment at which it closes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from api import audience, schemas, sheets
from api.answers import Json
from api.deps import Now, ThePark, TheService, TheSight, TheStore
from api.index_sheets import bulletin_sheets, index_sheet
from api.languages import Lang
from api.ogc.entries import Number
from api.page_deps import ThePages
from api.problems import responses
from api.reading import names_of
from geo_risk import monthly
from geo_risk.errors import AuthError, ForbiddenError, NotFoundError
from geo_risk.records import Actor, Audience, Role
from geo_risk.safety_index import shown
from geo_risk.store import Query as RecordQuery
from maps.bulletin import BulletinView, bulletin_page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.audience import Sight
    from geo_risk.park import ParkFile
    from geo_risk.store import Store

router = APIRouter(prefix="/v1/index", tags=["safety index"], default_response_class=Json)

Month = Annotated[str, Path(pattern=r"^(19|20)\d{2}-(0[1-9]|1[0-2])$", description="YYYY-MM.")]
Format = Annotated[
    str, Query(alias="f", pattern="^(json|xlsx)$", description="json, or xlsx to download.")
]
PageFormat = Annotated[
    str, Query(alias="f", pattern="^(html|json|xlsx)$", description="html to print, json, or xlsx.")
]
Revision = Annotated[int | None, Query(ge=0, le=1000, description="The newest, unless given.")]
_REFUSALS = (401, 403, 404, 422, 503)
_PUBLISHERS = frozenset({Role.CHIEF, Role.KEEPER})
_OBJECT = schemas.answer({"type": "object"})
_BOTH = schemas.answer({"type": "object"}, xlsx=True)


class WeightsIn(BaseModel):
    """A draft: indicator to points, all eighteen of them, 100 together."""

    model_config = ConfigDict(extra="forbid")

    weights: dict[str, Annotated[Number, Field(ge=0, le=100, allow_inf_nan=False)]]


class RevisionIn(BaseModel):
    """What an upheld objection takes out of a month, ids of reports or visits; and why."""

    model_config = ConfigDict(extra="forbid")

    without: Annotated[list[str], Field(min_length=1, max_length=100)]
    reason: str = Field(min_length=1, max_length=2000, description="why, in words")


@router.get("", responses={200: _OBJECT, **responses(*_REFUSALS)})
def read_months(store: TheStore, sight: TheSight) -> Response:
    """List the months that are published."""
    months = [{"month": one} for one in monthly.frozen_months(store)]
    if sight.is_station:
        months = [
            {**one, "revision": said["revision"], "digest": said["digest"]}
            for one in months
            for said in [monthly.results(store, one["month"])]
        ]
    return Json({"months": months})


@router.get("/weights", responses={200: _OBJECT, **responses(*_REFUSALS)})
def read_weights(store: TheStore, park: ThePark, sight: TheSight, now: Now) -> Response:
    """List every draft with its signatures, and the weights in force this month."""
    audience.check_names(sight)
    month = monthly.month_of(now, park)
    held, weights = monthly.weights_of(store, park, month)
    in_force = weights or monthly.params_of(park).weights
    return Json(
        {
            "in_force": {"id": held, "month": month, "weights": dict(in_force)},
            "drafts": [_weights_json(one) for one in monthly.all_weights(store)],
        }
    )


@router.post("/weights", status_code=201, responses={201: _OBJECT, **responses(*_REFUSALS)})
def draft_weights(
    body: WeightsIn, store: TheStore, park: ThePark, sight: TheSight, now: Now
) -> Response:
    """Draw up weights; the answer says who would have moved in the last twelve months."""
    made = monthly.draft(store, park, body.weights, actor=_chief(sight), at=now)
    return Json({**_weights_json(made), "moves": _moves(store, park, made.weights)}, 201)


@router.get("/weights/{weights_id}/moves", responses={200: _OBJECT, **responses(*_REFUSALS)})
def read_moves(weights_id: str, store: TheStore, park: ThePark, sight: TheSight) -> Response:
    """Say who would have moved in the last twelve months under a draft."""
    audience.check_names(sight)
    found = next((one for one in monthly.all_weights(store) if one.id == weights_id), None)
    if found is None:
        raise NotFoundError(f"There are no weights {weights_id!r}.", "See /v1/index/weights.")
    return Json({"id": found.id, "moves": _moves(store, park, found.weights)})


@router.post("/weights/{weights_id}/sign", responses={200: _OBJECT, **responses(*_REFUSALS, 409)})
def sign_weights(
    weights_id: str, store: TheStore, park: ThePark, sight: TheSight, now: Now
) -> Response:
    """Sign a draft; with the second signature it holds from the next month."""
    signed = monthly.sign(store, park, weights_id, actor=_chief(sight), at=now)
    return Json(_weights_json(signed))


@router.get("/{month}", responses={200: _BOTH, **responses(*_REFUSALS)})
def read_index(
    month: Month,
    service: TheService,
    sight: TheSight,
    now: Now,
    revision: Revision = None,
    form: Format = "json",
) -> Response:
    """Give a published month: the station all of it, an enterprise its own."""
    _check_reader(sight)
    said = monthly.results(service.store, month, revision)
    return _answer(service.park, service.store, sight, said, now, form)


@router.get("/{month}/preview", responses={200: _BOTH, **responses(*_REFUSALS)})
def read_preview(
    month: Month, service: TheService, sight: TheSight, now: Now, form: Format = "json"
) -> Response:
    """Give a month as it stands now; nothing of it is kept."""
    audience.check_names(sight)
    computed = monthly.preview(service.store, service.park, month, now=now)
    said = monthly.said_by(computed)
    return _answer(service.park, service.store, sight, said, now, form)


@router.post("/{month}/publish", responses={200: _OBJECT, **responses(*_REFUSALS, 409)})
def publish_month(
    month: Month, store: TheStore, park: ThePark, sight: TheSight, now: Now
) -> Response:
    """Freeze a month that has closed; again, the same digests."""
    kept = monthly.freeze(store, park, month, actor=_chief(sight), at=now)
    return Json(_documents(month, kept))


@router.post("/{month}/revisions", responses={200: _OBJECT, **responses(*_REFUSALS, 409)})
def revise_month(
    month: Month, body: RevisionIn, store: TheStore, park: ThePark, sight: TheSight, now: Now
) -> Response:
    """Make the next revision after an upheld objection, of this month and every later one."""
    revised = monthly.correct(
        store, park, month, body.without, body.reason, actor=_chief(sight), at=now
    )
    return Json({"revised": [_documents("", kept) for kept in revised]})


@router.get(
    "/{month}/bulletin",
    response_class=HTMLResponse,
    responses={200: schemas.LIST_PAGE, **responses(*_REFUSALS)},
)
def read_bulletin(month: Month, pages: ThePages, lang: Lang, form: PageFormat = "html") -> Response:
    """Give the bulletin of a month (通报亮晒); at the station with every score and rank range."""
    service, sight = pages.service, pages.sight
    store, park = service.store, service.park
    said = monthly.results(store, month)
    earlier = monthly.shift_month(month, -1)
    before = monthly.results(store, earlier) if earlier in monthly.frozen_months(store) else None
    z, publish = park.safety_index.z, park.park.publish
    told = shown.bulletin_of(said, before, z=z, publish=publish)
    whole = sight.personal >= {"enterprises"} and sight.is_station and "slips" in sight.collections
    rows = shown.circulated(said["results"]) if whole else []
    named = {*told.blue, *told.improved, *told.named, *(row["id"] for row in rows)}
    names = _names(store, sight, sorted(named))
    view = BulletinView(
        told,
        names,
        scope=park.park.scope,
        frozen_at=said["frozen_at"][:10],
        rows=tuple(rows),
        propose=tuple(said["propose_cross_visits"]) if whole else (),
    )
    if form == "json":
        return Json(_bulletin_json(view))
    if form == "xlsx":
        return sheets.download(
            f"安商指数通报 {month}",
            bulletin_sheets(view),
            store=store,
            park=park,
            sight=sight,
            as_of=monthly.closing_of(month, park),
            now=pages.now,
        )
    return HTMLResponse(bulletin_page(pages.frame(), lang, view))


def _check_reader(sight: Sight) -> None:
    """Let the station read all, an enterprise itself; the public has the bulletin."""
    if sight.actor is None:
        raise AuthError(
            "Scores are for the station and the enterprise itself.",
            "Sign in, or read the bulletin: /v1/index/{month}/bulletin.",
        )
    if sight.audience is not Audience.ENTERPRISE:
        audience.check_names(sight)


def _chief(sight: Sight) -> Actor:
    if sight.actor is None:
        raise AuthError("Nobody is signed in.", "Sign in at /login, or send a bearer token.")
    if sight.actor.role not in _PUBLISHERS:
        raise ForbiddenError(f"The role {sight.actor.role} does not do that.", "A chief does.")
    return sight.actor


def _answer(
    park: ParkFile,
    store: Store,
    sight: Sight,
    said: Mapping[str, Any],
    now: Any,
    form: str,
) -> Response:
    rows = _rows(sight, said)
    names = names_of(store, sight, [row["id"] for row in rows])
    rows = [{**row, "name": names.get(row["id"], "")} for row in rows]
    month = said["month"]
    if form == "xlsx":
        return sheets.download(
            f"安商指数 {month}",
            [index_sheet(rows)],
            store=store,
            park=park,
            sight=sight,
            as_of=min(now, monthly.closing_of(month, park)),
            now=now,
        )
    kept = {
        name: said[name]
        for name in ("month", "revision", "digest", "frozen_at", "notes")
        if name in said
    }
    body: dict[str, Any] = {**kept, "preview": "revision" not in said, "enterprises": rows}
    if sight.is_station:
        body["propose_cross_visits"] = said["propose_cross_visits"]
    return Json(body)


def _rows(sight: Sight, said: Mapping[str, Any]) -> list[dict[str, Any]]:
    if sight.audience is not Audience.ENTERPRISE:
        return shown.ranking(said["results"])
    own = (sight.actor.enterprise_id if sight.actor else "") or ""
    if own not in said["results"]:
        raise NotFoundError(
            f"{said['month']} has nothing of you.", "It counts from your first day."
        )
    return [shown.own_row(own, said["results"][own])]


def _names(store: Store, sight: Sight, ids: Sequence[str]) -> dict[str, str]:
    """Read the names of those that are named; the reading is audited, the public's too."""
    if not ids:
        return {}
    found = store.find(RecordQuery("enterprises", ids=ids, personal=True), actor=sight.reader)
    return {one.record.id: getattr(one.record, "name", "") or one.record.id for one in found}


def _documents(month: str, kept: Mapping[str, Any]) -> dict[str, Any]:
    output = kept["index.output"]
    return {
        "month": month or output.key,
        "revision": output.revision,
        "digest": output.digest,
        "digests": {kind: one.digest for kind, one in kept.items()},
        "at": output.at.isoformat(),
    }


def _weights_json(one: monthly.Weights) -> dict[str, Any]:
    return {
        "id": one.id,
        "weights": dict(one.weights),
        "drafted_by": one.drafted_by,
        "drafted_at": one.drafted_at,
        "signatures": [vars(some) for some in one.signatures],
        "valid_from": one.valid_from,
    }


def _moves(store: Store, park: ParkFile, weights: Mapping[str, float]) -> list[dict[str, Any]]:
    return [
        {**vars(one), "movers": [vars(some) for some in one.movers]}
        for one in monthly.who_would_move(store, park, weights)
    ]


def _bulletin_json(view: BulletinView) -> dict[str, Any]:
    told = view.bulletin
    return {
        "month": told.month,
        "revision": told.revision,
        "digest": told.digest,
        "scope": view.scope,
        "scored": told.scored,
        "notes": list(told.notes),
        "groups": [vars(one) for one in told.groups],
        "blue": [view.name(one) for one in told.blue],
        "improved": [view.name(one) for one in told.improved],
        "named": {view.name(one): colour for one, colour in told.named.items()},
        "enterprises": [{**row, "name": view.name(row["id"])} for row in view.rows],
        "propose_cross_visits": list(view.propose),
    }
