"""Casework as it is shown: what a reader is warned of."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from api.casework import calendar_warnings
from geo_risk.park import parse_park

PARK = parse_park(
    """
[park]
id = "p"
name = "样例"
crs = "EPSG:4549"
boundary = { file = "b.geojson", datum = "wgs84" }

[calendar]
days_off = ["2026-10-01"]
""",
    Path("/nowhere/park.toml"),
)


def test_a_year_that_the_calendar_does_not_know_is_said_once_with_what_to_do():
    """Due dates of 2026 are sure, those of 2027 skip weekends only; local time tells the year."""
    sure = datetime(2026, 10, 8, tzinfo=UTC)
    local_new_year = datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert calendar_warnings([sure, None], PARK) == []
    (said,) = calendar_warnings([sure, local_new_year, datetime(2027, 2, 3, tzinfo=UTC)], PARK)
    assert "no holidays of 2027" in said
    assert "Enter [calendar] days_off and workdays in the park file." in said
