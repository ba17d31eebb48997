"""A park of small zones on known ground, written as files: for whoever tries to take sums apart.

Six zones in a row, of which two have too few enterprises; reports of the last closed months, so
few that some zones are withheld in one month and shown in the next. What is in it is said here, for
the attacker may know all of it but the counts.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

from geo_risk.crs import unproject

CRS = "EPSG:4549"
ENTERPRISES = {"Z1": 20, "Z2": 12, "Z3": 9, "Z4": 4, "Z5": 5, "Z6": 15}
"""Zone to its enterprises: Z4 and Z5 are too small alone, and enough together."""

REPORTS = (
    {"Z1": 14, "Z2": 4, "Z3": 0, "Z4": 3, "Z5": 4, "Z6": 7},
    {"Z1": 3, "Z2": 6, "Z3": 4, "Z4": 1, "Z5": 2, "Z6": 12},
    {"Z1": 9, "Z2": 1, "Z3": 5, "Z4": 0, "Z5": 8, "Z6": 4},
)
"""Reports by zone in each of the last months, the earliest first."""

SMALL = "Z3"
_WEST, _SOUTH, _SIDE = 497_000.0, 3_378_000.0, 800.0


def write_tight_park(folder: Path, months: list[str]) -> Path:
    """Write the park with its reports in these months; give its park file."""
    folder.mkdir(parents=True)
    enterprises, reports = [], []
    for n, (zone, count) in enumerate(ENTERPRISES.items()):
        places = [(_WEST + n * _SIDE + 60 + 25 * i, _SOUTH + 90 + 30 * i) for i in range(count)]
        lon, lat = unproject([x for x, _ in places], [y for _, y in places], CRS)
        enterprises += [
            [f"{zone}-{i}", f"样例企业 {zone}-{i}", f"{x:.7f}", f"{y:.7f}", 20, 1 + i % 4]
            for i, (x, y) in enumerate(zip(lon, lat, strict=True))
        ]
        for month, counts in zip(months, REPORTS, strict=True):
            for i in range(counts[zone]):
                at = f"{month}-{10 + i % 9:02d}T10:00:00+08:00"
                x, y = lon[i % count], lat[i % count]
                reports.append([f"{zone}-{month}-{i}", f"{x:.7f}", f"{y:.7f}", at, at])
    heading = ["id", "name", "lon", "lat", "people", "risk_class"]
    _write(folder / "enterprises.csv", heading, enterprises)
    _write(folder / "reports.csv", ["id", "lon", "lat", "occurred", "reported_at"], reports)
    zones = [
        (
            _box(_WEST + n * _SIDE),
            {"id": zone, "name": f"样例巡区 {n + 1}"},
        )
        for n, zone in enumerate(ENTERPRISES)
    ]
    _geojson(folder / "zones.geojson", zones)
    _geojson(folder / "boundary.geojson", [(_box(_WEST, len(zones)), {})])
    (folder / "park.toml").write_text(_PARK, encoding="utf-8")
    return folder / "park.toml"


_PARK = f"""
[park]
id = "tight-park"
name = "样例窄园区"
synthetic = true
crs = "{CRS}"
cell_m = 100.0
boundary = {{ file = "boundary.geojson", datum = "wgs84" }}

[map]
approval_exemption = "合成数据"

[[source]]
kind = "zones"
file = "zones.geojson"
datum = "wgs84"

[[source]]
kind = "enterprises"
file = "enterprises.csv"
datum = "wgs84"

[[source]]
kind = "reports"
file = "reports.csv"
datum = "wgs84"
set = {{ kind = "hazard", channel = "hotline", severity = "minor" }}
"""


def _box(west: float, wide: int = 1) -> dict[str, object]:
    east, north = west + wide * _SIDE, _SOUTH + 2 * _SIDE
    corners = [(west, _SOUTH), (east, _SOUTH), (east, north), (west, north)]
    lon, lat = unproject([x for x, _ in corners], [y for _, y in corners], CRS)
    ring = [[float(x), float(y)] for x, y in zip(lon, lat, strict=True)]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def _geojson(path: Path, rows: list[tuple[dict[str, object], dict[str, object]]]) -> None:
    features = [{"type": "Feature", "geometry": one, "properties": of} for one, of in rows]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")


def _write(path: Path, heading: list[str], rows: list[list[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heading, *rows])
