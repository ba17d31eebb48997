"""The intensity that is served for one kind of report, as far as history allows.

Takes one kind's events and the rung, gives mean and variance per km² and 30 days, the name of the
model, its scores, and the same surface at earlier moments (for the class breaks). A kernel density
shrunk to the inherent surface under six months; from six on, whichever of baselines, kernel, blend
and stack was best before. Kinds that nobody decided to forecast are shown as a density of the past.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geo_risk.surfaces.at_least_one import AtLeastOne, fit_at_least_one
from geo_risk.surfaces.bench import Bench, Snapshot, Window
from geo_risk.surfaces.forecast import BLEND, KDE, STACK, Lesson, learn
from geo_risk.surfaces.kde import Density, fit_kde
from geo_risk.surfaces.ladder import FOLDS, FULL, SHRUNK, shrink
from geo_risk.surfaces.members import candidate_kernels
from geo_risk.surfaces.stack import PARTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.events import Events
    from geo_risk.grid import Grid
    from geo_risk.surfaces.predictors import Traits

    Floats = NDArray[np.float64]

PAST_ONLY = "past_only"
"""Note of a surface that makes no claim about the future."""

_FOLDS = 12
_TOO_LITTLE = 0.005  # members of less weight move no class


@dataclass(frozen=True)
class IntensityParams:
    """What the park file says of intensities.

    Parameters
    ----------
    bandwidth_m, half_life_days
        0 = chosen by prospective likelihood.
    horizon_days
        Length of a fold.
    window_days
        How far back events count.
    shrink_reports
        Reports that the inherent surface is worth.
    """

    bandwidth_m: float = 0.0
    half_life_days: float = 0.0
    horizon_days: float = 30.0
    window_days: float = 730.0
    shrink_reports: float = 60.0


@dataclass(frozen=True)
class KindEvents:
    """Events of one kind, known at the as-of.

    Parameters
    ----------
    count, points
        The same events with counts and with severity points as weights.
    known_days
        (n,) when each became known.
    start_days
        Start of the park's history.
    traits
        What is known of the cells beside events.
    """

    count: Events
    points: Events
    known_days: Floats
    start_days: float
    traits: Traits | None = None


@dataclass(frozen=True)
class Intensity:
    """One kind's surface.

    Parameters
    ----------
    density
        (rows, cols) severity points / km² / 30 days at the as-of.
    model
        Name of what is served.
    parameters
        What was used in fact.
    score
        As `Surface.score`.
    notes
        What a map must say.
    earlier
        (moments, rows, cols) the same surface at the moments asked for; not shrunk.
    points
        Expected severity points in the whole park in 30 days.
    at_least_one
        Calibrated probability of at least one event in the cell within the horizon; None where
        nothing is forecast.
    """

    density: Density
    model: str
    parameters: dict[str, Any]
    score: dict[str, Any]
    notes: tuple[str, ...]
    earlier: Floats
    points: float
    at_least_one: AtLeastOne | None = None


def fit_intensity(
    events: KindEvents,
    grid: Grid,
    inside: NDArray[np.bool_],
    params: IntensityParams,
    *,
    rung: str,
    forecast: bool,
    inherent: Floats,
    as_of_days: float,
    earlier_days: tuple[float, ...] = (),
) -> Intensity:
    """Fit what is served for one kind.

    Parameters
    ----------
    events
        As known at the as-of.
    grid, inside
        Where; (rows, cols) of bool.
    params
        The park file's numbers.
    rung
        `shrunk`, `folds` or `full`.
    forecast
        False for kinds shown as a record of the past only.
    inherent
        (rows, cols) surface to shrink to.
    as_of_days
        Days since the epoch.
    earlier_days
        Moments at which the class breaks look.

    Returns
    -------
    Intensity
    """
    kernels = candidate_kernels(grid, params.bandwidth_m, params.half_life_days)
    counts, points = (
        Bench(some, events.known_days, grid, inside, kernels, params.window_days, events.traits)
        for some in (events.count, events.points)
    )
    windows = past_windows(as_of_days, events.start_days, params.horizon_days)
    claims = forecast and rung in {FOLDS, FULL}
    lesson = learn(counts, windows, as_of_days, learners=claims)
    model = lesson.served if claims else KDE
    history_days = min(params.window_days, as_of_days - events.start_days)
    density = _density(points, lesson, model, as_of_days, history_days)
    earlier = np.array(
        [
            _mean(points, lesson, model, at, min(params.window_days, at - events.start_days))
            for at in earlier_days
        ]
    ).reshape(-1, *grid.shape)
    kernel = counts.members.kernel_of(lesson.kde)
    parameters: dict[str, Any] = {
        "bandwidth_m": kernel.bandwidth_m,
        "half_life_days": None if math.isinf(kernel.half_life_days) else kernel.half_life_days,
        "window_days": params.window_days,
        "edge": "diggle1985",
        "reports": float(counts.events.weight.sum()),
    }
    notes: tuple[str, ...] = ()
    if model in {BLEND, STACK}:
        parameters["weights"] = _told(counts, lesson)
    if model == STACK:
        shares = lesson.stack.shares
        parameters["shares"] = {
            name: round(float(one), 4) for name, one in zip(PARTS, shares, strict=True)
        }
    if not forecast:
        notes = (PAST_ONLY,)
    elif rung == SHRUNK:
        model, notes = SHRUNK, ("ladder.shrunk",)
        parameters["shrink_reports"] = params.shrink_reports
        density = shrink(density, inherent, parameters["reports"], params.shrink_reports)
    total = float(np.nansum(density.mean)) * grid.cell_km2
    score = _score(lesson, rung, claims=claims)
    chance = None
    if claims:
        chance = fit_at_least_one(
            counts,
            lesson,
            as_of_days=as_of_days,
            horizon_days=params.horizon_days,
            earlier_days=earlier_days[::3],
        )
        chance = replace(chance, score={**chance.score, "status": score["status"]})
    return Intensity(
        density,
        model,
        parameters,
        score,
        notes,
        earlier,
        total,
        chance,
    )


def past_windows(as_of_days: float, start_days: float, horizon_days: float) -> list[Window]:
    """Give the folds that history allows: up to 12 of one horizon, each with as much before it."""
    least = max(horizon_days, 30.0)
    starts = [as_of_days - horizon_days * step for step in range(_FOLDS, 0, -1)]
    return [Window(at, at + horizon_days) for at in starts if at - start_days >= least]


def _density(
    bench: Bench, lesson: Lesson, model: str, as_of_days: float, history_days: float
) -> Density:
    snapshot = bench.at(as_of_days)
    if model == KDE:
        return fit_kde(
            bench.events.where(snapshot.known),
            bench.grid,
            bench.inside,
            bench.members.kernel_of(lesson.kde),
            as_of_days=as_of_days,
            history_days=history_days,
        )
    mix = _telling(lesson.mix(model, bench.members))
    rate = _rate(snapshot, lesson, model, history_days)
    mean, deviation = np.zeros(bench.n_cells), np.zeros(bench.n_cells)
    for row in map(int, np.flatnonzero(mix)):
        total = float(snapshot.mass(row).sum())
        if total > 0:
            mean += mix[row] * snapshot.mass(row) / total
            deviation += mix[row] * np.sqrt(snapshot.variance(row)) / total
    # Members rest on the same events: their errors are taken as going together, which is the wider.
    variance = deviation**2
    if model == STACK and mean.any():
        parts = lesson.stack.parts(snapshot)
        stacked = lesson.stack.shares @ parts
        # The learners multiply the blend, so they carry its relative error; to it comes how far
        # they are from each other.
        variance = variance * (stacked / np.maximum(mean, 1e-300)) ** 2
        variance += lesson.stack.shares @ (parts - stacked) ** 2
        mean = stacked
    return Density(bench.on_grid(rate * mean), bench.on_grid(rate**2 * variance))


def _mean(bench: Bench, lesson: Lesson, model: str, at_days: float, history_days: float) -> Floats:
    snapshot = bench.at(at_days)
    rate = _rate(snapshot, lesson, model, history_days)
    if model == STACK:
        return bench.on_grid(rate * lesson.stack.density(snapshot))
    mix = _telling(lesson.mix(model, bench.members))
    rows = map(int, np.flatnonzero(mix))
    mean = sum((mix[row] * snapshot.density(row) for row in rows), np.zeros(bench.n_cells))
    return bench.on_grid(rate * mean)


def _telling(mix: Floats) -> Floats:
    """Leave out members of next to no weight, and give the rest what they had."""
    kept = np.where(mix < _TOO_LITTLE, 0.0, mix)
    return np.asarray(kept / kept.sum())


def _rate(snapshot: Snapshot, lesson: Lesson, model: str, history_days: float) -> float:
    """Give what to expect in the park, per km² of one cell: a density times it is an intensity."""
    names = snapshot.members.names
    row = lesson.kde if model in {KDE, BLEND, STACK} else names.index(model)
    return snapshot.rate(row, history_days) / snapshot.bench.grid.cell_km2


def _score(lesson: Lesson, rung: str, *, claims: bool) -> dict[str, Any]:
    means = lesson.means()
    folds = len(lesson.scores[KDE])
    if not claims or not folds:
        return {"status": "none", "folds": 0}
    return {
        "status": "full" if rung == FULL else "folds",
        "folds": folds,
        "served": lesson.served,
        "models": {name: one.as_json() for name, one in means.items()},
    }


def _told(bench: Bench, lesson: Lesson) -> dict[str, float]:
    """Give the blend's weights from 1 % up, largest first, as a person may read them."""
    pairs = sorted(zip(bench.members.names, lesson.weights, strict=True), key=lambda one: -one[1])
    return {name: round(float(weight), 4) for name, weight in pairs if weight >= 0.01}
