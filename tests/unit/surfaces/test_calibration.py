"""Calibration: said as often as seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from geo_risk.errors import InputError
from geo_risk.surfaces.bench import Bench, Window
from geo_risk.surfaces.calibration import (
    Chance,
    fit_chance,
    group_outcomes,
    measure_reliability,
)
from geo_risk.surfaces.evaluate import mixed
from geo_risk.surfaces.forecast import STACK, learn
from geo_risk.surfaces.kde import KdeParams


@pytest.fixture(scope="module")
def expected() -> Any:
    """What is expected in 20,000 cells: mostly little, in some much."""
    return np.random.default_rng(1).gamma(0.3, 1.0, 20_000)


def test_without_outcomes_it_is_poisson(expected: Any) -> None:
    """1 - exp(-mu), the design's own formula."""
    np.testing.assert_allclose(fit_chance([]).probability(expected), -np.expm1(-expected))


def test_next_to_no_dispersion_is_poisson(expected: Any) -> None:
    """The two formulas meet."""
    near = Chance(1.0, 1e-3).probability(expected)
    np.testing.assert_allclose(near, Chance().probability(expected), atol=2e-3)


@pytest.mark.parametrize(("level", "spread"), [(1.0, 0.0), (0.5, 0.0), (1.0, 2.0), (1.5, 1.0)])
def test_level_and_dispersion_are_found(expected: Any, level: float, spread: float) -> None:
    """Counts drawn as Poisson and as negative binomial: probabilities within 0.03 of the true."""
    rng = np.random.default_rng(2)
    mean = level * expected
    rate = mean * rng.gamma(1 / spread, spread, len(mean)) if spread else mean
    chance = fit_chance([group_outcomes(expected, rng.poisson(rate).astype(float))])
    truth = Chance(level, spread).probability(expected)
    assert np.abs(chance.probability(expected) - truth).max() < 0.03
    assert np.abs(chance.probability(expected) - truth).mean() < 0.01


def test_groups_keep_all_cells_and_all_that_was_expected(expected: Any) -> None:
    """Sums before and after are the same."""
    count = np.random.default_rng(3).poisson(expected).astype(float)
    groups = group_outcomes(expected, count)
    assert groups.cells.sum() == len(expected)
    assert groups.expected @ groups.cells == pytest.approx(expected.sum())
    assert groups.hit.sum() == (count > 0).sum()


def test_one_cell_is_one_group() -> None:
    """A park of one cell has a chance too."""
    groups = group_outcomes(np.array([2.0]), np.array([3.0]))
    assert groups.hit.tolist() == [1.0]
    assert 0 < fit_chance([groups]).probability(np.array([2.0]))[0] < 1


@pytest.mark.parametrize("expected", [1e-9, 900.0, 1e6])
def test_next_to_none_and_thousands_in_a_cell_have_a_chance(expected: float) -> None:
    """No overflow, and a probability: nothing was expected and came, or all was and came."""
    groups = group_outcomes(np.full(50, expected), np.full(50, 1.0 + expected))
    said = fit_chance([groups]).probability(np.array([expected]))[0]
    assert 0 < said <= 1


def test_what_is_no_expectation_is_refused() -> None:
    """NaN, negative, or of another length."""
    for wrong in (np.array([np.nan]), np.array([-1.0]), np.array([1.0, 2.0])):
        with pytest.raises(InputError):
            group_outcomes(wrong, np.array([1.0]))


def test_reliability_is_said_and_seen_by_class() -> None:
    """By hand: two cells at 0.03, four at 0.5."""
    table = measure_reliability(
        np.array([0.03, 0.03, 0.5, 0.5, 0.5, 0.5]), np.array([0.0, 1.0, 2.0, 0.0, 1.0, 0.0])
    )
    assert table == [
        {"said": pytest.approx(0.03), "seen": 0.5, "cells": 2.0},
        {"said": 0.5, "seen": 0.5, "cells": 4.0},
    ]


def test_on_a_rolling_origin_what_is_said_is_seen(ell: Any, events_of: Any) -> None:
    """A bumpy park, ten cuts, each with what was learnt before it: classes within 0.06."""
    rng = np.random.default_rng(6)
    density = mixed(rng.gamma(0.5, 1.0, int(ell.inside.sum())))
    cells = np.flatnonzero(ell.inside.ravel())
    hit = rng.choice(cells, 4000, p=density)
    east, north = (axis.ravel()[hit] for axis in ell.grid.centres())
    events = events_of(east, north, rng.uniform(0, 600, 4000))
    kernels = (KdeParams(50.0), KdeParams(100.0), KdeParams(200.0))
    bench = Bench(events, events.time_days, ell.grid, ell.inside, kernels)
    said, came = [], []
    for cut in np.arange(420.0, 600.0, 18.0):
        past = [Window(cut - 18.0 * step, cut - 18.0 * (step - 1)) for step in range(8, 0, -1)]
        lesson, snapshot = learn(bench, past, cut), bench.at(cut)
        p = mixed(lesson.density(STACK, snapshot, snapshot.densities()))
        said.append(lesson.chance.probability(p * snapshot.expected(18.0)))
        came.append(bench.outcome(Window(cut, cut + 18.0), np.inf))
    for one in measure_reliability(np.concatenate(said), np.concatenate(came)):
        if one["cells"] > 200:
            assert one["said"] == pytest.approx(one["seen"], abs=0.06)
