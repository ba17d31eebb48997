"""/v1/plan/{week}/officers/{id}: one officer's plan as JSON and workbook, and to take along.

Calendar, track and day sheet hold names: an officer's own, or the desk's. Each is in the audit.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse

from api import audience, schemas
from api.answers import Json, attachment
from api.deps import Now, TheService, TheShown, TheSight
from api.languages import Lang
from api.page_deps import ThePages
from api.plan_desk import EARLIEST, LATEST, check_officer, days_of, fallen_out, read_json, read_plan
from api.plan_files import field_stops, plan_calendar, plan_track
from api.problems import responses
from api.routes.plan import Week, plan_book
from api.routes.surfaces import Format
from geo_risk.errors import NotFoundError
from geo_risk.visits import calendar_file, track
from maps.day_sheet import day_sheets

if TYPE_CHECKING:
    from datetime import datetime

    from api.audience import Sight
    from api.pages import Pages
    from api.plan_desk import PlanRead
    from api.service import Service

router = APIRouter(prefix="/v1/plan", tags=["plan"], default_response_class=Json)

_REFUSALS = (401, 403, 404, 422, 503)
_BINARY: dict[str, Any] = {"type": "string", "format": "binary"}
OfficerId = Annotated[str, Path(max_length=300, description="Percent-encoded whole.")]
Day = Annotated[
    date | None, Query(ge=EARLIEST, le=LATEST, description="One day of the plan; without it, all.")
]


@router.get("/{week}/sheet.html", responses=responses(*_REFUSALS), response_class=HTMLResponse)
def show_sheets(
    request: Request, week: Week, pages: ThePages, lang: Lang, day: Day = None
) -> Response:
    """Give the day sheets of everybody this reader may see, to print: A4 across."""
    audience.check_staff(pages.sight)
    return _sheet(request, pages, week, day, lang, "")


@router.get(
    "/{week}/officers/{officer_id}",
    responses={200: schemas.answer(schemas.PLAN, xlsx=True), **responses(*_REFUSALS)},
)
def show_officer(
    week: Week,
    officer_id: OfficerId,
    service: TheService,
    shown: TheShown,
    sight: TheSight,
    now: Now,
    form: Format = "json",
) -> Response:
    """Give one officer's part of a week's plan; what was left out is the whole plan's."""
    read = _officer(service, sight, week, officer_id, now)
    if form == "json":
        return Json(read_json(read, service, sight))
    return plan_book(service, shown, sight, read, now, f"走访计划 {read.week} {officer_id}")


@router.get(
    "/{week}/officers/{officer_id}/calendar.ics",
    responses={200: schemas.answer(_BINARY, "text/calendar"), **responses(*_REFUSALS)},
)
def give_calendar(
    request: Request,
    week: Week,
    officer_id: OfficerId,
    service: TheService,
    shown: TheShown,
    sight: TheSight,
    now: Now,
    lang: Lang,
) -> Response:
    """Give one officer's visits as a calendar (RFC 5545); imported again, it moves what moved."""
    read = _officer(service, sight, week, officer_id, now)
    days = days_of(service, shown, read, now, base=base_of(request, service))
    stops = field_stops(days, service.park, lang)
    gone = days_of(service, shown, fallen_out(service, sight, read, officer_id), now)
    content = plan_calendar(
        read.plan,
        stops,
        service.park,
        lang,
        read.revision,
        cancelled=field_stops(gone, service.park, lang),
    )
    service.store.audit(sight.reader, "export", f"plan/{read.week}.ics", now, count=len(stops))
    headers = attachment(f"{read.week} {officer_id}.ics")
    return Response(content, media_type=calendar_file.MEDIA_TYPE, headers=headers)


@router.get(
    "/{week}/officers/{officer_id}/track.gpx",
    responses={200: schemas.answer(_BINARY, track.MEDIA_TYPE), **responses(*_REFUSALS)},
)
def give_track(
    week: Week,
    officer_id: OfficerId,
    service: TheService,
    shown: TheShown,
    sight: TheSight,
    now: Now,
    lang: Lang,
) -> Response:
    """Give one officer's visits as a track (GPX 1.1, WGS-84)."""
    read = _officer(service, sight, week, officer_id, now)
    stops = field_stops(days_of(service, shown, read, now), service.park, lang)
    text = plan_track(read.plan, stops, service.park, lang)
    service.store.audit(sight.reader, "export", f"plan/{read.week}.gpx", now, count=len(stops))
    headers = attachment(f"{read.week} {officer_id}.gpx")
    return Response(text, media_type=track.MEDIA_TYPE, headers=headers)


@router.get(
    "/{week}/officers/{officer_id}/sheet.html",
    responses=responses(*_REFUSALS),
    response_class=HTMLResponse,
)
def show_officer_sheet(
    request: Request,
    week: Week,
    officer_id: OfficerId,
    pages: ThePages,
    lang: Lang,
    day: Day = None,
) -> Response:
    """Give one officer's day sheets to print."""
    return _sheet(request, pages, week, day, lang, officer_id)


def base_of(request: Request, service: Service) -> str:
    """Give the address of the service, for QR codes and links."""
    return service.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")


def _officer(
    service: Service, sight: Sight, week: date, officer_id: str, now: datetime
) -> PlanRead:
    check_officer(service, sight, officer_id, now)
    read = read_plan(service, sight, week, now)
    if officer_id not in read.plan.officer_ids:
        raise NotFoundError(
            f"Officer {officer_id!r} is not in this plan.", "Look at the plan's officers."
        )
    return replace(read, plan=read.plan.of_officer(officer_id))


def _sheet(
    request: Request, pages: Pages, week: date, day: date | None, lang: str, officer_id: str
) -> Response:
    service, sight, now = pages.service, pages.sight, pages.now
    if officer_id:
        read = _officer(service, sight, week, officer_id, now)
    else:
        read = read_plan(service, sight, week, now)
    base = base_of(request, service)
    days = days_of(service, pages.shown, read, now, base=base, only=day, drawn=True)
    shown = [one for one in days if one.stops] or days[:1]
    count = sum(len(one.stops) for one in shown)
    service.store.audit(sight.reader, "export", f"plan/{read.week} sheet", now, count=count)
    text = day_sheets(pages.frame(), lang, shown, as_of=read.plan.as_of, printed_at=now)
    return HTMLResponse(text, headers={"Cache-Control": "private, no-store"})
