"""The road graph: lines as somebody drew them, made into edges that meet where roads meet.

Takes lines in metres and their speeds, gives a `RoadGraph`. Lines are noded where they cross,
shared vertex or not, where they share an end or a stretch, and where an end misses another line by
a metre or two: such a gap is bridged by an edge of its own length. A bridge over a road is
therefore taken for a crossing: park roads come without levels.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components
from shapely.geometry import LineString, MultiLineString
from shapely.ops import substring

from geo_risk.errors import InputError
from geo_risk.travel.params import TravelParams

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_SAME_M = 1e-3
"""Nodes closer than a millimetre are one: a crossing worked out twice differs by rounding."""


@dataclass(frozen=True)
class RoadGraph:
    """Roads as edges between nodes, driven both ways.

    Parameters
    ----------
    nodes
        (m, 2) easting and northing, metres.
    edges
        (e, 2) of nodes: where an edge begins and ends; the same node twice for a loop.
    lines
        (e,) shapely LineStrings from first to second node.
    seconds
        (e,) driving time from end to end.
    """

    nodes: Floats
    edges: Ints
    lines: NDArray[np.object_]
    seconds: Floats

    @cached_property
    def length_m(self) -> Floats:
        """(e,) metres."""
        return np.asarray(shapely.length(self.lines), dtype=np.float64)

    @cached_property
    def digest(self) -> str:
        """Which roads these are: 64 hex digits, equal for equal edges."""
        told = hashlib.sha256(np.ascontiguousarray(self.seconds).tobytes())
        for one in shapely.to_wkb(self.lines):
            told.update(one)
        return told.hexdigest()

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index of the edges' lines."""
        return shapely.STRtree(self.lines)

    @cached_property
    def part(self) -> Ints:
        """(m,) which connected part of the roads each node is in."""
        return np.asarray(connected_components(self.matrix, directed=False)[1], dtype=np.int64)

    @cached_property
    def matrix(self) -> csr_matrix:
        """(m, m) seconds of the quickest edge between two nodes."""
        return self._sparse(self.seconds[self._quickest])

    @cached_property
    def edge_between(self) -> csr_matrix:
        """(m, m) 1 + number of the quickest edge between two nodes."""
        return self._sparse(self._quickest + 1)

    def _sparse(self, values: NDArray[np.generic]) -> csr_matrix:
        first, second = self.edges[self._quickest].T
        both = (np.concatenate([first, second]), np.concatenate([second, first]))
        size = len(self.nodes)
        return coo_matrix((np.concatenate([values, values]), both), shape=(size, size)).tocsr()

    @cached_property
    def _quickest(self) -> Ints:
        """Edges that are the quickest between their two nodes; loops are none."""
        low, high = self.edges.min(axis=1), self.edges.max(axis=1)
        order = np.lexsort((self.seconds, high, low))
        order = order[low[order] != high[order]]
        pair = np.column_stack([low, high])[order]
        first = np.ones(len(order), dtype=bool)
        first[1:] = (pair[1:] != pair[:-1]).any(axis=1)
        return np.asarray(order[first], dtype=np.int64)


def make_roads(
    lines: Sequence[LineString | MultiLineString],
    speeds_kmh: Sequence[float | None],
    params: TravelParams | None = None,
) -> RoadGraph | None:
    """Make a graph of roads.

    Parameters
    ----------
    lines
        n lines in metres of the working CRS, in any order and direction; a doubled one counts once.
    speeds_kmh
        n speeds; None, 0 or less: `params.drive_kmh`.
    params
        Speed and what counts as meeting.

    Returns
    -------
    RoadGraph or None
        None where there is no road of any length.

    Raises
    ------
    InputError
        When there are not as many speeds as lines, or one of them is no line.
    """
    params = params or TravelParams()
    if len(lines) != len(speeds_kmh):
        raise InputError(
            f"{len(lines)} roads and {len(speeds_kmh)} speeds.", "Give one speed for each road."
        )
    plain, speeds = _plain(lines, speeds_kmh, params.drive_kmh)
    if not len(plain):
        return None
    cut, bridges = _meetings(plain, params.join_m)
    pieces = [substring(one, a, b) for one, at in zip(plain, cut, strict=True) for a, b in at]
    own = np.repeat(speeds, [len(at) for at in cut])
    pieces += bridges
    own = np.concatenate([own, np.full(len(bridges), params.drive_kmh)])
    drawn = np.array(pieces, dtype=object)
    ends = np.array([one.coords[at] for one in pieces for at in (0, -1)])
    node, nodes = _nodes(ends)
    edges = node.reshape(-1, 2)
    seconds = shapely.length(drawn) / (own / 3.6)
    return RoadGraph(nodes, edges, drawn, np.maximum(seconds, 1e-9))


def _plain(
    lines: Sequence[LineString | MultiLineString],
    speeds_kmh: Sequence[float | None],
    default_kmh: float,
) -> tuple[NDArray[np.object_], Floats]:
    """Give simple LineStrings of some length in an order of their own, each once, with speeds."""
    fastest: dict[bytes, float] = {}
    for number, (line, speed) in enumerate(zip(lines, speeds_kmh, strict=True)):
        if not isinstance(line, LineString | MultiLineString):
            raise InputError(
                f"Road {number} is a {getattr(line, 'geom_type', type(line).__name__)}.",
                "Give LineStrings or MultiLineStrings.",
            )
        kmh = speed if speed is not None and np.isfinite(speed) and speed > 0 else default_kmh
        if not np.isfinite(shapely.get_coordinates(line)).all():
            raise InputError(f"Road {number} has a corner that is nowhere.", "Correct its line.")
        for part in _simple(shapely.force_2d(line)):
            if part.length > _SAME_M:
                key = shapely.to_wkb(part)
                fastest[key] = max(kmh, fastest.get(key, 0.0))
    keys = sorted(fastest)
    return (
        np.asarray(shapely.from_wkb(keys), dtype=object),
        np.array([fastest[key] for key in keys], dtype=np.float64),
    )


def _simple(line: LineString | MultiLineString) -> list[LineString]:
    """Give the parts of a line, cut where it crosses itself, each drawn one way."""
    parts = shapely.get_parts(line)
    noded = [one if one.is_simple else shapely.node(one) for one in parts]
    return [one for one in shapely.normalize(shapely.get_parts(noded)) if not one.is_empty]


def _meetings(
    lines: NDArray[np.object_], join_m: float
) -> tuple[list[list[tuple[float, float]]], list[LineString]]:
    """Give for each line the stretches between its nodes, and the bridges over gaps."""
    at: list[list[Floats]] = [[np.array([0.0, one.length])] for one in lines]
    first, second = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=join_m)
    once = first < second
    first, second = first[once], second[once]
    shared = shapely.intersection(lines[first], lines[second])
    for a, b, where in zip(first, second, shared, strict=True):
        points = _corners(where)
        if len(points):
            at[a].append(shapely.line_locate_point(lines[a], points))
            at[b].append(shapely.line_locate_point(lines[b], points))
    bridges = []
    for a, b in [*zip(first, second, strict=True), *zip(second, first, strict=True)]:
        for end in (lines[a].coords[0], lines[a].coords[-1]):
            point = shapely.Point(end)
            gap = point.distance(lines[b])
            if 0.0 < gap <= join_m:
                along = lines[b].project(point)
                at[b].append(np.array([along]))
                bridges.append(LineString([end, lines[b].interpolate(along).coords[0]]))
    longer = [one for one in bridges if one.length > _SAME_M]
    return [_stretches(np.concatenate(some)) for some in at], longer


def _corners(where: shapely.Geometry) -> NDArray[np.object_]:
    """Give the points that two lines share; of a stretch they share, its two ends."""
    points = []
    for part in shapely.get_parts(where):
        if isinstance(part, LineString) and not part.is_empty:
            points += [part.coords[0], part.coords[-1]]
        elif not part.is_empty:
            points.append(part.coords[0])
    return np.asarray(shapely.points(np.array(points).reshape(-1, 2)), dtype=object)


def _stretches(at: Floats) -> list[tuple[float, float]]:
    """Give the pieces between cuts; cuts closer than a millimetre are one, the ends stay."""
    at = np.sort(at)
    length = at[-1]
    inner = at[(at > _SAME_M) & (at < length - _SAME_M)]
    inner = inner[np.diff(inner, prepend=-np.inf) > _SAME_M]
    cuts = [0.0, *inner.tolist(), float(length)]
    return list(pairwise(cuts))


def _nodes(ends: Floats) -> tuple[Ints, Floats]:
    """Give the node of each end: ends that touch are one node, numbered from the south-west."""
    points = np.asarray(shapely.points(ends), dtype=object)
    a, b = shapely.STRtree(points).query(points, predicate="dwithin", distance=2 * _SAME_M)
    touching = coo_matrix((np.ones(len(a), dtype=bool), (a, b)), shape=(len(ends), len(ends)))
    _, group = connected_components(touching, directed=False)
    _, lead = np.unique(group, return_index=True)
    order = np.lexsort((ends[lead, 1], ends[lead, 0]))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank[group], ends[lead][order]
