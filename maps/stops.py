"""A day of visits as people read it: each stop with why, at most three reasons; what was left out.

Takes plain values already cut to their reader, gives sentences. The printed sheet, the officer's
list and the chief's plan show the same stops in the same words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING, Any

import segno

from geo_risk.published import RiskClass
from maps.words import phrase, word
from maps.words.figures import number_text, weekday_text

if TYPE_CHECKING:
    from maps.sketch import Sketch

MOST_REASONS = 3
_PARTS = 2
_MASK = 3  # any of the eight is read; to weigh them all takes three times as long a page
_MINUTE_S = 60


@dataclass(frozen=True, kw_only=True)
class StopView:
    """One stop.

    Parameters
    ----------
    id, shift_id
        Of the visit and of its shift.
    number
        The how manieth of the day.
    premises_id, enterprise_id, name, address, contact, phone, hours
        Of the enterprise and its premises; '' where the reader is not told, or nobody knows.
    zone
        Name of the patrol zone.
    risk_class
        Of the premises.
    arrive, start, end
        Zone-aware.
    window
        [from, to] within which it must begin; None: any time.
    travel_s
        From the stop before.
    ordered
        Services that the enterprise ordered, for which somebody comes.
    reason, tier, parts, probability, place_guessed, confirmed
        As in `geo_risk.visits.week.PlannedVisit`.
    lon, lat
        Degrees of the park's datum; None where it has no point.
    links
        Application to the address that starts it.
    link
        Address of this stop on our own server, behind the QR code; '' for none.
    """

    id: str
    number: int
    arrive: datetime
    start: datetime
    end: datetime
    shift_id: str = ""
    premises_id: str = ""
    enterprise_id: str = ""
    name: str = ""
    address: str = ""
    contact: str = ""
    phone: str = ""
    hours: str = ""
    zone: str = ""
    risk_class: RiskClass = RiskClass.NONE
    window: tuple[datetime, datetime] | None = None
    travel_s: int = 0
    reason: str = "routine"
    ordered: tuple[str, ...] = ()
    tier: str = "optional"
    parts: Mapping[str, float] = field(default_factory=dict)
    probability: float | None = None
    place_guessed: bool = False
    confirmed: bool = False
    lon: float | None = None
    lat: float | None = None
    links: Mapping[str, str] = field(default_factory=dict)
    link: str = ""

    @property
    def label(self) -> str:
        """The name, or the id for those who are told no names."""
        return self.name or self.enterprise_id

    @property
    def anchor(self) -> str:
        """Id of its element on a page."""
        return f"stop-{self.number}"

    @property
    def minutes(self) -> int:
        """Minutes on the way, rounded up."""
        return -(-self.travel_s // _MINUTE_S)

    @property
    def code(self) -> str:
        """The QR code as an address that holds the picture; '' without a link."""
        if not self.link:
            return ""
        made = segno.make_qr(self.link, error="m", mask=_MASK, boost_error=False)
        return str(made.svg_data_uri(scale=4, border=2))


@dataclass(frozen=True)
class LeftView:
    """Something that is not in the plan: whose, why, how it counts, what it gave way to."""

    label: str
    reason: str
    tier: str = "optional"
    other: str = ""


@dataclass(frozen=True, kw_only=True)
class DayView:
    """One officer's day.

    Parameters
    ----------
    officer_id, officer
        Whose; the name, or the id for those who are told no names.
    day
        In the park's calendar.
    stops
        In the order of time.
    sketch
        The map of the day; None where no stop has a place.
    left
        Of the plan, what comes first in the order of its tier: a few.
    left_by_reason
        Reason to how many, of the whole plan.
    """

    officer_id: str
    officer: str
    day: date
    stops: tuple[StopView, ...] = ()
    sketch: Sketch | None = None
    left: tuple[LeftView, ...] = ()
    left_by_reason: Mapping[str, int] = field(default_factory=dict)

    @property
    def zones(self) -> tuple[str, ...]:
        """Names of the zones it leads through, in the order of the stops."""
        return tuple(dict.fromkeys(one.zone for one in self.stops if one.zone))

    @property
    def number(self) -> str:
        """Of the sheet."""
        return f"{self.day:%m%d}-{self.officer_id}"

    @property
    def ends(self) -> datetime | None:
        """When the last visit is over."""
        return self.stops[-1].end if self.stops else None


def stop_words(zone: tzinfo, lang: str) -> dict[str, Any]:
    """Give what templates say of stops with: `why(stop)`, `clock(moment)`, `weekday(day)`."""
    return {
        "why": lambda stop: reasons_of(stop, zone, lang),
        "clock": lambda moment: f"{moment.astimezone(zone):%H:%M}",
        "weekday": lambda day: weekday_text(day, lang),
    }


def reasons_of(stop: StopView, zone: tzinfo, lang: str) -> list[str]:
    """Say why somebody goes there, what presses first; at most three sentences.

    Parameters
    ----------
    stop
        Which.
    zone
        The park's.
    lang
        One of the catalogue's languages.
    """
    said = []
    if stop.window is not None:
        begin, end = (f"{one.astimezone(zone):%H:%M}" for one in stop.window)
        key = "plan.why_confirmed" if stop.confirmed else "plan.why_window"
        said.append(word(key, lang, begin=begin, end=end))
    elif stop.confirmed:
        said.append(word("plan.why_told", lang))
    if stop.ordered:
        service = phrase("service", stop.ordered[0], lang)
        said.append(word("plan.why_ordered", lang, service=service))
    if stop.probability is not None:
        percent = number_text(stop.probability * 100)
        said.append(word("plan.why_drawn", lang, percent=percent))
    elif stop.reason != "routine" and not (stop.reason == "order" and stop.ordered):
        said.append(phrase("visit_reason", stop.reason, lang))
    if stop.place_guessed:
        said.append(word("plan.why_guessed", lang))
    largest = sorted(stop.parts.items(), key=lambda one: -one[1])
    said += [part_text(name, points, lang) for name, points in largest[:_PARTS] if points > 0]
    return (said or [phrase("visit_reason", stop.reason, lang)])[:MOST_REASONS]


def part_text(name: str, points: float, lang: str) -> str:
    """Say one part of what a visit brings: its name and its expected severity points."""
    told = phrase("prize_part", name, lang)
    return word("plan.why_part", lang, part=told, points=number_text(points, 1))


def event_text(stop: StopView, lang: str) -> str:
    """Name a visit in one line, as a calendar shows it."""
    return word("plan.event", lang, name=stop.label)


def nowhere_text(many: int, lang: str) -> str:
    """Say how many visits are in no track, for they have no place."""
    return word("plan.track_nowhere", lang, n=many)
