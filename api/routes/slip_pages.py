"""/slips: the slips, each with its next step as a form; drafts are drawn up by a button.

Nothing is sent from here: a chief issues or withholds a slip with a reason, one by one. A step that
is refused comes back at its slip, with what was typed.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import audience, schemas
from api.deps import FROM_OUR_PAGE
from api.forms import refusal_of, tried
from api.languages import Lang, remember_lang
from api.page_deps import ThePages
from api.passwords import random_secret
from api.problems import responses, status_of
from api.reading import get_one
from api.slip_pages import act_of, in_order, refused_card, slip_card, step_name
from api.slip_views import find_slips
from geo_risk import monthly, slipbook
from geo_risk.errors import ForbiddenError, GeoRiskError, InputError
from geo_risk.records import Actor, Slip, may_create
from geo_risk.slips import SlipState
from geo_risk.slips.states import MACHINE
from geo_risk.store import Answer, Idempotency
from maps.month import SlipsView, first_missing, slips_page
from maps.views import Listing

if TYPE_CHECKING:
    from api.pages import Pages
    from geo_risk.store import Stored
    from maps.views import Refusal

router = APIRouter(tags=["console"], default_response_class=HTMLResponse)

DOOR = "POST /slips/draw"
_REFUSALS = (401, 403, 404, 503)
_REFUSED: dict[int | str, Any] = dict.fromkeys((403, 409, 412, 422), schemas.REFUSED)
_PAGE_SIZE = 20
_ACTIONS = tuple(one.action for one in MACHINE)
_MONTH = r"^((19|20)\d{2}-(0[1-9]|1[0-2]))?$"
Short = Annotated[str, Form(max_length=200)]
Count = Annotated[int | None, Query(ge=0, le=1_000_000)]


def asked_slips(
    month: Annotated[str, Query(pattern=_MONTH)] = "",
    state: Annotated[str, Query(pattern=f"^({'|'.join(one.value for one in SlipState)})?$")] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> dict[str, Any]:
    """Give which page of which slips is asked for."""
    return {"month": month, "state": state, "page": page}


Asked = Annotated[dict[str, Any], Depends(asked_slips)]


@router.get("/slips", responses={200: schemas.PAGE, **responses(*_REFUSALS, 422)})
def show_slips(
    request: Request,
    pages: ThePages,
    lang: Lang,
    asked: Asked,
    drawn: Count = None,
    needs_visit: Count = None,
    done: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Show slips: what is to be done first; an enterprise its own, once issued."""
    audience.check_collection(pages.sight, "slips")
    known = next((one for one in _ACTIONS if one == done), "")
    view = replace(
        _view(pages, asked, lang),
        drawn=drawn,
        needs_visit=needs_visit or 0,
        done=step_name(known, lang) if known else "",
    )
    return remember_lang(HTMLResponse(slips_page(pages.frame(), lang, view)), request)


@router.post(
    "/slips/draw",
    status_code=303,
    dependencies=[FROM_OUR_PAGE],
    responses={
        303: {"description": "Drawn up; the page says how many."},
        **responses(*_REFUSALS, 409, 422),
    },
)
def draw_slips(
    pages: ThePages,
    lang: Lang,
    month: Annotated[str, Form(pattern=_MONTH)] = "",
) -> Response:
    """Draw slips up: at once for overdue majors, and routine ones of a frozen month."""
    audience.check_collection(pages.sight, "slips")
    actor = pages.sight.reader
    if not may_create(actor.role, Slip, DOOR):
        raise ForbiddenError(f"The role {actor.role} does not draw slips.", "Ask the chief.")
    service = pages.service
    made = slipbook.draw(service.store, service.park, month or None, actor=actor, at=pages.now)
    told = {"drawn": len(made.slip_ids), "needs_visit": len(made.needs_visit), "lang": lang}
    return RedirectResponse(f"/slips?{urlencode(told)}", 303)


def the_step(
    action: Short,
    text: Annotated[str, Form(max_length=5000)] = "",
    code: Short = "",
    other_id: Short = "",
) -> dict[str, str]:
    """Give a step as it was typed, field by field."""
    typed = dict(locals())
    return {name: value.strip() for name, value in typed.items()}


@router.post(
    "/slips/{slip_id}",
    status_code=303,
    dependencies=[FROM_OUR_PAGE],
    responses={
        303: {"description": "Done; the page says where the slip stands now."},
        **responses(401, 404, 503),
        **_REFUSED,
    },
)
def take_slip_step(
    request: Request,
    slip_id: str,
    pages: ThePages,
    lang: Lang,
    asked: Asked,
    typed: Annotated[dict[str, str], Depends(the_step)],
    etag: Short = "",
    key: Short = "",
) -> Response:
    """Take one step of a slip; refused, the page comes back with why at that slip."""
    audience.check_collection(pages.sight, "slips")
    stored = cast("Stored[Slip]", get_one(pages.service.store, pages.sight, "slips", slip_id))
    card = slip_card(pages.service, pages.sight, stored, lang)
    refusal = first_missing(card.forms, typed)
    status = status_of(InputError(""), request.url.path)
    if refusal is None:
        refused = _act(pages, slip_id, typed, etag or stored.etag, key)
        if refused is None:
            return RedirectResponse(
                f"/slips?{urlencode({**asked, 'done': typed['action'], 'lang': lang})}", 303
            )
        refusal, status = refusal_of(refused), status_of(refused, request.url.path)
    view = _refused(_view(pages, asked, lang), pages, slip_id, typed, refusal, lang)
    return HTMLResponse(slips_page(pages.frame(), lang, view), status)


def _view(pages: Pages, asked: dict[str, Any], lang: str) -> SlipsView:
    service, sight = pages.service, pages.sight
    everything = find_slips(service.store, sight, None, None, None)
    found = [one for one in everything if asked["month"] in {"", one.record.month}]
    counts = Counter(one.record.state for one in found)
    found = in_order([one for one in found if asked["state"] in {"", one.record.state}])
    page = asked["page"]
    here = found[(page - 1) * _PAGE_SIZE : page * _PAGE_SIZE]
    frozen = monthly.frozen_months(service.store)
    return SlipsView(
        cards=tuple(slip_card(service, sight, one, lang) for one in here),
        listing=Listing(len(found), page, _PAGE_SIZE),
        counts=counts,
        month=asked["month"],
        state=asked["state"],
        months=tuple(sorted({one.record.month for one in everything}, reverse=True)),
        states=tuple(one.value for one in SlipState),
        query=f"?{urlencode({**asked, 'lang': lang})}",
        key=random_secret()[:24],
        draws=may_create(sight.reader.role, Slip, DOOR),
        draw_month=frozen[-1] if frozen else "",
    )


def _refused(
    view: SlipsView,
    pages: Pages,
    slip_id: str,
    typed: dict[str, str],
    refusal: Refusal,
    lang: str,
) -> SlipsView:
    """Put a refusal at its slip; one that is not on this page any more is put on top of it."""
    cards = list(view.cards)
    if all(one.id != slip_id for one in cards):
        stored = cast("Stored[Slip]", get_one(pages.service.store, pages.sight, "slips", slip_id))
        cards.insert(0, slip_card(pages.service, pages.sight, stored, lang))
    place = next(n for n, one in enumerate(cards) if one.id == slip_id)
    if refusal.field:
        refusal = replace(refusal, field=f"{place + 1}-{refusal.field}")
    cards[place] = refused_card(cards[place], typed, refusal)
    return replace(view, cards=tuple(cards))


def _act(
    pages: Pages, slip_id: str, typed: dict[str, str], etag: str, key: str
) -> GeoRiskError | None:
    """Take the step; gives back what refused it."""
    actor: Actor = pages.sight.reader
    digest = hashlib.sha256(f"{slip_id}\n{sorted(typed.items())!r}".encode()).hexdigest()
    once = Idempotency(f"page-{key}", digest, lambda _: Answer(303, "")) if key else None
    done = tried(
        lambda: slipbook.act(
            pages.service.store,
            pages.service.park,
            slip_id,
            act_of(typed, actor.role),
            actor=actor,
            at=pages.now,
            if_match=etag,
            idempotency=once,
        )
    )
    return done if isinstance(done, GeoRiskError) else None
