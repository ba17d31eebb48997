"""Shapes of zones and roads: taken from a map file or WKT, mended, shifted, or refused.

Takes one shape as it came, gives a Polygon or MultiPolygon (zones), a LineString or
MultiLineString (roads) in degrees of the park's datum. A polygon that crosses itself is mended; a
shape of the wrong type, off the Earth or with latitude first is refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo_risk.crs import shift_geometry
from geo_risk.ingest.points import is_swapped
from geo_risk.ingest.values import Bad, half_width, is_nothing, readable

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_SRID = re.compile(r"^\s*srid=\d+;", re.IGNORECASE)
_PAIR = re.compile(r"[(\[]?(-?\d+(?:\.\d+)?)\s*[,;\s]\s*(-?\d+(?:\.\d+)?)[)\]]?")
_PARTS = {"zones": ("Polygon", "polygon", "面"), "roads": ("LineString", "line", "线")}


def read_wkt(cell: str) -> BaseGeometry | Bad | None:
    """Take a shape as WKT or EWKT, a point also as 119.98,30.54; None for an empty cell."""
    bad = readable(cell[:100])
    if bad:
        return bad
    text = _SRID.sub("", cell).strip()
    if is_nothing(text):
        return None
    if pair := _PAIR.fullmatch(half_width(text)):
        return shapely.Point(float(pair[1]), float(pair[2]))
    with np.errstate(all="ignore"):
        shape: BaseGeometry | None = shapely.from_wkt(text, on_invalid="ignore")
    return Bad("bad_geometry", "it is no WKT", "不是 WKT") if shape is None else shape


def fit_shape(
    shape: BaseGeometry | None,
    kind: str,
    *,
    datum: str,
    park_datum: str,
    boundary: BaseGeometry | None,
) -> tuple[BaseGeometry, bool] | Bad:
    """Bring one shape to what its kind needs.

    Parameters
    ----------
    shape
        In the source's datum; None where there is none.
    kind
        `zones` or `roads`.
    datum, park_datum, boundary
        As for `points.locate`.

    Returns
    -------
    (geometry, mended) or Bad
        In degrees of the park's datum, and whether it had to be mended.
    """
    if shape is None or shape.is_empty:
        return Bad("no_geometry")
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        return Bad("bad_geometry", "a coordinate is no number", "坐标不是数字")
    if is_swapped(shape, datum=datum, park_datum=park_datum, boundary=boundary):
        return Bad("swapped_geometry")
    west, south, east, north = shape.bounds
    degrees = not datum.startswith("EPSG:")
    if degrees and not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
        return Bad("bad_geometry", "it is no place on Earth", "不在地球上")
    moved = shift_geometry(shape, datum, park_datum)
    bounds = moved.bounds
    if not (np.isfinite(bounds).all() and max(map(abs, bounds)) <= 180 and abs(bounds[3]) <= 90):
        return Bad("bad_geometry", "it is no place on Earth", "不在地球上")
    mended = kind == "zones" and not moved.is_valid
    part, word, zh = _PARTS[kind]
    parts = _parts(shapely.make_valid(moved) if mended else moved, part)
    if not parts:
        return Bad("bad_geometry", f"it is a {shape.geom_type}, not a {word}", f"不是{zh}")
    whole = parts[0] if len(parts) == 1 else _multi(parts, part)
    return whole, mended


def merge_zones(shapes: list[BaseGeometry]) -> BaseGeometry:
    """Join the polygons of zones with one id into one Polygon or MultiPolygon."""
    if len(shapes) == 1:
        return shapes[0]
    parts = _parts(shapely.union_all(shapes), "Polygon")
    return parts[0] if len(parts) == 1 else _multi(parts, "Polygon")


def _parts(shape: BaseGeometry, part: str) -> list[BaseGeometry]:
    """Give the parts of one type, whatever they are wrapped in."""
    if shape.geom_type == part:
        return [] if shape.is_empty else [shape]
    return [one for inner in getattr(shape, "geoms", ()) for one in _parts(inner, part)]


def _multi(parts: list[BaseGeometry], part: str) -> BaseGeometry:
    if part == "Polygon":
        return shapely.MultiPolygon([one for one in parts if isinstance(one, shapely.Polygon)])
    return shapely.MultiLineString([one for one in parts if isinstance(one, shapely.LineString)])
