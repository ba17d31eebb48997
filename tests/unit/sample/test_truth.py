"""The sample's known truth holds in what is drawn from it: means, detection, memory, the null."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from data.sample_park import Park
from data.sample_park.calendar import DAYS, MONTHS, month_of, month_starts
from data.sample_park.events import simulate_events
from data.sample_park.place import CELL_M, make_place
from data.sample_park.reports import LATE_DAYS
from data.sample_park.risk import KINDS, OFFSPRING
from data.sample_park.truth import (
    CHANNELS,
    PER_30_DAYS,
    SEEN_AT_VISITS,
    STANDING,
    VARIANTS,
)
from geo_risk.grid import Grid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Draw = Callable[..., Park]
SEEDS = (1, 2)
CELL_KM2 = CELL_M**2 / 1e6


def by_zone(park: Park, values: Floats) -> Floats:
    """Add a surface (per km2) up to zones."""
    x, y = park.place.cells.centres()
    zone = park.place.zone_of(x.ravel(), y.ravel())
    total = np.nan_to_num(values).ravel() * CELL_KM2
    return np.bincount(zone[zone >= 0], total[zone >= 0], minlength=10).astype(np.float64)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("kind", KINDS)
def test_true_intensity_adds_up_to_the_parks_total(draw: Draw, variant: str, kind: str) -> None:
    """Summed over cells it is the number of events in 30 days; outside the park there is none."""
    park = draw(1, variant)
    intensity = park.truth.intensity[kind]
    assert np.nansum(intensity) * CELL_KM2 == pytest.approx(PER_30_DAYS[kind], rel=1e-6)
    assert np.isnan(intensity[~park.place.cells.inside]).all()


def test_simulated_counts_follow_the_true_intensity(draw: Draw) -> None:
    """Over many histories of one park, each zone's mean count is its true one (z below 4)."""
    park = draw(1)
    premises, seeds = park.tables["premises"], 12
    drawn = [
        simulate_events(park.place, premises, park.truth, np.random.default_rng(seed))
        for seed in range(seeds)
    ]
    for kind in KINDS:
        expected = by_zone(park, park.truth.intensity[kind]) * DAYS / 30 * seeds
        some = [events[(events["kind"] == kind) & (events["day"] >= 0)]["zone"] for events in drawn]
        counted = np.bincount(pd.concat(some), minlength=10)
        spread = np.sqrt(expected) / (1 - OFFSPRING)  # variance of a Hawkes process
        assert np.abs((counted - expected) / spread).max() < 4, kind
        assert abs(counted.sum() / expected.sum() - 1) < 0.04, kind


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("seed", SEEDS)
def test_findings_are_what_detection_and_risk_make_of_a_visit(
    draw: Draw, variant: str, seed: int
) -> None:
    """Per team, findings are Poisson about share x detection x what stands (z below 4.5)."""
    park = draw(seed, variant)
    visits, reports = park.tables["visits"], park.tables["reports"]
    truth = park.truth
    month = month_of(visits["day"])
    day = np.floor(visits["day"].to_numpy()).astype(int)
    share = (visits["items_checked"] / visits["items_standard"]).to_numpy()
    for kind in SEEN_AT_VISITS:
        seen = truth.detection[visits["team_row"], KINDS.index(kind), month]
        stands = STANDING[kind] * park.daily_rates[kind][visits["premises_row"], day]
        mean = seen * share * stands
        np.testing.assert_allclose(mean, visits[f"mean_{kind}"])
        # What was found shortly before the as-of and entered late is not on record yet.
        early = visits["day"].to_numpy() < DAYS - 90
        found = reports[(reports["kind"] == kind) & (reports["visit"] != "")]["visit"]
        counted = found.value_counts().reindex(visits["id"]).fillna(0).to_numpy()
        for team in range(5):
            which = early & (visits["team_row"] == team).to_numpy()
            z = (counted[which].sum() - mean[which].sum()) / np.sqrt(mean[which].sum())
            assert abs(z) < 4.5, (kind, team)


def test_what_premises_stand_at_averages_to_their_true_rate(draw: Draw) -> None:
    """The rate given the past has the true rate as its mean (all premises together, within 3 %)."""
    for seed in SEEDS:
        park = draw(seed)
        for kind in SEEN_AT_VISITS:
            valid = park.tables["premises"]["end"].isna().to_numpy()
            mean = park.daily_rates[kind][valid].mean(1)
            true = park.truth.premises_rate[kind][valid]
            assert mean.sum() == pytest.approx(true.sum(), rel=0.04 if kind == "hazard" else 0.08)


@pytest.mark.parametrize("variant", VARIANTS)
def test_each_channel_brings_its_share_of_what_happened(draw: Draw, variant: str) -> None:
    """Given the events, first reports are binomial with the channel's rate of that month."""
    park = draw(1, variant)
    events = park.events
    events = events[(events["day"] >= 0) & (events["day"] < DAYS - 120)]
    reports = park.tables["reports"]
    first = reports[~reports["repeat"] & reports["event"].isin(events.index)]
    month = month_of(events["day"])
    for channel in ("county_app", "hotline", "grid"):
        rate = park.truth.channel_rate[
            events["kind"].map(KINDS.index), CHANNELS.index(channel), month
        ]
        if channel == "grid":
            rate = rate * park.truth.grid_factor[events["zone"]]
        z = (first["channel"] == channel).sum() - rate.sum()
        assert abs(z / np.sqrt((rate * (1 - rate)).sum())) < 4, channel


def test_in_the_null_world_reports_are_even_over_the_ground(draw: Draw) -> None:
    """Zone by zone in proportion to area: the chi-square is not extreme, for any seed or kind."""
    chances = []
    for seed in SEEDS:
        park = draw(seed, "null")
        area = np.array([zone.area for zone in park.place.zones])
        for kind in KINDS:
            zone = park.events.loc[park.events["kind"] == kind, "zone"]
            counted = np.bincount(zone, minlength=10)
            chances.append(stats.chisquare(counted, area / area.sum() * counted.sum()).pvalue)
    assert min(chances) > 0.05 / len(chances) / 5
    assert np.mean(np.array(chances) < 0.5) < 0.95


def test_in_the_null_world_findings_follow_only_who_looked(draw: Draw) -> None:
    """Divided by detection, they are even over zones; in the other world they are not."""
    for variant, flat in (("null", True), ("misspecified", False)):
        park = draw(1, variant)
        visits = park.tables["visits"]
        zone = park.tables["premises"]["zone"].to_numpy()[visits["premises_row"]]
        month = month_of(visits["day"])
        looked = park.truth.detection[visits["team_row"], 0, month]
        looked = looked * (visits["items_checked"] / visits["items_standard"]).to_numpy()
        expected = np.bincount(zone, looked, minlength=10)
        reports = park.tables["reports"]
        hazards = reports[(reports["kind"] == "hazard") & (reports["visit"] != "")]
        counted = np.bincount(hazards["zone"], minlength=10)
        went = expected > 0
        expected = expected[went] / expected.sum() * counted.sum()
        chance = stats.chisquare(counted[went], expected).pvalue
        assert chance > 1e-3 if flat else chance < 1e-9


def test_in_the_misspecified_world_risk_is_uneven(draw: Draw) -> None:
    """Some zone has several times the hazards per km2 of another."""
    park = draw(1)
    area = np.array([zone.area / 1e6 for zone in park.place.zones])
    density = by_zone(park, park.truth.intensity["hazard"]) / area
    assert density.max() > 4 * density.min()


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_share_of_late_reports(draw: Draw, variant: str) -> None:
    """15 % come a week or more after the fact, none in the well-specified world."""
    reports = pd.concat([draw(seed, variant).tables["reports"] for seed in SEEDS])
    lag = (reports["reported_at"] - reports["occurred_to"]).dt.total_seconds() / 86400
    late = lag >= LATE_DAYS
    np.testing.assert_array_equal(late, reports["late"])
    low, high = (0.0, 0.0) if variant == "well_specified" else (0.135, 0.16)
    assert low <= late.mean() <= high


def test_duplicates_are_reported_and_half_of_them_known(park: Park) -> None:
    """About 4 % of what the public brings comes twice."""
    reports = park.tables["reports"]
    public = reports[reports["event"] >= 0]
    assert 0.02 < public["repeat"].mean() < 0.05
    known = (public["duplicate_of"] != "").sum() / public["repeat"].sum()
    assert 0.35 < known < 0.65


def test_one_zone_nobody_visits(draw: Draw) -> None:
    """Things happen there and are reported, but no visit goes there; else every zone is seen."""
    for variant in VARIANTS:
        park = draw(1, variant)
        visits = park.tables["visits"]
        zone = park.tables["premises"]["zone"].to_numpy()[visits["premises_row"]]
        seen = np.bincount(zone, minlength=10) > 0
        if variant == "well_specified":
            assert seen.all()
            continue
        assert list(np.flatnonzero(~seen)) == [park.truth.unvisited_zone]
        assert (park.tables["reports"]["zone"] == park.truth.unvisited_zone).sum() > 50


def test_detection_varies_by_team_kind_and_month_unless_well_specified(draw: Draw) -> None:
    """Well specified: one figure per team. Else it drifts from month to month, kind by kind."""
    steady = draw(1, "well_specified").truth.detection
    assert np.ptp(steady, axis=(1, 2)).max() == 0
    for variant in ("misspecified", "null"):
        detection = draw(1, variant).truth.detection
        assert detection.shape == (5, len(KINDS), MONTHS)
        assert detection.std(axis=2).min() > 0.005
        assert ((detection > 0) & (detection < 1)).all()


def test_effort_follows_last_months_findings_unless_well_specified(draw: Draw) -> None:
    """Premises where something was found are visited more in the month after."""
    ratio = {}
    for variant in ("misspecified", "well_specified"):
        park = draw(1, variant)
        visits = park.tables["visits"]
        routine = visits[visits["reason"] == "routine"]
        went = np.zeros((1000, MONTHS))
        found = np.zeros((1000, MONTHS))
        np.add.at(went, (routine["premises_row"], month_of(routine["day"])), 1)
        hazards = park.tables["reports"]
        hazards = hazards[hazards["visit"] != ""]
        np.add.at(found, (hazards["premises_row"], month_of(hazards["day"])), 1)
        after, before = went[:, 1:], found[:, :-1]
        ratio[variant] = after[before > 0].mean() / after[before == 0].mean()
    assert ratio["misspecified"] > 1.5
    assert 0.7 < ratio["well_specified"] < 1.3


def test_random_visits_carry_the_probability_they_were_drawn_with(park: Park) -> None:
    """Within a team and month it is one number: those drawn / those who could have been."""
    visits = park.tables["visits"]
    drawn = visits[visits["reason"] == "random"]
    assert drawn["selection_probability"].between(0, 1, inclusive="neither").all()
    assert visits.loc[visits["reason"] != "random", "selection_probability"].isna().all()
    for _, some in drawn.groupby(["team_row", month_of(drawn["day"])]):
        assert np.ptp(some["selection_probability"]) == 0
        assert some["premises_row"].is_unique
        pool = len(some) / some["selection_probability"].iloc[0]
        assert pool <= 330


def test_memory_is_exponential_only_where_it_should_be(draw: Draw) -> None:
    """The rate of forgetting is constant in the well-specified world, and slows in the other."""
    for variant in ("misspecified", "well_specified"):
        memory = draw(1, variant).truth.memory
        assert memory.sum() == pytest.approx(1.0)
        forgetting = -np.diff(np.log(memory[:200]))
        if variant == "well_specified":
            assert np.ptp(forgetting) < 1e-9
        else:
            assert forgetting[0] > 5 * forgetting[-1]


def test_months_are_the_calendars() -> None:
    """The first is November 2024; each day falls into the month that the calendar says."""
    starts = month_starts()
    assert starts[0] == 0
    assert starts[-1] == DAYS
    assert list(month_of([0, 29.9, 30, 60.5, DAYS - 0.01])) == [0, 0, 1, 1, 23]


def test_cells_are_anchored_in_the_south_west_corner() -> None:
    """As geo_risk's grid on the same edge: same shape, same corner, same cells inside."""
    place = make_place()
    grid = Grid.covering(place.edge, "EPSG:4549", CELL_M)
    assert grid.shape == place.cells.shape
    assert grid.origin == pytest.approx((place.cells.west, place.cells.north))
