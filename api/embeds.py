"""Embeds: what is asked for becomes a kept row and a signed address; an address becomes a view.

How an address is signed is told in `embed_links`. The figures are `publicbook`'s, the same for
everybody, whoever asks.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import shapely

from api.embed_links import token_of
from api.figures import public_json
from geo_risk.errors import ConflictError, InputError, NotFoundError
from geo_risk.monthly import check_month, closing_of, end_of, shift_month
from geo_risk.publicbook import PublicBook, last_closed, zones_at
from geo_risk.store import Embed
from maps.embed import DEFAULT_WIDTH, KINDS, THEMES, EmbedRow, EmbedView, frame_code, title_of
from maps.words import LANGS, word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo_risk.disclosure import Area
    from geo_risk.park import ParkFile
    from geo_risk.published import Publication
    from geo_risk.records import Actor
    from geo_risk.store import Store

LATEST = "latest"
MOST_DAYS = 1095
MOST_ORIGINS = 10
MIN_HEIGHT, MAX_HEIGHT, DEFAULT_HEIGHT = 200, 2000, 480
_INSTANT = timedelta(microseconds=1)
_LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*|\[[0-9a-f:.]+\]")


@dataclass(frozen=True)
class Wanted:
    """What somebody wants shown.

    Parameters
    ----------
    what, month, lang, theme, title, height
        As of `Embed`.
    origins
        As typed.
    days
        How long it is to hold.
    """

    what: str = "reports"
    month: str = LATEST
    lang: str = LANGS[0]
    theme: str = THEMES[0]
    title: str = ""
    height: int = DEFAULT_HEIGHT
    origins: tuple[str, ...] = ()
    days: int = 365


@dataclass(frozen=True)
class Figures:
    """Where figures come from: the desk of public figures and what lies under it."""

    book: PublicBook
    store: Store
    park: ParkFile
    publication: Publication | None
    now: datetime


def make_embed(figures: Figures, wanted: Wanted, actor: Actor) -> Embed:
    """Check what is wanted, and keep it.

    Raises
    ------
    InputError, NotFoundError
        When it cannot be shown, or a month has not closed; the message says which field.
    ConflictError
        When the map has neither approval number nor exemption.
    """
    check_approved(figures.park)
    embed = Embed(
        id=secrets.token_hex(5),
        what=wanted.what,
        month=wanted.month,
        lang=wanted.lang,
        theme=wanted.theme,
        title=" ".join(wanted.title.split()),
        height=_between("height", wanted.height, MIN_HEIGHT, MAX_HEIGHT),
        ancestors=origins_of(wanted.origins),
        created_by=actor.id,
        created_at=figures.now,
        expires_at=figures.now + timedelta(days=_between("days", wanted.days, 1, MOST_DAYS)),
    )
    view_of(figures, checked(embed), embed.lang)
    figures.store.put_embed(embed, actor=actor)
    return embed


def checked(embed: Embed) -> Embed:
    """Give an embed back, or refuse words that nobody knows; see `make_embed`."""
    _one_of("what", embed.what, KINDS)
    _one_of("lang", embed.lang, LANGS)
    _one_of("theme", embed.theme, THEMES)
    if embed.month != LATEST:
        check_month(embed.month)
    return embed


def is_ready(figures: Figures, embed: Embed) -> bool:
    """Say whether what an embed shows has been published."""
    if embed.what == "risk":
        return figures.publication is not None or embed.month != LATEST
    known = figures.park.as_of(figures.now)
    return embed.month == LATEST or closing_of(embed.month, figures.park) <= known


def check_approved(park: ParkFile) -> None:
    """Refuse a public map that has neither approval number nor exemption; see `make_embed`."""
    if not (park.map.approval_number or park.map.approval_exemption):
        raise ConflictError(
            "The map has neither an approval number (审图号) nor a declared exemption.",
            "The keeper enters [map] approval_number or approval_exemption in the park file.",
        )


def origins_of(typed: Sequence[str]) -> tuple[str, ...]:
    """Give origins as a browser writes them.

    Raises
    ------
    InputError
        When there is none, too many, or one that is no origin of a website.

    Examples
    --------
    >>> origins_of(["HTTPS://Portal.Example.cn/", "http://10.0.0.8:8080"])
    ('https://portal.example.cn', 'http://10.0.0.8:8080')
    """
    found = tuple(dict.fromkeys(_origin(one.strip()) for one in typed if one.strip()))
    if not 1 <= len(found) <= MOST_ORIGINS:
        raise InputError(
            f"frame_ancestors: {len(found)} websites.",
            f"Name 1 to {MOST_ORIGINS}, as https://www.example.gov.cn.",
        )
    return found


def state_of(embed: Embed, now: datetime) -> str:
    """Give `on`, `expired` or `revoked`."""
    if embed.revoked_at is not None:
        return "revoked"
    return "on" if embed.holds(now) else "expired"


def embed_json(figures: Figures, embed: Embed, base: str) -> dict[str, Any]:
    """Give an embed as the API has it; its address and code as long as it holds."""
    state = state_of(embed, figures.now)
    address = f"{base}/embed/{token_of(figures.store, embed)}" if state == "on" else None
    return {
        "id": embed.id,
        "what": embed.what,
        "month": embed.month,
        "lang": embed.lang,
        "theme": embed.theme,
        "title": embed.title,
        "height": embed.height,
        "frame_ancestors": list(embed.ancestors),
        "created_by": embed.created_by,
        "created_at": embed.created_at.isoformat(),
        "expires_at": embed.expires_at.isoformat(),
        "revoked_at": embed.revoked_at.isoformat() if embed.revoked_at else None,
        "state": state,
        "url": address,
        "code": code_of(embed, address) if address else None,
    }


def code_of(embed: Embed, address: str) -> str:
    """Give the HTML to copy."""
    title = embed.title or word(f"embeds.what.{embed.what}", embed.lang)
    return frame_code(address, title, embed.height)


def view_of(figures: Figures, embed: Embed, lang: str, base: str | None = None) -> EmbedView:
    """Fill a frame.

    Parameters
    ----------
    figures
        Where its figures come from.
    embed
        What is shown.
    lang
        In which language: the embed's own, or the other.
    base
        Address of the service, for links; None leaves them out.

    Raises
    ------
    NotFoundError
        When the month has not closed, or was not kept.
    """
    made = (
        _risk_view(figures, embed, lang)
        if embed.what == "risk"
        else _month_view(figures, embed, lang)
    )
    park, rules = figures.park, figures.park.map
    follows = embed.month == LATEST
    return replace(
        made,
        title=embed.title if lang == embed.lang else "",
        theme=embed.theme,
        next_update=closing_of(shift_month(made.month, 1), park) if follows else None,
        synthetic=park.park.synthetic,
        approval_number=rules.approval_number,
        approval_exemption=rules.approval_exemption,
        floor=(rules.min_enterprises, rules.min_reports),
        links=_links(figures.store, embed, lang, base) if base is not None else {},
    )


def _month_view(figures: Figures, embed: Embed, lang: str) -> EmbedView:
    book, park, now = figures.book, figures.park, figures.now
    table = book.latest(now) if embed.month == LATEST else book.month(embed.month, now)
    moment = end_of(table.month, park) - _INSTANT
    return EmbedView(
        "reports",
        table.month,
        _rows(figures, table.areas, moment, {one.zone_ids: one.rate for one in table.areas}),
        unit=word("embed.unit.reports", lang),
        breaks=table.breaks,
        breaks_version=table.breaks_version,
        as_of=table.as_of,
        park_name=park.park.name,
        zone=park.zone,
    )


def _risk_view(figures: Figures, embed: Embed, lang: str) -> EmbedView:
    publication, park = figures.publication, figures.park
    newest = last_closed(publication.as_of, park) if publication else ""
    if publication is not None and embed.month in {LATEST, newest}:
        kept = figures.book.surface(
            publication, lambda: public_json(publication, park), figures.now
        )
    else:
        found = None if embed.month == LATEST else figures.book.kept_surface(embed.month)
        if found is None:
            raise NotFoundError(
                f"No risk classes were published of {embed.month}.", "Ask for the latest."
            )
        kept = found
    said = kept.described["surface"]
    low, middle, high = said["breaks"]
    return EmbedView(
        "risk",
        kept.month,
        _rows(figures, kept.areas, kept.as_of, {one.zone_ids: one.mean for one in kept.areas}),
        unit=said["unit"] if lang == "en" else said["unit_zh"],
        surface=said["title_en"] if lang == "en" else said["title"],
        breaks=(low, middle, high),
        breaks_version=said["breaks_version"],
        as_of=kept.as_of,
        park_name=park.park.name,
        zone=park.zone,
    )


def _rows(
    figures: Figures,
    areas: Sequence[Area],
    moment: datetime,
    values: Mapping[tuple[str, ...], float | None],
) -> tuple[EmbedRow, ...]:
    """Give the areas with their shapes, the zones that held at a moment."""
    zones = {one.id: one for one in zones_at(figures.store, moment)}
    rows = []
    for area in areas:
        members = [zones[one] for one in area.zone_ids if one in zones]
        if members:
            rows.append(
                EmbedRow(
                    names=tuple(one.name or one.id for one in members),
                    shape=shapely.union_all([one.geometry for one in members]),
                    risk_class=area.risk_class,
                    value=values[area.zone_ids],
                    reports=area.reports,
                    enterprises=area.enterprises,
                    withheld=area.withheld,
                )
            )
    return tuple(sorted(rows, key=lambda one: one.names))


def _links(store: Store, embed: Embed, lang: str, base: str) -> dict[str, str]:
    here = f"{base}/embed/{token_of(store, embed, lang)}"
    other = next(one for one in LANGS if one != lang)
    method = {"what": embed.what, "lang": lang}
    return {
        "other": f"{base}/embed/{token_of(store, embed, other)}",
        "method": f"{base}/embeds/method?{urlencode(method)}",
        "csv": f"{here}.csv",
        "png": f"{here}.png",
        "oembed": f"{base}/oembed?{urlencode({'url': here})}",
    }


def oembed_json(
    figures: Figures, embed: Embed, lang: str, base: str, most: tuple[int, int]
) -> dict[str, Any]:
    """Answer a consumer of oEmbed 1.0: a rich object no larger than it asked for.

    Parameters
    ----------
    figures, embed, lang, base
        As of `view_of`.
    most
        Largest width and height.
    """
    address = f"{base}/embed/{token_of(figures.store, embed, lang)}"
    view = view_of(figures, embed, lang)
    title = title_of(view, lang)
    width, height = min(DEFAULT_WIDTH, most[0]), min(embed.height, most[1])
    return {
        "type": "rich",
        "version": "1.0",
        "title": title,
        "provider_name": figures.park.park.name,
        "provider_url": f"{base}/",
        "cache_age": 3600,
        "width": width,
        "height": height,
        "html": frame_code(address, title, height, width),
    }


def _origin(typed: str) -> str:
    parts = urlsplit(typed)
    try:
        host = (parts.hostname or "").encode("idna").decode("ascii") if parts.hostname else ""
        port = parts.port
    except ValueError:
        host, port = "", None
    plain = parts.path in {"", "/"} and not parts.query and not parts.fragment
    host = f"[{host}]" if ":" in host else host
    if (
        parts.scheme not in {"http", "https"}
        or parts.username is not None
        or not plain
        or not _HOST.fullmatch(host)
    ):
        raise InputError(
            f"frame_ancestors: {typed[:200]!r} is no website's address.",
            "Write scheme and host without a path, as https://www.example.gov.cn.",
        )
    standing = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != standing else "")


def _one_of(name: str, given: str, known: Sequence[str]) -> str:
    if given not in known:
        raise InputError(f"{name}: {given!r} is not known.", f"Choose {' or '.join(known)}.")
    return given


def _between(name: str, given: int, low: int, high: int) -> int:
    if not low <= given <= high:
        raise InputError(f"{name}: {given} is out of range.", f"Give {low} to {high}.")
    return given
