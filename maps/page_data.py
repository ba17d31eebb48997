"""What a page's modules are told by the server: language, time zone, colours, words.

Takes the page's frame, gives plain JSON values. No record is in it: a page's data comes from the
endpoints, or, in a file, from a block of its own.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from maps.palette import CLASS_COLOURS, NO_DATA
from maps.words import browser_words

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from maps.views import Frame

_ZONE_YEARS = range(2000, 2100)

_WORDS = (
    "class",
    "class_label",
    "class_letter",
    "file",
    "hotspot",
    "hotspot_rule",
    "legend",
    "level",
    "level_label",
    "level_letter",
    "locate",
    "map",
    "model",
    "note",
    "panel",
    "reason",
    "score",
    "station",
)
"""First parts of the keys that the modules use."""


def page_data(frame: Frame, lang: str) -> dict[str, Any]:
    """Give what the modules of a map page read from the page.

    Parameters
    ----------
    frame, lang
        As for every page.
    """
    suffix = "" if lang == "zh" else f"?lang={lang}"
    return {
        "lang": lang,
        "zone": str(frame.zone),
        "offset_min": fixed_offset_min(frame.zone),
        "csrf": frame.csrf,
        "datum": "wgs84",
        "home": f"/{suffix}",
        "table": f"/zones{suffix}",
        "colours": {
            one.key: {"fill": one.fill, "line": one.line}
            for one in (NO_DATA, *CLASS_COLOURS.values())
        },
        "base": frame.base.told() if frame.base else None,
        "words": browser_words(lang, _WORDS),
    }


def phone_data(frame: Frame, lang: str) -> dict[str, Any]:
    """Give what the phone's modules read from every page of the station's staff.

    Parameters
    ----------
    frame, lang
        As for every page; what the phone keeps is bound to `frame.person`.
    """
    suffix = "" if lang == "zh" else f"?lang={lang}"
    return {
        "lang": lang,
        "zone": str(frame.zone),
        "person": frame.person,
        "now": frame.now.isoformat() if frame.now else "",
        "today": str(frame.now.astimezone(frame.zone).date()) if frame.now else "",
        "officer": frame.role == "officer",
        "today_path": f"/today{suffix}",
        "queue": f"/queue{suffix}",
        "words": browser_words(lang, ("phone", "case_state")),
    }


@cache
def fixed_offset_min(zone: ZoneInfo) -> int | None:
    """Give a zone's minutes east of UTC, None where they change within this century.

    China's clocks have stood at +8 h since 1991: a browser then need not load its tables of all
    the world's clocks before it can write a date.
    """
    offsets = {
        datetime(year, month, 1, tzinfo=zone).utcoffset()
        for year in _ZONE_YEARS
        for month in range(1, 13)
    }
    only = offsets.pop()
    return None if offsets or only is None else round(only.total_seconds() / 60)
