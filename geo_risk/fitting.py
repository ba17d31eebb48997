"""From records to a publication: features, surfaces, grades, summaries, in order.

Takes everything the store holds of a park and an as-of, gives a `Publication`. Where a park stands
on the ladder decides what is fitted: the inherent surface alone, a shrunk density, or forecasts
with their scores. Only what was known at the as-of goes in. What a build reads and keeps belongs to
`pipeline`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from geo_risk.errors import InputError
from geo_risk.events import days_since_epoch
from geo_risk.features.denied import DENIED_PREMISES_KINDS
from geo_risk.features.ground import Ground, measure_ground
from geo_risk.features.history import FINDINGS_KIND
from geo_risk.features.inputs import ParkInputs
from geo_risk.grid import Grid, Period, Provenance, Surface, Unit
from geo_risk.published import (
    GradedSurface,
    PremisesSummary,
    Publication,
    RiskClass,
    Rung,
    ZoneSummary,
    classes_of,
)
from geo_risk.surfaces.combine import CombineParams, combine
from geo_risk.surfaces.grade import Grader
from geo_risk.surfaces.inherent import fit_inherent
from geo_risk.surfaces.intensity import Intensity, IntensityParams, KindEvents, fit_intensity
from geo_risk.surfaces.kde import Density, KdeParams, fit_kde
from geo_risk.surfaces.ladder import FOLDS, FULL, INHERENT, month_ends, rung_key, whole_months
from geo_risk.surfaces.summary import summarise, values_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Progress = Callable[[str, int, int | None], None]

__all__ = ["COMBINED_ID", "INHERENT_ID", "ParkInputs", "fit_park"]

INHERENT_ID = "inherent.consequence"
COMBINED_ID = "risk.combined"

_COVERAGE_BREAKS = (0.25, 0.5, 0.75)  # a share needs no quantiles


def fit_park(
    inputs: ParkInputs,
    *,
    as_of: datetime,
    previous: Sequence[Publication] = (),
    progress: Progress | None = None,
) -> Publication:
    """Fit every surface of a park.

    Parameters
    ----------
    inputs
        The park's records.
    as_of
        What was known by then goes in, zone-aware.
    previous
        Earlier publications in any order; those of this as-of or later do not count. Breaks that
        were fixed in one stay, and classes move from what it showed.
    progress
        Told the stage, what is done of it, and of how much.

    Returns
    -------
    Publication
        Its `sources` are empty: `pipeline` fills them.

    Raises
    ------
    InputError
        When no cell of the park's grid has its centre within the boundary.
    """
    say = progress or (lambda _stage, _done, _total: None)
    setting = _setting(inputs, as_of)
    model = inputs.park.model
    surfaces: list[GradedSurface] = []
    grader = Grader(
        tuple(sorted((one for one in previous if one.as_of < as_of), key=lambda one: one.as_of)),
        setting.months >= 12,
        model.breaks_quantiles,
        model.break_margin,
        model.dwell_publications,
    )
    inherent = _fit_inherent(setting)
    fitted: dict[str, Intensity] = {}
    kinds = [] if setting.rung == INHERENT else list(setting.ground.history.kinds)
    for done, kind in enumerate(kinds):
        say("fit", done, len(kinds) + 1)
        fitted[kind] = _fit_kind(setting, kind, inherent.values)
    main = grader.grade(inherent, inherent.values)
    if fitted:
        main = _grade_combined(setting, grader, fitted)
        surfaces += [_grade_intensity(setting, grader, kind, fitted[kind]) for kind in kinds]
        surfaces += _grade_counts(setting, grader, fitted)
        surfaces.append(grader.grade(inherent, inherent.values))
    *efforts, coverage = _effort_surfaces(setting)
    surfaces += [grader.grade(one, one.values) for one in efforts]
    shown = classes_of(coverage.values, _COVERAGE_BREAKS)
    surfaces.append(GradedSurface(coverage, _COVERAGE_BREAKS, shown, breaks_version="quarters"))
    surfaces.insert(0, main)
    say("fit", len(kinds) + 1, len(kinds) + 1)
    return Publication(
        as_of=as_of,
        rung=_rung(setting, fitted),
        surfaces={one.id: one for one in surfaces},
        main=main.id,
        zones=_zone_summaries(setting, surfaces),
        premises=_premises_summaries(setting, main),
        facts=_facts(setting, fitted),
    )


@dataclass(frozen=True)
class _Setting:
    """What every step of one fit looks at."""

    inputs: ParkInputs
    as_of: datetime
    grid: Grid
    inside: NDArray[np.bool_]
    ground: Ground
    digest: str
    months: int
    rung: str

    @property
    def start(self) -> datetime:
        return self.ground.history.start or self.as_of

    @property
    def as_of_days(self) -> float:
        return days_since_epoch(self.as_of)

    def forecasts(self, kind: str) -> bool:
        known = self.inputs.park.kinds
        return kind in known and known[kind].forecast

    def surface(
        self,
        id_: str,
        values: Floats,
        unit: Unit,
        model: str,
        *,
        ahead: bool = False,
        parameters: Mapping[str, Any] | None = None,
        score: Mapping[str, Any] | None = None,
        notes: tuple[str, ...] = (),
    ) -> Surface:
        days = timedelta(days=self.inputs.park.model.horizon_days)
        period = Period(self.as_of, self.as_of + days) if ahead else Period(self.start, self.as_of)
        provenance = Provenance(model, dict(parameters or {}), self.digest, self.as_of)
        told = dict(score) if score is not None else {"status": "none", "folds": 0}
        return Surface(id_, values, self.grid, unit, period, provenance, told, notes)


def _setting(inputs: ParkInputs, as_of: datetime) -> _Setting:
    park = inputs.park
    grid = Grid.covering(inputs.outline, inputs.crs, park.park.cell_m)
    inside = grid.inside(inputs.outline)
    if not inside.any():
        raise InputError(
            f"No cell of {grid.cell_m:g} m has its centre within the boundary.",
            "Give a smaller [park] cell_m, or check the boundary's datum.",
        )
    ground = measure_ground(inputs, grid, inside, as_of)
    months = whole_months(ground.history.start, as_of, park.zone)
    located = any(len(one.count) for one in ground.history.kinds.values())
    rung = rung_key(months) if located else INHERENT
    return _Setting(inputs, as_of, grid, inside, ground, ground.digest(), months, rung)


def _fit_inherent(setting: _Setting) -> Surface:
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


def _fit_kind(setting: _Setting, kind: str, inherent: Floats) -> Intensity:
    model, history = setting.inputs.park.model, setting.ground.history.kinds[kind]
    return fit_intensity(
        KindEvents(
            history.count, history.severity, history.known_days, days_since_epoch(setting.start)
        ),
        setting.grid,
        setting.inside,
        IntensityParams(
            model.bandwidth_m,
            model.half_life_days,
            model.horizon_days,
            model.window_days,
            model.shrink_reports,
        ),
        rung=setting.rung,
        forecast=setting.forecasts(kind),
        inherent=inherent,
        as_of_days=setting.as_of_days,
        earlier_days=_earlier(setting),
    )


def _earlier(setting: _Setting) -> tuple[float, ...]:
    """Give the moments over which class breaks are made: the months of a year up to the as-of.

    Breaks are fixed in the first publication with a year of history, so this is the deployment's
    first year; where years of records were brought along, it is the one the map was made in, not one
    in which recording had hardly begun.
    """
    if setting.rung not in {FOLDS, FULL}:
        return ()
    ends = month_ends(setting.as_of, min(12, setting.months), setting.inputs.park.zone)
    return tuple(days_since_epoch(end) for end in ends)


def _pool(setting: _Setting, density: Density, earlier: Floats) -> Floats:
    return earlier if setting.rung in {FOLDS, FULL} else density.mean


def _grade_intensity(
    setting: _Setting, grader: Grader, kind: str, fitted: Intensity
) -> GradedSurface:
    surface = setting.surface(
        f"intensity.{kind}",
        fitted.density.mean,
        Unit.SEVERITY_PER_KM2_30D,
        fitted.model,
        ahead=not fitted.notes,
        parameters=fitted.parameters,
        score=fitted.score,
        notes=fitted.notes,
    )
    return grader.grade(surface, _pool(setting, fitted.density, fitted.earlier), fitted.density)


def _grade_counts(
    setting: _Setting, grader: Grader, fitted: Mapping[str, Intensity]
) -> list[GradedSurface]:
    """Give plain counts of the kinds whose reports do not all weigh one point."""
    graded = []
    for kind, one in fitted.items():
        history = setting.ground.history.kinds[kind]
        if np.array_equal(history.count.weight, history.severity.weight):
            continue
        life = one.parameters["half_life_days"]
        params = KdeParams(one.parameters["bandwidth_m"], np.inf if life is None else life)
        window = setting.inputs.park.model.window_days
        density = fit_kde(
            history.count,
            setting.grid,
            setting.inside,
            params,
            as_of_days=setting.as_of_days,
            history_days=min(window, setting.as_of_days - days_since_epoch(setting.start)),
        )
        surface = setting.surface(
            f"count.{kind}",
            density.mean,
            Unit.REPORTS_PER_KM2_30D,
            "kde",
            parameters={key: one.parameters[key] for key in ("bandwidth_m", "half_life_days")},
            notes=("past_only",),
        )
        graded.append(grader.grade(surface, density.mean, density))
    return graded


def _grade_combined(
    setting: _Setting, grader: Grader, fitted: Mapping[str, Intensity]
) -> GradedSurface:
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
    leading = _leading(used)
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
    pool = _pool(setting, density, earlier * combined.multiplier)
    return grader.grade(surface, pool, density, combined.factors)


def _leading(fitted: Mapping[str, Intensity]) -> str:
    """Give the kind that weighs most in the park: its model and scores speak for the whole."""
    return max(fitted, key=lambda kind: fitted[kind].points, default="")


def _effort_surfaces(setting: _Setting) -> list[Surface]:
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


def _rung(setting: _Setting, fitted: Mapping[str, Intensity]) -> Rung:
    used = {kind: one for kind, one in fitted.items() if setting.forecasts(kind)}
    leading = _leading(used)
    if not leading:
        return Rung(setting.months, setting.rung, 0, INHERENT if not fitted else "kde")
    one = used[leading]
    return Rung(setting.months, setting.rung, int(one.score["folds"]), one.model)


def _zone_summaries(
    setting: _Setting, surfaces: Sequence[GradedSurface]
) -> tuple[ZoneSummary, ...]:
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


def _premises_summaries(setting: _Setting, main: GradedSurface) -> tuple[PremisesSummary, ...]:
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


def _facts(setting: _Setting, fitted: Mapping[str, Intensity]) -> dict[str, Any]:
    ground = setting.ground
    return {
        "history_start": ground.history.start.isoformat() if ground.history.start else None,
        "reports_used": ground.history.used,
        "left_out": {key: n for key, n in sorted(ground.history.left_out.items()) if n},
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
