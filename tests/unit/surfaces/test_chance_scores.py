"""Scores of probabilities: against loops over cells, and nothing from later windows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from geo_risk.surfaces.calibration import Outcomes, fit_chance
from geo_risk.surfaces.chance_scores import all_alike, plain_brier, score_chances


def drawn(seed: int, cells: int = 400, bias: float = 1.0) -> tuple[Any, Any]:
    """Give what was expected of cells, and what came: `bias` times as much as that."""
    rng = np.random.default_rng(seed)
    expected = rng.gamma(0.5, 0.4, cells) + 1e-3
    return expected, rng.poisson(bias * expected).astype(float)


def each(expected: Any, count: Any) -> Outcomes:
    """Every cell a group of its own."""
    return Outcomes(expected, np.ones(len(expected)), (count > 0).astype(float))


def test_brier_is_the_mean_squared_error_over_cells() -> None:
    """By a loop: each window with the calibration of the windows before it."""
    worlds = [drawn(seed, bias=1.6) for seed in range(4)]
    windows = [each(*one) for one in worlds]
    folds = []
    for k, (expected, count) in enumerate(worlds):
        chance = fit_chance(windows[:k])
        said = [float(chance.probability(np.array([one]))[0]) for one in expected]
        folds.append(sum((p - (c > 0)) ** 2 for p, c in zip(said, count, strict=True)) / len(count))
    assert score_chances(windows).brier == pytest.approx(sum(folds) / 4)
    first = sum((1 - math.exp(-e) - (c > 0)) ** 2 for e, c in zip(*worlds[0], strict=True)) / len(
        worlds[0][0]
    )
    assert plain_brier(windows[:1]) == pytest.approx(first)


def test_what_came_later_moves_no_earlier_score() -> None:
    """The mean over three windows does not know the fourth."""
    windows = [each(*drawn(seed)) for seed in range(4)]
    strange = each(*drawn(9, bias=20.0))
    one, other = (score_chances([*windows[:3], last]).brier for last in (windows[3], strange))
    three = score_chances(windows[:3]).brier
    chance = fit_chance(windows[:3])
    for brier, last in ((one, windows[3]), (other, strange)):
        alone = float(np.mean((chance.probability(last.expected) - last.hit) ** 2))
        assert 4 * brier == pytest.approx(3 * three + alone)


def test_classes_hold_a_fifth_of_what_was_said_and_all_cells() -> None:
    """Sums over classes are those over cells; the gap is by hand."""
    windows = [each(*drawn(seed)) for seed in range(3)]
    found = score_chances(windows)
    cells = sum(one["cells"] for one in found.reliability)
    assert cells == 1200
    hits = sum(one["cells"] * one["seen"] for one in found.reliability)
    assert hits == pytest.approx(sum(one.hit.sum() for one in windows))
    said = [one["cells"] * one["said"] for one in found.reliability]
    assert max(said) < 1.3 * min(said)
    by_hand = sum(one["cells"] * abs(one["said"] - one["seen"]) for one in found.reliability)
    assert found.gap == pytest.approx(by_hand / 1200)


def test_calibration_mends_a_forecast_that_expects_too_little() -> None:
    """Three times as much comes as was expected: after a few windows it is said so."""
    windows = [each(*drawn(seed, bias=3.0)) for seed in range(6)]
    assert score_chances(windows).brier < plain_brier(windows)


def test_the_same_everywhere_keeps_cells_hits_and_the_total() -> None:
    """One group, with the mean of what was expected."""
    window = each(*drawn(1))
    (alike,) = all_alike([window])
    assert alike.cells.tolist() == [400.0]
    assert alike.hit[0] == window.hit.sum()
    assert alike.expected[0] * 400 == pytest.approx(window.expected.sum())


def test_without_windows_there_is_no_score() -> None:
    """None as plain values; a window without any event has one."""
    assert score_chances([]).as_json() == {"brier": None, "gap": None, "reliability": []}
    quiet = Outcomes(np.array([0.0]), np.array([9.0]), np.array([0.0]))
    assert score_chances([quiet]).brier == 0.0
