"""One report onto a live sum, in one compiled call: discs on cells, Gaussians on spline nodes.

Takes the numbers a live sum works with, where it is kept, and one report; checks the report, weighs
it by its age and adds it. All in one call, because a call from Python costs as much as the stamp.
What is refused is told by the first number that comes back; the words are for `live`. Discs:
`discs`. Gaussian: values at nodes that a spline of order `ORDER` reads back, tabulated as
polynomials between nodes; a product of one factor per axis.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.surfaces.discs import stamp_disc
from geo_risk.surfaces.loops import compiled, stamp_gaussian
from geo_risk.surfaces.vectors import patch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ORDER = 8  # of the splines that nodes are read by
TAPS = 32  # nodes along each axis that one report is added to
PER_BANDWIDTH = 2.75  # nodes: with order 8, and cut there, a read is off by 1.3e-7 of the peak
_DEGREE = 7  # of the polynomials between two nodes: off by 5e-11
NOT_KNOWN, NOT_FINITE = -1, -2  # what is wrong with a report


# Where each number of a live sum stands in its array. WEST to ROW_PER_M: the place of node or cell
# 0 and how many of them a metre; SINCE to PER_HALF_LIFE: days, and ZERO the day of which a report
# counts its weight; WIDTH and REACH in cells; FIRST_EAST and FIRST_NORTH: the first cell, in nodes.
(WEST, NORTH, PER_M, ROW_PER_M, SINCE, AS_OF, ZERO, PER_HALF_LIFE, SCALE) = range(9)
(WIDTH, REACH, POWER, ROWS, COLS, FIRST_EAST, FIRST_NORTH, CELLS_A_NODE, HOW_MANY) = range(9, 18)


def gaussian_pieces() -> Floats:
    """Give what a report adds to its 32 nodes along one axis, by powers of its fraction t.

    The function g with sum_j g(j - x) B(y - j) = exp(-(y - x)² / 2a²), a = `PER_BANDWIDTH` and B
    the B-spline of order m: its transform is the Gaussian's over the spline's,
    a sqrt(2 pi) exp(-2 pi² a² k²) / sinc(k)^m (Hockney & Eastwood 1981, section 5-3).

    Returns
    -------
    ndarray
        (8, 32): row = power of t, column = node, from the left; the report is t to the right of
        node 15.
    """
    k = np.arange(-128, 128) / 256.0
    transfer = (
        PER_BANDWIDTH * math.sqrt(2.0 * math.pi) * np.exp(-2 * (math.pi * PER_BANDWIDTH * k) ** 2)
    )
    transfer /= np.sinc(k) ** ORDER
    t = 0.5 - 0.5 * np.cos(math.pi * (np.arange(_DEGREE + 1) + 0.5) / (_DEGREE + 1))
    away = np.arange(TAPS) - (TAPS // 2 - 1) - t[:, None]
    values = np.cos(2.0 * math.pi * away[..., None] * k) @ transfer / len(k)
    return np.asarray(np.linalg.solve(np.vander(t, increasing=True), values))


_add_gaussian = patch(gaussian_pieces())


@compiled
def stamp_on_nodes(
    numbers: Floats, sums: Floats, easting: float, northing: float, time_days: float, weight: float
) -> tuple[int, int, int, int]:
    """Add one report's Gaussian to 32 x 32 nodes; give the cells that changed.

    Returns
    -------
    int, int, int, int
        [top, bottom) and [left, right) of the cells; all 0 where there are none; a first number
        below 0 says what is wrong, and nothing was added.
    """
    if not numbers[SINCE] <= time_days < numbers[AS_OF]:
        return NOT_KNOWN, 0, 0, 0
    if not math.isfinite(easting + northing + weight):
        return NOT_FINITE, 0, 0, 0
    x = (easting - numbers[WEST]) * numbers[PER_M]
    y = (northing - numbers[NORTH]) * numbers[ROW_PER_M]
    rows, cols = sums.shape
    before = TAPS // 2 - 1
    if not (before <= x < cols - TAPS + before + 1 and before <= y < rows - TAPS + before + 1):
        return 0, 0, 0, 0
    col, row = int(x), int(y)
    faded = numbers[SCALE] * weight * np.exp2((time_days - numbers[ZERO]) * numbers[PER_HALF_LIFE])
    at = np.uintp((row - before) * cols + col - before)
    _add_gaussian(sums.reshape(-1), at, np.uintp(cols), x - col, y - row, faded)
    reach = TAPS // 2 + ORDER // 2
    cells = numbers[CELLS_A_NODE]
    left = max(0, math.floor((col - reach - numbers[FIRST_EAST]) * cells))
    right = min(int(numbers[COLS]), math.ceil((col + reach + 1 - numbers[FIRST_EAST]) * cells) + 1)
    top = max(0, math.floor((row - reach - numbers[FIRST_NORTH]) * cells))
    bottom = min(
        int(numbers[ROWS]), math.ceil((row + reach + 1 - numbers[FIRST_NORTH]) * cells) + 1
    )
    if left >= right or top >= bottom:
        return 0, 0, 0, 0
    return top, bottom, left, right


@compiled
def stamp_on_cells(
    numbers: Floats, sums: Floats, easting: float, northing: float, time_days: float, weight: float
) -> tuple[int, int, int, int]:
    """Add one report's kernel, a Gaussian where its power is 0, to the cells that it reaches.

    What comes back is as of `stamp_on_nodes`.
    """
    if not numbers[SINCE] <= time_days < numbers[AS_OF]:
        return NOT_KNOWN, 0, 0, 0
    if not math.isfinite(easting + northing + weight):
        return NOT_FINITE, 0, 0, 0
    x = (easting - numbers[WEST]) * numbers[PER_M]
    y = (northing - numbers[NORTH]) * numbers[ROW_PER_M]
    faded = numbers[SCALE] * weight * np.exp2((time_days - numbers[ZERO]) * numbers[PER_HALF_LIFE])
    cols, width, power = int(numbers[COLS]), numbers[WIDTH], int(numbers[POWER])
    box: tuple[int, int, int, int]
    if power == 0:
        box = stamp_gaussian(sums[:, :cols], x, y, faded, width, numbers[REACH])
    else:
        box = stamp_disc(sums, cols, x, y, faded, width, power)
    return box
