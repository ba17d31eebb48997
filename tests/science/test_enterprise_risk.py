"""Enterprise risk as published: freed of the looker, explained, honest about who was not seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from scipy.stats import spearmanr

from geo_risk.fitting import ParkInputs
from geo_risk.fitting.premises_risk import add_risk
from geo_risk.fitting.setting import make_setting
from geo_risk.published import PremisesSummary, RiskClass
from geo_risk.records import Findings, Premises, PremisesKind, Visit

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)


def risk_of(park: ParkInputs) -> tuple[dict[str, PremisesSummary], dict[str, Any]]:
    """Give the premises' risk by id, and what is told beside it."""
    setting = make_setting(park, AS_OF)
    lines = [
        PremisesSummary(one.premises_id, "main", 1.0, RiskClass.BLUE)
        for one in setting.ground.counts.premises
    ]
    told, facts = add_risk(setting, lines)
    assert [one.premises_id for one in told] == [one.premises_id for one in lines]
    return {one.premises_id: one for one in told}, facts


@pytest.fixture(scope="module")
def park_of(hand_park) -> Any:
    """Give a park of known truth: premises 50 to 59 are never visited; two teams, by halves."""

    def make(
        days: int = 400, lookers: float = 0.0, premises: float = 0.0, visits: int = 1500
    ) -> tuple[ParkInputs, np.ndarray]:
        rng = np.random.default_rng(7)
        park, bad = hand_park(1), rng.normal(size=60) * premises
        some = []
        for number in range(visits):
            at = int(rng.integers(50))
            team = int((at < 25) == (rng.random() < 0.8))
            chance = 1 / (1 + np.exp(1.5 - lookers * (team - 0.5) - bad[at]))
            some.append(
                Visit(
                    id=f"v:{number:05d}", premises_id=f"p:{at}", team=("keen", "lax")[team],
                    start=AS_OF - timedelta(days=int(rng.integers(1, days))),
                    found=Findings(int(rng.random() < chance), 0, int(rng.integers(2))),
                )
            )  # fmt: skip
        return replace(park, visits=some), bad

    return make


def test_risk_ranks_premises_as_the_truth_does(park_of) -> None:
    """Thirty visits each tell a bad premises from a good one, whoever came."""
    park, bad = park_of(lookers=1.5, premises=1.0)
    told, _ = risk_of(park)
    probability = [told[f"p:{i}"].probability for i in range(50)]
    assert spearmanr(probability, bad[:50]).statistic > 0.7


def test_premises_that_a_keen_team_visits_are_not_taken_for_bad_ones(park_of) -> None:
    """All alike: the raw shares of the halves differ by far, the risk hardly."""
    park, _ = park_of(lookers=2.5)
    told, _ = risk_of(park)
    found = {f"p:{i}": [] for i in range(50)}
    for one in park.visits:
        found[one.premises_id].append(one.found.major > 0)
    raw = np.array([np.mean(found[f"p:{i}"]) for i in range(50)])
    freed = np.array([told[f"p:{i}"].probability for i in range(50)])
    gap = abs(np.log(raw[:25].mean() / raw[25:].mean()))
    assert gap > 0.5
    assert abs(np.log(freed[:25].mean() / freed[25:].mean())) < gap / 3


def test_unvisited_premises_have_their_peers_risk_and_a_wider_interval(park_of) -> None:
    """Each is wider than the mean of the visited on the scale of odds, and all are together."""
    told, _ = risk_of(park_of(premises=0.8)[0])

    def odds(p: float) -> float:
        return float(np.log(p / (1 - p)))

    width = [odds(one.probability_high) - odds(one.probability_low) for one in told.values()]
    plain = [one.probability_high - one.probability_low for one in told.values()]
    assert min(width[50:]) > np.mean(width[:50])
    assert np.mean(plain[50:]) > np.mean(plain[:50])
    inside = [told[f"p:{i}"].probability for i in range(50)]
    assert min(inside) < np.mean([told[f"p:{i}"].probability for i in range(50, 60)]) < max(inside)


def test_contributions_add_up_to_the_probability(park_of) -> None:
    """Six factors with names, exactly, no other."""
    told, facts = risk_of(park_of(premises=0.8, lookers=1.0)[0])
    assert len(facts["factors"]) == 6
    for one in told.values():
        assert sum(one.contributions) + facts["reference"] == pytest.approx(
            one.probability, abs=1e-12
        )
        assert 0 < one.probability_low < one.probability < one.probability_high < 1
        assert one.expected_findings > 0


@pytest.mark.parametrize(
    ("days", "visits", "status"),
    [(10, 0, "none"), (10, 20, "none"), (100, 300, "provisional"), (230, 900, "scored")],
)
def test_the_ladder_decides_what_is_claimed(park_of, days: int, visits: int, status: str) -> None:
    """No month: none. One to five: provisional. From six on with scores of the months before."""
    park, _ = park_of(days=days, visits=visits)
    told, facts = risk_of(replace(park, reports=[] if days == 10 else park.reports))
    assert facts["status"] == status
    assert all(np.isnan(one.probability) == (status == "none") for one in told.values())
    assert bool(facts.get("score")) == (status == "scored")
    if status == "scored":
        assert facts["model"] in facts["score"]
        assert facts["folds"] > 0


def test_a_dwelling_has_no_risk(park_of) -> None:
    """However often somebody looked there."""
    park, _ = park_of()
    home = Premises(id="p:home", kind=PremisesKind.DORMITORY, lon=120.0, lat=30.6, people=300)
    more = [replace(one, id=f"{one.id}h", premises_id="p:home") for one in park.visits[:40]]
    told, _ = risk_of(replace(park, premises=[*park.premises, home], visits=[*park.visits, *more]))
    assert np.isnan(told["p:home"].probability)
    assert told["p:home"].contributions == ()


def test_nothing_that_is_told_names_or_depends_on_who_is_who(park_of) -> None:
    """Teams under other names give the same figures, and no figure is by team."""
    park, _ = park_of(lookers=1.0, premises=0.5)
    renamed = [replace(one, team={"keen": "z", "lax": "a"}[one.team]) for one in park.visits]
    (one, facts), (other, again) = risk_of(park), risk_of(replace(park, visits=renamed))
    assert "keen" not in str(facts)
    assert "lax" not in str(facts)
    assert facts["reference"] == pytest.approx(again["reference"], abs=1e-9)
    for name, first in one.items():
        assert first.probability == pytest.approx(other[name].probability, abs=1e-9)


def test_visits_after_the_as_of_change_nothing(park_of) -> None:
    """A future date is not known yet."""
    park, _ = park_of()
    later = Visit(id="v:late", premises_id="p:1", team="new", start=AS_OF + timedelta(days=3),
                  found=Findings(9, 9, 9))  # fmt: skip
    one, other = risk_of(park)[0], risk_of(replace(park, visits=[*park.visits, later]))[0]
    assert one["p:1"].probability == pytest.approx(other["p:1"].probability, abs=1e-12)


@pytest.mark.parametrize("kind", ["nothing_found", "all_found", "no_team", "no_place"])
def test_odd_parks_have_a_stated_sensible_risk(park_of, kind: str) -> None:
    """Never a major finding, always one, nobody's team, no premises with a point."""
    park, _ = park_of(days=100, visits=200)
    visits, premises = list(park.visits), list(park.premises)
    if kind == "no_team":
        visits = [replace(one, team="") for one in visits]
    elif kind == "no_place":
        premises = [replace(one, lon=None, lat=None) for one in premises]
    else:
        visits = [replace(one, found=Findings(int(kind == "all_found"))) for one in visits]
    told, facts = risk_of(replace(park, visits=visits, premises=premises))
    assert facts["status"] == "provisional"
    assert all(0 < one.probability < 1 for one in told.values())
    if kind == "nothing_found":
        assert max(one.probability for one in told.values()) < 0.1
