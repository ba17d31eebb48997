"""Summaries of a graded surface: per zone and per place.

Takes a graded surface and cell masks or points, gives means, extremes and classes. What is counted
in a zone is told by `features.counts`; who may see which summary is decided by the audience.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.published import RiskClass, class_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.published import GradedSurface

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CellSummary:
    """Figures of some cells of one surface.

    Parameters
    ----------
    area_km2
        Area of the cells that have a value.
    mean, maximum, total
        Mean, largest, and mean x area; NaN without cells.
    risk_class
        Class of the mean by the surface's breaks.
    class_cells
        Number of cells shown blue, yellow, orange, red.
    """

    area_km2: float
    mean: float
    maximum: float
    total: float
    risk_class: RiskClass
    class_cells: tuple[int, int, int, int]


def summarise(graded: GradedSurface, cells: NDArray[np.bool_]) -> CellSummary:
    """Summarise the cells of a zone.

    Parameters
    ----------
    graded
        Surface and classes.
    cells
        (rows, cols) of bool; cells without a value are left out.

    Returns
    -------
    CellSummary
    """
    values = graded.surface.values[cells]
    shown = graded.classes[cells][np.isfinite(values)]
    values = values[np.isfinite(values)]
    area = values.size * graded.surface.grid.cell_km2
    if not values.size:
        return CellSummary(0.0, math.nan, math.nan, math.nan, RiskClass.NONE, (0, 0, 0, 0))
    mean = float(values.mean())
    blue, yellow, orange, red = (int((shown == level).sum()) for level in range(1, 5))
    return CellSummary(
        area,
        mean,
        float(values.max()),
        mean * area,
        class_of(mean, graded.breaks),
        (blue, yellow, orange, red),
    )


def values_at(
    graded: GradedSurface, easting: Floats, northing: Floats
) -> tuple[Floats, NDArray[np.uint8]]:
    """Give value and class of the cell of each point.

    Parameters
    ----------
    graded
        Surface and classes.
    easting, northing
        (n,) metres; NaN for no point.

    Returns
    -------
    values, classes
        (n,) each; NaN and 0 outside the study area.
    """
    row, col = graded.surface.grid.cell_of(easting, northing)
    on = row >= 0
    values = np.where(on, graded.surface.values[row, col], np.nan)
    classes = np.where(on, graded.classes[row, col], 0).astype(np.uint8)
    return values, classes
