"""Open cases on top of a kind's intensity, now and at the moments that class breaks look at.

Takes a `Setting` and what was fitted for a kind, gives the same with what stands open added. Scores
and probabilities stay: they are about new events, and an open case is none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.events import days_since_epoch
from geo_risk.surfaces.standing import fit_standing

if TYPE_CHECKING:
    from geo_risk.fitting.setting import Setting
    from geo_risk.surfaces.intensity import Intensity
    from geo_risk.surfaces.kde import Density


def with_standing(
    setting: Setting, kind: str, fitted: Intensity, earlier_days: Sequence[float]
) -> Intensity:
    """Add what stands open to a kind's intensity.

    Parameters
    ----------
    setting
        Of the fit.
    kind
        Kind of report.
    fitted
        Its intensity, in which every event ages.
    earlier_days
        The moments of `fitted.earlier`, days since the epoch.

    Returns
    -------
    Intensity
        The same one where the kind has no cases, or none is open.
    """
    cases = setting.ground.open_cases.get(kind)
    if cases is None:
        return fitted
    life = fitted.parameters["half_life_days"]
    start = days_since_epoch(setting.start)

    def standing(at_days: float) -> Density:
        window = setting.inputs.park.model.window_days
        return fit_standing(
            cases,
            setting.grid,
            setting.inside,
            bandwidth_m=fitted.parameters["bandwidth_m"],
            half_life_days=math.inf if life is None else life,
            as_of_days=at_days,
            history_days=min(window, at_days - start),
        )

    now = standing(setting.as_of_days)
    earlier = [
        values + standing(at).mean for values, at in zip(fitted.earlier, earlier_days, strict=True)
    ]
    return replace(
        fitted,
        density=fitted.density + now,
        earlier=np.array(earlier).reshape(fitted.earlier.shape),
        points=fitted.points + float(np.nansum(now.mean)) * setting.grid.cell_km2,
        parameters={**fitted.parameters, "open_cases": len(cases.at(setting.as_of_days))},
    )
