"""The probability of at least one event in a cell within the horizon, and what it is made of.

Takes what `forecast` has learnt, gives the probability by the model that is served, calibrated by
how its own expectations turned out, its scores beside the baselines', and named shares: what was
reported lately around, what over the years, in the cell itself, and what the learners add. Only
where a forecast is claimed; who may be forecast is decided in `fitting`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo_risk.published import Factors
from geo_risk.surfaces.chance_scores import all_alike, score_chances
from geo_risk.surfaces.combine import shapley
from geo_risk.surfaces.evaluate import UNIFORM_SHARE, mixed
from geo_risk.surfaces.forecast import FORECAST, STACK, Lesson
from geo_risk.surfaces.members import BASELINES, KDE_200M, UNIFORM, Members

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geo_risk.surfaces.bench import Bench, Snapshot

    Floats = NDArray[np.float64]

RECENT, LASTING, OWN, LEARNT = "reports_lately", "reports_lasting", "reports_here", "learnt"
"""Names of the shares; a share that is the same everywhere is not named."""

_LATELY_DAYS = 90.0  # half-lives up to this are "lately"
_LEAST = 1e-300


@dataclass(frozen=True)
class AtLeastOne:
    """A probability surface.

    Parameters
    ----------
    values
        (rows, cols) probability of at least one event in the cell within the horizon, NaN outside.
    earlier
        (moments, rows, cols) the same at the moments asked for, for the class breaks.
    factors
        Why; None where all cells are alike.
    score
        `folds`, `served`, and by model Brier score and reliability; as `Surface.score`.
    parameters
        What was used in fact.
    """

    values: Floats
    earlier: Floats
    factors: Factors | None
    score: dict[str, Any]
    parameters: dict[str, Any]


def fit_at_least_one(
    bench: Bench,
    lesson: Lesson,
    *,
    as_of_days: float,
    horizon_days: float,
    earlier_days: Sequence[float] = (),
) -> AtLeastOne:
    """Say how probable at least one event is in each cell.

    P = c(E p), E the events to expect in the park within the horizon, p the density of the model
    that is served, mixed with 0.1 % uniform, c the calibration (`calibration.Chance`): without
    folds, level and slope of 1 and no dispersion, 1 - exp(-E p).

    Parameters
    ----------
    bench
        Events of one kind, with counts as weights.
    lesson
        What was learnt of it by the as-of.
    as_of_days
        Days since the epoch.
    horizon_days
        Length of what is forecast, that of the folds too.
    earlier_days
        Moments at which class breaks look; the calibration is that of the as-of.

    Returns
    -------
    AtLeastOne
    """
    snapshot = bench.at(as_of_days)
    densities = snapshot.densities()
    likely = snapshot.likely(horizon_days)
    density = lesson.density(FORECAST, snapshot, densities)
    values = lesson.chance.probability(likely * mixed(density))
    earlier = [
        bench.on_grid(_probability(bench.at(at), lesson, horizon_days)) for at in earlier_days
    ]
    return AtLeastOne(
        bench.on_grid(values),
        np.array(earlier).reshape(-1, *bench.grid.shape),
        _factors(bench, snapshot, lesson, densities, density, likely),
        _score(lesson),
        {
            "expected_events": likely,
            "horizon_days": horizon_days,
            "calibration": {
                "level": lesson.chance.level,
                "slope": lesson.chance.slope,
                "dispersion": lesson.chance.dispersion,
            },
        },
    )


def _probability(snapshot: Snapshot, lesson: Lesson, days: float) -> Floats:
    density = lesson.density(FORECAST, snapshot, snapshot.densities())
    return lesson.chance.probability(snapshot.likely(days) * mixed(density))


def _score(lesson: Lesson) -> dict[str, Any]:
    served = lesson.served
    folds = lesson.turned_out.get(served, ())
    if not folds:
        return {"status": "none", "folds": 0}
    compared = {name: lesson.turned_out[name] for name in dict.fromkeys((served, *BASELINES))}
    compared[UNIFORM] = all_alike(folds)
    return {
        "folds": len(folds),
        "served": served,
        "models": {name: score_chances(some).as_json() for name, some in compared.items()},
    }


def _factors(
    bench: Bench,
    snapshot: Snapshot,
    lesson: Lesson,
    densities: Floats,
    density: Floats,
    likely: float,
) -> Factors | None:
    """Give exact Shapley shares: p = (sum of groups of members) x what the learners make of it."""
    mix = lesson.mix(FORECAST, snapshot.members)
    group = _groups(snapshot.members)
    cells: dict[str, Floats] = {
        name: mix[rows] @ densities[rows] for name, rows in group.items() if mix[rows].any()
    }
    even = float(mix[snapshot.members.names.index(UNIFORM)]) / bench.n_cells
    if lesson.served == STACK:
        blend = np.asarray(sum(cells.values(), np.full(bench.n_cells, even)))
        cells[LEARNT] = np.where(blend > _LEAST, density / np.maximum(blend, _LEAST), 1.0)
    flat = {name for name, one in cells.items() if np.ptp(one) <= 1e-9 * np.abs(one).max()}
    even += sum(float(cells[name].mean()) for name in flat - {LEARNT})
    cells = {name: one for name, one in cells.items() if name not in flat}
    if not cells:
        return None

    def value(at: Mapping[str, Floats | float]) -> Floats | float:
        places = sum((one for name, one in at.items() if name != LEARNT), start=even)
        p = places * at.get(LEARNT, 1.0)
        return lesson.chance.probability(
            np.asarray(likely * ((1.0 - UNIFORM_SHARE) * p + UNIFORM_SHARE / bench.n_cells))
        )

    reference = {name: float(one.mean()) for name, one in cells.items()}
    parts = shapley(value, cells, reference)
    shares = np.full((len(cells), *bench.grid.shape), np.nan, dtype=np.float32)
    shares[:, bench.inside] = parts
    return Factors(tuple(cells), shares, float(value(reference)))


def _groups(members: Members) -> dict[str, list[int]]:
    """Give the rows of the members by what they look at."""
    kernels = [(row, members.kernel_of(row).half_life_days) for row in members.kernel_rows]
    wide = members.names.index(KDE_200M)
    return {
        RECENT: [row for row, life in kernels if life <= _LATELY_DAYS],
        LASTING: [wide, *(row for row, life in kernels if life > _LATELY_DAYS)],
        OWN: [
            *(row for row, name in enumerate(members.names) if name in BASELINES and row != wide),
            *members.pool_rows,
        ],
    }
