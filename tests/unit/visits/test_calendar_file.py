"""The calendar: every line as RFC 5545 wants it, read back without its library, then moved."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from geo_risk.crs import gcj02_from_wgs84
from geo_risk.visits.calendar_file import calendar_file
from tests.unit.visits.field_stops import GATE, LONG, MADE_AT, STOPS, stop

GIVEN = {
    "park_id": "sample",
    "name": "样例走访",
    "timezone": "Asia/Shanghai",
    "datum": "wgs84",
    "made_at": MADE_AT,
}
_LINE = re.compile(r'^([A-Z][A-Z0-9-]*)((?:;[A-Z-]+=(?:[^";:,]+|"[^"]*"))*):(.*)$', re.DOTALL)
_SHAPES = {
    "UID": r"\S+@[a-z0-9-]+",
    "DTSTAMP": r"\d{8}T\d{6}Z",
    "SEQUENCE": r"\d+",
    "GEO": r"-?\d{1,2}\.\d+;-?\d{1,3}\.\d+",
    "STATUS": "TENTATIVE|CONFIRMED|CANCELLED",
    "TZOFFSETTO": r"[+-]\d{4}",
    "TZOFFSETFROM": r"[+-]\d{4}",
}
_ONCE = ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS", "SEQUENCE")


def _unfolded(content: bytes) -> list[str]:
    """Check the lines as they lie in the file (section 3.1), and give them whole."""
    assert content.endswith(b"\r\n")
    rows = content[:-2].split(b"\r\n")
    assert not any(b"\r" in one or b"\n" in one for one in rows)
    assert max(len(one) for one in rows) <= 75  # octets, without the line break
    for one in rows:
        one.decode("utf-8")  # no character is cut in two
    whole: list[bytes] = []
    for one in rows:
        if one[:1] in {b" ", b"\t"}:
            whole[-1] += one[1:]
        else:
            whole.append(one)
    return [one.decode("utf-8") for one in whole]


def _events(content: bytes) -> list[dict[str, tuple[str, str]]]:
    """Read the events with nothing of the library that wrote them: name to parameters and value."""
    open_ones: list[str] = []
    events: list[dict[str, tuple[str, str]]] = []
    zones: list[str] = []
    for line in _unfolded(content):
        parts = _LINE.match(line)
        assert parts is not None, line
        name, given, value = parts.groups()
        if name == "BEGIN":
            open_ones.append(value)
            if value == "VEVENT":
                events.append({})
        elif name == "END":
            assert open_ones.pop() == value
        elif name == "TZID":
            zones.append(value)
        elif open_ones[-1] == "VEVENT":
            assert name not in events[-1]
            events[-1][name] = (given, value)
        if name in _SHAPES:
            assert re.fullmatch(_SHAPES[name], value), line
        if name in {"SUMMARY", "DESCRIPTION", "LOCATION"}:
            assert re.fullmatch(r"(?:[^\\,;]|\\[\\,;nN])*", value), line
    assert open_ones == []
    for event in events:
        assert set(_ONCE) <= event.keys()
        for name in ("DTSTART", "DTEND"):
            assert event[name][0] == f";TZID={zones[0]}"
            assert re.fullmatch(r"\d{8}T\d{6}", event[name][1])
    return events


def _text(value: str) -> str:
    return re.sub(r"\\(.)", lambda one: "\n" if one[1] in "nN" else one[1], value)


def test_every_line_is_as_the_standard_wants_it() -> None:
    """Line breaks, 75 octets, whole characters, escapes, one of each, zones that are described."""
    events = _events(calendar_file(STOPS, **GIVEN))
    assert [one["UID"][1] for one in events] == [f"{one.id}@sample" for one in STOPS]
    assert _text(events[0]["DESCRIPTION"][1]) == STOPS[0].text
    assert LONG in _text(events[0]["DESCRIPTION"][1])
    assert [one["STATUS"][1] for one in events] == [
        "CONFIRMED" if one.confirmed else "TENTATIVE" for one in STOPS
    ]
    assert "GEO" not in events[3]
    assert _text(events[3]["LOCATION"][1]) == "样例路, 未定位"


def test_another_reading_gives_the_same_moments() -> None:
    """What the library reads back, zone and all, is what was planned."""
    read = Calendar.from_ical(calendar_file(STOPS, **GIVEN))
    for event, one in zip(read.walk("VEVENT"), STOPS, strict=True):
        assert event["dtstart"].dt == one.start
        assert event["dtend"].dt == one.end
        assert event["dtstamp"].dt == MADE_AT
    assert [str(one["tzid"]) for one in read.walk("VTIMEZONE")] == ["Asia/Shanghai"]


def test_a_changed_plan_moves_the_events_that_are_there() -> None:
    """The same UID with a higher SEQUENCE; one that is left out is cancelled under its own."""
    before = _events(calendar_file(STOPS[:2], **GIVEN, revision=1))
    moved = replace(STOPS[0], start=STOPS[0].start + timedelta(hours=2), end=STOPS[0].end)
    after = _events(
        calendar_file(
            [replace(moved, end=moved.start + timedelta(minutes=40))],
            **GIVEN,
            revision=2,
            cancelled=STOPS[1:2],
        )
    )
    assert [one["UID"] for one in after] == [one["UID"] for one in before]
    assert [one["SEQUENCE"][1] for one in (*before, *after)] == ["1", "1", "2", "2"]
    assert after[0]["DTSTART"] != before[0]["DTSTART"]
    assert after[1]["STATUS"][1] == "CANCELLED"


def test_the_places_of_a_shifted_park_are_the_true_ones() -> None:
    """A park that stays in GCJ-02 sends a phone to the gate, not 500 m beside it."""
    lon, lat = gcj02_from_wgs84(*GATE)
    shifted = stop(1, lon=float(lon), lat=float(lat))
    (event,) = _events(calendar_file([shifted], **{**GIVEN, "datum": "gcj02"}))
    north, east = (float(one) for one in event["GEO"][1].split(";"))
    assert (east, north) == pytest.approx(GATE, abs=2e-6)


@pytest.mark.parametrize("timezone", ["Asia/Shanghai", "America/Chicago", "Europe/Berlin"])
def test_the_zone_in_the_file_says_what_the_park_means(timezone: str) -> None:
    """A reader that believes the file alone, in summer and in winter, gets the moment right."""
    for month in (1, 7, 12):
        at = datetime(2026, month, 15, 2, tzinfo=UTC)
        one = replace(stop(1), start=at, end=at + timedelta(hours=1))
        content = calendar_file([one], **{**GIVEN, "timezone": timezone})
        (event,) = _events(content)
        local = datetime.strptime(event["DTSTART"][1], "%Y%m%dT%H%M%S")  # noqa: DTZ007
        assert local.replace(tzinfo=UTC) - _offset(_unfolded(content), local) == at


def _offset(lines: list[str], local: datetime) -> timedelta:
    """Work the zone's offset out from its own observances: the last that has begun."""
    known: list[tuple[str, str]] = []
    begins: list[str] = []
    for line in lines:
        name, _, value = line.partition(":")
        if name in {"BEGIN", "END"} and value in {"STANDARD", "DAYLIGHT"}:
            begins = []
        elif name in {"DTSTART", "RDATE"}:
            begins.append(value)
        elif name == "TZOFFSETTO":
            known += [(one, value) for one in begins]
    begun = [(at, offset) for at, offset in known if at <= f"{local:%Y%m%dT%H%M%S}"]
    offset = max(begun)[1]
    size = timedelta(hours=int(offset[1:3]), minutes=int(offset[3:]))
    return -size if offset[0] == "-" else size


def test_an_empty_plan_is_an_empty_calendar() -> None:
    """A day without visits still imports."""
    content = calendar_file([], **GIVEN)
    assert _events(content) == []
    assert Calendar.from_ical(content)["method"] == "PUBLISH"
