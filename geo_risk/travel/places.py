"""Places joined to the roads: each to the nearest point on the nearest edge, the rest on foot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo_risk.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from geo_risk.travel.params import TravelParams
    from geo_risk.travel.roads import RoadGraph

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Joined:
    """Where some places join the roads.

    Parameters
    ----------
    easting, northing
        (n,) metres.
    edge
        (n,) edge of the graph; -1 off the roads.
    along_m
        (n,) metres from the edge's first node to the point next to the place.
    walk_m
        (n,) metres from there to the place.
    """

    easting: Floats
    northing: Floats
    edge: NDArray[np.int64]
    along_m: Floats
    walk_m: Floats

    def __len__(self) -> int:
        """Give the number of places."""
        return len(self.edge)

    @property
    def on_road(self) -> NDArray[np.bool_]:
        """(n,) of bool: near enough to a road."""
        return np.asarray(self.edge >= 0)

    def ends(self, graph: RoadGraph) -> tuple[NDArray[np.int64], Floats]:
        """Give the nodes at both ends of each place's edge, and driving seconds to them: (n, 2)."""
        seconds = graph.seconds[self.edge]
        first = seconds * self.along_m / graph.length_m[self.edge]
        return graph.edges[self.edge], np.column_stack([first, seconds - first])

    def rows(self, chosen: NDArray[np.generic] | slice) -> Joined:
        """Give some of the places."""
        return Joined(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))


def join(
    graph: RoadGraph | None, easting: ArrayLike, northing: ArrayLike, params: TravelParams
) -> Joined:
    """Join places to the roads.

    Parameters
    ----------
    graph
        The roads; None: there are none.
    easting, northing
        (n,) metres of the same CRS.
    params
        How far from a road a place may be.

    Raises
    ------
    InputError
        When a place has no coordinates.
    """
    east = np.atleast_1d(np.asarray(easting, dtype=np.float64))
    north = np.atleast_1d(np.asarray(northing, dtype=np.float64))
    if east.ndim != 1 or east.shape != north.shape:
        raise InputError(
            f"Eastings are {east.shape}, northings {north.shape}.", "Give one of each per place."
        )
    lost = np.flatnonzero(~(np.isfinite(east) & np.isfinite(north)))
    if lost.size:
        raise InputError(
            f"{lost.size} of {len(east)} places have no coordinates, the first is row {lost[0]}.",
            "Leave out what is not located yet.",
        )
    edge = np.full(len(east), -1, dtype=np.int64)
    along, walk = np.zeros(len(east)), np.zeros(len(east))
    if graph is not None and len(east):
        points = np.asarray(shapely.points(east, north))
        place, near = graph.tree.query_nearest(points, all_matches=True)
        place, at = np.unique(place, return_index=True)  # of edges equally near, the first
        near = np.minimum.reduceat(near, at)
        line = graph.lines[near]
        away = shapely.distance(line, points)
        close = away <= params.snap_m
        edge[close] = near[close]
        along[close] = shapely.line_locate_point(line[close], points[close])
        walk[close] = away[close]
    return Joined(east, north, edge, along, walk)
