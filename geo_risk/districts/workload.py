"""Workload: how many hours a month the visits to each premises take, the way there included.

A premises of a grave class is visited more often and for longer; a visit also takes the way from
one of its neighbours in the zone, for that is where the officer comes from on a round.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.errors import InputError
from geo_risk.travel import TravelParams, measure_travel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from geo_risk.travel import RoadGraph

    Floats = NDArray[np.float64]

_DAYS = 30.0  # of a month


@dataclass(frozen=True, kw_only=True)
class WorkloadParams:
    """How often and how long, by inherent class 1 to 4.

    Parameters
    ----------
    interval_days
        A premises is visited once in so many days.
    service_min
        Minutes a visit takes at the door.
    near
        The way is the mean of the ways from so many nearest premises of the zone.
    """

    interval_days: tuple[float, float, float, float] = (180.0, 120.0, 90.0, 45.0)
    service_min: tuple[float, float, float, float] = (30.0, 40.0, 50.0, 60.0)
    near: int = 3

    def __post_init__(self) -> None:
        """Refuse intervals and minutes that are not positive."""
        if min(self.interval_days) <= 0 or min(self.service_min) <= 0 or self.near < 1:
            raise InputError(
                "Workload needs positive intervals, minutes and neighbours.",
                "Give four intervals in days, four services in minutes, one neighbour at least.",
            )


def measure_workload(
    inherent_class: ArrayLike,
    zone: Sequence[str],
    easting: ArrayLike,
    northing: ArrayLike,
    graph: RoadGraph | None,
    *,
    params: WorkloadParams | None = None,
    travel: TravelParams | None = None,
) -> Floats:
    """Give the hours a month that each premises takes.

    Parameters
    ----------
    inherent_class
        (n,) 1 to 4, 4 gravest.
    zone
        n ids; those of one id are one officer's round.
    easting, northing
        (n,) metres.
    graph
        The roads in the same CRS, or None.
    params, travel
        How often, how long, how fast.

    Returns
    -------
    ndarray
        (n,) hours of 30 days: 30 / interval x (service + mean way from the nearest few).

    Raises
    ------
    InputError
        For a class that is none of 1 to 4, or a place without coordinates.
    TooLargeError
        For a zone with more premises than `travel` measures at once.

    Examples
    --------
    >>> measure_workload([1, 4], ["a", "a"], [0.0, 0.0], [0.0, 0.0], None).round(3).tolist()
    [0.083, 0.667]
    """
    params = params or WorkloadParams()
    classes = np.asarray(inherent_class, dtype=np.int64)
    wrong = np.flatnonzero((classes < 1) | (classes > 4))
    if wrong.size:
        raise InputError(
            f"Row {wrong[0]} has inherent class {classes[wrong[0]]}.", "Give 1 to 4, 4 gravest."
        )
    east = np.asarray(easting, dtype=np.float64)
    north = np.asarray(northing, dtype=np.float64)
    way_s = np.zeros(len(classes))
    names = np.asarray(zone, dtype=object)
    for one in dict.fromkeys(zone):
        rows = np.flatnonzero(names == one)
        seconds = measure_travel(graph, east[rows], north[rows], travel).seconds
        many = min(params.near, len(rows) - 1)
        if many:
            nearest = np.partition(seconds, many, axis=1)[:, : many + 1]
            way_s[rows] = nearest.sum(axis=1) / many  # its own 0 adds nothing
    times = _DAYS / np.asarray(params.interval_days)[classes - 1]
    service_h = np.asarray(params.service_min)[classes - 1] / 60.0
    return np.asarray(times * (service_h + way_s / 3600.0), dtype=np.float64)
