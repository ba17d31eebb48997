"""/plan/move, /plan/undo: one visit to another time, day or officer, its price first; and back."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import audience, schemas
from api.deps import FROM_OUR_PAGE
from api.forms import refusal_of, tried
from api.languages import Lang, remember_lang
from api.page_deps import ThePages
from api.plan_desk import EARLIEST, LATEST, change_now, find_visit, plan_for
from api.plan_moves import Target, move_of, move_view
from api.plan_pages import plan_view
from api.plan_views import cost_text
from api.problems import responses, status_of
from geo_risk import planbook
from geo_risk.errors import GeoRiskError
from geo_risk.planbook import Change
from maps.month import move_page, plan_page

router = APIRouter(tags=["console"], default_response_class=HTMLResponse)

_TIME = r"^([01]\d|2[0-3]):[0-5]\d$"
_TAKEN: dict[int | str, Any] = {
    303: {"description": "Done; the page shows what it did."},
    **responses(401, 503),
    **dict.fromkeys((403, 404, 409, 422), schemas.REFUSED),
}
Asked = Annotated[str, Query(max_length=300)]
Short = Annotated[str, Form(max_length=300)]
DayTyped = Annotated[date, Form(ge=EARLIEST, le=LATEST)]


@router.get("/plan/move", responses={200: schemas.PAGE, **responses(401, 403, 404, 422, 503)})
def show_move(
    request: Request,
    pages: ThePages,
    lang: Lang,
    week: Annotated[date, Query(ge=EARLIEST, le=LATEST)],
    visit: Asked,
    officer: Asked = "",
    day: Annotated[date | None, Query(ge=EARLIEST, le=LATEST)] = None,
    time: Annotated[str, Query(pattern=f"{_TIME}|^$")] = "",
) -> Response:
    """Ask where a visit is to go; once it is said, show what that would cost. Nothing is kept."""
    view = move_view(pages, week, visit, Target(officer, day, time))
    return remember_lang(HTMLResponse(move_page(pages.frame(), lang, view)), request)


@router.post("/plan/move", status_code=303, dependencies=[FROM_OUR_PAGE], responses=_TAKEN)
def move_visit(
    pages: ThePages,
    lang: Lang,
    week: DayTyped,
    visit: Short,
    officer: Short,
    day: DayTyped,
    time: Annotated[str, Form(pattern=_TIME)],
) -> Response:
    """Move a visit; refused, the page says why and nothing is changed."""
    actor = audience.check_desk(pages.sight)
    target = Target(officer, day, time)
    plan = plan_for(pages.service, pages.sight, week, pages.now)
    change = Change(moves=(move_of(pages, find_visit(plan, visit), target),))
    first = plan.first_day
    done = tried(lambda: change_now(pages.service, pages.shown, actor, first, change, pages.now))
    if isinstance(done, GeoRiskError):
        view = move_view(pages, week, visit, target)
        return HTMLResponse(move_page(pages.frame(), lang, view), status_of(done, "/plan/move"))
    revision = planbook.kept_plan(pages.service.store, first.isoformat()).revision
    return _to_plan(first, lang, cost=cost_text(*done), undo=str(revision))


@router.post("/plan/undo", status_code=303, dependencies=[FROM_OUR_PAGE], responses=_TAKEN)
def undo_move(
    pages: ThePages,
    lang: Lang,
    week: DayTyped,
    revision: Annotated[int, Form(ge=0, le=10**6)],
) -> Response:
    """Take the last change back, within seconds; later the page says that it stands."""
    actor = audience.check_desk(pages.sight)
    store = pages.service.store
    first = plan_for(pages.service, pages.sight, week, pages.now).first_day
    before = planbook.kept_plan(store, first.isoformat()).plan
    done = tried(lambda: planbook.take_back(store, first, revision, actor=actor, now=pages.now))
    if isinstance(done, GeoRiskError):
        view = plan_view(pages, first, refusal=refusal_of(done))
        return HTMLResponse(plan_page(pages.frame(), lang, view), status_of(done, "/plan/undo"))
    return _to_plan(first, lang, cost=cost_text(before, done))


def _to_plan(week: date, lang: str, **told: str) -> Response:
    asked = urlencode({"week": week.isoformat(), **told, "lang": lang})
    return RedirectResponse(f"/plan?{asked}", 303)
