"""The finding at the top of the map: which zones to look at first, and how much is red.

Takes the zones' rows under the main surface and the rung of the ladder, gives one headline and one
line below it. Says "next days" only where the map is a forecast; names two zones at most; where
only zone means may be shown (the public page) it says that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo_risk.published import RiskClass
from maps.words import word
from maps.words.figures import period_text, share_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_risk.grid import Period
    from maps.views import MapView, ZoneRow

_FORECAST_RUNGS = frozenset({"folds", "full"})


@dataclass(frozen=True)
class Headline:
    """What the page says first: the finding, and one line of detail."""

    finding: str
    detail: str


def write_headline(view: MapView, lang: str) -> Headline:
    """Give the finding of a map.

    Parameters
    ----------
    view
        The map page's values; only zones, rung and period are read.
    lang
        One of the catalogue's languages.
    """
    found = _headline(view, lang)
    if lang == "zh" and view.time == "now":  # dates of another time stay in one piece
        return Headline(_spaced(found.finding), _spaced(found.detail))
    return found


def _headline(view: MapView, lang: str) -> Headline:
    if view.rung is None:
        return Headline(word("headline.empty", lang), word("headline.empty_hint", lang))
    if view.time != "now" and view.period is not None:
        return _back(view, view.period, lang)
    shown = [zone for zone in view.zones if zone.mean is not None and not zone.withheld]
    if not shown:
        return Headline(word("headline.no_zones", lang), "")
    if any(zone.class_cells is None for zone in shown):
        return _by_means(view, shown, lang)
    return _by_cells(view, shown, lang)


def _back(view: MapView, period: Period, lang: str) -> Headline:
    """Say what time is looked back at, and which zones were highest then."""
    when = period_text(period.start, period.end, view.frame.zone, lang)
    title = view.title[1] if lang == "en" else view.title[0]
    known = [one for one in view.zones if one.mean is not None and one.mean > 0]
    highest = sorted(known, key=lambda one: -(one.mean or 0))[:2]
    names = word("headline.list_separator", lang).join(one.name or one.id for one in highest)
    detail = word("headline.back_highest", lang, zones=names) if names else ""
    return Headline(word("headline.back", lang, period=when, title=title), detail)


def _by_cells(view: MapView, zones: Sequence[ZoneRow], lang: str) -> Headline:
    for place, detail in ((3, "headline.cells_red"), (2, "headline.cells_orange")):
        counts = {zone: (zone.class_cells or (0, 0, 0, 0))[place] for zone in zones}
        total = sum(counts.values())
        if not total:
            continue
        whole = sum(sum(zone.class_cells or ()) for zone in zones)
        first = sorted((zone for zone in zones if counts[zone]), key=lambda one: -counts[one])[:2]
        listed = word("headline.list_separator", lang).join(
            word("headline.cells_zone", lang, zone=zone.name or zone.id, n=counts[zone])
            for zone in first
        )
        line = word(detail, lang, n=total, share=share_text(total / whole))
        return Headline(
            _finding(view, first, lang), line + listed + word("headline.list_end", lang)
        )
    return Headline(word("headline.calm", lang), "")


def _by_means(view: MapView, zones: Sequence[ZoneRow], lang: str) -> Headline:
    detail = word("headline.public", lang)
    top = max(zone.risk_class for zone in zones)
    if top < RiskClass.ORANGE:
        return Headline(word("headline.calm", lang), detail)
    first = sorted(
        (zone for zone in zones if zone.risk_class == top), key=lambda one: -(one.mean or 0)
    )
    return Headline(_finding(view, first[:2], lang), detail)


def _finding(view: MapView, zones: Sequence[ZoneRow], lang: str) -> str:
    rung = view.rung.key if view.rung else ""
    names = [zone.name or zone.id for zone in zones]
    number = "two" if len(names) > 1 else "one"
    slots: dict[str, object] = {"first": names[0], "second": names[-1]}
    if rung in _FORECAST_RUNGS and view.period is not None:
        slots["days"] = round(view.period.days)
        return word(f"headline.forecast_{number}", lang, **slots)
    kind = "inherent" if rung == "inherent" else "present"
    return word(f"headline.{kind}_{number}", lang, **slots)


def _spaced(text: str) -> str:
    """Part Latin letters and digits from Chinese characters: 巡区 3 和巡区 5."""
    after = re.sub(r"(?<=[0-9A-Za-z])(?=[\u4e00-\u9fff])", " ", text)
    return re.sub(r"(?<=[\u4e00-\u9fff])(?=[0-9A-Za-z])", " ", after)
