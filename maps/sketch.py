"""A small map of one day, drawn on the server: boundary, zones, roads, numbered stops and the way.

Takes geometries in degrees of one datum, gives paths in the units of an SVG's view box; a template
draws them. Metres are kept equal both ways, which is right for a park; what lies outside of the
picture is cut off. Stops that stand close together are pushed apart, each with a line to its place.
The way says in which order, not along which road.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo_risk.published import RiskClass

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_M_PER_DEGREE = 111_320.0
_MARGIN = 0.14  # of the picture, on each side of the outermost stop
_LEAST_M = 600.0
_PIN = 26.0  # two pins nearer than this cover one another
_RINGS = (0.0, 1.1, 2.2, 3.3)
_ANGLES = 12
_BAR_SHARE = 0.25


@dataclass(frozen=True)
class Pin:
    """One stop to draw: its number, degrees, and the class of the premises."""

    number: int
    lon: float
    lat: float
    risk_class: RiskClass = RiskClass.NONE


@dataclass(frozen=True)
class DrawnPin:
    """A pin in the picture: (x, y) of its number, (at_x, at_y) of its place."""

    number: int
    x: float
    y: float
    at_x: float
    at_y: float
    risk_class: RiskClass

    @property
    def moved(self) -> bool:
        """Whether the number stands beside the place."""
        return (self.x, self.y) != (self.at_x, self.at_y)


@dataclass(frozen=True)
class Sketch:
    """A picture.

    Parameters
    ----------
    width, height
        Of the view box.
    boundary, zones, roads
        Path data.
    ways
        Points of the way, one text for each shift.
    pins
        In the order of their numbers.
    bar_px, bar_m
        Length of the scale bar, in the picture and in metres.
    """

    width: int
    height: int
    boundary: str
    zones: str
    roads: str
    ways: tuple[str, ...]
    pins: tuple[DrawnPin, ...]
    bar_px: float
    bar_m: int


def draw_sketch(
    boundary: BaseGeometry,
    zones: Iterable[BaseGeometry],
    roads: Iterable[BaseGeometry],
    ways: Sequence[Sequence[Pin]],
    *,
    size: tuple[int, int] = (420, 420),
) -> Sketch:
    """Draw a day.

    Parameters
    ----------
    boundary, zones, roads
        Degrees, longitude first.
    ways
        The pins of each shift in their order.
    size
        Width and height of the view box.

    Returns
    -------
    Sketch
        Shows every pin; the whole boundary where there is none.
    """
    width, height = size
    pins = [one for way in ways for one in way]
    frame = _Frame([(one.lon, one.lat) for one in pins], boundary, width, height)
    places = [frame.at(one.lon, one.lat) for one in pins]
    numbers = _apart(places, width, height)
    drawn = {
        one.number: DrawnPin(one.number, *number, *place, one.risk_class)
        for one, number, place in zip(pins, numbers, places, strict=True)
    }
    return Sketch(
        width,
        height,
        frame.path([boundary]),
        frame.path(zones),
        frame.path(roads),
        tuple(_points(drawn[one.number] for one in way) for way in ways if len(way) > 1),
        tuple(drawn[number] for number in sorted(drawn)),
        *frame.bar,
    )


class _Frame:
    """Degrees to the units of the picture."""

    def __init__(
        self,
        shown: Sequence[tuple[float, float]],
        boundary: BaseGeometry,
        width: int,
        height: int,
    ) -> None:
        west, south, east, north = boundary.bounds
        if shown:
            lon, lat = zip(*shown, strict=True)
            west, south, east, north = min(lon), min(lat), max(lon), max(lat)
        self._centre = ((west + east) / 2, (south + north) / 2)
        self._east_m = _M_PER_DEGREE * math.cos(math.radians(self._centre[1]))
        across, down = (east - west) * self._east_m, (north - south) * _M_PER_DEGREE
        room = 1 - 2 * _MARGIN
        self._scale = room / max(across / width, down / height, _LEAST_M * room / width)
        self._size = (width, height)

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """Give where a place is in the picture."""
        x, y = self._all(np.array([[lon, lat]]))[0]
        return round(float(x), 1), round(float(y), 1)

    def path(self, geometries: Iterable[BaseGeometry]) -> str:
        """Give the lines of geometries within the picture as path data."""
        width, height = self._size
        flat = shapely.transform(
            shapely.force_2d(np.array(list(geometries), dtype=object)), self._all
        )
        is_area = shapely.get_dimensions(flat) == 2
        lines = np.where(is_area, shapely.boundary(flat), flat)
        cut = shapely.clip_by_rect(lines, -5, -5, width + 5, height + 5)
        parts = shapely.simplify(shapely.get_parts(shapely.line_merge(cut)), 0.3)
        each = (shapely.get_coordinates(one).tolist() for one in parts)
        return "".join(
            "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in xy) for xy in each if len(xy) > 1
        )

    @property
    def bar(self) -> tuple[float, int]:
        """Length of the scale bar in the picture, and its round number of metres."""
        most = self._size[0] * _BAR_SHARE / self._scale
        power = 10 ** math.floor(math.log10(most))
        metres = next(step * power for step in (5, 2, 1) if step * power <= most)
        return round(metres * self._scale, 1), int(metres)

    def _all(self, xy: np.ndarray) -> np.ndarray:
        width, height = self._size
        x = width / 2 + (xy[:, 0] - self._centre[0]) * self._east_m * self._scale
        y = height / 2 - (xy[:, 1] - self._centre[1]) * _M_PER_DEGREE * self._scale
        return np.column_stack([x, y])


def _apart(
    places: Sequence[tuple[float, float]], width: int, height: int
) -> list[tuple[float, float]]:
    """Give each number a spot of its own: its place, else the nearest free one around it."""
    taken: list[tuple[float, float]] = []
    for place in places:
        free = (one for one in _around(place) if _fits(one, taken, width, height))
        taken.append(next(free, place))
    return taken


def _around(place: tuple[float, float]) -> Iterable[tuple[float, float]]:
    yield place
    for ring in _RINGS[1:]:
        for n in range(_ANGLES):
            angle = 2 * math.pi * n / _ANGLES
            yield (
                round(place[0] + ring * _PIN * math.cos(angle), 1),
                round(place[1] - ring * _PIN * math.sin(angle), 1),
            )


def _fits(
    spot: tuple[float, float], taken: Sequence[tuple[float, float]], width: int, height: int
) -> bool:
    inside = _PIN / 2 <= spot[0] <= width - _PIN / 2 and _PIN / 2 <= spot[1] <= height - _PIN / 2
    return inside and all(math.dist(spot, one) >= _PIN for one in taken)


def _points(pins: Iterable[DrawnPin]) -> str:
    return " ".join(f"{one.at_x},{one.at_y}" for one in pins)
