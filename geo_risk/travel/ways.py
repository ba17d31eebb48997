"""The way itself, for a map: from one place along the roads to another."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse.csgraph import dijkstra
from shapely.geometry import LineString
from shapely.ops import substring

from geo_risk.travel.params import TravelParams
from geo_risk.travel.places import Joined, join
from geo_risk.travel.times import travel_between

if TYPE_CHECKING:
    from geo_risk.travel.roads import RoadGraph

    Place = tuple[float, float]


@dataclass(frozen=True)
class Way:
    """One way.

    Parameters
    ----------
    line
        LineString from door to door, metres of the working CRS.
    seconds
        As `travel_between` has it.
    straight
        Whether a straight line was assumed.
    on_foot
        Whether it is walked all the way, straight.
    """

    line: LineString
    seconds: int
    straight: bool
    on_foot: bool


def way_between(
    graph: RoadGraph | None,
    origin: Place,
    destination: Place,
    params: TravelParams | None = None,
) -> Way:
    """Give the quickest way between two places.

    Parameters
    ----------
    graph, params
        As for `measure_travel`.
    origin, destination
        Easting and northing, metres.

    Raises
    ------
    InputError
        When a place has no coordinates.
    """
    params = params or TravelParams()
    told = travel_between(graph, origin, destination, params)
    seconds, straight = int(told.seconds[0, 0]), bool(told.straight[0, 0])
    direct = LineString([origin, destination])
    on_foot = seconds == int(
        np.ceil(direct.length * params.straight_factor / params.walk_m_s - 1e-6)
    )
    if graph is None or straight or on_foot:
        return Way(direct, seconds, straight, on_foot)
    start, end = join(graph, *origin, params), join(graph, *destination, params)
    corners = [origin, *_road(graph, start, end), destination]
    apart = [corners[0]] + [after for before, after in pairwise(corners) if after != before]
    line = LineString(apart) if len(apart) > 1 else direct
    return Way(line, seconds, straight, on_foot)


def _road(graph: RoadGraph, start: Joined, end: Joined) -> list[Place]:
    """Give the corners of the quickest way between two places' points on the roads."""
    (first,), (first_s,) = start.ends(graph)
    (last,), (last_s,) = end.ends(graph)
    seconds, before = dijkstra(
        graph.matrix, directed=False, indices=first, return_predecessors=True
    )
    total = first_s[:, None] + seconds[:, last] + last_s
    a, b = np.unravel_index(int(np.argmin(total)), (2, 2))
    on, off = int(start.edge[0]), int(end.edge[0])
    along = float(start.along_m[0]), float(end.along_m[0])
    if on == off:
        rate = graph.seconds[on] / graph.length_m[on]
        if abs(along[1] - along[0]) * rate <= total[a, b]:
            return _corners(graph, on, *along)
    nodes = [int(last[b])]
    while nodes[-1] != first[a]:
        nodes.append(int(before[a, nodes[-1]]))
    nodes.reverse()
    road = _corners(graph, on, along[0], _at(graph, on, int(a)))
    for here, there in pairwise(nodes):
        edge = int(graph.edge_between[here, there]) - 1
        forward = int(graph.edges[edge, 0]) == here
        ends = (0.0, float(graph.length_m[edge]))
        road += _corners(graph, edge, *(ends if forward else ends[::-1]))
    return road + _corners(graph, off, _at(graph, off, int(b)), along[1])


def _at(graph: RoadGraph, edge: int, end: int) -> float:
    return float(graph.length_m[edge]) if end else 0.0


def _corners(graph: RoadGraph, edge: int, begin: float, end: float) -> list[Place]:
    """Give the corners of a stretch of an edge, in the direction of travel."""
    part = substring(graph.lines[edge], begin, end)
    return [(float(x), float(y)) for x, y in shapely.get_coordinates(part)]
