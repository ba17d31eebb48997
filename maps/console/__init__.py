"""The console's pages: sign-in, tables, the to-locate page, errors. The map's page is `maps.page`.

Takes plain frozen values (`maps.views`), gives whole HTML documents as text. Every value is escaped
by the template engine; there is no inline script, style or handler anywhere. Who may see what was
decided before: a page shows what it is handed.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from geo_risk.published import RiskClass
from geo_risk.records import Audience
from maps.assets import asset_url
from maps.bundle import bundle_url
from maps.menu import menu_of
from maps.page_data import page_data, phone_data
from maps.palette import CLASS_COLOURS
from maps.shell import json_block, make_shell
from maps.words import HTML_LANG, LANGS, catalogue, phrase, word
from maps.words.figures import day_text, moment_text, number_text
from maps.words.isolate import marked, settled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maps.times import TimeLink
    from maps.views import EnterpriseRow, Frame, Listing, SourceRow, UnlocatedRow, ZoneRow

_STALE_AFTER_H = 24
_STAFF = frozenset({"officer", "clerk", "chief", "keeper"})
_ERRORS = frozenset({"not_found", "auth", "forbidden", "busy", "rate"})


def login_page(frame: Frame, lang: str, *, next_path: str = "", failed: bool = False) -> str:
    """Give the sign-in page.

    Its form posts `username`, `password`, `next` and `csrf` to /login.

    Parameters
    ----------
    frame, lang
        As for every page.
    next_path
        Where to go after signing in: a path on this host, '' for the role's first page.
    failed
        Whether the last try failed.
    """
    return render_page("login.html", frame, lang, "login", next_path=next_path, failed=failed)


def zones_page(
    frame: Frame,
    lang: str,
    rows: Sequence[ZoneRow],
    *,
    unit: str = "",
    download: str = "",
    said: str = "",
    times: Sequence[TimeLink] = (),
) -> str:
    """Give the table of zones: the map's content as words and numbers.

    Parameters
    ----------
    frame, lang
        As for every page.
    rows
        One per zone, already cut to the audience.
    unit
        Unit of the means, in the page's language.
    download
        Address of the same as XLSX, '' for none.
    said
        What is counted, and for which time.
    times
        The same table at other times.
    """
    values = {"rows": rows, "unit": unit, "download": download, "said": said, "times": times}
    return render_page("zones.html", frame, lang, "zones", **values)


def enterprises_page(
    frame: Frame,
    lang: str,
    rows: Sequence[EnterpriseRow],
    listing: Listing,
    *,
    download: str = "",
    opens: bool = False,
) -> str:
    """Give one page of the table of enterprises; it asks with `?q=` and `?page=`.

    Parameters
    ----------
    frame, lang
        As for every page.
    rows, listing
        Of this page; which page of how many, and what was searched for.
    download
        Address of the same as XLSX, '' for none.
    opens
        Whether this reader opens the page of an enterprise.
    """
    return render_page(
        "enterprises.html",
        frame,
        lang,
        "enterprises",
        rows=rows,
        listing=listing,
        download=download,
        opens=opens,
    )


def sources_page(frame: Frame, lang: str, rows: Sequence[SourceRow]) -> str:
    """Give the page of the last build's sources: what was read, set aside, and what is odd."""
    return render_page("sources.html", frame, lang, "sources", rows=rows)


def locate_page(
    frame: Frame,
    lang: str,
    rows: Sequence[UnlocatedRow],
    *,
    may_save: bool = True,
) -> str:
    """Give the page on which a premises without a place gets one.

    Parameters
    ----------
    frame, lang
        As for every page; `frame.csrf` is what saving sends back.
    rows
        Who waits for a place.
    may_save
        Whether this reader may change a premises.
    """
    return render_page(
        "locate.html",
        frame,
        lang,
        "locate",
        rows=rows,
        may_save=may_save,
        shell=make_shell(),
        script=bundle_url("locate.js"),
        page_data=json_block(page_data(frame, lang) | {"waiting": len(rows)}),
    )


def error_page(
    frame: Frame, lang: str, *, code: str = "other", message: str = "", hint: str = ""
) -> str:
    """Give a calm page for something that did not open.

    Parameters
    ----------
    frame, lang
        As for every page.
    code
        `not_found`, `auth`, `forbidden`, `busy`, `rate` or `other`: chooses the words.
    message, hint
        More about it in English, shown below the words of an English page; '' for nothing.
    """
    known = code if code in _ERRORS else "other"
    return render_page("error.html", frame, lang, "", code=known, message=message, hint=hint)


def render_page(template: str, frame: Frame, lang: str, current: str, **values: Any) -> str:
    """Fill a template: what every page has, and the page's own values.

    Parameters
    ----------
    template
        Name of a file in `console/templates`.
    frame, lang
        As for every page.
    current
        Which entry of the menu this is, '' for none.
    **values
        The page's own.
    """

    def t(key: str, **slots: object) -> str:
        return word(key, lang, **slots)

    filled = (
        _environment()
        .get_template(template)
        .render(
            frame=frame,
            lang=lang,
            html_lang=HTML_LANG,
            other_lang=next(one for one in LANGS if one != lang),
            current=current,
            t=t,
            link=lambda path: path if lang == LANGS[0] else f"{path}?lang={lang}",
            phrase=lambda prefix, code: phrase(prefix, code, lang),
            class_key=_class_key,
            day=lambda moment: day_text(moment, frame.zone, lang) if moment else "–",
            moment=lambda moment: moment_text(moment, frame.zone, lang),
            number=number_text,
            stale_days=_stale_days(frame),
            station=frame.audience is Audience.STATION,
            menu=menu_of(frame.role),
            help=_help(current, lang),
            phone=_phone(frame, lang),
            **values,
        )
    )
    return settled(filled)


@cache
def _environment() -> Environment:
    folder = Path(__file__).resolve().parent / "templates"
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=marked,
    )
    environment.globals["asset_url"] = asset_url
    environment.globals["bundle_url"] = bundle_url
    return environment


def _help(current: str, lang: str) -> str:
    """Give the help of a page by its name in the menu, '' where it has none."""
    key = f"help.{current}"
    return word(key, lang) if key in catalogue(lang) else ""


def _phone(frame: Frame, lang: str) -> dict[str, Any] | None:
    """Give what a page of the station's staff has for the phone, None for everybody else."""
    if not frame.person or frame.role not in _STAFF:
        return None
    return {"script": bundle_url("phone.js"), "data": json_block(phone_data(frame, lang))}


def _class_key(risk_class: RiskClass) -> str:
    colour = CLASS_COLOURS.get(risk_class)
    return colour.key if colour else "none"


def _stale_days(frame: Frame) -> int:
    """Give how many days old the data is where it is older than promised, else 0."""
    if frame.as_of is None or frame.now is None:
        return 0
    hours = (frame.now - frame.as_of).total_seconds() / 3600
    return max(1, int(hours // 24)) if hours > _STALE_AFTER_H else 0
