"""Effort: who looked where, and how long was patrolled.

Takes visits and patrol zones, gives visits as events, patrol hours per km² and 30 days on the grid,
and when each premises was last visited. A map of findings shows where somebody looked; this says
where that was. Freeing findings of the looker is another issue's work.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.errors import GeoRiskWarning, InputError
from geo_risk.events import Events, days_since_epoch
from geo_risk.features.history import is_known_visit
from geo_risk.features.places import Directory, in_order, place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo_risk.grid import Grid
    from geo_risk.records import PatrolZone, Premises, Visit

    Floats = NDArray[np.float64]

_SHIFT = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-–—~～至到]\s*(次日)?\s*(\d{1,2})[:：](\d{2})")
_DAYS = 30.0


@dataclass(frozen=True)
class Effort:
    """Who looked where.

    Parameters
    ----------
    visits
        Located visits as events of weight 1.
    last_visit
        Premises id to the start of its last known visit.
    left_out
        Number of known visits without a place within the boundary.
    """

    visits: Events
    last_visit: Mapping[str, datetime]
    left_out: int


def measure_effort(
    *,
    visits: Sequence[Visit],
    premises: Sequence[Premises],
    boundary: BaseGeometry,
    crs: str,
    as_of: datetime,
) -> Effort:
    """Turn visits into events, each at its premises.

    Parameters
    ----------
    visits, premises
        Records of any time.
    boundary
        Polygon in `crs`, metres.
    crs
        Working CRS.
    as_of
        Visits that had ended by then count.

    Returns
    -------
    Effort
    """
    directory = Directory(premises)
    known = [one for one in visits if is_known_visit(one, as_of)]
    at = [directory.premises_of(one) for one in known]
    placed = place(at, boundary, crs)
    days = np.array([days_since_epoch(one.start) for one in known], dtype=np.float64)
    inside = np.flatnonzero(placed.inside)
    inside = inside[in_order(days[inside], placed.easting[inside], placed.northing[inside])]
    last: dict[str, datetime] = {}
    for visit, where in zip(known, at, strict=True):
        if where is not None and (where.id not in last or last[where.id] < visit.start):
            last[where.id] = visit.start
    events = Events(
        crs,
        placed.easting[inside],
        placed.northing[inside],
        days[inside],
        np.ones(len(inside)),
    )
    return Effort(events, last, len(known) - len(events))


def shift_hours(text: str) -> float:
    """Give the hours per day of one or several shifts.

    Parameters
    ----------
    text
        `HH:MM-HH:MM`, several of them separated by anything; an end at or before the start is the
        next day's, so `22:00-06:00` is 8 hours and `08:00-08:00` is 24. Empty text is 0 hours.

    Returns
    -------
    float
        Hours, shifts added up.

    Raises
    ------
    InputError
        When the text is not empty and holds no shift, or a time that no clock shows.
    """
    return sum(_shifts(text))


def zone_patrol_hours(zone: PatrolZone) -> float:
    """Give the hours a zone is patrolled in 30 days.

    Hours per shift times shifts per day (one where no shift is written); where the hours per shift
    are not given, the shift's whole length; 0 where neither is. A shift that cannot be read counts
    as not written, with a `GeoRiskWarning`.
    """
    try:
        shifts = _shifts(zone.shift)
    except InputError as error:
        warnings.warn(f"Zone {zone.id}: {error}", GeoRiskWarning, stacklevel=2)
        shifts = []
    if zone.patrol_hours is not None:
        return _DAYS * zone.patrol_hours * max(1, len(shifts))
    return _DAYS * sum(shifts)


def measure_patrol(
    zones: Sequence[PatrolZone],
    polygons: Mapping[str, BaseGeometry],
    grid: Grid,
    inside: NDArray[np.bool_],
) -> Floats:
    """Spread each zone's patrol hours over its area.

    Parameters
    ----------
    zones
        Overlapping ones add up.
    polygons
        Zone id to polygon in the grid's CRS, metres.
    grid
        Where.
    inside
        (rows, cols) of bool: cells of the study area.

    Returns
    -------
    ndarray
        (rows, cols) patrol hours / km² / 30 days, NaN outside the study area.
    """
    hours = np.zeros(grid.shape)
    for zone in zones:
        polygon = polygons[zone.id]
        if polygon.area > 0:
            hours[grid.inside(polygon)] += zone_patrol_hours(zone) / (polygon.area / 1e6)
    return np.where(inside, hours, np.nan)


def _shifts(text: str) -> list[float]:
    hours = []
    for match in _SHIFT.finditer(text):
        h1, m1, _, h2, m2 = match.groups()
        start, end = int(h1) * 60 + int(m1), int(h2) * 60 + int(m2)
        if max(start, end) > 24 * 60 or int(m1) > 59 or int(m2) > 59:
            raise InputError(f"Shift {text!r} holds a time no clock shows.", "Write HH:MM-HH:MM.")
        hours.append(((end - start) % (24 * 60) or 24 * 60) / 60.0)
    if text.strip() and not hours:
        raise InputError(f"Shift {text!r} is no span of time.", "Write HH:MM-HH:MM.")
    return hours
