"""The corrected surface: what would be on record had everybody been looked at alike.

Takes a `Detection`, gives the mean and variance of an intensity on the grid: premises' risk spread
by a kernel, and the ground's. Its total is that of the records there are, so that raw and corrected
differ in where, not in how much. How risk was freed of who looked stands in `detection`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo_risk.surfaces.kde import Density
from geo_risk.surfaces.kernels import edge_share, gaussian_sum

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.grid import Grid
    from geo_risk.surfaces.detected import Detection

    Floats = NDArray[np.float64]

_M2_PER_KM2 = 1e6


def correct(
    detection: Detection,
    grid: Grid,
    inside: NDArray[np.bool_],
    *,
    bandwidth_m: float,
    total: float,
) -> Density:
    """Spread risk over a park.

    c(x) = 1 / p(x) x sum_i t_i r_i K_h(x - s_i) + g e^f(x), p the kernel's share within the park,
    r_i the premises' risk and t_i the part of the history it was there; the ratio of the two terms
    is that of the public reports they bring. Without any, all is at premises; without premises, on
    the ground. Then scaled to the total.

    Parameters
    ----------
    detection
        Risk of premises and places.
    grid, inside
        Where; (rows, cols) of bool.
    bandwidth_m
        Standard deviation of the Gaussian, metres, a cell or more.
    total
        Reports per 30 days in the park: the sum of the raw surface over its area.

    Returns
    -------
    Density
        Mean and variance, reports / km² / 30 days, NaN outside. The variance takes what neighbours
        share of their uncertainty as fully shared within the kernel, an upper bound; a premises'
        own adds up as independent.

    References
    ----------
    Diggle (1985), Applied Statistics 34, 138-147, for p; Diggle, Moraga, Rowlingson and Taylor
    (2013), Statistical Science 28, 542-563, section 2, for intensity = exposure x relative risk.
    """
    at = np.isfinite(detection.easting) & (detection.days > 0)
    there = detection.days[at] / detection.history_days
    told, ground = detection.told_per_30d, detection.ground_per_km2_30d
    if np.isnan(told):
        told, ground = (1.0, 0.0) if at.any() else (0.0, 1.0)
    if not at.any() or told + ground <= 0:
        ground = 1.0
    east, north = detection.easting[at], detection.northing[at]
    mass = told * there * detection.risk[at]
    spread = _M2_PER_KM2 / np.where(inside, edge_share(inside, grid, bandwidth_m), np.nan)
    own = there**2 * told**2 * detection.own_variance[at]
    shared = (
        told
        * there
        * np.sqrt(np.maximum(detection.risk_variance - detection.own_variance, 0.0)[at])
    )
    mean = gaussian_sum(east, north, mass, grid, bandwidth_m) * spread
    deviation = gaussian_sum(east, north, shared, grid, bandwidth_m) * spread
    narrow = bandwidth_m / np.sqrt(2.0)
    squares = gaussian_sum(east, north, own, grid, narrow) / (4.0 * np.pi * bandwidth_m**2)
    if ground > 0:
        easting, northing = grid.centres()
        place, variance = detection.place_risk(easting[inside], northing[inside])
        mean[inside] += ground * place
        deviation[inside] += ground * np.sqrt(variance)
    scale = total / (float(mean[inside].sum()) * grid.cell_km2)
    return Density(mean, squares * spread**2 + deviation**2).scaled(scale)
