"""The inner loops of kernel density: sums of Gaussians on a grid.

Takes points or cells, gives sums at cell centres. A Gaussian in the plane is a product of one
factor per axis, so a sum over points is one matrix product, and a sum over cells is one along each
axis: no loop over pairs. Points are exact; along an axis a factor is cut off at 8.5 deviations,
where it is below rounding.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.grid import Grid

    Floats = NDArray[np.float64]

_BLOCK = 4096  # points per matrix product: memory stays flat
_CUT_OFF = 8.5  # exp(-8.5² / 2) = 2e-16
# A product of fewer multiplications than this is done by BLAS on one thread. Smoothing takes
# thousands of small products: on a busy machine, waiting for threads costs 40 times the work.
_ONE_THREAD = 250_000
_WIDEST_STEP = 48


def gaussian_sum(
    easting: Floats, northing: Floats, weight: Floats, grid: Grid, bandwidth_m: float
) -> Floats:
    """Sum normal densities at every cell centre, exactly.

    Parameters
    ----------
    easting, northing, weight
        (n,) metres, and what each point counts.
    grid
        Where.
    bandwidth_m
        Standard deviation, metres.

    Returns
    -------
    ndarray
        (rows, cols) sum_i w_i exp(-d²/2h²) / (2 pi h²), per m².
    """
    eastings, northings = grid.eastings(), grid.northings()
    total = np.zeros(grid.shape)
    for start in range(0, len(easting), _BLOCK):
        part = slice(start, start + _BLOCK)
        across = _bell(easting[part, None] - eastings, bandwidth_m)
        down = _bell(northing[part, None] - northings, bandwidth_m)
        total += (down * weight[part, None]).T @ across
    return total


def gaussian_spread(mass: Floats, cell_m: float, bandwidth_m: float) -> Floats:
    """Spread the mass of each cell by a Gaussian.

    Parameters
    ----------
    mass
        (rows, cols) at cell centres.
    cell_m, bandwidth_m
        Metres.

    Returns
    -------
    ndarray
        (rows, cols) mass per cell: density at the centre times the cell's area. What leaves the
        grid is lost. The sum stands for the integral to 1e-8 where the bandwidth is a cell or more
        (Poisson summation).
    """
    return _along_rows(_along_rows(mass.T, cell_m, bandwidth_m).T, cell_m, bandwidth_m)


def edge_share(inside: NDArray[np.bool_], grid: Grid, bandwidth_m: float) -> Floats:
    """Give, for each cell centre, the share of a kernel there that lies within the park.

    Parameters
    ----------
    inside
        (rows, cols) of bool.
    grid, bandwidth_m
        As for `gaussian_sum`.

    Returns
    -------
    ndarray
        (rows, cols) in (0, 1] at the park's cells.
    """
    return gaussian_spread(inside.astype(np.float64), grid.cell_m, bandwidth_m)


def _along_rows(mass: Floats, cell_m: float, bandwidth_m: float) -> Floats:
    rows, n = mass.shape
    factor = _factor(n, cell_m, bandwidth_m)
    reach = math.ceil(_CUT_OFF * bandwidth_m / cell_m)
    step = math.isqrt(_ONE_THREAD // min(n, 2 * reach + _WIDEST_STEP))
    step = max(1, min(step, _WIDEST_STEP))
    spread = np.empty((rows, n))
    for left in range(0, n, step):
        right = min(n, left + step)
        near = slice(max(0, left - reach), min(n, right + reach))
        for top in range(0, rows, step):
            block = slice(top, top + step)
            spread[block, left:right] = mass[block, near] @ factor[near, left:right]
    return spread


@lru_cache(maxsize=256)
def _factor(n: int, cell_m: float, bandwidth_m: float) -> Floats:
    steps = np.arange(n) * cell_m
    factor = _bell(steps[:, None] - steps, bandwidth_m) * cell_m
    factor.setflags(write=False)
    return factor


def _bell(distance_m: Floats, bandwidth_m: float) -> Floats:
    scaled = distance_m / bandwidth_m
    return np.asarray(np.exp(-0.5 * scaled * scaled) / (math.sqrt(2.0 * math.pi) * bandwidth_m))
