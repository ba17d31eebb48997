"""Travel times kept in memory: the same roads, places and parameters are measured once."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import astuple
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.errors import InputError
from geo_risk.travel.params import TravelParams
from geo_risk.travel.times import Travel, measure_travel

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from geo_risk.travel.roads import RoadGraph


class TravelCache:
    """Keeps the tables used last; may be shared by threads.

    Nothing goes to disk: measuring a thousand places again takes less than half a second.

    Parameters
    ----------
    most
        Tables kept; 1,000 places take 5 MB each.
    """

    def __init__(self, most: int = 16) -> None:
        if most < 1:
            raise InputError(f"A cache of {most} tables.", "Keep one at least.")
        self._most = most
        self._kept: OrderedDict[str, Travel] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        """Give the number of tables kept."""
        return len(self._kept)

    def measure(
        self,
        graph: RoadGraph | None,
        easting: ArrayLike,
        northing: ArrayLike,
        params: TravelParams | None = None,
        *,
        holes: bool = False,
    ) -> Travel:
        """Give what `measure_travel` gives, kept from the last time where nothing changed.

        Returns
        -------
        Travel
            Its arrays cannot be written: they are shared.
        """
        params = params or TravelParams()
        key = _key(graph, easting, northing, params, holes=holes)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
        measured = measure_travel(graph, easting, northing, params, holes=holes)
        measured.seconds.flags.writeable = False
        measured.straight.flags.writeable = False
        with self._lock:
            self._kept[key] = measured
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return measured


def _key(
    graph: RoadGraph | None,
    easting: ArrayLike,
    northing: ArrayLike,
    params: TravelParams,
    *,
    holes: bool,
) -> str:
    told = hashlib.sha256(repr((astuple(params), holes)).encode())
    told.update(b"" if graph is None else graph.digest.encode())
    for values in (easting, northing):
        array = np.ascontiguousarray(values, dtype=np.float64)
        told.update(repr(array.shape).encode() + array.tobytes())
    return told.hexdigest()
