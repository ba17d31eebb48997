"""/v1/zones/rebalance, /v1/stations/...: what could be changed, for the chief to decide; pages too.

Nothing here changes a zone or a station: whoever decides brings the new ones in as a source.
Coverage by today's stations is for the whole station, proposals for chief and keeper.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from api import audience, schemas
from api.answers import GeoJson, Json
from api.deps import Now, TheService, TheSight
from api.languages import Lang, remember_lang
from api.page_deps import ThePages
from api.problems import responses
from api.proposal_views import stations_shown, zones_shown
from api.reading import names_of
from geo_risk.errors import TooLargeError
from geo_risk.planbook.proposal_figures import (
    stations_geojson,
    stations_json,
    zones_geojson,
    zones_json,
)
from geo_risk.planbook.proposals import propose_stations, propose_zones
from geo_risk.planbook.survey import read_survey
from maps.proposal import nothing_page, stations_proposal_page, zones_proposal_page

if TYPE_CHECKING:
    from datetime import datetime

    from api.service import Service
    from geo_risk.planbook.proposals import StationsProposed, ZonesProposed

router = APIRouter(tags=["proposals"], default_response_class=Json)

Minutes = Annotated[float, Query(ge=0.5, le=120, description="A station is near within so many.")]
Count = Annotated[int, Query(ge=1, le=20, description="So many sites at most.")]
Type = Annotated[
    str, Query(alias="type", max_length=100, description="Type of station; all without it.")
]
Format = Annotated[
    str, Query(alias="f", pattern="^(json|geojson)$", description="json, or geojson to draw.")
]
Fresh = Annotated[bool, Query(description="Work it out again, not as a moment ago.")]
_REFUSALS = (401, 403, 404, 422, 503)
_MOST_PREMISES = 3_000  # ten seconds; a city takes minutes, which is no time for a request
_OBJECT = {"schema": {"type": "object"}}
_FORMS: dict[str, Any] = {
    "description": "OK",
    "content": {"application/json": _OBJECT, "application/geo+json": _OBJECT},
}


@router.get("/v1/zones/rebalance", responses={200: _FORMS, **responses(*_REFUSALS, 413)})
def read_rebalance(
    service: TheService, sight: TheSight, now: Now, form: Format = "json", *, fresh: Fresh = False
) -> Response:
    """Propose patrol zones of more equal workload; nothing is applied."""
    audience.check_head(sight)
    found, at = _zones(service, now, fresh=fresh)
    if form == "geojson":
        return GeoJson(zones_geojson(found))
    return Json({"made_at": at, **zones_json(found)})


@router.get(
    "/v1/stations/coverage",
    responses={200: schemas.answer({"type": "object"}), **responses(*_REFUSALS)},
)
def read_coverage(
    service: TheService, sight: TheSight, now: Now, minutes: Minutes = 3.0, type_: Type = ""
) -> Response:
    """Say how many people are within so many minutes of today's stations, by zone."""
    audience.check_station(sight)
    found, at = stations_found(service, now, 0, minutes, type_)
    return Json({"made_at": at, **stations_json(found)})


@router.get("/v1/stations/site", responses={200: _FORMS, **responses(*_REFUSALS)})
def read_sites(
    service: TheService,
    sight: TheSight,
    now: Now,
    count: Count = 1,
    minutes: Minutes = 3.0,
    type_: Type = "",
    form: Format = "json",
    *,
    fresh: Fresh = False,
) -> Response:
    """Propose places for further stations, with what each adds; nothing is applied."""
    audience.check_head(sight)
    found, at = stations_found(service, now, count, minutes, type_, fresh=fresh)
    if form == "geojson":
        return GeoJson(stations_geojson(found))
    return Json({"made_at": at, **stations_json(found)})


@router.get(
    "/zones/proposal",
    response_class=HTMLResponse,
    responses={200: schemas.PAGE, **responses(*_REFUSALS, 413)},
)
def show_rebalance(
    request: Request, pages: ThePages, lang: Lang, *, fresh: Fresh = False
) -> Response:
    """Show proposed zones beside today's, and who changes."""
    audience.check_head(pages.sight)
    if pages.frame().as_of is None:
        return remember_lang(HTMLResponse(nothing_page(pages.frame(), lang, "rebalance")), request)
    found, at = _zones(pages.service, pages.now, fresh=fresh)
    changed = [found.survey.premises[one.row].enterprise_id for one in found.proposal.changes]
    names = names_of(pages.service.store, pages.sight, changed) if any(changed) else {}
    page = zones_proposal_page(pages.frame(), lang, zones_shown(found, names, at))
    return remember_lang(HTMLResponse(page), request)


@router.get(
    "/stations/proposal",
    response_class=HTMLResponse,
    responses={200: schemas.PAGE, **responses(*_REFUSALS)},
)
def show_sites(
    request: Request,
    pages: ThePages,
    lang: Lang,
    count: Count = 1,
    minutes: Minutes = 3.0,
    type_: Type = "",
    *,
    fresh: Fresh = False,
) -> Response:
    """Show where a further station helps most, and who stays beyond."""
    audience.check_head(pages.sight)
    if pages.frame().as_of is None:
        return remember_lang(HTMLResponse(nothing_page(pages.frame(), lang, "site")), request)
    found, at = stations_found(pages.service, pages.now, count, minutes, type_, fresh=fresh)
    page = stations_proposal_page(pages.frame(), lang, stations_shown(found, count, at))
    return remember_lang(HTMLResponse(page), request)


def _zones(service: Service, now: datetime, *, fresh: bool) -> tuple[ZonesProposed, datetime]:
    def make() -> ZonesProposed:
        survey = read_survey(service.store, service.park, now)
        if len(survey.premises) > _MOST_PREMISES:
            raise TooLargeError(
                f"{len(survey.premises):,} premises are more than a page waits for.",
                "Run `geo-risk zones rebalance PARK --map F.html`.",
            )
        return propose_zones(survey)

    return service.proposed.of("zones", make, now, fresh=fresh)


def stations_found(
    service: Service, now: datetime, count: int, minutes: float, type_: str, *, fresh: bool = False
) -> tuple[StationsProposed, datetime]:
    """Say whom stations reach and what further ones add: as a moment ago, or worked out."""
    return service.proposed.of(
        ("stations", count, minutes, type_),
        lambda: propose_stations(
            read_survey(service.store, service.park, now),
            count=count,
            minutes=minutes,
            type_=type_,
        ),
        now,
        fresh=fresh,
    )
