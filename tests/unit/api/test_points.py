"""Reports as marks: none is lost however many there are, and few stay where they are."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from api.points import marks_json
from geo_risk.store import ReportPoints

SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


def some_points(n: int, seed: int = 1, kinds: tuple[str, ...] = ("fire", "hazard")) -> ReportPoints:
    """So many reports in January, spread over three kilometres."""
    rng = np.random.default_rng(seed)
    return ReportPoints(
        ids=np.array([f"r{k}" for k in range(n)]),
        kinds=rng.choice(kinds, n),
        severities=np.array([""] * n),
        lon=119.95 + rng.uniform(0, 0.03, n),
        lat=30.53 + rng.uniform(0, 0.03, n),
        seconds=rng.uniform(SINCE.timestamp(), UNTIL.timestamp(), n),
    )


def marks_of(points: ReportPoints, most: int = 12_000) -> dict:
    """Marks of January, places as they are."""
    places = np.column_stack([points.lon, points.lat])
    return marks_json(points, places, since=SINCE, until=UNTIL, most=most)


def test_few_reports_stay_where_they_are() -> None:
    """Each mark is its report, to a tenth of a metre."""
    points = some_points(50)
    said = marks_of(points)
    assert said["square_m"] == 0
    at = np.column_stack([said["lon"], said["lat"]]) / 1e6 + said["origin"]
    kinds = np.array(said["kinds"])[said["kind"]]
    for lon, lat, kind in zip(points.lon, points.lat, points.kinds, strict=True):
        near = np.abs(at - (lon, lat)).max(axis=1) < 2e-6
        assert (kinds[near] == kind).any()


@pytest.mark.parametrize("n", [2_000, 30_000])
def test_joining_loses_no_report_and_moves_no_centre(n: int) -> None:
    """Counts add up by kind; the mean place of all is kept; there are no more marks than asked."""
    points = some_points(n)
    said = marks_of(points, most=500)
    counts = np.array(said["n"])
    assert len(counts) <= 500
    assert said["square_m"] >= 25
    assert counts.sum() == said["reports"] == n
    for place, kind in enumerate(said["kinds"]):
        assert counts[np.array(said["kind"]) == place].sum() == (points.kinds == kind).sum()
    at = np.column_stack([said["lon"], said["lat"]]) / 1e6 + said["origin"]
    centre = (at * counts[:, None]).sum(axis=0) / n
    assert np.abs(centre - (points.lon.mean(), points.lat.mean())).max() < 1e-6


def test_what_has_no_place_is_counted_and_what_is_outside_the_time_is_not() -> None:
    """Unlocated reports of the time are told; those of other times are nowhere."""
    points = some_points(40)
    places = np.column_stack([points.lon, points.lat])
    places[:5] = np.nan
    seconds = points.seconds.copy()
    seconds[30:] = UNTIL.timestamp()
    moved = ReportPoints(
        points.ids, points.kinds, points.severities, points.lon, points.lat, seconds
    )
    said = marks_json(moved, places, since=SINCE, until=UNTIL)
    assert (said["reports"], said["unlocated"]) == (25, 5)


def test_no_report_at_all_gives_empty_columns() -> None:
    """A park at its beginning has no marks, and no error."""
    said = marks_of(some_points(0))
    assert said["n"] == said["lon"] == []
    assert said["reports"] == 0
