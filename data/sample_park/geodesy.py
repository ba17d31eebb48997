"""Where the sample park lies on Earth, and the two Chinese distortions, written anew.

Takes metres of EPSG:4549 (CGCS2000, 3-degree Gauss-Krueger, 120 E) or degrees, gives the other.
The forward shifts are the published GCJ-02 and BD-09 formulas, typed in here a second time on
purpose: the files in GCJ-02 that the recipe writes are an independent check of the code that
reads them.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from pyproj import Transformer

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

CRS = "EPSG:4549"
CENTRE = (119.97, 30.54)
"""Longitude and latitude around which the invented park is drawn."""


@lru_cache(maxsize=2)
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def metres(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Project degrees (WGS-84) to easting and northing in EPSG:4549, metres, same shape."""
    easting, northing = _transformer("OGC:CRS84", CRS).transform(
        np.asarray(lon, float), np.asarray(lat, float)
    )
    return np.asarray(easting, float), np.asarray(northing, float)


def degrees(easting: ArrayLike, northing: ArrayLike) -> tuple[Floats, Floats]:
    """Undo `metres`: longitude and latitude in degrees (WGS-84), same shape."""
    lon, lat = _transformer(CRS, "OGC:CRS84").transform(
        np.asarray(easting, float), np.asarray(northing, float)
    )
    return np.asarray(lon, float), np.asarray(lat, float)


def gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Distort WGS-84 degrees into GCJ-02, for points in China; same shape."""
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    a, ee = 6378245.0, 0.00669342162296594323
    x, y, pi = lon - 105.0, lat - 35.0, math.pi
    waves = (np.sin(6 * pi * x) + np.sin(2 * pi * x)) * 20.0
    dy = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    dy += 2.0 / 3.0 * (waves + 20.0 * np.sin(pi * y) + 40.0 * np.sin(pi * y / 3.0))
    dy += 2.0 / 3.0 * (160.0 * np.sin(pi * y / 12.0) + 320.0 * np.sin(pi * y / 30.0))
    dx = 300.0 + x + 2.0 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    dx += 2.0 / 3.0 * (waves + 20.0 * np.sin(pi * x) + 40.0 * np.sin(pi * x / 3.0))
    dx += 2.0 / 3.0 * (150.0 * np.sin(pi * x / 12.0) + 300.0 * np.sin(pi * x / 30.0))
    phi = np.radians(lat)
    w = 1.0 - ee * np.sin(phi) ** 2
    d_lat = np.degrees(dy / (a * (1.0 - ee) / w**1.5))
    d_lon = np.degrees(dx / (a / np.sqrt(w) * np.cos(phi)))
    return lon + d_lon, lat + d_lat


def bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Distort WGS-84 degrees into BD-09 (GCJ-02, then Baidu's own turn); same shape."""
    x, y = gcj02(lon, lat)
    turn = math.pi * 3000.0 / 180.0
    radius = np.sqrt(x * x + y * y) + 2e-5 * np.sin(y * turn)
    angle = np.arctan2(y, x) + 3e-6 * np.cos(x * turn)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006
