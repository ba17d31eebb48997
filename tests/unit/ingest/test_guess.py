"""A park from one list: headings, datum with reasons, boundary, zone, working CRS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from geo_risk.crs import bd09_from_gcj02, check_working_crs, gcj02_from_wgs84, project
from geo_risk.errors import InputError
from geo_risk.grid import Grid
from geo_risk.ingest import Known, guess_park, ingest_source, read_boundary
from geo_risk.ingest.datum_guess import possible_datums, working_crs
from geo_risk.ingest.outline import MARGIN_M, SQUARE_M
from geo_risk.park import ParkFile, parse_park, read_park
from geo_risk.records import credit_code_check_digit

HEAD = ("序号", "统一社会信用代码", "企业名称", "详细地址", "从业人数(人)", "经度", "纬度")
Book = Callable[..., bytes]
Codes = Callable[[int], str]

RNG = np.random.default_rng(5)
LON, LAT = 119.97 + RNG.random(60) / 50, 30.53 + RNG.random(60) / 50


def listed(code: Codes, lon: Sequence[float], lat: Sequence[float]) -> list[tuple[Any, ...]]:
    return [
        (i + 1, code(i), f"样例企业 {i:03d}", f"样例路{i}号", i, float(x), float(y))
        for i, (x, y) in enumerate(zip(lon, lat, strict=True))
    ]


@pytest.fixture
def gcj02_list(tmp_path: Path, workbook: Book, credit_code: Codes) -> Path:
    """60 enterprises in GCJ-02 under a title row."""
    path = tmp_path / "企业.xlsx"
    rows = listed(credit_code, *gcj02_from_wgs84(LON, LAT))
    path.write_bytes(workbook([("样例高新园区企业信息台账",), HEAD, *rows]))
    return path


@pytest.fixture
def address_list(tmp_path: Path, workbook: Book, credit_code: Codes) -> Path:
    """Code, name and address only."""
    path = tmp_path / "企业.xlsx"
    rows = [row[1:4] for row in listed(credit_code, LON, LAT)]
    path.write_bytes(workbook([HEAD[1:4], *rows]))
    return path


def written(files: dict[Path, str]) -> ParkFile:
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    return read_park(next(iter(files)))


def test_headings_title_and_columns_are_recognised(gcj02_list: Path) -> None:
    """What was understood, and what was left unread, is said before anything is written."""
    guess = guess_park(gcj02_list)
    assert guess.columns == {
        "credit_code": "统一社会信用代码",
        "name": "企业名称",
        "employees": "从业人数(人)",
        "address": "详细地址",
        "lon": "经度",
        "lat": "纬度",
    }
    assert guess.unused == ("序号",)
    assert guess.park.park.name == "样例高新园区"
    assert (guess.batch.read, guess.batch.accepted, guess.batch.outside) == (60, 60, 0)


def test_three_points_are_shown_in_every_reading(gcj02_list: Path) -> None:
    """Westernmost, middle and easternmost, each where it would be: people know their park."""
    guess = guess_park(gcj02_list)
    assert [one.datum for one in guess.datum_choices] == ["gcj02", "wgs84", "bd09"]
    assert all(one.reason and one.reason_zh for one in guess.datum_choices)
    assert len(guess.samples) == 3
    assert guess.samples[0].readings["gcj02"] == pytest.approx(
        (LON.min(), LAT[LON.argmin()]), abs=2e-6
    )
    for one in guess.samples:
        assert one.readings["wgs84"] == pytest.approx(one.given, abs=1e-6)
        apart = np.hypot(*np.subtract(one.readings["gcj02"], one.readings["wgs84"]))
        assert 0.003 < apart < 0.01  # some 500 m: enough to recognise


@pytest.mark.parametrize("datum", ["gcj02", "wgs84", "bd09"])
def test_the_answer_decides_where_the_park_is(gcj02_list: Path, datum: str) -> None:
    """The boundary follows the datum that was chosen, and holds every point."""
    guess = guess_park(gcj02_list, datum=datum)
    assert guess.park.source[0].datum == guess.datum == datum
    assert guess.batch.outside == 0
    there = bd09_from_gcj02(LON, LAT)[0].mean() - LON.mean()
    assert abs(there) > 0.004
    assert (abs(guess.centre[0] - np.median(LON)) < 1e-4) == (datum == "gcj02")


@pytest.mark.parametrize(
    ("heading", "first"),
    [
        ("高德经度", "gcj02"),
        ("百度经度", "bd09"),
        ("GPS经度", "wgs84"),
        ("经度(CGCS2000)", "wgs84"),
    ],
)
def test_a_heading_that_names_its_system_comes_first(heading: str, first: str) -> None:
    """People do write it down, sometimes."""
    assert possible_datums(LON, LAT, [heading, "纬度"])[0].datum == first


def test_outside_china_nothing_is_shifted() -> None:
    """One reading only, and nothing to ask."""
    choices = possible_datums(LON - 200, LAT, ["lon", "lat"])
    assert [one.datum for one in choices] == ["wgs84"]


def test_what_is_written_builds(gcj02_list: Path) -> None:
    """The three files read back: every enterprise in the boundary, one zone that is the park."""
    park = written(guess_park(gcj02_list).files)
    boundary = read_boundary(park)
    batches = [
        ingest_source(park, one, Known(), boundary=boundary) for one in park.sources_in_order()
    ]
    assert [one.accepted for one in batches] == [1, 60]
    assert batches[1].outside == batches[1].unlocated == 0
    assert batches[0].records[0].geometry.equals_exact(boundary, 1e-9)


def test_coordinates_in_one_column_are_guessed_too(
    tmp_path: Path, workbook: Book, credit_code: Codes
) -> None:
    """`119.98,30.54` in a column headed 坐标."""
    rows = [(*row[1:3], f"{row[5]},{row[6]}") for row in listed(credit_code, LON, LAT)]
    path = tmp_path / "list.xlsx"
    path.write_bytes(workbook([("统一社会信用代码", "企业名称", "坐标(百度)"), *rows]))
    guess = guess_park(path)
    assert guess.columns["geometry"] == "坐标(百度)"
    assert [one.datum for one in guess.datum_choices] == ["bd09", "gcj02", "wgs84"]
    assert (guess.batch.unlocated, guess.batch.outside) == (0, 0)


def test_the_boundary_keeps_its_margin_about_the_points(gcj02_list: Path) -> None:
    """A hull, and some 200 m about it."""
    guess = guess_park(gcj02_list)
    crs = guess.park.park.crs
    edge = shapely.geometry.shape(guess.boundary["features"][0]["geometry"]).exterior
    easting, northing = project(*np.array(edge.coords).T, crs)
    line = shapely.LinearRing(np.column_stack([easting, northing]))
    points = shapely.points(*project(LON, LAT, crs))
    assert shapely.distance(points, line).min() == pytest.approx(MARGIN_M, rel=0.05)


def test_a_point_in_another_province_does_not_stretch_the_park(
    tmp_path: Path, workbook: Book, credit_code: Codes
) -> None:
    """A mistyped pair is left outside and named in a note."""
    lon, lat = LON.copy(), LAT.copy()
    lon[7] = 113.97
    path = tmp_path / "list.xlsx"
    path.write_bytes(workbook([HEAD, *listed(credit_code, lon, lat)]))
    guess = guess_park(path, datum="wgs84")
    assert guess.batch.outside == 1
    west, _, east, _ = shapely.geometry.shape(guess.zones["features"][0]["geometry"]).bounds
    assert east - west < 0.1
    assert any("1 points lie far" in one.text for one in guess.notes)


def test_a_list_without_coordinates_is_a_park_that_waits(address_list: Path) -> None:
    """Code, name, address: all accepted, all unlocated, a square about a middle that is asked."""
    guess = guess_park(address_list)
    assert guess.needs_centre
    assert (guess.datum, guess.datum_choices, guess.samples) == ("", (), ())
    assert guess.centre == (120.2, 30.3)  # issued in Zhejiang: the map begins at Hangzhou
    assert (guess.batch.accepted, guess.batch.unlocated) == (60, 60)
    assert len([one for one in guess.batch.records if one.collection == "premises"]) == 60


def test_the_middle_that_is_given_is_the_middle(address_list: Path) -> None:
    """4 km by 4 km about it, in a working CRS that fits, and it builds."""
    guess = guess_park(address_list, centre=(119.97, 30.53), name="样例园区", park_id="sample")
    assert not guess.needs_centre
    park = written(guess.files)
    assert (park.park.id, park.park.name, park.park.crs) == ("sample", "样例园区", "EPSG:4549")
    boundary = read_boundary(park)
    assert boundary.contains(shapely.Point(119.97, 30.53))
    projected = shapely.transform(
        boundary, lambda xy: np.column_stack(project(xy[:, 0], xy[:, 1], park.park.crs))
    )
    assert projected.area == pytest.approx(SQUARE_M**2, rel=1e-4)
    assert 20_000 < Grid.covering(projected, park.park.crs, park.park.cell_m).size < 30_000


def test_the_province_of_the_codes_proposes_the_middle(tmp_path: Path, credit_code: Codes) -> None:
    """Most codes say 44: issued in Guangdong, so the map begins at Guangzhou; none: Beijing."""
    rows = [credit_code(1)]
    for i in range(5):
        first = f"9144059{i:010d}"
        rows.append(first + credit_code_check_digit(first))
    path = tmp_path / "list.csv"
    path.write_text("\n".join(["统一社会信用代码", *rows]), encoding="utf-8")
    guess = guess_park(path)
    assert guess.centre == (113.3, 23.1)
    assert "广州" in guess.notes[0].text_zh
    path.write_text("企业编号,地址\nA1,样例路 1 号\n", encoding="utf-8")
    assert guess_park(path).centre == (116.4, 39.9)


def test_without_a_column_of_scale_the_index_covers_all(address_list: Path) -> None:
    """Nobody could be above scale: the scope says so, and a note too."""
    guess = guess_park(address_list)
    assert guess.park.park.scope == "all"
    assert any("above scale" in one.text for one in guess.notes)


def test_metres_of_an_unknown_system_are_a_question(
    tmp_path: Path, workbook: Book, credit_code: Codes
) -> None:
    """Six-digit eastings fit many zones; eight-digit ones begin with theirs."""
    easting, northing = project(LON, LAT, "EPSG:4549")
    path = tmp_path / "list.xlsx"
    path.write_bytes(workbook([HEAD, *listed(credit_code, easting, northing)]))
    with pytest.raises(InputError) as raised:
        guess_park(path)
    assert str(raised.value) == (
        f"list.xlsx, sheet Sheet1: coordinates such as {easting[0]:g}, {northing[0]:g} are metres. "
        "Ask who made the file, and give their system: --datum EPSG:n."
    )
    assert guess_park(path, datum="EPSG:4549").batch.outside == 0
    path.write_bytes(workbook([HEAD, *listed(credit_code, easting + 40e6, northing)]))
    guess = guess_park(path)
    assert [one.datum for one in guess.datum_choices] == ["EPSG:4528"]
    assert guess.centre == pytest.approx((np.median(LON), np.median(LAT)), abs=1e-6)


@pytest.mark.parametrize(
    ("lon", "lat", "crs"),
    [
        (119.97, 30.53, "EPSG:4549"),
        (75.9, 39.5, "EPSG:4534"),
        (134.9, 48.3, "EPSG:4554"),
        (118.4, 32.0, "EPSG:4548"),
        (-87.6, 41.9, "EPSG:32616"),
        (-73.9, 40.7, "EPSG:32618"),
        (151.2, -33.9, "EPSG:32756"),
        (180.0, 10.0, "EPSG:32660"),
    ],
)
def test_the_working_crs_is_the_nearest_in_metres(lon: float, lat: float, crs: str) -> None:
    """CGCS2000 3-degree zones in China, UTM elsewhere."""
    assert working_crs(lon, lat) == check_working_crs(crs)
    easting, _ = project([lon], [lat], crs)
    assert 150_000 < easting[0] < 850_000


def test_the_park_file_says_everything(gcj02_list: Path) -> None:
    """Nobody at a station writes TOML: every key is there, and reads back the same."""
    guess = guess_park(gcj02_list)
    text = guess.files[guess.park.path]
    assert parse_park(text, guess.park.path) == guess.park
    assert 'columns = { credit_code = "统一社会信用代码"' in text
