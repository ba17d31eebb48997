"""A portal's frame: zones in four colours with title, legend, source and table, in one document.

Takes an `EmbedView` already cut for everybody, gives HTML without script, cookie or address of
anything but links; the same figures as CSV, and the shapes as an SVG file. The style is inside and
allowed by its digest. Words keep their size at any width from 320 px on; below 480 px the legend
goes under the map.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING, Any

from babel.dates import format_date
from markupsafe import Markup

from geo_risk.disclosure import ROUNDED_TO
from geo_risk.published import RiskClass
from maps.assets import read_asset
from maps.console import render_page
from maps.palette import CLASS_COLOURS, INK, NO_DATA
from maps.views import Frame
from maps.words import word
from maps.words.figures import day_text, moment_text, number_text
from maps.zone_shapes import ZoneShapes, draw_zones

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

THEMES = ("light", "contrast")
KINDS = ("reports", "risk")
MIN_WIDTH, MAX_WIDTH = 320, 960
DEFAULT_WIDTH = 640
SANDBOX = "allow-popups allow-top-navigation-by-user-activation"
_MONTH = {"zh": "y年M月", "en": "MMMM y"}
_KEYS = {one: colour.key for one, colour in CLASS_COLOURS.items()} | {RiskClass.NONE: "none"}
_LIKE_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class EmbedRow:
    """One area: a zone, or zones that are shown together.

    Parameters
    ----------
    names
        Of its zones.
    shape
        Degrees.
    risk_class, value
        Class and the number that stands on it; the number may be unsaid (None).
    reports, enterprises
        As the public sees them, None for not said.
    withheld
        Too few: nothing of it is said.
    """

    names: tuple[str, ...]
    shape: BaseGeometry
    risk_class: RiskClass = RiskClass.NONE
    value: float | None = None
    reports: int | None = None
    enterprises: int | None = None
    withheld: bool = False


@dataclass(frozen=True)
class EmbedView:
    """What a frame shows.

    Parameters
    ----------
    what
        `reports` or `risk`.
    month
        YYYY-MM.
    title
        As its maker wrote it, '' for the standing one.
    theme
        One of `THEMES`.
    unit
        Of the values, in the language of the page.
    surface
        Title of the surface, '' for reports.
    rows
        The areas.
    breaks, breaks_version
        Lower bounds of yellow, orange, red.
    as_of, next_update
        What was known by then is shown; when it changes next, None for never.
    park_name, zone, synthetic, approval_number, approval_exemption
        Of the park.
    floor
        Fewest enterprises and reports that are shown.
    links
        `other`, `method`, `csv`, `png`, `oembed` to an address; what is missing is not offered.
    """

    what: str
    month: str
    rows: tuple[EmbedRow, ...]
    unit: str
    breaks: tuple[float, float, float]
    as_of: datetime
    park_name: str
    zone: tzinfo
    title: str = ""
    theme: str = "light"
    surface: str = ""
    breaks_version: str = ""
    next_update: datetime | None = None
    synthetic: bool = False
    approval_number: str = ""
    approval_exemption: str = ""
    floor: tuple[int, int] = (8, 5)
    links: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def drawn(self) -> ZoneShapes:
        """The shapes, in the order of the rows."""
        return draw_zones([one.shape for one in self.rows])


def month_text(month: str, lang: str) -> str:
    """Give a month: 2026年4月, April 2026."""
    return format_date(date(int(month[:4]), int(month[5:]), 1), _MONTH[lang], lang)


def title_of(view: EmbedView, lang: str) -> str:
    """Give the title: the maker's own, else what is shown and of which month."""
    if view.title:
        return view.title
    slots = {"month": month_text(view.month, lang), "surface": view.surface}
    return word(f"embed.title.{view.what}", lang, **slots)


def embed_page(view: EmbedView, lang: str) -> str:
    """Give the document of a frame."""
    return render_page("embed.html", _frame(view), lang, "", style=_style(), **figure(view, lang))


def method_page(view: EmbedView, lang: str, home: str = "") -> str:
    """Give the page that says how the figures come about."""
    values = {"view": view, "style": _style(), "home": home, "rounded": ROUNDED_TO}
    bounds = [_short(one) for one in view.breaks]
    return render_page("embed_method.html", _frame(view), lang, "", bounds=bounds, **values)


def gone_page(lang: str, code: str, frame: Frame) -> str:
    """Give the one calm line where there is nothing to show.

    Parameters
    ----------
    code
        `unknown`, `expired`, `revoked`, `unready` or `unapproved`.
    """
    return render_page("embed_gone.html", frame, lang, "", style=_style(), code=code)


def embed_policy(ancestors: tuple[str, ...]) -> str:
    """Give the content policy of a frame: its own style, nothing fetched, who may frame it."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src 'sha256-{digest}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            f"frame-ancestors {' '.join(ancestors)}",
        )
    )


def frame_code(address: str, title: str, height: int, width: int = DEFAULT_WIDTH) -> str:
    """Give the HTML that a portal's editor copies."""
    code = Markup(
        '<iframe title="{}" width="{}" height="{}" loading="lazy" sandbox="{}" src="{}"></iframe>'
    )
    return str(code.format(title, width, height, SANDBOX, address))


def embed_csv(view: EmbedView, lang: str) -> str:
    """Give the table as CSV, with what it is above: opens in a spreadsheet as it stands.

    A text that begins like a formula gets an apostrophe before it: a spreadsheet shows it then.
    """
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n").writerow
    write([_no_formula(title_of(view, lang))])
    write([word("embed.as_of", lang, moment=moment_text(view.as_of, view.zone, lang))])
    write([_no_formula(approval_text(view, lang))])
    if view.synthetic:
        write([word("site.synthetic", lang)])
    value = word("embed.value", lang, unit=view.unit)
    columns = ("embed.zone", "embed.class", value, "embed.reports", "embed.enterprises")
    write([word(one, lang) if one.startswith("embed.") else one for one in columns])
    for row in view.rows:
        name = _no_formula(word("embed.and", lang).join(row.names))
        if row.withheld:
            write([name, word("embed.withheld", lang), "", "", ""])
        else:
            letter = word(f"class.{_KEYS[row.risk_class]}", lang)
            write(
                [name, letter, *(_plain(one) for one in (row.value, row.reports, row.enterprises))]
            )
    return "\ufeff" + out.getvalue()


def _no_formula(text: str) -> str:
    return f"'{text}" if text.startswith(_LIKE_A_FORMULA) else text


def embed_svg(view: EmbedView, lang: str) -> str:
    """Give the map alone as an SVG file, with title and labels inside."""
    return (
        render_page("embed_svg.html", _frame(view), lang, "", **figure(view, lang)).strip() + "\n"
    )


def figure(view: EmbedView, lang: str) -> dict[str, Any]:
    """Give what the figure's template needs: in a frame, in a preview, in a file."""
    drawn = view.drawn
    return {
        "view": view,
        "title": title_of(view, lang),
        "scope": word(f"embed.scope.{view.what}", lang, unit=view.unit),
        "labels": [
            {
                "name": word("embed.and", lang).join(one.names[:1] if one.withheld else one.names),
                "text": label_text(one, lang),
                "x": x,
                "y": y,
                "at": (x / 100 * drawn.width, y / 100 * drawn.height),
                "key": _KEYS[one.risk_class],
                "path": path,
            }
            for one, path, (x, y) in zip(
                view.rows, view.drawn.paths, view.drawn.places, strict=True
            )
        ],
        "legend": legend_lines(view, lang),
        "any_withheld": any(one.withheld for one in view.rows),
        "spoken": _spoken(view, lang),
        "month": month_text(view.month, lang),
        "as_of": moment_text(view.as_of, view.zone, lang),
        "next_update": day_text(view.next_update, view.zone, lang) if view.next_update else "",
        "approval_text": approval_text(view, lang),
        "patterns": _patterns(),
        "ink": INK,
    }


def label_text(row: EmbedRow, lang: str) -> str:
    """Give what stands on an area: its letter and its number."""
    if row.withheld:
        return word("embed.not_shown", lang)
    letter = word(f"class_letter.{_KEYS[row.risk_class]}", lang)
    return letter if row.value is None else f"{letter} {_short(row.value)}"


def legend_lines(view: EmbedView, lang: str) -> list[dict[str, str]]:
    """Give the classes from the gravest down: key, word, range."""
    low, middle, high = (_short(one) for one in view.breaks)
    ranges = {"red": f"≥ {high}", "orange": f"{middle} – {high}", "yellow": f"{low} – {middle}"}
    ranges["blue"] = f"< {low}"
    return [
        {"key": key, "name": word(f"class.{key}", lang), "range": text}
        for key, text in ranges.items()
    ]


def approval_text(view: EmbedView, lang: str) -> str:
    """Give the line of the map's approval: its number, or why none is needed."""
    if view.approval_number:
        return word("map.approval", lang, number=view.approval_number)
    if view.approval_exemption:
        return word("map.approval_exempt", lang, why=view.approval_exemption)
    return word("map.approval_missing", lang)


def _frame(view: EmbedView) -> Frame:
    return Frame(
        park_name=view.park_name,
        zone=view.zone,
        synthetic=view.synthetic,
        approval_number=view.approval_number,
        approval_exemption=view.approval_exemption,
    )


def _spoken(view: EmbedView, lang: str) -> str:
    """Say the map in one sentence, for whoever does not see it."""
    valued = [(one.value, one) for one in view.rows if one.value is not None]
    if not valued:
        return word("embed.spoken_none", lang)
    highest, lowest = max(valued, key=lambda pair: pair[0]), min(valued, key=lambda pair: pair[0])
    return word(
        "embed.spoken",
        lang,
        high=highest[1].names[0],
        high_value=_short(highest[0]),
        low=lowest[1].names[0],
        low_value=_short(lowest[0]),
        unit=view.unit,
        n=sum(one.withheld for one in view.rows),
    )


def _short(value: float) -> str:
    """Give a number as the legend and the labels print it: 5, 9.5, 21.4, 0.082."""
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 1 else number_text(float(f"{value:.2g}")).rstrip("0")


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, int) else f"{value:.3g}"


def _patterns() -> list[dict[str, str]]:
    """Give the fills of the classes, and of areas of which nothing is said."""
    lines = {
        "red": "M0 0L17 17M17 0L0 17",
        "orange": "M-2 17L17 -2",
        "yellow": "M0 8.5H17",
        "blue": "",
    }
    every = [*CLASS_COLOURS.values(), NO_DATA]
    return [
        {
            "key": one.key,
            "fill": one.fill,
            "line": one.line,
            "path": lines.get(one.key, "M-2 17L17 -2"),
        }
        for one in every
    ]


def _style() -> str:
    return read_asset("console/embed.css")
