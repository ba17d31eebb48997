"""Hot spots of each kind of report that may be forecast: `hotspot.<kind>`.

Takes a `Setting`, gives graded surfaces whose values are classes: 0 none, 1 fading, 2 persistent, 3
emerging. What is a hot spot stands in `surfaces.hotspots`; which months are compared is decided
here. Before six months there is nothing to compare, and no surface.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo_risk.events import days_since_epoch
from geo_risk.grid import Unit
from geo_risk.published import GradedSurface, classes_of
from geo_risk.surfaces.hotspots import HotSpot, choose_band, fit_hotspots
from geo_risk.surfaces.ladder import FOLDS, FULL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.events import Events
    from geo_risk.fitting.setting import Setting

    Floats = NDArray[np.float64]

RATE = 0.05
"""Share of false hot spots that is put up with."""

_PERIODS, _PERIOD_DAYS = 6, 90.0
_BREAKS = (float(HotSpot.FADING), float(HotSpot.PERSISTENT), float(HotSpot.EMERGING))


def grade_hotspots(setting: Setting) -> list[GradedSurface]:
    """Give `hotspot.<kind>` for the kinds that may be forecast, from six months of history on.

    Six periods up to the as-of, each a sixth of the history and at most 90 days.
    """
    if setting.rung not in {FOLDS, FULL}:
        return []
    history_days = setting.as_of_days - days_since_epoch(setting.start)
    days = min(history_days / _PERIODS, _PERIOD_DAYS)
    graded = []
    for kind, history in setting.ground.history.kinds.items():
        if not setting.forecasts(kind) or not len(history.count):
            continue
        counts = count_periods(setting, history.count, days)
        inside = setting.inside
        total = float(counts[:, inside].sum()) / _PERIODS
        band_m = choose_band(total, int(inside.sum()), setting.grid.cell_m)
        spots = fit_hotspots(counts, inside, setting.grid.cell_m, band_m, rate=RATE)
        values = np.where(inside, spots.classes, np.nan).astype(np.float64)
        surface = setting.surface(
            f"hotspot.{kind}",
            values,
            Unit.HOT_SPOT,
            "hotspots",
            parameters={
                "band_m": band_m,
                "periods": _PERIODS,
                "period_days": round(days, 3),
                "false_discovery_rate": RATE,
                "reports": total * _PERIODS,
                "cells": {one.name.lower(): int((spots.classes == one).sum()) for one in HotSpot},
            },
            notes=("past_only",),
        )
        graded.append(
            GradedSurface(surface, _BREAKS, classes_of(values, _BREAKS), breaks_version="fixed")
        )
    return graded


def count_periods(setting: Setting, events: Events, days: float) -> Floats:
    """Count events per period and cell: (periods, rows, cols), oldest first, 0 outside the park."""
    grid = setting.grid
    row, col = grid.cell_of(events.easting, events.northing)
    back = np.floor((setting.as_of_days - events.time_days) / days).astype(np.int64)
    keep = (row >= 0) & (back >= 0) & (back < _PERIODS)
    flat = ((_PERIODS - 1 - back) * grid.shape[0] + row) * grid.shape[1] + col
    counts = np.bincount(flat[keep], events.weight[keep], minlength=_PERIODS * grid.size)
    return np.where(setting.inside, counts.reshape(_PERIODS, *grid.shape), 0.0)
