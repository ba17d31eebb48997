"""The sample park at 0, 1, 3, 6 and 13 months: what its map says, and may not claim (4b)."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from geo_risk.features.places import holds
from geo_risk.fitting import COMBINED_ID, INHERENT_ID
from geo_risk.grid import Unit
from geo_risk.published import Publication, RiskClass
from geo_risk.surfaces.members import BASELINES
from tests.live.conftest import built_once, shared_folder

OURS = {"kde", "blend", "stack"}


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give what is published of the sample after so many months."""

    def read(months: int) -> Publication:
        with built_once(shared_folder(tmp_path_factory), months).open() as store:
            publication = store.publication()
        assert publication is not None
        return publication

    return cache(read)


@pytest.mark.parametrize(
    ("months", "key", "main"),
    [
        (0, "inherent", INHERENT_ID),
        (1, "shrunk", COMBINED_ID),
        (3, "shrunk", COMBINED_ID),
        (6, "folds", COMBINED_ID),
        (13, "full", COMBINED_ID),
    ],
)
def test_rung_and_main_surface(sample: Any, months: int, key: str, main: str) -> None:
    """The rung is that of the months of history; the map opens with inherent or combined risk."""
    publication = sample(months)
    assert (publication.rung.months, publication.rung.key) == (months, key)
    assert publication.main == main
    assert INHERENT_ID in publication.surfaces
    assert {"effort.visits", "effort.patrol", "coverage.visits"} <= set(publication.surfaces)


def test_without_history_the_map_is_titled_inherent_and_its_breaks_are_provisional(
    sample: Any,
) -> None:
    """0 months: class x people, said so; no score, no forecast, nothing but places and effort."""
    publication = sample(0)
    graded = publication.surfaces[INHERENT_ID]
    assert graded.surface.notes == ("ladder.inherent_only",)
    assert graded.breaks_version == "provisional"
    assert publication.rung.served == "inherent"
    assert publication.rung.folds == 0
    assert COMBINED_ID not in publication.surfaces
    assert set(np.unique(graded.classes)) == set(RiskClass)


@pytest.mark.parametrize("months", [1, 3])
def test_under_six_months_nothing_claims_to_forecast(sample: Any, months: int) -> None:
    """1 to 5 months: a density shrunk to inherent risk, for the past, without scores."""
    publication = sample(months)
    assert publication.rung.served == "shrunk"
    for graded in publication.surfaces.values():
        assert graded.surface.period.end <= publication.as_of
        assert graded.surface.score["status"] == "none"
        assert graded.breaks_version in {"provisional", "quarters"}
    assert publication.surfaces[COMBINED_ID].surface.notes == ("ladder.shrunk",)


@pytest.mark.parametrize(
    ("months", "status", "version"), [(6, "folds", "provisional"), (13, "full", "v1")]
)
def test_from_six_months_on_a_forecast_carries_the_scores_of_its_folds(
    sample: Any, months: int, status: str, version: str
) -> None:
    """What is served has at least the best baseline's gain; a baseline that was better is named."""
    publication = sample(months)
    forecasts = [
        graded
        for key, graded in publication.surfaces.items()
        if key.startswith("intensity.") and not graded.surface.notes
    ]
    assert len(forecasts) == 4
    for graded in forecasts:
        score = graded.surface.score
        assert score["status"] == status
        assert score["folds"] == min(months - 1, 12)
        gains = {name: one["ig_nats"] for name, one in score["models"].items()}
        assert gains[score["served"]] >= max(gains[name] for name in BASELINES)
        assert graded.surface.provenance.model == score["served"]
        assert score["served"] in OURS or gains[score["served"]] >= max(gains[one] for one in OURS)
        assert graded.surface.period.start == publication.as_of
    assert publication.surfaces[COMBINED_ID].breaks_version == version
    assert publication.rung.folds == min(months - 1, 12)


@pytest.mark.parametrize("months", [0, 1, 3])
def test_before_six_months_there_is_no_probability(sample: Any, months: int) -> None:
    """A probability is a claim about the days to come."""
    assert not [one for one in sample(months).surfaces if one.startswith("probability.")]


@pytest.mark.parametrize("months", [6, 13])
def test_from_six_months_on_every_forecast_has_its_probability(sample: Any, months: int) -> None:
    """Of the kinds that are forecast and no other; in [0, 1], scored, and opened.

    With the calibration undone, what is expected of the cells is what is expected of the park.
    """
    surfaces = sample(months).surfaces
    forecasts = {
        key.partition(".")[2]
        for key, one in surfaces.items()
        if key.startswith("intensity.") and not one.surface.notes
    }
    kinds = {key.partition(".")[2] for key in surfaces if key.startswith("probability.")}
    assert kinds == forecasts
    for kind in kinds:
        graded = surfaces[f"probability.{kind}"]
        surface, told = graded.surface, graded.surface.provenance.parameters
        p = surface.values[np.isfinite(surface.values)]
        assert p.min() >= 0
        assert p.max() < 1
        assert surface.unit == Unit.PROBABILITY
        assert surface.period == surfaces[f"intensity.{kind}"].surface.period
        calibration = told["calibration"]
        a = calibration["dispersion"]
        mu = ((1 - p) ** -a - 1) / a if a >= 1e-4 else -np.log1p(-p)
        expected = (mu / calibration["level"]) ** (1 / calibration["slope"])
        assert expected.sum() == pytest.approx(told["expected_events"], rel=1e-5)
        score = surface.score
        assert score["folds"] == min(months - 1, 12)
        assert set(BASELINES) < set(score["models"])
        assert score["models"][score["served"]]["reliability"]
        assert graded.factors is not None
        total = graded.factors.parts.astype(np.float64).sum(axis=0) + graded.factors.reference
        assert np.nanmax(np.abs(total - surface.values)) < 1e-6


@pytest.mark.parametrize("months", [1, 3, 6, 13])
def test_contributions_add_up_at_every_length_of_history(sample: Any, months: int) -> None:
    """At most six named factors, and the reference, are the value to rounding of float32."""
    graded = sample(months).surfaces[COMBINED_ID]
    factors = graded.factors
    assert len(factors.names) == 6
    total = factors.parts.astype(np.float64).sum(axis=0) + factors.reference
    inside = graded.classes > 0
    scale = np.nanmax(np.abs(factors.parts))
    assert np.abs(total - graded.surface.values)[inside].max() < 1e-6 * scale


@pytest.mark.parametrize("months", [1, 3, 6, 13])
def test_public_order_and_fraud_are_never_in_the_risk_of_the_sample(
    sample: Any, months: int
) -> None:
    """Nobody has decided to forecast them: they are shown as past records only."""
    publication = sample(months)
    used = publication.surfaces[COMBINED_ID].surface.provenance.parameters["intensities"]
    assert not {"public_order", "fraud"} & set(used)
    assert publication.facts["past_only"] == ["fraud", "public_order"]


@pytest.mark.parametrize("months", [0, 1, 3, 6, 13])
def test_ten_zones_and_all_open_premises_are_summarised(
    sample: Any, sample_inputs: Any, months: int
) -> None:
    """Every zone under every surface, every premises that is open once."""
    publication = sample(months)
    zones = {one.zone_id for one in publication.zones}
    assert len(zones) == 10
    assert len(publication.zones) == 10 * len(publication.surfaces)
    ids = [one.premises_id for one in publication.premises]
    held = {one.id for one in sample_inputs(months).premises if holds(one, publication.as_of)}
    assert len(ids) == len(held)
    assert set(ids) == held
    graded = publication.surfaces[publication.main]
    shown = [one for one in publication.premises if one.risk_class != RiskClass.NONE]
    assert len(shown) > 850
    assert max(one.value for one in shown) <= np.nanmax(graded.surface.values)


def test_what_was_left_out_is_counted(sample: Any) -> None:
    """Duplicates, outside and unlocated reports are in no surface, and in the facts."""
    facts = sample(13).facts
    assert {"duplicate", "outside", "unlocated"} <= set(facts["left_out"])
    assert facts["reports_used"] == sum(facts["kinds"].values())
