"""Who may see what: the one place that decides, for every way out of the service.

Takes an actor (None: nobody signed in) and the park's rules, gives a `Sight`: which collections,
which of their records and fields, whether person data, whether cells. Default is the public: zones
only, as aggregates, and those of too few enterprises or reports merged or withheld
(`geo_risk.disclosure`).
Stores of dangerous goods, premises, cells, names and texts are never public; what one person or
team finds is shown to nobody by any route. A route asks here and never looks at a role itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from geo_risk.errors import AuthError, ForbiddenError
from geo_risk.records import (
    COLLECTIONS,
    LISTED,
    Actor,
    Audience,
    Channel,
    Role,
    personal_fields,
)
from geo_risk.slips import SENT

if TYPE_CHECKING:
    from geo_risk.park import MapSection

STAFF = frozenset({Role.OFFICER, Role.CLERK, Role.CHIEF, Role.KEEPER})
"""Station roles that see everything of the park, names included; such reads are audited."""

_DESK = frozenset({Role.CLERK, Role.CHIEF, Role.KEEPER})
_HEADS = frozenset({Role.CHIEF, Role.KEEPER})
_ALL = frozenset(LISTED)
_MEDIATOR = frozenset({"zones", "stations", "roads", "enterprises", "premises", "reports"})
_ANALYST = _ALL - {"officers", "teams", "assignments", "steps", "slips", "guidance", "campaigns"}
_ENTERPRISE = frozenset(
    {
        *("zones", "enterprises", "premises", "visits", "reports", "declarations"),
        *("orders", "slips", "guidance"),
    }
)
_OWN_CHANNELS = (Channel.VISIT.value, Channel.SELF_REPORT.value)
_REACH = frozenset({"contact", "phone"})
_PUBLIC_ZONE_FIELDS = frozenset({"id", "name", "geometry"})

_SIGN_IN = "Sign in at /login, or send a bearer token."


@dataclass(frozen=True)
class Sight:
    """What one reader may see.

    Parameters
    ----------
    actor
        Who reads; None is the public.
    audience
        For whom what leaves is cut.
    collections
        Names of the collections that exist for this reader.
    personal
        Collections of which person data may be read.
    hidden
        Collection to fields that this reader never sees and cannot filter by.
    cells
        Whether values in cells may be seen: tiles, values at points, coverage.
    """

    actor: Actor | None
    audience: Audience
    collections: frozenset[str]
    personal: frozenset[str] = frozenset()
    hidden: Mapping[str, frozenset[str]] = field(default_factory=dict)
    cells: bool = False

    @property
    def reader(self) -> Actor:
        """The actor in whose name the store is read; the public reads as the portal does."""
        return self.actor or Actor(id="public", role=Role.PORTAL, door="http")

    @property
    def is_station(self) -> bool:
        """Whether the reader works at the station."""
        return self.audience is Audience.STATION

    def shows(self, collection: str, name: str) -> bool:
        """Say whether a field of a collection may be seen."""
        if name in self.hidden.get(collection, ()):
            return False
        if collection not in self.personal:
            return name not in personal_fields(COLLECTIONS[collection])
        return True


def sight_of(actor: Actor | None) -> Sight:
    """Decide what a reader may see.

    Parameters
    ----------
    actor
        None: nobody signed in.

    Returns
    -------
    Sight
        The public's for everybody not named here.
    """
    role = actor.role if actor else None
    if role in STAFF:
        return Sight(actor, Audience.STATION, _ALL, personal=_ALL, cells=True)
    if role is Role.MEDIATOR:
        return Sight(actor, Audience.STATION, _MEDIATOR, personal=_MEDIATOR, cells=True)
    if role is Role.ANALYST:
        hidden = {
            "visits": frozenset({"team", "participant_ids", "clock_offset_s"}),
            "declarations": frozenset({"declared_by", "verified_by"}),
        }
        return Sight(actor, Audience.STATION, _ANALYST, hidden=hidden, cells=True)
    if actor is not None and role is Role.ENTERPRISE and actor.enterprise_id:
        return _sight_of_enterprise(actor)
    zones = {"zones": frozenset(_fields("zones") - _PUBLIC_ZONE_FIELDS)}
    if role is Role.VOLUNTEER:
        both = frozenset({"zones", "reports"})
        return Sight(actor, Audience.PUBLIC, both, frozenset({"reports"}), zones)
    return Sight(actor, Audience.PUBLIC, frozenset({"zones"}), hidden=zones)


def _sight_of_enterprise(actor: Actor) -> Sight:
    """Give what an enterprise sees of itself: not who looked, nor that somebody complained."""
    hidden = {
        "zones": frozenset(_fields("zones") - _PUBLIC_ZONE_FIELDS),
        "visits": frozenset(
            {
                *("team", "participant_ids", "reason", "selection_probability", "note", "source"),
                *("planned_id", "clock_offset_s"),
            }
        ),
        "reports": frozenset({"reporter", "channel", "source"}),
        "declarations": frozenset({"verified_by"}),
        "slips": frozenset({"decided_by", "decision"}),
        "guidance": frozenset({"officer_id"}),
    }
    personal = _ENTERPRISE - {"zones", "visits"}
    return Sight(actor, Audience.ENTERPRISE, _ENTERPRISE, personal, hidden)


def own_filters(sight: Sight, collection: str) -> dict[str, tuple[str, ...]]:
    """Give the filters that keep a reader to its own records: field to the values allowed.

    Parameters
    ----------
    sight
        The reader's.
    collection
        One of `sight.collections`.

    Returns
    -------
    dict
        Empty where every record may be seen. `id` is the record's own id.
    """
    actor = sight.actor
    if sight.audience is Audience.ENTERPRISE and actor is not None:
        own = (actor.enterprise_id or "",)
        if collection == "zones":
            return {}
        if collection == "enterprises":
            return {"id": own}
        if collection == "reports":
            return {"enterprise_id": own, "channel": _OWN_CHANNELS}
        if collection == "slips":
            return {"enterprise_id": own, "state": tuple(one.value for one in SENT)}
        return {"enterprise_id": own}
    if actor is not None and actor.role is Role.MEDIATOR and collection == "reports":
        studio = {"station_id": (actor.station_id,)} if actor.station_id else {}
        return {"kind": ("dispute",), **studio}
    return {}


def reach_fields(sight: Sight, collection: str) -> frozenset[str]:
    """Give the fields that a reader sees of the parties to its own cases only (`party_filters`).

    A mediator knows every enterprise by name and address, as far as a case has to be taken up; whom
    to call there, and at which number, it learns with the case.
    """
    if (
        sight.actor is not None
        and sight.actor.role is Role.MEDIATOR
        and collection in sight.personal
    ):
        return _REACH if collection == "enterprises" else frozenset()
    return frozenset()


def party_filters(sight: Sight) -> dict[str, tuple[str, ...]] | None:
    """Give the filters of the reports whose parties a reader may reach; None where there are none.

    A mediator's are the disputes that were given to its studio. An account without a studio reads
    disputes to take them up, and none was given to it.
    """
    if sight.actor is None or not sight.actor.station_id:
        return None
    return own_filters(sight, "reports")


def own_prefix(sight: Sight, collection: str) -> str | None:
    """Give the beginning of the ids a reader is kept to, None for no such bound.

    A volunteer sees what it entered itself. Ids of what it enters begin with a mark of its own
    (`entry_mark`), so these records are one range of ids.
    """
    if sight.actor is not None and sight.actor.role is Role.VOLUNTEER and collection == "reports":
        return f"http:{entry_mark(sight.actor)}-"
    return None


def entry_mark(actor: Actor) -> str:
    """Give the mark with which numbers begin that an actor enters.

    A volunteer's own, since by it the volunteer finds what it entered; it does not tell who it is.
    One for all others: nobody who reads numbers can sort entries by the officer who made them.
    """
    if actor.role is not Role.VOLUNTEER:
        return "desk"
    return hashlib.sha256(f"entry:{actor.id}".encode()).hexdigest()[:10]


def check_collection(sight: Sight, collection: str) -> None:
    """Refuse a collection that a reader may not see.

    Raises
    ------
    AuthError, ForbiddenError
        When nobody is signed in; when the role does not see it.
    """
    if collection not in sight.collections:
        _refuse(sight, f"{collection} are not public.")


def check_personal(sight: Sight, collection: str) -> None:
    """Refuse person data of a collection, photos too; raises as `check_collection`."""
    check_collection(sight, collection)
    if collection not in sight.personal:
        _refuse(sight, f"Person data of {collection} is in it.")


def without_persons(sight: Sight) -> Sight:
    """Give a sight without person data: for answers that are kept, and to check a reference."""
    return replace(sight, personal=frozenset())


def check_cells(sight: Sight) -> None:
    """Refuse values in cells to everybody outside the station; raises as `check_collection`."""
    if not sight.cells:
        _refuse(sight, "Values in cells are for the station only.")


def check_station(sight: Sight) -> None:
    """Refuse a page of the station's own work to everybody else; raises as `check_collection`."""
    if not sight.is_station:
        _refuse(sight, "This is for the station only.")


def check_desk(sight: Sight) -> Actor:
    """Give the actor of the desk: clerk, chief or keeper; raises as `check_collection`."""
    return _one_of(sight, _DESK, "This is the desk's work.")


def check_plan(sight: Sight) -> None:
    """Refuse visit plans to all but staff and analysts; raises as `check_collection`."""
    _one_of(sight, STAFF | {Role.ANALYST}, "Visit plans are for who visits.")


def check_head(sight: Sight) -> Actor:
    """Give the actor who makes plans and proposals: chief or keeper; as `check_collection`."""
    return _one_of(sight, _HEADS, "Plans and proposals are the chief's.")


def check_keeper(sight: Sight) -> Actor:
    """Give the actor who keeps accounts and reads the audit; raises as `check_collection`."""
    return _one_of(sight, frozenset({Role.KEEPER}), "Accounts and the audit are the keeper's.")


def check_publisher(sight: Sight) -> Actor:
    """Give the actor who puts figures on other websites: chief or keeper; as `check_collection`."""
    return _one_of(sight, _HEADS, "Embeds are made by the chief or the keeper.")


def check_figures(sight: Sight) -> None:
    """Refuse the park's figures to all but desk and analyst; raises as `check_collection`."""
    _one_of(sight, _DESK | {Role.ANALYST}, "These figures are for the desk and for analysts.")


def check_staff(sight: Sight) -> Actor:
    """Give the actor of the station's staff; raises as `check_collection`."""
    return _one_of(sight, STAFF, "This is for the station's staff.")


def opens_enterprises(sight: Sight) -> bool:
    """Say whether a reader opens the page of any enterprise: all of it is for the staff."""
    return sight.actor is not None and sight.actor.role in STAFF


def check_names(sight: Sight) -> None:
    """Refuse whole rows with names in them to who sees no names; raises as `check_collection`."""
    if not sight.personal >= _ALL:
        _refuse(sight, "Names are in it.")


def check_map(sight: Sight, rules: MapSection) -> None:
    """Refuse to show a map in public that has neither an approval number nor an exemption.

    Raises
    ------
    AuthError, ForbiddenError
        As `check_collection`.
    """
    if sight.audience is not Audience.PUBLIC:
        return
    if rules.approval_number or rules.approval_exemption:
        return
    hint = "The keeper enters [map] approval_number (审图号) or approval_exemption."
    if sight.actor is None:
        raise AuthError("This map is not approved for the public.", f"{_SIGN_IN} {hint}")
    raise ForbiddenError("This map is not approved for the public.", hint)


def _one_of(sight: Sight, roles: frozenset[Role], why: str) -> Actor:
    """Give the actor whose role is one of these; refuse everybody else."""
    if sight.actor is None or sight.actor.role not in roles:
        _refuse(sight, why)
    return sight.reader


def _refuse(sight: Sight, what: str) -> None:
    if sight.actor is None:
        raise AuthError(what, _SIGN_IN)
    raise ForbiddenError(what, f"The role {sight.actor.role} does not see it; ask the keeper.")


def _fields(collection: str) -> set[str]:
    return {one.name for one in fields(COLLECTIONS[collection])}


def public_metadata(surface: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out of a surface's description what counts single cells."""
    kept = {key: value for key, value in surface.items() if key not in {"tiles", "classes"}}
    kept["classes"] = [{**one, "cells": None} for one in surface.get("classes", ())]
    return kept
