"""What the park gives, as people enter it: guidance, campaigns, services at a station.

Takes JSON bodies, gives records, as `entries` does for visits and reports. Topics are codes and a
service is one that stations offer: a name written there could not be forgotten.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field

from api.ogc.entries import Body, Id, Moment, Whole, text_only
from geo_risk.casework import end_of_day
from geo_risk.errors import InputError
from geo_risk.guidance import promise
from geo_risk.guidancebook import step_id
from geo_risk.records import Campaign, Guidance, ServiceEvent, Step, Topic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ogc.entries import Desk


Day = Annotated[date, BeforeValidator(text_only)]


class GuidanceProperties(Body):
    """What an officer says of guidance at an enterprise."""

    enterprise_id: Id = Field(min_length=1)
    officer_id: Id = Field("", description="who gave it; id of /ogc/collections/officers")
    at: Moment | None = Field(None, description="default: now")
    topics: tuple[Topic, ...] = Field(min_length=1, max_length=len(Topic))
    text: str = Field("", max_length=5000, description="what was agreed; the enterprise sees it")
    next_step: str = Field("", max_length=2000, description="what is promised, in words")
    next_by: Day | None = Field(None, description="its last day: a visit is planned by then")


class GuidanceIn(Body):
    """Guidance as a GeoJSON feature; it has no place of its own."""

    type: str = Field("Feature", pattern="^Feature$")
    geometry: None = None
    properties: GuidanceProperties


class CampaignProperties(Body):
    """What a clerk says of a campaign."""

    topic: Topic
    at: Moment | None = Field(None, description="default: now")
    people: Whole = Field(ge=0, le=1_000_000, description="people reached")
    enterprise_id: Id = Field("", description="where it was held in one")


class CampaignIn(Body):
    """A campaign as a GeoJSON feature; it has no place of its own."""

    type: str = Field("Feature", pattern="^Feature$")
    geometry: None = None
    properties: CampaignProperties


class ServiceProperties(Body):
    """What somebody at a station says of a service that was given there."""

    station_id: Id = Field(min_length=1)
    service: str = Field(min_length=1, max_length=100, description="one that stations offer")
    at: Moment | None = Field(None, description="default: now")
    people: Whole = Field(1, ge=1, le=100_000, description="people served")


class ServiceIn(Body):
    """A service as a GeoJSON feature; its place is the station's."""

    type: str = Field("Feature", pattern="^Feature$")
    geometry: None = None
    properties: ServiceProperties


def guidance_from(desk: Desk, body: GuidanceIn) -> tuple[Guidance, list[Step]]:
    """Make guidance, and the step that promises what comes next.

    Raises
    ------
    InputError
        When a time cannot be, or what is promised has no last day.
    """
    said, number = body.properties, desk.number()
    given = Guidance(
        id=f"http:{number}",
        source="http",
        number=number,
        enterprise_id=said.enterprise_id,
        officer_id=said.officer_id,
        at=desk.time("at", said.at, desk.now),
        topics=tuple(dict.fromkeys(one.value for one in said.topics)),
        text=said.text,
    )
    if said.next_by is None:
        if said.next_step:
            raise InputError("next_step has no last day.", "Give next_by.")
        return given, []
    day = datetime.combine(said.next_by, time(), tzinfo=desk.park.zone)
    step = promise(
        given,
        end_of_day(day, 0, desk.park),
        said.next_step,
        actor=desk.actor,
        now=desk.now,
        step_id=step_id(given.id, 0),
    )
    return given, [step]


def campaign_from(desk: Desk, body: CampaignIn) -> Campaign:
    """Make a campaign; raises InputError when its time cannot be."""
    said, number = body.properties, desk.number()
    return Campaign(
        id=f"http:{number}",
        source="http",
        number=number,
        topic=said.topic.value,
        at=desk.time("at", said.at, desk.now),
        people=said.people,
        enterprise_id=said.enterprise_id,
    )


def service_from(desk: Desk, body: ServiceIn, services: Sequence[str]) -> ServiceEvent:
    """Make a service that a station gave.

    Raises
    ------
    InputError
        When its time cannot be, or no station offers it.
    """
    said, number = body.properties, desk.number()
    if said.service not in services:
        raise InputError(f"service is {said.service!r}.", f"Give one of: {', '.join(services)}.")
    return ServiceEvent(
        id=f"http:{number}",
        source="http",
        number=number,
        station_id=said.station_id,
        service=said.service,
        at=desk.time("at", said.at, desk.now),
        people=said.people,
    )
