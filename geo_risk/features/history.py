"""History: what happened, as events per kind, as far as it was known at a moment.

Takes reports and visits, gives weighted `Events` per kind of report, once with severity points and
once as plain counts, and how many rows were left out for which reason. A visit's own counts of
findings are used where it has them; the reports that name such a visit are then not counted again.
Where anybody looked is told in `effort`; what is made of the events, in `surfaces`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.events import Events, days_since_epoch
from geo_risk.features.places import INSIDE, OUTSIDE, Directory, in_order, place
from geo_risk.records import CaseState, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo_risk.park import SeverityTable
    from geo_risk.records import Located, Premises, Report, Visit

FINDINGS_KIND = "hazard"
"""What a visit finds is a hazard."""

NOT_YET = "not_yet_known"
"""Why a report of after the as-of is left out; it says nothing about the records known by then."""

_FRESH_START_DAYS = 180.0
_DAY_S = 86400.0


@dataclass(frozen=True)
class KindHistory:
    """The located events of one kind.

    Parameters
    ----------
    kind
        Kind of report.
    severity
        Weights are severity points.
    count
        The same rows; weights are numbers of reports.
    known_days
        (n,) when each row became known, days since the epoch.
    """

    kind: str
    severity: Events
    count: Events
    known_days: NDArray[np.float64]


@dataclass(frozen=True)
class History:
    """What was known at the as-of.

    Parameters
    ----------
    kinds
        By kind, those with at least one report of any sort; events may be none.
    start
        Since when visits and reports come in without a gap of more than 180 days; None without any.
    left_out
        Number of reports (findings) left out of surfaces: `unlocated`, `outside`, `duplicate`,
        `in_visit` (counted in their visit), `void`, `not_yet_known`.
    used
        Number of reports (findings) that are events.
    """

    kinds: Mapping[str, KindHistory]
    start: datetime | None
    left_out: Mapping[str, int]
    used: int


def measure_history(
    *,
    reports: Sequence[Report],
    visits: Sequence[Visit],
    premises: Sequence[Premises],
    severity: SeverityTable,
    boundary: BaseGeometry,
    crs: str,
    as_of: datetime,
    keep_outside: bool = False,
) -> History:
    """Turn reports and visits into events per kind.

    Parameters
    ----------
    reports, visits, premises
        Records of any time; what was not known before `as_of` is left out.
    severity
        The park's table of points; a report without a severity counts as minor.
    boundary
        Polygon in `crs`, metres.
    crs
        Working CRS.
    as_of
        A report is known when it had happened and been reported; a visit when it had ended.
    keep_outside
        Keep located events outside the boundary: for scores, where the grid's cells decide.

    Returns
    -------
    History
    """
    left_out: Counter[str] = Counter()
    directory = Directory(premises)
    rows = _Rows()
    done = [one for one in visits if is_known_visit(one, as_of)]
    counted = {one.id for one in visits if one.found is not None}
    gone = taken_back(reports)
    for visit in done:
        if visit.found is not None:
            at = directory.premises_of(visit)
            for level in Severity:
                number = getattr(visit.found, level.value) - gone[visit.id, level]
                if number > 0:
                    points = severity.points(level)
                    known = visit.end or visit.start
                    rows.add(FINDINGS_KIND, at, visit.start, known, number * points, number)
    moments = [one.start for one in done]
    for report in reports:
        reason = reason_to_leave_out(report, counted, as_of)
        if reason:
            left_out[reason] += 1
            if reason == NOT_YET:
                continue
        else:
            at_place = directory.place_of(report)
            points = severity.points(report.severity)
            known = report.reported_at or report.time
            rows.add(report.kind, at_place, report.time, known, points, 1)
        moments.append(report.reported_at or report.time)
    kinds = rows.histories(boundary, crs, left_out, keep_outside=keep_outside)
    used = int(sum(one.count.weight.sum() for one in kinds.values()))
    return History(kinds, start_of_history(moments), dict(left_out), used)


def is_known_visit(visit: Visit, as_of: datetime) -> bool:
    """Say whether somebody looked and the visit was over by the as-of."""
    return visit.looked and visit.start < as_of and (visit.end is None or visit.end <= as_of)


def is_known_report(report: Report, as_of: datetime) -> bool:
    """Say whether a report had happened and been reported by the as-of."""
    return report.time < as_of and (report.reported_at is None or report.reported_at <= as_of)


def start_of_history(moments: Sequence[datetime]) -> datetime | None:
    """Give the moment since when records run without a gap of more than 180 days.

    One mistyped date years before everything else is no year of history.
    """
    if not moments:
        return None
    days = start_of_days(np.array([days_since_epoch(one) for one in moments]))
    return datetime.fromtimestamp(days * _DAY_S, UTC)


def start_of_days(days: NDArray[np.float64]) -> float:
    """Give the same of (n,) days since the epoch, n at least 1."""
    ordered = np.sort(days)
    gaps = np.flatnonzero(np.diff(ordered) > _FRESH_START_DAYS)
    return float(ordered[gaps[-1] + 1 if gaps.size else 0])


def reason_to_leave_out(report: Report, counted: set[str], as_of: datetime) -> str:
    """Say why a report is no event of its own, '' where it is one; see `History.left_out`."""
    if not is_known_report(report, as_of):
        return NOT_YET
    if report.duplicate_of or report.state == CaseState.MERGED:
        return "duplicate"
    if report.state == CaseState.VOID:
        return "void"
    if report.kind == FINDINGS_KIND and report.visit_id in counted:
        return "in_visit"
    return ""


def taken_back(reports: Sequence[Report]) -> Counter[tuple[str, Severity]]:
    """Count the findings of visits that turned out to be none, or to repeat another report."""
    return Counter(
        (one.visit_id, one.severity or Severity.MINOR)
        for one in reports
        if one.kind == FINDINGS_KIND
        and one.visit_id
        and (one.duplicate_of or one.state in {CaseState.MERGED, CaseState.VOID})
    )


class _Rows:
    """Rows gathered one by one, turned into arrays once."""

    def __init__(self) -> None:
        self._kind: defaultdict[str, list[int]] = defaultdict(list)
        self._at: list[Located | None] = []
        self._number: list[tuple[float, float, float, float]] = []

    def add(
        self,
        kind: str,
        at: Located | None,
        moment: datetime,
        known: datetime,
        points: float,
        count: int,
    ) -> None:
        self._kind[kind].append(len(self._at))
        self._at.append(at)
        days = days_since_epoch(moment)
        self._number.append((days, points, count, max(days, days_since_epoch(known))))

    def histories(
        self, boundary: BaseGeometry, crs: str, left_out: Counter[str], *, keep_outside: bool
    ) -> dict[str, KindHistory]:
        placed = place(self._at, boundary, crs)
        numbers = np.array(self._number, dtype=np.float64).reshape(-1, 4)
        last = OUTSIDE if keep_outside else INSIDE
        left_out["outside"] += int(numbers[placed.status == OUTSIDE, 2].sum())
        left_out["unlocated"] += int(numbers[placed.status > OUTSIDE, 2].sum())
        histories = {}
        for kind, rows in sorted(self._kind.items()):
            index = np.array(rows)
            index = index[placed.status[index] <= last]
            index = index[in_order(numbers[index, 0], placed.easting[index], numbers[index, 1])]
            severity, count = (
                Events(
                    crs,
                    placed.easting[index],
                    placed.northing[index],
                    numbers[index, 0],
                    numbers[index, column],
                )
                for column in (1, 2)
            )
            histories[kind] = KindHistory(kind, severity, count, numbers[index, 3])
        return histories
