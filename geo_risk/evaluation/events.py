"""How good are the forecasts: every model and the baselines, scored on a rolling origin.

Takes a park's records and cuts, gives the JSON of `geo-risk evaluate --target events` (design,
section 6). At each cut every density, weight and choice rests on what was known before that cut;
the test period follows it. Nothing is published. Our models are `kde` (one kernel), `blend` (a
mixture of densities) and `forecast`, which is what is served: the best of all by earlier outcomes,
a baseline where nothing beat it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from geo_risk.errors import InputError
from geo_risk.events import days_since_epoch
from geo_risk.features.cells import measure_cells
from geo_risk.features.history import KindHistory, measure_history, start_of_days
from geo_risk.grid import Grid
from geo_risk.surfaces.bench import Bench, Window
from geo_risk.surfaces.calibration import measure_reliability
from geo_risk.surfaces.evaluate import Scores, mean_scores, measure_scores, mixed
from geo_risk.surfaces.forecast import FORECAST, OURS, learn
from geo_risk.surfaces.members import BASELINES, candidate_kernels
from geo_risk.surfaces.threads import one_blas_thread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.features.inputs import ParkInputs
    from geo_risk.park import ParkFile

MODELS = (*BASELINES, *OURS, FORECAST)
"""Keys of `models`, baselines first."""

_EVER = datetime.max.replace(tzinfo=UTC)
_WINDOWS = 12  # earlier periods that a cut learns from


@dataclass(frozen=True)
class _Fold:
    cut: date | datetime
    n: float
    chosen: str
    scores: dict[str, Scores]
    probability: NDArray[np.float64]
    outcome: NDArray[np.float64]


def evaluate_events(
    inputs: ParkInputs,
    *,
    kind: str,
    cell_m: float,
    horizon_days: int,
    cuts: Sequence[date | datetime],
) -> dict[str, Any]:
    """Score every model on the events of one kind.

    Parameters
    ----------
    inputs
        The park's records.
    kind
        Kind of report.
    cell_m
        Side of a cell, metres; the grid is anchored at the boundary's south-west corner.
    horizon_days
        Length of the test period, local days.
    cuts
        Starts of the test periods: a date is its local midnight; a naive time is local.

    Returns
    -------
    dict
        As in the design, section 6; `served` is `forecast`, and each fold's `chosen` names the
        model that it stands for there. A score that a fold cannot have (no event came) is None.
        Beside the design's keys `reliability`: what was said of the probability of at least one
        event in a cell, and how often it was so, over all folds.

    Raises
    ------
    InputError
        When the kind has no reports, may not be forecast, or a number is out of range.
    """
    if not cuts or horizon_days < 1:
        raise InputError("There is no cut, or no day to forecast.", "Give --cut and --horizon.")
    history = _history(inputs, kind)
    grid = Grid.covering(inputs.outline, inputs.crs, cell_m)
    inside = grid.inside(inputs.outline)
    if not inside.any():
        raise InputError(f"No cell of {cell_m:g} m has its centre in the boundary.", "Smaller.")
    model = inputs.park.model
    kernels = candidate_kernels(grid, model.bandwidth_m, model.half_life_days)
    traits = measure_cells(inputs, grid, inside)
    bench = Bench(history.count, history.known_days, grid, inside, kernels, traits=traits)
    with one_blas_thread():
        folds = [_evaluate(bench, inputs.park, cut, horizon_days) for cut in cuts]
    said, came = (
        np.concatenate([getattr(fold, name) for fold in folds])
        for name in ("probability", "outcome")
    )
    return {
        "target": "events",
        "kind": kind,
        "cell_m": cell_m,
        "horizon_days": horizon_days,
        "cells": bench.n_cells,
        "served": FORECAST,
        "folds": [
            {
                "cut": fold.cut.isoformat(),
                "n": round(fold.n),
                "chosen": fold.chosen,
                "models": {name: fold.scores[name].as_json() for name in MODELS},
            }
            for fold in folds
        ],
        "reliability": measure_reliability(said, came),
        "mean": {
            name: mean_scores([fold.scores[name] for fold in folds]).as_json() for name in MODELS
        },
    }


def _history(inputs: ParkInputs, kind: str) -> KindHistory:
    known = inputs.park.kinds
    if kind in known and not known[kind].forecast:
        raise InputError(
            f"Reports of kind {kind!r} are not forecast in this park.",
            "If that is decided otherwise, write it in [[kind]] with decided_by.",
        )
    history = measure_history(
        reports=inputs.reports,
        visits=inputs.visits,
        premises=inputs.premises,
        severity=inputs.park.severity,
        boundary=inputs.outline,
        crs=inputs.crs,
        as_of=_EVER,
        keep_outside=True,
    )
    if kind not in history.kinds:
        raise InputError(
            f"There are no reports of kind {kind!r}.",
            f"Kinds here: {', '.join(sorted(history.kinds)) or 'none'}.",
        )
    return history.kinds[kind]


def _evaluate(bench: Bench, park: ParkFile, cut: date | datetime, horizon_days: int) -> _Fold:
    def at(days: int) -> float:
        """Give local midnight (the cut's local time) so many days from the cut."""
        return days_since_epoch(_local(cut, park) + timedelta(days=days))

    test = Window(at(0), at(horizon_days))
    snapshot = bench.at(test.start_days)
    before = bench.events.time_days[snapshot.known]
    least = start_of_days(before) + horizon_days if len(before) else np.inf
    windows = [
        Window(at(-step * horizon_days), at(-(step - 1) * horizon_days))
        for step in range(1, _WINDOWS + 1)
        if at(-step * horizon_days) >= least
    ]
    lesson = learn(bench, windows, test.start_days)
    densities = snapshot.densities()
    outcome, expected = bench.outcome(test, np.inf), snapshot.expected(test.days)
    scores = {
        name: measure_scores(lesson.density(name, snapshot, densities), outcome, expected)
        for name in MODELS
    }
    likely = snapshot.likely(test.days) * mixed(lesson.density(FORECAST, snapshot, densities))
    probability = lesson.chance.probability(likely)
    return _Fold(cut, float(outcome.sum()), lesson.served, scores, probability, outcome)


def _local(cut: date | datetime, park: ParkFile) -> datetime:
    if isinstance(cut, datetime):
        return cut.astimezone(park.zone) if cut.tzinfo else cut.replace(tzinfo=park.zone)
    return datetime.combine(cut, time(), tzinfo=park.zone)
