"""Kernel sums point by point: each point added to the cells within its reach.

Takes points, gives sums at cell centres. Quartic and Epanechnikov kernels end where they end, so
their sums are exact to rounding: row by row, over the chord that a row cuts out of the disc (the
idea of Chan et al. 2022, SIGMOD, "SLAM"). A Gaussian is a product of one factor per axis, cut off
where `reach` says. Cheap for few points or few cells per kernel; many points are for `splines`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.surfaces import discs, loops
from geo_risk.surfaces.discs import whole_vectors
from geo_risk.surfaces.splines import in_parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.grid import Grid

    Floats = NDArray[np.float64]

_TILE = 64  # cells: a tile and what its points reach stay in a core's cache
_FEW = 1_000  # points that need no order
_ONE_THREAD = 5_000_000  # additions below which a second thread costs more than it saves


def gaussian_direct(
    easting: Floats, northing: Floats, weight: Floats, grid: Grid, bandwidth_m: float, reach: float
) -> Floats:
    """Sum normal densities at every cell centre, each up to `reach` bandwidths along each axis.

    Returns
    -------
    ndarray
        (rows, cols) sum_i w_i exp(-d²/2h²) / (2 pi h²), per m².
    """
    scale = 1.0 / (2.0 * math.pi * bandwidth_m**2)
    x, y, counts = _in_cells(easting, northing, weight * scale, grid)
    width = bandwidth_m / grid.cell_m
    out = np.zeros(grid.shape)

    def band(low: int, high: int) -> None:
        loops.add_gaussians(x, y, counts, width, reach * width, low, out[low:high])

    in_parts(band, grid.shape[0], _bands(len(x), reach * width))
    return out


def polynomial_direct(
    easting: Floats, northing: Floats, weight: Floats, grid: Grid, radius_m: float, power: int
) -> Floats:
    """Sum kernels (power + 1) / (pi h²) (1 - d²/h²)^power, d < h, at every cell centre.

    Silverman (1986), Density Estimation, eq. 4.4 and 4.5: power 1 is Epanechnikov's kernel in the
    plane, power 2 the quartic.

    Returns
    -------
    ndarray
        (rows, cols) per m², exact to rounding.
    """
    scale = (power + 1) / (math.pi * radius_m**2)
    x, y, counts = _in_cells(easting, northing, weight * scale, grid)
    radius = radius_m / grid.cell_m
    rows, cols = grid.shape
    out = np.zeros((rows, whole_vectors(cols)))

    def band(low: int, high: int) -> None:
        discs.add_discs(x, y, counts, radius, power, low, cols, out[low:high])

    in_parts(band, rows, _bands(len(x), radius))
    return np.ascontiguousarray(out[:, :cols])


def _in_cells(
    easting: Floats, northing: Floats, weight: Floats, grid: Grid
) -> tuple[Floats, Floats, Floats]:
    """Give columns, rows and weights, centres at whole numbers, in the order of tiles."""
    west, north = grid.origin
    half, cell = grid.cell_m / 2.0, grid.cell_m
    x, y = (easting - (west + half)) / cell, ((north - half) - northing) / cell
    if len(x) < _FEW:
        return x, y, weight
    sorted_points: tuple[Floats, Floats, Floats] = loops.sort_by_tile(
        x, y, weight, *grid.shape, _TILE
    )
    return sorted_points


def _bands(points: int, reach: float) -> int:
    """How many bands of rows to work on at once; a cell's sum is the same whatever their number."""
    return 2 if points * (2.0 * reach + 1.0) ** 2 > _ONE_THREAD else 1
