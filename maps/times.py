"""The times whose map can be opened, as links with words: what the time slider slides over.

Takes the moments of a `MapView`, gives one link each, oldest first. What period or as-of is meant
stands in every label, so the page always says what time is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from babel.dates import format_date

from maps.words import LANGS, word
from maps.words.figures import moment_text, period_text

if TYPE_CHECKING:
    from maps.views import MapView, MomentView

_MONTH = {"zh": "y年M月", "en": "MMM y"}


@dataclass(frozen=True)
class TimeLink:
    """A link to the map of one time."""

    key: str
    href: str
    label: str
    current: bool


def time_links(view: MapView, lang: str, path: str = "/") -> tuple[TimeLink, ...]:
    """Give the links of a view's moments; () where there is nothing to choose.

    Parameters
    ----------
    view
        Its moments, and which of them is shown.
    lang
        One of the catalogue's languages.
    path
        The page that is opened at that time.
    """
    if len(view.moments) < 2:
        return ()
    return tuple(
        TimeLink(
            one.key,
            time_path(path, one.key, lang),
            time_label(one, view, lang),
            one.key == view.time,
        )
        for one in view.moments
    )


def time_path(path: str, key: str, lang: str) -> str:
    """Give the address of a page at a time."""
    query = [f"time={key}"] if key != "now" else []
    query += [f"lang={lang}"] if lang != LANGS[0] else []
    return f"{path}?{'&'.join(query)}" if query else path


def time_label(moment: MomentView, view: MapView, lang: str) -> str:
    """Say which time a moment is: a month, an earlier map and its as-of, or the newest."""
    zone = view.frame.zone
    if moment.kind == "month":
        month = format_date(moment.start.astimezone(zone), _MONTH[lang], lang)
        return word("times.month", lang, month=month)
    as_of = moment_text(moment.start, zone, lang)
    return word("times.now" if moment.kind == "now" else "times.earlier", lang, moment=as_of)


def time_label_of(view: MapView, lang: str) -> str:
    """Say which time a view shows; '' where there is nothing to choose."""
    shown = [one for one in view.moments if one.key == view.time]
    return time_label(shown[0], view, lang) if shown and len(view.moments) > 1 else ""


def time_said(view: MapView, lang: str) -> str:
    """Say what a table of zones counts, and for which time; '' before the first build."""
    if view.period is None:
        return ""
    when = period_text(view.period.start, view.period.end, view.frame.zone, lang)
    title = view.title[1] if lang == "en" else view.title[0]
    said = word("times.said", lang, title=title, period=when)
    month = view.time != "now" and not view.time.startswith("p")
    more = word("times.month_counts", lang) if month else ""
    return f"{said}{'' if lang == 'zh' or not more else ' '}{more}"
