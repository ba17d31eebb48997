"""Places: where records lie in the working CRS, and which of them hold at a moment.

Takes records in degrees of the park's datum, gives metres. A visit lies where its premises lies; a
report where its own point is, else at its premises, else at its enterprise's only premises. What
has no point, or one outside the boundary, is told apart here once, for everything that counts
records.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo_risk.crs import project

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo_risk.records import Located, Premises, Record, Report, Visit

    Floats = NDArray[np.float64]

INSIDE, OUTSIDE, UNLOCATED = 0, 1, 2
"""What `Placed.status` says of each record."""


@dataclass(frozen=True)
class Placed:
    """Where some records lie.

    Parameters
    ----------
    easting, northing
        (n,) metres, NaN where unlocated.
    status
        (n,) of `INSIDE`, `OUTSIDE`, `UNLOCATED`.
    """

    easting: Floats
    northing: Floats
    status: NDArray[np.int8]

    @property
    def inside(self) -> NDArray[np.bool_]:
        """(n,) of bool: has a point within the boundary."""
        return np.asarray(self.status == INSIDE)


class Directory:
    """Finds the premises that a visit or report belongs to.

    Parameters
    ----------
    premises
        Every premises, closed ones too: an old visit lies where the premises was then.
    """

    def __init__(self, premises: Sequence[Premises]) -> None:
        self._by_id = {one.id: one for one in premises}
        by_enterprise: defaultdict[str, list[Premises]] = defaultdict(list)
        for one in premises:
            if one.enterprise_id:
                by_enterprise[one.enterprise_id].append(one)
        self._only = {key: some[0] for key, some in by_enterprise.items() if len(some) == 1}

    def premises_of(self, record: Visit | Report) -> Premises | None:
        """Give the premises a record names, else its enterprise's only one, else None."""
        return self._by_id.get(record.premises_id) or self._only.get(record.enterprise_id)

    def place_of(self, record: Visit | Report) -> Located | None:
        """Give whatever has the record's point: a report itself, or its premises."""
        if getattr(record, "lon", None) is not None:
            return record  # type: ignore[return-value]  # a Report with a point is Located
        return self.premises_of(record)


def place(located: Iterable[Located | None], boundary: BaseGeometry, crs: str) -> Placed:
    """Project points and say which lie within the boundary.

    Parameters
    ----------
    located
        n records or None (nothing is known of the place).
    boundary
        Polygon in `crs`, metres.
    crs
        Working CRS.

    Returns
    -------
    Placed
        n rows in the same order. A record flagged `outside` stays outside.
    """
    some = list(located)
    lon = np.array([np.nan if one is None or one.lon is None else one.lon for one in some])
    lat = np.array([np.nan if one is None or one.lat is None else one.lat for one in some])
    status = np.full(len(some), UNLOCATED, dtype=np.int8)
    easting = np.full(len(some), np.nan)
    northing = np.full(len(some), np.nan)
    has = np.isfinite(lon) & np.isfinite(lat)
    if has.any():
        easting[has], northing[has] = project(lon[has], lat[has], crs)
        shapely.prepare(boundary)
        within = shapely.intersects_xy(boundary, easting[has], northing[has])
        flagged = np.array([one is not None and one.outside for one in some])[has]
        status[has] = np.where(within & ~flagged, INSIDE, OUTSIDE)
    return Placed(easting, northing, status)


def in_order(*columns: Floats) -> NDArray[np.int64]:
    """Give the order of rows by their columns, first column first: (n,) indices.

    Sums are made in this order, so that the order in which a store gives its rows changes no bit.
    """
    return np.lexsort(columns[::-1])


def holds(record: Record, as_of: datetime) -> bool:
    """Say whether a record's valid time [from, to) holds at a moment."""
    started = record.valid_from is None or record.valid_from <= as_of
    return started and (record.valid_to is None or as_of < record.valid_to)
