"""The surfaces of each kind of report: intensity as served, plain counts, probability of any.

Takes a `Setting`, gives fitted intensities and graded surfaces. How an intensity is estimated
stands in `surfaces.intensity`; which moments the class breaks look at is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.events import days_since_epoch
from geo_risk.fitting.standing import with_standing
from geo_risk.grid import Unit
from geo_risk.published import GradedSurface
from geo_risk.surfaces.intensity import Intensity, IntensityParams, KindEvents, fit_intensity
from geo_risk.surfaces.kde import Density, KdeParams, fit_kde
from geo_risk.surfaces.ladder import FOLDS, FULL, month_ends

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.fitting.setting import Setting
    from geo_risk.surfaces.grade import Grader

    Floats = NDArray[np.float64]


def fit_kind(setting: Setting, kind: str, inherent: Floats) -> Intensity:
    """Fit what is served for one kind of report; `inherent` is (rows, cols), as of `whole`."""
    model, history = setting.inputs.park.model, setting.ground.history.kinds[kind]
    earlier = _earlier(setting)
    fitted = fit_intensity(
        KindEvents(
            history.count,
            history.severity,
            history.known_days,
            days_since_epoch(setting.start),
            setting.traits,
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
        earlier_days=earlier,
    )
    return with_standing(setting, kind, fitted, earlier)


def _earlier(setting: Setting) -> tuple[float, ...]:
    """Give the moments over which class breaks are made: the months of a year up to the as-of.

    Breaks are fixed in the first publication with a year of history, so this is the deployment's
    first year; where years of records were brought along, it is the one the map was made in, not
    one in which recording had hardly begun.
    """
    if setting.rung not in {FOLDS, FULL}:
        return ()
    ends = month_ends(setting.as_of, min(12, setting.months), setting.inputs.park.zone)
    return tuple(days_since_epoch(end) for end in ends)


def pool(setting: Setting, density: Density, earlier: Floats) -> Floats:
    """Give the values, over cells and time, that class breaks are made from."""
    return earlier if setting.rung in {FOLDS, FULL} else density.mean


def grade_intensity(
    setting: Setting, grader: Grader, kind: str, fitted: Intensity
) -> GradedSurface:
    """Give `intensity.<kind>` with its classes."""
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
    return grader.grade(surface, pool(setting, fitted.density, fitted.earlier), fitted.density)


def grade_counts(
    setting: Setting, grader: Grader, fitted: Mapping[str, Intensity]
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


def grade_probabilities(
    setting: Setting, grader: Grader, fitted: Mapping[str, Intensity]
) -> list[GradedSurface]:
    """Give `probability.<kind>`: of at least one report in a cell within the horizon.

    Only for kinds that are forecast: not before six months of history, and never for those that
    nobody decided to forecast. A baseline that is served has its probability too.
    """
    graded = []
    for kind, one in fitted.items():
        chance = one.at_least_one
        if chance is None:
            continue
        surface = setting.surface(
            f"probability.{kind}",
            chance.values,
            Unit.PROBABILITY,
            one.model,
            ahead=True,
            parameters=chance.parameters,
            score=chance.score,
        )
        over_time = chance.earlier if len(chance.earlier) else chance.values
        graded.append(grader.grade(surface, over_time, None, chance.factors))
    return graded
