"""/report: an enterprise reports a hazard it found itself, a volunteer one that it saw.

The form is taken by the same door as any report (`entries`); place, kind, severity and words are
asked for, as the index's rule on self-reports does. Own open hazards are listed, an enterprise's
with the step that says rectified. A volunteer knows no premises: it says the place in words.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse

from api import schemas
from api.case_pages import move_name
from api.deps import FROM_OUR_PAGE
from api.forms import refusal_of, tried
from api.languages import Lang, remember_lang
from api.ogc.entries import ReportIn, ReportProperties
from api.page_deps import ThePages
from api.passwords import random_secret
from api.problems import responses, status_of
from api.reading import find_all
from api.routes.entries import create_report
from geo_risk.casework import CATEGORIES, Case, due_of, end_of_day, is_open, lateness, possible
from geo_risk.errors import AuthError, ForbiddenError, GeoRiskError, InputError
from geo_risk.ingest import clean_picture
from geo_risk.photobook import add_photo
from geo_risk.records import Premises, Report, Severity, may_create
from geo_risk.store import Query as Asked
from maps.month import OwnHazard, ReportView, StepForm, report_page
from maps.views import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.audience import Sight
    from api.pages import Pages
    from geo_risk.store import Stored

router = APIRouter(tags=["console"], default_response_class=HTMLResponse)

DOOR = "POST /report"
_REFUSALS = (401, 403, 404, 503)
_NEEDED = ("premises", "category", "severity", "text")
Short = Annotated[str, Form(max_length=200)]


@router.get("/report", responses={200: schemas.PAGE, **responses(*_REFUSALS, 422)})
def show_report(
    request: Request,
    pages: ThePages,
    lang: Lang,
    made: Annotated[str, Query(max_length=200)] = "",
    done: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Show the form, and the enterprise's own open hazards."""
    _check_reporter(pages.sight)
    view = _view(pages, lang)
    known = next((one for one in view.hazards if one.id == made), None)
    view = replace(view, made=known, done=done == "rectify")
    return remember_lang(HTMLResponse(report_page(pages.frame(), lang, view)), request)


@router.post(
    "/report",
    status_code=303,
    dependencies=[FROM_OUR_PAGE],
    responses={
        303: {"description": "Reported; the page says by when it is due."},
        **responses(*_REFUSALS),
        422: schemas.REFUSED,
    },
)
def take_report(
    request: Request,
    pages: ThePages,
    lang: Lang,
    premises: Short = "",
    category: Short = "",
    severity: Short = "",
    text: Annotated[str, Form(max_length=5000)] = "",
    photo: Annotated[UploadFile | None, File(description="JPEG, PNG or WebP.")] = None,
    key: Short = "",
) -> Response:
    """Take a report; what is missing is said at its field, and everything typed stays."""
    _check_reporter(pages.sight)
    said = {"premises": premises, "category": category, "severity": severity, "text": text}
    said = {name: value.strip() for name, value in said.items()}
    refusal = _lacking(said)
    picture = tried(lambda: _picture(photo))
    if isinstance(picture, GeoRiskError):
        refusal = refusal or Refusal("unread_photo", "photo", detail=str(picture))
    elif refusal is None:
        made = tried(lambda: _create(pages, said, picture, key))
        if not isinstance(made, GeoRiskError):
            return RedirectResponse(f"/report?made={made}&lang={lang}", 303)
        refusal = refusal_of(made)
    view = replace(_view(pages, lang), typed=said, refusal=refusal)
    status = status_of(InputError(""), request.url.path)
    return HTMLResponse(report_page(pages.frame(), lang, view), status)


def _check_reporter(sight: Sight) -> None:
    if sight.actor is None:
        raise AuthError("Nobody is signed in.", "Sign in at /login.")
    if not may_create(sight.actor.role, Report, DOOR):
        raise ForbiddenError(
            f"The role {sight.actor.role} does not report here.", "The enterprise does."
        )


def _lacking(said: Mapping[str, str]) -> Refusal | None:
    for name in _NEEDED:
        if not said[name]:
            return Refusal(f"missing_{name}", name)
    if said["severity"] not in set(Severity):
        return Refusal("missing_severity", "severity")
    if said["category"] not in CATEGORIES:
        return Refusal("missing_category", "category")
    return None


def _picture(photo: UploadFile | None) -> bytes | None:
    """Give the photo without its metadata, None where none was chosen."""
    content = photo.file.read() if photo is not None else b""
    return clean_picture(content) if content else None


def _create(pages: Pages, said: Mapping[str, str], picture: bytes | None, key: str) -> str:
    """Keep the report by the door of every report, and its photo; gives the id, quoted."""
    body = ReportIn(
        properties=ReportProperties(
            kind="hazard",
            premises_id="" if _in_words(pages.sight) else said["premises"],
            category=said["category"],
            severity=Severity(said["severity"]),
            text=_told(pages.sight, said),
        )
    )
    once = f"page-{key}" if key else None
    answer = create_report(body, pages.service, pages.sight, pages.now, once)
    quoted = answer.headers["Location"].rsplit("/", 1)[-1]
    if picture is not None:
        add_photo(
            pages.service.store, unquote(quoted), picture, actor=pages.sight.reader, at=pages.now
        )
    return quoted


def _in_words(sight: Sight) -> bool:
    """Say whether the place is given in words: who sees no premises can name none."""
    return "premises" not in sight.collections


def _told(sight: Sight, said: Mapping[str, str]) -> str:
    """Give the words of the report; a place given in words stands before them."""
    return f"{said['premises']}\n{said['text']}" if _in_words(sight) else said["text"]


def _view(pages: Pages, lang: str) -> ReportView:
    store, sight, park = pages.service.store, pages.sight, pages.service.park
    asked = Asked("premises", valid_at=pages.now)
    places = [
        (one.record.id, one.record.address)
        for one in ([] if _in_words(sight) else find_all(store, sight, asked))
        if isinstance(one.record, Premises)
    ]
    found = find_all(store, sight, Asked("reports", filters={"kind": "hazard"}))
    hazards = [_hazard(pages, one, lang) for one in found if _is_open(one)]
    hazards.sort(key=lambda one: (-one.level, -one.days_late, one.id))
    return ReportView(
        places=tuple(places),
        dues={
            one.value: end_of_day(pages.now, int(getattr(park.severity, one.value).due_days), park)
            for one in Severity
        },
        categories=CATEGORIES,
        in_words=_in_words(sight),
        hazards=tuple(hazards),
        key=random_secret()[:24],
    )


def _hazard(pages: Pages, stored: Stored[Any], lang: str) -> OwnHazard:
    report: Report = stored.record
    due = report.due or due_of(report, pages.service.park)
    late = lateness(Case(report, due, None), pages.service.park.as_of(pages.now))
    rectify = next(
        (one for one in possible(report, pages.sight.reader) if one.action == "rectify"), None
    )
    return OwnHazard(
        id=report.id,
        severity=(report.severity or Severity.MINOR).value,
        state=report.state,
        text=report.text,
        due=due,
        days_late=late.days if late else 0,
        level=late.level if late else 0,
        unprotected=bool(late and late.unprotected),
        self_reported=report.self_reported,
        rectify=StepForm("rectify", move_name(rectify, lang)) if rectify else None,
        etag=stored.etag,
    )


def _is_open(stored: Stored[Any]) -> bool:
    report: Report = stored.record
    return is_open(report.kind, report.state) and not report.duplicate_of
