"""What a phone sends from a gate: its clock corrected, its findings known by their keys."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.field_entries import FieldVisitIn, body_of, gate_of
from geo_risk.errors import InputError
from geo_risk.records import Premises, Severity, VisitOutcome
from geo_risk.visitbook import Gate
from tests.unit.api.test_entries import HERE, NOW, desk

KEY = "1175215a-d503-4172-8ab9-079d97cdf3c3"
BEGAN = datetime(2026, 5, 13, 15, 10, tzinfo=UTC) - timedelta(hours=8)


def body(**values: Any) -> FieldVisitIn:
    """Give a visit from 15:10 to 15:40, half an hour before now."""
    end = BEGAN + timedelta(minutes=30)
    given = {"premises_id": "s:1", "start": BEGAN.isoformat(), "end": end.isoformat()}
    return body_of({**given, **values})


def gate(premises: Premises = HERE, **values: Any) -> Gate:
    return gate_of(body(**values), desk(), premises, ("o:1",))


def finding(**values: Any) -> dict[str, Any]:
    return {"key": KEY, "severity": "general", "category": "fire_exit", **values}


def test_the_servers_clock_counts_and_what_the_phone_said_can_be_told() -> None:
    """The offset is added and kept: taken away again it gives the phone's own times."""
    made = gate(clock_offset_s=90.0).visit
    assert made.start == BEGAN + timedelta(seconds=90)
    assert made.clock_offset_s == 90.0
    plain = gate().visit
    assert (plain.start, plain.clock_offset_s) == (BEGAN, None)
    naive = gate(start="2026-05-13T15:10:00", end="2026-05-13T15:40:00").visit
    assert naive.start == BEGAN


@given(st.floats(0, 80_000), st.floats(-5_000, 5_000))
def test_no_visit_lies_ahead_and_its_length_stays(ahead_s: float, offset_s: float) -> None:
    """A clock that runs ahead is put back to now; what was added to it is what is kept."""
    end = NOW + timedelta(seconds=ahead_s)
    start = end - timedelta(minutes=20)
    made = gate(start=start.isoformat(), end=end.isoformat(), clock_offset_s=offset_s).visit
    assert made.end is not None
    assert made.end <= NOW
    assert made.end - made.start == end - start
    said = made.end - timedelta(seconds=made.clock_offset_s or 0.0)
    assert abs(said - end) < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    "values",
    [
        {"end": "2026-05-15T09:00:00+08:00"},
        {"start": "2026-05-13T16:00:00+08:00"},
        {"start": "0001-01-01T00:00:00Z"},
        {"end": "9999-12-31T23:59:59Z", "clock_offset_s": 3e9},
        {"outcome": "withdrawn"},
        {"findings": [finding(severity=None)]},
        {"findings": [finding(key="张三")]},
        {"findings": [finding(kind="no-kind")]},
        {"findings": [finding(), finding()]},
        {"findings": [finding(due="2026-09-01")]},
        {"findings": [finding(due="2026-05-01")]},
        {"rechecks": [{"report_id": "h:1"}]},
        {"pin": {"lon": 200.0, "lat": 30.0, "accuracy_m": 5.0}},
        {"who": "张三"},
    ],
)
def test_what_cannot_be_is_refused_with_its_remedy(values: dict[str, Any]) -> None:
    """Nothing of it is guessed at."""
    with pytest.raises(InputError) as refused:
        gate(**values)
    assert refused.value.hint


def test_a_finding_is_known_by_its_key_and_due_from_when_it_was_seen() -> None:
    """Sent days later it is due no later: the phone has shown that day."""
    (made,) = gate(findings=[finding(words="样例：纸箱")]).findings
    assert made.id == f"http:desk-{UUID(KEY)}"
    assert made.id == f"http:{made.number}"
    assert (made.channel, made.severity, made.text) == ("visit", Severity.GENERAL, "样例：纸箱")
    assert made.reported_at == made.occurred_to == BEGAN + timedelta(minutes=30)
    days_ago = BEGAN - timedelta(days=5)
    old = {"start": days_ago.isoformat(), "end": (days_ago + timedelta(minutes=9)).isoformat()}
    (late,) = gate(findings=[finding()], **old).findings
    assert late.due is not None
    assert made.due is not None
    assert late.due < made.due


def test_an_earlier_deadline_is_taken() -> None:
    """It is the end of that day."""
    (made,) = gate(findings=[finding(due="2026-05-20")]).findings
    assert made.due is not None
    last = (made.due - timedelta(seconds=1)).astimezone(desk().park.zone).date()
    assert last == date(2026, 5, 20)


def test_a_kind_without_a_rule_needs_no_severity() -> None:
    """A dispute that an officer hears of at the gate."""
    (made,) = gate(findings=[{"key": KEY, "kind": "fire", "words": "样例"}]).findings
    assert (made.severity, made.due) == (None, None)


def test_the_same_visit_is_the_same_with_the_clock_measured_anew() -> None:
    """A resend after hours may know the clock better; another word is another visit."""
    one = body(findings=[finding()])
    assert body(findings=[finding()], clock_offset_s=4.0).digest == one.digest
    assert body(findings=[finding(words="更多")]).digest != one.digest


def test_how_it_ended_and_where_the_phone_was_are_kept() -> None:
    """The pin is flagged where it lies outside of the boundary."""
    made = gate(outcome="shut", pin={"lon": 121.0, "lat": 30.5, "accuracy_m": 8.0})
    assert made.visit.outcome is VisitOutcome.SHUT
    assert not made.visit.looked
    assert made.pin is not None
    assert made.pin.outside
