"""Looks: records of one kind, as tables of who looked where and what was found or told.

Takes records and the park's cells, gives `Looks`. A visit's findings are its own counts, else the
reports that name it; a report that came by another channel stands for itself, at the premises it
names or at its point. What the deny-list names is no premises here: what happened there is a
report like any other, at its point. What is made of the tables belongs to `surfaces.detection`.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.events import days_since_epoch
from geo_risk.features.denied import allowed_premises, check_inputs, is_denied
from geo_risk.features.history import (
    FINDINGS_KIND,
    is_known_visit,
    reason_to_leave_out,
    taken_back,
)
from geo_risk.features.places import Directory, place
from geo_risk.looks import LookedPremises, LookedVisits, Looks, ToldReports
from geo_risk.records import Channel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo_risk.grid import Grid, Period
    from geo_risk.records import Enterprise, Located, Premises, Report, Visit

    Floats = NDArray[np.float64]

_PERIOD_DAYS = 30.0
_FEWEST = 5  # a level of fewer premises says nothing of its own
_GB_4754 = re.compile(r"[A-T]\d{2}")


def measure_looks(
    *,
    kind: str,
    premises: Sequence[Premises],
    enterprises: Sequence[Enterprise],
    visits: Sequence[Visit],
    reports: Sequence[Report],
    zones: Mapping[str, BaseGeometry],
    grid: Grid,
    boundary: BaseGeometry,
    period: Period,
) -> Looks:
    """Turn records into tables of looks.

    Parameters
    ----------
    kind
        Kind of report.
    premises, enterprises, visits, reports
        Records of any time.
    zones
        Zone id to polygon in the grid's CRS.
    grid, boundary
        Where, metres.
    period
        [start, as-of): visits and reports of that time that were known by the as-of count.

    Returns
    -------
    Looks
        Visits and reports in order of time, premises of their ids: sums are made in this order.
    """
    start, as_of = period.start, period.end
    directory = Directory(premises)
    begun = [one for one in premises if one.valid_from is None or one.valid_from <= as_of]
    allowed = sorted(allowed_premises(begun), key=lambda one: one.id)
    row_of = {one.id: row for row, one in enumerate(allowed)}
    left_out: Counter[str] = Counter()
    span = days_since_epoch(start), days_since_epoch(as_of)
    known = [
        one
        for one in sorted(visits, key=lambda one: (one.start, one.id))
        if is_known_visit(one, as_of) and one.start >= start
    ]
    told = _told(kind, reports, visits, start, as_of)
    gone = Counter(visit_id for visit_id, _ in taken_back(reports).elements())
    looked = _visits(kind, known, told, gone, directory, row_of, span[1], left_out)
    named = {one.id for one in known}
    public = [
        one
        for one in told
        if one.channel != Channel.VISIT and (not one.visit_id or one.visit_id not in named)
    ]
    cells = np.full(grid.shape, -1, dtype=np.int64)
    for number, (_, polygon) in enumerate(sorted(zones.items())):
        cells[grid.inside(polygon) & (cells < 0)] = number
    return Looks(
        kind,
        grid.crs,
        _premises(allowed, enterprises, boundary, grid.crs, span),
        looked,
        _reports(public, directory, row_of, boundary, grid.crs, left_out),
        cells,
        max(span[1] - span[0], 1.0),
        dict(left_out),
    )


def _told(
    kind: str,
    reports: Sequence[Report],
    visits: Sequence[Visit],
    start: datetime,
    as_of: datetime,
) -> list[Report]:
    """Give the reports of a kind that count, in order of time; not those counted in a visit."""
    counted = {one.id for one in visits if one.found is not None}
    kept = [
        one
        for one in reports
        if one.kind == kind and one.time >= start and not reason_to_leave_out(one, counted, as_of)
    ]
    return sorted(kept, key=lambda one: (one.time, one.id))


def _visits(
    kind: str,
    known: Sequence[Visit],
    told: Sequence[Report],
    gone: Counter[str],
    directory: Directory,
    row_of: Mapping[str, int],
    as_of_days: float,
    left_out: Counter[str],
) -> LookedVisits:
    reported = Counter(one.visit_id for one in told if one.visit_id)
    lookers: dict[object, int] = {}
    rows = []
    for visit in known:
        at = directory.premises_of(visit)
        share = _share(visit)
        if at is None or at.id not in row_of or share <= 0:
            left_out["visit_without_premises" if at is None else "visit_not_counted"] += 1
            continue
        who = visit.team or frozenset(visit.participant_ids)
        found = float(reported[visit.id])
        if kind == FINDINGS_KIND and visit.found is not None:
            counted = visit.found.major + visit.found.general + visit.found.minor
            found = float(max(0, counted - gone[visit.id]))
        age = as_of_days - days_since_epoch(visit.start)
        looker = lookers.setdefault(who, len(lookers))
        rows.append((row_of[at.id], looker, int(age // _PERIOD_DAYS), share, found))
    columns = np.array(rows, dtype=np.float64).reshape(-1, 5).T
    whole = [column.astype(np.int64) for column in columns[:3]]
    return LookedVisits(whole[0], whole[1], whole[2], columns[3], columns[4])


def _share(visit: Visit) -> float:
    """Give items checked / items standard; 1 where not known, 0 where nothing was checked."""
    if visit.items_checked is None or not visit.items_standard:
        return 1.0
    return min(1.0, visit.items_checked / visit.items_standard)


def _reports(
    public: Sequence[Report],
    directory: Directory,
    row_of: Mapping[str, int],
    boundary: BaseGeometry,
    crs: str,
    left_out: Counter[str],
) -> ToldReports:
    owners = [directory.premises_of(one) for one in public]
    premises = np.array([-1 if one is None else row_of.get(one.id, -1) for one in owners], np.int64)
    placed = place([directory.place_of(one) for one in public], boundary, crs)
    channels: dict[str, int] = {}
    channel = np.array(
        [channels.setdefault(one.channel, len(channels)) for one in public], np.int64
    )
    keep = placed.inside | ((premises >= 0) & ~np.isfinite(placed.easting))
    left_out["report_without_place"] += int((~keep).sum())
    inside = placed.inside[keep]
    return ToldReports(
        premises[keep],
        np.where(inside, placed.easting[keep], np.nan),
        np.where(inside, placed.northing[keep], np.nan),
        channel[keep],
    )


def _premises(
    allowed: Sequence[Premises],
    enterprises: Sequence[Enterprise],
    boundary: BaseGeometry,
    crs: str,
    span: tuple[float, float],
) -> LookedPremises:
    located: Sequence[Located] = allowed
    placed = place(located, boundary, crs)
    owner = {one.id: one for one in enterprises}
    sites = Counter(one.enterprise_id for one in allowed)
    people = np.full(len(allowed), np.nan)
    for row, one in enumerate(allowed):
        firm = owner.get(one.enterprise_id)
        if one.people is not None:
            people[row] = one.people
        elif firm is not None and firm.employees is not None:
            people[row] = firm.employees / sites[one.enterprise_id]
    industries = [
        _industry(owner[one.enterprise_id].industry) if one.enterprise_id in owner else ""
        for one in allowed
    ]
    grades = [str(one.inherent_class or "") for one in allowed]
    features = {
        "class": _levels(grades),
        "people": _standard(np.log1p(people)),
        "kind": _levels([one.kind.value for one in allowed]),
        "industry": _levels(industries),
    }
    check_inputs(features)
    days = [_days(one, span) for one in allowed]
    return LookedPremises(
        tuple(one.id for one in allowed),
        np.where(placed.inside, placed.easting, np.nan),
        np.where(placed.inside, placed.northing, np.nan),
        np.array(days, dtype=np.float64),
        {name: columns for name, columns in features.items() if columns.shape[1]},
    )


def _industry(text: str) -> str:
    """Give the division of a GB/T 4754 code (letter and two digits), else the name itself."""
    code = _GB_4754.match(text)
    return code.group() if code else text.strip().lower()


def _levels(values: Sequence[str]) -> Floats:
    """Give one column per level that is frequent enough and allowed, 1 where it holds."""
    counts = Counter(values)
    names = sorted(
        name for name, many in counts.items() if name and many >= _FEWEST and not is_denied(name)
    )
    if len(names) < 2 and len(counts) < 2:
        return np.zeros((len(values), 0))  # all alike: nothing to tell apart
    return np.array([[one == name for name in names] for one in values], dtype=np.float64).reshape(
        len(values), len(names)
    )


def _standard(values: Floats) -> Floats:
    """Give one column of mean 0 and deviation 1, 0 where not known; none where all are alike."""
    known = np.isfinite(values)
    spread = values[known].std() if known.any() else 0.0
    if not spread > 0:
        return np.zeros((len(values), 0))
    return np.where(known, (values - values[known].mean()) / spread, 0.0)[:, None]


def _days(one: Premises, span: tuple[float, float]) -> float:
    """Give for how many days of the history a premises was there."""
    first = span[0] if one.valid_from is None else max(span[0], days_since_epoch(one.valid_from))
    last = span[1] if one.valid_to is None else min(span[1], days_since_epoch(one.valid_to))
    return max(0.0, last - first)
