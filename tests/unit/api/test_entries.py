"""What people enter: each role says what it may, and each bad value is answered with its remedy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import shapely
from pydantic import ValidationError

from api.audience import entry_mark
from api.ogc.entries import Desk, PinIn, ReportIn, VisitIn
from api.ogc.wire import wire_of
from geo_risk import crs
from geo_risk.errors import ForbiddenError, InputError
from geo_risk.park import ParkFile, parse_park
from geo_risk.records import Actor, Premises, Role

NOW = datetime(2026, 5, 13, 8, tzinfo=UTC)
HERE = Premises(id="s:1", enterprise_id="s:e1", lon=120.01, lat=30.55)
NOWHERE = Premises(id="s:2", enterprise_id="s:e2", unlocated="missing")


def park(datum: str = "wgs84") -> ParkFile:
    return parse_park(
        f'[park]\nid = "p"\nname = "p"\ncrs = "EPSG:4549"\ndatum = "{datum}"\n'
        'boundary = { file = "b.geojson", datum = "wgs84" }\n',
        Path("/nowhere/park.toml"),
    )


def desk(role: Role = Role.OFFICER, datum: str = "wgs84") -> Desk:
    owner = "s:e1" if role is Role.ENTERPRISE else None
    actor = Actor(id="user-1", role=role, door="http", enterprise_id=owner)
    boundary = shapely.box(120.0, 30.5, 120.1, 30.6)
    return Desk(park(datum), wire_of(park(datum)), boundary, actor, NOW)


def report(geometry: object = None, **properties: object) -> ReportIn:
    return ReportIn.model_validate(
        {"geometry": geometry, "properties": {"kind": "hazard", **properties}}
    )


def visit(**properties: object) -> VisitIn:
    return VisitIn.model_validate(
        {"properties": {"start": "2026-05-13T09:00:00+08:00", **properties}}
    )


def test_staff_passes_a_number_of_another_source_on():
    """It is kept as the source's own; half of it, our own sources and other roles are refused."""
    made = desk().report(report(source="county_app", number="ZS2026-1"), None)
    assert (made.id, made.source, made.number) == ("county_app:ZS2026-1", "county_app", "ZS2026-1")
    for said in ({"source": "county_app"}, {"number": "1"}, {"source": "http", "number": "1"}):
        with pytest.raises(InputError, match="source is"):
            desk().report(report(**said), None)
    for role in (Role.ENTERPRISE, Role.VOLUNTEER):
        with pytest.raises(ForbiddenError, match="other sources"):
            desk(role).report(report(source="county_app", number="1"), None)


def test_a_report_gets_an_id_of_its_own_and_says_when_it_came():
    """And a volunteer who entered it finds it again by the mark."""
    one, other = desk().report(report(), None), desk().report(report(), None)
    assert one.id != other.id
    assert one.id == f"http:{one.number}"
    assert one.number.startswith(entry_mark(desk().actor))
    assert one.reported_at == one.occurred_from == NOW


def test_a_report_takes_the_place_of_its_premises():
    """Without a point of its own."""
    placed = desk().report(report(premises_id="s:1"), HERE)
    assert (placed.lon, placed.lat, placed.enterprise_id) == (120.01, 30.55, "s:e1")
    lost = desk().report(report(premises_id="s:2"), NOWHERE)
    assert (lost.lon, lost.unlocated) == (None, "missing")


def test_a_point_outside_the_boundary_is_taken_and_flagged():
    """Nothing is dropped."""
    inside = desk().report(report({"type": "Point", "coordinates": [120.05, 30.55]}), None)
    outside = desk().report(report({"type": "Point", "coordinates": [121.0, 30.55]}), None)
    assert (inside.outside, outside.outside) == (False, True)
    assert outside.lon == 121.0


def test_a_point_enters_a_gcj02_park_shifted():
    """It is sent as WGS-84 and kept as the park keeps points."""
    body = report({"type": "Point", "coordinates": [120.05, 30.55]})
    kept = desk(datum="gcj02").report(body, None)
    expected = crs.gcj02_from_wgs84([120.05], [30.55])
    assert (kept.lon, kept.lat) == (expected[0][0], expected[1][0])


def test_an_enterprise_reports_about_itself():
    """Whatever it leaves out; never about another."""
    own = desk(Role.ENTERPRISE).report(report(channel="hotline", referred_to="x"), None)
    assert (own.enterprise_id, own.channel, own.self_reported) == ("s:e1", "self_report", True)
    assert own.referred_to == ""
    with pytest.raises(ForbiddenError, match="about itself only"):
        desk(Role.ENTERPRISE).report(report(enterprise_id="s:e2"), None)


def test_a_volunteer_reports_as_a_volunteer():
    """The channel is not theirs to choose."""
    assert desk(Role.VOLUNTEER).report(report(channel="sensor"), None).channel == "volunteers"


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"kind": "gossip"}, r"kind is 'gossip'\. Give one of hazard"),
        ({"channel": "rumour"}, r"channel is 'rumour'\. Give one of visit"),
        ({"occurred_from": "2026-06-01T00:00:00Z"}, "lies ahead"),
        (
            {"occurred_from": "2026-05-02T00:00:00Z", "occurred_to": "2026-05-01T00:00:00Z"},
            "before occurred_from",
        ),
    ],
)
def test_a_bad_report_names_field_value_and_remedy(properties, message):
    """Each with its own words."""
    with pytest.raises(InputError, match=message):
        desk().report(report(**properties), None)


@pytest.mark.parametrize(
    "field", ["state", "due", "closed_at", "legal_grade", "id", "self_reported"]
)
def test_nobody_sets_what_follows_from_the_case(field):
    """State, deadline and closing are derived; a clause needs a second person."""
    with pytest.raises(ValidationError, match="Extra inputs"):
        report(**{field: "x"})


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (report, {"occurred_from": 0}),
        (report, {"occurred_to": 1_778_659_200}),
        (report, {"occurred_from": "1778659200"}),
        (visit, {"start": 1.5}),
        (visit, {"items_checked": "12"}),
        (visit, {"found": {"major": True}}),
        (visit, {"selection_probability": "0.5"}),
    ],
)
def test_a_number_is_no_time_and_a_text_no_number(make, said):
    """A zero is not the year 1970."""
    with pytest.raises(ValidationError):
        make(**said)


def test_a_naive_time_is_the_parks():
    """As in files."""
    kept = desk().report(report(occurred_from="2026-05-13T12:00:00"), None)
    assert kept.occurred_from == datetime(2026, 5, 13, 4, tzinfo=UTC)


def test_an_instant_lasts_a_microsecond():
    """Occurred is a half-open interval; one without length would be found by no query."""
    kept = desk().report(report(), None)
    assert kept.occurred_to - kept.occurred_from == timedelta(microseconds=1)


def test_looked_and_found_nothing_is_a_visit():
    """All zero is not the same as not said."""
    looked = desk().visit(visit(found={}), HERE)
    assert looked.found is not None
    assert (looked.found.major, looked.found.general, looked.found.minor) == (0, 0, 0)
    assert desk().visit(visit(), HERE).found is None


def test_a_visit_is_at_a_premises():
    """Its place is the premises'; its enterprise is the premises'."""
    assert desk().visit(visit(premises_id="s:1"), HERE).enterprise_id == "s:e1"
    with pytest.raises(InputError, match="Give premises_id"):
        desk().visit(visit(), None)
    with pytest.raises(InputError, match="the premises' is 's:e1'"):
        desk().visit(visit(enterprise_id="s:e9"), HERE)


def test_a_visit_cannot_end_before_it_begins():
    """The record itself refuses."""
    with pytest.raises(InputError, match="is before start"):
        desk().visit(visit(end="2026-05-13T08:00:00+08:00"), HERE)


def test_a_pin_locates_and_flags():
    """By a person's hand, in whatever datum the map had."""
    change = desk().pin(PinIn(lon=120.05, lat=30.55))
    assert change == {
        "lon": 120.05, "lat": 30.55, "unlocated": "", "located_by": "pin", "outside": False,
    }  # fmt: skip
    assert desk().pin(PinIn(lon=121.5, lat=30.55))["outside"] is True
    shifted = desk().pin(PinIn(lon=120.05, lat=30.55, datum="gcj02"))
    assert shifted["lon"] != 120.05


@pytest.mark.parametrize(
    "body", [{"lon": 181, "lat": 0}, {"lon": 0}, {"lon": 0, "lat": 0, "datum": "xian80"}]
)
def test_an_impossible_pin_is_refused(body):
    """Before anything is read."""
    with pytest.raises(ValidationError):
        PinIn.model_validate(body)
