"""/flags: marks of doubt on a page; who is asked answers, then the chief settles. As /v1/flags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import audience, schemas
from api.deps import FROM_OUR_PAGE
from api.forms import refusal_of, tried
from api.languages import Lang, remember_lang
from api.page_deps import ThePages
from api.problems import responses, status_of
from geo_risk import flagbook
from geo_risk.errors import GeoRiskError
from maps.month import FlagRow, FlagsView, flags_page

if TYPE_CHECKING:
    from typing import Any

    from api.pages import Pages
    from geo_risk.records import Flag
    from geo_risk.store import Stored

router = APIRouter(tags=["console"], default_response_class=HTMLResponse)

_REFUSALS = (401, 403, 404, 503)
_ANSWER = "answer"


@router.get("/flags", responses={200: schemas.PAGE, **responses(*_REFUSALS, 422)})
def show_flags(
    request: Request,
    pages: ThePages,
    lang: Lang,
    done: Annotated[str, Query(pattern="^(|answered|settled)$")] = "",
) -> Response:
    """Show the marks that ask the reader; to the chief also those that are answered or waited."""
    audience.check_names(pages.sight)
    page = flags_page(pages.frame(), lang, _view(pages, done=done))
    return remember_lang(HTMLResponse(page), request)


@router.post(
    "/flags/{flag_id:path}",
    status_code=303,
    dependencies=[FROM_OUR_PAGE],
    responses={
        303: {"description": "Taken; the page says so."},
        **responses(*_REFUSALS),
        **dict.fromkeys((409, 412, 422), schemas.REFUSED),
    },
)
def take_word(
    request: Request,
    flag_id: Annotated[str, Path(max_length=200)],
    pages: ThePages,
    lang: Lang,
    action: Annotated[str, Form(pattern="^(answer|explained|corrected)$")],
    text: Annotated[str, Form(max_length=5000)] = "",
) -> Response:
    """Take the answer of who is asked, or the chief's word on it."""
    audience.check_names(pages.sight)
    store, actor, now = pages.service.store, pages.sight.reader, pages.now
    done = tried(
        lambda: (
            flagbook.answer(store, flag_id, text, actor=actor, at=now)
            if action == _ANSWER
            else flagbook.settle(store, flag_id, action, actor=actor, at=now)
        )
    )
    if isinstance(done, GeoRiskError):
        refusal = refusal_of(done)
        view = _view(pages, refusal=refusal, refused_id=flag_id, typed=text)
        status = status_of(done, request.url.path)
        return HTMLResponse(flags_page(pages.frame(), lang, view), status)
    told = "answered" if action == _ANSWER else "settled"
    return RedirectResponse(f"/flags?done={told}&lang={lang}", 303)


def _view(pages: Pages, **more: Any) -> FlagsView:
    store, actor = pages.service.store, pages.sight.reader
    own = flagbook.own(store, actor=actor)
    others = flagbook.others(store, actor=actor, now=pages.now)
    return FlagsView(
        tuple(_row(one, asks=True) for one in own),
        tuple(_row(one, asks=False) for one in others),
        **more,
    )


def _row(stored: Stored[Flag], *, asks: bool) -> FlagRow:
    flag = stored.record
    return FlagRow(
        id=flag.id,
        check=flag.check,
        subject=flag.subject,
        subject_ids=flag.subject_ids,
        at=flag.at,
        state=flag.state,
        answer=flag.answer,
        outcome=flag.outcome,
        may_answer=asks and flag.state == flagbook.RAISED,
        may_settle=not asks and flag.state != flagbook.SETTLED,
    )
