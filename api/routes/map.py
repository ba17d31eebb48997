"""/v1/map and the lists beside it: what a map page draws, who waits for a place, the sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Query, Response

from api import audience, schemas, sheets
from api.answers import Json
from api.deps import Now, TheService, TheShown, TheSight, TimeKey
from api.finding import find_enterprises
from api.mesh import lon_lat_bounds
from api.points import marks_json
from api.problems import responses
from api.routes.surfaces import Format
from api.service import board_of
from api.unlocated import unlocated_rows
from geo_risk import crs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.service import Service
    from api.shown import Shown

router = APIRouter(prefix="/v1", tags=["map"], default_response_class=Json)

_REFUSALS = (401, 403, 422, 503)


@router.get("/map", responses={200: schemas.answer(schemas.MAP), **responses(*_REFUSALS)})
def read_map(
    service: TheService,
    shown: TheShown,
    sight: TheSight,
    now: Now,
    premises: Annotated[
        Literal["features", "points"],
        Query(description="GeoJSON features, or columns `id`, `lon`, `lat`: a sixth of the size."),
    ] = "features",
) -> Response:
    """Give everything a map page draws besides tiles, cut to the reader."""
    audience.check_map(sight, service.park.map)
    park, rules = service.park.park, service.park.map
    board = board_of(service, sight, now)
    return Json(
        {
            "park": {
                "id": park.id,
                "name": park.name,
                "synthetic": park.synthetic,
                "timezone": park.timezone,
                "approval_number": rules.approval_number,
                "approval_exemption": rules.approval_exemption,
                "audience": sight.audience.value,
            },
            "bounds": _bounds(service, shown),
            "boundary": service.wire.geometries_out([service.boundary])[0],
            "zones": _collection(board.zone_features(shown.publication)),
            "roads": _collection(board.roads()),
            "stations": _collection(board.stations()),
            "premises": board.premises_points()
            if premises == "points"
            else _collection(board.premises(shown.publication)),
            "landmarks": _collection(board.landmarks()),
            "unlocated": board.unlocated(),
        }
    )


@router.get(
    "/map/reports",
    responses={200: schemas.answer(schemas.MARKS), **responses(401, 403, 404, 422, 503)},
)
def read_reports(
    service: TheService, shown: TheShown, sight: TheSight, time: TimeKey = "now"
) -> Response:
    """Give reports as marks: of a month, or of the twelve months up to the moment asked for."""
    audience.check_cells(sight)
    audience.check_collection(sight, "reports")
    since, until = service.past.span(time, shown)
    points = service.kept.report_points()
    kinds = audience.own_filters(sight, "reports").get("kind")
    if kinds is not None:
        points = points.where(np.isin(points.kinds, kinds))
    places = service.wire.points_out(points.lon, points.lat)
    marks = marks_json(points, places, since=since, until=until)
    known = service.park.kinds
    names = {one: [known[one].name, known[one].en] for one in marks["kinds"] if one in known}
    return Json({**marks, "names": names})


@router.get("/map/find", responses={200: schemas.answer(schemas.FOUND), **responses(*_REFUSALS)})
def find_place(
    service: TheService,
    sight: TheSight,
    now: Now,
    wanted: Annotated[
        str, Query(alias="q", max_length=100, description="Part of a name, a code, or initials.")
    ] = "",
) -> Response:
    """Find enterprises by name, code or pinyin initials, to show them on the map."""
    audience.check_cells(sight)
    audience.check_collection(sight, "enterprises")
    board = board_of(service, sight, now)
    return Json({"found": find_enterprises(service.finder, board, wanted)})


@router.get(
    "/premises/unlocated",
    responses={200: schemas.answer(schemas.UNLOCATED, xlsx=True), **responses(*_REFUSALS)},
)
def read_unlocated(
    service: TheService, shown: TheShown, sight: TheSight, now: Now, form: Format = "json"
) -> Response:
    """List the premises that wait for a place, with the ETag that a pin must name."""
    audience.check_station(sight)
    rows = unlocated_rows(service.store, sight, now)
    if form == "json":
        return Json({"premises": rows, "total": len(rows)})
    return sheets.download(
        "待定位场所",
        [sheets.table("待定位场所", sheets.UNLOCATED_COLUMNS, rows)],
        store=service.store,
        park=service.park,
        sight=sight,
        as_of=shown.publication.as_of if shown.publication else now,
        now=now,
    )


@router.get(
    "/imports", responses={200: schemas.answer(schemas.IMPORTS, xlsx=True), **responses(*_REFUSALS)}
)
def read_imports(
    service: TheService, shown: TheShown, sight: TheSight, now: Now, form: Format = "json"
) -> Response:
    """Give what the last build read of each source, and what it set aside."""
    audience.check_station(sight)
    publication = shown.publication
    sources = [dict(one) for one in publication.sources] if publication else []
    as_of = publication.as_of if publication else now
    if form == "json":
        return Json(
            {
                "sources": sources,
                "as_of": publication.as_of.isoformat() if publication else None,
                "facts": dict(publication.facts) if publication else {},
            }
        )
    return sheets.download(
        "数据来源",
        [sheets.table("数据来源", sheets.SOURCE_COLUMNS, sources)],
        store=service.store,
        park=service.park,
        sight=sight,
        as_of=as_of,
        now=now,
    )


def _bounds(service: Service, shown: Shown) -> list[float]:
    """Give west, south, east, north of the boundary in WGS-84 degrees."""
    west, south, east, north = service.boundary.bounds
    lon, lat = crs.to_wgs84(
        [west, east, west, east], [south, south, north, north], service.park.park.datum
    )
    box = [float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())]
    if shown.publication is None:
        return box
    main = shown.publication.surfaces[shown.publication.main]
    grid = lon_lat_bounds(main.surface.grid, service.park.park.datum)
    return [min(box[0], grid[0]), min(box[1], grid[1]), max(box[2], grid[2]), max(box[3], grid[3])]


def _collection(features: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}
