"""History: reports and visits as events, each once, and only as far as known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from geo_risk.events import days_since_epoch
from geo_risk.features.history import History, measure_history, start_of_history
from geo_risk.park import SeverityRule, SeverityTable
from geo_risk.records import Findings, Severity


@pytest.fixture
def measure(square: Any) -> Any:
    def make(reports: Any = (), visits: Any = (), premises: Any = (), **more: Any) -> History:
        return measure_history(
            reports=reports,
            visits=visits,
            premises=premises,
            severity=SeverityTable(),
            boundary=square.outline,
            crs=square.crs,
            **{"as_of": square.as_of, **more},
        )

    return make


def test_a_report_is_an_event_at_its_own_point(measure: Any, report_of: Any, square: Any) -> None:
    """Place, time and severity points are the report's; without a severity it counts as minor."""
    history = measure([report_of(1, 3, 100, 200, severity=Severity.MAJOR), report_of(2, 2, 7, 8)])
    hazard = history.kinds["hazard"]
    np.testing.assert_allclose(hazard.severity.easting, [500_100, 500_007], atol=1e-3)
    np.testing.assert_allclose(hazard.severity.northing, [3_390_200, 3_390_008], atol=1e-3)
    assert hazard.severity.weight.tolist() == [4.0, 1.0]
    assert hazard.count.weight.tolist() == [1.0, 1.0]
    assert hazard.count.time_days[0] == pytest.approx(days_since_epoch(square.days_ago(3)))


def test_points_come_from_the_parks_own_table(square: Any, report_of: Any) -> None:
    """A park that gives major 9 points gets 9."""
    history = measure_history(
        reports=[report_of(1, 3, 100, 200, severity=Severity.MAJOR)],
        visits=[],
        premises=[],
        severity=SeverityTable(major=SeverityRule(30, 9.0)),
        boundary=square.outline,
        crs=square.crs,
        as_of=square.as_of,
    )
    assert history.kinds["hazard"].severity.weight.tolist() == [9.0]


def test_a_report_without_a_point_lies_at_its_premises(
    measure: Any, report_of: Any, premises_of: Any
) -> None:
    """By premises; else by the enterprise's only premises; never by one of several."""
    premises = [premises_of(1, 100, 100), premises_of(2, 300, 300)]
    several = [premises_of(3, 1, 1, enterprise_id="e:9"), premises_of(4, 2, 2, enterprise_id="e:9")]
    history = measure(
        [
            report_of(1, 3, premises_id="p:1"),
            report_of(2, 3, enterprise_id="e:2"),
            report_of(3, 3, enterprise_id="e:9"),
        ],
        premises=premises + several,
    )
    east = history.kinds["hazard"].count.easting
    np.testing.assert_allclose(east, [500_100, 500_300], atol=1e-3)
    assert history.left_out["unlocated"] == 1


def test_findings_of_a_visit_are_hazards_at_its_premises(
    measure: Any, visit_of: Any, premises_of: Any
) -> None:
    """Counts by severity become weights; looked and found nothing is no event."""
    history = measure(
        visits=[visit_of(1, 5, found=Findings(1, 0, 3)), visit_of(2, 6, found=Findings())],
        premises=[premises_of(1)],
    )
    hazard = history.kinds["hazard"]
    assert sorted(hazard.severity.weight) == [3.0, 4.0]
    assert sorted(hazard.count.weight) == [1.0, 3.0]
    assert history.used == 4


def test_a_finding_is_counted_once(
    measure: Any, visit_of: Any, report_of: Any, premises_of: Any
) -> None:
    """Where a visit has counts, hazards that name it are in them; where it has none, they count."""
    premises = [premises_of(1)]
    reports = [
        report_of(1, 5, premises_id="p:1", visit_id="v:1"),
        report_of(2, 5, premises_id="p:1", visit_id="v:2"),
        report_of(3, 5, premises_id="p:1", visit_id="v:1", kind="dispute"),
    ]
    visits = [visit_of(1, 5, found=Findings(0, 0, 1)), visit_of(2, 5)]
    history = measure(reports, visits, premises)
    assert history.left_out["in_visit"] == 1
    assert history.kinds["hazard"].count.weight.sum() == 2
    assert history.kinds["dispute"].count.weight.sum() == 1


def test_duplicates_are_left_out_and_counted(measure: Any, report_of: Any) -> None:
    """A report that repeats another, or was merged into one, is no event of its own."""
    history = measure(
        [
            report_of(1, 5, 100, 100),
            report_of(2, 5, 100, 100, duplicate_of="r:1"),
            report_of(3, 5, 100, 100, state="merged"),
        ]
    )
    assert history.used == 1
    assert history.left_out["duplicate"] == 2


def test_outside_and_unlocated_are_left_out_and_counted(
    measure: Any, report_of: Any, premises_of: Any
) -> None:
    """A point beyond the boundary, a flag that says so, and no point at all."""
    history = measure(
        [
            report_of(1, 5, 100, 100),
            report_of(2, 5, 1500, 100),
            report_of(3, 5, 100, 100, outside=True),
            report_of(4, 5, unlocated="missing"),
            report_of(5, 5, premises_id="p:1"),
        ],
        premises=[premises_of(1, None, None, unlocated="missing")],
    )
    assert history.used == 1
    assert (history.left_out["outside"], history.left_out["unlocated"]) == (2, 2)
    assert measure([report_of(2, 5, 1500, 100)], keep_outside=True).used == 1


def test_what_was_not_known_at_the_as_of_is_left_out(
    measure: Any, report_of: Any, visit_of: Any, premises_of: Any, square: Any
) -> None:
    """Not yet happened, happened and not yet reported, visited and not yet over."""
    history = measure(
        [
            report_of(1, 5, 100, 100, reported_at=square.days_ago(1)),
            report_of(2, 5, 100, 100, reported_at=square.as_of + timedelta(days=1)),
            report_of(3, -2, 100, 100),
        ],
        [
            visit_of(1, 0.01, found=Findings(0, 0, 1)),
            visit_of(2, 2, found=Findings(0, 0, 1)),
        ],
        [premises_of(1)],
    )
    assert history.used == 2
    assert history.left_out["not_yet_known"] == 2


def test_a_late_report_becomes_known_when_it_is_reported(
    measure: Any, report_of: Any, square: Any
) -> None:
    """Its time is when it happened, its knowledge when it came in."""
    history = measure([report_of(1, 50, 100, 100, reported_at=square.days_ago(10))])
    hazard = history.kinds["hazard"]
    assert hazard.count.time_days[0] == pytest.approx(days_since_epoch(square.days_ago(50)))
    assert hazard.known_days[0] == pytest.approx(days_since_epoch(square.days_ago(10)))


def test_records_of_after_the_as_of_change_nothing(
    measure: Any, report_of: Any, visit_of: Any, premises_of: Any
) -> None:
    """As-of law: with and without the future the history is the same."""
    past = [report_of(i, 3.0 * i, 100, 100) for i in range(1, 30)]
    future = [report_of(100 + i, -i, 200, 200) for i in range(1, 9)]
    visits = [visit_of(1, 5), visit_of(2, -5, found=Findings(9, 9, 9))]
    one = measure(past, visits[:1], [premises_of(1)])
    two = measure(past + future, visits, [premises_of(1)])
    assert one.kinds["hazard"].count.digest() == two.kinds["hazard"].count.digest()
    assert one.start == two.start


def test_history_starts_with_what_runs_without_a_gap(square: Any) -> None:
    """One mistyped date years before is no year of history; a gap of 180 days is one."""
    days = [square.days_ago(day) for day in (3650, 200, 150, 20, 1)]
    assert start_of_history(days) == days[1]
    assert start_of_history([]) is None


def test_history_starts_when_the_first_report_came_in(
    measure: Any, report_of: Any, square: Any
) -> None:
    """A report of something long past does not make the record longer."""
    history = measure([report_of(1, 90, 100, 100, reported_at=square.days_ago(30))])
    assert history.start == square.days_ago(30)


def test_order_of_rows_changes_nothing(measure: Any, report_of: Any) -> None:
    """The digest of the events is that of the set."""
    reports = [report_of(i, i, 10 * i, 20 * i) for i in range(1, 20)]
    one, two = measure(reports), measure(reports[::-1])
    assert one.kinds["hazard"].severity.digest() == two.kinds["hazard"].severity.digest()


def test_an_interval_counts_at_its_middle(measure: Any, report_of: Any, square: Any) -> None:
    """An event dated only by an interval lies in the middle of it."""
    one = report_of(1, 10, 100, 100)
    one = replace(one, occurred_to=square.days_ago(6))
    time = measure([one]).kinds["hazard"].count.time_days[0]
    assert time == pytest.approx(days_since_epoch(square.days_ago(8)))
