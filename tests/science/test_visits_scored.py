"""`evaluate --target visits`: what is chosen, what is known, and what a known truth gives."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from geo_risk.errors import InputError
from geo_risk.evaluation import VisitEvaluation, evaluate_visits
from geo_risk.fitting import ParkInputs
from geo_risk.records import Findings, Visit

FIRST, LAST = date(2026, 9, 1), date(2026, 10, 31)
MODELS = {"team_rate", "past_count", "premises_risk"}


def evaluate(park: ParkInputs, first: date = FIRST, last: date = LAST) -> VisitEvaluation:
    return evaluate_visits(park, first=first, last=last, rng=np.random.default_rng(0))


@pytest.fixture(scope="module")
def looked_at(hand_park) -> Any:
    """Give a park whose truth is known: how much lookers differ, and how much premises do."""

    def make(lookers: float, premises: float, seed: int = 1) -> ParkInputs:
        rng = np.random.default_rng(seed)
        park = hand_park(1)
        eye, bad = rng.normal(size=4) * lookers, rng.normal(size=60) * premises
        start = datetime(2025, 5, 1, 2, tzinfo=UTC)
        visits = []
        for number in range(2400):
            at, team = int(rng.integers(60)), int(rng.integers(4))
            chance = 1 / (1 + np.exp(2.0 - eye[team] - bad[at]))
            visits.append(
                Visit(
                    id=f"v:{number:05d}", premises_id=f"p:{at}", team=f"t{team}",
                    start=start + timedelta(days=int(rng.integers(545))),
                    found=Findings(int(rng.random() < chance), int(rng.random() < 0.3), 0),
                )
            )  # fmt: skip
        return replace(park, visits=visits, reports=())

    return make


def test_every_visit_of_the_period_has_one_probability(looked_at) -> None:
    """Both days included, those without a place or a team too; the JSON has what is promised."""
    park = looked_at(1.0, 1.0)
    odd = [
        Visit(id="v:a", start=datetime(2026, 9, 1, 2, tzinfo=UTC)),
        Visit(id="v:b", premises_id="p:nowhere", start=datetime(2026, 10, 31, 15, tzinfo=UTC)),
    ]
    told = evaluate(replace(park, visits=[*park.visits, *odd]))
    kept = {one.id for one in park.visits if FIRST <= one.start.date() <= LAST} | {"v:a", "v:b"}
    assert set(told.visit_ids) == kept
    assert len(told.visit_ids) == len(told.probability) == told.scores["n"] == len(kept)
    assert ((told.probability > 0) & (told.probability < 1)).all()
    assert {key: told.scores[key] for key in ("target", "from", "to")} == {
        "target": "visits", "from": "2026-09-01", "to": "2026-10-31",
    }  # fmt: skip
    assert set(told.scores["models"]) == MODELS
    assert told.scores["served"] in MODELS
    for scores in told.scores["models"].values():
        assert set(scores) == {"auc", "brier", "log_loss", "auc_within_team", "first_half_share"}


def test_where_premises_differ_the_model_is_served_and_beats_the_team_rate(looked_at) -> None:
    """Chosen by the months before; better on the months after."""
    scores = evaluate(looked_at(1.0, 1.2)).scores
    assert scores["served"] == "premises_risk"
    ours, theirs = scores["models"]["premises_risk"], scores["models"]["team_rate"]
    assert ours["log_loss"] < theirs["log_loss"]
    assert ours["auc_within_team"] > 0.65 > theirs["auc_within_team"]


def test_where_only_lookers_differ_the_model_claims_little(looked_at) -> None:
    """Within a team no premises is told from another, and the probabilities hardly differ."""
    told = evaluate(looked_at(1.2, 0.0))
    ours, theirs = (told.scores["models"][name] for name in ("premises_risk", "team_rate"))
    assert abs(ours["auc_within_team"] - 0.5) < 0.12
    assert ours["log_loss"] < theirs["log_loss"] + 0.01


def test_results_of_the_period_change_no_parameter(looked_at) -> None:
    """Turn every result from the first day on upside down: that day's probabilities stay."""
    park = looked_at(1.0, 1.0)
    turned = [
        replace(one, found=Findings(int(not one.found.major))) if one.start.date() >= FIRST else one
        for one in park.visits
    ]
    one = evaluate(park, last=FIRST)
    other = evaluate(replace(park, visits=turned), last=FIRST)
    assert one.scores["served"] == other.scores["served"]
    assert np.array_equal(one.probability, other.probability)


def test_with_nothing_learnt_the_team_rate_is_served(looked_at) -> None:
    """The first month of a park: no choice was ever tried, and the scores are there."""
    told = evaluate(looked_at(1.0, 1.0), date(2025, 5, 1), date(2025, 5, 31))
    assert told.scores["served"] == "team_rate"
    assert told.scores["folds"] == 0
    assert set(told.probability) == {0.5}


@pytest.mark.parametrize(("first", "last"), [(LAST, FIRST), (date(2030, 1, 1), date(2030, 1, 31))])
def test_a_period_without_visits_is_refused(looked_at, first: date, last: date) -> None:
    """Reversed, or beyond all records; so is a park without visits."""
    with pytest.raises(InputError):
        evaluate(looked_at(1.0, 1.0), first, last)
    with pytest.raises(InputError, match="no visit"):
        evaluate(replace(looked_at(1.0, 1.0), visits=()))
