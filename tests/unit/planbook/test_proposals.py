"""Proposals say what they were made of, and what is missing; a seed makes them repeatable."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from shapely.geometry import LineString, box

from geo_risk.errors import InputError, NotFoundError
from geo_risk.planbook.proposal_figures import stations_json, zones_geojson, zones_json
from geo_risk.planbook.proposals import propose_stations, propose_zones
from geo_risk.planbook.survey import Survey, _officers
from geo_risk.records import Assignment, PatrolZone, Premises, Station
from geo_risk.travel import make_roads

WEST, SOUTH = 497_000.0, 3_378_000.0


@pytest.fixture
def survey() -> Survey:
    """Sixty premises on a street of two kilometres, most in the western zone; one station."""
    rng = np.random.default_rng(0)
    east = WEST + rng.uniform(0, 1, 60) ** 2 * 2000
    north = SOUTH + 500 + rng.uniform(-200, 200, 60)
    shapes = {
        "w": box(WEST, SOUTH, WEST + 1000, SOUTH + 1000),
        "e": box(WEST + 1000, SOUTH, WEST + 2000, SOUTH + 1000),
    }
    street = LineString([(WEST, SOUTH + 500), (WEST + 2000, SOUTH + 500)])
    return Survey(
        crs="EPSG:4549",
        datum="wgs84",
        zones=tuple(PatrolZone(id=one, geometry=shapes[one], name=one) for one in shapes),
        shapes=shapes,
        premises=tuple(Premises(id=f"p{n}", enterprise_id=f"e{n}") for n in range(60)),
        easting=east,
        northing=north,
        zone_of=tuple("w" if one < WEST + 1000 else "e" for one in east),
        inherent_class=rng.integers(1, 5, 60),
        people=rng.integers(1, 50, 60).astype(float),
        assumed=(0, 0),
        unlocated=0,
        roads=(street,),
        graph=make_roads([street], [30.0]),
        stations=(Station(id="s", type="警务室"),),
        station_at=np.array([[WEST + 1900.0, SOUTH + 500.0]]),
        officers={},
    )


def test_zones_are_proposed_from_hours_of_each_premises(survey: Survey) -> None:
    """Figures add up, change rows name premises, and the same survey gives the same proposal."""
    found = propose_zones(survey)
    told = zones_json(found)
    assert told["hours"] == pytest.approx(found.hours.sum())
    assert told["hours_changed"] == pytest.approx(sum(one["hours"] for one in told["changes"]))
    assert {one["premises_id"] for one in told["changes"]} <= {one.id for one in survey.premises}
    after = [one["hours_after"] for one in told["zones"]]
    before = [one["hours_before"] for one in told["zones"]]
    assert max(after) - min(after) < max(before) - min(before)
    assert told["notes"] == []
    assert zones_json(propose_zones(survey)) == told
    lon, lat = zones_geojson(found)["features"][0]["geometry"]["coordinates"][0][0]
    assert 119.9 < lon < 120.1
    assert 30.4 < lat < 30.6


def test_what_is_missing_is_told(survey: Survey) -> None:
    """No roads, classes that were assumed, premises without a place."""
    poor = replace(survey, graph=None, roads=(), assumed=(3, 5), unlocated=2)
    assert propose_zones(poor).notes[:3] == ("unlocated", "class_assumed", "no_roads")
    stations = propose_stations(replace(poor, stations=()), count=1, minutes=3)
    assert stations.notes == ("no_stations", "unlocated", "people_assumed", "no_roads")


def test_a_park_without_zones_has_none_to_balance(survey: Survey) -> None:
    """Told as an error; sites are proposed all the same, for the park as a whole."""
    bare = replace(survey, zones=(), shapes={}, zone_of=("",) * 60)
    with pytest.raises(NotFoundError, match="no patrol zone"):
        propose_zones(bare)
    told = stations_json(propose_stations(bare, count=1, minutes=3))
    assert told["notes"] == ["no_zones"]
    assert [one["premises"] for one in told["zones"]] == [60]


def test_sites_add_to_what_stations_reach(survey: Survey) -> None:
    """The station is in the east, so the site is in the west; sums agree by zone."""
    found = propose_stations(survey, count=1, minutes=3)
    told = stations_json(found)
    (site,) = told["sites"]
    assert found.site_at[0, 0] < WEST + 1000
    assert site["adds"] == told["covered_with_sites"]["people"] - told["covered"]["people"]
    for key, whole in (("covered", told["covered"]), ("covered_with_sites", None)):
        people = sum(one[key] for one in told["zones"])
        assert people == pytest.approx((whole or told["covered_with_sites"])["people"])
    beyond = sum(one["premises_beyond"] for one in told["zones"])
    assert beyond == (~found.siting.covered).sum()


def test_coverage_alone_proposes_nothing(survey: Survey) -> None:
    """Count 0 is the question how it is today."""
    told = stations_json(propose_stations(survey, count=0, minutes=3))
    assert "sites" not in told
    assert told["zones"][0]["covered"] == told["zones"][0]["covered_with_sites"]


def test_a_type_and_a_standard_that_cannot_be_are_refused(survey: Survey) -> None:
    """An unknown type names the known ones; no minutes reach nobody."""
    with pytest.raises(NotFoundError, match="警务室"):
        propose_stations(survey, count=1, minutes=3, type_="没有的")
    with pytest.raises(InputError, match="standard"):
        propose_stations(survey, count=1, minutes=0)


def test_nothing_to_visit_is_an_answer(survey: Survey) -> None:
    """A park of zones without a premises."""
    none = np.zeros(0)
    empty = replace(
        survey,
        premises=(),
        easting=none,
        northing=none,
        zone_of=(),
        inherent_class=none.astype(int),
        people=none,
    )
    zones = propose_zones(empty)
    assert zones.notes == ("no_demand", "no_premises", "nothing_better")
    told = stations_json(propose_stations(empty, count=2, minutes=3))
    assert told["sites"] == []
    assert told["notes"] == ["no_demand"]


def test_an_officer_of_two_zones_counts_half_in_each() -> None:
    """Assignments to enterprises, and to zones that are not there, count nowhere."""
    said = [
        Assignment(id="1", officer_id="a", zone_id="w"),
        Assignment(id="2", officer_id="a", zone_id="e"),
        Assignment(id="3", officer_id="b", zone_id="w"),
        Assignment(id="4", officer_id="c", enterprise_id="x"),
        Assignment(id="5", officer_id="d", zone_id="gone"),
    ]
    assert _officers(said, {"w": None, "e": None}) == {"w": 1.5, "e": 0.5}
