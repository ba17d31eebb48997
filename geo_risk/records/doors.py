"""Which role creates each record, and where."""

from __future__ import annotations

from dataclasses import dataclass, fields

from geo_risk.records.actors import Role
from geo_risk.records.base import Record
from geo_risk.records.casework import Flag, Step
from geo_risk.records.enterprises import Declaration, Enterprise, Premises
from geo_risk.records.happenings import Report, Visit
from geo_risk.records.officers import Assignment, Officer, Team
from geo_risk.records.places import PatrolZone, Population, Road, Station
from geo_risk.records.services import Campaign, Guidance, Order, ServiceEvent, Slip


@dataclass(frozen=True)
class Door:
    """Where a record comes into being.

    Parameters
    ----------
    role
        Who creates it there.
    where
        The command or the route, in the words a person types.
    """

    role: Role
    where: str


def _imported(kind: str) -> tuple[Door, ...]:
    """Give the doors of a source's kind: the keeper's build, and the page where files come in."""
    handed_in = (Door(one, "POST /imports") for one in (Role.KEEPER, Role.CLERK, Role.CHIEF))
    return (Door(Role.KEEPER, f"geo-risk build ({kind})"), *handed_in)


def _once(*doors: Door) -> tuple[Door, ...]:
    """Give doors, each once: several kinds of source may bring one record."""
    return tuple(dict.fromkeys(doors))


def _at_gate(*roles: Role) -> tuple[Door, ...]:
    """Give the doors of what is saved at a gate: the phone's, and the page's form."""
    return tuple(
        Door(role, where)
        for role in roles
        for where in ("POST /v1/field/visits", "POST /visit/{premises}")
    )


_STATION = (Role.OFFICER, Role.CLERK, Role.CHIEF)
_OF_ORDERS = (*_STATION, Role.ENTERPRISE)

DOORS: dict[type[Record], tuple[Door, ...]] = {
    Enterprise: _imported("enterprises"),
    Premises: _once(
        *_imported("premises"),
        *_imported("enterprises"),
        Door(Role.CLERK, "PATCH /ogc/collections/premises/items/{fid}"),
        Door(Role.OFFICER, "PATCH /ogc/collections/premises/items/{fid}"),
        *_at_gate(Role.OFFICER, Role.CHIEF),
    ),
    Officer: _imported("officers"),
    Team: _imported("officers"),
    Assignment: _imported("assignments"),
    Visit: (
        *_imported("visits"),
        Door(Role.OFFICER, "POST /ogc/collections/visits/items"),
        *_at_gate(Role.OFFICER, Role.CHIEF),
    ),
    Report: (
        *_imported("reports"),
        Door(Role.OFFICER, "POST /ogc/collections/reports/items"),
        Door(Role.CLERK, "POST /ogc/collections/reports/items"),
        Door(Role.ENTERPRISE, "POST /ogc/collections/reports/items"),
        Door(Role.VOLUNTEER, "POST /ogc/collections/reports/items"),
        Door(Role.ENTERPRISE, "POST /report"),
        *_at_gate(Role.OFFICER, Role.CHIEF),
        Door(Role.VOLUNTEER, "POST /report"),
    ),
    Step: (
        Door(Role.OFFICER, "POST /v1/reports/{id}/transitions"),
        Door(Role.CLERK, "POST /v1/reports/{id}/transitions"),
        Door(Role.CHIEF, "POST /v1/reports/{id}/transitions"),
        Door(Role.MEDIATOR, "POST /v1/reports/{id}/transitions"),
        Door(Role.ENTERPRISE, "POST /v1/reports/{id}/transitions"),
        *(Door(one, "POST /v1/orders/{id}/transitions") for one in _OF_ORDERS),
        *(Door(one, "POST /orders/{id}") for one in _OF_ORDERS),
        *(Door(one, "POST /guidance/{id}") for one in _STATION),
        Door(Role.OFFICER, "POST /cases/{id}"),
        Door(Role.CLERK, "POST /cases/{id}"),
        Door(Role.CHIEF, "POST /cases/{id}"),
        Door(Role.MEDIATOR, "POST /cases/{id}"),
        Door(Role.ENTERPRISE, "POST /cases/{id}"),
        *(
            Door(role, where)
            for role in (Role.CHIEF, Role.KEEPER)
            for where in ("POST /index/{month}/correct", "POST /v1/index/{month}/revisions")
        ),
        Door(Role.KEEPER, "geo-risk index --correct"),
        *_at_gate(Role.OFFICER, Role.CHIEF),
    ),
    Flag: (Door(Role.KEEPER, "geo-risk cases check"),),
    Declaration: (
        *_imported("declarations"),
        Door(Role.ENTERPRISE, "POST /v1/declarations"),
        Door(Role.CLERK, "POST /v1/declarations"),
        Door(Role.ENTERPRISE, "POST /declare"),
        Door(Role.CLERK, "POST /declare"),
    ),
    PatrolZone: _imported("zones"),
    Station: _imported("stations"),
    ServiceEvent: (
        *_imported("services"),
        Door(Role.OFFICER, "POST /ogc/collections/services/items"),
        Door(Role.CLERK, "POST /ogc/collections/services/items"),
        Door(Role.OFFICER, "POST /stations"),
        Door(Role.CLERK, "POST /stations"),
    ),
    Order: (
        *_imported("orders"),
        Door(Role.ENTERPRISE, "POST /v1/orders"),
        Door(Role.CLERK, "POST /v1/orders"),
        Door(Role.ENTERPRISE, "POST /orders"),
        Door(Role.CLERK, "POST /orders"),
    ),
    Slip: (
        Door(Role.CHIEF, "POST /v1/slips/draw"),
        Door(Role.CHIEF, "POST /slips/draw"),
        Door(Role.KEEPER, "geo-risk slips --draw"),
    ),
    Guidance: (
        Door(Role.OFFICER, "POST /ogc/collections/guidance/items"),
        Door(Role.OFFICER, "POST /guidance"),
    ),
    Campaign: (
        Door(Role.CLERK, "POST /ogc/collections/campaigns/items"),
        Door(Role.CLERK, "POST /campaigns"),
    ),
    Road: _imported("roads"),
    Population: _imported("population"),
}
"""Every record has a door: the docs' table is made from this, and tests fail without one."""

COLLECTIONS: dict[str, type[Record]] = {one.collection: one for one in DOORS}
"""Collection name to record class, in the order of the flow."""

LISTED: tuple[str, ...] = tuple(name for name in COLLECTIONS if name != "flags")
"""Collections that leave as lists: a mark of doubt goes to the person concerned, never in one."""


def personal_fields(kind: type[Record]) -> tuple[str, ...]:
    """Give the names of the fields that the store keeps apart as person data."""
    return tuple(one.name for one in fields(kind) if one.metadata.get("personal"))


def may_create(role: Role, kind: type[Record], door: str) -> bool:
    """Say whether a role creates this kind of record at this door (the text of `Door.where`)."""
    return any(one.role == role and one.where == door for one in DOORS.get(kind, ()))
