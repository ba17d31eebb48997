"""/ogc: OGC API - Features, reading. What is asked is checked in `ogc.asked`, cut in `audience`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import RedirectResponse

from api import audience, schemas, sheets
from api.answers import GeoJson, Json, with_etag
from api.deps import Now, TheService, TheShown, TheSight
from api.mesh import lon_lat_bounds
from api.ogc.asked import MAX_LIMIT, Asked, read_asked, read_format, unique
from api.ogc.documents import Documents
from api.ogc.features import features_of, field_types, plain, queryables
from api.ogc.wire import CRS84
from api.problems import responses
from api.reading import find_page, get_one
from geo_risk.errors import NotFoundError
from geo_risk.export import sheet_of
from geo_risk.records import COLLECTIONS, LISTED
from geo_risk.store import Query

if TYPE_CHECKING:
    from datetime import datetime

    from api.reading import Found
    from api.service import Service

router = APIRouter(prefix="/ogc", tags=["OGC API - Features"], default_response_class=Json)

_REFUSALS = (400, 401, 403, 404, 503)
_NAMES = list(LISTED)
CollectionId = Annotated[
    str, Path(description="Name of a collection.", json_schema_extra={"enum": _NAMES})
]
FeatureId = Annotated[
    str,
    Path(description="Id of a record, percent-encoded whole.", json_schema_extra={"minLength": 1}),
]


def documents_of(
    request: Request, service: TheService, shown: TheShown, sight: TheSight
) -> Documents:
    """Make the writer of documents for one request."""
    base = service.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    datum = service.park.park.datum
    if shown.publication is not None:
        grid = shown.publication.surfaces[shown.publication.main].surface.grid
        bounds: Any = lon_lat_bounds(grid, datum)
    else:
        (outline,) = service.wire.geometries_out([service.boundary.envelope])
        corners = outline["coordinates"][0]
        lons, lats = [one[0] for one in corners], [one[1] for one in corners]
        bounds = (min(lons), min(lats), max(lons), max(lats))
    return Documents(base, service.park.park.name, sight, service.wire, bounds)


TheDocuments = Annotated[Documents, Depends(documents_of)]


def only_format(request: Request) -> None:
    """Refuse every parameter but `f=json`, on documents that take no other."""
    given = unique(request.query_params.multi_items(), ("f",))
    read_format(given.get("f"), ("json",))


def _parameters(*, items: bool, crs: bool) -> dict[str, Any]:
    """Declare the query parameters that are read by hand, for /openapi.json."""
    text: dict[str, Any] = {"type": "string"}
    numbers = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
    declared: list[dict[str, Any]] = [
        {"name": "f", "schema": {"type": "string", "enum": ["json", "xlsx"] if items else ["json"]}}
    ]
    if crs:
        declared.append({"name": "crs", "schema": {**text, "format": "uri"}})
    if items:
        most = f"at most so many items; more than {MAX_LIMIT} gives {MAX_LIMIT}"
        limit = {"type": "integer", "minimum": 1, "default": 1000, "description": most}
        declared += [
            {"name": "bbox", "schema": numbers, "style": "form", "explode": False},
            {"name": "bbox-crs", "schema": {**text, "format": "uri"}},
            {"name": "datetime", "schema": text},
            {"name": "limit", "schema": limit},
            {"name": "after", "schema": text},
        ]
    return {"parameters": [{"in": "query", "required": False, **one} for one in declared]}


_DOCUMENT: dict[str, Any] = {
    "dependencies": [Depends(only_format)],
    "openapi_extra": _parameters(items=False, crs=False),
}


@router.get(
    "/", responses={200: schemas.answer(schemas.LANDING), **responses(*_REFUSALS)}, **_DOCUMENT
)
def read_landing(documents: TheDocuments) -> Response:
    """Give the landing page."""
    return Json(documents.landing())


@router.get("", include_in_schema=False)
def read_landing_without_slash(documents: TheDocuments) -> Response:
    """Give the landing page to who left out the slash."""
    return Json(documents.landing())


@router.get("/api", include_in_schema=False)
def read_api() -> Response:
    """Lead to the API's description."""
    return RedirectResponse("/openapi.json", 307)


@router.get(
    "/conformance",
    responses={200: schemas.answer(schemas.CONFORMANCE), **responses(*_REFUSALS)},
    **_DOCUMENT,
)
def read_conformance(documents: TheDocuments) -> Response:
    """Say which parts of the standard are met."""
    return Json(documents.conformance())


@router.get(
    "/collections",
    responses={200: schemas.answer(schemas.COLLECTIONS), **responses(*_REFUSALS)},
    **_DOCUMENT,
)
def read_collections(documents: TheDocuments) -> Response:
    """List the collections that the reader may see."""
    return Json(documents.collections())


@router.get(
    "/collections/{collection_id}",
    responses={200: schemas.answer(schemas.COLLECTION), **responses(*_REFUSALS)},
    **_DOCUMENT,
)
def read_collection(
    collection_id: CollectionId, documents: TheDocuments, sight: TheSight
) -> Response:
    """Describe one collection."""
    return Json(documents.collection(_checked(collection_id, sight)))


@router.get(
    "/collections/{collection_id}/queryables",
    responses={
        200: schemas.answer(schemas.SCHEMA_DOCUMENT, "application/schema+json"),
        **responses(*_REFUSALS),
    },
    **_DOCUMENT,
)
def read_queryables(
    collection_id: CollectionId, documents: TheDocuments, sight: TheSight
) -> Response:
    """Say by which fields a collection may be filtered."""
    found = documents.queryables(_checked(collection_id, sight))
    return Json(found, media_type="application/schema+json")


@router.get(
    "/collections/{collection_id}/items",
    response_class=GeoJson,
    responses={
        200: schemas.answer(schemas.FEATURES, "application/geo+json", xlsx=True),
        **responses(*_REFUSALS),
    },
    openapi_extra=_parameters(items=True, crs=True),
)
def read_items(
    collection_id: CollectionId,
    request: Request,
    service: TheService,
    documents: TheDocuments,
    sight: TheSight,
    now: Now,
) -> Response:
    """Give one page of a collection's records; further parameters filter by its queryables."""
    name = _checked(collection_id, sight)
    _check_map(name, sight, service)
    pairs = request.query_params.multi_items()
    asked = read_asked(pairs, queryables(sight, name), service.wire, service.park.zone)
    found = find_page(service.store, sight, _query(name, asked))
    if asked.format == "xlsx":
        return _sheet(name, found, asked, service, sight, now)
    features = features_of(found.items, sight, name, service.wire, asked.crs)
    body = {
        "type": "FeatureCollection",
        "features": features,
        "numberMatched": found.matched,
        "numberReturned": len(features),
        "timeStamp": plain(now),
        "links": documents.items_links(name, dict(pairs), found.next),
    }
    return GeoJson(body, headers={"Content-Crs": f"<{asked.crs}>"})


@router.get(
    "/collections/{collection_id}/items/{feature_id:path}",
    response_class=GeoJson,
    responses={
        200: schemas.answer(schemas.FEATURE, "application/geo+json"),
        **responses(*_REFUSALS),
    },
    openapi_extra=_parameters(items=False, crs=True),
)
def read_item(
    collection_id: CollectionId,
    feature_id: FeatureId,
    request: Request,
    service: TheService,
    documents: TheDocuments,
    sight: TheSight,
) -> Response:
    """Give one record, with the ETag that a change must name."""
    name = _checked(collection_id, sight)
    _check_map(name, sight, service)
    given = unique(request.query_params.multi_items(), ("f", "crs"))
    read_format(given.get("f"), ("json",))
    crs = service.wire.check(given["crs"]) if "crs" in given else CRS84
    found = get_one(service.store, sight, name, feature_id)
    (feature,) = features_of([found], sight, name, service.wire, crs)
    answer = GeoJson(
        {**feature, "links": documents.item_links(name, found.record.id)},
        headers={"Content-Crs": f"<{crs}>"},
    )
    return with_etag(request, answer, found.etag)


def _checked(name: str, sight: audience.Sight) -> str:
    if name not in LISTED:
        raise NotFoundError(
            f"There is no collection {name!r}.", f"There are: {', '.join(sight.collections)}."
        )
    audience.check_collection(sight, name)
    return name


def _check_map(name: str, sight: audience.Sight, service: Service) -> None:
    """Zones are a map: shown in public, they need its approval."""
    if name == "zones":
        audience.check_map(sight, service.park.map)


def _query(name: str, asked: Asked) -> Query:
    return Query(
        name,
        bbox=asked.bbox,
        time_from=asked.time_from,
        time_to=asked.time_to,
        filters=asked.filters,
        after=asked.after,
        limit=asked.limit,
    )


def _sheet(
    name: str, found: Found, asked: Asked, service: Service, sight: audience.Sight, now: datetime
) -> Response:
    kind = COLLECTIONS[name]
    records = [one.record for one in found.items]
    filters = {**asked.filters}
    if found.matched > len(records):
        filters["行数上限"] = f"{len(records)} / {found.matched}"
    hidden = [one for one in field_types(name) if not sight.shows(name, one)]
    return sheets.download(
        kind.title_zh,
        [sheet_of(kind, records, hidden)],
        store=service.store,
        park=service.park,
        sight=sight,
        as_of=now,
        now=now,
        filters=filters,
        datum=service.park.park.datum,
    )
