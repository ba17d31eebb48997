"""Cells: what is known of each cell beside what happened there.

Takes a park's premises and zones, its boundary and cells, gives `CellTraits`: at any moment a few
numbers per cell (land within the boundary, premises in it and around it), and the zone it lies in.
Dormitories are left out, and no trait is of a person (`denied`). What a forecast makes of them
belongs to `surfaces.predictors`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter

from geo_risk.crs import project_geometry
from geo_risk.events import days_since_epoch
from geo_risk.features.denied import allowed_premises, check_inputs
from geo_risk.features.places import place
from geo_risk.grid import Grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo_risk.features.inputs import ParkInputs

    Floats = NDArray[np.float64]

TRAITS = ("land", "premises_in_cell", "premises_1_5_cells", "premises_4_cells")
"""Columns of `CellTraits.at`."""

_WIDTHS = (1.5, 4.0)  # deviations in cells: the street's and the neighbourhood's premises
_PARTS = 5  # a cell's land is measured at 5 x 5 points
_LEAST_LAND = 0.1


@dataclass(frozen=True)
class CellTraits:
    """What is known of each cell, at any moment.

    Parameters
    ----------
    zone
        (cells,) number of the zone that holds the centre, 0 where none does.
    land
        (cells,) share of the cell within the boundary, 0.1 to 1.
    inside
        (rows, cols) of bool: the park's cells.
    cell
        (n,) flat cell of each premises.
    start_days, end_days
        (n,) when each premises' valid time begins and ends, days since the epoch, half open.
    """

    zone: NDArray[np.int64]
    land: Floats
    inside: NDArray[np.bool_]
    cell: NDArray[np.int64]
    start_days: Floats
    end_days: Floats

    def at(self, days: float) -> Floats:
        """Give the traits that held at a moment: (cells, 4), logarithms, as `TRAITS`."""
        held = (self.start_days <= days) & (days < self.end_days)
        counted = np.bincount(self.cell[held], minlength=self.inside.size)
        premises = counted.reshape(self.inside.shape).astype(np.float64)
        around = [
            gaussian_filter(premises, width, mode="constant")[self.inside] / share
            for width, share in zip(_WIDTHS, self._shares, strict=True)
        ]
        mean = max(float(premises[self.inside].mean()), 1e-12)
        counts = [np.log1p(np.maximum(one, 0.0) / mean) for one in (premises[self.inside], *around)]
        return np.column_stack([np.log(self.land), *counts])

    @cached_property
    def _shares(self) -> list[Floats]:
        """Give the share of each kernel that lies within the park: its edge is no gap."""
        park = self.inside.astype(np.float64)
        return [gaussian_filter(park, width, mode="constant")[self.inside] for width in _WIDTHS]


def measure_cells(inputs: ParkInputs, grid: Grid, inside: NDArray[np.bool_]) -> CellTraits:
    """Measure what is known of each cell.

    Parameters
    ----------
    inputs
        The park's records; premises of any time, each counts while its valid time holds.
    grid, inside
        Where; (rows, cols) of bool.

    Returns
    -------
    CellTraits

    References
    ----------
    Caplan, Kennedy and Miller (2011), Justice Quarterly 28, 360-381: places near as what makes
    risk; what each is worth is learnt, not assumed.
    """
    check_inputs(TRAITS)
    held = allowed_premises(inputs.premises)
    placed = place(held, inputs.outline, inputs.crs)
    row, col = grid.cell_of(placed.easting, placed.northing)
    keep = placed.inside & (row >= 0)
    start = [
        -math.inf if one.valid_from is None else days_since_epoch(one.valid_from) for one in held
    ]
    end = [math.inf if one.valid_to is None else days_since_epoch(one.valid_to) for one in held]
    return CellTraits(
        zone_of_cells(
            [project_geometry(one.geometry, inputs.crs) for one in inputs.zones], grid, inside
        ),
        _land(inputs.outline, grid, inside),
        inside,
        (row * grid.shape[1] + col)[keep],
        np.array(start, dtype=np.float64)[keep],
        np.array(end, dtype=np.float64)[keep],
    )


def zone_of_cells(
    zones: Sequence[BaseGeometry], grid: Grid, inside: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Give the zone of each cell's centre: (cells,) from 1, 0 for none, the first of several."""
    number = np.zeros(grid.shape, dtype=np.int64)
    for index, polygon in enumerate(zones, start=1):
        number[grid.inside(polygon) & (number == 0)] = index
    return np.asarray(number[inside])


def _land(outline: BaseGeometry, grid: Grid, inside: NDArray[np.bool_]) -> Floats:
    rows, cols = grid.shape
    fine = Grid(grid.crs, grid.cell_m / _PARTS, (rows * _PARTS, cols * _PARTS), grid.origin)
    within = fine.inside(outline).reshape(rows, _PARTS, cols, _PARTS)
    return np.asarray(np.maximum(within.mean(axis=(1, 3))[inside], _LEAST_LAND))
