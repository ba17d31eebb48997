"""Risk terrain of each kind of report that may be forecast: `terrain.<kind>`.

Takes a `Setting`, gives graded surfaces of relative risk against the park's mean, with the factors
that tell in their parameters. How a terrain is fitted stands in `surfaces.terrain`, what is
measured of places in `features.terrain_factors`; from six months of history and thirty reports on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo_risk.features.terrain_factors import measure_terrain_factors
from geo_risk.grid import Unit
from geo_risk.published import GradedSurface, classes_of
from geo_risk.surfaces.ladder import FOLDS, FULL
from geo_risk.surfaces.terrain import LEAST_EVENTS, Terrain, fit_terrain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.events import Events
    from geo_risk.fitting.setting import Setting

    Floats = NDArray[np.float64]

_BREAKS = (1.25, 2.0, 4.0)  # times the park's mean: said by themselves, in every park alike
_REACHES = (1.0, 2.0, 4.0)  # times the reach of people and class
_MOST_KINDS = 2  # a fit takes as long as all else that is made of a kind
_LEAST_CELLS = 2.0  # a reach of one cell sees no further than the cell


def grade_terrain(setting: Setting) -> list[GradedSurface]:
    """Give `terrain.<kind>` for the two kinds with the most reports of those that are forecast."""
    if setting.rung not in {FOLDS, FULL}:
        return []
    inputs, grid, inside = setting.inputs, setting.grid, setting.inside
    counts = {
        kind: count_cells(setting, history.count)
        for kind, history in setting.ground.history.kinds.items()
        if setting.forecasts(kind)
    }
    most = sorted(counts, key=lambda kind: (-counts[kind].sum(), kind))[:_MOST_KINDS]
    counts = {kind: counts[kind] for kind in most if counts[kind].sum() >= LEAST_EVENTS}
    if not counts:
        return []
    reach_m = max(inputs.park.model.reach_m, _LEAST_CELLS * grid.cell_m)
    reaches = [step * reach_m for step in _REACHES]
    factors = measure_terrain_factors(
        inputs, setting.ground.sites, grid, inside, reaches_m=reaches, as_of=setting.as_of
    )
    graded = []
    for kind, some in counts.items():
        terrain = fit_terrain(
            some, inside, factors.values, factors.names, factors.kinds, grid.cell_m
        )
        surface = setting.surface(
            f"terrain.{kind}",
            terrain.values,
            Unit.RELATIVE_RISK,
            "terrain",
            parameters=_told(terrain, float(some.sum()), len(factors.names), reaches),
            notes=("past_only",),
        )
        classes = classes_of(terrain.values, _BREAKS)
        graded.append(GradedSurface(surface, _BREAKS, classes, breaks_version="fixed"))
    return graded


def count_cells(setting: Setting, events: Events) -> Floats:
    """Count the events of the window per cell: (rows, cols), 0 outside the park."""
    grid = setting.grid
    row, col = grid.cell_of(events.easting, events.northing)
    age = setting.as_of_days - events.time_days
    keep = (row >= 0) & (age > 0) & (age <= setting.inputs.park.model.window_days)
    flat = row[keep] * grid.shape[1] + col[keep]
    counts = np.bincount(flat, events.weight[keep], minlength=grid.size).reshape(grid.shape)
    return np.where(setting.inside, counts, 0.0)


def _told(
    terrain: Terrain, reports: float, measured: int, reaches_m: list[float]
) -> dict[str, object]:
    return {
        "factors": [
            {
                "name": one.name,
                "relative_risk": round(one.relative_risk, 4),
                "low": round(one.low, 4),
                "high": round(one.high, 4),
            }
            for one in terrain.factors
        ],
        "interval": "90 %, made after the factors were chosen",
        "family": terrain.family,
        "dispersion": round(terrain.dispersion, 4),
        "explained_on_other_blocks": round(terrain.explained, 4),
        "penalty": terrain.penalty,
        "survivors": list(terrain.survivors),
        "measured": measured,
        "reaches_m": reaches_m,
        "reports": reports,
    }
