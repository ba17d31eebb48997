"""Where rows are: cells or shapes to degrees in the park's datum, and why a row has no point.

Takes columns, gives arrays of the same length. A row without a usable point is no bad row: it
comes back unlocated with the reason `missing`, `not_a_number`, `impossible` or `swapped`.
Longitude and latitude count as swapped when the pair exchanged lies about the park and the pair
as given does not, or is no place on Earth. (0, 0) is what programs write for nothing. A point
outside the boundary is kept and flagged.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import CRS

from geo_risk.crs import to_datum
from geo_risk.ingest.values import half_width, is_nothing

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

_NEAR_DEG = 0.5
_PLANE_M = 1e8
_DMS = re.compile(  # in half width a double prime is two primes
    r"(\d{1,3})\s*[°度]\s*(\d{1,2}(?:\.\d+)?)\s*[′'分]\s*"
    r"(?:(\d{1,2}(?:\.\d+)?)\s*(?:′′|''|[\"秒])?)?"
)
_PLAIN = re.compile(r"-?\d{1,9}(\.\d{1,20})?", re.ASCII)
_SIDES = {"e": 1, "n": 1, "东经": 1, "北纬": 1, "w": -1, "s": -1, "西经": -1, "南纬": -1}
_SIDE = re.compile(rf"^({'|'.join(_SIDES)})\s*|\s*({'|'.join(_SIDES)})$")


@dataclass(frozen=True)
class Points:
    """Where n rows are.

    Parameters
    ----------
    lon, lat
        (n,) degrees in the park's datum, NaN where there is no point.
    unlocated
        One reason per row, '' where there is a point.
    outside
        (n,) whether the point is outside the boundary.
    """

    lon: Floats
    lat: Floats
    unlocated: list[str]
    outside: Bools


def read_coordinate(cell: str) -> float | None:
    """Take a number, or degrees, minutes and seconds; None for nothing, NaN for what is neither."""
    if _PLAIN.fullmatch(cell):
        return float(cell)
    if is_nothing(cell):
        return None
    text = half_width(cell).lower()
    sign = 1
    if found := _SIDE.search(text):
        sign = _SIDES[found[1] or found[2]]
        text = (text[: found.start()] + text[found.end() :]).strip()
    if dms := _DMS.fullmatch(text):
        degrees, minutes, seconds = (float(one or 0) for one in dms.groups())
        return sign * (degrees + minutes / 60 + seconds / 3600)
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,2})?", text.removesuffix("°")):
        return math.nan
    value = float(text.removesuffix("°"))
    return sign * value if math.isfinite(value) else math.nan


def locate(
    lon_cells: Sequence[str],
    lat_cells: Sequence[str],
    *,
    datum: str,
    park_datum: str,
    boundary: BaseGeometry | None,
) -> Points:
    """Place rows by two columns of text.

    Parameters
    ----------
    lon_cells, lat_cells
        n cells each.
    datum, park_datum
        As for `geo_risk.crs.to_datum`.
    boundary
        Degrees in the park's datum; None: nothing is outside.

    Returns
    -------
    Points
    """
    read = {cell: read_coordinate(cell) for cell in {*lon_cells, *lat_cells}}
    first, second = [read[one] for one in lon_cells], [read[one] for one in lat_cells]
    reasons = [
        "missing"
        if a is None or b is None or (a == 0 and b == 0)
        else "not_a_number"
        if math.isnan(a) or math.isnan(b)
        else ""
        for a, b in zip(first, second, strict=True)
    ]
    x = np.array([math.nan if a is None else a for a in first], dtype=np.float64)
    y = np.array([math.nan if b is None else b for b in second], dtype=np.float64)
    return _locate(x, y, reasons, datum, park_datum, boundary)


def locate_shapes(
    shapes: Sequence[BaseGeometry | None],
    *,
    datum: str,
    park_datum: str,
    boundary: BaseGeometry | None,
) -> Points:
    """Place rows by their shapes; of a line or polygon, a point on it. Else as `locate`."""
    reasons: list[str] = []
    xy: list[tuple[float, float]] = []
    for one in shapes:
        pair = point_of(one)
        finite = all(math.isfinite(value) for value in pair or ())
        reasons.append("missing" if pair in {None, (0, 0)} else "" if finite else "not_a_number")
        xy.append(pair or (math.nan, math.nan))
    flat = np.array(xy, dtype=np.float64).reshape(-1, 2)
    return _locate(flat[:, 0], flat[:, 1], reasons, datum, park_datum, boundary)


def is_swapped(
    shape: BaseGeometry, *, datum: str, park_datum: str, boundary: BaseGeometry | None
) -> bool:
    """Whether a shape has latitude first: only exchanged does it lie about the park."""
    if boundary is None or shape.is_empty:
        return False
    west, south, east, north = shape.bounds
    x, y = np.array([(west + east) / 2]), np.array([(south + north) / 2])
    there = _about(*_shift(x, y, datum, park_datum), boundary)
    back = _about(*_shift(y, x, datum, park_datum), boundary)
    return bool(back[0] and not there[0])


def point_of(shape: BaseGeometry | None) -> tuple[float, float] | None:
    """Give a point's own place, and of another shape a point on it."""
    if shape is None or shape.is_empty:
        return None
    point = shape if isinstance(shape, shapely.Point) else shapely.point_on_surface(shape)
    return (point.x, point.y)


def _locate(
    x: Floats,
    y: Floats,
    reasons: list[str],
    datum: str,
    park_datum: str,
    boundary: BaseGeometry | None,
) -> Points:
    usable = np.array([not one for one in reasons], dtype=bool)
    x, y = np.where(usable, x, np.nan), np.where(usable, y, np.nan)
    lon, lat = _shift(x, y, datum, park_datum)
    on_earth = np.isfinite(lon)
    swap_lon, swap_lat = _shift(y, x, datum, park_datum)
    if boundary is None:
        swapped = usable & ~on_earth & np.isfinite(swap_lon)
        outside = np.zeros(len(x), dtype=bool)
    else:
        about, back = _about(lon, lat, boundary), _about(swap_lon, swap_lat, boundary)
        swapped = usable & ~about & back
        shapely.prepare(boundary)
        outside = on_earth & ~swapped & ~np.asarray(shapely.intersects_xy(boundary, lon, lat))
    for i in np.flatnonzero(usable & (swapped | ~on_earth)):
        reasons[i] = "swapped" if swapped[i] else "impossible"
    here = on_earth & ~swapped
    return Points(np.where(here, lon, np.nan), np.where(here, lat, np.nan), reasons, outside)


def _shift(x: Floats, y: Floats, datum: str, park_datum: str) -> tuple[Floats, Floats]:
    """Shift to the park's datum; NaN where the pair is no place on Earth."""
    wide, high = (_PLANE_M, _PLANE_M) if _is_plane(datum) else (180.0, 90.0)
    with np.errstate(invalid="ignore"):
        fits = (np.abs(x) <= wide) & (np.abs(y) <= high)
    lon, lat = np.full(len(x), np.nan), np.full(len(x), np.nan)
    if fits.any():
        lon[fits], lat[fits] = to_datum(x[fits], y[fits], datum, park_datum)
    ok = np.isfinite(lon) & np.isfinite(lat)
    ok[ok] = (np.abs(lon[ok]) <= 180) & (np.abs(lat[ok]) <= 90)
    return np.where(ok, lon, np.nan), np.where(ok, lat, np.nan)


@lru_cache(maxsize=16)
def _is_plane(datum: str) -> bool:
    return datum.startswith("EPSG:") and CRS.from_user_input(datum).is_projected


def _about(lon: Floats, lat: Floats, boundary: BaseGeometry) -> Bools:
    """Whether a point lies in the boundary's box, widened by its own size and half a degree."""
    west, south, east, north = boundary.bounds
    x_margin, y_margin = east - west + _NEAR_DEG, north - south + _NEAR_DEG
    with np.errstate(invalid="ignore"):
        return np.asarray(
            (lon >= west - x_margin)
            & (lon <= east + x_margin)
            & (lat >= south - y_margin)
            & (lat <= north + y_margin),
            dtype=bool,
        )
