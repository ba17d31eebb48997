"""Scores of visits: against loops over all pairs, written from the design's text."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from geo_risk.enterprises.scores import resample_scores, score_visits
from geo_risk.errors import InputError


def concordant(p, y, pairs) -> float:
    """Share of (positive, negative) pairs in order; a tie is half."""
    worth = [1.0 if p[i] > p[j] else 0.5 if p[i] == p[j] else 0.0 for i, j in pairs if y[i] > y[j]]
    return sum(worth) / len(worth) if worth else math.nan


@given(
    st.lists(
        st.tuples(
            st.sampled_from([0.05, 0.1, 0.3, 0.3001, 0.9]), st.booleans(), st.integers(-1, 2)
        ),
        min_size=2,
        max_size=25,
    )
)
def test_scores_are_those_of_loops_over_all_pairs(rows) -> None:
    """AUC, within teams, and the first half over every order of ties."""
    p, y, team = (np.array(column) for column in zip(*rows, strict=True))
    scores = score_visits(p, y, team)
    n = len(p)
    pairs = [(i, j) for i in range(n) for j in range(n)]
    assert scores.auc == pytest.approx(concordant(p, y, pairs), nan_ok=True)
    inside = [(i, j) for i, j in pairs if team[i] == team[j] >= 0]
    assert scores.auc_within_team == pytest.approx(concordant(p, y, inside), nan_ok=True)
    rng = np.random.default_rng(0)
    if y.any():
        shares = []
        for _ in range(400):
            order = np.lexsort((rng.random(n), -p))[: n // 2]
            shares.append(y[order].sum() / y.sum())
        assert scores.first_half_share == pytest.approx(np.mean(shares), abs=0.12)


def test_scores_are_those_of_scikit_learn() -> None:
    """AUC, Brier and log loss of a thousand visits."""
    rng = np.random.default_rng(1)
    p = rng.random(1000).round(2).clip(0.01, 0.99)
    y = rng.random(1000) < p
    scores = score_visits(p, y, rng.integers(-1, 4, 1000))
    assert scores.auc == pytest.approx(roc_auc_score(y, p))
    assert scores.brier == pytest.approx(brier_score_loss(y, p))
    assert scores.log_loss == pytest.approx(log_loss(y, p))


def test_all_ties_are_worth_a_coin() -> None:
    """One probability for all: half of everything."""
    y = np.array([True, False, False, True])
    scores = score_visits(np.full(4, 0.2), y, np.zeros(4, dtype=int))
    assert (scores.auc, scores.auc_within_team, scores.first_half_share) == (0.5, 0.5, 0.5)


def test_without_a_positive_visit_there_is_no_order_to_score() -> None:
    """None in JSON, not a number that looks like one."""
    told = score_visits(np.full(3, 0.2), np.zeros(3, dtype=bool), np.zeros(3, dtype=int)).as_json()
    assert told["auc"] is told["auc_within_team"] is told["first_half_share"] is None
    assert told["brier"] == pytest.approx(0.04)


def test_an_interval_holds_its_score() -> None:
    """5 % below, 95 % above, of visits drawn again."""
    rng = np.random.default_rng(2)
    p = rng.random(300)
    y, team = rng.random(300) < p, rng.integers(0, 3, 300)
    scores = score_visits(p, y, team)
    for name, (low, high) in resample_scores(p, y, team, rng=rng, draws=100).items():
        assert low < getattr(scores, name) < high


@pytest.mark.parametrize("bad", [[], [1.2], [-0.1], [float("nan")]])
def test_what_is_no_probability_is_refused(bad) -> None:
    """Nothing, above 1, below 0, not a number."""
    with pytest.raises(InputError):
        score_visits(np.array(bad), np.ones(len(bad), dtype=bool), np.zeros(len(bad), dtype=int))
