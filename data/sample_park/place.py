"""The ground of the sample park: edge, cells, zones, roads. Invented, the same for every seed.

Takes nothing, gives a `Place` in metres of EPSG:4549 whose edge is exactly the one written to
`boundary.geojson` (seven decimals of a degree), so that cells here and cells of whoever reads
that file are the same: anchored at the south-west corner of the edge's box, row 0 in the north.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import shapely
from shapely import LineString, MultiPoint, Point, Polygon

from data.sample_park.geodesy import CENTRE, degrees, metres

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

G = TypeVar("G", bound=shapely.Geometry)

CELL_M = 25.0
ZONES = 10
SPLIT_DAY = 395
"""Day number (2025-12-01) on which one zone was split in two."""
NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True)
class Cells:
    """The cells on which the truth is written down.

    Parameters
    ----------
    west, north
        Upper left corner, metres.
    shape
        (rows, cols).
    inside
        Whether a cell's centre lies within the park, shape (rows, cols).
    """

    west: float
    north: float
    shape: tuple[int, int]
    inside: NDArray[np.bool_]

    def centres(self) -> tuple[Floats, Floats]:
        """Give easting and northing of every cell's centre, shape (rows, cols)."""
        rows, cols = self.shape
        return np.meshgrid(
            self.west + (np.arange(cols) + 0.5) * CELL_M,
            self.north - (np.arange(rows) + 0.5) * CELL_M,
        )

    def index(
        self, easting: Floats, northing: Floats
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """Give row, column of points, and whether they fall into an inside cell."""
        rows, cols = self.shape
        col = np.floor((easting - self.west) / CELL_M).astype(np.int64)
        row = np.floor((self.north - northing) / CELL_M).astype(np.int64)
        ok = (row >= 0) & (row < rows) & (col >= 0) & (col < cols)
        row, col = np.clip(row, 0, rows - 1), np.clip(col, 0, cols - 1)
        return row, col, ok & self.inside[row, col]


@dataclass(frozen=True)
class Place:
    """The invented ground.

    Parameters
    ----------
    edge
        The park's boundary, metres.
    cells
        See `Cells`.
    zone_ids, zones
        Today's ten zones, Q01 to Q08, Q10, Q11, and their polygons.
    old_zone
        The polygon of Q09, which became Q10 and Q11 on `SPLIT_DAY`.
    road_lines, road_names, road_classes
        One line per block edge; lines meet in shared end points.
    """

    edge: Polygon
    cells: Cells
    zone_ids: tuple[str, ...]
    zones: tuple[Polygon, ...]
    old_zone: Polygon
    road_lines: tuple[LineString, ...]
    road_names: tuple[str, ...]
    road_classes: tuple[str, ...]

    def zone_of(self, easting: Floats, northing: Floats) -> NDArray[np.int64]:
        """Give the index of each point's zone of today, -1 outside the park."""
        points = shapely.points(np.column_stack([easting, northing]))
        found = np.full(len(easting), -1, dtype=np.int64)
        for index, zone in enumerate(self.zones):
            found[shapely.intersects(zone, points) & (found < 0)] = index
        return found

    def pull_in(self, easting: Floats, northing: Floats) -> tuple[Floats, Floats]:
        """Move points that lie beyond the edge, or on it, to 1.5 m within it."""
        inner = self.edge.buffer(-1.5).exterior
        points: Any = shapely.points(np.column_stack([easting, northing]))
        on_rim = shapely.line_interpolate_point(inner, shapely.line_locate_point(inner, points))
        beyond = ~shapely.contains_xy(Polygon(inner), easting, northing)
        return (
            np.where(beyond, shapely.get_x(on_rim), easting),
            np.where(beyond, shapely.get_y(on_rim), northing),
        )


@lru_cache(maxsize=1)
def make_place() -> Place:
    """Draw the park; always the same."""
    edge = _edge()
    zones = _zones(edge)
    old = _polygons(shapely.union_all(zones[-2:]))[0]
    lines, names, classes = _roads(edge)
    ids = tuple(f"Q{number:02d}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 10, 11))
    return Place(edge, _cells(edge), ids, tuple(zones), old, lines, names, classes)


def rounded(shape: G) -> G:
    """Give a geometry in metres as degrees (WGS-84) with seven decimals, as it is written out."""

    def written(xy: Floats) -> Floats:
        lon_lat: Floats = np.column_stack(degrees(xy[:, 0], xy[:, 1]))
        return np.round(lon_lat, 7)

    return shapely.transform(shape, written)


def _edge() -> Polygon:
    centre_x, centre_y = (float(v) for v in metres(*CENTRE))
    turn = np.linspace(0.0, 2 * np.pi, 37)[:-1]
    radius = 1.0 + 0.16 * np.cos(2 * turn + 0.6) + 0.09 * np.sin(3 * turn) - 0.05 * np.cos(5 * turn)
    radius[20:23] *= np.array([0.86, 0.78, 0.88])  # a bay where a lake would be
    outline = np.column_stack(
        [centre_x + 1390 * radius * np.cos(turn), centre_y + 1120 * radius * np.sin(turn)]
    )
    lon, lat = np.asarray(rounded(Polygon(outline)).exterior.coords).T
    return Polygon(np.column_stack(metres(lon, lat)))


def _cells(edge: Polygon) -> Cells:
    west, south, east, north = edge.bounds
    rows = int(np.ceil((north - south) / CELL_M - 1e-9))
    cols = int(np.ceil((east - west) / CELL_M - 1e-9))
    bare = Cells(west, south + rows * CELL_M, (rows, cols), np.ones((rows, cols), bool))
    return Cells(bare.west, bare.north, bare.shape, shapely.contains_xy(edge, *bare.centres()))


def _zones(edge: Polygon) -> list[Polygon]:
    """Cut the park into ten parts of like size: Voronoi cells, relaxed a few times (Lloyd)."""
    west, south, east, north = edge.bounds
    xs, ys = np.meshgrid(np.arange(west, east, 30.0), np.arange(south, north, 30.0))
    inside = shapely.contains_xy(edge, xs, ys)
    ground = np.column_stack([xs[inside], ys[inside]])
    rng = np.random.default_rng(20241101)
    seeds = ground[rng.choice(len(ground), ZONES, replace=False)]
    for _ in range(12):
        nearest = np.argmin(((ground[:, None] - seeds[None]) ** 2).sum(2), axis=1)
        seeds = np.array([ground[nearest == k].mean(0) for k in range(ZONES)])
    seeds = np.round(seeds[np.lexsort((seeds[:, 0], -np.round(seeds[:, 1] / 500)))], 1)
    parts = shapely.voronoi_polygons(MultiPoint(seeds), extend_to=edge)
    found = []
    for seed in seeds:
        part = next(one for one in parts.geoms if one.contains(Point(seed)))
        found.append(max(_polygons(part.intersection(edge)), key=lambda one: one.area))
    return found


def _polygons(shape: shapely.Geometry) -> list[Polygon]:
    return [one for one in shapely.get_parts(shape) if isinstance(one, Polygon)]


def _roads(edge: Polygon) -> tuple[tuple[LineString, ...], tuple[str, ...], tuple[str, ...]]:
    """Lay a bent lattice of streets over the park; keep what lies in it or just beside it."""
    centre_x, centre_y = (float(v) for v in metres(*CENTRE))
    spacing, many = 270.0, 13
    step = (np.arange(many) - many // 2) * spacing
    u, v = np.meshgrid(step, step)  # v: rows (streets), u: columns (roads)
    x = u + 45 * np.sin(v / 520) + 20 * np.sin(u / 310)
    y = v + 38 * np.sin(u / 610) - 15 * np.cos(v / 290)
    tilt = np.radians(9.0)
    east = centre_x + x * np.cos(tilt) - y * np.sin(tilt)
    north = centre_y + x * np.sin(tilt) + y * np.cos(tilt)
    keep = shapely.contains_xy(edge.buffer(90), east, north)
    first = {"街": np.argmax(keep.any(axis=1)), "路": np.argmax(keep.any(axis=0))}
    lines, names, classes = [], [], []
    for down, right, kind in ((0, 1, "街"), (1, 0, "路")):
        for row in range(many - down):
            for col in range(many - right):
                if not (keep[row, col] and keep[row + down, col + right]):
                    continue
                along = int((row if kind == "街" else col) - first[kind])
                ends = [(row, col), (row + down, col + right)]
                lines.append(LineString([(round(east[p], 2), round(north[p], 2)) for p in ends]))
                names.append(f"样例{_numeral(along)}{kind}")
                classes.append(("主干路", "支路", "次干路")[along % 3])
    return tuple(lines), tuple(names), tuple(classes)


def _numeral(index: int) -> str:
    return NUMERALS[index] if index < 10 else "十" + NUMERALS[index - 10]
