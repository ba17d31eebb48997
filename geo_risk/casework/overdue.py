"""What is late, and who must know: overdue cases with a level of escalation.

Takes cases and now, gives those that are late, gravest first. A level is a stated rule, not a
judgement: 1 the station that has it, 2 the chief (a week late, or a major hazard without interim
protection after 24 hours), 3 the county (a month late).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from geo_risk.casework.due import INTERIM_HOURS
from geo_risk.casework.states import is_open
from geo_risk.records import Severity
from geo_risk.records.deadlines import is_overdue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_risk.casework.figures import Case

STATION, CHIEF, COUNTY = 1, 2, 3
_CHIEF_AFTER = timedelta(days=7)
_COUNTY_AFTER = timedelta(days=30)


@dataclass(frozen=True)
class Late:
    """A case that is late.

    Parameters
    ----------
    case
        The case.
    level
        1 station, 2 chief, 3 county.
    days
        Whole days past its due date; 0 where only the interim protection is missing.
    unprotected
        A major hazard without interim protection for more than 24 hours.
    """

    case: Case
    level: int
    days: int
    unprotected: bool


def late(cases: Sequence[Case], *, now: datetime) -> list[Late]:
    """Give what is late now: highest level first, then longest."""
    found = [one for case in cases if (one := lateness(case, now)) is not None]
    return sorted(found, key=lambda one: (-one.level, -one.days, one.case.report.id))


def lateness(case: Case, now: datetime) -> Late | None:
    """Give how late a case is, None where it is not, or is over."""
    report = case.report
    if not is_open(report.kind, report.state) or report.duplicate_of:
        return None
    begun = report.reported_at or report.occurred_to
    unprotected = (
        report.kind == "hazard"
        and report.severity is Severity.MAJOR
        and report.interim_at is None
        and now > begun + timedelta(hours=INTERIM_HOURS)
    )
    overdue = is_overdue(case.due, now)
    if not overdue and not unprotected:
        return None
    past = now - case.due if overdue and case.due is not None else timedelta(0)
    level = STATION
    if past > _CHIEF_AFTER or unprotected:
        level = CHIEF
    if past > _COUNTY_AFTER:
        level = COUNTY
    return Late(case, level, past.days, unprotected)
