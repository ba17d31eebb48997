"""/today and /plan: an officer's day, the chief's week; plain forms, refused ones say why in place.

A plan of a few seconds is made while its maker waits; a longer one is looked at again by its id.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import audience, schemas
from api.deps import FROM_OUR_PAGE
from api.forms import refusal_of, tried
from api.languages import Lang, remember_lang
from api.page_deps import ThePages
from api.plan_desk import (
    EARLIEST,
    LATEST,
    MOST_S,
    change_now,
    check_own,
    find_visit,
    is_quick,
    late_by,
    make_now,
    plan_for,
    start_job,
)
from api.plan_pages import plan_view, today_view
from api.plan_views import cost_text
from api.problems import responses, status_of
from geo_risk import planbook
from geo_risk.errors import GeoRiskError, InputError
from geo_risk.planbook import Absence, Change, PlanRequest
from geo_risk.planbook.request import MOST_DAYS
from maps.month import plan_page, today_page
from maps.month.plan import HALVES
from maps.month.today import LATE_MINUTES
from maps.views import Refusal

if TYPE_CHECKING:
    from api.pages import Pages

router = APIRouter(tags=["console"], default_response_class=HTMLResponse)

_REFUSALS = (401, 403, 404, 422, 503)
_REFUSED: dict[int | str, Any] = dict.fromkeys((403, 404, 409, 422), schemas.REFUSED)
_TAKEN: dict[int | str, Any] = {
    303: {"description": "Done; the page shows what it did."},
    **responses(401, 503),
    **_REFUSED,
}
_NOON = time(12, 45)
_NUMBERS = r"^(\d{1,6}(\.\d{1,3})?,){5}\d{1,6}(\.\d{1,3})?$"
Short = Annotated[str, Form(max_length=300)]
Asked = Annotated[str, Query(max_length=300)]
DayAsked = Annotated[date | None, Query(ge=EARLIEST, le=LATEST)]
DayTyped = Annotated[date, Form(ge=EARLIEST, le=LATEST)]


@router.get("/today", responses={200: schemas.PAGE, **responses(*_REFUSALS)})
def show_today(
    request: Request,
    pages: ThePages,
    lang: Lang,
    day: DayAsked = None,
    officer: Asked = "",
    said: Annotated[str, Query(pattern="^(confirmed|late)?$")] = "",
) -> Response:
    """Show one officer's day: its own, or whose the desk asks for."""
    audience.check_staff(pages.sight)
    view = today_view(pages, request, day, officer, said=said)
    return remember_lang(HTMLResponse(today_page(pages.frame(), lang, view)), request)


@router.post("/today/confirm", status_code=303, dependencies=[FROM_OUR_PAGE], responses=_TAKEN)
def confirm_today(
    request: Request,
    pages: ThePages,
    lang: Lang,
    week: DayTyped,
    visit: Short,
    day: DayTyped,
    officer: Short = "",
) -> Response:
    """Write down that an enterprise was told its time."""
    actor = audience.check_staff(pages.sight)

    def step() -> None:
        one = find_visit(plan_for(pages.service, pages.sight, week, pages.now), visit)
        planbook.confirm(pages.service.store, one.id, actor=actor, now=pages.now)

    return _back(request, pages, lang, tried(step), day, officer, "confirmed")


@router.post("/today/late", status_code=303, dependencies=[FROM_OUR_PAGE], responses=_TAKEN)
def say_late(
    request: Request,
    pages: ThePages,
    lang: Lang,
    week: DayTyped,
    visit: Short,
    day: DayTyped,
    minutes: Annotated[int, Form(ge=1, le=max(LATE_MINUTES))],
    officer: Short = "",
) -> Response:
    """Plan the rest of the day again after a visit that runs long."""
    actor = audience.check_staff(pages.sight)

    def step() -> None:
        plan = plan_for(pages.service, pages.sight, week, pages.now)
        absence = late_by(find_visit(plan, visit), minutes, pages.now)
        check_own(pages.service, actor, [absence.officer_id], pages.now)
        first, change = plan.first_day, Change((absence,))
        change_now(pages.service, pages.shown, actor, first, change, pages.now)

    return _back(request, pages, lang, tried(step), day, officer, "late")


@router.get("/plan", responses={200: schemas.PAGE, **responses(*_REFUSALS)})
def show_plan_page(
    request: Request,
    pages: ThePages,
    lang: Lang,
    week: DayAsked = None,
    job: Annotated[str, Query(pattern="^([0-9a-f]{32})?$")] = "",
    cost: Annotated[str, Query(pattern=f"{_NUMBERS}|^$")] = "",
    undo: Annotated[int | None, Query(ge=0, le=10**6)] = None,
) -> Response:
    """Show a week's plan; `job` is one being made, `cost` what a change did, `undo` its number."""
    audience.check_plan(pages.sight)
    view = plan_view(pages, week, job_id=job, cost=cost, undo=undo)
    return remember_lang(HTMLResponse(plan_page(pages.frame(), lang, view)), request)


@router.post("/plan", status_code=303, dependencies=[FROM_OUR_PAGE], responses=_TAKEN)
def make_plan_page(
    request: Request,
    pages: ThePages,
    lang: Lang,
    first_day: Short = "",
    days: Short = "",
    seconds: Short = "",
    keep_moves: Annotated[str, Form(pattern="^(yes|no)?$")] = "",
) -> Response:
    """Make a plan; refused, the page comes back with what was typed."""
    actor = audience.check_head(pages.sight)
    typed = {"first_day": first_day, "days": days, "seconds": seconds}
    typed |= {"keep_moves": keep_moves} if keep_moves else {}
    asked = _typed(typed)
    if isinstance(asked, PlanRequest):
        asked = replace(asked, keep_moves=keep_moves != "no")
    week = pages.now.astimezone(pages.service.park.zone).date()
    if isinstance(asked, Refusal):
        view = plan_view(pages, week, typed=typed, refusal=asked)
        status = status_of(InputError(""), request.url.path)
        return HTMLResponse(plan_page(pages.frame(), lang, view), status)
    if not is_quick(pages.service, asked):
        job = start_job(pages.service, actor, asked, pages.now)
        return _to_plan(asked.first_day, lang, job=job.id)
    done = tried(lambda: make_now(pages.service, pages.shown, actor, asked, pages.now))
    if isinstance(done, GeoRiskError):
        view = plan_view(pages, asked.first_day, typed=typed, refusal=refusal_of(done))
        status = status_of(done, request.url.path)
        return HTMLResponse(plan_page(pages.frame(), lang, view), status)
    return _to_plan(asked.first_day, lang)


@router.post("/plan/cancel", status_code=303, dependencies=[FROM_OUR_PAGE], responses=_TAKEN)
def cancel_plan(
    pages: ThePages,
    lang: Lang,
    week: DayTyped,
    job: Annotated[str, Form(pattern="^[0-9a-f]{32}$")],
) -> Response:
    """Call a plan off that is being made."""
    audience.check_head(pages.sight)
    pages.service.jobs.cancel(job)
    return _to_plan(week, lang, job=job)


@router.post("/plan/absence", status_code=303, dependencies=[FROM_OUR_PAGE], responses=_TAKEN)
def say_absent(
    request: Request,
    pages: ThePages,
    lang: Lang,
    week: DayTyped,
    officer: Short = "",
    day: Annotated[date | None, Form(ge=EARLIEST, le=LATEST)] = None,
    half: Annotated[str, Form(pattern=f"^({'|'.join(HALVES)})$")] = "day",
) -> Response:
    """Plan again because somebody is away; without an officer, for what was written down since."""
    actor = audience.check_desk(pages.sight)
    absent = [_absence(pages, officer, day, half)] if officer and day else []
    first = plan_for(pages.service, pages.sight, week, pages.now).first_day
    done = tried(
        lambda: change_now(
            pages.service, pages.shown, actor, first, Change(tuple(absent)), pages.now
        )
    )
    if isinstance(done, GeoRiskError):
        view = plan_view(pages, first, refusal=refusal_of(done))
        status = status_of(done, request.url.path)
        return HTMLResponse(plan_page(pages.frame(), lang, view), status)
    return _to_plan(first, lang, cost=cost_text(*done))


def _back(
    request: Request,
    pages: Pages,
    lang: str,
    done: GeoRiskError | None,
    day: date,
    officer: str,
    said: str,
) -> Response:
    """Lead back to the day; refused, show it with why."""
    if isinstance(done, GeoRiskError):
        view = today_view(pages, request, day, officer, refusal=refusal_of(done))
        status = status_of(done, request.url.path)
        return HTMLResponse(today_page(pages.frame(), lang, view), status)
    told = {"day": day.isoformat(), "officer": officer, "said": said, "lang": lang}
    return RedirectResponse(f"/today?{urlencode(told)}", 303)


def _to_plan(week: date, lang: str, **told: str) -> Response:
    return RedirectResponse(
        f"/plan?{urlencode({'week': week.isoformat(), **told, 'lang': lang})}", 303
    )


def _typed(typed: dict[str, str]) -> PlanRequest | Refusal:
    """Read the form of a new plan, or say which field to mend."""
    try:
        first_day = date.fromisoformat(typed["first_day"].strip())
    except ValueError:
        return Refusal("no_day", "first_day")
    if not EARLIEST <= first_day <= LATEST:
        return Refusal("no_day", "first_day")
    days, seconds = typed["days"].strip(), typed["seconds"].strip()
    if not days.isdecimal() or not 1 <= int(days) <= MOST_DAYS:
        return Refusal("no_days", "days")
    try:
        asked = float(seconds)
    except ValueError:
        asked = -1.0
    if not 0 <= asked <= MOST_S:
        return Refusal("no_seconds", "seconds")
    return PlanRequest(first_day, int(days), seconds=asked)


def _absence(pages: Pages, officer: str, day: date, half: str) -> Absence:
    zone = pages.service.park.zone
    midnight = datetime.combine(day, time(), zone)
    noon, evening = datetime.combine(day, _NOON, zone), midnight + timedelta(days=1)
    begin = noon if half == "afternoon" else midnight
    return Absence(officer, begin, noon if half == "morning" else evening)
