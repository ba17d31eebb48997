"""Events: points in space and time as arrays, the currency between features and surfaces.

Takes columns of equal length, gives a checked frozen value. Positions are metres in a stated
working CRS, times are days since 1970-01-01T00:00Z, weights are what one event counts. Which
records become events is decided in `features`; what is made of them in `surfaces`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_DAY_S = 86400.0


def days_since_epoch(moment: datetime) -> float:
    """Give a zone-aware moment as days since 1970-01-01T00:00Z."""
    if moment.tzinfo is None:
        raise InputError(f"Time {moment} has no time zone.", "Give a zone-aware time.")
    return moment.timestamp() / _DAY_S


@dataclass(frozen=True)
class Events:
    """Points in space and time.

    Parameters
    ----------
    crs
        Projected working CRS of the positions.
    easting, northing
        (n,) float64, metres.
    time_days
        (n,) float64, days since the epoch, UTC.
    weight
        (n,) float64, what one event counts (1, or severity points).
    """

    crs: str
    easting: Floats
    northing: Floats
    time_days: Floats
    weight: Floats

    def __post_init__(self) -> None:
        """Refuse columns of unequal length and values that are not finite."""
        columns = (self.easting, self.northing, self.time_days, self.weight)
        if len({column.shape for column in columns}) != 1 or self.easting.ndim != 1:
            raise InputError(
                f"Events have columns of shapes {[column.shape for column in columns]}.",
                "Give four columns of one length.",
            )
        if not all(np.isfinite(column).all() for column in columns):
            raise InputError("Events hold a value that is not finite.", "Leave that event out.")

    def __len__(self) -> int:
        """How many events."""
        return int(self.easting.shape[0])

    def between(self, start: datetime | None, end: datetime | None) -> Events:
        """Keep the events in [start, end); None leaves that side open."""
        keep = np.ones(len(self), dtype=bool)
        if start is not None:
            keep &= self.time_days >= days_since_epoch(start)
        if end is not None:
            keep &= self.time_days < days_since_epoch(end)
        return self.where(keep)

    def where(self, keep: NDArray[np.bool_]) -> Events:
        """Keep the events whose flag is set: `keep` is (n,) of bool."""
        return Events(
            self.crs,
            self.easting[keep],
            self.northing[keep],
            self.time_days[keep],
            self.weight[keep],
        )

    def digest(self) -> str:
        """Give the SHA-256 (hex) of the columns, whatever their order of rows."""
        rows = np.column_stack([self.time_days, self.easting, self.northing, self.weight])
        rows = np.ascontiguousarray(rows[np.lexsort(rows.T[::-1])])
        return hashlib.sha256(self.crs.encode() + rows.tobytes()).hexdigest()


@dataclass(frozen=True)
class OpenCases:
    """Cases while something was still to be done about them.

    Parameters
    ----------
    points
        (n,) one event a case, at its own time; weights are severity points.
    begun_days, ended_days
        (n,) when each became known and when it was closed, days since the epoch; inf: open still.
    """

    points: Events
    begun_days: Floats
    ended_days: Floats

    def __post_init__(self) -> None:
        """Refuse columns of another length, and a beginning nobody knows."""
        if {self.begun_days.shape, self.ended_days.shape} != {self.points.time_days.shape}:
            raise InputError("Open cases have columns of unequal length.", "Give one each.")
        if not np.isfinite(self.begun_days).all() or np.isnan(self.ended_days).any():
            raise InputError("An open case has a time that is none.", "Leave that case out.")

    def __len__(self) -> int:
        """How many cases."""
        return len(self.points)

    def at(self, days: float) -> Events:
        """Give those that were known and open at a moment, days since the epoch."""
        return self.points.where((self.begun_days <= days) & (self.ended_days > days))

    def digest(self) -> str:
        """Give the SHA-256 (hex) of the columns, whatever their order of rows."""
        where = (self.points.easting, self.points.northing, self.points.weight)
        rows = np.column_stack([self.begun_days, self.ended_days, self.points.time_days, *where])
        rows = np.ascontiguousarray(rows[np.lexsort(rows.T[::-1])])
        return hashlib.sha256(rows.tobytes()).hexdigest()
