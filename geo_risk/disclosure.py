"""What the public may know: areas cut so that neither differencing nor waiting gives one away.

Takes counts and summaries of zones and the park's floor, gives areas. Zones of too few enterprises
are merged, by their enterprises alone; an area of too few reports is withheld. What is said of an
area depends on its own count only, rounded to fives, and no total stands beside a withheld one: so
no sum of what is shown can be taken apart. That a month, once shown, does not change is the desk's
work (`publicbook`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo_risk.published import RiskClass, class_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from geo_risk.park import MapSection
    from geo_risk.published import ZoneSummary

ROUNDED_TO = 5
"""Counts of reports leave as multiples of this."""


@dataclass(frozen=True)
class Area:
    """One area as the public sees it: a zone, or several merged because each alone is too small.

    Parameters
    ----------
    zone_ids
        The zones in it.
    withheld
        True: too few enterprises or reports; every figure below is then None.
    area_km2, mean, risk_class, enterprises, reports
        As in `ZoneSummary`; means are weighted by area.
    rate
        Reports for each hundred enterprises, of a month's table.
    """

    zone_ids: tuple[str, ...]
    withheld: bool = False
    area_km2: float | None = None
    mean: float | None = None
    risk_class: RiskClass = RiskClass.NONE
    enterprises: int | None = None
    reports: int | None = None
    rate: float | None = None


@dataclass(frozen=True)
class Aggregates:
    """What the public sees of one surface: areas, and the whole where it gives nothing away."""

    areas: tuple[Area, ...]
    total: Area | None


def rounded(count: int) -> int:
    """Give a count as the nearest multiple of `ROUNDED_TO`.

    Examples
    --------
    >>> [rounded(n) for n in (5, 7, 8, 12, 13)]
    [5, 5, 10, 10, 15]
    """
    return ROUNDED_TO * ((count + ROUNDED_TO // 2) // ROUNDED_TO)


def partition(enterprises: Mapping[str, int], rules: MapSection) -> tuple[tuple[str, ...], ...]:
    """Put zones together so that each area has enough enterprises, where it can be done.

    Looks at enterprises only, whose number is no secret: were reports looked at, the cut itself
    would tell of them.

    Parameters
    ----------
    enterprises
        Zone id to its number of enterprises.
    rules
        `min_enterprises`.

    Returns
    -------
    tuple of tuple
        Zone ids; first the zones that are large enough alone, then those that are not: as one area
        where they are enough together, else each by itself.
    """
    small = tuple(one for one, n in enterprises.items() if n < rules.min_enterprises)
    alone = [(one,) for one in enterprises if one not in small]
    if len(small) > 1 and sum(enterprises[one] for one in small) >= rules.min_enterprises:
        return (*alone, small)
    return (*alone, *((one,) for one in small))


def month_areas(
    enterprises: Mapping[str, int], reports: Mapping[str, int], rules: MapSection
) -> tuple[Area, ...]:
    """Give a month's table of reports as the public may see it.

    Parameters
    ----------
    enterprises, reports
        Zone id to its enterprises at the month's end, and to its reports in the month.
    rules
        `min_enterprises`, `min_reports`.

    Returns
    -------
    tuple of Area
        Each with its count rounded, and the rate made of the rounded count. Of merged areas the
        number of enterprises and the rate are not said: those in it are small.
    """
    return tuple(
        _month_area(
            ids,
            sum(enterprises[one] for one in ids),
            sum(reports.get(one, 0) for one in ids),
            rules,
        )
        for ids in partition(enterprises, rules)
    )


def shown_reports(tables: Sequence[Sequence[Area]], zone_ids: Sequence[str]) -> int:
    """Give how many reports of some zones the public knows of, by tables that were shown to it."""
    inside = set(zone_ids)
    return sum(
        area.reports or 0 for table in tables for area in table if inside.issuperset(area.zone_ids)
    )


def aggregate(
    zones: Sequence[ZoneSummary],
    breaks: tuple[float, float, float],
    rules: MapSection,
    reports_of: Callable[[Sequence[str]], int] | None = None,
) -> Aggregates:
    """Cut the zones of one surface to what the public may see.

    Parameters
    ----------
    zones
        Summaries under one surface.
    breaks
        The surface's.
    rules
        `min_enterprises`, `min_reports`.
    reports_of
        Gives the reports of the zones of an area, as far as they may be told; left out: those of
        the summaries.

    Returns
    -------
    Aggregates
        A total only where nothing is withheld.
    """
    by_id = {one.zone_id: one for one in zones}
    groups = partition({one.zone_id: one.enterprises for one in zones}, rules)

    def area_of(ids: Sequence[str]) -> Area:
        some = [by_id[one] for one in ids]
        told = sum(one.reports for one in some) if reports_of is None else reports_of(ids)
        return _surface_area(some, told, breaks, rules)

    areas = tuple(area_of(ids) for ids in groups)
    whole = bool(areas) and not any(one.withheld for one in areas)
    return Aggregates(areas, area_of(tuple(by_id)) if whole else None)


def _sum(counts: Mapping[str, int], ids: Sequence[str]) -> int:
    return sum(counts.get(one, 0) for one in ids)


def _month_area(ids: tuple[str, ...], enterprises: int, reports: int, rules: MapSection) -> Area:
    if enterprises < rules.min_enterprises or reports < rules.min_reports:
        return Area(ids, withheld=True)
    told = rounded(reports)
    rate = told * 100 / enterprises
    merged = len(ids) > 1
    return Area(
        ids,
        risk_class=class_of(rate, rules.report_breaks),
        enterprises=None if merged else enterprises,
        reports=told,
        rate=None if merged else rate,
    )


def _surface_area(
    zones: list[ZoneSummary],
    reports: int,
    breaks: tuple[float, float, float],
    rules: MapSection,
) -> Area:
    ids = tuple(one.zone_id for one in zones)
    enterprises = sum(one.enterprises for one in zones)
    if enterprises < rules.min_enterprises or reports < rules.min_reports:
        return Area(ids, withheld=True)
    known = [one for one in zones if one.area_km2 > 0 and not math.isnan(one.mean)]
    area_km2 = sum(one.area_km2 for one in known)
    mean = sum(one.mean * one.area_km2 for one in known) / area_km2 if known else math.nan
    return Area(
        ids,
        area_km2=area_km2,
        mean=None if math.isnan(mean) else mean,
        risk_class=zones[0].risk_class if len(zones) == 1 else class_of(mean, breaks),
        enterprises=enterprises,
        reports=reports,
    )
