"""From records to a publication: features, surfaces, grades, summaries, in order.

Takes everything the store holds of a park and an as-of, gives a `Publication`. Where a park stands
on the ladder decides what is fitted: the inherent surface alone, a shrunk density, or forecasts
with their scores. Only what was known at the as-of goes in. What a build reads and keeps belongs to
`pipeline`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from geo_risk.features.history import FINDINGS_KIND
from geo_risk.features.inputs import ParkInputs
from geo_risk.fitting.corrected import fit_looks, grade_looks, shows_looks
from geo_risk.fitting.hotspots import grade_hotspots
from geo_risk.fitting.kinds import (
    fit_kind,
    grade_counts,
    grade_intensity,
    grade_probabilities,
)
from geo_risk.fitting.premises_risk import add_risk
from geo_risk.fitting.setting import make_setting
from geo_risk.fitting.terrain import grade_terrain
from geo_risk.fitting.told import summarise_premises, summarise_zones, told_facts, told_rung
from geo_risk.fitting.whole import (
    COMBINED_ID,
    effort_surfaces,
    grade_combined,
    inherent_surface,
)
from geo_risk.published import GradedSurface, Publication, classes_of
from geo_risk.surfaces.grade import Grader
from geo_risk.surfaces.inherent import INHERENT_ID
from geo_risk.surfaces.ladder import INHERENT
from geo_risk.surfaces.threads import one_blas_thread

if TYPE_CHECKING:
    from datetime import datetime

    from geo_risk.surfaces.intensity import Intensity

    Progress = Callable[[str, int, int | None], None]

__all__ = ["COMBINED_ID", "INHERENT_ID", "ParkInputs", "fit_park"]

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
    with one_blas_thread():
        return _fit(inputs, as_of, previous, progress)


def _fit(
    inputs: ParkInputs,
    as_of: datetime,
    previous: Sequence[Publication],
    progress: Progress | None,
) -> Publication:
    say = progress or (lambda _stage, _done, _total: None)
    setting = make_setting(inputs, as_of)
    model = inputs.park.model
    surfaces: list[GradedSurface] = []
    grader = Grader(
        tuple(sorted((one for one in previous if one.as_of < as_of), key=lambda one: one.as_of)),
        setting.months >= 12,
        model.breaks_quantiles,
        model.break_margin,
        model.dwell_publications,
    )
    inherent = inherent_surface(setting)
    fitted: dict[str, Intensity] = {}
    kinds = [] if setting.rung == INHERENT else list(setting.ground.history.kinds)
    for done, kind in enumerate(kinds):
        say("fit", done, len(kinds) + 1)
        fitted[kind] = fit_kind(setting, kind, inherent.values)
    main = grader.grade(inherent, inherent.values)
    if fitted:
        main = grade_combined(setting, grader, fitted)
        surfaces += [grade_intensity(setting, grader, kind, fitted[kind]) for kind in kinds]
        surfaces += grade_counts(setting, grader, fitted)
        surfaces += grade_probabilities(setting, grader, fitted)
        surfaces.append(grader.grade(inherent, inherent.values))
    *efforts, coverage = effort_surfaces(setting)
    surfaces += [grader.grade(one, one.values) for one in efforts]
    detected = {FINDINGS_KIND: fit_looks(setting)} if shows_looks(setting) else {}
    for one in detected.values():
        surfaces += grade_looks(setting, grader, one)
    surfaces += grade_hotspots(setting)
    surfaces += grade_terrain(setting, detected)
    shown = classes_of(coverage.values, _COVERAGE_BREAKS)
    surfaces.append(GradedSurface(coverage, _COVERAGE_BREAKS, shown, breaks_version="quarters"))
    surfaces.insert(0, main)
    premises, risk = add_risk(setting, summarise_premises(setting, main))
    say("fit", len(kinds) + 1, len(kinds) + 1)
    return Publication(
        as_of=as_of,
        rung=told_rung(setting, fitted),
        surfaces={one.id: one for one in surfaces},
        main=main.id,
        zones=summarise_zones(setting, surfaces),
        premises=premises,
        facts={**told_facts(setting, fitted), "enterprise_risk": risk},
    )
