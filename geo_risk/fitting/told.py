"""What is told beside the surfaces: zones, premises, the rung, and plain facts.

Takes graded surfaces and what was measured, gives the summaries of a publication.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from geo_risk.features.denied import DENIED_PREMISES_KINDS
from geo_risk.features.history import NOT_YET
from geo_risk.fitting.whole import leading_kind
from geo_risk.published import GradedSurface, PremisesSummary, RiskClass, Rung, ZoneSummary
from geo_risk.surfaces.intensity import Intensity
from geo_risk.surfaces.ladder import INHERENT
from geo_risk.surfaces.summary import summarise, values_at

if TYPE_CHECKING:
    from geo_risk.fitting.setting import Setting


def told_rung(setting: Setting, fitted: Mapping[str, Intensity]) -> Rung:
    """Give the rung; the kind that weighs most names its model and its folds."""
    used = {kind: one for kind, one in fitted.items() if setting.forecasts(kind)}
    leading = leading_kind(used)
    if not leading:
        return Rung(setting.months, setting.rung, 0, INHERENT if not fitted else "kde")
    one = used[leading]
    return Rung(setting.months, setting.rung, int(one.score["folds"]), one.model)


def summarise_zones(setting: Setting, surfaces: Sequence[GradedSurface]) -> tuple[ZoneSummary, ...]:
    """Summarise every zone under every surface."""
    counts = setting.ground.counts.zones
    summaries = []
    for zone_id, polygon in setting.ground.zones.items():
        cells = setting.grid.inside(polygon) & setting.inside
        here = counts[zone_id]
        for graded in surfaces:
            one = summarise(graded, cells)
            summaries.append(
                ZoneSummary(
                    zone_id,
                    graded.id,
                    one.area_km2,
                    one.mean,
                    one.maximum,
                    one.total,
                    one.risk_class,
                    one.class_cells,
                    here.enterprises,
                    here.premises,
                    here.reports,
                    here.visits,
                )
            )
    return tuple(summaries)


def summarise_premises(setting: Setting, main: GradedSurface) -> tuple[PremisesSummary, ...]:
    """Give each premises its cell; a dwelling is no unit of risk and has no value."""
    lines = setting.ground.counts.premises
    dwellings = {one.id for one in setting.inputs.premises if one.kind in DENIED_PREMISES_KINDS}
    valued = np.array([one.inside and one.premises_id not in dwellings for one in lines])
    values, classes = values_at(
        main,
        np.array([one.easting for one in lines]),
        np.array([one.northing for one in lines]),
    )
    return tuple(
        PremisesSummary(
            one.premises_id,
            main.id,
            float(values[row]) if valued[row] else float("nan"),
            RiskClass(int(classes[row])) if valued[row] else RiskClass.NONE,
            one.zone_id,
            one.last_visit,
            one.visits,
            one.reports,
        )
        for row, one in enumerate(lines)
    )


def told_facts(setting: Setting, fitted: Mapping[str, Intensity]) -> dict[str, Any]:
    """Give plain figures of what went in and what was left out."""
    ground = setting.ground
    return {
        "history_start": ground.history.start.isoformat() if ground.history.start else None,
        "reports_used": ground.history.used,
        "left_out": {
            key: n for key, n in sorted(ground.history.left_out.items()) if n and key != NOT_YET
        },
        "visits_used": len(ground.effort.visits),
        "visits_left_out": ground.effort.left_out,
        "kinds": {
            kind: float(one.count.weight.sum()) for kind, one in ground.history.kinds.items()
        },
        "past_only": sorted(kind for kind in fitted if not setting.forecasts(kind)),
        "assumed_people": ground.sites.assumed_people,
        "assumed_class": ground.sites.assumed_class,
        "cells": int(setting.inside.sum()),
        "inputs_digest": setting.digest,
    }
