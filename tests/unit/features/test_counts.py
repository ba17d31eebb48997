"""Counts: what lies in each zone and at each premises."""

from __future__ import annotations

from typing import Any

import pytest

from geo_risk.crs import project_geometry
from geo_risk.features.counts import Counts, ZoneCount, measure_counts
from geo_risk.features.effort import measure_effort
from geo_risk.features.history import measure_history
from geo_risk.park import SeverityTable
from geo_risk.records import Findings


@pytest.fixture
def counts_of(square: Any) -> Any:
    def make(premises: Any = (), reports: Any = (), visits: Any = ()) -> Counts:
        common = {"boundary": square.outline, "crs": square.crs, "as_of": square.as_of}
        history = measure_history(
            reports=reports, visits=visits, premises=premises, severity=SeverityTable(), **common
        )
        effort = measure_effort(visits=visits, premises=premises, **common)
        polygons = {"west": (0, 0, 500, 1000), "east": (500, 0, 1000, 1000)}
        return measure_counts(
            zones={
                name: project_geometry(square.polygon(*where), square.crs)
                for name, where in polygons.items()
            },
            premises=premises,
            reports=reports,
            visits=visits,
            history=history,
            effort=effort,
            **common,
        )

    return make


def test_zones_count_enterprises_premises_reports_and_visits(
    counts_of: Any, premises_of: Any, report_of: Any, visit_of: Any
) -> None:
    """Each within the zone, reports and visits of the last 365 days; findings are reports."""
    counts = counts_of(
        [
            premises_of(1, 100, 100),
            premises_of(2, 200, 100, enterprise_id="e:1"),
            premises_of(3, 700, 100),
            premises_of(4, None, None),
        ],
        [
            report_of(1, 5, 100, 500),
            report_of(2, 400, 100, 500),
            report_of(3, 5, 100, 500, duplicate_of="r:1"),
        ],
        [visit_of(1, 9, found=Findings(0, 1, 1)), visit_of(2, 380), visit_of(3, 9, "p:3")],
    )
    assert counts.zones["west"] == ZoneCount(enterprises=1, premises=2, reports=3, visits=1)
    assert counts.zones["east"] == ZoneCount(enterprises=1, premises=1, reports=0, visits=1)


def test_every_premises_has_its_line(
    counts_of: Any, premises_of: Any, report_of: Any, visit_of: Any, square: Any
) -> None:
    """In the order given, unlocated ones too: zone, last visit, and what happened there."""
    counts = counts_of(
        [premises_of(1, 100, 100), premises_of(2, None, None), premises_of(3, 1500, 10)],
        [report_of(1, 5, premises_id="p:2"), report_of(2, 5, 100, 100)],
        [visit_of(1, 9, found=Findings(0, 0, 2)), visit_of(2, 4, "p:2")],
    )
    lines = counts.premises
    assert [one.premises_id for one in lines] == ["p:1", "p:2", "p:3"]
    assert [one.zone_id for one in lines] == ["west", "", ""]
    assert [one.inside for one in lines] == [True, False, False]
    assert [(one.visits, one.reports) for one in lines] == [(1, 2), (1, 1), (0, 0)]
    assert lines[1].last_visit == square.days_ago(4)


def test_closed_premises_have_no_line(counts_of: Any, premises_of: Any, square: Any) -> None:
    """A premises that no longer holds is neither counted nor listed."""
    counts = counts_of([premises_of(1, valid_to=square.days_ago(1))])
    assert counts.premises == ()
    assert counts.zones["west"].premises == counts.zones["east"].premises == 0
