"""Zones drawn on the server: filled shapes for an SVG, and a place in each for its label.

Takes geometries in degrees of one datum, gives path data in the units of a view box whose sides
stand in one of a few ratios, so that one style sheet fits every park. Metres are kept equal both
ways, which is right for a park. A label's place is in percent of the picture: words keep their
size when the picture is made larger or smaller.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

RATIOS = {"r34": 3 / 4, "r11": 1.0, "r43": 4 / 3, "r32": 3 / 2, "r21": 2.0}
"""Name of a style to width / height."""

WIDTH = 1000
_MARGIN = 0.03
_TOLERANCE = 0.8  # of a unit of the view box


@dataclass(frozen=True)
class ZoneShapes:
    """A picture.

    Parameters
    ----------
    ratio
        Key of `RATIOS`.
    width, height
        Of the view box.
    paths
        Path data of each geometry given, in its order.
    places
        (x, y) of each one's label, percent of width and height.
    polygons
        The same shapes, in units of the view box, y downwards.
    """

    ratio: str
    width: int
    height: int
    paths: tuple[str, ...]
    places: tuple[tuple[float, float], ...]
    polygons: tuple[BaseGeometry, ...]


def draw_zones(geometries: Sequence[BaseGeometry]) -> ZoneShapes:
    """Draw zones.

    Parameters
    ----------
    geometries
        Polygons in degrees, longitude first; none gives an empty square.

    Returns
    -------
    ZoneShapes
    """
    if not geometries:
        return ZoneShapes("r11", WIDTH, WIDTH, (), (), ())
    metres = _in_metres(geometries)
    west, south, east, north = shapely.total_bounds(np.array(metres, dtype=object))
    across, down = max(east - west, 1.0), max(north - south, 1.0)
    name = min(RATIOS, key=lambda one: abs(math.log(RATIOS[one] / (across / down))))
    width, height = WIDTH, round(WIDTH / RATIOS[name])
    scale = (1 - 2 * _MARGIN) / max(across / width, down / height)
    middle = np.array([(west + east) / 2, (south + north) / 2])

    def to_box(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        moved = (xy - middle) * [scale, -scale] + [width / 2, height / 2]
        return np.asarray(moved, np.float64)

    shapes = [shapely.simplify(shapely.transform(one, to_box), _TOLERANCE) for one in metres]
    return ZoneShapes(
        name,
        width,
        height,
        tuple(_path(one) for one in shapes),
        tuple(_place(one, width, height) for one in shapes),
        tuple(shapes),
    )


def _in_metres(geometries: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    _, south, _, north = shapely.total_bounds(np.array(geometries, dtype=object))
    east_m = math.cos(math.radians((south + north) / 2))
    return [
        shapely.transform(shapely.force_2d(one), lambda xy: xy * [111_320 * east_m, 111_320])
        for one in geometries
    ]


def _path(shape: BaseGeometry) -> str:
    parts = (one for one in shapely.get_parts(shape) if one.geom_type == "Polygon")
    rings = (ring for one in parts for ring in (one.exterior, *one.interiors))
    each = (shapely.get_coordinates(one)[:-1].tolist() for one in rings)
    return "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in xy) + "Z" for xy in each)


def _place(shape: BaseGeometry, width: int, height: int) -> tuple[float, float]:
    """Give the middle of the widest spot of the largest part."""
    part = max(shapely.get_parts(shape), key=lambda one: one.area)
    spot = shapely.get_coordinates(shapely.maximum_inscribed_circle(part, tolerance=2.0))[0]
    return round(float(spot[0]) / width * 100, 2), round(float(spot[1]) / height * 100, 2)
