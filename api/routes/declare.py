"""/declare: the form by which an enterprise declares for itself, and a clerk from paper.

A plain form: every indicator of the month in one post, each kept by itself. What was not taken is
shown at its field, and everything typed is still there. Verified ones are locked.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import schemas
from api.deps import FROM_OUR_PAGE
from api.forms import amount_of, refusal_of, tried
from api.languages import Lang, remember_lang
from api.page_deps import ThePages
from api.problems import responses, status_of
from api.reading import find_all, get_one
from api.whose import whose_of
from geo_risk import declarationbook, monthly
from geo_risk.declarations import VERIFIED, state_of
from geo_risk.declarations import Form as Said
from geo_risk.errors import AuthError, ForbiddenError, GeoRiskError, InputError
from geo_risk.records import Actor, Declaration, Enterprise, Role, may_create
from geo_risk.safety_index.parameters import COVERAGE
from geo_risk.store import Query as Asked
from maps.month import DeclareRow, DeclareView, choose_page, declare_page

if TYPE_CHECKING:
    from api.audience import Sight
    from api.pages import Pages

router = APIRouter(tags=["console"], default_response_class=HTMLResponse)

DOOR = "POST /declare"
_REFUSALS = (401, 403, 404, 503)
_MOST_EVIDENCE = 2000
Month = Annotated[str, Query(pattern=r"^((19|20)\d{2}-(0[1-9]|1[0-2]))?$", description="YYYY-MM.")]
Cells = Annotated[list[str], Form(default_factory=list, max_length=len(COVERAGE))]


@router.get("/declare", responses={200: schemas.PAGE, **responses(*_REFUSALS, 422)})
def show_declare(
    request: Request,
    pages: ThePages,
    lang: Lang,
    month: Month = "",
    enterprise: Annotated[str, Query(max_length=200)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
    saved: Annotated[int | None, Query(ge=0, le=100)] = None,
) -> Response:
    """Show the month's form; a clerk chooses the enterprise first."""
    actor = _declarer(pages.sight)
    if actor.role is not Role.ENTERPRISE and not enterprise:
        return remember_lang(HTMLResponse(_choose(pages, lang, q)), request)
    view = _view(pages, actor, enterprise, month)
    page = declare_page(pages.frame(), lang, replace(view, saved=saved))
    return remember_lang(HTMLResponse(page), request)


@router.post(
    "/declare",
    status_code=303,
    dependencies=[FROM_OUR_PAGE],
    responses={
        303: {"description": "Kept; the page says how many."},
        **responses(*_REFUSALS, 422),
        422: schemas.REFUSED,
    },
)
def take_declare(
    request: Request,
    pages: ThePages,
    lang: Lang,
    month: Annotated[str, Form(pattern=r"^(19|20)\d{2}-(0[1-9]|1[0-2])$")],
    indicator: Cells,
    have: Cells,
    need: Cells,
    evidence: Cells,
    enterprise: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Keep what was declared; what cannot be taken comes back with the words at its field."""
    actor = _declarer(pages.sight)
    view = _view(pages, actor, enterprise, month)
    if not len(indicator) == len(have) == len(need) == len(evidence):
        raise InputError("The form is not whole.", "Load /declare again.")
    typed = {
        name: (some.strip(), all_.strip(), words.strip()[:_MOST_EVIDENCE])
        for name, some, all_, words in zip(indicator, have, need, evidence, strict=True)
    }
    rows = [_checked(one, *typed[one.indicator]) for one in view.rows if one.indicator in typed]
    faults = {one.indicator: one for one in rows if one.problem}
    kept = 0
    for row in () if faults else rows:
        there = next(one for one in view.rows if one.indicator == row.indicator)
        if not row.have or _same(row, there):
            continue
        refused = _keep(pages, actor, view, row)
        kept += refused is None
        if refused is not None:
            faults[row.indicator] = replace(row, problem=refusal_of(refused).code, at_fault="have")
    if not faults:
        whose = {"enterprise": view.enterprise_id} if view.on_paper else {}
        asked = urlencode({"month": month, **whose, "saved": kept, "lang": lang})
        return RedirectResponse(f"/declare?{asked}", 303)
    told = {one.indicator: faults.get(one.indicator, one) for one in rows}
    shown = tuple(told.get(one.indicator, one) for one in view.rows)
    page = declare_page(pages.frame(), lang, replace(view, rows=shown))
    return HTMLResponse(page, status_of(InputError(""), request.url.path))


def _declarer(sight: Sight) -> Actor:
    if sight.actor is None:
        raise AuthError("Nobody is signed in.", "Sign in at /login.")
    if not may_create(sight.actor.role, Declaration, DOOR):
        raise ForbiddenError(
            f"The role {sight.actor.role} does not declare.", "The enterprise does, or a clerk."
        )
    return sight.actor


def _view(pages: Pages, actor: Actor, enterprise: str, month: str) -> DeclareView:
    """Read one month of one enterprise; another's is not there for an enterprise."""
    store, park, sight = pages.service.store, pages.service.park, pages.sight
    own = actor.role is Role.ENTERPRISE
    whose = (enterprise or actor.enterprise_id or "") if own else enterprise
    record = cast("Enterprise", get_one(store, sight, "enterprises", whose).record)
    this_month = monthly.month_of(pages.now, park)
    month = month or this_month
    filters = {"enterprise_id": whose, "month": month}
    found = find_all(store, sight, Asked("declarations", filters=filters))
    newest = sorted(found, key=lambda one: (one.changed_at, one.record.id))
    there = {
        one.record.indicator: one.record for one in newest if isinstance(one.record, Declaration)
    }
    later = monthly.shift_month(month, 1)
    return DeclareView(
        enterprise_id=whose,
        name=record.name,
        month=month,
        rows=tuple(_row(name, there.get(name)) for name in COVERAGE),
        earlier=monthly.shift_month(month, -1),
        later=later if later <= this_month else "",
        frozen=month in monthly.frozen_months(store),
        on_paper=not own,
    )


def _row(indicator: str, kept: Declaration | None) -> DeclareRow:
    if kept is None:
        return DeclareRow(indicator)
    return DeclareRow(
        indicator,
        have=_text(kept.have),
        need=_text(kept.need),
        evidence=kept.evidence,
        state=state_of(kept),
        declared_at=kept.declared_at,
        verified_at=kept.verified_at,
    )


def _checked(row: DeclareRow, have: str, need: str, evidence: str) -> DeclareRow:
    """Put what was typed into a row, with what is wrong with it."""
    if row.state == VERIFIED:
        same = (have, need) == (row.have, row.need)
        return row if same else replace(row, problem="conflict")
    row = replace(row, have=have, need=need, evidence=evidence)
    if not have and not need:
        return replace(row, problem="missing_have", at_fault="have") if evidence else row
    for name, text in (("have", have), ("need", need)):
        if not text:
            return replace(row, problem=f"missing_{name}", at_fault=name)
        if amount_of(text) is None:
            return replace(row, problem="not_a_number", at_fault=name)
    return row


def _same(row: DeclareRow, there: DeclareRow) -> bool:
    amounts = (amount_of(row.have), amount_of(row.need))
    before = (amount_of(there.have), amount_of(there.need))
    return amounts == before and row.evidence in {"", there.evidence}


def _keep(pages: Pages, actor: Actor, view: DeclareView, row: DeclareRow) -> GeoRiskError | None:
    """Keep one row; gives back what refused it."""
    said = Said(
        enterprise_id=view.enterprise_id,
        month=view.month,
        indicator=row.indicator,
        have=amount_of(row.have) or 0.0,
        need=amount_of(row.need) or 0.0,
        evidence=row.evidence,
    )
    service = pages.service
    done = tried(
        lambda: declarationbook.take_form(
            service.store, service.park, said, actor=actor, at=pages.now
        )
    )
    return done if isinstance(done, GeoRiskError) else None


def _choose(pages: Pages, lang: str, query: str) -> str:
    """Give the page on which a clerk finds an enterprise by name or code."""
    whose = whose_of(pages, "", query)
    return choose_page(pages.frame(), lang, query, whose.found, whose.more)


def _text(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)
