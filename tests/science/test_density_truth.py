"""Known truth recovered: without spatial risk the map is flat, and doubt is said to be doubt."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from shapely.geometry import Polygon

from geo_risk.events import Events
from geo_risk.grid import Grid
from geo_risk.published import classes_of
from geo_risk.surfaces.bench import Bench, Window
from geo_risk.surfaces.evaluate import measure_scores
from geo_risk.surfaces.forecast import BLEND, STACK, learn
from geo_risk.surfaces.grade import class_probability, interval, measure_breaks
from geo_risk.surfaces.kde import KdeParams, fit_kde
from geo_risk.surfaces.members import BASELINES, candidate_kernels

CRS = "EPSG:4549"
SEEDS = 20
OUTLINE = Polygon([(0, 0), (2000, 0), (2000, 1000), (1000, 1000), (1000, 2000), (0, 2000)])
GRID = Grid.covering(OUTLINE, CRS, 50.0)
INSIDE = GRID.inside(OUTLINE)


def draw(density: Any, expected: float, days: float, seed: int) -> Events:
    """Draw a Poisson process: so many expected events over the days, by a density over cells."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(expected * density[INSIDE] / density[INSIDE].sum())
    east, north = (np.repeat(axis[INSIDE], counts) for axis in GRID.centres())
    n = len(east)
    jitter = rng.uniform(-25, 25, (2, n))
    return Events(CRS, east + jitter[0], north + jitter[1], rng.uniform(0, days, n), np.ones(n))


FLAT = np.ones(GRID.shape)


def bumpy() -> Any:
    """Three hot spots of 100 to 300 m on a floor."""
    east, north = GRID.centres()
    spots = ((300, 300, 100, 60), (1600, 400, 200, 20), (500, 1500, 300, 10))
    return 1.0 + sum(
        height * np.exp(-((east - x) ** 2 + (north - y) ** 2) / (2 * width**2))
        for x, y, width, height in spots
    )


def test_a_park_without_spatial_risk_is_flat_up_to_its_edge() -> None:
    """Over 20 seeds the means at edge, corner and inside are the truth, within their error."""
    truth = 400 / (INSIDE.sum() * GRID.cell_km2) * 30 / 365
    edge = INSIDE & (GRID.centres()[0] < 100)
    corner = edge & (GRID.centres()[1] < 100)
    inner = INSIDE & (GRID.centres()[0] > 400) & (GRID.centres()[1] < 600)
    means = {"edge": [], "corner": [], "inner": []}
    for seed in range(SEEDS):
        density = fit_kde(
            draw(FLAT, 400, 365, seed),
            GRID,
            INSIDE,
            KdeParams(150.0),
            as_of_days=365.0,
            history_days=365.0,
        )
        for name, cells in (("edge", edge), ("corner", corner), ("inner", inner)):
            means[name].append(float(density.mean[cells].mean()))
    for some in means.values():
        error = np.std(some, ddof=1) / np.sqrt(SEEDS)
        assert np.mean(some) == pytest.approx(truth, abs=3 * error)


def test_the_interval_covers_a_flat_truth_as_often_as_it_says() -> None:
    """Nine tenths, over cells and 20 seeds, where the kernel has no bias."""
    truth = 600 / (INSIDE.sum() * GRID.cell_km2) * 30 / 365
    covered = []
    for seed in range(SEEDS):
        density = fit_kde(
            draw(FLAT, 600, 365, seed),
            GRID,
            INSIDE,
            KdeParams(120.0),
            as_of_days=365.0,
            history_days=365.0,
        )
        low, high = interval(density)
        covered.append(np.mean((low[INSIDE] <= truth) & (truth <= high[INSIDE])))
    assert np.mean(covered) == pytest.approx(0.90, abs=0.05)


def test_class_probability_is_right_as_often_as_it_says() -> None:
    """Cells shown with 90 % and more are of the true class in some nine of ten."""
    truth = bumpy() / bumpy()[INSIDE].sum() * 3000 / GRID.cell_km2 * 30 / 365
    breaks = measure_breaks(truth[INSIDE], (0.8, 0.95, 0.99), 0.05)
    real = classes_of(np.where(INSIDE, truth, np.nan), breaks)
    sure, right = 0, 0
    for seed in range(SEEDS):
        density = fit_kde(
            draw(truth, 3000, 365, seed),
            GRID,
            INSIDE,
            KdeParams(60.0),
            as_of_days=365.0,
            history_days=365.0,
        )
        shown = classes_of(density.mean, breaks)
        chance = class_probability(density, shown, breaks)
        certain = INSIDE & (np.nan_to_num(chance) > 0.9)
        sure += int(certain.sum())
        right += int((shown == real)[certain].sum())
    assert right / sure > 0.9


@pytest.mark.parametrize("model", [BLEND, STACK])
@pytest.mark.parametrize("name", ["null", "bumpy"])
def test_our_models_near_the_truth_and_invent_nothing(name: str, model: str) -> None:
    """Against the true density: within 0.02 nats where nothing is to be found, 0.07 where much is.

    In the null park it is no more than 0.02 nats worse than uniform; in the bumpy one it beats
    every baseline in the mean over seeds, with an interval that leaves 0 out.
    """
    truth = FLAT if name == "null" else bumpy()
    kernels = candidate_kernels(GRID)
    gaps, gains, leads = [], [], []
    for seed in range(SEEDS):
        events = draw(truth, 1600, 480, seed)
        bench = Bench(events, events.time_days, GRID, INSIDE, kernels)
        past = [Window(at, at + 30.0) for at in range(180, 420, 30)]
        lesson = learn(bench, past, 420.0)
        snapshot = bench.at(420.0)
        densities = snapshot.densities()
        outcome = draw(truth, 4000, 60, 1000 + seed)
        after = Bench(outcome, outcome.time_days, GRID, INSIDE, kernels).outcome(
            Window(0, 60), np.inf
        )

        def gain(density: Any, after: Any = after) -> float:
            return measure_scores(density, after, 1.0).ig_nats

        ours = gain(lesson.density(model, snapshot, densities))
        best = max(gain(lesson.mix(one, bench.members) @ densities) for one in BASELINES)
        gains.append(ours)
        gaps.append(gain(truth[INSIDE]) - ours)
        leads.append(ours - best)
    assert np.mean(gaps) < (0.02 if name == "null" else 0.07)
    if name == "null":
        assert np.mean(gains) > -0.02
    else:
        assert np.mean(leads) - 1.645 * np.std(leads, ddof=1) / np.sqrt(SEEDS) > 0
