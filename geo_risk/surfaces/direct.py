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
from geo_risk.surfaces.splines import in_parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.grid import Grid

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_TILE = 64  # cells: a tile and what its points reach stay in a core's cache
_SMALL_TILE = 32  # and in its nearest cache
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
    x, y, weight, _ = _in_tiles(easting, northing, weight, grid, _TILE)
    width = bandwidth_m / grid.cell_m
    out = np.zeros(grid.shape)

    def band(low: int, high: int) -> None:
        loops.add_gaussians(x, y, weight, width, reach * width, low, out[low:high])

    in_parts(band, grid.shape[0], _bands(len(x), reach * width))
    out *= 1.0 / (2.0 * math.pi * bandwidth_m**2)
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
    tile = _SMALL_TILE if len(easting) >= _FEW else max(grid.shape)
    x, y, weight, ends = _in_tiles(easting, northing, weight, grid, tile)
    radius = radius_m / grid.cell_m
    out = np.zeros(grid.shape)

    def band(low: int, high: int) -> None:
        discs.add_discs(x, y, weight, ends, tile, radius, power, low, out[low:high])

    in_parts(band, grid.shape[0], _bands(len(x), radius))
    out *= (power + 1) / (math.pi * radius_m**2)
    return out


def _in_tiles(
    easting: Floats, northing: Floats, weight: Floats, grid: Grid, tile: int
) -> tuple[Floats, Floats, Floats, Integers]:
    """Give columns, rows and weights in the order of tiles, and where each tile ends.

    Centres are at whole numbers. Few points are left as they are.
    """
    half, per_m = grid.cell_m / 2.0, 1.0 / grid.cell_m
    west, north = grid.origin[0] + half, grid.origin[1] - half
    if len(easting) < _FEW:
        ends = np.array([len(easting)])
        return (easting - west) * per_m, (north - northing) * per_m, weight, ends
    points: tuple[Floats, Floats, Floats, Integers] = loops.sort_by_tile(
        easting, northing, weight, west, north, per_m, *grid.shape, tile
    )
    return points


def _bands(points: int, reach: float) -> int:
    """How many bands of rows to work on at once, of the input alone: bands change the rounding."""
    return 2 if points * (2.0 * reach + 1.0) ** 2 > _ONE_THREAD else 1
