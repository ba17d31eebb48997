"""Kernels of other shapes and of a width of their own for each event.

Takes points with one bandwidth each, gives sums at cell centres; gives the bandwidths of Abramson
(1982): narrow where events crowd, wide where they are few; gives the share of any kernel that lies
within the park. Gaussians are products of one factor per axis and exact; quartic and Epanechnikov
kernels are summed over the cells they reach. One bandwidth for all belongs to `kernels`, and what
is made of these sums to `kde`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import numpy as np

from geo_risk.errors import InputError
from geo_risk.surfaces.kernels import Kernel, edge_share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.grid import Grid

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

__all__ = [
    "KERNELS",
    "WIDEST",
    "Bandwidths",
    "Kernel",
    "adapt_bandwidths",
    "check_kernel",
    "kernel_at",
    "kernel_share",
    "kernel_sum",
]

KERNELS: tuple[Kernel, ...] = get_args(Kernel)
"""Shapes of a kernel. The bandwidth is a Gaussian's standard deviation, else the radius."""

WIDEST = 5.0
"""No bandwidth above this many times the common one: a lone event is no hill of the whole park."""

_BLOCK = 2048
_PAIRS = 2_000_000  # pairs of event and cell held at once
_STEP = 2.0**0.25  # ratio of the bandwidths at which shares are made, the others lie between
_FINE = 12  # points per radius that stand for the kernel's integral over a cell


@dataclass(frozen=True)
class Bandwidths:
    """What Abramson's rule gives.

    Parameters
    ----------
    events
        (n,) metres, one per event.
    cells
        (rows, cols) metres, that of an event in the cell; NaN outside the park.
    """

    events: Floats
    cells: Floats


def kernel_at(squared: Floats, bandwidth_m: Floats | float, kernel: Kernel) -> Floats:
    """Give a kernel's density at squared distances.

    Parameters
    ----------
    squared
        d² / h², any shape.
    bandwidth_m
        h, metres, of a shape that goes with it.
    kernel
        `gaussian`: exp(-d²/2h²) / (2 pi h²). `quartic`: 3 (1 - d²/h²)² / (pi h²).
        `epanechnikov`: 2 (1 - d²/h²) / (pi h²); both 0 beyond h.

    Returns
    -------
    ndarray
        Per m²; each integrates to 1 over the plane.

    References
    ----------
    Silverman (1986), Density Estimation, equations 4.4 (Epanechnikov) and 4.5 (quartic, there K2).
    """
    per_m2 = 1.0 / (math.pi * np.square(bandwidth_m))
    if kernel == "gaussian":
        return np.asarray(0.5 * per_m2 * np.exp(-0.5 * squared))
    inner = np.maximum(1.0 - squared, 0.0)
    shape = 3.0 * inner * inner if kernel == "quartic" else 2.0 * inner
    return np.asarray(per_m2 * shape)


def kernel_sum(
    easting: Floats,
    northing: Floats,
    weight: Floats,
    grid: Grid,
    bandwidth_m: Floats,
    kernel: Kernel,
    *,
    power: int = 1,
) -> Floats:
    """Sum kernels, each of its own bandwidth, at every cell centre.

    Parameters
    ----------
    easting, northing, weight
        (n,) metres, and what each point counts.
    grid
        Where.
    bandwidth_m
        (n,) metres.
    kernel
        One of `KERNELS`.
    power
        1, or 2 for the sum of w K², which with squared weights is a sampling variance.

    Returns
    -------
    ndarray
        (rows, cols) sum_i w_i K_hi(c - x_i)^power, per m² (or m⁴).
    """
    check_kernel(kernel)
    if kernel == "gaussian":
        return _gaussians(easting, northing, weight, grid, bandwidth_m, power)
    return _patches(easting, northing, weight, grid, bandwidth_m, kernel, power)


def kernel_share(
    inside: Mask, grid: Grid, bandwidth_m: Floats | float, kernel: Kernel = "gaussian"
) -> Floats:
    """Give, for each cell centre, the share of a kernel there that lies within the park.

    Parameters
    ----------
    inside
        (rows, cols) of bool: the park's cells.
    grid
        Where.
    bandwidth_m
        Metres: one, or (rows, cols) with one per cell. Shares of a bandwidth between two of a
        ladder of ratio 2^(1/4) are interpolated in its logarithm (to 1e-3).
    kernel
        One of `KERNELS`.

    Returns
    -------
    ndarray
        (rows, cols) in (0, 1] at the park's cells, elsewhere without meaning.

    References
    ----------
    Diggle (1985): the kernel's mass within the region. One bandwidth per place of estimation:
    Davies and Hazelton (2010), Statistics in Medicine 29, 2423-2437, equation 4; by a ladder of
    bandwidths: Davies and Baddeley (2018), Statistics and Computing 28, 937-956, section 3.
    """
    check_kernel(kernel)
    if np.ndim(bandwidth_m) == 0:
        return _share(inside, grid, float(bandwidth_m), kernel)
    widths = np.where(inside, bandwidth_m, np.nan)
    low, high = float(np.nanmin(widths)), float(np.nanmax(widths))
    steps = math.ceil(math.log(high / low) / math.log(_STEP) - 1e-9) if high > low else 0
    place = np.zeros(grid.shape)
    place[inside] = np.log(widths[inside] / low) / math.log(_STEP)
    rung = np.minimum(place.astype(np.int64), max(steps - 1, 0))
    part = place - rung
    share = np.zeros(grid.shape)
    for step in range(steps + 1):
        near = np.where(rung == step, 1.0 - part, np.where(rung == step - 1, part, 0.0))
        if near.any():
            share += near * _share(inside, grid, low * _STEP**step, kernel)
    return share


def adapt_bandwidths(
    easting: Floats,
    northing: Floats,
    weight: Floats,
    pilot: Floats,
    grid: Grid,
    bandwidth_m: float,
    *,
    widest: float = WIDEST,
) -> Bandwidths:
    """Give each event, and each cell, a bandwidth by how dense the events are there.

    h_i = h0 (f(x_i) / g)^(-1/2), log g = sum_i w_i log f(x_i) / sum_i w_i: the constant is taken at
    the events, so that the bandwidths' geometric mean over them is h0 (before the floor and cap).

    Parameters
    ----------
    easting, northing, weight
        (n,) metres, and what each event counts; those of weight 0 or less do not enter g.
    pilot
        (rows, cols) f, a density of fixed bandwidth, NaN outside the park; in any unit. An event
        has the value of its cell; one outside the park's cells has g, and so h0.
    grid
        Where; the floor of a bandwidth is one cell.
    bandwidth_m
        h0, metres.
    widest
        Cap, in h0.

    Returns
    -------
    Bandwidths

    References
    ----------
    Abramson (1982), Annals of Statistics 10, 1217-1223, equation 1.3 (the square root law);
    Silverman (1986), section 5.3.1, equations 5.7 and 5.8 (g at the observations).
    """
    row, col = grid.cell_of(easting, northing)
    at = np.where(row >= 0, pilot[np.maximum(row, 0), np.maximum(col, 0)], np.nan)
    tells = np.isfinite(at) & (at > 0) & (weight > 0)
    low, high = grid.cell_m, max(grid.cell_m, widest * bandwidth_m)
    if not tells.any():
        flat = np.where(np.isfinite(pilot), max(bandwidth_m, low), np.nan)
        return Bandwidths(np.full(len(easting), max(bandwidth_m, low)), flat)
    level = float(np.exp(np.average(np.log(at[tells]), weights=weight[tells])))

    def width(f: Floats) -> Floats:
        thin = np.maximum(f, level * 1e-12)
        return np.clip(bandwidth_m * np.sqrt(level / thin), low, high)

    return Bandwidths(width(np.where(np.isfinite(at), at, level)), width(pilot))


def check_kernel(kernel: str) -> None:
    """Refuse a kernel of a shape that is not known."""
    if kernel not in KERNELS:
        raise InputError(f"Kernel {kernel!r} is not known.", f"Use one of {', '.join(KERNELS)}.")


def _gaussians(
    easting: Floats,
    northing: Floats,
    weight: Floats,
    grid: Grid,
    bandwidth_m: Floats,
    power: int,
) -> Floats:
    total = np.zeros(grid.shape)
    height = weight / (2.0 * math.pi * bandwidth_m**2) ** power
    for start in range(0, len(easting), _BLOCK):
        part = slice(start, start + _BLOCK)
        squeeze = (math.sqrt(power) / bandwidth_m[part])[:, None]
        across = np.exp(-0.5 * ((easting[part, None] - grid.eastings()) * squeeze) ** 2)
        down = np.exp(-0.5 * ((northing[part, None] - grid.northings()) * squeeze) ** 2)
        total += (down * height[part, None]).T @ across
    return total


def _patches(
    easting: Floats,
    northing: Floats,
    weight: Floats,
    grid: Grid,
    bandwidth_m: Floats,
    kernel: Kernel,
    power: int,
) -> Floats:
    """Sum kernels of finite reach over the cells around each, those of like widths at once."""
    rows, cols = grid.shape
    x = (easting - grid.origin[0]) / grid.cell_m - 0.5  # in cells, from the first centre
    y = (grid.origin[1] - northing) / grid.cell_m - 0.5
    reach = np.ceil(bandwidth_m / grid.cell_m).astype(np.int64)
    total = np.zeros(grid.size)
    order = np.argsort(reach, kind="stable")
    start = 0
    while start < len(order):
        most = max(1, _PAIRS // (2 * int(reach[order[start]]) + 2) ** 2)
        take = order[start : start + most]
        take = take[reach[take] <= max(1.25 * reach[take[0]], reach[take[0]] + 1)]
        start += len(take)
        half = int(reach[take].max())
        steps = np.arange(-half, half + 2)
        row = np.floor(y[take]).astype(np.int64)[:, None] + steps
        col = np.floor(x[take]).astype(np.int64)[:, None] + steps
        width = bandwidth_m[take, None, None]
        down = ((y[take, None] - row) * grid.cell_m)[:, :, None]
        across = ((x[take, None] - col) * grid.cell_m)[:, None, :]
        value = kernel_at((down**2 + across**2) / width**2, width, kernel) ** power
        value *= weight[take, None, None]
        within = ((row >= 0) & (row < rows))[:, :, None] & ((col >= 0) & (col < cols))[:, None, :]
        flat = row[:, :, None] * cols + col[:, None, :]
        total += np.bincount(flat[within], value[within], minlength=grid.size)
    return total.reshape(grid.shape)


def _share(inside: Mask, grid: Grid, bandwidth_m: float, kernel: Kernel) -> Floats:
    if kernel == "gaussian":
        return edge_share(inside, grid, bandwidth_m)
    from scipy.signal import fftconvolve  # noqa: PLC0415  # 3 s that the usual kernel need not wait

    # What a kernel at a centre puts into each cell around it, integrated on a finer raster.
    fine = max(1, math.ceil(_FINE * grid.cell_m / bandwidth_m)) | 1
    half = math.ceil(bandwidth_m / grid.cell_m + 0.5)
    n = 2 * half + 1
    steps = (np.arange(n * fine) + 0.5) / fine - n / 2.0
    squared = (steps[:, None] ** 2 + steps**2) * (grid.cell_m / bandwidth_m) ** 2
    mass = kernel_at(squared, 1.0, kernel).reshape(n, fine, n, fine).sum(axis=(1, 3))
    share = fftconvolve(inside.astype(np.float64), mass / mass.sum(), mode="same")
    return np.where(inside, np.clip(share, mass[half, half] / mass.sum(), 1.0), share)
