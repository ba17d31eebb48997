"""Looked here, on record here, risk here: three surfaces of one kind of report, side by side.

Takes a `Setting`, gives `looked.hazard`, `raw.hazard` and `corrected.hazard`, spread by one kernel
over one period. What visits found and the public told is freed of who looked in
`surfaces.detection`; no level of a looker is in anything given here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.events import days_since_epoch
from geo_risk.features.history import FINDINGS_KIND
from geo_risk.features.looks import measure_looks
from geo_risk.grid import Period, Unit
from geo_risk.surfaces.corrected import correct
from geo_risk.surfaces.detected import Detection
from geo_risk.surfaces.detection import fit_detection
from geo_risk.surfaces.kde import KdeParams, fit_kde
from geo_risk.surfaces.ladder import INHERENT

if TYPE_CHECKING:
    from geo_risk.events import Events
    from geo_risk.fitting.setting import Setting
    from geo_risk.grid import Surface
    from geo_risk.published import GradedSurface
    from geo_risk.surfaces.grade import Grader
    from geo_risk.surfaces.kde import Density

LOOKED, RAW, CORRECTED = "looked", "raw", "corrected"
"""Families of surfaces: where somebody looked, what is on record, what there is."""


def fit_looks(setting: Setting, kind: str = FINDINGS_KIND) -> Detection:
    """Fit detection of a park: premises' risk and places', freed of who looked.

    Parameters
    ----------
    setting
        The park at its as-of.
    kind
        Kind of report.

    Returns
    -------
    Detection
        Of the reports and visits of the last `window_days`.
    """
    inputs = setting.inputs
    looks = measure_looks(
        kind=kind,
        premises=inputs.premises,
        enterprises=inputs.enterprises,
        visits=inputs.visits,
        reports=inputs.reports,
        zones=setting.ground.zones,
        grid=setting.grid,
        boundary=inputs.outline,
        period=_period(setting),
    )
    return fit_detection(looks, setting.grid, setting.inside)


def shows_looks(setting: Setting) -> bool:
    """Say whether `grade_looks` has something to show: records, and not on the first rung."""
    history = setting.ground.history.kinds.get(FINDINGS_KIND)
    return setting.rung != INHERENT and history is not None and len(history.count) > 0


def grade_looks(setting: Setting, grader: Grader, detection: Detection) -> list[GradedSurface]:
    """Give `looked`, `raw` and `corrected` of what visits find, with classes.

    Parameters
    ----------
    setting
        The park at its as-of, one of which `shows_looks` holds.
    grader
        Gives classes.
    detection
        Of `fit_looks`.

    Returns
    -------
    list of GradedSurface
        `raw` and `corrected` have one total, and one set of breaks made from the cells of both: a
        colour means the same.
    """
    history = setting.ground.history.kinds[FINDINGS_KIND]
    width = bandwidth_m(setting)
    looked, raw = (
        _spread(setting, events) for events in (setting.ground.effort.visits, history.count)
    )
    total = float(np.nansum(raw.mean)) * setting.grid.cell_km2
    corrected = correct(detection, setting.grid, setting.inside, bandwidth_m=width, total=total)
    both = np.stack([raw.mean, corrected.mean])
    strengths = {key: float(f"{value:.6g}") for key, value in detection.parameters.items()}
    return [
        grader.grade(_surface(setting, family, unit, density, told), pool, density)
        for family, unit, density, told, pool in (
            (LOOKED, Unit.VISITS_PER_KM2_30D, looked, {}, looked.mean),
            (RAW, Unit.REPORTS_PER_KM2_30D, raw, {}, both),
            (CORRECTED, Unit.REPORTS_PER_KM2_30D, corrected, strengths, both),
        )
    ]


def bandwidth_m(setting: Setting) -> float:
    """Give the kernel's standard deviation: the park file's, else its reach; a cell at least."""
    model = setting.inputs.park.model
    return max(model.bandwidth_m or model.reach_m, setting.grid.cell_m)


def _period(setting: Setting) -> Period:
    window = timedelta(days=setting.inputs.park.model.window_days)
    return Period(max(setting.start, setting.as_of - window), setting.as_of)


def _spread(setting: Setting, events: Events) -> Density:
    period = _period(setting)
    return fit_kde(
        events,
        setting.grid,
        setting.inside,
        KdeParams(bandwidth_m(setting)),
        as_of_days=days_since_epoch(period.end),
        history_days=max(period.days, 1.0),
    )


def _surface(
    setting: Setting, family: str, unit: Unit, density: Density, told: Mapping[str, float]
) -> Surface:
    period = _period(setting)
    surface = setting.surface(
        f"{family}.{FINDINGS_KIND}",
        density.mean,
        unit,
        "detection" if family == CORRECTED else "kde",
        parameters={"bandwidth_m": bandwidth_m(setting), "days": period.days, **told},
        notes=("past_only", "follows_looks") if family == RAW else ("past_only",),
    )
    return replace(surface, period=period)
