"""What people enter: a visit, a report, a pin; checked field by field, with the remedy.

Takes JSON bodies, gives records. What a role may not say is not taken from the body: an enterprise
reports about itself, a volunteer as a volunteer, nobody sets a state, a deadline or a closing time.
A point is WGS-84 unless it says otherwise; one outside of the boundary is taken and flagged. Ids
begin with a mark by which a volunteer finds its own (`audience.entry_mark`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import shapely
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict

from api.audience import STAFF, entry_mark
from geo_risk.casework import with_due
from geo_risk.channels import OWN_SOURCES
from geo_risk.errors import ForbiddenError, InputError
from geo_risk.records import (
    Actor,
    CaseState,
    Channel,
    Findings,
    Premises,
    Report,
    Role,
    Severity,
    Visit,
    VisitReason,
)

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from api.ogc.wire import Wire
    from geo_risk.park import ParkFile

_NUMBER = re.compile(r"\s*[-+]?[\d.]+\s*")
_INSTANT = timedelta(microseconds=1)


def text_only(value: object) -> object:
    """Refuse a number where a time or a day is wanted: it would be taken for seconds since 1970."""
    number = _NUMBER.fullmatch(value) if isinstance(value, str) else value is not None
    if number and not isinstance(value, date):
        raise ValueError(
            "a number is no time: write 2026-05-01T08:00:00+08:00, a day as 2026-05-01"
        )
    return value


Moment = Annotated[datetime, BeforeValidator(text_only)]
Whole = Annotated[int, Strict()]
Id = Annotated[str, Field(max_length=200)]
Code = Annotated[str, Field(max_length=40, pattern="^[A-Za-z0-9_.-]*$")]
"""A code of the deployment's, never words: a name written here could not be forgotten."""
Number = Annotated[float, Strict()]

_EARLIEST_YEAR = 1990  # a report of today is not about a time before the park


class Body(BaseModel):
    """What is sent: nothing beyond what is named, no spaces around a text."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class PointIn(Body):
    """A GeoJSON point: longitude, latitude, WGS-84."""

    type: str = Field(pattern="^Point$")
    coordinates: tuple[Number, Number]


class ReportProperties(Body):
    """What a person says of a hazard, dispute or incident."""

    kind: str = Field(description="kind of report, as hazard")
    channel: str = Field("", description="one of the nine channels; of staff only")
    category: Code = ""
    premises_id: Id = ""
    enterprise_id: Id = ""
    visit_id: Id = ""
    occurred_from: Moment | None = Field(None, description="earliest time; default: now")
    occurred_to: Moment | None = Field(None, description="latest time; default: occurred_from")
    severity: Severity | None = None
    referred_to: Code = ""
    source: Code = Field("", description="with number: whose number it is; of staff only")
    number: Code = Field("", description="the source's own number; of staff only")
    text: str = Field("", max_length=5000)
    reporter: str = Field("", max_length=200)


class ReportIn(Body):
    """A report as a GeoJSON feature; geometry null where the place is not known."""

    type: str = Field("Feature", pattern="^Feature$")
    geometry: PointIn | None = None
    properties: ReportProperties


class FoundIn(Body):
    """Hazards found, by severity; all zero: looked and found nothing."""

    major: Whole = Field(0, ge=0, le=1000)
    general: Whole = Field(0, ge=0, le=1000)
    minor: Whole = Field(0, ge=0, le=1000)


class VisitProperties(Body):
    """What an officer says of a visit."""

    premises_id: Id = ""
    enterprise_id: Id = ""
    team: Id = Field("", description="id of /ogc/collections/teams")
    participant_ids: tuple[Id, ...] = Field((), max_length=50, description="ids of officers")
    start: Moment
    end: Moment | None = None
    reason: VisitReason = Field(
        VisitReason.ROUTINE, description="routine and random: the plan says which of the two it is"
    )
    selection_probability: Number | None = Field(
        None, ge=1e-6, le=1, description="taken from the plan; one given must be the plan's"
    )
    items_checked: Whole | None = Field(None, ge=0, le=100_000)
    items_standard: Whole | None = Field(None, ge=0, le=100_000)
    found: FoundIn | None = None
    note: str = Field("", max_length=5000)


class VisitIn(Body):
    """A visit as a GeoJSON feature; its place is the premises', so geometry stays null."""

    type: str = Field("Feature", pattern="^Feature$")
    geometry: None = None
    properties: VisitProperties


class PinIn(Body):
    """Where a premises is."""

    lon: Number = Field(ge=-180, le=180)
    lat: Number = Field(ge=-90, le=90)
    datum: str = Field("wgs84", pattern="^(wgs84|cgcs2000|gcj02|bd09)$")


@dataclass(frozen=True)
class Desk:
    """Makes records of what one actor enters at one moment.

    Parameters
    ----------
    park, wire, boundary
        The park's; the boundary in degrees of the park's datum.
    actor
        Who enters.
    now
        When.
    """

    park: ParkFile
    wire: Wire
    boundary: BaseGeometry
    actor: Actor
    now: datetime

    def report(self, body: ReportIn, premises: Premises | None) -> Report:
        """Make a report.

        Parameters
        ----------
        body
            What was sent.
        premises
            The premises that it names, where it names one.

        Raises
        ------
        InputError, ForbiddenError
            When a value cannot be; when it is about another enterprise than the actor's own.
        """
        said = body.properties
        if said.kind not in self.park.kinds:
            raise InputError(
                f"kind is {said.kind!r}.", f"Give one of {', '.join(self.park.kinds)}."
            )
        start = self.time("occurred_from", said.occurred_from, self.now)
        end = self.time("occurred_to", said.occurred_to, start)
        source, number = self._numbered(said)
        report = Report(
            id=f"{source}:{number}",
            source=source,
            number=number,
            kind=said.kind,
            channel=self._channel(said),
            category=said.category,
            premises_id=said.premises_id,
            enterprise_id=self._enterprise(said.enterprise_id, premises),
            visit_id=said.visit_id,
            occurred_from=start,
            occurred_to=start + _INSTANT if end == start else end,
            reported_at=self.now,
            severity=said.severity,
            self_reported=self.actor.role is Role.ENTERPRISE,
            state=CaseState.REPORTED.value,
            referred_to=said.referred_to if self.actor.role is not Role.ENTERPRISE else "",
            text=said.text,
            reporter=said.reporter,
            **self._place(body.geometry, premises),
        )
        return with_due(report, self.park)

    def visit(self, body: VisitIn, premises: Premises | None) -> Visit:
        """Make a visit; parameters and errors as for `report`."""
        said = body.properties
        if premises is None:
            raise InputError("The visit names no premises.", "Give premises_id.")
        number = self.number()
        end = None if said.end is None else self.time("end", said.end, self.now)
        found = said.found
        return Visit(
            id=f"http:{number}",
            source="http",
            number=number,
            premises_id=premises.id,
            enterprise_id=self._enterprise(said.enterprise_id, premises),
            team=said.team,
            participant_ids=said.participant_ids,
            start=self.time("start", said.start, self.now),
            end=end,
            reason=said.reason,
            selection_probability=said.selection_probability,
            items_checked=said.items_checked,
            items_standard=said.items_standard,
            found=None if found is None else Findings(found.major, found.general, found.minor),
            note=said.note,
        )

    def pin(self, body: PinIn) -> dict[str, Any]:
        """Give the changes that put a premises where a person says it is."""
        lon, lat = self.wire.point_in(body.lon, body.lat, body.datum)
        return {
            "lon": lon,
            "lat": lat,
            "unlocated": "",
            "located_by": "pin",
            "outside": self._is_outside(lon, lat),
        }

    def _numbered(self, said: ReportProperties) -> tuple[str, str]:
        """Give source and number: the source's own where staff passes something on, else ours."""
        if not said.source and not said.number:
            return "http", self.number()
        if self.actor.role not in STAFF:
            raise ForbiddenError(
                "Numbers of other sources are entered at the station.", "Leave source, number out."
            )
        if not said.source or not said.number or said.source in OWN_SOURCES:
            raise InputError(
                f"source is {said.source!r}, number {said.number!r}.",
                "Give both, of another source; or neither.",
            )
        return said.source, said.number

    def number(self) -> str:
        """Give a number that nobody has."""
        return f"{entry_mark(self.actor)}-{self.now:%Y%m%d%H%M%S}-{uuid4().hex[:12]}"

    def time(self, name: str, given: datetime | None, default: datetime) -> datetime:
        """Give when something happened; refuse what lies ahead, or before the park."""
        if given is None:
            return default
        if given.tzinfo is None:
            given = given.replace(tzinfo=self.park.zone)
        if given.year < _EARLIEST_YEAR:
            raise InputError(
                f"{name} {given.isoformat()} is before {_EARLIEST_YEAR}.", "Give when it happened."
            )
        if given > self.now + timedelta(days=1):
            raise InputError(f"{name} {given.isoformat()} lies ahead.", "Give when it happened.")
        return given

    def _channel(self, said: ReportProperties) -> str:
        if self.actor.role is Role.ENTERPRISE:
            return Channel.SELF_REPORT.value
        if self.actor.role is Role.VOLUNTEER:
            return Channel.VOLUNTEERS.value
        known = [one.value for one in Channel]
        if said.channel and said.channel not in known:
            raise InputError(f"channel is {said.channel!r}.", f"Give one of {', '.join(known)}.")
        return said.channel or (Channel.VISIT.value if said.visit_id else Channel.GRID.value)

    def _enterprise(self, said: str, premises: Premises | None) -> str:
        """Give the enterprise it is about: as said, as the premises says, or the actor's own."""
        owner = premises.enterprise_id if premises else ""
        if said and owner and said != owner:
            raise InputError(
                f"enterprise_id is {said!r}, the premises' is {owner!r}.", "Leave one of them out."
            )
        about = said or owner
        if self.actor.role is not Role.ENTERPRISE:
            return about
        own = self.actor.enterprise_id or ""
        if about and about != own:
            raise ForbiddenError(
                "An enterprise reports about itself only.", "Leave enterprise_id out."
            )
        return own

    def _place(self, point: PointIn | None, premises: Premises | None) -> dict[str, Any]:
        if point is None:
            if premises is None or premises.lon is None or premises.lat is None:
                return {"unlocated": "missing"}
            return {
                "lon": premises.lon,
                "lat": premises.lat,
                "located_by": "visit" if self.actor.role is Role.OFFICER else "source",
                "outside": premises.outside,
            }
        lon, lat = self.wire.point_in(*point.coordinates)
        return {
            "lon": lon,
            "lat": lat,
            "located_by": "pin",
            "outside": self._is_outside(lon, lat),
        }

    def _is_outside(self, lon: float, lat: float) -> bool:
        return not bool(shapely.covers(self.boundary, shapely.Point(lon, lat)))
