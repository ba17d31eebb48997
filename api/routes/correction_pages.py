"""/index/{month}/corrections and /correct: a published month corrected, and what that changed.

Everybody at the station reads what was corrected; chief and keeper make one, by a form with a
written reason. Refused, the form comes back with why and with everything that was typed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import audience, schemas
from api.correction_pages import correct_view, correction_view
from api.deps import FROM_OUR_PAGE
from api.forms import refusal_of, tried
from api.languages import Lang, remember_lang
from api.page_deps import ThePages
from api.problems import responses, status_of
from api.routes.index_pages import Month
from geo_risk import monthly
from geo_risk.errors import GeoRiskError, InputError
from geo_risk.records import Step, may_create
from maps.month import correct_page, correction_page
from maps.views import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

router = APIRouter(tags=["console"], default_response_class=HTMLResponse)

DOOR = "POST /index/{month}/correct"
_REFUSALS = (401, 403, 404, 422, 503)
_REFUSED: dict[int | str, Any] = dict.fromkeys((409, 422), schemas.REFUSED)
Revision = Annotated[int | None, Query(ge=0, le=1000)]
Code = Annotated[str, Query(max_length=200)]


@router.get("/index/{month}/corrections", responses={200: schemas.PAGE, **responses(*_REFUSALS)})
def show_correction(
    month: Month,
    request: Request,
    pages: ThePages,
    lang: Lang,
    revision: Revision = None,
    since: Revision = None,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    *,
    whole: Annotated[bool, Query(description="All on one page, to print.")] = False,
) -> Response:
    """Show a correction beside what stood before it; the newest, unless one is asked for."""
    actor = audience.check_staff(pages.sight)
    view = correction_view(pages, month, revision, since, page, lang, whole=whole)
    view = replace(view, may_correct=may_create(actor.role, Step, DOOR))
    return remember_lang(HTMLResponse(correction_page(pages.frame(), lang, view)), request)


@router.get("/index/{month}/correct", responses={200: schemas.PAGE, **responses(*_REFUSALS)})
def show_form(
    month: Month,
    request: Request,
    pages: ThePages,
    lang: Lang,
    q: Code = "",
    enterprise: Code = "",
) -> Response:
    """Show the form of a correction: find whose figures are wrong, tick what does not count."""
    audience.check_head(pages.sight)
    view = correct_view(pages, month, q, enterprise, lang)
    return remember_lang(HTMLResponse(correct_page(pages.frame(), lang, view)), request)


@router.post(
    "/index/{month}/correct",
    status_code=303,
    dependencies=[FROM_OUR_PAGE],
    responses={
        303: {"description": "Corrected; the page says who stands differently."},
        **responses(401, 403, 404, 503),
        **_REFUSED,
    },
)
def correct_month(
    month: Month,
    request: Request,
    pages: ThePages,
    lang: Lang,
    enterprise: Annotated[str, Form(max_length=200)] = "",
    without: Annotated[list[str], Form(max_length=100)] = [],  # noqa: B006  (a form's list)
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Correct a month and every later one; refused, the form comes back with what was typed."""
    actor = audience.check_head(pages.sight)
    service = pages.service
    view = correct_view(pages, month, "", enterprise, lang)
    refusal = _missing(without, reason)
    status = status_of(InputError(""), request.url.path)
    if refusal is None:
        done = tried(
            lambda: monthly.correct(
                service.store, service.park, month, without, reason, actor=actor, at=pages.now
            )
        )
        if not isinstance(done, GeoRiskError):
            asked = urlencode({"revision": view.number, "lang": lang})
            return RedirectResponse(f"/index/{month}/corrections?{asked}", 303)
        refusal, status = refusal_of(done), status_of(done, request.url.path)
    view = replace(view, ticked=frozenset(without), reason=reason, refusal=refusal)
    return HTMLResponse(correct_page(pages.frame(), lang, view), status)


def _missing(without: Sequence[str], reason: str) -> Refusal | None:
    """Say what a form lacks that a page can see."""
    if not without:
        return Refusal("nothing_left_out", "without")
    return None if reason.strip() else Refusal("no_reason", "reason")
