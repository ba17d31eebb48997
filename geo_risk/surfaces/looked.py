"""How much of what there is gets on record, place by place: the exposure of a count model.

Takes a `Detection`, gives a field with mean 1 over the park: what visits and the public would have
put on record had every premises and every square metre the same risk, against what they would had
everybody been looked at alike. Counts over it are free of who looked where; no level of a looker
is in it, only what all of them together came to. Used as an offset by `terrain`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo_risk.surfaces.kernels import gaussian_sum

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.grid import Grid
    from geo_risk.surfaces.detected import Detection

    Floats = NDArray[np.float64]

_DAYS = 30.0
_FLOOR = 1e-3  # of the mean mass: far from every premises all is as in the mean
_LEAST = 0.02  # no place is looked at less than this, against the mean


def measure_looked(
    detection: Detection, grid: Grid, inside: NDArray[np.bool_], *, bandwidth_m: float
) -> Floats:
    """Give how much of what there is gets on record.

    q(x) = (sum_i o_i K_h(x - s_i) + g T k(x)) / (sum_i b T_i K_h(x - s_i) + g T), o_i what is to be
    expected on record of premises i at risk 1, b T_i what the public alone would tell of it where
    channels reach as in the mean, g the rate of the ground, which only the public tells of, k the
    channels' reach.

    Parameters
    ----------
    detection
        Who looked, freed of what was there.
    grid, inside
        Where; (rows, cols) of bool.
    bandwidth_m
        Standard deviation of the Gaussian K, metres, a cell or more.

    Returns
    -------
    ndarray
        (rows, cols) above 0, mean 1 over the park, NaN outside; 1 everywhere without premises that
        have a point, or where nobody looked or told.

    References
    ----------
    McCullagh and Nelder (1989), Generalized Linear Models, section 6.2.2: the offset of a
    log-linear model for counts with unequal exposure.
    """
    at = np.isfinite(detection.easting) & (detection.days > 0)
    flat = np.where(inside, 1.0, np.nan)
    on_record = detection.on_record[at]
    if not at.any() or not on_record.sum() > 0:
        return flat
    days = detection.days[at]
    told = np.nan_to_num(detection.told_per_30d) / _DAYS
    ground = np.nan_to_num(detection.ground_per_km2_30d) / _DAYS * detection.history_days
    if not told > 0:  # nothing but visits: alike is as in the mean
        told = float(on_record.sum() / days.sum())
    east, north = detection.easting[at], detection.northing[at]
    per_km2 = 1e6
    looked, alike = (
        gaussian_sum(east, north, mass, grid, bandwidth_m) * per_km2
        for mass in (on_record, told * days)
    )
    floor = _FLOOR * float(alike[inside].mean())
    mean = float(on_record.sum() / (told * days.sum()))
    q = (looked + ground * detection.reach + mean * floor) / (alike + ground + floor)
    q = np.where(inside, q, np.nan)
    q = np.maximum(q / float(q[inside].mean()), _LEAST)
    return np.asarray(q / float(q[inside].mean()))
