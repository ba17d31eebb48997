"""What a visit is worth: parts that add up, and each moves as its words say."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_risk.errors import InputError
from geo_risk.visits.prizes import (
    INHERENT,
    LEARNING,
    LOCATE,
    PARTS,
    RISK,
    SINCE,
    SURFACE,
    PrizeParams,
    Site,
    expected_points,
    has_history,
    measure_worth,
    standing_factor,
)

PARAMS = PrizeParams()


def site(name: str = "a", **values: float) -> Site:
    given = {
        "probability": 0.1,
        "probability_low": 0.05,
        "probability_high": 0.2,
        "expected_findings": 1.0,
        "surface": 2.0,
        "days_since": PARAMS.usual_days,
        **values,
    }
    return Site(premises_id=name, **given)  # type: ignore[arg-type]


@st.composite
def sites(draw: st.DrawFn) -> Site:
    low = draw(st.floats(0, 0.9))
    middle = draw(st.floats(low, 0.95))
    return Site(
        premises_id=draw(st.text("abc", min_size=1, max_size=6)),
        probability=middle,
        probability_low=low,
        probability_high=draw(st.floats(middle, 1.0)),
        expected_findings=draw(st.one_of(st.just(math.nan), st.floats(0, 20))),
        surface=draw(st.one_of(st.just(math.nan), st.floats(0, 100))),
        days_since=draw(st.one_of(st.none(), st.floats(0, 4000))),
        inherent_class=draw(st.integers(1, 4)),
        people=draw(st.floats(0, 3000)),
        place_guessed=draw(st.booleans()),
    )


@given(st.lists(sites(), min_size=1, max_size=8))
def test_parts_add_up_and_are_at_most_seven(some: list[Site]) -> None:
    """Whatever is known or not, a prize is its parts, is finite and is never below 0."""
    for one in measure_worth(some, PARAMS):
        assert math.isfinite(one.prize)
        assert one.prize >= 0
        assert math.isclose(sum(one.parts.values()), one.prize, abs_tol=1e-9)
        assert set(one.parts) <= set(PARTS)
        assert len(one.parts) <= 7
        assert not {RISK, INHERENT} <= set(one.parts)


def test_expected_points_are_those_of_simulated_visits() -> None:
    """Majors Poisson with that probability of any, the others besides: the mean of many visits."""
    rng = np.random.default_rng(4)
    majors, others = rng.poisson(0.4, 200_000), rng.poisson(1.1, 200_000)
    told = expected_points(1.0 - math.exp(-0.4), 1.5, PARAMS)
    assert told == pytest.approx(np.mean(4.0 * majors + 1.4 * others), rel=0.01)


def test_what_stands_is_that_of_a_simulated_queue() -> None:
    """Hazards come at a rate, stand for a time, a visit leaves a share: counted one by one."""
    rng = np.random.default_rng(5)
    rate, memory, left, days = 0.05, PARAMS.memory_days, PARAMS.left_share, 40.0
    standing = rng.binomial(rng.poisson(rate * memory, 60_000), left)
    old = rng.binomial(standing, math.exp(-days / memory))
    arrivals = rng.poisson(rate * days, 60_000)
    came = rng.uniform(0, days, arrivals.sum())
    stays = rng.random(arrivals.sum()) < np.exp(-(days - came) / memory)
    new = np.bincount(np.repeat(np.arange(60_000), arrivals), stays, minlength=60_000)
    usual = rate * memory * (1 - (1 - left) * math.exp(-PARAMS.usual_days / memory))
    assert standing_factor(days, PARAMS) == pytest.approx((old + new).mean() / usual, rel=0.01)


def test_waiting_raises_the_prize_and_never_visited_most() -> None:
    """More has come up the longer nobody came, and it ends somewhere."""
    factors = [standing_factor(days, PARAMS) for days in (0, 10, 90, 400, 4000, None)]
    assert factors == sorted(factors)
    assert factors[2] == pytest.approx(1.0)
    assert factors[-1] == pytest.approx(factors[-2], rel=1e-6)


def test_at_the_usual_interval_nothing_is_added_for_waiting() -> None:
    """The model of findings was learnt there."""
    (one,) = measure_worth([site()], PARAMS)
    assert abs(one.parts.get(SINCE, 0.0)) < 1e-12


def test_a_surer_premises_is_worth_less_to_learn_from() -> None:
    """The same risk with a narrower interval has the smaller part."""
    wide, narrow = measure_worth(
        [site(), site("b", probability_low=0.09, probability_high=0.11)], PARAMS
    )
    assert 0 < narrow.parts[LEARNING] < wide.parts[LEARNING] < 0.1 * wide.prize


def test_doubling_every_surface_changes_nothing() -> None:
    """It counts against the park's mean, whatever its unit."""
    some = [site("a", surface=1.0), site("b", surface=3.0)]
    doubled = [replace(one, surface=2 * one.surface) for one in some]
    assert measure_worth(some, PARAMS) == measure_worth(doubled, PARAMS)
    assert (
        measure_worth(some, PARAMS)[1].parts[SURFACE]
        > measure_worth(some, PARAMS)[0].parts[SURFACE]
    )


def test_without_history_class_and_people_decide() -> None:
    """The inherent surface's stake: people x class, the park's mean visit is worth as said."""
    bare = {"probability": math.nan, "expected_findings": math.nan, "surface": math.nan}
    bare |= {"probability_low": math.nan, "probability_high": math.nan, "days_since": None}
    some = [
        site("a", inherent_class=4, people=100, **bare),
        site("b", inherent_class=1, people=100, **bare),
        site("c", inherent_class=1, people=0, **bare),
    ]
    assert not has_history(some)
    worths = measure_worth(some, PARAMS)
    inherent = [one.parts[INHERENT] for one in worths]
    assert inherent[0] == pytest.approx(4 * inherent[1])
    assert inherent[1] == pytest.approx(inherent[2])  # people not known: as many as usual
    assert np.mean(inherent) == pytest.approx(PARAMS.inherent_points)


def test_a_premises_that_the_model_does_not_know_yet_is_a_mean_one() -> None:
    """New since the last build: neither worthless nor first."""
    some = [site("a"), site("b", expected_findings=3.0), site("c", expected_findings=math.nan)]
    first, second, new = (one.parts[RISK] for one in measure_worth(some, PARAMS))
    assert new == pytest.approx((first + second) / 2)


def test_finding_out_where_a_premises_is_has_a_part() -> None:
    """Only where its place is guessed."""
    known, guessed = measure_worth([site(), site("b", place_guessed=True)], PARAMS)
    assert LOCATE not in known.parts
    assert guessed.parts[LOCATE] == PARAMS.locate_points


@pytest.mark.parametrize(
    "values", [{"asked_points": -1.0}, {"memory_days": 0.0}, {"left_share": 1.5}]
)
def test_numbers_that_cannot_be_are_refused(values: dict[str, float]) -> None:
    """Each with what to give."""
    with pytest.raises(InputError, match="Give"):
        PrizeParams(**values)


def test_no_premises_is_no_prize() -> None:
    """An empty park is no error."""
    assert measure_worth([], PARAMS) == []
