"""What of a hazard counts, and as what: the rules of self-reporting and of what is overdue.

Takes one enterprise's hazards as known, gives its shares, what is overdue, and which findings of a
visit the enterprise had reported first. Dates are days in the park's time zone; a month ends at its
last moment, and what happened later is the next month's. Specification, sections 2, 3 and 6.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from geo_risk.casework.due import INTERIM_HOURS, due_of
from geo_risk.records import CaseState, Severity
from geo_risk.records.deadlines import ended_in_time, is_overdue
from geo_risk.safety_index import Overdue, Share

if TYPE_CHECKING:
    from geo_risk.park import ParkFile
    from geo_risk.records import Report
    from geo_risk.safety_index import IndexParams

AGAIN_DAYS = 180
"""Found again at the same place and of the same kind within so many days: it recurs."""

STOP_DAYS = 90
"""After a false report of its own an enterprise earns no credit for so many days."""

FALSE_REPORT = "false_report"
"""Code of the step that voids a self-report because a recheck found nothing of it."""

LEFT = frozenset({CaseState.MERGED.value, CaseState.VOID.value})


@dataclass(frozen=True)
class Hazard:
    """One hazard as a month sees it.

    Parameters
    ----------
    id, place, category, severity
        `place` is the premises, or the enterprise where none is named.
    found
        When it was reported.
    day
        That day, in the park's time zone.
    due
        First moment at which it is overdue.
    rectified
        When, accepted since; None while open at the month's end.
    self_reported
        By the enterprise, a day before anybody else at least.
    interim
        Interim protection of a major one: in time, or not needed.
    visit_id
        Of the visit that found it.
    """

    id: str
    place: str
    category: str
    severity: str
    found: datetime
    day: date
    due: datetime
    rectified: datetime | None
    self_reported: bool
    interim: bool
    visit_id: str

    def in_time(self) -> bool:
        """Say whether it was rectified, and accepted, by its due date."""
        return ended_in_time(self.rectified, self.due)


@dataclass(frozen=True)
class Counted:
    """What the hazards of one enterprise come to."""

    shares: Mapping[str, Share]
    overdue: tuple[Overdue, ...]
    major_overdue: tuple[str, ...]
    interim_missing: tuple[str, ...]
    credited_points: float
    seen_first: frozenset[str]


def hazard_of(report: Report, end: datetime, park: ParkFile) -> Hazard:
    """Give a report of a hazard as a month that ends at `end` sees it."""
    found = report.reported_at or report.occurred_to
    severity = report.severity or Severity.MINOR
    closed = report.closed_at
    rectified = None
    if closed is not None and closed < end:
        rectified = report.rectified_at or closed
    elif closed is None and report.state == CaseState.CLOSED:
        rectified = found  # closed, and its source does not say when
    due = report.due or due_of(report, park)
    assert due is not None  # noqa: S101  (a hazard has a due date by the rule)
    by = found + timedelta(hours=INTERIM_HOURS)
    shown = [one for one in (report.interim_at, rectified) if one is not None]
    return Hazard(
        id=report.id,
        place=report.premises_id or report.enterprise_id,
        category=report.category,
        severity=severity.value,
        found=found,
        day=found.astimezone(park.zone).date(),
        due=due,
        rectified=rectified,
        self_reported=report.self_reported and report.severity is not None,
        interim=severity is not Severity.MAJOR or by >= end or (bool(shown) and min(shown) <= by),
        visit_id=report.visit_id,
    )


def count_hazards(
    hazards: Sequence[Hazard],
    false_reports: Sequence[datetime],
    *,
    end: datetime,
    begin: datetime,
    month_begin: datetime,
    park: ParkFile,
    params: IndexParams,
) -> Counted:
    """Count the hazards of one enterprise.

    Parameters
    ----------
    hazards
        Neither void nor merged, found before `end`; older than the window too, for what recurs.
    false_reports
        When self-reports of it were voided as false.
    end, begin, month_begin
        End of the month, begin of the window, begin of the month.
    park, params
        Time zone; points and caps.

    Returns
    -------
    Counted
    """
    by_kind: dict[tuple[str, str], list[Hazard]] = defaultdict(list)
    for one in sorted(hazards, key=lambda one: (one.found, one.id)):
        by_kind[one.place, one.category].append(one)
    told_before = {one.id for some in by_kind.values() for one in _repeats(some)}
    seen_first = {one.id for some in by_kind.values() for one in _seen_first(some)}
    counted = [one for one in hazards if one.id not in told_before | seen_first]
    counted.sort(key=lambda one: one.id)
    recent = [one for one in counted if one.found >= begin]
    credited = _credits(recent, by_kind, false_reports, park, params)
    month = _month(month_begin, park)
    points = sum(credited.values())
    others = sum(params.points_of(one.severity) for one in recent if not one.self_reported)
    kept = [one for one in recent if one.self_reported and one.in_time()]
    fixed = [one for one in recent if not one.self_reported and one.rectified is not None]
    lasting = [one for one in fixed if not _again(one, by_kind[one.place, one.category])]
    on_time = sum(one.in_time() for one in recent if not one.self_reported)
    failed = sum(
        not one.in_time() and is_overdue(one.due, end) for one in recent if not one.self_reported
    )
    voided = sum(begin <= one < end for one in false_reports)
    overdue = tuple(
        Overdue(one.id, one.severity, _days(one.due, end, park), self_reported=one.self_reported)
        for one in counted
        if one.rectified is None and is_overdue(one.due, end)
    )
    return Counted(
        shares={
            "self_found": Share(points, points + others),
            "timeliness": Share(len(kept) + on_time, len(kept) + on_time + failed + voided),
            "recurrence": Share(len(kept) + len(lasting), len(kept) + len(fixed)),
        },
        overdue=overdue,
        major_overdue=tuple(one.report_id for one in overdue if one.severity == Severity.MAJOR),
        interim_missing=tuple(
            one.id for one in counted if one.rectified is None and not one.interim
        ),
        credited_points=credited.get(month, 0.0),
        seen_first=frozenset(seen_first),
    )


def _repeats(hazards: Sequence[Hazard]) -> Iterable[Hazard]:
    """Give the self-reports of what somebody else had shown before, or on that day."""
    for one in hazards:
        if one.self_reported and any(
            not other.self_reported
            and other.day <= one.day
            and (other.rectified is None or other.rectified >= one.found)
            for other in hazards
        ):
            yield one


def _seen_first(hazards: Sequence[Hazard]) -> Iterable[Hazard]:
    """Give what was found while the enterprise's own report of it was open and not yet due."""
    for one in hazards:
        if not one.self_reported and any(
            other.self_reported
            and other.day < one.day
            and not is_overdue(other.due, one.found)
            and (other.rectified is None or other.rectified >= one.found)
            for other in hazards
        ):
            yield one


def _credits(
    recent: Sequence[Hazard],
    by_kind: Mapping[tuple[str, str], Sequence[Hazard]],
    false_reports: Sequence[datetime],
    park: ParkFile,
    params: IndexParams,
) -> dict[str, float]:
    """Give the points credited per month: capped, none for what recurs or after a false report."""
    points: dict[str, float] = defaultdict(float)
    for one in recent:
        if not (one.self_reported and one.in_time() and one.interim):
            continue
        before = one.found - timedelta(days=AGAIN_DAYS)
        known = any(
            other is not one and before <= other.found < one.found
            for other in by_kind[one.place, one.category]
        )
        stopped = any(at <= one.found < at + timedelta(days=STOP_DAYS) for at in false_reports)
        if not (known or stopped):
            points[_month(one.found, park)] += params.points_of(one.severity)
    return {month: min(params.month_cap_points, some) for month, some in points.items()}


def _again(one: Hazard, same: Sequence[Hazard]) -> bool:
    """Say whether somebody else found it again: its own later report costs nothing."""
    assert one.rectified is not None  # noqa: S101  (the caller chose those)
    until = one.rectified + timedelta(days=AGAIN_DAYS)
    return any(
        other is not one and not other.self_reported and one.rectified <= other.found < until
        for other in same
    )


def _days(due: datetime, end: datetime, park: ParkFile) -> int:
    return max(1, (end.astimezone(park.zone).date() - due.astimezone(park.zone).date()).days)


def _month(moment: datetime, park: ParkFile) -> str:
    return moment.astimezone(park.zone).strftime("%Y-%m")
