"""Scores: worked by hand, by enumeration, and the laws they obey."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

from geo_risk.errors import InputError
from geo_risk.surfaces.evaluate import expected_hits, mean_scores, measure_scores, mixed


def test_information_gain_is_the_mean_log_of_p_times_cells() -> None:
    """Worked by hand on four cells: three events in cell 0, one in cell 3."""
    density, outcome = np.array([6.0, 2.0, 2.0, 0.0]), np.array([3.0, 0.0, 0.0, 1.0])
    p0, p3 = 0.999 * 0.6 + 0.001 / 4, 0.001 / 4
    expected = (3 * math.log(p0 * 4) + math.log(p3 * 4)) / 4
    assert measure_scores(density, outcome, 4.0).ig_nats == pytest.approx(expected, rel=1e-12)


def test_uniform_forecast_gains_nothing() -> None:
    """The uniform density has gain 0 and PAI 1, by every count of events."""
    outcome = np.random.default_rng(0).poisson(0.5, 1000).astype(float)
    scores = measure_scores(np.ones(1000), outcome, 500.0)
    assert scores.ig_nats == pytest.approx(0.0, abs=1e-12)
    assert scores.pai == pytest.approx({1: 1.0, 5: 1.0, 10: 1.0})


def test_a_perfect_forecast_has_pei_star_one_and_none_has_more() -> None:
    """Forecasting the outcome itself reaches the best possible; nothing exceeds it."""
    rng = np.random.default_rng(1)
    outcome = rng.poisson(rng.gamma(0.3, 2.0, 800)).astype(float)
    assert measure_scores(outcome, outcome, 1.0).pei_star == pytest.approx({1: 1, 5: 1, 10: 1})
    for _ in range(20):
        pei = measure_scores(rng.random(800), outcome, 1.0).pei_star
        assert all(0 <= value <= 1 + 1e-12 for value in pei.values())


def test_ties_count_at_their_expectation_over_all_orders() -> None:
    """Hits in the top k equal the mean over every order of the tied cells."""
    value = np.array([5.0, 3.0, 3.0, 3.0, 1.0, 1.0])
    outcome = np.array([2.0, 7.0, 0.0, 1.0, 4.0, 0.0])
    for k in range(1, 7):
        hits = []
        for order in itertools.permutations(range(6)):
            ranked = sorted(order, key=lambda i: -value[i])
            hits.append(sum(outcome[i] for i in ranked[:k]))
        assert expected_hits(value, outcome, k) == pytest.approx(np.mean(hits))


def test_brier_is_the_squared_error_of_at_least_one() -> None:
    """P = 1 - exp(-p E), worked by hand on two cells."""
    density, outcome = np.array([3.0, 1.0]), np.array([2.0, 0.0])
    p = [0.999 * share + 0.0005 for share in (0.75, 0.25)]
    chance = [1 - math.exp(-one * 2.5) for one in p]
    expected = ((chance[0] - 1) ** 2 + chance[1] ** 2) / 2
    assert measure_scores(density, outcome, 2.5).brier == pytest.approx(expected, rel=1e-12)


def test_scale_of_a_forecast_changes_no_score() -> None:
    """A density is normalised: ten times it is the same forecast."""
    rng = np.random.default_rng(2)
    density, outcome = rng.random(300), rng.poisson(0.3, 300).astype(float)
    assert measure_scores(density, outcome, 9.0) == measure_scores(density * 8, outcome, 9.0)


def test_a_forecast_of_nothing_is_uniform() -> None:
    """No event before the cut gives the uniform density, not a division by zero."""
    np.testing.assert_allclose(mixed(np.zeros(5)), 0.2)


def test_number_of_top_cells_is_rounded() -> None:
    """1 % of 250 cells is 2 (2.5, to even), of 12,510 is 125."""
    outcome = np.zeros(250)
    outcome[:10] = 1.0
    density = np.arange(250, 0, -1.0)
    assert measure_scores(density, outcome, 1.0).pai[1] == pytest.approx(2 / 10 / (2 / 250))


def test_scores_without_events_are_undefined_and_left_out_of_the_mean() -> None:
    """A fold in which nothing happened has no gain (None in JSON); the mean is of the others."""
    some, none = np.array([1.0, 0.0]), np.zeros(2)
    good, empty = measure_scores(some, some, 1.0), measure_scores(some, none, 1.0)
    assert empty.as_json()["ig_nats"] is None
    assert empty.as_json()["pai"] == {"1": None, "5": None, "10": None}
    assert mean_scores([good, empty]).ig_nats == good.ig_nats
    assert mean_scores([good, empty]).brier == pytest.approx((good.brier + empty.brier) / 2)


@pytest.mark.parametrize("density", [np.array([1.0, -1.0]), np.array([1.0, np.nan]), np.ones(3)])
def test_a_forecast_that_is_no_density_is_refused(density: Any) -> None:
    """Negative, not finite, or of other cells."""
    with pytest.raises(InputError):
        measure_scores(density, np.array([1.0, 0.0]), 1.0)
