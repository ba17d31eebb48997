"""Where a live sum of kernels is kept: on the cells, or on a coarser lattice of spline nodes.

Takes a grid and a kernel; takes reports one at a time, gives the sum at any block of cells. A
Gaussian much wider than a cell is kept on nodes, 2.75 a bandwidth: a report then changes 1,024
numbers whatever the number of cells in its reach, and reading takes 8 + 8 taps a cell. Kernels that
end are kept on cells, exactly. Both hold the sum as of a day ZERO: time is for `live`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo_risk.surfaces import stamps
from geo_risk.surfaces.discs import room_for
from geo_risk.surfaces.splines import Axis, evaluate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.grid import Grid

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_REACH = 5.6  # deviations: a disc of that radius holds all but 1.6e-7 of a Gaussian
_WIDE = 4.0  # cells a bandwidth from which on nodes are fewer than cells, and cheaper
_MARGIN = stamps.TAPS + stamps.ORDER // 2  # nodes around the grid: no report is cut at the rim
_LINE = 8  # numbers in a line of cache
_NOTHING = 1e-200  # what is smaller than this after fading is 0: no slow denormal numbers


@dataclass(frozen=True)
class CellSum:
    """A sum kept at cell centres.

    Parameters
    ----------
    numbers
        What `stamps` works with, by the places named there.
    sums
        (rows, cols and some more) as of the day ZERO.
    cols
        Columns of the grid.
    """

    numbers: Floats
    sums: Floats
    cols: int
    stamp: Any = stamps.stamp_on_cells

    def read(self, rows: slice, cols: slice) -> Floats:
        """Give the sum at a block of cells, as an array of its own."""
        return np.array(self.sums[rows, : self.cols][:, cols])


@dataclass(frozen=True)
class NodeSum:
    """A Gaussian sum kept at the nodes of a lattice that splines are read from.

    Parameters
    ----------
    numbers
        What `stamps` works with, by the places named there.
    sums
        (nodes along northing, nodes along easting) as of the day ZERO.
    across, along
        For each column, and each row, of cells: its first node, and what its nodes count.
    """

    numbers: Floats
    sums: Floats
    across: tuple[Integers, Floats]
    along: tuple[Integers, Floats]
    stamp: Any = stamps.stamp_on_nodes

    def read(self, rows: slice, cols: slice) -> Floats:
        """Give the sum at a block of cells."""
        down, right = self.along[0][rows], self.across[0][cols]
        if not (len(down) and len(right)):
            return np.zeros((len(down), len(right)))
        # In order, or in reverse where a slice runs backwards.
        top, bottom = min(down[0], down[-1]), max(down[0], down[-1]) + stamps.ORDER
        left, end = min(right[0], right[-1]), max(right[0], right[-1]) + stamps.ORDER
        block = self.sums[top:bottom, left:end]
        return evaluate(
            block,
            (right - left, self.across[1][cols]),
            (down - top, self.along[1][rows]),
            (len(down), len(right)),
        )


def empty_sum(grid: Grid, kernel: str, bandwidth_m: float) -> CellSum | NodeSum:
    """Make a sum without reports, its days all 0: nodes for a Gaussian that is wide, else cells."""
    numbers = np.zeros(stamps.HOW_MANY)
    numbers[stamps.ROWS], numbers[stamps.COLS] = grid.shape
    area = math.pi * bandwidth_m**2
    if kernel == "gaussian" and bandwidth_m >= _WIDE * grid.cell_m:
        return _on_nodes(grid, bandwidth_m, numbers, 0.5 / area)
    per_m = 1.0 / grid.cell_m
    numbers[stamps.WEST], numbers[stamps.NORTH] = grid.eastings()[0], grid.northings()[0]
    numbers[stamps.PER_M], numbers[stamps.ROW_PER_M] = per_m, -per_m
    power = {"gaussian": 0, "epanechnikov": 1, "quartic": 2}[kernel]
    numbers[stamps.POWER] = power
    numbers[stamps.SCALE] = (0.5, 2.0, 3.0)[power] / area
    numbers[stamps.WIDTH] = bandwidth_m * per_m
    numbers[stamps.REACH] = _REACH * bandwidth_m * per_m
    return CellSum(numbers, _zeros(grid.shape[0], room_for(grid.shape[1])), grid.shape[1])


def fade(kept: CellSum | NodeSum, share: float) -> None:
    """Multiply the sum by a share."""
    sums = kept.sums
    sums *= share
    sums[np.abs(sums) < _NOTHING] = 0.0


def _on_nodes(grid: Grid, bandwidth_m: float, numbers: Floats, scale: float) -> NodeSum:
    east, north = grid.eastings(), grid.northings()
    step = bandwidth_m / stamps.PER_BANDWIDTH
    across, along = _axis(east[0], east[-1], step), _axis(north[-1], north[0], step)
    numbers[stamps.WEST], numbers[stamps.NORTH] = across.start, north[0] + _MARGIN * step
    numbers[stamps.PER_M], numbers[stamps.ROW_PER_M] = 1.0 / step, -1.0 / step
    numbers[stamps.SCALE] = scale
    numbers[stamps.FIRST_EAST] = numbers[stamps.FIRST_NORTH] = _MARGIN
    numbers[stamps.CELLS_A_NODE] = step / grid.cell_m
    # Node 0 is the northernmost, as row 0 is: places from the north.
    down = Axis(-_MARGIN * step, step, along.n).taps(north[0] - north, stamps.ORDER)
    return NodeSum(numbers, _zeros(along.n, across.n), across.taps(east, stamps.ORDER), down)


def _axis(low: float, high: float, step: float) -> Axis:
    return Axis(
        low - _MARGIN * step, step, room_for(math.ceil((high - low) / step) + 2 * _MARGIN + 1)
    )


def _zeros(rows: int, cols: int) -> Floats:
    """Give zeros that begin with a line of cache, on huge pages where the system has them.

    NumPy asks for huge pages for what is empty, not for what is zero: 73 rows of a disc are then on
    two or three pages instead of 73.
    """
    room = np.empty(rows * cols + _LINE)
    room.fill(0.0)
    skip = -(room.ctypes.data // room.itemsize) % _LINE
    return room[skip : skip + rows * cols].reshape(rows, cols)
