"""How often hazards occur, told from the lot: unbiased, and intervals that hold what they say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from geo_risk.errors import InputError
from geo_risk.visits.lot import draw_rows, inclusion_probabilities
from geo_risk.visits.prevalence import (
    RandomVisit,
    count_interval,
    estimate_prevalence,
    share_interval,
)


def visit(zone: str, hazards: int | None, majors: int = 0, probability: float = 0.1) -> RandomVisit:
    return RandomVisit("p", zone, probability, hazards, None if hazards is None else majors)


def test_a_worked_example() -> None:
    """Weights 10 and 5: (10 x 2 + 5 x 0 + 5 x 1) / 20 hazards, 10 / 20 with a major."""
    told = estimate_prevalence(
        [visit("a", 2, 1), visit("b", 0, probability=0.2), visit("b", 1, probability=0.2)]
    )
    assert [one.zone_id for one in told] == [None, "a", "b"]
    assert told[0].hazards.value == pytest.approx(25 / 20)
    assert told[0].with_major.value == pytest.approx(10 / 20)
    assert told[2].hazards.value == pytest.approx(0.5)


def test_what_was_not_visited_is_counted_and_takes_its_weight_along() -> None:
    """Non-response is told; it is no visit that found nothing."""
    park, zone = estimate_prevalence([visit("a", 2), visit("a", None), visit("a", None)])
    assert (park.visits, park.not_visited, zone.not_visited) == (1, 2, 2)
    assert park.hazards.value == 2


def test_nothing_drawn_or_made_is_nothing_told() -> None:
    """NaN, not 0."""
    (park,) = estimate_prevalence([])
    assert math.isnan(park.hazards.value)
    assert math.isnan(estimate_prevalence([visit("a", None)])[1].with_major.low)


def test_finding_nothing_still_has_an_upper_end() -> None:
    """Eight visits without a hazard do not say that there is none."""
    park, _ = estimate_prevalence([visit("a", 0)] * 8)
    assert park.hazards.low == park.with_major.low == 0
    assert 0.2 < park.with_major.high < 0.4
    assert 0.2 < park.hazards.high < 0.6


@pytest.mark.parametrize(("seen", "many"), [(0, 8), (1, 8), (3, 40), (8, 8), (20, 200)])
def test_the_interval_of_a_share_is_mid_p(seen: int, many: int) -> None:
    """At its ends, half of what was seen and all beyond has 2.5 % by the binomial itself."""
    low, high = share_interval(seen / many, many)
    if seen:
        half = stats.binom.sf(seen, many, low) + stats.binom.pmf(seen, many, low) / 2
        assert half == pytest.approx(0.025, abs=1e-6)
    if seen < many:
        half = stats.binom.cdf(seen - 1, many, high) + stats.binom.pmf(seen, many, high) / 2
        assert half == pytest.approx(0.025, abs=1e-6)


def test_the_interval_of_equal_weights_is_mid_p_of_a_poisson_number() -> None:
    """Fay and Feuer's weights all 1: the interval of one Poisson number."""
    low, high = count_interval(5.0, 5.0, 1.0)
    assert stats.poisson.sf(5, low) + stats.poisson.pmf(5, low) / 2 == pytest.approx(
        0.025, abs=1e-6
    )
    assert stats.poisson.cdf(4, high) + stats.poisson.pmf(5, high) / 2 == pytest.approx(
        0.025, abs=1e-6
    )


def coverage(weeks: int, parks: int, spread: float, seed: int) -> dict[str, float]:
    """Give how often intervals hold the truth, over parks whose zones and premises differ."""
    rng = np.random.default_rng(seed)
    zones = list(np.repeat([f"z{i}" for i in range(10)], rng.integers(40, 140, 10)))
    mark = np.asarray(zones)
    level = np.repeat(rng.gamma(4, 0.08, 10), [zones.count(f"z{i}") for i in range(10)])
    rate = level * rng.gamma(1 / spread, spread, len(zones))
    major = 1 - np.exp(-0.15 * rate)
    probability = inclusion_probabilities(zones, 60)
    held: dict[str, list[bool]] = {"park": [], "zone": [], "park major": [], "zone major": []}
    value = []
    for _ in range(parks):
        visits = []
        for _ in range(weeks):
            for row in draw_rows(zones, probability, rng):
                majors = int(rng.poisson(0.15 * rate[row]))
                hazards = majors + int(rng.poisson(0.85 * rate[row]))
                visits.append(RandomVisit("", zones[row], probability[row], hazards, majors))
        for one in estimate_prevalence(visits):
            there = np.ones(len(zones), bool) if one.zone_id is None else mark == one.zone_id
            name = "park" if one.zone_id is None else "zone"
            if one.zone_id is None:
                value.append(one.hazards.value / rate.mean())
            held[name].append(one.hazards.low <= rate[there].mean() <= one.hazards.high)
            true = major[there].mean()
            held[f"{name} major"].append(one.with_major.low <= true <= one.with_major.high)
    return {"bias": float(np.mean(value)) - 1, **{k: float(np.mean(v)) for k, v in held.items()}}


def test_intervals_hold_the_truth_19_times_in_20() -> None:
    """Four weeks of six draws a zone, skewed counts, low prevalence."""
    told = coverage(weeks=4, parks=60, spread=0.8, seed=11)
    assert abs(told["bias"]) < 0.04
    assert 0.92 <= told["zone"] <= 0.99
    assert 0.93 <= told["zone major"] <= 0.995
    assert told["park"] >= 0.87
    assert told["park major"] >= 0.87


@pytest.mark.soak
@pytest.mark.parametrize("weeks", [1, 8, 26])
def test_intervals_hold_the_truth_over_20_parks(weeks: int) -> None:
    """As above, over 20 seeds and three dispersions."""
    told = [
        coverage(weeks, parks=60 if weeks == 1 else 15, spread=spread, seed=seed)
        for spread in (0.2, 0.8, 1.5)
        for seed in range(20)
    ]
    for name in ("park", "zone", "park major", "zone major"):
        assert 0.93 <= np.mean([one[name] for one in told]) <= 0.99, name
    assert abs(np.mean([one["bias"] for one in told])) < 0.01


def test_habits_would_have_told_another_number() -> None:
    """The same visits without their probabilities are wrong where zones are drawn unevenly."""
    zones = [*["hot"] * 10, *["cold"] * 190]
    probability = inclusion_probabilities(zones, 20)
    rng, told, plain = np.random.default_rng(7), [], []
    for _ in range(200):
        visits = [
            RandomVisit("", zones[row], probability[row], int(rng.poisson(4 * (row < 10))), 0)
            for row in draw_rows(zones, probability, rng)
        ]
        told.append(estimate_prevalence(visits)[0].hazards.value)
        plain.append(np.mean([one.hazards for one in visits]))
    assert np.mean(told) == pytest.approx(0.2, rel=0.1)
    assert np.mean(plain) > 4 * 0.2


def test_a_probability_that_none_is_is_refused() -> None:
    """0 would count for infinitely many."""
    with pytest.raises(InputError, match=r"Give a number in \(0, 1\]"):
        visit("a", 1, probability=0.0)
