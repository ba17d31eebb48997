"""Who acts, as what, and for whom something leaves the system."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Who acts. What each may see and do is decided where it happens; see `DOORS` for creating."""

    OFFICER = "officer"
    CLERK = "clerk"
    CHIEF = "chief"
    MEDIATOR = "mediator"
    ENTERPRISE = "enterprise"
    VOLUNTEER = "volunteer"
    ANALYST = "analyst"
    PORTAL = "portal"
    KEEPER = "keeper"


class Audience(StrEnum):
    """For whom something leaves the system; ordered from widest to narrowest."""

    PUBLIC = "public"
    ENTERPRISE = "enterprise"
    STATION = "station"


@dataclass(frozen=True)
class Actor:
    """Who reads or writes: goes down from the door through every write and read of person data.

    Parameters
    ----------
    id
        User id, token id, or `cli` for the keeper at the command line.
    role
        What the actor is.
    door
        Where the actor came in: `cli`, `http`, `console`.
    station_id, zone_ids, enterprise_id
        What the actor belongs to, where the role is limited to it.
    """

    id: str
    role: Role
    door: str
    station_id: str | None = None
    zone_ids: tuple[str, ...] = ()
    enterprise_id: str | None = None
