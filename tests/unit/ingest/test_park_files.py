"""The park's edge and its files: read, missing, or not what the park file says."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo_risk.crs import gcj02_from_wgs84
from geo_risk.errors import FileFormatError, InputError, ParkFileError
from geo_risk.ingest import missing_files, missing_text, read_boundary
from geo_risk.park import ParkFile, parse_park

PARK = """
[park]
id = "test"
name = "样例园区"
crs = "EPSG:4549"
datum = "{datum}"
boundary = {{ file = "edge.geojson", datum = "wgs84"{more} }}
[[source]]
kind = "enterprises"
file = "list.csv"
origin = "https://example.org/list"
sha256 = "{digest}"
"""
WEST, EAST = shapely.box(119.90, 30.50, 119.95, 30.60), shapely.box(119.95, 30.50, 120.00, 30.60)


def park(folder: Path, *shapes: shapely.Geometry, more: str = "", datum: str = "wgs84") -> ParkFile:
    if shapes:
        gpd.GeoDataFrame({"n": range(len(shapes))}, geometry=list(shapes), crs=4326).to_file(
            folder / "edge.geojson"
        )
    text = PARK.format(datum=datum, more=more, digest="ab" * 32)
    return parse_park(text, folder / "park.toml")


def test_the_edge_is_one_polygon_in_degrees(tmp_path: Path) -> None:
    """As it stands in the file."""
    assert read_boundary(park(tmp_path, WEST)).equals(WEST)


def test_many_polygons_make_one_edge_where_the_park_file_says_so(tmp_path: Path) -> None:
    """`dissolve = true`: the union of zones is the edge."""
    edge = read_boundary(park(tmp_path, WEST, EAST, more=", dissolve = true"))
    assert edge.geom_type == "Polygon"
    assert edge.equals(WEST.union(EAST))


def test_the_edge_is_shifted_to_the_parks_datum(tmp_path: Path) -> None:
    """A park that stays in GCJ-02 has its edge there too."""
    edge = read_boundary(park(tmp_path, WEST, datum="gcj02"))
    lon, lat = gcj02_from_wgs84([119.90], [30.50])
    assert edge.bounds[:2] == pytest.approx((lon[0], lat[0]), abs=1e-3)
    assert edge.bounds[0] > 119.903


@pytest.mark.parametrize(
    ("shapes", "error", "said"),
    [
        (
            (WEST, EAST),
            ParkFileError,
            (
                "[park] boundary: edge.geojson holds 2 polygons. "
                "Set dissolve = true to make one boundary of them, or name another layer."
            ),
        ),
        (
            (shapely.LineString([(119.9, 30.5), (120, 30.6)]),),
            FileFormatError,
            "edge.geojson: there is no polygon. Draw the park's edge in it.",
        ),
    ],
    ids=["several", "no-polygon"],
)
def test_an_edge_that_is_none_says_why(
    tmp_path: Path, shapes: tuple[shapely.Geometry, ...], error: type[InputError], said: str
) -> None:
    """Several polygons or none."""
    with pytest.raises(error) as raised:
        read_boundary(park(tmp_path, *shapes))
    assert str(raised.value) == said


def test_a_missing_edge_says_where_it_should_be(tmp_path: Path) -> None:
    """The folder is named, and the key that names the file."""
    with pytest.raises(FileFormatError) as raised:
        read_boundary(park(tmp_path))
    assert str(raised.value) == (
        f"Source boundary: there is no file edge.geojson in {tmp_path}. "
        "Put it there, or correct [park] boundary."
    )


def test_missing_files_say_their_page_and_digest(tmp_path: Path) -> None:
    """Which file, from where, with which digest, goes where."""
    described = park(tmp_path, WEST)
    assert [missing_text(one) for one in missing_files(described)] == [
        (
            f"Source list: there is no file list.csv in {tmp_path}. "
            f"It comes from https://example.org/list. Its SHA-256 is {'ab' * 32}."
        )
    ]
    (tmp_path / "list.csv").write_text("编号\n", encoding="utf-8")
    assert missing_files(described) == []
