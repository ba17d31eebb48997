"""Risk terrain of each kind of report that may be forecast: `terrain.<kind>`.

Takes a `Setting`, gives graded surfaces of relative risk against the park's mean, with the factors
that tell in their parameters. Where visits find a kind, its counts stand against how much was
looked: a place where everybody looks is not riskier for it. How a terrain is fitted stands in
`surfaces.terrain`, what is measured of places in `features.terrain_factors`; from six months of
history and thirty reports on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo_risk.features.history import FINDINGS_KIND
from geo_risk.features.terrain_factors import TerrainFactors, measure_terrain_factors
from geo_risk.fitting.corrected import fit_looks
from geo_risk.grid import Unit
from geo_risk.published import Factors, GradedSurface, classes_of
from geo_risk.records import Channel
from geo_risk.surfaces.combine import shapley
from geo_risk.surfaces.ladder import FOLDS, FULL
from geo_risk.surfaces.looked import measure_looked
from geo_risk.surfaces.terrain import LEAST_EVENTS, Terrain, fit_terrain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geo_risk.events import Events
    from geo_risk.fitting.setting import Setting
    from geo_risk.surfaces.detected import Detection

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

_BREAKS = (1.25, 2.0, 4.0)  # times the park's mean: said by themselves, in every park alike
_REACHES = (1.0, 2.0, 4.0)  # times the reach of people and class
_MOST_KINDS = 2  # a fit takes as long as all else that is made of a kind
_LEAST_CELLS = 2.0  # a reach of one cell sees no further than the cell
_LOOKED_CELLS = 2.0  # how much was looked is spread this far, as reports lie off their premises
_MOST_FACTORS = 6  # a value opens into no more


def grade_terrain(
    setting: Setting, detected: Mapping[str, Detection] | None = None
) -> list[GradedSurface]:
    """Give `terrain.<kind>` for the two kinds with the most reports of those that are forecast.

    Parameters
    ----------
    setting
        The park at its as-of.
    detected
        By kind, what `fit_looks` gave where it was fitted already.
    """
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
        exposure = None
        if found_by_visits(setting, kind):
            detection = (detected or {}).get(kind) or fit_looks(setting, kind)
            width = _LOOKED_CELLS * grid.cell_m
            exposure = measure_looked(detection, grid, inside, bandwidth_m=width)
        terrain = fit_terrain(
            some,
            inside,
            factors.values,
            factors.names,
            factors.kinds,
            grid.cell_m,
            exposure=exposure,
        )
        surface = setting.surface(
            f"terrain.{kind}",
            terrain.values,
            Unit.RELATIVE_RISK,
            "terrain",
            parameters=_told(terrain, float(some.sum()), len(factors.names), reaches),
            notes=("past_only",) if exposure is None else ("past_only", "freed_of_looks"),
        )
        classes = classes_of(terrain.values, _BREAKS)
        why = explain_terrain(terrain, factors, inside)
        graded.append(GradedSurface(surface, _BREAKS, classes, breaks_version="fixed", factors=why))
    return graded


def found_by_visits(setting: Setting, kind: str) -> bool:
    """Say whether visits put reports of a kind on record: then how much was looked counts."""
    inputs = setting.inputs
    if kind == FINDINGS_KIND and any(one.found is not None for one in inputs.visits):
        return True
    return any(
        one.kind == kind and (one.channel == Channel.VISIT or one.visit_id)
        for one in inputs.reports
    )


def explain_terrain(terrain: Terrain, factors: TerrainFactors, inside: Mask) -> Factors | None:
    """Give each factor's exact Shapley share of the relative risk, against the mean cell.

    None where there is no factor, or more than six.
    """
    if not 0 < len(terrain.factors) <= _MOST_FACTORS:
        return None
    names = tuple(one.name for one in terrain.factors)
    cells = {
        name: factors.values[:, column] for name, column in zip(names, terrain.columns, strict=True)
    }
    slopes = dict(zip(names, terrain.coef.tolist(), strict=True))
    level = float(np.mean(np.exp(sum(slopes[name] * cells[name] for name in names))))

    def value(at: Mapping[str, Floats | float]) -> Floats | float:
        return np.asarray(np.exp(sum(slopes[name] * one for name, one in at.items())) / level)

    reference = {name: float(one.mean()) for name, one in cells.items()}
    parts = np.full((len(names), *inside.shape), np.nan, dtype=np.float32)
    parts[:, inside] = shapley(value, cells, reference)
    return Factors(names, parts, float(value(reference)))


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
