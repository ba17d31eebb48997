"""Where rows are: datums, missing and impossible pairs, pairs the wrong way round, the boundary."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import shapely

from geo_risk.crs import bd09_from_gcj02, gcj02_from_wgs84, project
from geo_risk.ingest import Batch
from geo_risk.ingest.points import is_swapped, locate, locate_shapes, read_coordinate

BOUNDARY = shapely.box(119.90, 30.50, 120.00, 30.60)
NEW_YORK = shapely.box(-74.3, 40.4, -73.7, 41.0)


def one(lon: str, lat: str, *, datum: str = "wgs84", boundary: object = BOUNDARY) -> tuple:
    points = locate([lon], [lat], datum=datum, park_datum="wgs84", boundary=boundary)
    return points.lon[0], points.lat[0], points.unlocated[0], bool(points.outside[0])


@pytest.mark.parametrize(
    ("cell", "degrees"),
    [
        ("119.95", 119.95),
        (" １１９．９５ ", 119.95),
        ("119.95°", 119.95),
        ("119°57′", 119.95),
        ("119°57'0\"", 119.95),
        ("东经119°57′00″", 119.95),
        ("119度57分0秒", 119.95),
        ("73.5W", -73.5),
        ("W 73.5", -73.5),
        ("S33.9", -33.9),
        ("1.1995e2", 119.95),
    ],
)
def test_coordinates_are_read_as_people_write_them(cell: str, degrees: float) -> None:
    """Decimal degrees, full width, degrees and minutes, a side of the world."""
    assert read_coordinate(cell) == pytest.approx(degrees, abs=1e-12)


def test_a_comma_for_a_point_is_no_number_and_nothing_is_nothing() -> None:
    """118,72 is refused; an empty cell is not."""
    assert math.isnan(read_coordinate("118,72") or 0)
    assert math.isnan(read_coordinate("东边") or 0)
    assert read_coordinate("") is None
    assert read_coordinate("-") is None


@pytest.mark.parametrize(
    ("lon", "lat", "why"),
    [
        ("", "", "missing"),
        ("119.95", "", "missing"),
        ("0", "0", "missing"),
        ("0.0", "0.000000", "missing"),
        ("无", "无", "missing"),
        ("119,95", "30.55", "not_a_number"),
        ("东经", "30.55", "not_a_number"),
        ("1199500", "305500", "impossible"),
        ("119.95", "130.55", "impossible"),
        ("30.55", "119.95", "swapped"),
        ("1e300", "30", "not_a_number"),
    ],
)
def test_a_row_without_a_usable_point_says_why(lon: str, lat: str, why: str) -> None:
    """The row is kept; it waits to be located, with the reason beside it."""
    x, y, said, outside = one(lon, lat)
    assert (math.isnan(x), math.isnan(y), said, outside) == (True, True, why, False)


def test_a_point_outside_the_boundary_is_kept_and_flagged() -> None:
    """Counted, shown, left out of surfaces; a point on the edge is inside."""
    assert one("119.95", "30.55") == (119.95, 30.55, "", False)
    assert one("121.5", "31.2") == (121.5, 31.2, "", True)
    assert one("119.90", "30.55") == (119.90, 30.55, "", False)


def test_swapped_pairs_are_seen_where_both_orders_are_places_on_earth() -> None:
    """In New York (-73.9, 40.7) exchanged is in Antarctica: only the boundary can tell."""
    assert one("40.7", "-73.9", boundary=NEW_YORK)[2] == "swapped"
    assert one("-73.9", "40.7", boundary=NEW_YORK)[2:] == ("", False)
    assert one("13.4", "52.5", boundary=NEW_YORK)[2:] == ("", True)


def test_without_a_boundary_only_the_impossible_is_seen() -> None:
    """Nothing is outside of nothing."""
    assert one("121.5", "31.2", boundary=None)[2:] == ("", False)
    assert one("31.2", "121.5", boundary=None)[2] == "swapped"
    assert one("231.2", "321.5", boundary=None)[2] == "impossible"


@pytest.mark.parametrize("datum", ["wgs84", "cgcs2000", "gcj02", "bd09", "EPSG:4549", "EPSG:4490"])
def test_every_datum_comes_to_the_same_place(datum: str) -> None:
    """The same places written in each datum are within 0.1 m of each other afterwards."""
    rng = np.random.default_rng(7)
    lon, lat = 119.9 + rng.random(50) / 10, 30.5 + rng.random(50) / 10
    there = {
        "gcj02": gcj02_from_wgs84,
        "bd09": lambda x, y: bd09_from_gcj02(*gcj02_from_wgs84(x, y)),
        "EPSG:4549": lambda x, y: project(x, y, "EPSG:4549"),
    }.get(datum, lambda x, y: (x, y))(lon, lat)
    points = locate(
        *[[repr(float(value)) for value in axis] for axis in there],
        datum=datum,
        park_datum="wgs84",
        boundary=BOUNDARY,
    )
    assert np.abs(points.lon - lon).max() < 1e-6
    assert np.abs(points.lat - lat).max() < 1e-6
    assert not points.outside.any()


def test_a_park_that_stays_in_gcj02_keeps_its_coordinates_bit_for_bit() -> None:
    """No shift there and back where none is needed."""
    points = locate(
        ["119.9512345"], ["30.5512345"], datum="gcj02", park_datum="gcj02", boundary=None
    )
    assert (points.lon[0], points.lat[0]) == (119.9512345, 30.5512345)


def test_swapped_metres_are_seen_too() -> None:
    """Northing first, as surveyors write it, is not a place in the park."""
    easting, northing = project([119.95], [30.55], "EPSG:4549")
    assert one(str(northing[0]), str(easting[0]), datum="EPSG:4549")[2] == "swapped"
    assert one(str(easting[0]), str(northing[0]), datum="EPSG:4549")[2] == ""


def test_a_shape_stands_for_a_point_on_it() -> None:
    """A polygon of a premises gives a point within, an empty shape none."""
    bent = shapely.from_wkt(
        "POLYGON((119.91 30.51,119.95 30.51,119.95 30.52,119.92 30.52,"
        "119.92 30.58,119.91 30.58,119.91 30.51))"
    )
    points = locate_shapes(
        [bent, shapely.Point(), None, shapely.Point(0, 0), shapely.Point(30.5, 119.95)],
        datum="wgs84",
        park_datum="wgs84",
        boundary=BOUNDARY,
    )
    assert bent.contains(shapely.Point(points.lon[0], points.lat[0]))
    assert points.unlocated == ["", "missing", "missing", "missing", "swapped"]


def test_a_zone_with_latitude_first_is_seen() -> None:
    """The whole shape lies about the park only when exchanged."""
    zone = shapely.box(119.92, 30.52, 119.95, 30.55)
    turned = shapely.transform(zone, lambda xy: xy[:, ::-1])
    told = {"datum": "wgs84", "park_datum": "wgs84", "boundary": BOUNDARY}
    assert not is_swapped(zone, **told)
    assert is_swapped(turned, **told)


def test_rows_without_a_point_are_counted_by_reason(ingest: Callable[..., Batch]) -> None:
    """Unlocated rows are accepted rows; the summary says how many and why."""
    table = [
        ("编号", "经度", "纬度"),
        ("A1", "119.95", "30.55"),
        ("A2", "", ""),
        ("A3", "30.55", "119.95"),
        ("A4", "500", "500"),
        ("A5", "119,95", "30.55"),
        ("A6", "121.5", "31.2"),
    ]
    batch = ingest("enterprises", "list.csv", table)
    assert (batch.read, batch.accepted, batch.unlocated, batch.outside) == (6, 6, 4, 1)
    assert batch.odd == {"impossible": 1, "not_a_number": 1, "swapped": 1}
    premises = [one for one in batch.records if one.collection == "premises"]
    assert [one.unlocated for one in premises] == [
        "",
        "missing",
        "swapped",
        "impossible",
        "not_a_number",
        "",
    ]
    assert [one.outside for one in premises] == [False] * 5 + [True]


@pytest.mark.parametrize(
    "cell", ["119.95,30.55", "119.95，30.55", "(119.95 30.55)", "[119.95; 30.55]"]
)
def test_both_coordinates_may_stand_in_one_cell(ingest: Callable[..., Batch], cell: str) -> None:
    """`经纬度` in one column, as map services copy it; the wrong way round is seen here too."""
    turned = "30.55,119.95"
    table = [("编号", "经纬度"), ("A1", cell), ("A2", ""), ("A3", turned), ("A4", "路口")]
    batch = ingest("enterprises", "list.xlsx", table)
    premises = batch.records[1::2]
    assert (premises[0].lon, premises[0].lat) == (119.95, 30.55)
    assert [one.unlocated for one in premises] == ["", "missing", "swapped", "not_a_number"]
