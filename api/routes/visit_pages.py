"""/visit: the form of one visit, what was saved, and undo; plain posts, refused ones say why.

The form is taken by the same door as what phones send (`field`), with its photos beside it.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import UploadFile

from api import schemas
from api.deps import FROM_OUR_PAGE
from api.field_day import visit_path
from api.field_entries import body_of
from api.forms import refusal_of, tried
from api.languages import Lang, remember_lang
from api.page_deps import ThePages
from api.passwords import random_secret
from api.plan_pages import today_view
from api.problems import responses, status_of
from api.routes.entries import allowed_here
from api.routes.field import save_visit, with_words
from api.visit_pages import (
    dues_of,
    lacking,
    read_form,
    saved_address,
    saved_view,
    values_of,
    visit_view,
)
from geo_risk import visitbook
from geo_risk.errors import GeoRiskError, InputError, NotFoundError
from geo_risk.ingest import clean_picture
from geo_risk.photobook import add_photo
from geo_risk.records import Visit
from maps.month import saved_page, visit_page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.pages import Pages
    from api.visit_pages import VisitForm
    from geo_risk.records import Actor

router = APIRouter(tags=["console"], default_response_class=HTMLResponse)

DOOR = "POST /visit/{premises}"
_REFUSALS = (401, 403, 404, 422, 503)
_REFUSED: dict[int | str, Any] = dict.fromkeys((403, 404, 409, 412, 422), schemas.REFUSED)
_TAKEN: dict[int | str, Any] = {
    303: {"description": "Done; the page says what is kept."},
    **responses(401, 503),
    **_REFUSED,
}
Asked = Annotated[str, Query(max_length=300)]


@router.get(
    "/visit/{premises_id:path}/saved", responses={200: schemas.PAGE, **responses(*_REFUSALS)}
)
def show_saved(
    request: Request, premises_id: str, pages: ThePages, lang: Lang, key: Asked
) -> Response:
    """Show what was saved by a form, with undo and the next stop."""
    actor = allowed_here(pages.sight, Visit, DOOR)
    kept = pages.service.store.answer(actor.id, _once(key), now=pages.now)
    if kept is None:
        raise NotFoundError("Nothing was saved by this form.", "Open the visit again.")
    answer = with_words(kept, pages.service, pages.sight)
    day = today_view(pages, request, None, "")
    view = saved_view(pages, premises_id, answer, day.next)
    return remember_lang(HTMLResponse(saved_page(pages.frame(), lang, view)), request)


@router.get("/visit/{premises_id:path}", responses={200: schemas.PAGE, **responses(*_REFUSALS)})
def show_visit(
    request: Request,
    premises_id: str,
    pages: ThePages,
    lang: Lang,
    week: Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = "",
    visit: Asked = "",
    undone: Annotated[str, Query(pattern="^(taken_back|withdrawn)?$")] = "",
) -> Response:
    """Show the form of a visit."""
    allowed_here(pages.sight, Visit, DOOR)
    view = visit_view(pages, premises_id, week=week, planned_id=visit, undone=undone)
    return remember_lang(HTMLResponse(visit_page(pages.frame(), lang, view)), request)


async def the_form(request: Request) -> dict[str, list[Any]]:
    """Give a form's fields as they were sent: their names follow from what is on the page."""
    async with request.form() as form:
        found: dict[str, list[Any]] = {}
        for name, value in form.multi_items():
            content = await value.read() if isinstance(value, UploadFile) else value.strip()
            found.setdefault(name, []).append(content)
        return found


@router.post(
    "/visit/{premises_id:path}/undo",
    status_code=303,
    dependencies=[FROM_OUR_PAGE],
    responses=_TAKEN,
)
def undo_visit(
    premises_id: str,
    pages: ThePages,
    lang: Lang,
    visit: Annotated[str, Form(max_length=300)],
) -> Response:
    """Take back what was just saved; later, withdraw it."""
    actor = allowed_here(pages.sight, Visit, DOOR)
    service = pages.service
    done = visitbook.undo(service.store, service.park, visit, actor=actor, at=pages.now)
    asked = urlencode({"undone": done.how, "lang": lang})
    return RedirectResponse(f"{visit_path(premises_id)}?{asked}", 303)


@router.post(
    "/visit/{premises_id:path}", status_code=303, dependencies=[FROM_OUR_PAGE], responses=_TAKEN
)
def take_visit(
    request: Request,
    premises_id: str,
    pages: ThePages,
    lang: Lang,
    sent: Annotated[dict[str, list[Any]], Depends(the_form)],
) -> Response:
    """Take a visit with its photos; what is missing is said at its field, what was typed stays."""
    actor = allowed_here(pages.sight, Visit, DOOR)
    form = read_form(sent)
    park = pages.service.park
    wrong = lacking(form, dues_of(park, pages.now), park, pages.now)
    pictures = {b: tried(partial(_cleaned, some)) for b, some in form.photos.items()}
    clean = {b: one for b, one in pictures.items() if not isinstance(one, GeoRiskError)}
    wrong |= {f"photo-{b}": "photo_unread" for b in pictures.keys() - clean.keys()}
    refusal = None
    if not wrong:
        done = tried(lambda: _save(pages, actor, form, premises_id, clean, lang))
        if not isinstance(done, GeoRiskError):
            return RedirectResponse(saved_address(premises_id, done, lang), 303)
        refusal = refusal_of(done)
    view = visit_view(pages, premises_id, form=form, wrong=wrong, refusal=refusal)
    status = status_of(InputError(""), request.url.path)
    return HTMLResponse(visit_page(pages.frame(), lang, view), status)


def _once(key: str) -> str:
    """Give the key under which a form's answer is kept: no other door uses its like."""
    return f"visit-form-{key}"


def _cleaned(contents: Sequence[bytes]) -> list[bytes]:
    return [clean_picture(one) for one in contents]


def _save(
    pages: Pages,
    actor: Actor,
    form: VisitForm,
    premises_id: str,
    pictures: Mapping[int, Sequence[bytes]],
    lang: str,
) -> str:
    """Save the visit by the door of every phone, then its photos; gives the form's key."""
    service, now = pages.service, pages.now
    key = form.get("key") or random_secret()[:24]
    body = body_of(values_of(form, premises_id, now, lang))
    answer = save_visit(body, service, pages.sight, actor, now, _once(key), form.digest)
    reports = {one["key"]: one["id"] for one in json.loads(answer.body)["reports"]}
    for b, finding in zip(form.blocks, body.findings, strict=True):
        for picture in pictures.get(b, ()):
            add_photo(service.store, reports[str(finding.key)], picture, actor=actor, at=now)
    return key
