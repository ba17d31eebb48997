"""Open cases: hazards and disputes while something is still to be done about them.

Takes reports, gives per kind where and since when each was open. A case is open from when it was
known until it was closed or settled; one that repeats another or was voided is none. A report that
is counted in its visit is here all the same: the visit says that it was found, not that it is still
there. What an open case does to a surface is told in `surfaces.standing`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.events import Events, OpenCases, days_since_epoch
from geo_risk.features.history import is_known_report
from geo_risk.features.places import Directory, in_order, place
from geo_risk.records import CaseState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from shapely.geometry.base import BaseGeometry

    from geo_risk.park import SeverityTable
    from geo_risk.records import Premises, Report

CASE_KINDS = frozenset({"hazard", "dispute"})
"""Kinds that are driven to closure; other kinds happened, and are over."""

_OPEN = frozenset(
    {
        CaseState.REPORTED,
        CaseState.ASSIGNED,
        CaseState.RECTIFYING,
        CaseState.RECHECKING,
        CaseState.MEDIATING,
        CaseState.NOT_SETTLED,
    }
)
_NONE = frozenset({CaseState.MERGED, CaseState.VOID})


def measure_open_cases(
    *,
    reports: Sequence[Report],
    premises: Sequence[Premises],
    severity: SeverityTable,
    boundary: BaseGeometry,
    crs: str,
    as_of: datetime,
) -> dict[str, OpenCases]:
    """Turn reports into open cases per kind.

    Parameters
    ----------
    reports, premises
        Records of any time; what was not known before `as_of` is left out.
    severity
        The park's table of points; a report without a severity counts as minor.
    boundary
        Polygon in `crs`, metres; what lies outside, or nowhere, is left out.
    crs
        Working CRS.
    as_of
        What was closed after it is open still.

    Returns
    -------
    dict
        Kind to cases, those of `CASE_KINDS` that have any.
    """
    found: dict[str, list[Report]] = {}
    now = days_since_epoch(as_of)
    for one in reports:
        if one.kind in CASE_KINDS and is_case(one) and is_known_report(one, as_of):
            found.setdefault(one.kind, []).append(one)
    directory, cases = Directory(premises), {}
    for kind, some in sorted(found.items()):
        placed = place([directory.place_of(one) for one in some], boundary, crs)
        times = np.array([days_since_epoch(one.time) for one in some])
        begun = np.array([days_since_epoch(one.reported_at or one.time) for one in some])
        ended = np.array([_ended_days(one, now) for one in some])
        weight = np.array([severity.points(one.severity) for one in some], dtype=np.float64)
        order = in_order(times, placed.easting, weight)
        rows = order[placed.inside[order]]
        columns = (placed.easting, placed.northing, times, weight)
        events = Events(crs, *(column[rows] for column in columns))
        if rows.size:
            cases[kind] = OpenCases(events, np.maximum(begun, times)[rows], ended[rows])
    return cases


def is_case(report: Report) -> bool:
    """Say whether a report is a case at all: not a repeat, not void, something was to be done."""
    if report.duplicate_of or report.state in _NONE:
        return False
    return report.state in _OPEN or report.closed_at is not None


def _ended_days(report: Report, now: float) -> float:
    """Give when a case ended, inf while it is open; what ends after the as-of is not known yet."""
    if report.state in _OPEN or report.closed_at is None:
        return math.inf
    ended = days_since_epoch(report.closed_at)
    return ended if ended <= now else math.inf
