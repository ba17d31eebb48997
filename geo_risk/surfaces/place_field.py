"""A smooth field over a park: the log of how much riskier a place is than what stands there.

Takes points, gives columns: Gaussian bumps on lattices of several spacings, each row scaled so that
a field of unit coefficients has variance 1 everywhere. How much of which spacing there is, a
regression with estimated variances decides (`shrinkage`); far from any knot the field is 0.
Wikle (2010): low-rank representations of spatial processes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import KDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.grid import Grid

    Floats = NDArray[np.float64]

_PARTS = (4, 8, 16)
"""Spacings: the park's extent in so many parts."""
_FEWEST_CELLS = 2.0  # no bump is narrower than this many cells
_NEAR = 1.0


@dataclass(frozen=True)
class PlaceField:
    """Lattices of knots.

    Parameters
    ----------
    knots
        One (k, 2) array of metres per spacing.
    spacing_m
        Their spacings, which are also the bumps' standard deviations, metres.
    """

    knots: tuple[Floats, ...]
    spacing_m: tuple[float, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of columns of each spacing."""
        return tuple(len(one) for one in self.knots)

    def columns(self, easting: Floats, northing: Floats) -> Floats:
        """Give the field's columns at points.

        Parameters
        ----------
        easting, northing
            (n,) metres; NaN both where there is no place.

        Returns
        -------
        ndarray
            (n, p): per spacing, bump / root of the row's sum of squares; 0 without a place.
        """
        at = np.column_stack([easting, northing])
        has = np.isfinite(easting)
        parts = []
        for knots, spacing in zip(self.knots, self.spacing_m, strict=True):
            part = np.zeros((len(at), len(knots)))
            apart = ((at[has, None] - knots[None]) ** 2).sum(2)
            bump = np.exp(-apart / (2.0 * spacing**2))
            size = np.sqrt((bump**2).sum(1, keepdims=True))
            part[has] = bump / np.maximum(size, 0.1)
            parts.append(part)
        return np.concatenate(parts, axis=1)


def lay_knots(grid: Grid, inside: NDArray[np.bool_]) -> PlaceField:
    """Lay lattices of knots over a park.

    Parameters
    ----------
    grid, inside
        The park's cells; (rows, cols) of bool.

    Returns
    -------
    PlaceField
        Of the spacings extent / 4, / 8 and / 16 those of two cells or more, at least the coarsest;
        knots within one spacing of a cell of the park. The extent is the root of the area of the
        park's box.
    """
    easting, northing = grid.centres()
    cells = np.column_stack([easting[inside], northing[inside]])
    low, high = cells.min(0), cells.max(0)
    extent = max(float(np.sqrt(np.prod(high - low + grid.cell_m))), grid.cell_m)
    tree = KDTree(cells)
    knots: list[Floats] = []
    spacings: list[float] = []
    for parts in _PARTS:
        spacing = extent / parts
        if knots and spacing < _FEWEST_CELLS * grid.cell_m:
            break
        axes = [
            np.arange(np.floor((b - a) / spacing) + 3) * spacing + a - spacing
            for a, b in zip(low, high, strict=True)
        ]
        lattice = np.column_stack([one.ravel() for one in np.meshgrid(*axes)])
        near, _ = tree.query(lattice)
        knots.append(lattice[near <= _NEAR * spacing])
        spacings.append(spacing)
    return PlaceField(tuple(knots), tuple(spacings))
