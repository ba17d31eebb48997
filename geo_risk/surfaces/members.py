"""The members of a blend: which densities there are, and how each is told apart.

Takes the kernels that a park allows, gives one row per member: the design's three baselines, the
uniform, every kernel, and every kernel pooled with the cell's own count. Their values are made in
`bench`; what weight each deserves is learnt in `forecast`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.surfaces.kde import KdeParams

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.grid import Grid

    Floats = NDArray[np.float64]

COUNT_365D, COUNT_ALL, KDE_200M = "count_365d", "count_all", "kde_200m"
BASELINES = (COUNT_365D, COUNT_ALL, KDE_200M)
"""Models that everybody can compute; design, section 6."""

UNIFORM = "uniform"
HALF_LIVES_DAYS = (45.0, 180.0, math.inf)
"""Decays a kernel may have when the park file leaves it open."""

_STEPS = (1.0, 1.5, 2.5, 4.0, 8.0, 16.0)  # bandwidths in cells
_LARGEST_SHARE = 8.0  # no bandwidth above this part of the grid's diagonal
_POOL_CELLS = 4.0  # a cell is compared with surroundings of at most this bandwidth
_POOL_LIFE_DAYS = 90.0  # with a shorter memory a cell has next to no count of its own
_POOL_EVENTS = (1.0, 3.0, 10.0)
_USUAL_WIDTH_M, _USUAL_LIFE_DAYS, _LONGEST_DAYS = 250.0, 180.0, 3650.0


@dataclass(frozen=True)
class Members:
    """Rows of a blend.

    Parameters
    ----------
    kernels
        Candidates, as of `candidate_kernels`.
    cell_m
        Side of a cell, metres.
    """

    kernels: tuple[KdeParams, ...]
    cell_m: float

    @cached_property
    def pools(self) -> tuple[tuple[int, float], ...]:
        """Row of a kernel and how many events it is worth, for each pooled member."""
        return tuple(
            (row, worth)
            for row in self.kernel_rows
            if self.kernel_of(row).bandwidth_m <= _POOL_CELLS * self.cell_m
            and self.kernel_of(row).half_life_days > _POOL_LIFE_DAYS
            for worth in _POOL_EVENTS
        )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """One name per row."""
        widths = [f"{one.bandwidth_m:g}m_{one.half_life_days:g}d" for one in self.kernels]
        return (
            *BASELINES,
            UNIFORM,
            *(f"kde_{one}" for one in widths),
            *(f"pool_{widths[row - self.first_kernel]}_{worth:g}" for row, worth in self.pools),
        )

    @property
    def first_kernel(self) -> int:
        """Row of the first kernel; baselines and the uniform stand before it."""
        return len(BASELINES) + 1

    @property
    def kernel_rows(self) -> range:
        """Rows of the kernels."""
        return range(self.first_kernel, self.first_kernel + len(self.kernels))

    @property
    def pool_rows(self) -> range:
        """Rows of the pooled members."""
        first = self.kernel_rows.stop
        return range(first, first + len(self.pools))

    def kernel_of(self, row: int) -> KdeParams:
        """Give the kernel of a kernel's row."""
        return self.kernels[row - self.first_kernel]

    def pool_of(self, row: int) -> tuple[int, float]:
        """Give the kernel's row and the worth in events of a pooled member's row."""
        return self.pools[row - self.pool_rows.start]

    @cached_property
    def default_kernel(self) -> int:
        """Row of the kernel to use before any outcome: nearest 250 m and 180 days, in ratio."""

        def far(row: int) -> float:
            one = self.kernel_of(row)
            life = min(one.half_life_days, _LONGEST_DAYS)
            return abs(math.log(one.bandwidth_m / _USUAL_WIDTH_M)) + abs(
                math.log(life / _USUAL_LIFE_DAYS)
            )

        return min(self.kernel_rows, key=far)

    def even_weights(self) -> Floats:
        """Give weights before any outcome: nine tenths even over kernels and pools."""
        others = self.first_kernel
        weights = np.full(len(self.names), 0.9 / (len(self.names) - others))
        weights[:others] = 0.1 / others
        return weights


def candidate_kernels(
    grid: Grid, bandwidth_m: float = 0.0, half_life_days: float = 0.0
) -> tuple[KdeParams, ...]:
    """Give the kernels to choose from.

    Parameters
    ----------
    grid
        Bandwidths run from one cell to an eighth of the grid's diagonal.
    bandwidth_m, half_life_days
        As the park file says; 0 = open.

    Returns
    -------
    tuple of KdeParams
        One, where both are given; a bandwidth below one cell is raised to it, with a warning.
    """
    largest = grid.cell_m * math.hypot(*grid.shape) / _LARGEST_SHARE
    ladder = [step * grid.cell_m for step in _STEPS if step * grid.cell_m <= largest]
    widths = [bandwidth_m] if bandwidth_m > 0 else ladder or [grid.cell_m]
    lives = (half_life_days,) if half_life_days > 0 else HALF_LIVES_DAYS
    chosen = [KdeParams(width, lives[0]).at_least(grid.cell_m).bandwidth_m for width in widths]
    return tuple(KdeParams(width, life) for width in chosen for life in lives)
