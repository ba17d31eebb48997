"""/v1/embeds, /embed and /oembed: made and stopped by chief or keeper, looked at by anybody.

A frame asks for no cookie and sets none, loads nothing but itself, and says itself whose pages may
frame it. Whatever is wrong with an address ends in one calm line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from xml.etree import ElementTree as ET

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from api import audience, embed_links, embeds, schemas
from api.answers import Json, attachment
from api.deps import Now, TheService, TheShown, TheSight
from api.embeds import Figures, Wanted
from api.problems import responses, wants_page
from geo_risk.errors import ForbiddenError, GoneError, NotFoundError
from maps.embed import embed_csv, embed_page, embed_policy, gone_page
from maps.embed_png import embed_png
from maps.views import Frame

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from api.service import Service
    from api.shown import Shown
    from geo_risk.store import Embed
    from maps.embed import EmbedView

router = APIRouter(tags=["embeds"], default_response_class=Json)

_REFUSALS = (401, 403, 404, 409, 422, 503)
_ANYWHERE = ("*",)
_LOCKED = frozenset({"what", "month", "theme", "title", "height", "format"})
_PROBLEM = responses(404)[404]["content"]
_LINE: dict[str, Any] = {"text/html": {"schema": {"type": "string"}}, **_PROBLEM}
_CALM: dict[int | str, dict[str, Any]] = {
    403: {"description": "The map may not be shown in public yet.", "content": _LINE},
    404: {"description": "Nobody made this address.", "content": _LINE},
    410: {"description": "Expired, or stopped.", "content": _LINE},
}
_WORDS = {
    "unknown": "There is no map at this address.",
    "expired": "This map's time on show is over.",
    "revoked": "This map is no longer on show.",
    "unready": "This month has not been published yet.",
    "unapproved": "This map may not be shown in public yet.",
}
_BINARY = {"schema": {"type": "string", "format": "binary"}}
Token = Annotated[str, Path(min_length=1, max_length=120)]


class EmbedBody(BaseModel):
    """What is to be shown where; what is left out is as the schema says."""

    model_config = ConfigDict(extra="forbid")

    what: Annotated[str, Field(pattern="^(reports|risk)$")] = "reports"
    month: Annotated[
        str,
        Field(
            pattern=r"^(latest|(19|20)\d{2}-(0[1-9]|1[0-2]))$", description="YYYY-MM, or latest."
        ),
    ] = embeds.LATEST
    lang: Annotated[str, Field(pattern="^(zh|en)$")] = "zh"
    theme: Annotated[str, Field(pattern="^(light|contrast)$")] = "light"
    title: Annotated[str, Field(max_length=80)] = ""
    height: Annotated[int, Field(ge=embeds.MIN_HEIGHT, le=embeds.MAX_HEIGHT)] = (
        embeds.DEFAULT_HEIGHT
    )
    frame_ancestors: Annotated[
        list[Annotated[str, Field(max_length=300)]],
        Field(min_length=1, max_length=embeds.MOST_ORIGINS, description="Origins of websites."),
    ]
    days: Annotated[int, Field(ge=1, le=embeds.MOST_DAYS)] = 365


@router.post(
    "/v1/embeds",
    status_code=201,
    responses={201: schemas.answer(schemas.EMBED), **responses(*_REFUSALS)},
)
def make_embed(
    body: EmbedBody,
    request: Request,
    service: TheService,
    shown: TheShown,
    sight: TheSight,
    now: Now,
) -> Response:
    """Make an embed: its parameters are locked from then on."""
    actor = audience.check_publisher(sight)
    figures = figures_of(service, shown, now)
    fields = body.model_dump(exclude={"frame_ancestors"})
    made = embeds.make_embed(figures, Wanted(**fields, origins=tuple(body.frame_ancestors)), actor)
    return Json(embeds.embed_json(figures, made, base_of(service, request)), 201)


@router.get(
    "/v1/embeds",
    responses={200: schemas.answer(schemas.EMBEDS), **responses(401, 403, 422, 503)},
)
def list_embeds(
    request: Request, service: TheService, shown: TheShown, sight: TheSight, now: Now
) -> Response:
    """List every embed, the newest first, stopped and expired ones too."""
    audience.check_publisher(sight)
    figures, base = figures_of(service, shown, now), base_of(service, request)
    found = service.store.embeds()
    return Json({"embeds": [embeds.embed_json(figures, one, base) for one in found]})


@router.delete(
    "/v1/embeds/{embed_id}",
    responses={200: schemas.answer(schemas.EMBED), **responses(401, 403, 404, 422, 503)},
)
def revoke_embed(
    embed_id: Annotated[str, Path(max_length=40)],
    request: Request,
    service: TheService,
    shown: TheShown,
    sight: TheSight,
    now: Now,
) -> Response:
    """Stop an embed: its addresses answer 410 from now on."""
    actor = audience.check_publisher(sight)
    service.store.revoke_embed(embed_id, actor=actor, at=now)
    kept = service.store.embed(embed_id)
    if kept is None:
        raise NotFoundError(f"There is no embed {embed_id!r}.", "/v1/embeds lists them.")
    figures = figures_of(service, shown, now)
    return Json(embeds.embed_json(figures, kept, base_of(service, request)))


@router.get(
    "/embed/{token}.png",
    response_class=Response,
    responses={
        200: {"description": "The picture", "content": {"image/png": _BINARY}},
        **_CALM,
        **responses(422, 503),
    },
)
def show_picture(
    token: Token, request: Request, service: TheService, shown: TheShown, now: Now
) -> Response:
    """Give the map as a picture, for a website that takes no frames."""
    opened = _open(token, request, service, shown, now)
    if isinstance(opened, Response):
        return opened
    view, lang, _ = opened
    headers = {"Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(embed_png(view, lang), media_type="image/png", headers=headers)


@router.get(
    "/embed/{token}.csv",
    response_class=Response,
    responses={
        200: {"description": "The table", "content": {"text/csv": {"schema": {"type": "string"}}}},
        **_CALM,
        **responses(422, 503),
    },
)
def show_table(
    token: Token, request: Request, service: TheService, shown: TheShown, now: Now
) -> Response:
    """Give the same figures as CSV."""
    opened = _open(token, request, service, shown, now)
    if isinstance(opened, Response):
        return opened
    view, lang, _ = opened
    headers = dict(attachment(f"{view.what}-{view.month}.csv"))
    return Response(embed_csv(view, lang).encode(), media_type="text/csv", headers=headers)


@router.get(
    "/embed/{token}",
    response_class=HTMLResponse,
    responses={200: schemas.PAGE, **_CALM, **responses(422, 503)},
)
def show_embed(
    token: Token, request: Request, service: TheService, shown: TheShown, now: Now
) -> Response:
    """Show a frame."""
    opened = _open(token, request, service, shown, now)
    if isinstance(opened, Response):
        return opened
    view, lang, embed = opened
    return HTMLResponse(embed_page(view, lang), headers=_headers(embed.ancestors))


@router.get(
    "/oembed",
    responses={
        200: {
            "description": "OK",
            "content": {
                "application/json": {"schema": schemas.OEMBED},
                "text/xml": {"schema": {"type": "string"}},
            },
        },
        **responses(404, 409, 410, 422, 503),
    },
)
def read_oembed(
    request: Request,
    service: TheService,
    shown: TheShown,
    now: Now,
    url: Annotated[str, Query(max_length=500, description="Address of an embed.")],
    form: Annotated[
        str, Query(alias="format", pattern="^(json|xml)$", description="json or xml.")
    ] = "json",
    maxwidth: Annotated[int, Query(ge=1, le=100_000)] = 960,
    maxheight: Annotated[int, Query(ge=1, le=100_000)] = 100_000,
) -> Response:
    """Answer oEmbed 1.0: the frame's code for an address, no larger than asked for."""
    base = base_of(service, request)
    found = embed_links.embed_of(service.store, embed_links.token_in(url, base))
    if found is None:
        raise NotFoundError("There is no embed at this address.", "Copy it from the page.")
    embed, lang = found
    if not embed.holds(now):
        raise GoneError("This embed is no longer on show.", "Ask its maker for another.")
    figures = figures_of(service, shown, now)
    embeds.check_approved(service.park)
    said = embeds.oembed_json(figures, embed, lang, base, (maxwidth, maxheight))
    if form == "json":
        return Json(said)
    return Response(_xml(said), media_type="text/xml")


def figures_of(service: Service, shown: Shown, now: datetime) -> Figures:
    """Give where figures come from, for one request."""
    return Figures(service.public, service.store, service.park, shown.publication, now)


def base_of(service: Service, request: Request) -> str:
    """Give the address by which others reach the service, without a slash at its end."""
    return service.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")


def _open(
    token: str, request: Request, service: Service, shown: Shown, now: datetime
) -> Response | tuple[EmbedView, str, Embed]:
    """Give what an address shows, or the one calm line."""
    found = embed_links.embed_of(service.store, token)
    if found is None or _LOCKED & request.query_params.keys():
        return _line(request, service, "unknown", 404)
    embed, lang = found
    state = embeds.state_of(embed, now)
    if state != "on":
        return _line(request, service, state, 410, lang, embed.ancestors)
    rules = service.park.map
    if not (rules.approval_number or rules.approval_exemption):
        return _line(request, service, "unapproved", 403, lang, embed.ancestors)
    figures = figures_of(service, shown, now)
    if not embeds.is_ready(figures, embed):
        return _line(request, service, "unready", 404, lang, embed.ancestors)
    return embeds.view_of(figures, embed, lang, base_of(service, request)), lang, embed


def _line(
    request: Request,
    service: Service,
    code: str,
    status: int,
    lang: str = "zh",
    ancestors: tuple[str, ...] = _ANYWHERE,
) -> Response:
    """Say in one line why there is nothing; to a program as a problem."""
    if not wants_page(request):
        hint = "Ask who gave you the address for another."
        if status == 403:
            raise ForbiddenError(_WORDS[code], hint)
        raise (GoneError if status == 410 else NotFoundError)(_WORDS[code], hint)
    park = service.park
    page = gone_page(lang, code, Frame(park_name=park.park.name, zone=park.zone))
    return HTMLResponse(page, status, headers=_headers(ancestors))


def _headers(ancestors: tuple[str, ...]) -> Mapping[str, str]:
    return {
        "Content-Security-Policy": embed_policy(ancestors),
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cross-Origin-Opener-Policy": "unsafe-none",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }


def _xml(said: Mapping[str, Any]) -> bytes:
    root = ET.Element("oembed")
    for name, value in said.items():
        ET.SubElement(root, name).text = str(value)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))
