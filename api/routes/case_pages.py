"""/cases: the list of cases, one case, and its steps as forms.

A form names the state it was decided on and a key that makes a repeat harmless. A step that is
refused shows why, what is possible now, and everything that was typed.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import audience, schemas
from api.case_board import board_view
from api.case_figures import months_of
from api.case_lists import Wanted, list_cases
from api.case_pages import (
    act_of,
    case_rows,
    case_view,
    kind_name,
    lacking,
    refused_view,
    step_name,
)
from api.deps import FROM_OUR_PAGE, Day
from api.forms import refusal_of, tried
from api.languages import Lang, remember_lang
from api.page_deps import ThePages
from api.passwords import random_secret
from api.problems import responses, status_of
from api.reading import get_one, names_of
from geo_risk import casebook
from geo_risk.casework import ACTIONS, MEASURES
from geo_risk.errors import AuthError, ForbiddenError, GeoRiskError, InputError
from geo_risk.records import CaseState, Channel, Severity, Step, may_create
from geo_risk.store import Answer, Idempotency
from maps.month import CasesView, board_page, case_page, cases_page
from maps.views import Listing, Refusal

if TYPE_CHECKING:
    from api.pages import Pages
    from geo_risk.records import Actor
    from maps.month import CaseView

router = APIRouter(tags=["console"], default_response_class=HTMLResponse)

_REFUSALS = (401, 403, 404, 503)
_PAGE_SIZE = 50
DOOR = "POST /cases/{id}"
_REPORT = "/report"
_BOARD = "/cases/board"
_REFUSED: dict[int | str, Any] = dict.fromkeys((403, 409, 412, 422), schemas.REFUSED)
State = Annotated[str, Query(json_schema_extra={"enum": ["", *(one.value for one in CaseState)]})]
Figure = Annotated[str, Query(json_schema_extra={"enum": ["", *MEASURES]})]
Month = Annotated[str, Query(pattern=r"^((19|20)\d{2}-(0[1-9]|1[0-2]))?$", description="YYYY-MM.")]
Code = Annotated[str, Query(max_length=200)]
Short = Annotated[str, Form(max_length=200)]
Long = Annotated[str, Form(max_length=5000)]


def wanted_cases(
    state: State = "",
    kind: Code = "",
    channel: Code = "",
    station: Code = "",
    severity: Annotated[str, Query(json_schema_extra={"enum": ["", *Severity]})] = "",
    figure: Figure = "",
    since: Annotated[Day, Query(alias="from")] = None,
    until: Annotated[Day, Query(alias="to")] = None,
    *,
    overdue: bool = False,
) -> Wanted:
    """Give which cases are asked for; a word that there is not is refused."""
    for name, value, known in (
        ("state", state, tuple(CaseState)),
        ("severity", severity, tuple(Severity)),
        ("figure", figure, MEASURES),
    ):
        if value and value not in known:
            raise InputError(f"{name} is {value!r}.", f"One of {', '.join(known)}.")
    return Wanted(
        CaseState(state) if state else None,
        kind,
        channel,
        station=station,
        overdue=overdue,
        severity=severity,
        figure=figure,
        since=since,
        until=until,
    )


def _asked(wanted: Wanted) -> dict[str, str]:
    """Give the filters as an address says them."""
    asked = {
        "kind": wanted.kind,
        "channel": wanted.channel,
        "state": wanted.state.value if wanted.state else "",
        "station": wanted.station,
        "severity": wanted.severity,
        "overdue": "1" if wanted.overdue else "",
        "figure": wanted.figure,
    }
    days = {"from": wanted.since, "to": wanted.until} if wanted.figure else {}
    return asked | {name: str(day) for name, day in days.items() if day}


@router.get("/cases", responses={200: schemas.PAGE, **responses(*_REFUSALS, 422)})
def show_cases(
    request: Request,
    pages: ThePages,
    lang: Lang,
    wanted: Annotated[Wanted, Depends(wanted_cases)],
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Show the open cases, those of one state, or those behind a figure; what is late first."""
    audience.check_station(pages.sight)
    service, sight = pages.service, pages.sight
    found = list_cases(service.store, service.park, sight, wanted, service.park.as_of(pages.now))
    here = found[(page - 1) * _PAGE_SIZE : page * _PAGE_SIZE]
    owners = [str(row["enterprise_id"] or "") for row, _ in here]
    names = names_of(service.store, sight, owners) if any(owners) else {}
    view = CasesView(
        rows=case_rows(service, here, names, pages.now, lang),
        listing=Listing(len(found), page, _PAGE_SIZE),
        late=sum(bool(row["level"]) for row, _ in found),
        asked=_asked(wanted),
        kinds=tuple((id_, kind_name(service, id_, lang)) for id_ in service.park.kinds),
        channels=tuple(one.value for one in Channel),
        states=tuple(one.value for one in CaseState),
    )
    return remember_lang(HTMLResponse(cases_page(pages.frame(), lang, view)), request)


@router.get("/cases/board", responses={200: schemas.PAGE, **responses(*_REFUSALS, 422)})
def show_board(
    request: Request,
    pages: ThePages,
    lang: Lang,
    kind: Code = "hazard",
    month: Month = "",
    done: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Show the cases of one kind as a board: a column for each state, and one of what ended."""
    audience.check_station(pages.sight)
    kinds = pages.service.park.kinds
    if kind not in kinds:
        raise InputError(f"kind is {kind!r}.", f"One of {', '.join(kinds)}.")
    if month and month not in months_of(pages):
        raise InputError(f"month is {month!r}.", f"One of {', '.join(months_of(pages))}.")
    known = step_name(kind, done, lang) if done in ACTIONS else ""
    view = board_view(pages, kind, month, lang, known)
    return remember_lang(HTMLResponse(board_page(pages.frame(), lang, view)), request)


@router.get("/cases/{case_id:path}", responses={200: schemas.PAGE, **responses(*_REFUSALS, 422)})
def show_case(
    request: Request,
    case_id: str,
    pages: ThePages,
    lang: Lang,
    done: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Show one case: where it stands, what may be done next, what was done."""
    view = _view(pages, case_id, lang)
    known = done if done in ACTIONS else ""
    view = replace(view, done=step_name(_kind(pages, case_id), known, lang) if known else "")
    return remember_lang(HTMLResponse(case_page(pages.frame(), lang, view)), request)


def the_step(
    action: Short,
    text: Long = "",
    station_id: Short = "",
    second_id: Short = "",
    other_id: Short = "",
    level: Short = "",
) -> dict[str, str]:
    """Give a step as it was typed, field by field."""
    typed = dict(locals())
    return {name: value.strip() for name, value in typed.items()}


def the_correction(
    severity: Short = "",
    category: Short = "",
    legal_grade: Short = "",
    referred_to: Short = "",
) -> dict[str, str]:
    """Give what a correction is to change, as it was typed."""
    typed = dict(locals())
    return {name: value.strip() for name, value in typed.items()}


@router.post(
    "/cases/{case_id:path}",
    status_code=303,
    dependencies=[FROM_OUR_PAGE],
    responses={
        303: {"description": "Done; the page says where the case stands now."},
        **responses(401, 404, 503),
        **_REFUSED,
    },
)
def take_case_step(
    request: Request,
    case_id: str,
    pages: ThePages,
    lang: Lang,
    step: Annotated[dict[str, str], Depends(the_step)],
    changes: Annotated[dict[str, str], Depends(the_correction)],
    etag: Short = "",
    key: Short = "",
    back: Short = "",
) -> Response:
    """Take one step; refused, the page comes back with why and with what was typed."""
    typed = {**step, **changes}
    view = replace(_view(pages, case_id, lang), back=back)
    actor = pages.sight.reader
    if not may_create(actor.role, Step, DOOR):
        raise ForbiddenError(f"The role {actor.role} takes no steps.", "Ask the desk.")
    refusal = lacking(view, typed)
    status = status_of(InputError(""), request.url.path)
    if refusal is None:
        refused = _act(pages, actor, case_id, typed, etag or view.etag, key)
        if refused is None:
            asked = urlencode({"done": typed["action"], "lang": lang})
            here = f"/cases/{quote(case_id, safe='')}"
            if back == _REPORT:
                here = _REPORT
            elif back.startswith(_BOARD):
                return RedirectResponse(f"{_board_again(back, _kind(pages, case_id))}&{asked}", 303)
            return RedirectResponse(f"{here}?{asked}", 303)
        refusal, status = refusal_of(refused), status_of(refused, request.url.path)
        if "there is no report" in refused.message:
            refusal = Refusal("no_case", f"{typed['action']}-other_id", refusal.detail)
        view = replace(_view(pages, case_id, lang), back=back)
    page = case_page(pages.frame(), lang, refused_view(view, typed, refusal))
    return HTMLResponse(page, status)


def _board_again(back: str, kind: str) -> str:
    """Give the board of a kind, at the month it was left at."""
    month = parse_qs(urlsplit(back).query).get("month", [""])[0]
    asked = {"kind": kind, "month": month} if month else {"kind": kind}
    return f"{_BOARD}?{urlencode(asked)}"


def _view(pages: Pages, case_id: str, lang: str) -> CaseView:
    sight = pages.sight
    if sight.actor is None:
        raise AuthError("Nobody is signed in.", "Sign in at /login.")
    stored = get_one(pages.service.store, sight, "reports", case_id)
    return replace(
        case_view(pages.service, sight, stored, pages.now, lang), key=random_secret()[:24]
    )


def _kind(pages: Pages, case_id: str) -> str:
    report = casebook.report_of(pages.service.store, case_id, pages.sight.reader)
    return report.record.kind


def _act(
    pages: Pages, actor: Actor, case_id: str, typed: dict[str, str], etag: str, key: str
) -> GeoRiskError | None:
    """Take the step; gives back what refused it."""
    digest = hashlib.sha256(f"{case_id}\n{sorted(typed.items())!r}".encode()).hexdigest()
    once = Idempotency(f"page-{key}", digest, lambda _: Answer(303, "")) if key else None
    done = tried(
        lambda: casebook.act(
            pages.service.store,
            pages.service.park,
            case_id,
            act_of(typed),
            actor=actor,
            at=pages.now,
            if_match=etag,
            idempotency=once,
        )
    )
    return done if isinstance(done, GeoRiskError) else None
