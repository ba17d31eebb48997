"""What a phone sends from a gate: one body for a whole visit, checked field by field.

Takes the JSON body or the page's form as the same body, gives a `Gate` for `visitbook`. Visit and
reports are made by the desk of all entries; here is added what only a phone knows: by how much its
clock is wrong, keys that it made itself, how sure it was of its place, an earlier deadline.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

import shapely
from pydantic import BeforeValidator, Field, Strict, ValidationError

from api.audience import entry_mark
from api.ogc.entries import (
    Body,
    Code,
    Id,
    Moment,
    Number,
    ReportIn,
    ReportProperties,
    VisitIn,
    VisitProperties,
    Whole,
    text_only,
)
from geo_risk.casework import due_on, with_due
from geo_risk.errors import InputError
from geo_risk.records import Severity, VisitOutcome
from geo_risk.visitbook import Gate, Pin, Seen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.ogc.entries import Desk
    from geo_risk.records import Premises, Report, Visit

Flag = Annotated[bool, Strict()]
_MOST_OFFSET_S = 100 * 365 * 86_400.0  # a phone that lost its clock is in 1970
_YEARS = range(1970, 2200)
_HAZARD = "hazard"


class FindingIn(Body):
    """Something found."""

    key: UUID = Field(
        description="made on the phone: the same finding comes twice, it is kept once"
    )
    kind: Code = _HAZARD
    category: Code = ""
    severity: Severity | None = None
    words: str = Field("", max_length=5000)
    due: Annotated[date | None, BeforeValidator(text_only)] = Field(
        None, description="earlier than the rule's"
    )


class RecheckIn(Body):
    """What was seen of an open hazard."""

    report_id: Id = Field(min_length=1)
    fixed: Flag
    words: str = Field("", max_length=5000)
    state_seen: str = Field("", max_length=40, description="the state that the officer was shown")
    etag: str = Field("", max_length=200, description="of the case when it was shown")


class PlannedIn(Body):
    """Which planned visit it is."""

    week: Annotated[date, BeforeValidator(text_only)]
    visit: Id


class PlaceIn(Body):
    """Where the phone was, WGS-84."""

    lon: Number = Field(ge=-180, le=180)
    lat: Number = Field(ge=-90, le=90)
    accuracy_m: Number = Field(ge=0, le=1e6)


class FieldVisitIn(Body):
    """A whole visit."""

    premises_id: Id = Field(min_length=1)
    plan: PlannedIn | None = None
    start: Moment
    end: Moment
    clock_offset_s: Number | None = Field(
        None, ge=-_MOST_OFFSET_S, le=_MOST_OFFSET_S, description="server's clock minus the phone's"
    )
    outcome: Literal["done", "shut", "moved", "refused"] = "done"
    rechecks: tuple[RecheckIn, ...] = Field((), max_length=50)
    findings: tuple[FindingIn, ...] = Field((), max_length=20)
    items_checked: Whole | None = Field(None, ge=0, le=100_000)
    items_standard: Whole | None = Field(None, ge=0, le=100_000)
    note: str = Field("", max_length=5000)
    pin_wrong: Flag = False
    pin: PlaceIn | None = None

    @property
    def digest(self) -> str:
        """What says whether it is the same visit again: the clock may be measured anew by then."""
        said = self.model_dump_json(exclude={"clock_offset_s"})
        return hashlib.sha256(f"field\n{said}".encode()).hexdigest()


def body_of(values: Mapping[str, Any]) -> FieldVisitIn:
    """Give plain values as the body that a phone would send.

    Raises
    ------
    InputError
        When a value cannot be.
    """
    try:
        return FieldVisitIn.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(one) for one in first["loc"])
        raise InputError(f"{where}: {first['msg']}.", "Correct the field.") from None


def gate_of(
    body: FieldVisitIn, desk: Desk, premises: Premises, participant_ids: tuple[str, ...]
) -> Gate:
    """Make what `visitbook` keeps of a body.

    Parameters
    ----------
    body
        What was sent.
    desk
        Who enters, when, in which park.
    premises
        The one it names.
    participant_ids
        Officers for whom the account speaks.

    Raises
    ------
    InputError
        When a value cannot be.
    """
    visit = _visit(body, desk, premises, participant_ids)
    keys = [one.key for one in body.findings]
    if len(set(keys)) < len(keys):
        raise InputError("Two findings have one key.", "Give every finding a key of its own.")
    return Gate(
        visit,
        tuple(_finding(one, visit, desk, premises) for one in body.findings),
        tuple(Seen(one.report_id, one.fixed, one.words, one.state_seen) for one in body.rechecks),
        pin_wrong=body.pin_wrong,
        pin=_pin(body.pin, desk),
    )


def _visit(
    body: FieldVisitIn, desk: Desk, premises: Premises, participant_ids: tuple[str, ...]
) -> Visit:
    start, end, offset = _corrected(body, desk)
    said = VisitProperties(
        premises_id=premises.id,
        participant_ids=participant_ids,
        start=start,
        end=end,
        items_checked=body.items_checked,
        items_standard=body.items_standard,
        note=body.note,
    )
    return replace(
        desk.visit(VisitIn(properties=said), premises),
        outcome=VisitOutcome(body.outcome),
        planned_id=body.plan.visit if body.plan else "",
        clock_offset_s=offset,
    )


def _corrected(body: FieldVisitIn, desk: Desk) -> tuple[datetime, datetime, float | None]:
    """Give the times by the server's clock, and what was added to the phone's; none lie ahead."""
    start, end = (
        one if one.tzinfo else one.replace(tzinfo=desk.park.zone) for one in (body.start, body.end)
    )
    if start.year not in _YEARS or end.year not in _YEARS:
        raise InputError(f"{start.isoformat()} is no time of a visit.", "Set the phone's clock.")
    if end < start:
        raise InputError(f"end {end} is before start {start}.", "Exchange the two.")
    offset = timedelta(seconds=body.clock_offset_s or 0.0)
    ahead = end + offset - desk.now
    if ahead > timedelta(days=1):
        raise InputError(
            f"end {end.isoformat()} lies ahead.", "Set the phone's clock, or give clock_offset_s."
        )
    offset -= max(ahead, timedelta())
    said = body.clock_offset_s is not None or bool(offset)
    return start + offset, end + offset, offset.total_seconds() if said else None


def _finding(said: FindingIn, visit: Visit, desk: Desk, premises: Premises) -> Report:
    if said.kind == _HAZARD and said.severity is None:
        raise InputError("A hazard has no severity.", "Give major, general or minor.")
    properties = ReportProperties(
        kind=said.kind,
        channel="visit",
        category=said.category,
        premises_id=premises.id,
        occurred_from=visit.start,
        occurred_to=visit.end,
        severity=said.severity,
        text=said.words,
    )
    number = f"{entry_mark(desk.actor)}-{said.key}"
    report = replace(
        desk.report(ReportIn(properties=properties), premises),
        id=f"http:{number}",
        number=number,
        reported_at=visit.end,
        due=None,
    )
    report = with_due(report, desk.park)
    return report if said.due is None else replace(report, due=due_on(report, said.due, desk.park))


def _pin(said: PlaceIn | None, desk: Desk) -> Pin | None:
    if said is None:
        return None
    lon, lat = desk.wire.point_in(said.lon, said.lat)
    outside = not bool(shapely.covers(desk.boundary, shapely.Point(lon, lat)))
    return Pin(lon, lat, said.accuracy_m, outside)
