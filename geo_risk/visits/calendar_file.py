"""Visits as a calendar that any phone takes: iCalendar (RFC 5545), one event a visit.

Takes stops in words, gives bytes. An event's UID is the visit's id and its SEQUENCE the plan's
revision, so that importing a changed plan moves the events that are there instead of adding to
them; a visit that is no longer in the plan is sent as cancelled. Places are WGS-84, times stand in
the park's own zone, which is described in the file. Lines are folded by `icalendar`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from geo_risk.visits.field import FieldStop, in_wgs84

MEDIA_TYPE = "text/calendar; charset=utf-8"
_PRODUCT = "-//geo-risk//visit plan//ZH"
_DECIMALS = 6  # of a degree: 0.1 m


def calendar_file(
    stops: Sequence[FieldStop],
    *,
    park_id: str,
    name: str,
    timezone: str,
    datum: str,
    made_at: datetime,
    revision: int = 0,
    cancelled: Sequence[FieldStop] = (),
) -> bytes:
    """Write a calendar.

    Parameters
    ----------
    stops
        In any order; places in the park's datum.
    park_id
        Ends every UID: two parks may count alike.
    name
        Of the calendar, as a phone lists it.
    timezone
        Name of the park's zone.
    datum
        Of the places.
    made_at
        When the plan was made: the events' DTSTAMP.
    revision
        How often the plan was changed: the events' SEQUENCE.
    cancelled
        Visits of an earlier revision that do not take place.

    Returns
    -------
    bytes
        UTF-8, lines end with CR LF.
    """
    zone = ZoneInfo(timezone)
    file = Calendar()
    file.add("prodid", _PRODUCT)
    file.add("version", "2.0")
    file.add("calscale", "GREGORIAN")
    file.add("method", "PUBLISH")
    file.add("x-wr-calname", name)
    file.add("x-wr-timezone", timezone)
    days = [one.start.astimezone(zone).date() for one in (*stops, *cancelled)]
    for status, some in (("", stops), ("CANCELLED", cancelled)):
        for one in in_wgs84(some, datum):
            event = _event(one, zone, park_id, status)
            event.add("dtstamp", made_at.astimezone(UTC))
            event.add("sequence", revision)
            file.add_component(event)
    if days:
        first, last = min(days), max(days)
        file.add_missing_timezones(
            first_date=date(first.year, 1, 1), last_date=date(last.year + 1, 1, 1)
        )
    made: bytes = file.to_ical()
    return made


def _event(one: FieldStop, zone: ZoneInfo, park_id: str, status: str) -> Event:
    event = Event()
    event.add("uid", f"{one.id}@{park_id}")
    event.add("dtstart", one.start.astimezone(zone))
    event.add("dtend", one.end.astimezone(zone))
    event.add("summary", one.title)
    event.add("status", status or ("CONFIRMED" if one.confirmed else "TENTATIVE"))
    if one.text:
        event.add("description", one.text)
    if one.place is not None:
        lon, lat = (round(degrees, _DECIMALS) for degrees in one.place)
        event.add("geo", (lat, lon))
        place = f"{lat:.{_DECIMALS}f}, {lon:.{_DECIMALS}f}"
        event.add("location", f"{one.address} ({place})" if one.address else place)
    elif one.address:
        event.add("location", one.address)
    if one.link:
        event.add("url", one.link)
    return event
