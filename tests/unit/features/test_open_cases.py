"""Open cases: open from when they were known until they were closed, once each."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from geo_risk.events import OpenCases, days_since_epoch
from geo_risk.features.history import measure_history
from geo_risk.features.open_cases import measure_open_cases
from geo_risk.park import SeverityTable
from geo_risk.records import Findings, Severity


@pytest.fixture
def measure(square: Any) -> Any:
    def make(reports: Any, premises: Any = ()) -> dict[str, OpenCases]:
        return measure_open_cases(
            reports=reports,
            premises=premises,
            severity=SeverityTable(),
            boundary=square.outline,
            crs=square.crs,
            as_of=square.as_of,
        )

    return make


def test_a_case_is_open_from_its_report_to_its_closing(
    measure: Any, report_of: Any, square: Any
) -> None:
    """Before it was told, and once it is closed, it is not."""
    made = report_of(1, 90, 100, 200, severity=Severity.MAJOR)
    closed = replace(made, state="closed", closed_at=square.days_ago(30))
    cases = measure([closed])["hazard"]
    told = {days: len(cases.at(days_since_epoch(square.days_ago(days)))) for days in (99, 60, 10)}
    assert told == {99: 0, 60: 1, 10: 0}
    assert cases.points.weight.tolist() == [4.0]
    assert measure([made])["hazard"].ended_days.tolist() == [math.inf]


def test_what_was_closed_after_the_as_of_is_open_at_it(
    measure: Any, report_of: Any, square: Any
) -> None:
    """A map of last month does not know what was closed since."""
    closed = report_of(1, 9, 100, 200, state="closed", closed_at=square.days_ago(-3))
    assert measure([closed])["hazard"].ended_days.tolist() == [math.inf]


@pytest.mark.parametrize(
    "said",
    [
        {"state": "merged"},
        {"state": "void"},
        {"duplicate_of": "r:9"},
        {"state": "closed"},
        {"kind": "fire"},
        {"state": "Completed"},
    ],
)
def test_what_is_no_case_stands_nowhere(measure: Any, report_of: Any, said: Any) -> None:
    """Duplicates, voided ones, kinds that are over when they happened, states nobody knows."""
    assert measure([report_of(1, 9, 100, 200, **said)]) == {}


def test_no_place_and_no_report_are_no_open_case(measure: Any, report_of: Any) -> None:
    """Nothing, outside, nowhere."""
    assert measure([]) == {}
    assert measure([report_of(1, 9), report_of(2, 9, 5_000, 5_000)]) == {}


def test_a_voided_finding_leaves_its_visit(
    report_of: Any, visit_of: Any, premises_of: Any, square: Any
) -> None:
    """Three found, one of them void, one merged: one remains in the history."""
    visit = visit_of(1, 20, premises_id="p:1", found=Findings(1, 2, 0))
    told = [
        report_of(1, 20, premises_id="p:1", visit_id=visit.id, severity=Severity.MAJOR),
        report_of(2, 20, visit_id=visit.id, severity=Severity.GENERAL, state="void"),
        report_of(3, 20, visit_id=visit.id, severity=Severity.GENERAL, state="merged"),
    ]
    history = measure_history(
        reports=told,
        visits=[visit],
        premises=[premises_of(1, 100, 100)],
        severity=SeverityTable(),
        boundary=square.outline,
        crs=square.crs,
        as_of=square.as_of,
    )
    assert history.kinds["hazard"].count.weight.tolist() == [1.0]
    assert history.kinds["hazard"].severity.weight.tolist() == [4.0]
