"""The surfaces of a park as a whole: inherent, combined, effort.

Takes a `Setting` and the intensities of its kinds, gives surfaces. The formula of combined risk
stands in `surfaces.combine`; which kinds enter it is decided here: those that may be forecast.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.events import days_since_epoch
from geo_risk.features.history import FINDINGS_KIND
from geo_risk.fitting.kinds import pool
from geo_risk.grid import Surface, Unit
from geo_risk.published import GradedSurface
from geo_risk.surfaces.combine import CombineParams, combine
from geo_risk.surfaces.inherent import INHERENT_ID, fit_inherent
from geo_risk.surfaces.intensity import Intensity
from geo_risk.surfaces.kde import Density, KdeParams, fit_kde
from geo_risk.surfaces.ladder import INHERENT

if TYPE_CHECKING:
    from geo_risk.fitting.setting import Setting
    from geo_risk.surfaces.grade import Grader

COMBINED_ID = "risk.combined"


def inherent_surface(setting: Setting) -> Surface:
    """Give `inherent.consequence`: people x class per km²."""
    sites, reach_m = setting.ground.sites, setting.inputs.park.model.reach_m
    width = max(reach_m / 2.0, setting.grid.cell_m)
    values = fit_inherent(
        sites.easting,
        sites.northing,
        sites.people * sites.inherent_class,
        setting.grid,
        setting.inside,
        width,
    )
    notes = ("ladder.inherent_only",) if setting.rung == INHERENT else ()
    return setting.surface(
        INHERENT_ID,
        values,
        Unit.PEOPLE_CLASS_PER_KM2,
        "inherent",
        parameters={
            "bandwidth_m": width,
            "assumed_people": sites.assumed_people,
            "assumed_class": sites.assumed_class,
        },
        notes=notes,
    )


def grade_combined(
    setting: Setting, grader: Grader, fitted: Mapping[str, Intensity]
) -> GradedSurface:
    """Give `risk.combined` with classes and contributions, from the kinds that may be forecast."""
    used = {kind: one for kind, one in fitted.items() if setting.forecasts(kind)}
    nothing = Density(*(np.where(setting.inside, 0.0, np.nan) for _ in range(2)))
    hazards = used[FINDINGS_KIND].density if FINDINGS_KIND in used else nothing
    others = sum((one.density for kind, one in used.items() if kind != FINDINGS_KIND), nothing)
    model, layers = setting.inputs.park.model, setting.ground.layers
    params = CombineParams(
        model.patrol_half_credit_hours, model.patrol_max_credit, model.station_max_credit
    )
    names = ("people", "inherent_class", "patrol", "stations")
    combined = combine(
        {
            "hazards": hazards.mean,
            "other_reports": others.mean,
            **{name: layers[name] for name in names},
        },
        params,
    )
    density = (hazards + others).scaled(combined.multiplier)
    earlier = sum((one.earlier for one in used.values()), np.zeros((1, *setting.grid.shape)))
    leading = leading_kind(used)
    served = used[leading] if leading else None
    surface = setting.surface(
        COMBINED_ID,
        combined.values,
        Unit.SEVERITY_PER_KM2_30D,
        "combined",
        ahead=served is not None and not served.notes,
        parameters={
            "intensities": {kind: one.model for kind, one in used.items()},
            "reach_m": model.reach_m,
            "patrol_half_credit_hours": model.patrol_half_credit_hours,
            "patrol_max_credit": model.patrol_max_credit,
            "station_reach_m": model.station_reach_m,
            "station_max_credit": model.station_max_credit,
        },
        score={**served.score, "of": f"intensity.{leading}"} if served else None,
        notes=served.notes if served else (),
    )
    values = pool(setting, density, earlier * combined.multiplier)
    return grader.grade(surface, values, density, combined.factors)


def leading_kind(fitted: Mapping[str, Intensity]) -> str:
    """Give the kind that weighs most in the park: its model and scores speak for the whole."""
    return max(fitted, key=lambda kind: fitted[kind].points, default="")


def effort_surfaces(setting: Setting) -> list[Surface]:
    """Give where somebody looked: `effort.visits`, `effort.patrol`, `coverage.visits`."""
    model, grid, inside = setting.inputs.park.model, setting.grid, setting.inside
    width = max(model.reach_m, grid.cell_m)
    days = min(model.coverage_days, max(1.0, setting.as_of_days - days_since_epoch(setting.start)))
    looked = fit_kde(
        setting.ground.effort.visits,
        grid,
        inside,
        KdeParams(width),
        as_of_days=setting.as_of_days,
        history_days=days,
    )
    layers = setting.ground.layers
    return [
        setting.surface(
            "effort.visits",
            looked.mean,
            Unit.VISITS_PER_KM2_30D,
            "kde",
            parameters={"bandwidth_m": width, "days": days},
        ),
        setting.surface("effort.patrol", layers["patrol"], Unit.HOURS_PER_KM2_30D, "patrol"),
        setting.surface(
            "coverage.visits",
            layers["coverage"],
            Unit.SHARE,
            "coverage",
            parameters={"reach_m": model.reach_m, "days": model.coverage_days},
        ),
    ]
