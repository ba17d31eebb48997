"""Effort: visits as events, patrol hours per area, shifts over midnight."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from geo_risk.crs import project_geometry
from geo_risk.errors import GeoRiskWarning, InputError
from geo_risk.features.effort import (
    measure_effort,
    measure_patrol,
    shift_hours,
    zone_patrol_hours,
)
from geo_risk.records import PatrolZone, VisitOutcome


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("08:00-16:00", 8.0),
        ("22:00-06:00", 8.0),
        ("20:30-次日06:00", 9.5),
        ("08:00-08:00", 24.0),
        ("00:00-24:00", 24.0),
        ("08：00～12：00，14：00～17：30", 7.5),
        ("", 0.0),
    ],
)
def test_a_shift_may_cross_midnight(text: str, hours: float) -> None:
    """An end at or before the start is the next day's; several shifts add up."""
    assert shift_hours(text) == pytest.approx(hours)


@pytest.mark.parametrize("text", ["night", "25:00-06:00", "08:70-09:00"])
def test_a_shift_that_no_clock_shows_is_refused(text: str) -> None:
    """The message names the text and how to write it."""
    with pytest.raises(InputError, match=r"Shift .*Write HH:MM-HH:MM"):
        shift_hours(text)


def zone(square: Any, number: int = 1, where: Any = (0, 0, 500, 1000), **more: Any) -> PatrolZone:
    return PatrolZone(id=f"z:{number}", geometry=square.polygon(*where), **more)


def test_patrol_hours_are_those_of_each_shift_of_each_day(square: Any) -> None:
    """Hours per shift x shifts x 30 days; the shift's length where the hours are not given."""
    assert zone_patrol_hours(zone(square, patrol_hours=3.0, shift="22:00-06:00")) == 90.0
    assert zone_patrol_hours(zone(square, patrol_hours=3.0, shift="06:00-14:00 14:00-22:00")) == 180
    assert zone_patrol_hours(zone(square, patrol_hours=3.0)) == 90.0
    assert zone_patrol_hours(zone(square, shift="22:00-06:00")) == 240.0
    assert zone_patrol_hours(zone(square)) == 0.0


def test_an_unreadable_shift_is_said_and_counts_as_not_written(square: Any) -> None:
    """A zone is patrolled though somebody wrote its shift in words."""
    with pytest.warns(GeoRiskWarning, match="Zone z:1"):
        assert zone_patrol_hours(zone(square, patrol_hours=3.0, shift="夜班")) == 90.0


def test_patrol_hours_are_spread_over_the_zones_area(square: Any) -> None:
    """Cell values x area add up to the zone's hours; overlapping zones add up; elsewhere 0."""
    zones = [
        zone(square, 1, (0, 0, 500, 1000), patrol_hours=4.0),
        zone(square, 2, (0, 0, 500, 500), patrol_hours=1.0),
    ]
    polygons = {one.id: project_geometry(one.geometry, square.crs) for one in zones}
    hours = measure_patrol(zones, polygons, square.grid, square.inside)
    assert np.nansum(hours) * square.grid.cell_km2 == pytest.approx(150.0, rel=1e-3)
    assert hours[square.cell(250, 250)] == pytest.approx(120 / 0.5 + 30 / 0.25, rel=1e-3)
    assert hours[square.cell(250, 750)] == pytest.approx(120 / 0.5, rel=1e-3)
    assert hours[square.cell(750, 750)] == 0.0


def test_visits_lie_at_their_premises(square: Any, premises_of: Any, visit_of: Any) -> None:
    """One event per known visit; the last one is remembered, located or not."""
    effort = measure_effort(
        visits=[visit_of(1, 30), visit_of(2, 3), visit_of(3, 9, "p:2"), visit_of(4, -1)],
        premises=[premises_of(1, 100, 900), premises_of(2, None, None)],
        boundary=square.outline,
        crs=square.crs,
        as_of=square.as_of,
    )
    np.testing.assert_allclose(effort.visits.easting, [500_100, 500_100], atol=1e-3)
    assert effort.visits.weight.tolist() == [1.0, 1.0]
    assert effort.last_visit == {"p:1": square.days_ago(3), "p:2": square.days_ago(9)}
    assert effort.left_out == 1


@pytest.mark.parametrize("outcome", sorted(set(VisitOutcome) - {VisitOutcome.DONE}))
def test_a_gate_that_stayed_shut_is_no_effort(
    square: Any, premises_of: Any, visit_of: Any, outcome: VisitOutcome
) -> None:
    """Nobody looked: it is no event, and no last visit."""
    effort = measure_effort(
        visits=[visit_of(1, 30), visit_of(2, 3, outcome=outcome)],
        premises=[premises_of(1)],
        boundary=square.outline,
        crs=square.crs,
        as_of=square.as_of,
    )
    assert len(effort.visits) == 1
    assert effort.last_visit == {"p:1": square.days_ago(30)}
