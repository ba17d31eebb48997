"""Kernels that end: (1 - d²/radius²)^power added over discs of cells, exactly.

Takes positions in cells (a centre has whole coordinates), adds into rows that are longer in memory
than the grid (`room_for`): what falls beyond its last column is never read. In strips of columns,
each from the first row to the last that the disc has in it: the squares of one axis stay in
registers, a cell costs a difference, a cut at 0 and a product, and beyond the disc nothing is
added. Called by `direct` and `stamps`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.surfaces.loops import compiled
from geo_risk.surfaces.vectors import (
    add_narrow_strip,
    add_narrow_strip_squared,
    add_strip,
    add_strip_squared,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


@compiled
def room_for(cols: int) -> int:
    """Give how long a row in memory must be for a number of columns.

    A strip that begins in the last column ends within the row; and rows do not follow each other
    by whole pages, where all of a column would share one set of the cache.
    """
    room = -(-cols // 8) * 8 + 16
    return room + 8 if room % 512 == 0 else room


@compiled
def add_discs(
    x: Floats,
    y: Floats,
    weight: Floats,
    ends: Integers,
    tile: int,
    radius: float,
    power: int,
    low: int,
    out: Floats,
) -> None:
    """Add w (1 - d²/radius²)^power, power 1 or 2, over the disc of each point; all in cells.

    A cell's centre has whole coordinates: x is the column, y the row of the whole grid; `out` holds
    its rows from `low` on. Points are in the order of tiles, those of a tile up to `ends`: each
    tile's discs are added up in a patch that stays in the nearest cache, then the patch to `out`.
    """
    rows, cols = out.shape
    wide, margin = (cols - 1) // tile + 1, math.ceil(min(radius, float(rows + cols + low))) + 1
    side = tile + 2 * margin
    patch = np.empty((min(side, rows), room_for(min(side, cols))))
    begin = 0
    for t in range(len(ends)):
        some = slice(begin, ends[t])
        begin = ends[t]
        top, left = t // wide * tile - margin, t % wide * tile - margin
        bottom, right = min(low + rows, top + side), min(cols, left + side)
        top, left = max(low, top), max(0, left)
        if some.start == some.stop or top >= bottom:
            continue
        part = patch[: bottom - top]
        part[:] = 0.0
        _add_tile(part, right - left, x[some], y[some], weight[some], left, top, radius, power)
        for r in range(bottom - top):
            row, more = out[top - low + r, left:right], part[r]
            for c in range(right - left):
                row[c] += more[c]


@compiled
def _add_tile(
    part: Floats,
    cols: int,
    x: Floats,
    y: Floats,
    weight: Floats,
    left: int,
    top: int,
    radius: float,
    power: int,
) -> None:
    """Add the discs of a tile's points to its patch, whose first cell is at (left, top)."""
    nodes, (rows, stride) = part.reshape(-1), part.shape
    step, most, wide = 1.0 / radius, math.floor(2.0 * min(radius, 8.0)) + 1, np.uintp(stride)
    for i in range(len(x)):
        right, down = x[i] - left, y[i] - top
        col, row = math.ceil(right - radius), math.ceil(down - radius)
        # Small and whole: as many rows and columns for all, nothing to decide. Beyond is 0.
        if most <= 13 and 0 <= col < cols and 0 <= row <= rows - most:
            first = col // 4 * 4
            at = np.uintp(row * stride + first)
            if power == 2:
                add_strip_squared(nodes, at, wide, first - right, row - down, step, weight[i], most)
            else:
                add_strip(nodes, at, wide, first - right, row - down, step, weight[i], most)
        else:
            stamp_disc(part, cols, right, down, weight[i], radius, power)


@compiled
def stamp_disc(
    values: Floats,
    cols: int,
    x: float,
    y: float,
    weight: float,
    radius: float,
    power: int,
) -> tuple[int, int, int, int]:
    """Add w (1 - d²/radius²)^power over the disc; give [top, bottom) and [left, right).

    In cells, as `add_discs`. Strips begin at lines of the cache, where they are more than one.
    """
    rows, stride = values.shape
    if not (-radius < x < cols - 1 + radius and -radius < y < rows - 1 + radius):
        return 0, 0, 0, 0
    left, right = max(0, math.ceil(x - radius)), min(cols, math.floor(x + radius) + 1)
    top, bottom = max(0, math.ceil(y - radius)), min(rows, math.floor(y + radius) + 1)
    nodes, step = values.reshape(-1), 1.0 / radius
    first, low, high, wide = left // 4 * 4, top, bottom, np.uintp(stride)
    if right - first <= 8:
        at = np.uintp(low * stride + first)
        if power == 2:
            add_narrow_strip_squared(
                nodes, at, wide, first - x, low - y, step, weight, max(0, high - low)
            )
        else:
            add_narrow_strip(nodes, at, wide, first - x, low - y, step, weight, max(0, high - low))
        return top, bottom, left, right
    if right - first > 16:
        first = left // 8 * 8
    for col in range(first, right, 16):
        if right - first > 16:
            beside = max(0.0, col - x, x - (col + 15)) * step
            half = radius * math.sqrt(max(0.0, 1.0 - beside * beside))
            low, high = max(top, math.ceil(y - half)), min(bottom, math.floor(y + half) + 1)
        at = np.uintp(low * stride + col)
        if power == 2:
            add_strip_squared(nodes, at, wide, col - x, low - y, step, weight, max(0, high - low))
        else:
            add_strip(nodes, at, wide, col - x, low - y, step, weight, max(0, high - low))
    return top, bottom, left, right
