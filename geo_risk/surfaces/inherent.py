"""Inherent risk: where most would be lost if something happened, whether or not anything has.

Takes places with people and class, gives people x class per km². The surface of a park without
history (design, 4b), and what few reports are shrunk to. Nothing here knows of reports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo_risk.surfaces.kde import M2_PER_KM2
from geo_risk.surfaces.kernels import edge_share, gaussian_sum

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.grid import Grid

    Floats = NDArray[np.float64]

INHERENT_ID = "inherent.consequence"
"""Id of the surface."""


def fit_inherent(
    easting: Floats,
    northing: Floats,
    stake: Floats,
    grid: Grid,
    inside: NDArray[np.bool_],
    bandwidth_m: float,
) -> Floats:
    """Spread people x class over the park.

    Parameters
    ----------
    easting, northing
        (n,) metres.
    stake
        (n,) people x inherent class of each place.
    grid, inside
        Where; (rows, cols) of bool.
    bandwidth_m
        Standard deviation of the Gaussian, metres; one cell at least is used.

    Returns
    -------
    ndarray
        (rows, cols) people x class / km², NaN outside; corrected at the edge as `kde` is.
    """
    width = max(bandwidth_m, grid.cell_m)
    density = gaussian_sum(easting, northing, stake, grid, width)
    values = np.full(grid.shape, np.nan)
    values[inside] = density[inside] * M2_PER_KM2 / edge_share(inside, grid, width)[inside]
    return values
