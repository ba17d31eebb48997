"""Kernels that end: (1 - d²/radius²)^power added over discs of cells, exactly.

Takes positions in cells (a centre has whole coordinates), adds into rows whose length in memory is
a multiple of four and that may be longer than the grid: what falls beyond its last column is never
read. The squares of one axis are tabulated once a disc, so that a cell costs a difference, a cut at
0 and a product; row by row, over the chord that a row cuts out of the disc, drawn out to whole
vectors, beyond the disc nothing is added. Called by `direct` and `stamps`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.surfaces.loops import compiled
from geo_risk.surfaces.vectors import add_arc, add_arc_squared, add_arcs, add_arcs_squared

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def whole_vectors(cols: int) -> int:
    """Give how long a row in memory must be for a number of columns."""
    return -(-cols // 4) * 4


@compiled
def add_discs(
    x: Floats,
    y: Floats,
    weight: Floats,
    radius: float,
    power: int,
    low: int,
    cols: int,
    out: Floats,
) -> None:
    """Add w (1 - d²/radius²)^power, power 1 or 2, over the disc of each point; all in cells.

    A cell's centre has whole coordinates: x is the column, y the row of the whole grid; `out` holds
    its rows from `low` on.
    """
    table = np.empty(out.shape[1] + 16)
    for i in range(len(x)):
        stamp_disc(out, cols, x[i], y[i] - low, weight[i], radius, power, table)


@compiled
def stamp_disc(
    values: Floats,
    cols: int,
    x: float,
    y: float,
    weight: float,
    radius: float,
    power: int,
    table: Floats,
) -> tuple[int, int, int, int]:
    """Add w (1 - d²/radius²)^power over the disc; give [top, bottom) and [left, right).

    In cells, as `add_discs`. `table` is room for one row and 16 numbers more.
    """
    rows, stride = values.shape
    if not (-radius < x < cols - 1 + radius and -radius < y < rows - 1 + radius):
        return 0, 0, 0, 0
    left, right = max(0, math.ceil(x - radius)), min(cols, math.floor(x + radius) + 1)
    top, bottom = max(0, math.ceil(y - radius)), min(rows, math.floor(y + radius) + 1)
    step = 1.0 / radius
    first = left // 4 * 4
    for c in range((right - first + 3) // 4 * 4):
        u = (first + c - x) * step
        table[c] = u * u
    nodes = values.reshape(-1)
    if right - first <= 16 and first + 16 <= stride:
        # Below that, finding a row's chord costs more than it saves.
        for c in range((right - first + 3) // 4 * 4, 16):
            table[c] = 2.0
        for r in range(top, bottom):
            down = (r - y) * step
            at = np.uintp(r * stride + first)
            if power == 2:
                add_arcs_squared(nodes, at, table, np.uintp(0), 1.0 - down * down, weight)
            else:
                add_arcs(nodes, at, table, np.uintp(0), 1.0 - down * down, weight)
        return top, bottom, left, right
    for r in range(top, bottom):
        down = (r - y) * step
        rest = 1.0 - down * down
        half = radius * math.sqrt(max(rest, 0.0))
        low = max(first, math.ceil(x - half) // 4 * 4)
        high = min(right, math.floor(x + half) + 1)
        many = max(0, high - low + 3) // 4
        whole = many // 4 * 4
        for c in range(0, whole, 4):
            at, k = np.uintp(r * stride + low + 4 * c), np.uintp(low - first + 4 * c)
            if power == 2:
                add_arcs_squared(nodes, at, table, k, rest, weight)
            else:
                add_arcs(nodes, at, table, k, rest, weight)
        for c in range(whole, many):
            at, k = np.uintp(r * stride + low + 4 * c), np.uintp(low - first + 4 * c)
            if power == 2:
                add_arc_squared(nodes, at, table, k, rest, weight)
            else:
                add_arc(nodes, at, table, k, rest, weight)
    return top, bottom, left, right
