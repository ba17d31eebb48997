"""/v1/surfaces: what is published, value and reason at a point, zones, scores, GeoTIFF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api import audience, figures, schemas, sheets
from api.answers import Json, with_etag
from api.coverage import write_cog
from api.deps import Now, ThePark, TheService, TheShown, TheShownAt, TheSight, TheStore
from api.live_map import takes_reports
from api.problems import responses
from api.service import board_of

if TYPE_CHECKING:
    from datetime import datetime

    from api.past import Moment
    from api.service import Service
    from api.shown import Shown

router = APIRouter(prefix="/v1/surfaces", tags=["surfaces"], default_response_class=Json)

Lon = Annotated[float, Query(ge=-180, le=180, description="Longitude, degrees, WGS-84.")]
Lat = Annotated[float, Query(ge=-90, le=90, description="Latitude, degrees, WGS-84.")]
Format = Annotated[
    str, Query(alias="f", pattern="^(json|xlsx)$", description="json, or xlsx to download.")
]
_REFUSALS = (401, 403, 404, 422, 503)


@router.get(
    "", responses={200: schemas.answer(schemas.SURFACES, xlsx=True), **responses(*_REFUSALS)}
)
def read_surfaces(
    service: TheService,
    current: TheShown,
    shown: TheShownAt,
    sight: TheSight,
    now: Now,
    form: Format = "json",
) -> Response:
    """List the surfaces that the reader may see, the main one first."""
    audience.check_map(sight, service.park.map)
    listed = _surfaces(service, shown, sight, now)
    main = listed[0]["id"] if listed else None
    if form == "json":
        times = service.past.moments(current) if sight.cells else []
        return Json({"surfaces": listed, "main": main, "times": [_time_json(one) for one in times]})
    publication = shown.require()
    return sheets.download(
        "图层",
        [sheets.table("图层", sheets.SURFACE_COLUMNS, listed)],
        store=service.store,
        park=service.park,
        sight=sight,
        as_of=publication.as_of,
        now=now,
    )


@router.get(
    "/{surface_id}", responses={200: schemas.answer(schemas.SURFACE), **responses(*_REFUSALS)}
)
def read_surface(
    surface_id: str,
    request: Request,
    service: TheService,
    shown: TheShownAt,
    sight: TheSight,
    now: Now,
) -> Response:
    """Describe one surface."""
    audience.check_map(sight, service.park.map)
    graded = shown.surface(surface_id)
    _check_surface(sight, shown, surface_id)
    if not sight.cells:
        kept = board_of(service, sight, now).public_surface(shown.require())
        described = kept.described["surface"]
        return with_etag(request, Json(described), f"{described['version']}-{kept.month}")
    tiles = shown.tiles[surface_id]
    live = takes_reports(shown, surface_id)
    described = figures.surface_json(graded, tiles, shown.require(), service.park, live=live)
    return with_etag(request, Json(described), f"{tiles.version}-{_state(shown)}-{sight.audience}")


@router.get(
    "/{surface_id}/value", responses={200: schemas.answer(schemas.VALUE), **responses(*_REFUSALS)}
)
def read_value(
    surface_id: str,
    lon: Lon,
    lat: Lat,
    service: TheService,
    shown: TheShownAt,
    sight: TheSight,
    now: Now,
) -> Response:
    """Give value and class of the cell at a point."""
    audience.check_cells(sight)
    graded = shown.surface(surface_id)
    board = board_of(service, sight, now)
    value = figures.value_json(
        graded, shown.tiles[surface_id].version, lon, lat, service.park.park.datum
    )
    return Json({**value, "zone_id": board.zone_at(lon, lat)})


@router.get(
    "/{surface_id}/explain",
    responses={200: schemas.answer(schemas.EXPLANATION), **responses(*_REFUSALS)},
)
def read_explanation(
    surface_id: str,
    lon: Lon,
    lat: Lat,
    service: TheService,
    shown: TheShownAt,
    sight: TheSight,
    now: Now,
) -> Response:
    """Give the value at a point, what it is made of, and the premises within 500 m."""
    audience.check_cells(sight)
    graded, datum = shown.surface(surface_id), service.park.park.datum
    board = board_of(service, sight, now)
    return Json(
        {
            **figures.value_json(graded, shown.tiles[surface_id].version, lon, lat, datum),
            "zone_id": board.zone_at(lon, lat),
            **figures.contributions_json(graded, lon, lat, datum),
            "premises": board.nearby(shown.require(), lon, lat),
        }
    )


@router.get(
    "/{surface_id}/zones",
    responses={200: schemas.answer(schemas.ZONES, xlsx=True), **responses(*_REFUSALS)},
)
def read_zones(
    surface_id: str,
    service: TheService,
    shown: TheShownAt,
    sight: TheSight,
    now: Now,
    form: Format = "json",
) -> Response:
    """Give the zones under one surface; merged and withheld where the public must not see them."""
    audience.check_map(sight, service.park.map)
    graded, publication = shown.surface(surface_id), shown.require()
    _check_surface(sight, shown, surface_id)
    board = board_of(service, sight, now)
    found = board.zone_figures(publication, graded)
    as_of = publication.as_of if sight.is_station else board.public_surface(publication).as_of
    if form == "json":
        return Json({"surface": surface_id, "as_of": as_of.isoformat(), **found})
    return sheets.download(
        f"巡区风险-{surface_id}",
        [sheets.table("巡区风险", sheets.ZONE_COLUMNS, found["zones"])],
        store=service.store,
        park=service.park,
        sight=sight,
        as_of=as_of,
        now=now,
        filters={"图层": surface_id},
    )


@router.get(
    "/{surface_id}/scorecard",
    responses={200: schemas.answer(schemas.SCORECARD), **responses(*_REFUSALS)},
)
def read_scorecard(
    surface_id: str, service: TheService, shown: TheShownAt, sight: TheSight, now: Now
) -> Response:
    """Say how far to trust a surface: its own out-of-sample score, model and inputs."""
    audience.check_map(sight, service.park.map)
    graded = shown.surface(surface_id)
    _check_surface(sight, shown, surface_id)
    if not sight.cells:
        kept = board_of(service, sight, now).public_surface(shown.require())
        return Json(kept.described["scorecard"])
    return Json(figures.scorecard_json(graded, shown.tiles[surface_id].version, shown.require()))


@router.get(
    "/{surface_id}/coverage.tif",
    response_class=Response,
    responses={
        200: {
            "description": "Cloud Optimized GeoTIFF",
            "content": {"image/tiff": {"schema": {"type": "string", "format": "binary"}}},
        },
        **responses(*_REFUSALS),
    },
)
def read_coverage(
    surface_id: str,
    request: Request,
    park: ThePark,
    store: TheStore,
    shown: TheShownAt,
    sight: TheSight,
    now: Now,
) -> Response:
    """Give a surface's values as a Cloud Optimized GeoTIFF in the park's working CRS."""
    audience.check_cells(sight)
    graded = shown.surface(surface_id)
    store.audit(sight.reader, "export", f"coverage/{surface_id}", now)
    answer = Response(
        write_cog(graded, park.park.datum), media_type="image/tiff; application=geotiff"
    )
    return with_etag(request, answer, f"{shown.tiles[surface_id].version}-{_state(shown)}")


def _surfaces(
    service: Service, shown: Shown, sight: audience.Sight, now: datetime
) -> list[dict[str, Any]]:
    publication = shown.publication
    if publication is None:
        return []
    if not sight.cells:
        kept = board_of(service, sight, now).public_surface(publication)
        return [dict(kept.described["surface"])]
    ids = [publication.main, *(one for one in publication.surfaces if one != publication.main)]
    return [
        figures.surface_json(
            publication.surfaces[one],
            shown.tiles[one],
            publication,
            service.park,
            live=takes_reports(shown, one),
        )
        for one in ids
    ]


def _state(shown: Shown) -> str:
    """Name what is shown: the publication, and what was stamped on it since."""
    return f"{shown.sequence}.{shown.until}"


def _time_json(moment: Moment) -> dict[str, Any]:
    """Give one stop of the time slider."""
    return {
        "key": moment.key,
        "kind": moment.kind,
        "start": moment.start.isoformat(),
        "end": moment.end.isoformat(),
    }


def _check_surface(sight: audience.Sight, shown: Shown, surface_id: str) -> None:
    """Let readers outside the station see the main surface only: effort is the station's."""
    if surface_id != shown.require().main:
        audience.check_cells(sight)
