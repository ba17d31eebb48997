"""What an items request may ask, and how each bad question is answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from api.ogc.asked import MAX_LIMIT, read_asked
from api.ogc.wire import CRS84, Wire
from geo_risk.errors import InputError

ZONE = ZoneInfo("Asia/Shanghai")
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
WIRE = Wire("wgs84", (CRS84, f"{EPSG}4326", f"{EPSG}3857", f"{EPSG}4549"))


def asked(*pairs: tuple[str, str]):
    return read_asked(pairs, ("kind", "channel"), WIRE, ZONE)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def test_nothing_asked_is_the_first_page_of_everything():
    """The defaults."""
    found = asked()
    assert (found.bbox, found.time_from, found.time_to, found.after) == (None, None, None, None)
    assert (found.limit, found.crs, found.format) == (1000, CRS84, "json")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-05-13T08:00:00Z", utc(2026, 5, 13, 8), utc(2026, 5, 13, 8)),
        ("2026-05-13T16:00:00+08:00", utc(2026, 5, 13, 8), utc(2026, 5, 13, 8)),
        ("2026-05-13T16:00:00 08:00", utc(2026, 5, 13, 8), utc(2026, 5, 13, 8)),
        ("2026-05-13", utc(2026, 5, 12, 16), utc(2026, 5, 13, 16)),
        ("2026-05-13T00:00:00Z/..", utc(2026, 5, 13), None),
        ("2026-05-13T00:00:00Z/", utc(2026, 5, 13), None),
        ("../2026-05-13", None, utc(2026, 5, 13, 16)),
        ("/2026-05-13T00:00:00Z", None, utc(2026, 5, 13) + timedelta(microseconds=1)),
        ("2026-05-01/2026-05-31", utc(2026, 4, 30, 16), utc(2026, 5, 31, 16)),
        ("2026-05-13T00:00:00Z/2026-05-13T00:00:00Z", utc(2026, 5, 13), utc(2026, 5, 13)),
    ],
)
def test_times_are_instants_days_and_intervals_with_open_ends(text, start, end):
    """An interval's end belongs to it; a date alone is a whole day in the park's zone."""
    found = asked(("datetime", text))
    assert (found.time_from, found.time_to) == (start, end)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("yesterday", "'yesterday' is no RFC 3339 time"),
        ("2026-05-13T08:00:00", "no RFC 3339 time"),
        ("2026-13-01", "no RFC 3339 time"),
        ("../..", "one end open"),
        ("/", "one end open"),
        ("", "no RFC 3339 time"),
        ("a/b/c", "one end open"),
        ("2026-05-13T08:00:00Z/2026-05-12T08:00:00Z", "ends before it begins"),
    ],
)
def test_a_bad_time_is_refused_with_the_form_to_write(text, message):
    """Each with its own words."""
    with pytest.raises(InputError, match=message):
        asked(("datetime", text))


def test_boxes_have_four_numbers_or_six():
    """Height is left out: nothing of ours has one."""
    assert asked(("bbox", "120.0,30.5,120.1,30.6")).bbox == (120.0, 30.5, 120.1, 30.6)
    assert asked(("bbox", "120,30.5,-5,120.1,30.6,90")).bbox == (120.0, 30.5, 120.1, 30.6)


def test_a_box_may_cross_180_degrees():
    """West is then greater than east."""
    assert asked(("bbox", "179,-10,-179,10")).bbox == (179.0, -10.0, -179.0, 10.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,2,3", "3 numbers"),
        ("", "'' is not a number"),
        ("a,b,c,d", "'a' is not a number"),
        ("nan,0,1,1", "'nan' is not a number"),
        ("0,2,1,1", "south 2.0 is north of 1.0"),
        ("500000,3380000,501000,3381000", "not in degrees"),
    ],
)
def test_a_bad_box_is_refused_with_its_part(text, message):
    """Each with its own words."""
    with pytest.raises(InputError, match=message):
        asked(("bbox", text))


def test_a_box_in_epsg_4326_has_latitude_first():
    """The axis order is the CRS's own."""
    found = asked(("bbox", "30.5,120.0,30.6,120.1"), ("bbox-crs", f"{EPSG}4326"))
    assert found.bbox == (120.0, 30.5, 120.1, 30.6)


def test_bbox_crs_without_bbox_is_refused():
    """It would be ignored otherwise."""
    with pytest.raises(InputError, match="without bbox"):
        asked(("bbox-crs", CRS84))


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", "", "１０", "9" * 12])
def test_a_limit_is_a_whole_number_from_one(text):
    """Full-width digits are no digits in an address."""
    with pytest.raises(InputError, match="whole number from 1"):
        asked(("limit", text))


def test_a_large_limit_is_cut_to_the_most_that_is_given():
    """As the standard wants: fewer may come than were asked for."""
    assert asked(("limit", "99999")).limit == MAX_LIMIT


def test_filters_are_the_queryables_and_nothing_else():
    """An unknown parameter is refused with the nearest known word."""
    assert asked(("kind", "hazard")).filters == {"kind": "hazard"}
    with pytest.raises(InputError, match="Did you mean 'channel'"):
        asked(("chanel", "hotline"))
    with pytest.raises(InputError, match="Known: bbox"):
        asked(("zzz", "1"))


def test_a_parameter_that_comes_twice_is_refused():
    """Neither of the two would be right."""
    with pytest.raises(InputError, match="'limit' comes twice"):
        asked(("limit", "1"), ("limit", "2"))


def test_an_unknown_crs_or_format_is_refused_with_those_offered():
    """By address."""
    assert asked(("crs", f"{EPSG}4549")).crs == f"{EPSG}4549"
    with pytest.raises(InputError, match="CRS84"):
        asked(("crs", f"{EPSG}2000"))
    with pytest.raises(InputError, match="json or xlsx"):
        asked(("f", "html"))
    assert asked(("f", "xlsx")).format == "xlsx"
