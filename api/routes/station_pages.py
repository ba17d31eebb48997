"""/stations: whom they reach, when they are open, what they gave; a service written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import schemas
from api.deps import FROM_OUR_PAGE
from api.forms import amount_of, refusal_of, tried
from api.languages import Lang, remember_lang
from api.ogc.given import ServiceIn, ServiceProperties
from api.page_deps import ThePages
from api.passwords import random_secret
from api.problems import responses, status_of
from api.proposal_views import stations_shown
from api.routes.entries import create_service
from api.routes.proposals import stations_found
from api.station_pages import (
    disputes_waiting,
    kind_rows,
    month_shown,
    reach_of,
    station_rows,
    stations_there,
)
from geo_risk import orderbook
from geo_risk.errors import AuthError, ForbiddenError, GeoRiskError, InputError
from geo_risk.records import Role, ServiceEvent, may_create
from maps.month import ServiceForm, StationsView, stations_page
from maps.views import Refusal

if TYPE_CHECKING:
    from api.pages import Pages

router = APIRouter(tags=["console"], default_response_class=HTMLResponse)

DOOR = "POST /stations"
_MINUTES = 8.0
_REFUSALS = (401, 403, 404, 422, 503)
_HEADS = frozenset({Role.CHIEF, Role.KEEPER})
Minutes = Annotated[float, Query(ge=0.5, le=120, description="A station is near within so many.")]
Short = Annotated[str, Form(max_length=100)]
Id = Annotated[str, Form(max_length=200)]


@router.get("/stations", responses={200: schemas.PAGE, **responses(*_REFUSALS)})
def show_stations(
    request: Request,
    pages: ThePages,
    lang: Lang,
    minutes: Minutes = _MINUTES,
    *,
    made: bool = False,
) -> Response:
    """Show the stations; outside of the station's staff their kinds only."""
    view = replace(_view(pages, minutes), made=made)
    return remember_lang(HTMLResponse(stations_page(pages.frame(), lang, view)), request)


def the_service(
    station: Id = "", service: Short = "", at: Short = "", people: Short = ""
) -> dict[str, str]:
    """Give a service as it was typed, field by field."""
    typed = dict(locals())
    return {name: value.strip() for name, value in typed.items()}


@router.post(
    "/stations",
    status_code=303,
    dependencies=[FROM_OUR_PAGE],
    responses={
        303: {"description": "Kept; the page counts it."},
        **responses(*_REFUSALS),
        422: schemas.REFUSED,
    },
)
def take_service(
    request: Request,
    pages: ThePages,
    lang: Lang,
    typed: Annotated[dict[str, str], Depends(the_service)],
    key: Short = "",
) -> Response:
    """Write a service down; what is missing is said at its field, and everything typed stays."""
    actor = pages.sight.actor
    if actor is None:
        raise AuthError("Nobody is signed in.", "Sign in at /login.")
    if not may_create(actor.role, ServiceEvent, DOOR):
        raise ForbiddenError(
            f"The role {actor.role} does not write this down.", "An officer does, or a clerk."
        )
    refusal = _lacking(typed)
    if refusal is None:
        made = tried(lambda: _keep(pages, typed, key))
        if not isinstance(made, GeoRiskError):
            return RedirectResponse(f"/stations?{urlencode({'made': 1, 'lang': lang})}", 303)
        refusal = replace(refusal_of(made), field="at")
    view = _view(pages, _MINUTES)
    if view.form is not None:
        view = replace(view, form=replace(view.form, typed=typed, refusal=refusal))
    status = status_of(InputError(""), request.url.path)
    return HTMLResponse(stations_page(pages.frame(), lang, view), status)


def _view(pages: Pages, minutes: float) -> StationsView:
    service, sight, now = pages.service, pages.sight, pages.now
    stations = stations_there(service, now)
    inside = station_rows(service, [one for one in stations if not one.outside], now)
    view = StationsView(month_shown(service, now), kind_rows(inside))
    if not sight.is_station:
        return view
    found, at = stations_found(service, now, 1, minutes, "")
    waiting, studios = disputes_waiting(service, sight, stations, now)
    ground = stations_shown(found, 1, at).ground
    return replace(
        view,
        rows=tuple(inside),
        outside=tuple(station_rows(service, [one for one in stations if one.outside], now)),
        reach=reach_of(found),
        ground=ground,
        waiting=waiting,
        studios=studios,
        heads=sight.reader.role in _HEADS,
        form=_form(pages, [(one.id, one.name or one.id) for one in inside]),
        key=random_secret()[:24],
    )


def _form(pages: Pages, stations: list[tuple[str, str]]) -> ServiceForm | None:
    if not may_create(pages.sight.reader.role, ServiceEvent, DOOR) or not stations:
        return None
    local = pages.now.astimezone(pages.service.park.zone)
    services = orderbook.services_of(pages.service.store, pages.now)
    return ServiceForm(tuple(stations), services, f"{local:%Y-%m-%dT%H:%M}")


def _lacking(typed: dict[str, str]) -> Refusal | None:
    for name in ("station", "service"):
        if not typed[name]:
            return Refusal("missing", name)
    people = amount_of(typed["people"])
    if people is None or not people.is_integer() or not 1 <= people <= 100_000:
        return Refusal("not_people", "people")
    try:
        datetime.fromisoformat(typed["at"] or "2000-01-01")
    except ValueError:
        return Refusal("no_date", "at")
    return None


def _keep(pages: Pages, typed: dict[str, str], key: str) -> Any:
    """Keep a service by the door of all services."""
    body = ServiceIn(
        properties=ServiceProperties(
            station_id=typed["station"],
            service=typed["service"],
            at=datetime.fromisoformat(typed["at"]) if typed["at"] else None,
            people=int(amount_of(typed["people"]) or 1),
        )
    )
    once = f"page-{key}" if key else None
    return create_service(body, pages.service, pages.sight, pages.now, once)
