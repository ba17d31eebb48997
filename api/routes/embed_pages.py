"""/embeds: where chief and keeper make embeds by a form, copy their code, and stop them.

What cannot be taken comes back with what was typed. /embeds/method is for everybody: it says how
the figures in a frame come about.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import audience, embeds, schemas
from api.deps import FROM_OUR_PAGE, Now, TheService, TheShown
from api.embeds import Wanted
from api.forms import refusal_of, tried
from api.languages import Lang, remember_lang
from api.page_deps import ThePages
from api.problems import responses, status_of
from api.routes.embeds import base_of, figures_of
from geo_risk.errors import GeoRiskError, InputError
from geo_risk.monthly import shift_month
from geo_risk.publicbook import last_closed
from geo_risk.records import Actor, Role
from geo_risk.store import Embed
from maps.embed import embed_policy, method_page
from maps.embed_console import EmbedForm, EmbedLine, EmbedsView, embeds_page

if TYPE_CHECKING:
    from api.pages import Pages
    from maps.embed import EmbedView

router = APIRouter(tags=["console"], default_response_class=HTMLResponse)

_REFUSALS = (401, 403, 404, 503)
_REFUSED: dict[int | str, Any] = {409: schemas.REFUSED, 422: schemas.REFUSED}
_MONTHS = 24
_PUBLIC = Actor(id="public", role=Role.PORTAL, door="http")
Field = Annotated[str, Form(max_length=3000)]
EmbedId = Annotated[str, Path(max_length=40)]


def typed(
    what: Field = "reports",
    month: Field = embeds.LATEST,
    of: Field = "zh",
    theme: Field = "light",
    title: Field = "",
    height: Field = "",
    origins: Field = "",
    days: Field = "",
) -> EmbedForm:
    """Give the form's fields as they were typed."""
    return EmbedForm(what, month, of, theme, title, height, origins, days)


@router.get("/embeds", responses={200: schemas.PAGE, **responses(*_REFUSALS, 422)})
def show_embeds(
    request: Request,
    pages: ThePages,
    lang: Lang,
    made: Annotated[str, Query(max_length=40)] = "",
    *,
    stopped: bool = False,
) -> Response:
    """Show the form and the embeds so far."""
    audience.check_publisher(pages.sight)
    view = replace(_view(pages, request, EmbedForm(lang=lang)), made=made, stopped=stopped)
    return remember_lang(HTMLResponse(embeds_page(pages.frame(), lang, view)), request)


@router.post(
    "/embeds",
    status_code=303,
    dependencies=[FROM_OUR_PAGE],
    responses={
        200: schemas.PAGE,
        303: {"description": "Made; the page shows its code."},
        **responses(*_REFUSALS),
        **_REFUSED,
    },
)
def take_embed(
    request: Request,
    pages: ThePages,
    lang: Lang,
    form: Annotated[EmbedForm, Depends(typed)],
    action: Annotated[str, Form(pattern="^(preview|make)$")] = "make",
) -> Response:
    """Show a preview, or make the embed."""
    actor = audience.check_publisher(pages.sight)
    done = tried(lambda: _done(pages, actor, form, action))
    if isinstance(done, Embed):
        return RedirectResponse(f"/embeds?made={done.id}&lang={lang}", 303)
    view = _view(pages, request, form)
    if isinstance(done, GeoRiskError):
        page = embeds_page(pages.frame(), lang, replace(view, refusal=refusal_of(done)))
        return HTMLResponse(page, status_of(done, request.url.path))
    return HTMLResponse(embeds_page(pages.frame(), lang, replace(view, preview=done)))


@router.post(
    "/embeds/{embed_id}/revoke",
    status_code=303,
    dependencies=[FROM_OUR_PAGE],
    responses={
        303: {"description": "Stopped; the page says so."},
        **responses(*_REFUSALS, 422),
    },
)
def stop_embed(embed_id: EmbedId, pages: ThePages, lang: Lang) -> Response:
    """Stop an embed."""
    actor = audience.check_publisher(pages.sight)
    pages.service.store.revoke_embed(embed_id, actor=actor, at=pages.now)
    return RedirectResponse(f"/embeds?stopped=1&lang={lang}", 303)


@router.get("/embeds/method", responses={200: schemas.PAGE, **responses(*_REFUSALS, 422)})
def show_method(
    service: TheService,
    shown: TheShown,
    now: Now,
    lang: Lang,
    what: Annotated[str, Query(pattern="^(reports|risk)$")] = "reports",
) -> Response:
    """Say to everybody how the figures of a frame come about."""
    audience.check_map(audience.sight_of(None), service.park.map)
    kind = what if shown.publication is not None else "reports"
    view = _preview(service, shown, now, EmbedForm(what=kind, lang=lang))
    page = method_page(view, lang, "/")
    return HTMLResponse(page, headers={"Content-Security-Policy": embed_policy(("'none'",))})


def _done(pages: Pages, actor: Actor, form: EmbedForm, action: str) -> Embed | EmbedView:
    if action == "preview":
        return _preview(pages.service, pages.shown, pages.now, form)
    figures = figures_of(pages.service, pages.shown, pages.now)
    wanted = Wanted(
        form.what,
        form.month,
        form.lang,
        form.theme,
        form.title[:80],
        _whole("height", form.height),
        tuple(form.origins.split()),
        _whole("days", form.days),
    )
    return embeds.make_embed(figures, wanted, actor)


def _preview(service: Any, shown: Any, now: Any, form: EmbedForm) -> EmbedView:
    """Give what a frame would show, without keeping anything of it."""
    figures = figures_of(service, shown, now)
    embed = Embed(
        id="preview",
        created_by=_PUBLIC.id,
        created_at=now,
        expires_at=now,
        ancestors=(),
        height=0,
        **{name: asdict(form)[name] for name in ("what", "month", "lang", "theme", "title")},
    )
    return embeds.view_of(figures, embeds.checked(embed), form.lang)


def _whole(name: str, typed: str) -> int:
    text = typed.strip()
    if not text.isdecimal():
        raise InputError(f"{name}: {text[:20]!r} is no whole number.", "Write digits only.")
    return int(text)


def _view(pages: Pages, request: Request, form: EmbedForm) -> EmbedsView:
    service, rules = pages.service, pages.service.park.map
    figures = figures_of(service, pages.shown, pages.now)
    base = base_of(service, request)
    names = {one.id: one.name for one in service.store.users()}
    lines = []
    for one in service.store.embeds():
        said = embeds.embed_json(figures, one, base)
        lines.append(
            EmbedLine(
                id=one.id,
                what=one.what,
                month=one.month,
                lang=one.lang,
                title=one.title,
                origins=one.ancestors,
                state=said["state"],
                made_by=names.get(one.created_by, one.created_by),
                made_at=one.created_at,
                expires_at=one.expires_at,
                address=said["url"] or "",
                code=said["code"] or "",
            )
        )
    last = last_closed(service.park.as_of(pages.now), service.park)
    return EmbedsView(
        form=form,
        lines=tuple(lines),
        months=tuple(shift_month(last, -n) for n in range(_MONTHS)),
        approved=bool(rules.approval_number or rules.approval_exemption),
    )
