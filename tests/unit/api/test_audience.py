"""Who may see what: decided in one place, the public by default, and no way to subtract."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import audience
from geo_risk import disclosure
from geo_risk.errors import AuthError, ForbiddenError
from geo_risk.park import MapSection
from geo_risk.published import RiskClass, ZoneSummary
from geo_risk.records import COLLECTIONS, Actor, Audience, Role, personal_fields

RULES = MapSection()
BREAKS = (1.0, 2.0, 3.0)
STATION_ROLES = {*audience.STAFF, Role.MEDIATOR, Role.ANALYST}


def actor(role: Role) -> Actor:
    owner = "sample:1" if role is Role.ENTERPRISE else None
    return Actor(id=f"user-{role}", role=role, door="http", enterprise_id=owner)


def zone(number: int, enterprises: int, reports: int, mean: float = 1.5) -> ZoneSummary:
    return ZoneSummary(
        zone_id=f"z{number}",
        surface_id="risk.combined",
        area_km2=1.0,
        mean=mean,
        maximum=mean,
        total=mean,
        risk_class=RiskClass.YELLOW,
        class_cells=(1, 1, 1, 1),
        enterprises=enterprises,
        reports=reports,
    )


zones_ = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 20)), max_size=12).map(
    lambda pairs: [zone(n, *pair) for n, pair in enumerate(pairs)]
)


@given(zones_)
def test_no_visible_area_is_too_small(zones):
    """Fewer than 8 enterprises or 5 reports: merged or withheld, never shown."""
    for area in disclosure.aggregate(zones, BREAKS, RULES).areas:
        if not area.withheld:
            assert area.enterprises >= 8
            assert area.reports >= 5


@given(zones_)
def test_a_withheld_area_shows_no_figure_and_no_class(zones):
    """Nor does its colour give it away."""
    for area in disclosure.aggregate(zones, BREAKS, RULES).areas:
        if area.withheld:
            figures = (area.mean, area.area_km2, area.enterprises, area.reports)
            assert figures == (None, None, None, None)
            assert area.risk_class is RiskClass.NONE


@given(zones_)
def test_areas_are_the_zones_each_once(zones):
    """Merging loses nothing and doubles nothing."""
    areas = disclosure.aggregate(zones, BREAKS, RULES).areas
    ids = list(itertools.chain.from_iterable(area.zone_ids for area in areas))
    assert sorted(ids) == sorted(one.zone_id for one in zones)


@given(zones_)
def test_subtracting_the_visible_from_the_total_gives_nothing_away(zones):
    """Whoever subtracts gets nothing, or an area large enough to be shown."""
    seen = disclosure.aggregate(zones, BREAKS, RULES)
    if seen.total is None:
        return
    visible = [area for area in seen.areas if not area.withheld]
    rest = seen.total.enterprises - sum(area.enterprises for area in visible)
    reports = seen.total.reports - sum(area.reports for area in visible)
    assert (rest, reports) == (0, 0) or (rest >= 8 and reports >= 5)


def test_there_is_never_a_total_beside_a_single_withheld_zone():
    """It would be the total less the others."""
    seen = disclosure.aggregate([zone(1, 20, 20), zone(2, 3, 9), zone(3, 30, 30)], BREAKS, RULES)
    assert seen.total is None
    assert [area.withheld for area in seen.areas] == [False, False, True]


def test_small_zones_are_merged_when_they_are_enough_together():
    """Their mean is weighted by area, their class is that of the mean."""
    seen = disclosure.aggregate(
        [zone(1, 20, 20), zone(2, 4, 3, mean=1.0), zone(3, 4, 3, mean=4.0)], BREAKS, RULES
    )
    merged = seen.areas[-1]
    assert merged.zone_ids == ("z2", "z3")
    assert (merged.enterprises, merged.reports, merged.mean) == (8, 6, 2.5)
    assert merged.risk_class is RiskClass.ORANGE
    assert seen.total is not None


def test_a_zone_without_cells_does_not_spoil_the_mean():
    """Its mean is NaN, its area 0."""
    empty = ZoneSummary(
        "z9", "risk.combined", 0.0, float("nan"), float("nan"), float("nan"), RiskClass.NONE,
        (0, 0, 0, 0), enterprises=1, reports=1,
    )  # fmt: skip
    seen = disclosure.aggregate([zone(1, 7, 7, mean=2.0), empty], BREAKS, RULES)
    assert seen.areas[0].mean == 2.0


def test_nobody_signed_in_is_the_public():
    """Zones, as aggregates; no person data, no cells."""
    sight = audience.sight_of(None)
    assert sight.audience is Audience.PUBLIC
    assert sight.collections == {"zones"}
    assert not sight.personal
    assert not sight.cells


@pytest.mark.parametrize("role", list(Role))
def test_person_data_is_for_who_works_with_it(role):
    """Station roles with names, the enterprise about itself, the volunteer's own reports."""
    sight = audience.sight_of(actor(role))
    named = {one for one in sight.personal if personal_fields(COLLECTIONS[one])}
    if role in {Role.ANALYST, Role.PORTAL}:
        assert not named
    elif role is Role.VOLUNTEER:
        assert named == {"reports"}
    elif role is Role.ENTERPRISE:
        assert "officers" not in named
        assert all(audience.own_filters(sight, one) for one in named)
    else:
        assert "enterprises" in named


@pytest.mark.parametrize("role", sorted(audience.STAFF))
def test_those_who_see_everything_see_the_same(role):
    """So that what is tried as one of them holds for all."""
    chief = audience.sight_of(actor(Role.CHIEF))
    assert replace(audience.sight_of(actor(role)), actor=chief.actor) == chief


@pytest.mark.parametrize("role", list(Role))
def test_cells_are_for_the_station(role):
    """Tiles, values and coverage are not for the public, an enterprise or a volunteer."""
    sight = audience.sight_of(actor(role))
    assert sight.cells == (role in STATION_ROLES)
    assert sight.is_station == (role in STATION_ROLES)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("collection", sorted(COLLECTIONS))
def test_a_field_of_a_person_is_shown_only_where_person_data_is(role, collection):
    """Whatever is added to the records later."""
    sight = audience.sight_of(actor(role))
    for name in personal_fields(COLLECTIONS[collection]):
        if collection not in sight.personal:
            assert not sight.shows(collection, name)


def test_an_enterprise_sees_itself_and_neither_lookers_nor_complaints():
    """Not who visited and why, not by which channel a report came, no report of a third party."""
    sight = audience.sight_of(actor(Role.ENTERPRISE))
    for collection in sight.collections - {"zones", "enterprises"}:
        assert audience.own_filters(sight, collection)["enterprise_id"] == ("sample:1",)
    assert audience.own_filters(sight, "enterprises") == {"id": ("sample:1",)}
    assert set(audience.own_filters(sight, "reports")["channel"]) == {"visit", "self_report"}
    for field in ("team", "participant_ids", "reason", "note"):
        assert not sight.shows("visits", field)
    for field in ("channel", "reporter"):
        assert not sight.shows("reports", field)


def test_an_enterprise_account_without_enterprise_is_the_public():
    """A mistake in an account opens nothing."""
    lost = Actor(id="user-1", role=Role.ENTERPRISE, door="http")
    assert audience.sight_of(lost).collections == {"zones"}


def test_a_refusal_says_sign_in_or_not_allowed():
    """401 for the public, 403 for a role that is not meant."""
    with pytest.raises(AuthError, match="Sign in at /login"):
        audience.check_collection(audience.sight_of(None), "enterprises")
    with pytest.raises(ForbiddenError, match="volunteer"):
        audience.check_cells(audience.sight_of(actor(Role.VOLUNTEER)))
    audience.check_station(audience.sight_of(actor(Role.ANALYST)))


def test_a_map_is_public_only_with_its_approval_or_a_declared_exemption():
    """审图号, or why none is needed."""
    public, portal = audience.sight_of(None), audience.sight_of(actor(Role.PORTAL))
    with pytest.raises(AuthError, match="approval_number"):
        audience.check_map(public, RULES)
    with pytest.raises(ForbiddenError, match="approval_number"):
        audience.check_map(portal, RULES)
    audience.check_map(public, MapSection(approval_number="浙S(2026)1号"))
    audience.check_map(public, MapSection(approval_exemption="synthetic"))
    audience.check_map(audience.sight_of(actor(Role.CHIEF)), RULES)


def test_what_a_volunteer_entered_is_one_range_of_ids():
    """The mark does not tell who it is, and differs from the next volunteer's."""
    one, other = actor(Role.VOLUNTEER), Actor(id="user-2", role=Role.VOLUNTEER, door="http")
    assert (
        audience.own_prefix(audience.sight_of(one), "reports")
        == f"http:{audience.entry_mark(one)}-"
    )
    assert audience.entry_mark(one) != audience.entry_mark(other)
    assert one.id not in audience.entry_mark(one)


def test_numbers_do_not_tell_officers_apart():
    """An analyst who reads ids cannot sort entries by who made them."""
    one = Actor(id="user-1", role=Role.OFFICER, door="http")
    assert audience.entry_mark(one) == audience.entry_mark(replace(one, id="user-2"))


def test_the_public_description_of_a_surface_counts_no_cells():
    """Nor does it name tiles."""
    shown = audience.public_metadata(
        {"id": "x", "tiles": "/tiles/x", "classes": [{"class": "red", "cells": 3}]}
    )
    assert shown == {"id": "x", "classes": [{"class": "red", "cells": None}]}


def test_a_mediator_of_a_studio_sees_the_disputes_of_that_studio():
    """Without a studio every dispute; never anything else that is reported."""
    of_all = audience.sight_of(actor(Role.MEDIATOR))
    assert audience.own_filters(of_all, "reports") == {"kind": ("dispute",)}
    of_one = audience.sight_of(replace(actor(Role.MEDIATOR), station_id="stations:S1"))
    assert audience.own_filters(of_one, "reports") == {
        "kind": ("dispute",),
        "station_id": ("stations:S1",),
    }
    assert audience.own_filters(of_one, "stations") == {}


def test_a_mediator_reaches_the_parties_to_its_studios_disputes_only():
    """Without a studio nobody's; everybody else reaches whom it sees."""
    of_all = audience.sight_of(actor(Role.MEDIATOR))
    assert audience.party_filters(of_all) is None
    of_one = audience.sight_of(replace(actor(Role.MEDIATOR), station_id="stations:S1"))
    assert audience.party_filters(of_one) == audience.own_filters(of_one, "reports")
    assert audience.reach_fields(of_one, "enterprises") == {"contact", "phone"}
    for role in set(Role) - {Role.MEDIATOR}:
        assert not audience.reach_fields(audience.sight_of(actor(role)), "enterprises")
