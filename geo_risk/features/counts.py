"""Counts: what lies in each zone and at each premises.

Takes records, gives plain counts of enterprises, premises, reports and visits, for tables, for the
public floor (no area with too few of them leaves the house), and for a premises' own line. Findings
count as reports, duplicates do not.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo_risk.events import days_since_epoch
from geo_risk.features.history import is_known_visit, reason_to_leave_out
from geo_risk.features.places import Directory, Placed, holds, place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo_risk.events import Events
    from geo_risk.features.effort import Effort
    from geo_risk.features.history import History
    from geo_risk.records import Premises, Report, Visit

_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class ZoneCount:
    """Counts in one zone; reports and visits of the last 365 days."""

    enterprises: int = 0
    premises: int = 0
    reports: int = 0
    visits: int = 0


@dataclass(frozen=True)
class PremisesLine:
    """One premises: where it lies, and what happened there in the last 365 days."""

    premises_id: str
    easting: float
    northing: float
    inside: bool
    zone_id: str
    last_visit: datetime | None
    visits: int
    reports: int


@dataclass(frozen=True)
class Counts:
    """Counts by zone id, and one line per premises that holds at the as-of, in the order given."""

    zones: Mapping[str, ZoneCount]
    premises: tuple[PremisesLine, ...] = field(default=())


def measure_counts(
    *,
    zones: Mapping[str, BaseGeometry],
    premises: Sequence[Premises],
    reports: Sequence[Report],
    visits: Sequence[Visit],
    history: History,
    effort: Effort,
    boundary: BaseGeometry,
    crs: str,
    as_of: datetime,
) -> Counts:
    """Count per zone and per premises.

    Parameters
    ----------
    zones
        Zone id to polygon in `crs`.
    premises, reports, visits
        Records of any time; what was not known at `as_of` is not counted.
    history, effort
        Made from the same records at the same as-of.
    boundary, crs, as_of
        As there.

    Returns
    -------
    Counts
    """
    held = [one for one in premises if holds(one, as_of)]
    placed = place(held, boundary, crs)
    ids = list(zones)
    tree = shapely.STRtree(list(zones.values()))
    in_zone = _memberships(tree, placed)
    since = days_since_epoch(as_of - _YEAR)
    enterprises: dict[int, set[str]] = {}
    sites: Counter[int] = Counter()
    first: dict[int, int] = {}
    for row, zone in in_zone:
        sites[zone] += 1
        enterprises.setdefault(zone, set()).add(held[row].enterprise_id or held[row].id)
        first[row] = min(zone, first.get(row, zone))
    happened = _total(tree, [one.count for one in history.kinds.values()], since, len(ids))
    looked = _total(tree, [effort.visits], since, len(ids))
    zone_counts = {
        name: ZoneCount(len(enterprises.get(i, ())), sites[i], int(happened[i]), int(looked[i]))
        for i, name in enumerate(ids)
    }
    visits_at, reports_at = _at_premises(premises, reports, visits, as_of)
    lines = tuple(
        PremisesLine(
            one.id,
            float(placed.easting[row]),
            float(placed.northing[row]),
            bool(placed.inside[row]),
            ids[first[row]] if row in first else "",
            effort.last_visit.get(one.id),
            visits_at[one.id],
            reports_at[one.id],
        )
        for row, one in enumerate(held)
    )
    return Counts(zone_counts, lines)


def measure_month(
    *,
    zones: Mapping[str, BaseGeometry],
    premises: Sequence[Premises],
    history: History,
    boundary: BaseGeometry,
    crs: str,
    begin: datetime,
    end: datetime,
) -> tuple[dict[str, int], dict[str, int]]:
    """Count enterprises and what happened per zone, in one period.

    Parameters
    ----------
    zones, premises, history, boundary, crs
        As of `measure_counts`.
    begin, end
        The period [begin, end); enterprises are those of its last moment.

    Returns
    -------
    enterprises, reports
        Zone id to number.
    """
    held = [one for one in premises if holds(one, end)]
    ids, tree = list(zones), shapely.STRtree(list(zones.values()))
    there: dict[int, set[str]] = {}
    for row, zone in _memberships(tree, place(held, boundary, crs)):
        there.setdefault(zone, set()).add(held[row].enterprise_id or held[row].id)
    since, until = days_since_epoch(begin), days_since_epoch(end)
    happened = _total(tree, [one.count for one in history.kinds.values()], since, len(ids), until)
    enterprises = {name: len(there.get(i, ())) for i, name in enumerate(ids)}
    return enterprises, {name: int(happened[i]) for i, name in enumerate(ids)}


def _memberships(tree: shapely.STRtree, placed: Placed) -> list[tuple[int, int]]:
    inside = np.flatnonzero(placed.inside)
    points = shapely.points(placed.easting[inside], placed.northing[inside])
    rows, zones = tree.query(points, predicate="intersects")
    return [(int(inside[row]), int(zone)) for row, zone in zip(rows, zones, strict=True)]


def _total(
    tree: shapely.STRtree,
    some: Sequence[Events],
    since: float,
    n: int,
    until: float = math.inf,
) -> NDArray[np.float64]:
    total = np.zeros(n)
    for events in some:
        keep = (events.time_days >= since) & (events.time_days < until)
        points = shapely.points(events.easting[keep], events.northing[keep])
        rows, zones = tree.query(points, predicate="intersects")
        total += np.bincount(zones, events.weight[keep][rows], minlength=n)
    return total


def _at_premises(
    premises: Sequence[Premises],
    reports: Sequence[Report],
    visits: Sequence[Visit],
    as_of: datetime,
) -> tuple[Counter[str], Counter[str]]:
    directory, since = Directory(premises), as_of - _YEAR
    visits_at: Counter[str] = Counter()
    reports_at: Counter[str] = Counter()
    counted = {one.id for one in visits if one.found is not None}
    for visit in visits:
        at = directory.premises_of(visit)
        if at is not None and visit.start >= since and is_known_visit(visit, as_of):
            visits_at[at.id] += 1
            if visit.found is not None:
                reports_at[at.id] += visit.found.major + visit.found.general + visit.found.minor
    for report in reports:
        at = directory.premises_of(report)
        if (
            at is not None
            and report.time >= since
            and not reason_to_leave_out(report, counted, as_of)
        ):
            reports_at[at.id] += 1
    return visits_at, reports_at
