"""What proposals are made of: zones, premises, roads and stations as they hold at a moment.

Takes the store and the park file, gives one value in metres of the working CRS. Person data is not
read, dwellings are left out (`denied`), and what is not located is counted, not guessed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely
from shapely.geometry import LineString, MultiLineString

from geo_risk.crs import project, project_geometry, to_wgs84, unproject
from geo_risk.features.denied import allowed_premises
from geo_risk.records import Actor, Role
from geo_risk.store import Query
from geo_risk.travel import RoadGraph, TravelParams, make_roads

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo_risk.park import ParkFile
    from geo_risk.records import Located, PatrolZone, Premises, Station
    from geo_risk.store import Store

    Floats = NDArray[np.float64]

READER = Actor(id="proposals", role=Role.ANALYST, door="cli")
"""In whose name records are read; person data is not."""


@dataclass(frozen=True)
class Survey:
    """The park as proposals see it.

    Parameters
    ----------
    crs, datum
        Working CRS, and the park's own datum.
    zones, shapes
        In the order of ids; id to polygon in metres.
    premises, easting, northing
        n located premises that are no dwellings, where they are.
    zone_of
        (n,) the zone each lies in, else the nearest; '' without a zone.
    inherent_class, people
        (n,) 1 to 4; people on site. Where not given, the lower median and the median of the others.
    assumed
        How many premises had no class, and no people.
    unlocated
        How many premises wait for a place.
    roads, graph
        Lines in metres; None without a road.
    stations, station_at
        s located stations; (s, 2) where.
    officers
        Zone id to officers that look after it; one with several zones counts in parts.
    """

    crs: str
    datum: str
    zones: tuple[PatrolZone, ...]
    shapes: Mapping[str, BaseGeometry]
    premises: tuple[Premises, ...]
    easting: Floats
    northing: Floats
    zone_of: tuple[str, ...]
    inherent_class: NDArray[np.int64]
    people: Floats
    assumed: tuple[int, int]
    unlocated: int
    roads: tuple[LineString | MultiLineString, ...]
    graph: RoadGraph | None
    stations: tuple[Station, ...]
    station_at: Floats
    officers: Mapping[str, float]

    def zone_name(self, zone_id: str) -> str:
        """Give a zone's name, else its id."""
        return next((one.name for one in self.zones if one.id == zone_id), "") or zone_id

    def on_wire(self, shape: BaseGeometry) -> dict[str, Any]:
        """Give a geometry in metres as GeoJSON: degrees WGS-84, longitude first, 1e-7."""

        def turned(xy: Floats) -> Floats:
            degrees = to_wgs84(*unproject(xy[:, 0], xy[:, 1], self.crs), self.datum)
            return np.asarray(np.round(np.column_stack(degrees), 7), dtype=np.float64)

        return dict(shapely.geometry.mapping(shapely.transform(shape, turned)))


def read_survey(
    store: Store, park: ParkFile, now: datetime, params: TravelParams | None = None
) -> Survey:
    """Read what proposals are made of.

    Parameters
    ----------
    store, park
        Whose.
    now
        Zone-aware: what holds then counts.
    params
        How people travel.
    """
    crs = park.park.crs

    def held(collection: str) -> list[Any]:
        query = Query(collection, valid_at=now)
        return [one.record for one in store.find(query, actor=READER)]

    zones = held("zones")
    shapes = {one.id: project_geometry(one.geometry, crs) for one in zones}
    every = list(allowed_premises(held("premises")))
    premises = [one for one in every if one.is_located]
    east, north = _metres(premises, crs)
    classes = np.array([one.inherent_class or np.nan for one in premises], dtype=np.float64)
    people = np.array(
        [np.nan if one.people is None else one.people for one in premises], dtype=np.float64
    )
    drawn = [
        (project_geometry(one.geometry, crs), one.speed_kmh)
        for one in held("roads")
        if isinstance(one.geometry, LineString | MultiLineString)
    ]
    roads, speeds = [line for line, _ in drawn], [speed for _, speed in drawn]
    stations = [one for one in held("stations") if one.is_located]
    return Survey(
        crs=crs,
        datum=park.park.datum,
        zones=tuple(zones),
        shapes=shapes,
        premises=tuple(premises),
        easting=east,
        northing=north,
        zone_of=_zones_of(shapes, east, north),
        inherent_class=_filled(classes, "lower").astype(np.int64),
        people=_filled(people, "linear"),
        assumed=(int(np.isnan(classes).sum()), int(np.isnan(people).sum())),
        unlocated=len(every) - len(premises),
        roads=tuple(roads),
        graph=make_roads(roads, speeds, params),
        stations=tuple(stations),
        station_at=np.column_stack(_metres(stations, crs)),
        officers=_officers(held("assignments"), shapes),
    )


def _metres(located: Sequence[Located], crs: str) -> tuple[Floats, Floats]:
    lon = np.array([one.lon for one in located], dtype=np.float64)
    lat = np.array([one.lat for one in located], dtype=np.float64)
    return project(lon, lat, crs) if len(located) else (lon, lat)


def _zones_of(shapes: Mapping[str, BaseGeometry], east: Floats, north: Floats) -> tuple[str, ...]:
    """Give the zone of each place, the first of several, the nearest where it is in none."""
    if not shapes:
        return ("",) * len(east)
    ids = list(shapes)
    tree = shapely.STRtree(list(shapes.values()))
    place, zone = tree.query_nearest(shapely.points(east, north), all_matches=True)
    first: dict[int, int] = {}
    for row, one in zip(place.tolist(), zone.tolist(), strict=True):
        first[row] = min(one, first.get(row, one))
    return tuple(ids[first[row]] for row in range(len(east)))


def _filled(values: Floats, method: Literal["linear", "lower"]) -> Floats:
    known = values[np.isfinite(values)]
    middle = float(np.quantile(known, 0.5, method=method)) if known.size else 1.0
    return np.where(np.isfinite(values), values, middle)


def _officers(assignments: Sequence[Any], shapes: Mapping[str, Any]) -> dict[str, float]:
    zones_of: defaultdict[str, set[str]] = defaultdict(set)
    for one in assignments:
        if one.zone_id in shapes:
            zones_of[one.officer_id].add(one.zone_id)
    found: dict[str, float] = {}
    for zones in zones_of.values():
        for zone in zones:
            found[zone] = found.get(zone, 0.0) + 1 / len(zones)
    return found
