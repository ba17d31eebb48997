"""/receipt: the page behind a slip's QR code, without an account, on a phone, in two languages.

The address is the secret; looking uses nothing up, the last word (answer or objection) does. What
is shown is that one slip and nobody else's name. Robots are told to stay away, nothing is kept by
caches, and who tries addresses that do not hold is slowed down: a person is told so on a page, a
program by a problem as everywhere.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.audience import sight_of
from api.auth import PUBLIC
from api.deps import Now, TheService, TheShown
from api.languages import Lang, remember_lang
from api.pages import pages_of
from api.problems import responses, wants_page
from api.slip_views import sheet_view
from geo_risk import slipbook
from geo_risk.errors import NotFoundError
from geo_risk.slips import Act, objection_ends, possible
from maps.slip_sheet import receipt_page

if TYPE_CHECKING:
    from datetime import datetime

    from api.service import Service
    from api.shown import Shown
    from geo_risk.slipbook import Opened

router = APIRouter(prefix="/receipt", tags=["slips"], default_response_class=HTMLResponse)

Secret = Annotated[str, Path(min_length=8, max_length=100)]
_HEADERS = {
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
_PAGE: dict[str, Any] = {"text/html": {"schema": {"type": "string"}}}
_GONE: dict[int | str, dict[str, Any]] = {
    404: {
        "description": "The address does not hold (any more).",
        "content": {**_PAGE, **responses(404)[404]["content"]},
    }
}
_LAST_WORDS = frozenset({"answer", "object"})


@router.get("/{secret}", responses={**responses(422, 429, 503), **_GONE})
def show_receipt(
    secret: Secret,
    request: Request,
    service: TheService,
    shown: TheShown,
    now: Now,
    lang: Lang,
    *,
    missing: Annotated[bool, Query(description="Words were missing in what was sent.")] = False,
) -> Response:
    """Show the slip, what may be done with it, or that the address does not hold any more."""
    opened = _opened(secret, request, service, now)
    page = _page(request, service, shown, opened, now, lang, missing=missing)
    return remember_lang(page, request)


@router.post(
    "/{secret}",
    responses={
        303: {"description": "Taken; the page says what is so now."},
        **responses(409, 422, 429, 503),
        **_GONE,
    },
)
def take_receipt(
    secret: Secret,
    request: Request,
    service: TheService,
    shown: TheShown,
    now: Now,
    lang: Lang,
    action: Annotated[str, Form(pattern="^(receive|answer|object)$")],
    text: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Confirm, answer or object in the enterprise's name; then show the page again."""
    opened = _opened(secret, request, service, now)
    if opened is None or opened.link.used_at is not None:
        return _page(request, service, shown, opened, now, lang)
    here = f"/receipt/{secret}?lang={lang}"
    if action in _LAST_WORDS and not text.strip():
        return RedirectResponse(f"{here}&missing=1", 303, headers=_HEADERS)
    if action in _may(service, opened, now):
        slip = opened.slip.record
        act = Act(action, text.strip(), code="qr")
        slipbook.act(service.store, service.park, slip.id, act, actor=opened.actor, at=now)
        if action in _LAST_WORDS:
            service.store.use_link(opened.link.hash, at=now)
    return RedirectResponse(here, 303, headers=_HEADERS)


def _opened(secret: str, request: Request, service: Service, now: datetime) -> Opened | None:
    """Open an address; one that does not hold is counted against who asks."""
    asker = request.client.host if request.client else ""
    service.throttles.receipts.check(asker, now)
    opened = slipbook.open_link(service.store, secret, now=now)
    if opened is None:
        service.throttles.receipts.fail(asker, now)
    return opened


def _may(service: Service, opened: Opened, now: datetime) -> list[str]:
    slip = opened.slip.record
    moves = [one.action for one in possible(slip, opened.actor)]
    ends = objection_ends(slip, slipbook.after_of(service.park))
    steps = slipbook.steps_of(service.store, slip.id)
    heard = any(one.action == "object" for one in steps)
    late = ends is None or now >= ends
    return [one for one in moves if one != "object" or not (heard or late)]


def _page(
    request: Request,
    service: Service,
    shown: Shown,
    opened: Opened | None,
    now: datetime,
    lang: str,
    *,
    missing: bool = False,
) -> Response:
    if opened is None and not wants_page(request):
        raise NotFoundError(
            "This address of a receipt does not hold, or not any more.",
            "Scan the code on the slip again, or ask the station for a new one.",
        )
    frame = pages_of(request, service, shown, PUBLIC, sight_of(None), now).frame()
    frame = replace(frame, path="/")
    if opened is None:
        return HTMLResponse(receipt_page(frame, lang, None, status="gone"), 404, headers=_HEADERS)
    if opened.link.used_at is not None:
        return HTMLResponse(receipt_page(frame, lang, None, status="used"), headers=_HEADERS)
    sight = sight_of(opened.actor)
    view = sheet_view(service.store, service.park, sight, opened.slip)
    may = _may(service, opened, now)
    page = receipt_page(frame, lang, view, status="open", may=may, missing=missing)
    return HTMLResponse(page, headers=_HEADERS)
