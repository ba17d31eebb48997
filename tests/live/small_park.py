"""A small park on known ground, written as files: for browser tests that must know the truth.

Enterprises stand on a lattice of known WGS-84 places; the file gives them in GCJ-02, as most
sources in China do. `declared` is what the park file says of it: saying wgs84 there is the mistake
that moves a whole park by half a kilometre.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geo_risk.crs import gcj02_from_wgs84, unproject

CRS = "EPSG:4549"
WAITING = 10
"""So many enterprises come without coordinates."""

_WEST, _SOUTH = 497_000.0, 3_378_000.0
_SIDE_M = 2_400.0


@dataclass(frozen=True)
class SmallPark:
    """Its park file, and where its premises truly are: record id to (lon, lat), WGS-84."""

    park_file: Path
    places: dict[str, tuple[float, float]]


def write_small_park(folder: Path, *, declared: str = "gcj02", name: str = "样例企业") -> SmallPark:
    """Write the park: 8 x 8 enterprises, two zones, two stations, a road, ten without a place."""
    folder.mkdir(parents=True)
    ticks = (np.arange(8) + 0.5) / 8 * _SIDE_M
    easting, northing = np.meshgrid(_WEST + ticks, _SOUTH + ticks)
    lon, lat = unproject(easting.ravel(), northing.ravel(), CRS)
    shifted = gcj02_from_wgs84(lon, lat)
    rows = [
        [
            f"E{n:03d}",
            f"{name} {n:03d}",
            f"{name} 路 {n} 号",
            f"{x:.7f}",
            f"{y:.7f}",
            10 + 7 * (n % 9),
            1 + n % 4,
        ]
        for n, (x, y) in enumerate(zip(*shifted, strict=True))
    ]
    rows += [[f"W{n}", f"待定 {name} {n}", f"样例路 {n} 号", "", "", 20, 2] for n in range(WAITING)]
    _write_csv(
        folder / "enterprises.csv",
        ["id", "name", "address", "lon", "lat", "people", "risk_class"],
        rows,
    )
    middle = _WEST + _SIDE_M / 2
    halves = [(_WEST, middle), (middle, _WEST + _SIDE_M)]
    _write_geojson(
        folder / "zones.geojson",
        [
            (_box(left, right), {"id": f"Z{n}", "name": f"巡区 {name} {n}"})
            for n, (left, right) in enumerate(halves)
        ],
    )
    _write_geojson(folder / "boundary.geojson", [(_box(_WEST, _WEST + _SIDE_M), {})])
    line = _lon_lat([(_WEST, _SOUTH + 900), (_WEST + _SIDE_M, _SOUTH + 900)])
    road = {"type": "LineString", "coordinates": line}
    _write_geojson(folder / "roads.geojson", [(road, {"id": "R1", "name": f"{name} 路"})])
    stations = [
        {"type": "Point", "coordinates": one}
        for one in _lon_lat([(_WEST + 450, _SOUTH + 450), (_WEST + 1500, _SOUTH + 1800)])
    ]
    _write_geojson(
        folder / "stations.geojson",
        [
            (point, {"id": f"S{n}", "name": f"{name} 站 {n}", "type": name, "hours": name})
            for n, point in enumerate(stations)
        ],
    )
    (folder / "park.toml").write_text(_park_file(declared), encoding="utf-8")
    return SmallPark(
        folder / "park.toml",
        {
            f"enterprises:E{n:03d}": (float(x), float(y))
            for n, (x, y) in enumerate(zip(lon, lat, strict=True))
        },
    )


def _park_file(declared: str) -> str:
    geo = "\n".join(
        f'[[source]]\nkind = "{kind}"\nfile = "{kind}.geojson"\ndatum = "wgs84"\n'
        for kind in ("zones", "roads", "stations")
    )
    return f"""
[park]
id = "small-park"
name = "样例小园区"
synthetic = true
crs = "{CRS}"
cell_m = 50.0
boundary = {{ file = "boundary.geojson", datum = "wgs84" }}

[map]
approval_exemption = "合成数据"

{geo}
[[source]]
kind = "enterprises"
file = "enterprises.csv"
datum = "{declared}"
"""


def _box(west: float, east: float) -> dict[str, object]:
    north = _SOUTH + _SIDE_M
    ring = [(west, _SOUTH), (east, _SOUTH), (east, north), (west, north), (west, _SOUTH)]
    return {"type": "Polygon", "coordinates": [_lon_lat(ring)]}


def _lon_lat(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    lon, lat = unproject([x for x, _ in points], [y for _, y in points], CRS)
    return [(float(x), float(y)) for x, y in zip(lon, lat, strict=True)]


def _write_geojson(path: Path, rows: list[tuple[dict[str, object], dict[str, object]]]) -> None:
    features = [
        {"type": "Feature", "geometry": geometry, "properties": properties}
        for geometry, properties in rows
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")


def _write_csv(path: Path, heading: list[str], rows: list[list[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heading, *rows])
