"""/doubts: the person concerned says how entries came about, the chief settles; plain forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import audience, schemas
from api.deps import FROM_OUR_PAGE
from api.forms import refusal_of, tried
from api.languages import Lang, remember_lang
from api.page_deps import ThePages
from api.problems import responses, status_of
from geo_risk import flagbook
from geo_risk.errors import GeoRiskError
from maps.month.doubts import DoubtCard, DoubtsView, doubts_page

if TYPE_CHECKING:
    from api.pages import Pages
    from geo_risk.records import Flag
    from geo_risk.store import Stored
    from maps.views import Refusal

router = APIRouter(tags=["console"], default_response_class=HTMLResponse)

_REFUSALS = (401, 403, 503)
_TAKEN: dict[int | str, Any] = {
    303: {"description": "Kept; the page says so."},
    **responses(401, 404, 503),
    **dict.fromkeys((403, 409, 412, 422), schemas.REFUSED),
}
Words = Annotated[str, Form(max_length=5000)]
Outcome = Annotated[str, Form(pattern="^(explained|corrected)?$")]


@router.get("/doubts", responses={200: schemas.PAGE, **responses(*_REFUSALS, 422)})
def show_doubts(request: Request, pages: ThePages, lang: Lang, *, said: bool = False) -> Response:
    """Show doubts about the reader's own entries; to the chief also those of others."""
    text = doubts_page(pages.frame(), lang, _view(pages, said=said))
    return remember_lang(HTMLResponse(text), request)


@router.post("/doubts/{flag_id}", status_code=303, dependencies=[FROM_OUR_PAGE], responses=_TAKEN)
def answer_doubt(
    request: Request,
    flag_id: Annotated[str, Path(max_length=200)],
    pages: ThePages,
    lang: Lang,
    text: Words = "",
    outcome: Outcome = "",
) -> Response:
    """Answer a doubt, or settle it; refused, the page comes back with why and what was typed."""
    audience.check_names(pages.sight)
    store, actor, now = pages.service.store, pages.sight.reader, pages.now

    def step() -> None:
        if outcome:
            flagbook.settle(store, flag_id, outcome, actor=actor, at=now)
        else:
            flagbook.answer(store, flag_id, text, actor=actor, at=now)

    done = tried(step)
    if isinstance(done, GeoRiskError):
        view = _view(pages, typed=(flag_id, text), refusal=refusal_of(done))
        status = status_of(done, request.url.path)
        return HTMLResponse(doubts_page(pages.frame(), lang, view), status)
    return RedirectResponse(f"/doubts?{urlencode({'said': '1', 'lang': lang})}", 303)


def _view(
    pages: Pages,
    *,
    typed: tuple[str, str] = ("", ""),
    refusal: Refusal | None = None,
    said: bool = False,
) -> DoubtsView:
    audience.check_names(pages.sight)
    store, actor = pages.service.store, pages.sight.reader
    return DoubtsView(
        own=tuple(_card(one) for one in flagbook.own(store, actor=actor)),
        others=tuple(_card(one) for one in flagbook.others(store, actor=actor, now=pages.now)),
        typed=typed,
        refusal=refusal,
        said=said,
    )


def _card(stored: Stored[Flag]) -> DoubtCard:
    one = stored.record
    return DoubtCard(one.id, one.check, one.at, one.subject_ids, one.state, one.answer, one.outcome)
