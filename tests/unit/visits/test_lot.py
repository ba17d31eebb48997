"""The lot: the probability that is written down is the one with which chance decides."""

from __future__ import annotations

from collections import Counter
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_risk.errors import InputError
from geo_risk.visits.lot import (
    draw_lot,
    draw_rows,
    inclusion_probabilities,
    seed_of,
    visits_that_fit,
)
from geo_risk.visits.problem import Shift

ZONES = [*["a"] * 40, *["b"] * 7, *["c"] * 25, "", "", *["d"] * 3]
SIMULATED = 20_000


def test_frequencies_are_the_probabilities_that_are_written_down() -> None:
    """20,000 draws: every premises as often as said, within five standard errors."""
    rng = np.random.default_rng(1)
    probability = inclusion_probabilities(ZONES, 11)
    seen = np.zeros(len(ZONES))
    for _ in range(SIMULATED):
        seen[draw_rows(ZONES, probability, rng)] += 1
    error = np.sqrt(probability * (1 - probability) / SIMULATED)
    assert np.abs(seen / SIMULATED - probability).max() < 5 * error.max()
    worst = np.abs(seen / SIMULATED - probability)[error > 0] / error[error > 0]
    assert worst.max() < 5
    assert np.mean(worst**2) == pytest.approx(1.0, abs=0.6)


def test_unequal_probabilities_are_kept_too() -> None:
    """Madow's count holds for any probabilities, 1 among them."""
    rng = np.random.default_rng(2)
    probability = np.array([1.0, 0.5, 0.25, 0.125, 0.125, 0.9, 0.1])
    zones = ["a", "a", "a", "b", "b", "b", "b"]
    seen = np.zeros(7)
    for _ in range(SIMULATED):
        rows = draw_rows(zones, probability, rng)
        assert len(rows) == 3
        seen[rows] += 1
    error = np.sqrt(np.maximum(probability * (1 - probability), 1e-12) / SIMULATED)
    assert (np.abs(seen / SIMULATED - probability) <= 5 * error + 1e-9).all()


@given(
    st.lists(st.sampled_from(["", "a", "b", "c", "d"]), min_size=1, max_size=60),
    st.integers(0, 80),
    st.integers(0, 5),
)
def test_every_zone_gets_its_share_to_within_one(zones: list[str], number: int, seed: int) -> None:
    """Probabilities sum to what is drawn; none is 0 while anything is drawn, none above 1."""
    probability = inclusion_probabilities(zones, number)
    assert probability.sum() == pytest.approx(min(number, len(zones)))
    if number:
        assert probability.min() > 0
        assert probability.max() <= 1
    rows = draw_rows(zones, probability, np.random.default_rng(seed))
    assert len(rows) == min(number, len(zones))
    drawn = Counter(zones[row] for row in rows)
    for zone in set(zones):
        own = probability[[one == zone for one in zones]]
        assert abs(drawn[zone] - own.sum()) < 1 + 1e-6
        assert np.ptp(own) < 1e-12


def test_a_small_zone_is_drawn_from_more_often() -> None:
    """Half of the draws are even over zones: a zone of 10 can be told of beside one of 200."""
    probability = inclusion_probabilities([*["a"] * 200, *["b"] * 10], 20)
    assert probability[-1] > 4 * probability[0]


def test_two_premises_of_a_zone_can_come_together() -> None:
    """In random order within the zone every pair has a chance: a count through has not."""
    rng = np.random.default_rng(3)
    zones = ["a"] * 6
    probability = inclusion_probabilities(zones, 2)
    pairs = Counter(tuple(draw_rows(zones, probability, rng)) for _ in range(3000))
    assert len(pairs) == 15


def test_the_same_week_draws_the_same() -> None:
    """Park and week are the seed: anybody can draw the lot again."""
    zone_of = {f"p{i}": "ab"[i % 2] for i in range(50)}
    first, again, other = (
        draw_lot(zone_of, 6, np.random.default_rng(seed_of("park", day)))
        for day in (date(2026, 11, 2), date(2026, 11, 2), date(2026, 11, 9))
    )
    assert first == again != other
    shuffled = dict(sorted(zone_of.items(), key=lambda item: item[0][::-1]))
    assert draw_lot(shuffled, 6, np.random.default_rng(seed_of("park", date(2026, 11, 2)))) == first


def test_another_officer_goes_as_often_as_said_and_never_a_usual_one() -> None:
    """Whose eyes they are is chance too."""
    zone_of = {f"p{i:02d}": "ab"[i % 2] for i in range(40)}
    usual = {"a": ("o1", "o2"), "b": ("o3",)}
    rng = np.random.default_rng(9)
    turned, drawn = Counter[str](), 0
    for _ in range(500):
        for one in draw_lot(
            zone_of, 8, rng, rotate_share=0.4, usual=usual, officers=("o1", "o2", "o3", "o4")
        ):
            drawn += 1
            assert one.officer_id not in usual[one.zone_id]
            turned[one.officer_id] += 1
    share = 1 - turned[""] / drawn
    assert share == pytest.approx(0.4, abs=5 * np.sqrt(0.24 / drawn))
    assert turned["o4"] > turned["o1"] > 0


def test_where_there_is_nobody_else_the_usual_one_goes() -> None:
    """One officer is one officer."""
    drawn = draw_lot(
        {"p": "a"},
        1,
        np.random.default_rng(0),
        rotate_share=1.0,
        usual={"a": ["o"]},
        officers=["o"],
    )
    assert [(one.officer_id, one.probability) for one in drawn] == [("", 1.0)]


def test_nothing_is_drawn_from_nothing() -> None:
    """No premises, no draws; a share that is none is refused."""
    rng = np.random.default_rng(0)
    assert draw_lot({}, 5, rng) == ()
    assert draw_lot({"p": ""}, 0, rng) == ()
    with pytest.raises(InputError, match="Give a share"):
        draw_lot({"p": ""}, 1, rng, rotate_share=1.5)


def test_visits_that_fit_are_counted_shift_by_shift() -> None:
    """Half an hour that is left over in the morning is no visit in the afternoon."""
    shifts = [Shift("a", "o", 0, 9000), Shift("b", "o", 10_000, 17_000)]
    assert visits_that_fit(shifts, 3000, 600) == 2 + 1
    assert visits_that_fit([], 3000, 600) == 0
