"""The compiled inner loops: points onto a lattice, a lattice onto cells, kernels onto rows.

Takes plain arrays and numbers, adds into arrays it is handed. Each loop passes over memory once,
releases the interpreter lock and starts no thread of its own. Compiled at its first call and kept
in numba's cache: beside this file, in the user's cache where that folder cannot be written, in
memory where neither can. What the loops are for stands in `splines`, `chords`, `live`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numba
import numpy as np

from geo_risk.surfaces.vectors import (
    add_2_by_2,
    add_4_by_4,
    add_6_by_6,
    add_8_by_8,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_BLOCK = 512  # points whose places are worked out at a time: they stay in the nearest cache


def compiled(loop: Callable[..., Any]) -> Any:
    """Compile a loop at its first call; keep it on disk where a folder can be written."""
    try:
        return _njit(loop, cache=True)
    except RuntimeError:  # numba: "no locator available", neither folder can be written
        return _njit(loop, cache=False)


def _njit(loop: Callable[..., Any], *, cache: bool) -> Any:
    # Contraction to fused multiply-add and the like; NaN and infinity keep their meaning.
    fast = {"contract", "nsz", "arcp"}
    return numba.njit(cache=cache, nogil=True, fastmath=fast, error_model="numpy")(loop)


@compiled
def add_points(
    easting: Floats,
    northing: Floats,
    weight: Floats,
    west: float,
    south: float,
    per_m: float,
    order: int,
    lattice: Floats,
) -> float:
    """Add each point to its order x order nodes by B-splines, order 2, 4, 6 or 8.

    The first node of a point is the whole part of (easting - west) x per_m; points without all
    their nodes are left out. Gives the sum of all weights, or NaN where a place is no number.
    Places are worked out for a block of points at a time, in vectors.
    """
    rows, cols = lattice.shape
    nodes, step = lattice.reshape(-1), np.uintp(cols)
    wide, high = float(cols - order + 1), float(rows - order + 1)
    at, x, y = np.empty(_BLOCK, np.int32), np.empty(_BLOCK), np.empty(_BLOCK)
    total = 0.0
    for low in range(0, len(easting), _BLOCK):
        n = min(_BLOCK, len(easting) - low)
        outside = 0
        for k in range(n):
            u, v = (easting[low + k] - west) * per_m, (northing[low + k] - south) * per_m
            outside += not ((u >= 0.0) & (u < wide) & (v >= 0.0) & (v < high))
            col, row = np.int32(u), np.int32(v)
            at[k] = row * np.int32(cols) + col
            x[k], y[k] = u - col, v - row
        for k in range(n):
            w = weight[low + k]
            total += w
            if outside > 0:
                u, v = (easting[low + k] - west) * per_m, (northing[low + k] - south) * per_m
                if not (0.0 <= u < wide and 0.0 <= v < high):
                    if not (math.isfinite(u) and math.isfinite(v)):
                        return math.nan
                    continue
            place = np.uintp(at[k])
            if order == 2:
                add_2_by_2(nodes, place, step, x[k], y[k], w)
            elif order == 4:
                add_4_by_4(nodes, place, step, x[k], y[k], w)
            elif order == 6:
                add_6_by_6(nodes, place, step, x[k], y[k], w)
            else:
                add_8_by_8(nodes, place, step, x[k], y[k], w)
    return total


@compiled
def evaluate_columns(
    nodes: Floats, first: Integers, taps: Floats, low: int, high: int, out: Floats
) -> None:
    """Set out[:, c] = sum_t taps[c, t] nodes[:, first[c] + t] for columns low to high.

    `nodes` is (cols of the lattice, rows of the lattice): its transpose, so that the inner loop
    runs along memory.
    """
    block = 32
    rows = nodes.shape[1]
    strip = np.empty((block, rows))
    for left in range(low, high, block):
        right = min(high, left + block)
        for c in range(left, right):
            row = strip[c - left]
            row[:] = 0.0
            for t in range(taps.shape[1]):
                tap, node = taps[c, t], nodes[first[c] + t]
                for r in range(rows):
                    row[r] += tap * node[r]
        for r in range(rows):
            for c in range(left, right):
                out[r, c] = strip[c - left, r]


@compiled
def evaluate_rows(
    nodes: Floats, first: Integers, taps: Floats, low: int, high: int, out: Floats
) -> None:
    """Set out[r] = sum_t taps[r, t] nodes[first[r] + t], an even number of taps, rows low to high.

    Six taps in one go: what most sums are read by.
    """
    for r in range(low, high):
        at = first[r]
        a, b = nodes[at], nodes[at + 1]
        ta, tb = taps[r, 0], taps[r, 1]
        row = out[r]
        if taps.shape[1] == 6:
            c, d, e, f = nodes[at + 2], nodes[at + 3], nodes[at + 4], nodes[at + 5]
            tc, td, te, tf = taps[r, 2], taps[r, 3], taps[r, 4], taps[r, 5]
            for k in range(row.shape[0]):
                row[k] = ta * a[k] + tb * b[k] + tc * c[k] + td * d[k] + te * e[k] + tf * f[k]
            continue
        for k in range(row.shape[0]):
            row[k] = ta * a[k] + tb * b[k]
        for t in range(2, taps.shape[1], 2):
            a, b = nodes[at + t], nodes[at + t + 1]
            ta, tb = taps[r, t], taps[r, t + 1]
            for k in range(row.shape[0]):
                row[k] += ta * a[k] + tb * b[k]


@compiled
def sort_by_tile(
    easting: Floats,
    northing: Floats,
    weight: Floats,
    west: float,
    north: float,
    per_m: float,
    rows: int,
    cols: int,
    tile: int,
) -> tuple[Floats, Floats, Floats, Integers]:
    """Bring points near each other together: by tile, and within a tile as they came.

    Gives columns and rows, (easting - west) x per_m and (north - northing) x per_m, weights, and
    where each tile's points end; what is beside the grid goes with the tile next to it.
    """
    n, wide = len(easting), (cols - 1) // tile + 1
    start = np.zeros(((rows - 1) // tile + 1) * wide + 1, np.int64)
    tiles = np.empty(n, np.int32)
    for i in range(n):
        x, y = (easting[i] - west) * per_m, (north - northing[i]) * per_m
        row = np.int32(min(max(y, 0.0), rows - 1.0)) // np.int32(tile)
        tiles[i] = row * wide + np.int32(min(max(x, 0.0), cols - 1.0)) // np.int32(tile)
        start[tiles[i] + 1] += 1
    for k in range(1, len(start)):
        start[k] += start[k - 1]
    sorted_x, sorted_y, sorted_weight = np.empty(n), np.empty(n), np.empty(n)
    for i in range(n):
        place = start[tiles[i]]
        start[tiles[i]] += 1
        sorted_x[place], sorted_y[place] = (
            (easting[i] - west) * per_m,
            (north - northing[i]) * per_m,
        )
        sorted_weight[place] = weight[i]
    return sorted_x, sorted_y, sorted_weight, start[:-1]


@compiled
def add_gaussians(
    x: Floats, y: Floats, weight: Floats, width: float, reach: float, low: int, out: Floats
) -> None:
    """Add w exp(-d² / 2 width²) for d up to reach along each axis; all in cells.

    A cell's centre has whole coordinates: x is the column, y the row of the whole grid; `out` holds
    its rows from `low` on.
    """
    rows, cols = out.shape
    across = np.empty(cols)
    scale = -0.5 / (width * width)
    for i in range(len(x)):
        if not (
            -reach <= x[i] <= cols - 1 + reach and low - reach <= y[i] <= low + rows - 1 + reach
        ):
            continue
        left, right = max(0, math.ceil(x[i] - reach)), min(cols - 1, math.floor(x[i] + reach))
        top, bottom = math.ceil(y[i] - reach), math.floor(y[i] + reach)
        for c in range(left, right + 1):
            across[c - left] = math.exp(scale * (c - x[i]) ** 2)
        for r in range(max(low, top), min(low + rows - 1, bottom) + 1):
            part = weight[i] * math.exp(scale * (r - y[i]) ** 2)
            row = out[r - low, left : right + 1]
            for k in range(len(row)):
                row[k] += part * across[k]


@compiled
def stamp_gaussian(
    values: Floats, x: float, y: float, weight: float, width: float, reach: float
) -> tuple[int, int, int, int]:
    """Add w exp(-d² / 2 width²) over the disc of d < reach; give [top, bottom) and [left, right).

    In cells, as `add_gaussians`. Rows of the disc are drawn out to whole vectors.
    """
    rows, cols = values.shape
    left, right = max(0, math.ceil(x - reach)), min(cols, math.floor(x + reach) + 1)
    top, bottom = max(0, math.ceil(y - reach)), min(rows, math.floor(y + reach) + 1)
    if left >= right or top >= bottom:
        return 0, 0, 0, 0
    across, down = np.empty(right - left), np.empty(bottom - top)
    _bell(x - left, width, across)
    _bell(y - top, width, down)
    for r in range(top, bottom):
        half = math.sqrt(max(0.0, reach * reach - (r - y) ** 2))
        low, high = max(left, math.ceil(x - half)), min(right, math.floor(x + half) + 1)
        high = min(right, low + (high - low + 15) // 16 * 16)
        part = weight * down[r - top]
        row, factor = values[r, low:high], across[low - left : high - left]
        for k in range(len(row)):
            row[k] += part * factor[k]
    return top, bottom, left, right


@compiled
def _bell(at: float, width: float, values: Floats) -> None:
    """Set exp(-(k - at)² / 2 width²) by recurrence from the middle: two products a value."""
    scale = 1.0 / (width * width)
    middle = min(max(int(at), 0), len(values) - 1)
    away = middle - at
    peak, bend = math.exp(-0.5 * scale * away * away), math.exp(-scale)
    value, ratio = peak, math.exp(-scale * (away + 0.5))
    for k in range(middle, len(values)):
        values[k] = value
        value *= ratio
        ratio *= bend
    ratio = math.exp(scale * (away - 0.5))
    value = peak
    for k in range(middle - 1, -1, -1):
        value *= ratio
        ratio *= bend
        values[k] = value
