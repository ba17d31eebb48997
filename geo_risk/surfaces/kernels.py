"""Kernel density on a grid: three kernels, and a tolerance that is kept.

Takes points and a Grid, gives sums at cell centres per m². `sum_kernels` chooses what is cheapest
for the tolerance: a lattice of splines for many points, point by point for few (`splines`,
`direct`). `gaussian_sum` is exact, as one matrix product; `gaussian_spread` and `edge_share` smooth
cells rather than points, one product along each axis. Decay, edges and bandwidths are for `kde`.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from geo_risk.errors import InputError
from geo_risk.surfaces.direct import gaussian_direct, polynomial_direct
from geo_risk.surfaces.splines import Scheme, gaussian_on_lattice, schemes_for

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from geo_risk.grid import Grid

    Floats = NDArray[np.float64]

Kernel = Literal["gaussian", "quartic", "epanechnikov"]

_BLOCK = 4096  # points per matrix product: memory stays flat
_CUT_OFF = 8.5  # exp(-8.5² / 2) = 2e-16
# A product of fewer multiplications than this is done by BLAS on one thread. Smoothing takes
# thousands of small products: on a busy machine, waiting for threads costs 40 times the work.
_ONE_THREAD = 250_000
_WIDEST_STEP = 48
_FINEST = 1e-14  # rounding


def sum_kernels(
    easting: ArrayLike,
    northing: ArrayLike,
    weight: ArrayLike,
    grid: Grid,
    kernel: Kernel,
    bandwidth_m: float,
    *,
    rtol: float = 1e-5,
) -> Floats:
    """Sum kernels at every cell centre.

    Parameters
    ----------
    easting, northing
        (n,) metres, in the grid's CRS; points beside the grid count where their kernel reaches it.
    weight
        (n,) what each point counts; may be negative.
    grid
        Where.
    kernel
        gaussian: exp(-d²/2h²) / (2 pi h²); quartic: 3 (1 - d²/h²)² / (pi h²) for d < h;
        epanechnikov: 2 (1 - d²/h²) / (pi h²) for d < h.
    bandwidth_m
        h, metres: the Gaussian's standard deviation, the others' radius.
    rtol
        How far a value may be off, as a share of the largest value of the same sum with the
        weights' absolute values. Quartic and Epanechnikov sums are exact to rounding.

    Returns
    -------
    ndarray
        (rows, cols) float64, per m²: sum_i w_i K_h(c - x_i). The same on every machine with the
        same arithmetic, whatever the number of its cores.

    Raises
    ------
    InputError
        When a value is not finite (its row is named), lengths differ, the bandwidth is not above 0,
        the tolerance is not between 1e-14 and 1, or the kernel is unknown.

    Examples
    --------
    >>> from geo_risk.grid import Grid
    >>> grid = Grid("EPSG:4549", 25.0, (40, 40), (0.0, 1000.0))
    >>> density = sum_kernels([500.0], [500.0], [2.0], grid, "gaussian", 100.0)
    >>> round(float(density.sum()) * 25.0**2, 4)
    2.0

    References
    ----------
    Silverman (1986), Density Estimation, eq. 4.1 to 4.5. The lattice: Greengard & Lee (2004), SIAM
    Review 46, 443-454, with B-splines for the window.
    """
    points = _checked(easting, northing, weight, kernel, bandwidth_m, rtol)
    if len(points[0]) == 0:
        return np.zeros(grid.shape)
    if kernel != "gaussian":
        _refuse_unless_finite(points, float(sum(one.sum() for one in points)))
        return polynomial_direct(*points, grid, bandwidth_m, 1 if kernel == "epanechnikov" else 2)
    scheme, reach = _cheapest(len(points[0]), grid, bandwidth_m, rtol)
    if scheme is None:
        _refuse_unless_finite(points, float(sum(one.sum() for one in points)))
        return gaussian_direct(*points, grid, bandwidth_m, reach)
    density, total = gaussian_on_lattice(*points, grid, bandwidth_m, scheme)
    _refuse_unless_finite(points, total)
    return density


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


def _checked(
    easting: ArrayLike,
    northing: ArrayLike,
    weight: ArrayLike,
    kernel: str,
    bandwidth_m: float,
    rtol: float,
) -> tuple[Floats, Floats, Floats]:
    if kernel not in get_args(Kernel):
        raise InputError(f"Unknown kernel {kernel!r}.", f"Known: {', '.join(get_args(Kernel))}.")
    if not (math.isfinite(bandwidth_m) and bandwidth_m > 0):
        raise InputError(f"Bandwidth is {bandwidth_m} m.", "Give metres above 0.")
    if not _FINEST <= rtol < 1:
        raise InputError(f"Tolerance is {rtol}.", f"Give a share from {_FINEST:g} to below 1.")
    east, north, counts = (
        np.ascontiguousarray(one, dtype=np.float64) for one in (easting, northing, weight)
    )
    if not east.ndim == north.ndim == counts.ndim == 1 or not len(east) == len(north) == len(
        counts
    ):
        raise InputError(
            f"Points of shapes {east.shape}, {north.shape} and weights of {counts.shape}.",
            "Give one easting, one northing and one weight per point.",
        )
    return east, north, counts


def _refuse_unless_finite(points: tuple[Floats, Floats, Floats], total: float) -> None:
    """Look for the first row with a value that is not finite, where a sum over all is not."""
    if math.isfinite(total):
        return
    for row, values in enumerate(zip(*points, strict=True)):
        for name, value in zip(("easting", "northing", "weight"), values, strict=True):
            if not math.isfinite(value):
                raise InputError(
                    f"Row {row} (from 0): {name} is {value}.", "Give a number, or leave it out."
                )
    raise InputError("The weights' sum is too large for a number.", "Divide them by a constant.")


def _cheapest(n: int, grid: Grid, bandwidth_m: float, rtol: float) -> tuple[Scheme | None, float]:
    """Choose how to sum Gaussians from what each way costs, in nanoseconds on one core.

    The choice depends on the input alone, so that the same input gives the same values.
    """
    reach = math.sqrt(2.0 * math.log(4.0 / rtol))
    width = bandwidth_m / grid.cell_m
    rows, cols = (min(2.0 * reach * width + 1.0, side) for side in grid.shape)
    best, least = None, n * (30.0 + 8.0 * (rows + cols) + 0.4 * rows * cols) + grid.size
    for scheme in schemes_for(rtol):
        step = bandwidth_m / scheme.per_bandwidth
        margin = 2.0 * scheme.reach * scheme.per_bandwidth + 8.0
        down, across = (side * grid.cell_m / step + margin for side in grid.shape)
        nodes = down * across
        cost = 3e5 + n * (5.0 + 0.65 * scheme.order**2) + 30.0 * nodes
        cost += 6.0 * down * grid.shape[1] + 2.0 * grid.size
        if cost < least:
            best, least = scheme, cost
    return best, reach


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
