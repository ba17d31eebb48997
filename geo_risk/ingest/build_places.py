"""Rows to records of what stays: enterprises, premises, zones, stations, roads, officers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo_risk.ingest.row import Context, Row, RowRefusedError, require
from geo_risk.records import (
    Assignment,
    Enterprise,
    Officer,
    PatrolZone,
    Population,
    Premises,
    PremisesKind,
    Record,
    Road,
    Station,
    Team,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


def build_enterprise(context: Context, row: Row) -> tuple[Record, ...]:
    """Make an enterprise, and the premises that the same row describes.

    A second row of one enterprise (its own number, the same credit code) is a further premises.
    """
    common = context.common(row)
    code = row.text("credit_code")
    enterprise = Enterprise(
        **{**common, "id": code or common["id"]},
        credit_code=code,
        name=row.text("name"),
        contact=row.text("contact"),
        phone=row.text("phone"),
        industry=row.text("industry"),
        above_scale=bool(row.values.get("above_scale")),
        key_listed=bool(row.values.get("key_listed")),
        sole_trader=bool(row.values.get("sole_trader")),
        employees=row.values.get("employees"),
    )
    again = enterprise.id in context.seen
    if again and not context.has_place:
        raise RowRefusedError("credit_code", "duplicate_number", str(context.seen[enterprise.id]))
    records: list[Record] = [] if again else [enterprise]
    if context.has_place:
        records.append(_premises(context, row, enterprise.id))
    context.odd["further_premises"] += again
    context.seen.setdefault(enterprise.id, row.row)
    return tuple(records)


def build_premises(context: Context, row: Row) -> tuple[Record, ...]:
    """Make a premises of a known enterprise, or of none."""
    enterprise = context.refer(row, "enterprise", "enterprises", "unknown_enterprise")
    return (_premises(context, row, enterprise),)


def build_zone(context: Context, row: Row) -> tuple[Record, ...]:
    """Make a patrol zone; zones with one number are merged afterwards."""
    if row.shape is None:
        raise RowRefusedError("geometry", "no_geometry")
    zone = PatrolZone(
        **context.common(row),
        geometry=row.shape,
        name=row.text("name") or row.number,
        patrol_hours=row.values.get("patrol_hours"),
        shift=row.text("shift"),
    )
    return (zone,)


def build_station(context: Context, row: Row) -> tuple[Record, ...]:
    """Make a station."""
    station = Station(
        **context.common(row),
        **row.place.fields,
        type=row.text("type"),
        name=row.text("name"),
        hours=row.text("hours"),
        services=row.values.get("services") or (),
        languages=row.values.get("languages") or (),
    )
    return (station,)


def build_road(context: Context, row: Row) -> tuple[Record, ...]:
    """Make a road."""
    if row.shape is None:
        raise RowRefusedError("geometry", "no_geometry")
    road = Road(
        **context.common(row),
        geometry=row.shape,
        name=row.text("name"),
        road_class=row.text("road_class"),
        speed_kmh=row.values.get("speed_kmh"),
    )
    return (road,)


def build_officer(context: Context, row: Row) -> tuple[Record, ...]:
    """Make an officer; teams are made of the distinct values afterwards."""
    officer = Officer(
        **context.common(row),
        name=row.text("name"),
        phone=row.text("phone"),
        team=team_id(context.source, row.text("team")),
        station_id=context.refer(row, "station", "stations", "unknown_station"),
    )
    return (officer,)


def team_id(source: str, team: str) -> str:
    """Give the record id of a team that a source of officers names."""
    return f"{source}:{team}" if team else ""


def teams_of(source: str, records: Iterable[Record]) -> list[Team]:
    """Make one team of each distinct value, its members in the order of the file."""
    members: dict[str, list[str]] = {}
    for one in records:
        if isinstance(one, Officer) and one.team:
            members.setdefault(one.team, []).append(one.id)
    return [
        Team(
            id=team,
            source=source,
            number=team.removeprefix(f"{source}:"),
            member_ids=tuple(ids),
        )
        for team, ids in members.items()
    ]


def build_assignment(context: Context, row: Row) -> tuple[Record, ...]:
    """Make an assignment: who looks after which zone or enterprise."""
    require(row, "officer")
    if bool(row.text("zone")) == bool(row.text("enterprise")):
        raise RowRefusedError("", "zone_or_enterprise")
    assignment = Assignment(
        **context.common(row),
        officer_id=context.refer(row, "officer", "officers", "unknown_officer"),
        zone_id=context.refer(row, "zone", "zones", "unknown_zone"),
        enterprise_id=context.refer(row, "enterprise", "enterprises", "unknown_enterprise"),
    )
    return (assignment,)


def build_population(context: Context, row: Row) -> tuple[Record, ...]:
    """Make a number of people at a place."""
    require(row, "people")
    people = Population(**context.common(row), **row.place.fields, people=row.values["people"])
    return (people,)


def _premises(context: Context, row: Row, enterprise_id: str) -> Premises:
    people = row.values.get("people")
    return Premises(
        **context.common(row),
        **row.place.fields,
        enterprise_id=enterprise_id,
        kind=row.values.get("kind") or PremisesKind.OTHER,
        address=row.text("address"),
        host_premises_id=context.refer(row, "host_premises", "premises", "unknown_premises"),
        people=row.values.get("employees") if people is None else people,
        inherent_class=row.values.get("inherent_class"),
        dangerous_goods=bool(row.values.get("dangerous_goods")),
        opening_hours=row.text("opening_hours"),
    )
