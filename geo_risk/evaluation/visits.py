"""How good is the risk of premises: every model, scored on the visits of a period.

Takes a park's records and two dates, gives the JSON of `geo-risk evaluate --target visits` (design,
section 6) and one probability per visit. Parameters, penalties and the choice of what is served
rest on visits known before the first date; history runs to the day before each visit; of a visit
itself only enterprise, premises, date and team are looked at. Nothing is published.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo_risk.enterprises.scores import resample_scores, score_visits
from geo_risk.errors import InputError
from geo_risk.fitting.enterprises import VISIT_MODELS, learn_before, measure_visits, tellers
from geo_risk.surfaces.threads import one_blas_thread

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from numpy.typing import NDArray

    from geo_risk.features.inputs import ParkInputs

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class VisitEvaluation:
    """Scores of a period's visits.

    Parameters
    ----------
    scores
        As in the design, section 6, and beside it `interval` (5 % and 95 % bootstrap quantiles of
        each score), `folds` (earlier months that choices rest on) and `earlier` (scores there).
    visit_ids
        Visits of the period, in order of day, then id.
    probability
        (n,) as served.
    """

    scores: Mapping[str, Any]
    visit_ids: tuple[str, ...]
    probability: Floats


def evaluate_visits(
    inputs: ParkInputs, *, first: date, last: date, rng: np.random.Generator
) -> VisitEvaluation:
    """Score every model on the visits of a period.

    Parameters
    ----------
    inputs
        The park's records.
    first, last
        Days of the park's calendar, both included.
    rng
        For bootstrap intervals.

    Returns
    -------
    VisitEvaluation
        A score that cannot be had (no visit was positive) is None. `served` is the model with the
        least log loss in the months before; with none to learn from, the team's rate.

    Raises
    ------
    InputError
        When the period is reversed or has no visit.
    """
    if last < first:
        raise InputError(f"--to {last} is before --from {first}.", "Exchange the two.")
    ground = measure_visits(inputs)
    table = ground.table
    tell = np.flatnonzero((table.day >= first.toordinal()) & (table.day <= last.toordinal()))
    if not tell.size:
        raise InputError(f"There is no visit from {first} to {last}.", "Give a period with visits.")
    with one_blas_thread():
        lesson = learn_before(ground, first.toordinal())
        models = tellers(ground, lesson.penalty)
        told = {name: model(lesson.learn, tell) for name, model in models.items()}
    positive, team = table.positive[tell], table.team[tell]
    earlier = lesson.told.scores(table.positive, table.team) if lesson.told.folds else {}
    return VisitEvaluation(
        {
            "target": "visits",
            "from": first.isoformat(),
            "to": last.isoformat(),
            "n": len(tell),
            "positives": int(positive.sum()),
            "served": lesson.served,
            "models": {
                name: score_visits(told[name], positive, team).as_json() for name in VISIT_MODELS
            },
            "interval": {
                name: resample_scores(told[name], positive, team, rng=rng) for name in VISIT_MODELS
            },
            "folds": lesson.told.folds,
            "earlier": {name: one.as_json() for name, one in earlier.items()},
            "learnt_from": len(lesson.learn),
            "penalty": {"all": lesson.penalty.all, "nearby": lesson.penalty.nearby},
        },
        tuple(table.ids[row] for row in tell),
        told[lesson.served],
    )
