"""What stands open does not age: it keeps the weight of a report of today until it is closed.

Takes open cases and a kernel, gives what is to be added to an intensity in which every event ages.
For a case of age a that is w [g(0) - g(a)] K, with g and K as in `kde`: together with its own aged
event it is a report of now. Closing takes it away, reopening brings it back. The half-life is the
kernel's, at most 180 days: without any decay there would be nothing to keep.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.events import Events
from geo_risk.surfaces.kde import Density, KdeParams, decay, fit_kde

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.events import OpenCases
    from geo_risk.grid import Grid

LONGEST_HALF_LIFE_DAYS = 180.0
_NOW = 1e-6  # days before the as-of: a kernel takes what was before it


def fit_standing(
    cases: OpenCases,
    grid: Grid,
    inside: NDArray[np.bool_],
    *,
    bandwidth_m: float,
    half_life_days: float,
    as_of_days: float,
    history_days: float,
) -> Density:
    """Give what open cases add to an intensity.

    Parameters
    ----------
    cases
        In the grid's CRS.
    grid, inside
        Where; (rows, cols) of bool.
    bandwidth_m, half_life_days
        Of the kernel that ages the events; inf: no decay.
    as_of_days
        Days since the epoch: what is open then counts.
    history_days
        How far back events count; a case that is older counts no more.

    Returns
    -------
    Density
        Severity points / km² / 30 days, 0 where nothing stands open; never negative.
    """
    open_now = cases.at(as_of_days)
    age = as_of_days - open_now.time_days
    kept = open_now.where((age > 0) & (age <= history_days))
    span = max(history_days, 1.0)
    life = min(half_life_days, LONGEST_HALF_LIFE_DAYS)
    fresh, aged = (
        decay(days, life, span) for days in (np.zeros(len(kept)), as_of_days - kept.time_days)
    )
    standing = Events(
        kept.crs,
        kept.easting,
        kept.northing,
        np.full(len(kept), as_of_days - _NOW),
        kept.weight * np.maximum(fresh - aged, 0.0) * span,
    )
    return fit_kde(
        standing,
        grid,
        inside,
        KdeParams(bandwidth_m, math.inf),
        as_of_days=as_of_days,
        history_days=span,
    )
