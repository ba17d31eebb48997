"""Where a park begins that has no boundary yet: a hull about points, a square about a middle.

Takes points, or credit codes where there are none, gives a polygon and the middle, with notes on
what was assumed. Points far from the others are left out and counted: one mistyped pair must not
stretch the park over a province.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo_risk.crs import project, to_wgs84, unproject_geometry
from geo_risk.errors import ColumnError
from geo_risk.ingest.datum_guess import working_crs
from geo_risk.ingest.registrars import PROVINCES

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Floats = NDArray[np.float64]

SQUARE_M = 4000.0
"""Side of the square about the middle of a park of which no coordinates are known."""

MARGIN_M = 200.0
"""Distance between the outermost points and the boundary."""

_FAR_M = 5000.0
_FAR_TIMES = 8.0


@dataclass(frozen=True)
class Note:
    """Something the person who starts a park should know, in English and Chinese."""

    text: str
    text_zh: str


def about_points(
    raw_lon: Floats, raw_lat: Floats, datum: str, notes: list[Note]
) -> tuple[BaseGeometry, tuple[float, float]]:
    """Draw a hull and a margin about the points, without those that lie far from the others."""
    usable = np.ones(len(raw_lon), dtype=bool)
    if not datum.startswith("EPSG:"):
        usable = (np.abs(raw_lon) <= 180) & (np.abs(raw_lat) <= 90)
    if not usable.any():
        raise ColumnError(
            "No pair of coordinates is a place on Earth.",
            "Exchange the columns if latitude stands first, or name the datum.",
        )
    lon, lat = to_wgs84(raw_lon[usable], raw_lat[usable], datum)
    middle = (float(np.median(lon)), float(np.median(lat)))
    crs = working_crs(*middle)
    easting, northing = project(lon, lat, crs)
    away = np.hypot(easting - np.median(easting), northing - np.median(northing))
    near = away <= max(_FAR_M, _FAR_TIMES * float(np.median(away)))
    if left := int((~near).sum() + (~usable).sum()):
        notes.append(
            Note(
                f"{left} points lie far from the others: the boundary leaves them out.",
                f"有 {left} 个点远离其他点，未划入边界，请核对其坐标。",
            )
        )
    points = shapely.MultiPoint(np.column_stack([easting[near], northing[near]]))
    hull: BaseGeometry = points.convex_hull.buffer(MARGIN_M, quad_segs=4)
    notes.append(
        Note(
            "The boundary is drawn about the points: replace boundary.geojson by the real edge.",
            "边界按企业位置自动外扩生成，请以实际园区边界替换 boundary.geojson。",
        )
    )
    return unproject_geometry(hull, crs), middle


def square_about(middle: tuple[float, float]) -> BaseGeometry:
    """Draw a square of `SQUARE_M` about a middle, degrees WGS-84."""
    crs = working_crs(*middle)
    easting, northing = project([middle[0]], [middle[1]], crs)
    x, y, half = float(easting[0]), float(northing[0]), SQUARE_M / 2
    return unproject_geometry(shapely.box(x - half, y - half, x + half, y + half), crs)


def registered_at(codes: Iterable[str], notes: list[Note]) -> tuple[float, float]:
    """Propose a middle: the capital of the province where most credit codes were issued."""
    issued = Counter(code[2:4] for code in codes if code and code[2:4] in PROVINCES)
    province = PROVINCES[issued.most_common(1)[0][0] if issued else "11"]
    notes.append(
        Note(
            f"No coordinates: the map begins at {province.capital}. Give the park's real middle.",
            f"表中没有坐标，地图暂以{province.capital_zh}为中心，请给出园区实际中心点。",
        )
    )
    notes.append(
        Note(
            f"The boundary is a square of {SQUARE_M / 1000:g} km until the real edge is drawn.",
            f"边界暂为边长 {SQUARE_M / 1000:g} 公里的方框，请以实际边界替换 boundary.geojson。",
        )
    )
    return province.lon, province.lat


def feature_collection(shapes: list[tuple[BaseGeometry, dict[str, str]]]) -> dict[str, Any]:
    """Give shapes with their properties as GeoJSON, to the seventh decimal (1 cm)."""
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": properties, "geometry": _geometry(shape)}
            for shape, properties in shapes
        ],
    }


def _geometry(shape: BaseGeometry) -> dict[str, Any]:
    rounded = shapely.set_precision(shape, 1e-7)
    geometry: dict[str, Any] = json.loads(shapely.to_geojson(rounded))
    return geometry


def geojson_text(value: dict[str, Any]) -> str:
    """Write GeoJSON as a file holds it, Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
