"""Travel times as a plan needs them, kept from one plan to the next.

A service holds one `Ways`: the graph of the park's roads is made anew only when a road changed, the
table of times only when a place did.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING, cast

import numpy as np
import shapely

from geo_risk.crs import project_geometry
from geo_risk.travel import RoadGraph, Travel, TravelCache, TravelParams, make_roads

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry import LineString

    from geo_risk.park import ParkFile
    from geo_risk.records import Road


class Ways:
    """Roads and times used last; may be shared by threads."""

    def __init__(self) -> None:
        self._times = TravelCache(4)
        self._roads: tuple[str, RoadGraph | None] | None = None
        self._lock = Lock()

    def measure(
        self,
        roads: Sequence[Road],
        easting: NDArray[np.float64],
        northing: NDArray[np.float64],
        park: ParkFile,
    ) -> Travel:
        """Give the time from each place to each other.

        Parameters
        ----------
        roads
            As they are; a road without a speed has that of its class in the park file.
        easting, northing
            (n,) metres of the park's CRS.
        park
            Speeds and the factor of straight lines.
        """
        plan = park.plan
        params = TravelParams(drive_kmh=plan.speed_kmh, straight_factor=plan.straight_factor)
        return self._times.measure(self._graph(roads, park, params), easting, northing, params)

    def _graph(
        self, roads: Sequence[Road], park: ParkFile, params: TravelParams
    ) -> RoadGraph | None:
        some = sorted(roads, key=lambda one: one.id)
        speeds = [one.speed_kmh or park.plan.speeds_kmh.get(one.road_class) for one in some]
        told = hashlib.sha256(repr((park.park.crs, speeds, params)).encode())
        for one in some:
            told.update(shapely.to_wkb(one.geometry))
        digest = told.hexdigest()
        with self._lock:
            if self._roads is not None and self._roads[0] == digest:
                return self._roads[1]
        lines = [cast("LineString", project_geometry(one.geometry, park.park.crs)) for one in some]
        graph = make_roads(lines, speeds, params)
        with self._lock:
            self._roads = (digest, graph)
        return graph
