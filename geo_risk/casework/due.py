"""When a case is due: calendar days by severity, moved to the next working day.

Takes a park's severities and calendar, gives moments in UTC. A due date is the end of a day in the
park's time zone. A year that the calendar says nothing of has weekends only, and a page says so.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from geo_risk.errors import InputError
from geo_risk.records import Severity

if TYPE_CHECKING:
    from geo_risk.park import ParkFile
    from geo_risk.records import Report

EXTENSION_DAYS = {Severity.GENERAL: 30, Severity.MAJOR: 90}
"""The one extension; a minor hazard has none."""

DISPUTE_DAYS = 30
INTERIM_HOURS = 24
"""A major hazard is protected meanwhile within so many hours."""


def due_of(report: Report, park: ParkFile) -> datetime | None:
    """Give when a report is due by the rule; None for a kind without one."""
    begun = report.reported_at or report.occurred_to
    if report.kind == "hazard":
        severity = report.severity or Severity.MINOR
        days = int(getattr(park.severity, severity.value).due_days)
        return end_of_day(begun, days, park)
    if report.kind == "dispute":
        return end_of_day(begun, DISPUTE_DAYS, park)
    return None


def with_due(report: Report, park: ParkFile) -> Report:
    """Give a report its due date by the rule where it has none of its own."""
    return report if report.due is not None else replace(report, due=due_of(report, park))


def due_on(report: Report, day: date, park: ParkFile) -> datetime:
    """Give the due date of a report that is to be done by an earlier day than the rule's.

    Parameters
    ----------
    report
        With its due date by the rule, where its kind has one.
    day
        The last day, in the park's calendar; a day off counts to the next that is worked.
    park
        Time zone and `[calendar]`.

    Raises
    ------
    InputError
        When the day is over, or later than the rule's: an extension is the chief's.
    """
    begun = report.reported_at or report.occurred_to
    first = begun.astimezone(park.zone).date()
    if day < first:
        raise InputError(f"due {day} is before {first}.", "Give a day that is still to come.")
    asked = end_of_day(begun, (day - first).days, park)
    if report.due is None or asked <= report.due:
        return asked
    last = (report.due - timedelta(seconds=1)).astimezone(park.zone).date()
    if day <= last:
        return report.due
    raise InputError(
        f"due {day} is later than the rule's {last}.",
        f"Give a day until {last}; an extension is a step of its own, with its reason.",
    )


def end_of_day(begun: datetime, days: int, park: ParkFile) -> datetime:
    """Give the end of the working day that is so many days after a moment, at least.

    Parameters
    ----------
    begun
        Zone-aware.
    days
        Calendar days.
    park
        Time zone and `[calendar]`.

    Returns
    -------
    datetime
        UTC; the first moment after that day.
    """
    day = begun.astimezone(park.zone).date() + timedelta(days=days)
    day = next_working_day(day, park)
    after = datetime.combine(day + timedelta(days=1), time(), tzinfo=park.zone)
    return after.astimezone(UTC)


def next_working_day(day: date, park: ParkFile) -> date:
    """Give the day itself where it is worked, else the next that is."""
    while not is_worked(day, park):
        day += timedelta(days=1)
    return day


def is_worked(day: date, park: ParkFile) -> bool:
    """Say whether a day is worked: weekends and holidays are not, unless the calendar says so."""
    text = day.isoformat()
    if text in park.calendar.workdays:
        return True
    return day.weekday() < 5 and text not in park.calendar.days_off


def has_calendar(year: int, park: ParkFile) -> bool:
    """Say whether the calendar knows a year's holidays."""
    days = (*park.calendar.days_off, *park.calendar.workdays)
    return any(one.startswith(f"{year}-") for one in days)


def working_days_after(begun: datetime, days: int, park: ParkFile) -> datetime:
    """Give the end of the n-th working day after a moment, UTC."""
    day = begun.astimezone(park.zone).date()
    for _ in range(days):
        day = next_working_day(day + timedelta(days=1), park)
    after = datetime.combine(day + timedelta(days=1), time(), tzinfo=park.zone)
    return after.astimezone(UTC)
