"""The packages that kernel sums are measured beside, each used as its own manual would have it.

Takes points and a grid, gives what makes the sum: input is brought into the form that a peer likes
best beforehand, and is not timed. Each peer uses both cores where it can.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import datashader as ds
import fast_histogram
import finufft
import numpy as np
import pandas as pd
from libkdv import kdv
from scipy import fft
from scipy.ndimage import gaussian_filter

from geo_risk.grid import Grid

Floats = np.ndarray
_REACH = 5.3  # deviations in space and in waves: exp(-5.3² / 2) = 8e-7


def gaussian(
    east: Floats, north: Floats, weight: Floats, grid: Grid, sigma_m: float
) -> dict[str, Callable[[], Floats]]:
    """Make the peers of the Gaussian sum: (rows, cols) per m², row 0 in the north."""
    return {
        "fast_histogram + gaussian_filter": _histogram(east, north, weight, grid, sigma_m),
        "datashader + gaussian_filter": _datashader(east, north, weight, grid, sigma_m),
        "finufft, single precision": _finufft(east, north, weight, grid, sigma_m),
    }


def _histogram(
    east: Floats, north: Floats, weight: Floats, grid: Grid, sigma_m: float
) -> Callable[[], Floats]:
    west, south, right, top = grid.bounds

    def work() -> Floats:
        counts = fast_histogram.histogram2d(
            north, east, bins=grid.shape, range=((south, top), (west, right)), weights=weight
        )
        return _smooth(counts, grid, sigma_m)[::-1]

    return work


def _datashader(
    east: Floats, north: Floats, weight: Floats, grid: Grid, sigma_m: float
) -> Callable[[], Floats]:
    west, south, right, top = grid.bounds
    table = pd.DataFrame({"east": east, "north": north, "weight": weight})
    canvas = ds.Canvas(grid.shape[1], grid.shape[0], (west, right), (south, top))

    def work() -> Floats:
        counts = canvas.points(table, "east", "north", agg=ds.sum("weight"))
        return _smooth(np.nan_to_num(counts.values), grid, sigma_m)[::-1]

    return work


def _smooth(counts: Floats, grid: Grid, sigma_m: float) -> Floats:
    smooth = gaussian_filter(counts, sigma_m / grid.cell_m, mode="constant")
    return np.asarray(smooth / grid.cell_m**2)


def _finufft(
    east: Floats, north: Floats, weight: Floats, grid: Grid, sigma_m: float
) -> Callable[[], Floats]:
    """Points to waves, waves times the kernel's, waves to cells by one zero-padded FFT."""
    cell = grid.cell_m
    high, wide = (
        fft.next_fast_len(side + math.ceil(_REACH * sigma_m / cell), real=True)
        for side in grid.shape
    )
    modes = tuple(
        min(n - 1 + n % 2, 2 * math.ceil(_REACH * n * cell / (2.0 * math.pi * sigma_m)) + 1)
        for n in (high, wide)
    )
    # Cell 0's centre is at phase 0 of a period of n cells.
    x = _phase((east - grid.eastings()[0]) / (wide * cell))
    y = _phase((grid.northings()[0] - north) / (high * cell))
    strength = weight.astype(np.complex64)
    rows, cols = (np.arange(n) - n // 2 for n in modes)
    kernel = np.outer(
        np.exp(-2.0 * (math.pi * sigma_m * rows / (high * cell)) ** 2),
        np.exp(-2.0 * (math.pi * sigma_m * cols / (wide * cell)) ** 2),
    )[:, modes[1] // 2 :].astype(np.float32) / (cell * cell)

    def work() -> Floats:
        waves = finufft.nufft2d1(y, x, strength, modes, eps=1e-6, isign=-1, nthreads=2)
        half = waves[:, modes[1] // 2 :] * kernel
        padded = np.zeros((high, wide // 2 + 1), dtype=np.complex64)
        middle = modes[0] // 2
        padded[: middle + 1, : half.shape[1]] = half[middle:]
        padded[-middle:, : half.shape[1]] = half[:middle]
        cells = fft.irfft2(padded, s=(high, wide), workers=2)
        return np.asarray(cells[: grid.shape[0], : grid.shape[1]])

    return work


def _phase(turns: Floats) -> Floats:
    return ((turns % 1.0) * 2.0 * math.pi).astype(np.float32)


def epanechnikov(
    east: Floats, north: Floats, weight: Floats, grid: Grid, radius_m: float
) -> Callable[[], Any]:
    """Make the peer of the exact Epanechnikov sum; its text input is made beforehand."""
    west, south, right, top = grid.bounds
    # libkdv doubles the bandwidth it is given before it uses it as the kernel's radius.
    made = kdv(
        pd.DataFrame({"x": east, "y": north, "w": weight}),
        GPS=False,
        bound=[south, top, west, right],
        row_pixels=grid.shape[1],
        col_pixels=grid.shape[0],
        bandwidth=radius_m / 2.0,
        num_threads=2,
    )
    return made.compute
