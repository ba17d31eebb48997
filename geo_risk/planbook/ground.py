"""Where everything of a plan is: premises, where shifts begin, zones, and how long the ways take.

A premises without a point is placed at its host, at another of the same enterprise, else at the
park's centre, and said to be guessed: it is visited all the same, and located then.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo_risk.casework import zones_at
from geo_risk.crs import project
from geo_risk.records import hours_in
from geo_risk.visits.problem import DAY_S, NO_WAY

if TYPE_CHECKING:
    from datetime import datetime

    from geo_risk.park import ParkFile
    from geo_risk.planbook.duties import Duties
    from geo_risk.planbook.reading import Shelf
    from geo_risk.planbook.ways import Ways
    from geo_risk.records import Located, Premises
    from geo_risk.travel import Travel

    Point = tuple[float, float]

NEAREST = 5
"""The way to the next stop is that to one of so many nearest."""

_NOWHERE = (math.inf, math.inf)


@dataclass(frozen=True)
class Ground:
    """Places of a plan.

    Parameters
    ----------
    row
        Premises to row of the matrix.
    begin
        Officer to row of the matrix.
    zone
        Premises to zone, '' in none.
    guessed
        Premises whose place is not known.
    travel
        Times between all rows.
    """

    row: Mapping[str, int]
    begin: Mapping[str, int]
    zone: Mapping[str, str]
    guessed: frozenset[str]
    travel: Travel

    def leg_s(self, rows: Sequence[int]) -> float:
        """Give seconds to one of the nearest others, mean of some rows; 0 where there is none."""
        if len(rows) < 2:
            return 0.0
        some = self.travel.seconds[np.ix_(rows, rows)].astype(float)
        np.fill_diagonal(some, np.inf)
        some[some == NO_WAY] = np.inf
        many = min(NEAREST, len(rows) - 1)
        nearest = np.partition(some, many - 1, axis=1)[:, :many]
        known = nearest[np.isfinite(nearest)]
        return float(known.mean()) if known.size else 0.0


def lay_ground(
    shelf: Shelf,
    premises: Sequence[Premises],
    duties: Duties,
    park: ParkFile,
    at: datetime,
    ways: Ways,
) -> Ground:
    """Place everything.

    Parameters
    ----------
    shelf
        Zones, stations, roads.
    premises
        To be placed.
    duties
        Officers, whose shifts begin at their station, else at the park's centre.
    park
        CRS, speeds.
    at
        When zones hold.
    ways
        Travel times measured before.
    """
    points, guessed = _points(shelf, premises)
    centre = _centre(shelf, list(points.values()))
    spots: list[Point] = []
    begin = {}
    for officer in duties.officers:
        begin[officer.id] = _spot(spots, _station(shelf, officer.station_id, park) or centre)
    row = {}
    for one in premises:
        spots.append(points.get(one.id, centre))
        row[one.id] = len(spots) - 1
    own = [points.get(one.id) for one in premises]
    zones = zones_at(own, [at] * len(own), shelf.zones)
    return Ground(
        row,
        begin,
        {one.id: zone for one, zone in zip(premises, zones, strict=True)},
        frozenset(guessed),
        _travel(shelf, spots, park, ways),
    )


def opening_windows(
    text: str, days: int, hours: Sequence[tuple[int, int]]
) -> tuple[tuple[int, int], ...]:
    """Give when a visit may begin by a premises' opening hours.

    Parameters
    ----------
    text
        As `08:00-17:30`, several one after the other; anything else says nothing.
    days
        Of the plan.
    hours
        Shifts of a day in minutes: hours that hold all of them restrict nothing.

    Returns
    -------
    tuple
        [from, to] in seconds of the plan's clock, day by day; empty: at any time.
    """
    open_ = hours_in(text)
    if not open_ or all(any(a <= begin and b >= end for a, b in open_) for begin, end in hours):
        return ()
    return tuple(
        (day * DAY_S + begin * 60, day * DAY_S + end * 60)
        for day in range(days)
        for begin, end in sorted(open_)
    )


def _points(shelf: Shelf, premises: Sequence[Premises]) -> tuple[dict[str, Point], set[str]]:
    points: dict[str, Point] = {}
    of_firm: dict[str, Point] = {}
    for one in shelf.premises.values():
        if (own := _point(one)) is not None:
            points[one.id] = own
            of_firm.setdefault(one.enterprise_id, own)
    placed, guessed = {}, set()
    for one in premises:
        if one.id not in points:
            guessed.add(one.id)
        near = of_firm.get(one.enterprise_id) if one.enterprise_id else None
        found = points.get(one.id) or points.get(one.host_premises_id) or near
        if found is not None:
            placed[one.id] = found
    return placed, guessed


def _point(one: Located) -> Point | None:
    return None if one.lon is None or one.lat is None else (one.lon, one.lat)


def _centre(shelf: Shelf, points: Sequence[Point]) -> Point:
    if shelf.zones:
        middle = shapely.union_all([one.geometry for one in shelf.zones]).centroid
        return middle.x, middle.y
    stations = [point for one in shelf.stations.values() if (point := _point(one)) is not None]
    if not (points or stations):
        return _NOWHERE
    lon, lat = np.mean(points or stations, axis=0)
    return float(lon), float(lat)


def _station(shelf: Shelf, station_id: str, park: ParkFile) -> Point | None:
    station = shelf.stations.get(station_id)
    return _point(station) if station is not None and park.plan.start == "station" else None


def _spot(spots: list[Point], point: Point) -> int:
    """Give the row of a place where shifts begin; officers of one station share it."""
    if point not in spots:
        spots.append(point)
    return spots.index(point)


def _travel(shelf: Shelf, spots: Sequence[Point], park: ParkFile, ways: Ways) -> Travel:
    if _NOWHERE in spots or not spots:  # then everything is: no way is known to be longer
        return ways.measure((), np.zeros(len(spots)), np.zeros(len(spots)), park)
    lon, lat = np.array(spots, dtype=float).T
    return ways.measure(shelf.roads, *project(lon, lat, park.park.crs), park)
