"""Weeks of plans in a park whose truth is known: what is found, what the lot tells, what drifts.

The short form is a part of the park and a quarter of a year; the whole is 52 weeks of three parks,
as `python -m bench.plan_year` tells it. All of it is drawn from seeds and no search ends by the
clock: the same numbers every time.
"""

from __future__ import annotations

from functools import cache
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from bench.curves import ticks
from bench.plan_year import prevalence_curves, run_seeds
from bench.year_ground import make_park
from bench.year_habit import by_habit
from bench.year_policy import Station, carry_out, make_week
from bench.year_run import (
    HABIT,
    HABIT_LOT,
    NO_LOT,
    PLANNED,
    RISKIEST,
    Year,
    by_risk,
    planned,
    run_seed,
)
from bench.year_told import (
    HAZARDS,
    Judged,
    judge_all,
    judge_lot,
    judge_redrawn,
    made_share,
    measure_drift,
    points_per_hour,
)
from bench.year_world import STANDS, World
from geo_risk.visits.check import check

WEEKS = 12


@cache
def short() -> dict[str, Year]:
    """Give a quarter of two teams' zones, planned and riskiest first, after as long by habit."""
    names = (PLANNED, RISKIEST)
    years = run_seed(1, WEEKS, names, teams=2, burn_weeks=14)
    return dict(zip(names, years, strict=True))


@cache
def whole() -> dict[str, list[Year]]:
    return run_seeds(3, 52)


def redrawn(year: Year, weeks: int, many: int) -> list[Judged]:
    rng = np.random.default_rng(1)
    return [one for _ in range(many) for one in judge_redrawn(year, weeks, rng)]


def held(some: list[Judged], *, park: bool) -> float:
    return float(np.mean([one.covers for one in some if (one.zone < 0) == park]))


def told_over_truth(some: list[Judged]) -> float:
    parks = [one for one in some if one.zone < 0 and one.what == HAZARDS]
    return sum(one.told.value for one in parks) / sum(one.truth for one in parks)


def test_as_many_stand_as_arise_times_how_long_they_stand() -> None:
    """Little's law: nobody comes, rate x mean days stand, to within chance (four sigma)."""
    park = make_park(1, 12, teams=2, burn_weeks=14)
    world = World(park.town, park.hazards)
    there = park.town.is_there(0)
    expected = float(park.town.rate[there].sum()) * sum(s * (a + b) / 2 for s, a, b in STANDS)
    assert world.expected(0).sum() == pytest.approx(expected, rel=0.03)
    assert abs(world.standing(0).sum() - expected) < 4 * np.sqrt(expected)


def test_the_mean_that_stands_follows_the_visits() -> None:
    """A team that sees all leaves nothing; what is expected and what stands stay together."""
    park = make_park(2, 12, teams=2, burn_weeks=14)
    world, town = World(park.town, park.hazards), park.town
    town.detection[0, :] = 1.0
    rows = np.flatnonzero(town.is_there(0) & town.is_there(90))
    stood = world.standing(10)[rows].sum()
    found = sum(world.visit(int(row), 0, 10).sum() for row in rows)
    assert found == stood
    assert world.standing(10)[rows].sum() == world.expected(10)[rows].sum() == 0
    for row in rows[::2]:
        world.visit(int(row), 1, 60)
    some = world.expected(90)[rows].sum()
    assert abs(world.standing(90)[rows].sum() - some) < 4 * np.sqrt(some)


def test_all_who_plan_meet_the_same_hazards() -> None:
    """One park, one lot: the first week draws the same premises for both."""
    first, second = (
        [one.drawn for one in year.lots if one.week == year.weeks[0].first // 7]
        for year in short().values()
    )
    assert first == second
    assert np.array_equal(short()[PLANNED].rate, short()[RISKIEST].rate)


def test_what_the_lot_drew_takes_place() -> None:
    """Nothing of a higher tier drives it out, though a fifth of the zones was never visited."""
    for year in short().values():
        assert len(year.lots) >= WEEKS
        assert made_share(year) >= 0.97


def test_intervals_of_the_lot_hold_the_truth() -> None:
    """Lots drawn anew in the same weeks: 95 % for the park, no less for zones with few visits."""
    judged = redrawn(short()[PLANNED], 6, 40)
    assert len(judged) > 700
    assert 0.92 <= held(judged, park=True) <= 0.995
    assert held(judged, park=False) >= 0.93
    assert told_over_truth(judged) == pytest.approx(1.0, abs=0.08)


def test_all_visits_together_tell_too_much() -> None:
    """Visits that go where much is expected find more than the mean premises has."""
    year = short()[PLANNED]
    assert told_over_truth(judge_all(year, 6)) > 1.2
    assert told_over_truth(judge_all(year, 6)) > told_over_truth(redrawn(year, 6, 20)) + 0.15


def test_a_plan_brings_no_less_than_riskiest_first_in_any_week() -> None:
    """By the same prizes, in the same zones, must-visits and lot included; and finds no less."""
    park = make_park(1, 2, teams=2, burn_weeks=14)
    station = Station(park, World(park.town, park.hazards))
    for week in range(14):
        by_habit(station, 7 * week)
    station.fit(98)
    for first in (98, 105):
        problem, drawn = make_week(station, first, lot=True)
        plan, other = planned(problem), by_risk(problem)
        assert not check(problem, plan)
        assert plan.value >= other.value - 1e-9
        carry_out(station, first, problem, plan, drawn)
    year, base = short()[PLANNED], short()[RISKIEST]
    assert len(year.made) >= len(base.made)
    assert points_per_hour(year) > 0.9 * points_per_hour(base)


def test_curves_are_a_picture_with_round_ticks() -> None:
    """Well-formed, a path for each line; ticks are multiples of 1, 2 or 5."""
    text = prevalence_curves({PLANNED: [short()[PLANNED]]}, weeks=6)
    root = ET.fromstring(text)  # noqa: S314  # our own
    paths = [one for one in root.iter() if one.tag.endswith("path")]
    assert sum(one.get("fill") == "none" for one in paths) == 3
    assert ticks(-0.01, 0.53) == pytest.approx([0.0, 0.2, 0.4])
    assert ticks(13, 52) == [20.0, 30.0, 40.0, 50.0]


@pytest.mark.soak
def test_a_year_of_plans_finds_more_than_riskiest_first() -> None:
    """Over the parks, and in none noticeably less."""
    pairs = zip(whole()[PLANNED], whole()[RISKIEST], strict=True)
    ratios = [points_per_hour(ours) / points_per_hour(other) for ours, other in pairs]
    assert np.mean(ratios) > 1.01
    assert min(ratios) > 0.97


@pytest.mark.soak
@pytest.mark.parametrize("weeks", [4, 13, 26])
def test_a_years_lot_holds_the_truth(weeks: int) -> None:
    """As drawn, and drawn anew: 95 % to within chance; whatever was drawn took place."""
    years = whole()[PLANNED]
    assert all(made_share(one) > 0.97 for one in years)
    lot = [one for year in years for one in judge_lot(year, weeks)]
    assert held(lot, park=False) >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / (len(lot) / 2))
    anew = [one for year in years for one in redrawn(year, weeks, 20)]
    assert 0.93 <= held(anew, park=True) <= 0.99
    assert held(anew, park=False) >= 0.94
    assert told_over_truth(anew) == pytest.approx(1.0, abs=0.06)


@pytest.mark.soak
def test_counts_drift_and_the_model_does_not() -> None:
    """Of the third least seen: counts tell under half of what is there, the model all of it."""
    for name in (PLANNED, NO_LOT, HABIT, HABIT_LOT):
        drifts = [measure_drift(one) for one in whole()[name]]
        assert np.mean([one.counts[-26:].mean() for one in drifts]) < 0.5
        assert np.mean([one.least[-26:].mean() for one in drifts]) == pytest.approx(1.0, abs=0.2)
    lot, none = (
        np.mean([measure_drift(one).counts[-26:].mean() for one in whole()[name]])
        for name in (HABIT_LOT, HABIT)
    )
    assert lot > none
