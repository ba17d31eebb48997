"""Due dates: calendar days by severity, moved to the next day that is worked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_risk.casework import (
    due_of,
    due_on,
    end_of_day,
    has_calendar,
    with_due,
    working_days_after,
)
from geo_risk.casework.due import is_worked
from geo_risk.errors import InputError
from geo_risk.records import Report, Severity
from tests.unit.casework.conftest import MONDAY


def last_day(due: datetime | None, park: Any) -> date:
    assert due is not None
    return (due - timedelta(seconds=1)).astimezone(park.zone).date()


@pytest.mark.parametrize(("severity", "days"), [("minor", 7), ("general", 15), ("major", 30)])
def test_days_are_counted_from_the_report(
    park: Any, report_of: Any, severity: str, days: int
) -> None:
    """The last moment is midnight of the park's own day; a weekend moves it on."""
    day = last_day(due_of(report_of(severity=Severity(severity)), park), park)
    wanted = date(2026, 3, 2) + timedelta(days=days)
    while wanted.weekday() > 4:
        wanted += timedelta(days=1)
    assert day == wanted


def test_holidays_move_it_and_a_worked_saturday_holds_it(park: Any, report_of: Any) -> None:
    """Due on the first of May: the sixth; due on a Saturday that is worked: that day."""
    begun = datetime(2026, 4, 24, 1, tzinfo=UTC)
    holiday = report_of(reported_at=begun, severity=Severity.MINOR)
    assert last_day(due_of(holiday, park), park) == date(2026, 5, 6)
    saturday = report_of(reported_at=begun + timedelta(days=8), severity=Severity.MINOR)
    assert last_day(due_of(saturday, park), park) == date(2026, 5, 9)


def test_a_year_without_a_calendar_is_told_apart(park: Any) -> None:
    """2026 is known, 2027 is not: weekends only."""
    assert has_calendar(2026, park)
    assert not has_calendar(2027, park)
    assert is_worked(date(2027, 10, 1), park)


def test_a_source_of_its_own_due_date_keeps_it(park: Any, report_of: Any) -> None:
    """The rule fills what is empty; a fire is not due."""
    own = report_of(due=MONDAY)
    assert with_due(own, park) is own
    assert with_due(report_of(), park).due == due_of(report_of(), park)
    assert with_due(report_of(kind="fire"), park).due is None


@given(st.integers(0, 4000), st.integers(0, 60))
def test_a_due_day_is_worked_and_never_sooner(park: Any, after: int, days: int) -> None:
    """At least as many days as the table says, at most a week of holidays more."""
    begun = MONDAY + timedelta(hours=7 * after)
    day = last_day(end_of_day(begun, days, park), park)
    first = begun.astimezone(park.zone).date() + timedelta(days=days)
    assert first <= day <= first + timedelta(days=7)
    assert is_worked(day, park)
    worked = last_day(working_days_after(begun, days, park), park) if days else None
    assert worked is None or worked >= first


def test_an_officer_may_set_an_earlier_day_and_none_later(park: Any, report_of: Any) -> None:
    """Its last moment is midnight; a day off counts to the next, but never beyond the rule's."""
    one = with_due(report_of(severity=Severity.GENERAL), park)
    assert last_day(one.due, park) == date(2026, 3, 17)
    for day in (date(2026, 3, 2), date(2026, 3, 10), date(2026, 3, 17)):
        assert last_day(due_on(one, day, park), park) == day
    assert last_day(due_on(one, date(2026, 3, 7), park), park) == date(2026, 3, 9)
    for day in (date(2026, 3, 18), date(2026, 3, 1)):
        with pytest.raises(InputError, match=r"due 2026-03-\d\d is"):
            due_on(one, day, park)


@given(st.integers(0, 400), st.integers(0, 30))
def test_an_earlier_day_is_never_later_than_the_rule(park: Any, after: int, days: int) -> None:
    """Whatever falls on weekends and holidays."""
    begun = MONDAY + timedelta(hours=7 * after)
    told = {"severity": Severity.MAJOR, "reported_at": begun, "kind": "hazard"}
    one = with_due(Report(id="r", occurred_from=begun, occurred_to=begun, **told), park)
    day = begun.astimezone(park.zone).date() + timedelta(days=days)
    due = due_on(one, day, park)
    assert due <= one.due
    assert is_worked(last_day(due, park), park)
