"""Visits as a GPX 1.1 file: a waypoint for each, a route for each officer and day.

Takes stops in words, gives text. GPX knows WGS-84 only, so places are brought there from the park's
datum. A visit without a point is in no track; the file's description says how many there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import TypeVar
from zoneinfo import ZoneInfo

from gpxpy.gpx import GPX, GPXRoute, GPXRoutePoint, GPXWaypoint

from geo_risk.visits.field import FieldStop, in_wgs84

MEDIA_TYPE = "application/gpx+xml"
P = TypeVar("P", GPXWaypoint, GPXRoutePoint)


def track_file(
    stops: Sequence[FieldStop],
    *,
    name: str,
    timezone: str,
    datum: str,
    made_at: datetime,
    description: str = "",
) -> str:
    """Write a track.

    Parameters
    ----------
    stops
        In any order; places in the park's datum.
    name
        Of the file.
    timezone
        Name of the zone in which days are cut.
    datum
        Of the places.
    made_at
        When the plan was made.
    description
        Of the file.

    Returns
    -------
    str
        XML. Waypoints in the order of officer and time, one route per officer and day.
    """
    zone = ZoneInfo(timezone)
    gpx = GPX()
    gpx.creator = "geo-risk"
    gpx.name, gpx.description, gpx.time = name, description or None, made_at.astimezone(UTC)

    def of(one: FieldStop) -> tuple[str, str]:
        return one.officer, one.start.astimezone(zone).date().isoformat()

    placed = [one for one in in_wgs84(stops, datum) if one.place is not None]
    for (officer, day), some in groupby(sorted(placed, key=lambda one: (*of(one), one.start)), of):
        route = GPXRoute(name=f"{officer} {day}")
        for one in some:
            gpx.waypoints.append(_described(GPXWaypoint, one))
            route.points.append(_described(GPXRoutePoint, one))
        gpx.routes.append(route)
    return gpx.to_xml(version="1.1")


def _described(kind: type[P], one: FieldStop) -> P:
    point = kind(latitude=one.lat, longitude=one.lon, time=one.start.astimezone(UTC))
    point.name, point.description, point.comment = f"{one.order} {one.title}", one.text, one.id
    return point
