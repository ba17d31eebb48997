"""GeoJSON, GPKG, Shapefile, GeoParquet: the same features whatever holds them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo_risk.crs import gcj02_from_wgs84
from geo_risk.errors import CRSMismatchError, FileFormatError, ParkFileError
from geo_risk.ingest import Batch
from geo_risk.ingest.map_file import read_map_file

POINTS = gpd.GeoDataFrame(
    {"编号": ["S1", "S2"], "名称": ["样例警务室", "样例调解室"], "服务": ["调解、咨询", ""]},
    geometry=[shapely.Point(119.95, 30.55), shapely.Point(119.96, 30.56)],
    crs="EPSG:4326",
)
ZONES = gpd.GeoDataFrame(
    {"巡区编号": ["Z1", "Z2", "Z1"]},
    geometry=[
        shapely.box(119.91, 30.51, 119.92, 30.52),
        shapely.box(119.93, 30.51, 119.94, 30.52),
        shapely.box(119.95, 30.51, 119.96, 30.52),
    ],
    crs="EPSG:4326",
)
COLUMNS = {"services": "服务"}


def written(frame: gpd.GeoDataFrame, path: Path, *, encoding: str = "") -> Path:
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".shp":
        frame.to_file(path, engine="pyogrio", encoding=encoding or "UTF-8")
    else:
        frame.to_file(path, engine="pyogrio")
    return path


@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.shp", "a.parquet"])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
def test_every_format_gives_the_same_stations(
    ingest: Callable[..., Batch], tmp_path: Path, name: str, packed: bool
) -> None:
    """What holds the features does not matter, compressed or not."""
    written(POINTS, tmp_path / name)
    if packed:
        for one in list(tmp_path.glob("a.*")):
            (tmp_path / f"{one.name}.gz").write_bytes(gzip.compress(one.read_bytes()))
            one.unlink()
        name += ".gz"
    batch = ingest("stations", name, None, columns=COLUMNS)
    assert [(one.number, one.name, one.services) for one in batch.records] == [
        ("S1", "样例警务室", ("调解", "咨询")),
        ("S2", "样例调解室", ()),
    ]
    assert [(one.lon, one.lat) for one in batch.records] == [(119.95, 30.55), (119.96, 30.56)]
    assert batch.rows == (1, 2)


def test_a_shapefile_in_gbk_is_read_without_its_cpg(
    ingest: Callable[..., Batch], tmp_path: Path
) -> None:
    """Chinese Shapefiles often lack the file that says their encoding."""
    written(POINTS, tmp_path / "a.shp", encoding="GBK")
    (tmp_path / "a.cpg").unlink()
    batch = ingest("stations", "a.shp", None, columns=COLUMNS)
    assert [one.name for one in batch.records] == ["样例警务室", "样例调解室"]


def test_zones_with_one_number_merge(ingest: Callable[..., Batch], tmp_path: Path) -> None:
    """Three polygons read and accepted, two zones: the two parts of Z1 are one multipolygon."""
    written(ZONES, tmp_path / "zones.gpkg")
    batch = ingest("zones", "zones.gpkg", None)
    assert (batch.read, batch.accepted, batch.rejected) == (3, 3, 0)
    assert batch.odd == {"merged_zones": 1}
    assert [one.number for one in batch.records] == ["Z1", "Z2"]
    assert batch.records[0].geometry.geom_type == "MultiPolygon"
    assert batch.records[0].geometry.equals(
        shapely.union_all([ZONES.geometry[0], ZONES.geometry[2]])
    )


def test_touching_parts_of_a_zone_become_one_polygon(
    ingest: Callable[..., Batch], tmp_path: Path
) -> None:
    """What was one area cut at a map sheet's edge is one area again."""
    halves = [shapely.box(119.90, 30.50, 119.91, 30.51), shapely.box(119.91, 30.50, 119.92, 30.51)]
    frame = ZONES.assign(geometry=[halves[0], ZONES.geometry[1], halves[1]])
    written(frame, tmp_path / "zones.gpkg")
    batch = ingest("zones", "zones.gpkg", None)
    assert batch.records[0].geometry.geom_type == "Polygon"


def test_a_polygon_that_crosses_itself_is_mended_and_counted(
    ingest: Callable[..., Batch], tmp_path: Path
) -> None:
    """A bow tie becomes its two triangles."""
    bow = shapely.Polygon([(119.91, 30.51), (119.93, 30.53), (119.93, 30.51), (119.91, 30.53)])
    frame = gpd.GeoDataFrame({"巡区编号": ["Z1"]}, geometry=[bow], crs="EPSG:4326")
    written(frame, tmp_path / "zones.geojson")
    batch = ingest("zones", "zones.geojson", None)
    assert batch.odd == {"mended_geometry": 1}
    assert batch.records[0].geometry.is_valid
    assert batch.records[0].geometry.area == pytest.approx(0.0002)


def test_shapes_are_shifted_vertex_by_vertex(ingest: Callable[..., Batch], tmp_path: Path) -> None:
    """A zone drawn on a GCJ-02 map comes back to where it is."""
    shifted = ZONES.assign(
        geometry=shapely.transform(
            ZONES.geometry.to_numpy(),
            lambda xy: np.column_stack(gcj02_from_wgs84(xy[:, 0], xy[:, 1])),
        )
    )
    written(shifted, tmp_path / "zones.geojson")
    batch = ingest("zones", "zones.geojson", None, datum="gcj02")
    assert batch.records[1].geometry.equals_exact(ZONES.geometry[1], 1e-6)


def test_a_projected_file_is_brought_to_degrees_before_its_datum(
    ingest: Callable[..., Batch], tmp_path: Path
) -> None:
    """Metres of EPSG:4549 that mean WGS-84: the file's CRS says how, the datum says what."""
    written(POINTS.to_crs("EPSG:4549"), tmp_path / "a.gpkg")
    for datum in ("wgs84", "EPSG:4549"):
        batch = ingest("stations", "a.gpkg", None, columns=COLUMNS, datum=datum)
        assert batch.records[0].lon == pytest.approx(119.95, abs=1e-8)


def test_roads_are_lines_and_need_no_number(ingest: Callable[..., Batch], tmp_path: Path) -> None:
    """A road without a number is known by what it says, whatever its place in the file."""
    frame = gpd.GeoDataFrame(
        {"name": ["样例路", "样例街"]},
        geometry=[
            shapely.LineString([(119.91, 30.51), (119.95, 30.51)]),
            shapely.LineString([(119.91, 30.52), (119.95, 30.53)]),
        ],
        crs="EPSG:4326",
    )
    written(frame, tmp_path / "roads.geojson")
    ids = {one.id: one.name for one in ingest("roads", "roads.geojson", None).records}
    written(frame.iloc[::-1], tmp_path / "roads.geojson")
    assert {one.id: one.name for one in ingest("roads", "roads.geojson", None).records} == ids
    assert len(ids) == 2


def test_a_feature_without_a_shape_is_unlocated_or_refused(
    ingest: Callable[..., Batch], tmp_path: Path
) -> None:
    """A station waits to be located; a zone without a polygon is no zone."""
    empty = {"type": "Feature", "properties": {"编号": "S1"}, "geometry": None}
    text = json.dumps({"type": "FeatureCollection", "features": [empty]})
    assert ingest("stations", "a.geojson", text).unlocated == 1
    batch = ingest("zones", "a.geojson", text, columns={"id": "编号"})
    assert str(batch.rejects[0]) == (
        "a.geojson, row 1: there is no shape. Draw it in the map file, or give it as WKT."
    )


def test_parquet_columns_keep_their_types_through_text(
    ingest: Callable[..., Batch], tmp_path: Path
) -> None:
    """Whole numbers with gaps, times with zones, missing values."""
    frame = pd.DataFrame(
        {
            "uid": pd.array([7, 8, 9], dtype="Int64"),
            "when": pd.to_datetime(["2024-03-05 14:30", "2024-03-05 00:00", None]),
            "there": pd.to_datetime(["2024-03-05 01:00", "2024-03-05 02:00", None]).tz_localize(
                "America/New_York"
            ),
            "people": [1.0, np.nan, 3.0],
        }
    )
    frame.to_parquet(tmp_path / "a.parquet")
    batch = ingest(
        "reports",
        "a.parquet",
        None,
        columns={"id": "uid", "reported_at": "there"},
        occurred=["when"],
        set={"kind": "hazard"},
    )
    assert [one.number for one in batch.records] == ["7", "8"]
    first, second = batch.records
    assert first.occurred_from.isoformat() == "2024-03-05T06:30:00+00:00"
    assert first.occurred_from == first.occurred_to
    assert second.occurred_from == second.occurred_to  # a timestamp at midnight is a time
    assert first.reported_at is not None
    assert first.reported_at.isoformat() == "2024-03-05T06:00:00+00:00"
    assert str(batch.rejects[0]) == (
        "a.parquet, row 3, column when: the row says neither when it happened nor when it was "
        "reported. Fill in one of the two."
    )


def two_layers(folder: Path) -> None:
    POINTS.to_file(folder / "a.gpkg", layer="stations", engine="pyogrio")
    ZONES.to_file(folder / "a.gpkg", layer="zones", engine="pyogrio")


@pytest.mark.parametrize(
    ("make", "name", "keys", "error", "said"),
    [
        (
            two_layers,
            "a.gpkg",
            {},
            FileFormatError,
            "a.gpkg has 2 layers. Say which one: layer = one of stations, zones.",
        ),
        (
            two_layers,
            "a.gpkg",
            {"layer": "station"},
            FileFormatError,
            "a.gpkg has no layer 'station'. Did you mean 'stations'?",
        ),
        (
            lambda folder: written(POINTS.to_crs("EPSG:4549"), folder / "a.gpkg"),
            "a.gpkg",
            {"datum": "EPSG:4548"},
            CRSMismatchError,
            (
                "a.gpkg is in CGCS2000 / 3-degree Gauss-Kruger CM 120E, its source says EPSG:4548. "
                "Correct `datum`, or project the file."
            ),
        ),
        (
            lambda folder: written(POINTS, folder / "a.gpkg"),
            "a.gpkg",
            {"datum": ""},
            ParkFileError,
            (
                "[[source]] list: a.gpkg, sheet a has coordinates (shapes) and the source names no "
                "datum. Ask who made the file, and write datum = one of wgs84, cgcs2000, gcj02, "
                "bd09, EPSG:n."
            ),
        ),
        (
            lambda folder: (folder / "a.geojson").write_text('{"type": "FeatureCollection",\n!'),
            "a.geojson",
            {},
            FileFormatError,
            (
                "a.geojson, line 2: no valid JSON (Expecting property name enclosed in double "
                "quotes). Export the file again as GeoJSON."
            ),
        ),
        (
            lambda folder: (folder / "a.parquet").write_bytes(b"PAR1 and nothing"),
            "a.parquet",
            {},
            FileFormatError,
            "a.parquet is damaged or no Parquet file. Export it again.",
        ),
        (
            lambda folder: (written(POINTS, folder / "a.shp"), (folder / "a.shx").unlink()),
            "a.shp",
            {},
            FileFormatError,
            "a.shp lacks its .shx file. Put .shp, .shx and .dbf side by side.",
        ),
    ],
    ids=["layers", "no-layer", "other-crs", "no-datum", "json", "parquet", "shx"],
)
def test_a_bad_map_file_says_what_is_wrong(
    ingest: Callable[..., Batch],
    tmp_path: Path,
    make: Callable[[Path], object],
    name: str,
    keys: dict[str, str],
    error: type[Exception],
    said: str,
) -> None:
    """Layers, coordinate systems and damage, with what to do."""
    make(tmp_path)
    with pytest.raises(error) as raised:
        ingest("stations", name, None, columns=COLUMNS, **keys)
    assert str(raised.value) == said


def test_a_damaged_gpkg_is_an_error(tmp_path: Path) -> None:
    """GDAL's own words, with the file's name and a remedy."""
    (tmp_path / "a.gpkg").write_bytes(b"SQLite format 3\0 broken")
    with pytest.raises(FileFormatError, match=r"^a\.gpkg cannot be read: .* Export the file again"):
        read_map_file(tmp_path / "a.gpkg")
