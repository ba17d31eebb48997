"""Travel times between many places: Dijkstra between road nodes, the ends added by hand.

Takes a graph and places, gives whole seconds. A way is: on foot to the nearest point of the nearest
road, along the roads, on foot to the door, and the time to park; or on foot all the way where that
is quicker. Where no roads lead, a straight line times a factor stands for it, marked pair by pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse.csgraph import dijkstra

from geo_risk.errors import TooLargeError
from geo_risk.travel.closing import FAR, close
from geo_risk.travel.params import TravelParams
from geo_risk.travel.places import Joined, join

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from geo_risk.travel.roads import RoadGraph

    Floats = NDArray[np.float64]
    Coordinates = tuple[ArrayLike, ArrayLike]

HOLE = -1
"""What stands for a pair without a road, where holes were asked for."""
NOTES = ("no_roads", "off_road", "not_connected")
"""Why a straight line was assumed, in the order `Travel.notes` gives them."""
MOST_PLACES = 8_000
"""Places measured at once: a table of 8,000 takes 320 MB and minutes to close."""
_BLOCK = 2_000_000  # pairs worked on at a time: 16 MB an array


@dataclass(frozen=True)
class Travel:
    """Times between places.

    Parameters
    ----------
    seconds
        (n, m) int32, rows from, columns to; `HOLE` where asked for and no road leads.
    straight
        (n, m) of bool: a straight line was assumed, for the whole way or a part of it.
    notes
        Codes of why, of `NOTES`; empty when nothing was assumed.
    """

    seconds: NDArray[np.int32]
    straight: NDArray[np.bool_]
    notes: tuple[str, ...] = ()


def measure_travel(
    graph: RoadGraph | None,
    easting: ArrayLike,
    northing: ArrayLike,
    params: TravelParams | None = None,
    *,
    holes: bool = False,
) -> Travel:
    """Measure the time from each place to each other.

    Parameters
    ----------
    graph
        The roads, as `make_roads` gives them; None: there are none.
    easting, northing
        (n,) metres of the roads' CRS.
    params
        Speeds and limits.
    holes
        Give `HOLE` instead of a straight line.

    Returns
    -------
    Travel
        (n, n): 0 on the diagonal, symmetric, and no way longer than one over a third place.

    Raises
    ------
    InputError
        When a place has no coordinates.
    TooLargeError
        With more than `MOST_PLACES`.
    """
    params = params or TravelParams()
    places = join(graph, easting, northing, params)
    if len(places) > MOST_PLACES:
        raise TooLargeError(
            f"{len(places):,} places at once; {MOST_PLACES:,} are the most.",
            "Measure them zone by zone, or from some to others with travel_between.",
        )
    seconds, straight = _tables(graph, places, places, params, holes=holes)
    np.fill_diagonal(seconds, 0)
    np.fill_diagonal(straight, val=False)
    notes = _notes(graph, straight, (places, places))
    close(seconds, straight)
    return Travel(_with_holes(seconds), straight, notes)


def travel_between(
    graph: RoadGraph | None,
    origins: Coordinates,
    destinations: Coordinates,
    params: TravelParams | None = None,
    *,
    holes: bool = False,
) -> Travel:
    """Measure the time from some places to others.

    Parameters
    ----------
    graph, params, holes
        As for `measure_travel`.
    origins, destinations
        Easting and northing: two of (n,), two of (m,), metres.

    Returns
    -------
    Travel
        (n, m), each pair by itself: ways over third places are not looked for.

    Raises
    ------
    InputError
        When a place has no coordinates.
    """
    params = params or TravelParams()
    some, others = (join(graph, *places, params) for places in (origins, destinations))
    seconds, straight = _tables(graph, some, others, params, holes=holes)
    return Travel(_with_holes(seconds), straight, _notes(graph, straight, (some, others)))


def _tables(
    graph: RoadGraph | None,
    origins: Joined,
    destinations: Joined,
    params: TravelParams,
    *,
    holes: bool,
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    size = (len(origins), len(destinations))
    seconds = np.empty(size, dtype=np.int32)
    straight = np.zeros(size, dtype=np.bool_)
    step = max(1, _BLOCK // max(1, size[1]))
    for begin in range(0, size[0], step):
        rows = slice(begin, begin + step)
        block = origins.rows(rows)
        road = _by_road(graph, block, destinations, params)
        away = np.hypot(
            block.easting[:, None] - destinations.easting,
            block.northing[:, None] - destinations.northing,
        )
        away *= params.straight_factor
        no_way = ~np.isfinite(road)
        if not holes:
            road[no_way] = away[no_way] / params.drive_m_s
        road += params.stop_s
        foot = away / params.walk_m_s
        if holes:
            foot[no_way] = np.inf
        best = np.minimum(road, foot)
        seconds[rows] = np.ceil(np.minimum(best, float(FAR)) - 1e-6)
        straight[rows] = no_way
    return seconds, straight


def _by_road(
    graph: RoadGraph | None, origins: Joined, destinations: Joined, params: TravelParams
) -> Floats:
    """Give seconds along the roads with the walks at both ends, inf where none lead: (n, m)."""
    found = np.full((len(origins), len(destinations)), np.inf)
    here, there = np.flatnonzero(origins.on_road), np.flatnonzero(destinations.on_road)
    if graph is None or not here.size or not there.size:
        return found
    start, end = origins.rows(here), destinations.rows(there)
    start_node, start_s = start.ends(graph)
    end_node, end_s = end.ends(graph)
    used, row = np.unique(start_node, return_inverse=True)
    row = row.reshape(start_node.shape)
    between = dijkstra(graph.matrix, directed=False, indices=used)
    best = np.full((here.size, there.size), np.inf)
    for a in (0, 1):
        to_any = between[row[:, a]] + start_s[:, a, None]
        for b in (0, 1):
            np.minimum(best, to_any[:, end_node[:, b]] + end_s[:, b], out=best)
    rate = graph.seconds[start.edge] / graph.length_m[start.edge]
    along = np.abs(start.along_m[:, None] - end.along_m) * rate[:, None]
    same = start.edge[:, None] == end.edge
    best[same] = np.minimum(best[same], along[same])
    best += (start.walk_m[:, None] + end.walk_m) / params.walk_m_s
    found[np.ix_(here, there)] = best
    return found


def _notes(
    graph: RoadGraph | None, straight: NDArray[np.bool_], sides: tuple[Joined, Joined]
) -> tuple[str, ...]:
    """Say why lines are straight, before ways over third places are looked for."""
    if not straight.any():
        return ()
    if graph is None:
        return ("no_roads",)
    on_road = [one.on_road for one in sides]
    off_road = not all(one.all() for one in on_road)
    apart = straight[np.ix_(*on_road)].any()
    return tuple(code for code, so in zip(NOTES[1:], (off_road, apart), strict=True) if so)


def _with_holes(seconds: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.where(seconds >= FAR, np.int32(HOLE), seconds)
