"""Small areas that zones are made of: cells around a few premises each, cut at today's borders.

Takes zones and premises, gives polygons that cover the zones without overlap, what each holds, and
which touch along how many metres. Cells nest within today's zones, so that today's division is one
of those that can be made of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.geometry import MultiPoint, Polygon

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_GAP_M = 1.0
"""Borders drawn so far apart are one border."""
_BORDER_M = 10.0
"""Areas that share less touch at a corner only: nobody walks from one to the other there."""
_SLIVER_M2 = 1.0


@dataclass(frozen=True)
class Units:
    """Areas and what they hold.

    Parameters
    ----------
    shapes
        (u,) shapely Polygons, metres; they do not overlap.
    zone
        (u,) row of the zone each lies in today.
    of_premises
        (n,) unit of each premises.
    inside
        (n,) of bool: the premises lies in a zone; else its unit is the nearest.
    pairs, border_m
        (k, 2) units that touch, first below second; (k,) along how many metres.
    """

    shapes: NDArray[np.object_]
    zone: Ints
    of_premises: Ints
    inside: NDArray[np.bool_]
    pairs: Ints
    border_m: Floats


def make_units(
    zones: Sequence[BaseGeometry], easting: Floats, northing: Floats, *, premises: int
) -> Units:
    """Cut zones into cells.

    Parameters
    ----------
    zones
        Polygons or MultiPolygons, metres; where two overlap the first has it.
    easting, northing
        (n,) of premises, metres.
    premises
        A cell is drawn around so many premises at most.

    Returns
    -------
    Units
    """
    points = np.asarray(shapely.points(easting, northing), dtype=object)
    shapes: list[Polygon] = []
    owner: list[int] = []
    for row, ground in enumerate(_apart(zones)):
        shapely.prepare(ground)
        held = np.flatnonzero(shapely.intersects(ground, points))
        cells = _cells(ground, np.column_stack([easting[held], northing[held]]), premises)
        shapes += cells
        owner += [row] * len(cells)
    drawn = np.array(shapes, dtype=object)
    of_premises, inside = _whose(drawn, points)
    pairs, border_m = _borders(drawn)
    return Units(drawn, np.array(owner, dtype=np.int64), of_premises, inside, pairs, border_m)


def _apart(zones: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Give zones without what an earlier one has already."""
    tree = shapely.STRtree(list(zones))
    found = []
    for row, zone in enumerate(zones):
        valid = shapely.make_valid(zone)
        before = [zones[n] for n in tree.query(valid, predicate="intersects") if n < row]
        found.append(shapely.difference(valid, shapely.union_all(before)) if before else valid)
    return found


def _cells(ground: BaseGeometry, points: Floats, most: int) -> list[Polygon]:
    """Give Voronoi cells of the middles of small groups of premises, clipped to the zone."""
    seeds = np.unique(np.round([one.mean(axis=0) for one in _groups(points, most)], 2), axis=0)
    if len(seeds) < 2:
        parts = [ground]
    else:
        cells = shapely.voronoi_polygons(MultiPoint(seeds), extend_to=ground)
        parts = [shapely.intersection(one, ground) for one in shapely.get_parts(cells)]
    found = [
        piece
        for part in parts
        for piece in shapely.get_parts(part)
        if isinstance(piece, Polygon) and piece.area > _SLIVER_M2
    ]
    return sorted(found, key=lambda one: (one.representative_point().x, one.bounds))


def _groups(points: Floats, most: int) -> list[Floats]:
    """Halve the longer side at its median until a group is small enough."""
    if not len(points):
        return []
    if len(points) <= most:
        return [points]
    side = int(np.argmax(np.ptp(points, axis=0)))
    order = np.lexsort((points[:, 1 - side], points[:, side]))
    half = len(points) // 2
    return [*_groups(points[order[:half]], most), *_groups(points[order[half:]], most)]


def _whose(
    shapes: NDArray[np.object_], points: NDArray[np.object_]
) -> tuple[Ints, NDArray[np.bool_]]:
    if not len(points):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_)
    row, unit = shapely.STRtree(shapes).query_nearest(points, all_matches=True)
    row, first = np.unique(row, return_index=True)
    unit = np.minimum.reduceat(unit, first)
    away = shapely.distance(shapes[unit], points)
    return unit.astype(np.int64), np.asarray(away <= _GAP_M, dtype=np.bool_)


def _borders(shapes: NDArray[np.object_]) -> tuple[Ints, Floats]:
    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes, predicate="dwithin", distance=_GAP_M)
    once = first < second
    first, second = first[once], second[once]
    wide = shapely.buffer(shapes, _GAP_M, quad_segs=2)
    shared = shapely.length(shapely.intersection(shapely.boundary(shapes[first]), wide[second]))
    real = shared >= _BORDER_M
    order = np.lexsort((second[real], first[real]))
    pairs = np.column_stack([first[real], second[real]])[order]
    return pairs.astype(np.int64), np.asarray(shared[real][order], dtype=np.float64)
