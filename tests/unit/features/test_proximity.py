"""Proximity: people, the gravest class and stations within reach."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from geo_risk.features.counts import PremisesLine
from geo_risk.features.proximity import (
    Sites,
    measure_coverage,
    measure_reach,
    measure_sites,
    measure_stations,
)
from geo_risk.records import Enterprise, Population, PremisesKind, Station


@pytest.fixture
def sites_of(square: Any) -> Any:
    def make(premises: Any = (), enterprises: Any = (), population: Any = ()) -> Sites:
        return measure_sites(
            enterprises=enterprises,
            premises=premises,
            population=population,
            boundary=square.outline,
            crs=square.crs,
            as_of=square.as_of,
        )

    return make


def test_reach_equals_the_sum_over_all_places(square: Any) -> None:
    """People and class of every cell equal the plain double loop of the docstring."""
    rng = np.random.default_rng(0)
    sites = Sites(
        rng.uniform(500_000, 501_000, 40),
        rng.uniform(3_390_000, 3_391_000, 40),
        rng.integers(1, 300, 40).astype(float),
        rng.integers(1, 5, 40).astype(float),
    )
    people, gravest = measure_reach(sites, square.grid, square.inside, 150.0)
    east, north = square.grid.centres()
    for row, col in [(0, 0), (10, 3), (19, 19), (7, 12)]:
        distance = np.hypot(sites.easting - east[row, col], sites.northing - north[row, col])
        taper = np.maximum(0.0, 1 - (distance / 150.0) ** 2)
        assert people[row, col] == pytest.approx(taper @ sites.people)
        assert gravest[row, col] == pytest.approx(1 + max((sites.inherent_class - 1) * taper))


def test_reach_is_one_cell_at_least(square: Any) -> None:
    """A site between two centres is not lost to a reach shorter than a cell."""
    site = Sites(*(np.array([value]) for value in (500_500.0, 3_390_500.0, 10.0, 4.0)))
    people, gravest = measure_reach(site, square.grid, square.inside, 1.0)
    assert people.max() > 0
    assert gravest.max() > 1


def test_employees_are_shared_over_the_enterprises_premises(
    sites_of: Any, premises_of: Any
) -> None:
    """Own figures first; the rest of the employees evenly over premises without one."""
    premises = [
        premises_of(1, 100, 100, enterprise_id="e", people=30),
        premises_of(2, 200, 100, enterprise_id="e"),
        premises_of(3, 300, 100, enterprise_id="e"),
    ]
    sites = sites_of(premises, [Enterprise(id="e", employees=100)])
    assert sites.people.tolist() == [30.0, 35.0, 35.0]


def test_what_is_not_given_is_the_median_and_said(sites_of: Any, premises_of: Any) -> None:
    """Unknown people and classes are the median of the known, and counted."""
    premises = [
        premises_of(1, people=10, inherent_class=2),
        premises_of(2, people=50, inherent_class=4),
        premises_of(3, people=20, inherent_class=3),
        premises_of(4),
    ]
    sites = sites_of(premises)
    assert sorted(sites.people) == [10.0, 20.0, 20.0, 50.0]
    assert sorted(sites.inherent_class) == [2.0, 3.0, 3.0, 4.0]
    assert (sites.assumed_people, sites.assumed_class) == (1, 1)


def test_a_park_of_names_only_counts_each_place_as_one(sites_of: Any, premises_of: Any) -> None:
    """Nothing known of people or class: 1 and 1."""
    sites = sites_of([premises_of(1), premises_of(2)])
    assert sites.people.tolist() == sites.inherent_class.tolist() == [1.0, 1.0]


def test_dormitories_change_nothing(sites_of: Any, premises_of: Any) -> None:
    """With or without a dormitory, and whoever sleeps there, the sites are the same."""
    plant = premises_of(1, 100, 100, enterprise_id="e")
    enterprise = [Enterprise(id="e", employees=80)]
    beds = premises_of(
        2, 600, 600, enterprise_id="e", kind=PremisesKind.DORMITORY, people=500, inherent_class=4
    )
    without, with_ = sites_of([plant], enterprise), sites_of([plant, beds], enterprise)
    assert with_.people.tolist() == without.people.tolist() == [80.0]
    assert with_.easting.tolist() == without.easting.tolist()


def test_population_counts_people_and_no_class(
    sites_of: Any, premises_of: Any, square: Any
) -> None:
    """A population point adds people of class 1."""
    village = Population(id="q:1", people=200.0, **square.degrees(400, 400))
    sites = sites_of([premises_of(1, people=5, inherent_class=4)], population=[village])
    by_people = dict(zip(sites.people, sites.inherent_class, strict=True))
    assert by_people == {5.0: 4.0, 200.0: 1.0}


def test_closed_unlocated_and_outside_premises_do_not_count(
    sites_of: Any, premises_of: Any, square: Any
) -> None:
    """Only what holds at the as-of and lies within the boundary is at stake."""
    sites = sites_of(
        [
            premises_of(1, 100, 100, people=7),
            premises_of(2, 100, 100, people=7, valid_to=square.days_ago(1)),
            premises_of(3, None, None, people=7),
            premises_of(4, 1500, 100, people=7),
        ]
    )
    assert sites.people.tolist() == [7.0]


def station(square: Any, number: int, east: float, north: float, kind: str = "police") -> Station:
    return Station(id=f"s:{number}", type=kind, **square.degrees(east, north))


@pytest.fixture
def closeness(square: Any) -> Any:
    def make(stations: Any) -> Any:
        return measure_stations(
            stations,
            square.grid,
            square.inside,
            reach_m=400.0,
            as_of=square.as_of,
            boundary=square.outline,
        )

    return make


def test_the_nearest_station_counts(square: Any, closeness: Any) -> None:
    """1 at a station, exp(-d²/2r²) from the nearest, and 0 without one."""
    near = closeness([station(square, 1, 25, 25), station(square, 2, 975, 975)])
    assert near[square.cell(25, 25)] == pytest.approx(1.0, abs=1e-6)
    assert near[square.cell(425, 25)] == pytest.approx(np.exp(-0.5), abs=1e-5)
    assert (closeness([])[square.inside] == 0).all()


def test_new_resident_stations_and_languages_change_nothing(square: Any, closeness: Any) -> None:
    """A denied station gives no credit; what languages one speaks is not looked at."""
    one = station(square, 1, 25, 25)
    denied = station(square, 2, 975, 975, "新居民驿站")
    spoken = Station(id="s:1", type="police", languages=("x", "y"), **square.degrees(25, 25))
    np.testing.assert_array_equal(closeness([one, denied]), closeness([one]))
    np.testing.assert_array_equal(closeness([spoken]), closeness([one]))


def test_coverage_is_the_share_of_premises_looked_at(square: Any) -> None:
    """Visited within the days: 1; longer ago or never: 0; no premises within reach: unknown."""
    lines = [
        PremisesLine("p:1", 500_100.0, 3_390_100.0, True, "", square.days_ago(5), 1, 0),
        PremisesLine("p:2", 500_500.0, 3_390_500.0, True, "", square.days_ago(300), 1, 0),
        PremisesLine("p:3", 500_100.0, 3_390_100.0, True, "", None, 0, 0),
    ]
    share = measure_coverage(
        lines, square.grid, square.inside, reach_m=150.0, as_of=square.as_of, coverage_days=180
    )
    assert share[square.cell(110, 110)] == pytest.approx(0.5)
    assert share[square.cell(510, 510)] == 0.0
    assert np.isnan(share[square.cell(900, 100)])
