"""One step of a slip in the store: read, decided by `slips`, written as one transaction.

Takes a slip's id and an act, gives what the store answers. Two at once: one is refused and loses
nothing. Also what others read of slips: their steps, what they say, and which visits they ask for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from geo_risk.casework import is_open, working_days_after
from geo_risk.errors import NotFoundError, StaleError
from geo_risk.records import Actor, Report, Role, Slip, Step, Visit
from geo_risk.slipbook.drawing import CONTENT
from geo_risk.slips import (
    SENT,
    UNDER_WAY,
    Act,
    Circumstances,
    SlipContent,
    SlipState,
    content_from,
    decide,
)
from geo_risk.steps import steps_by_subject
from geo_risk.store import Numbered, Query, Update

if TYPE_CHECKING:
    from geo_risk.park import ParkFile
    from geo_risk.store import Idempotency, PutResult, Store, Stored

_SYSTEM = Actor(id="slips", role=Role.KEEPER, door="http")


@dataclass(frozen=True)
class MustVisit:
    """A visit that a slip asks for: whom, for which slip, by when."""

    enterprise_id: str
    slip_id: str
    due: datetime | None


def act(
    store: Store,
    park: ParkFile,
    slip_id: str,
    one: Act,
    *,
    actor: Actor,
    at: datetime,
    if_match: str | None = None,
    idempotency: Idempotency | None = None,
) -> PutResult:
    """Take one step of a slip.

    Parameters
    ----------
    store, park
        Records; calendar and time zone.
    slip_id
        Which.
    one
        What is done.
    actor, at
        Who, and when (zone-aware).
    if_match
        Etag of the state that was read; None or `*`: whatever it is now.
    idempotency
        A client's key: the second time, the first answer comes back and nothing is written.

    Returns
    -------
    PutResult

    Raises
    ------
    NotFoundError
        When there is no such slip for this actor.
    StaleError
        When it has changed since it was read.
    ConflictError, ForbiddenError, InputError
        As `slips.decide`.
    """
    if idempotency is not None and store.answer(actor.id, idempotency.key, now=at) is not None:
        return store.apply(actor=actor, at=at, idempotency=idempotency)
    found = visible_slip(store, slip_id, actor)
    if if_match is not None and if_match.strip('"') not in {"*", found.etag}:
        raise StaleError(
            f"slips {slip_id!r} has changed since you read it.",
            "Read it again and repeat your change.",
        )
    slip = found.record
    steps = steps_of(store, slip_id)
    decision = decide(
        slip,
        steps,
        one,
        _around(store, park, slip, one),
        actor=actor,
        now=at,
        step_id=f"step:{slip_id.removeprefix('slip:')}.{len(steps):03d}",
    )
    issued = decision.steps[0].at.astimezone(park.zone)
    numbered = _number(issued.year) if decision.numbered else None
    update = Update("slips", slip_id, decision.changes, found.etag, numbered)
    return store.apply(decision.steps, [update], actor=actor, at=at, idempotency=idempotency)


def visible_slip(
    store: Store, slip_id: str, actor: Actor, *, personal: bool = False
) -> Stored[Slip]:
    """Give a slip as an actor may see it: an enterprise its own, once it was issued.

    Raises
    ------
    NotFoundError
        When there is none for this actor.
    """
    found = store.get("slips", slip_id, actor=actor)
    slip = cast("Slip", found.record)
    if actor.role is Role.ENTERPRISE and (
        not actor.enterprise_id
        or slip.enterprise_id != actor.enterprise_id
        or slip.state not in SENT
    ):
        raise NotFoundError(f"There is no {slip_id!r} in slips.", "Check the id.")
    if personal:
        found = store.get("slips", slip_id, actor=actor, personal=True)
    return cast("Stored[Slip]", found)


def steps_of(store: Store, slip_id: str, *, actor: Actor | None = None) -> list[Step]:
    """Give the steps of a slip, oldest first; with their words where an actor asks for them."""
    reader, words = actor or _SYSTEM, actor is not None
    return steps_by_subject(store, "slips", [slip_id], actor=reader, personal=words)[slip_id]


def content_of(store: Store, slip_id: str) -> SlipContent | None:
    """Give what a slip says, as it was frozen when it was drawn up; None where nothing was kept."""
    kept = store.document(CONTENT, slip_id)
    return content_from(kept.body) if kept is not None else None


def finders_of(store: Store, slip: Slip) -> set[str]:
    """Give who made the finding: who entered its items and their visits, and who was there."""
    reports = _reports(store, slip)
    visits = [one.visit_id for one in reports if one.visit_id]
    finders = {
        event.actor_id
        for collection, ids in (("reports", slip.item_ids), ("visits", visits))
        for record_id in ids
        for event in store.events(collection, record_id)
        if event.action == "created" and not event.source
    }
    if visits:
        for one in store.find(Query("visits", ids=visits), actor=_SYSTEM):
            finders |= set(cast("Visit", one.record).participant_ids)
    return finders


def must_visits(store: Store) -> list[MustVisit]:
    """Give the visits that issued slips ask for, the earliest due first; a plan takes them in."""
    query = Query("slips", filters={"state": tuple(one.value for one in UNDER_WAY)})
    slips = [cast("Slip", one.record) for one in store.find(query, actor=_SYSTEM)]
    asked = [
        MustVisit(one.enterprise_id, one.id, one.due)
        for one in slips
        if one.state != SlipState.OBJECTED
    ]
    return sorted(asked, key=lambda one: (one.due is None, one.due, one.slip_id))


def _around(store: Store, park: ParkFile, slip: Slip, one: Act) -> Circumstances:
    visits = store.find(Query("visits", ids=[one.other_id]), actor=_SYSTEM) if one.other_id else []
    return Circumstances(
        after=after_of(park),
        finders=finders_of(store, slip) if one.action == "decide_objection" else (),
        visit=cast("Visit", visits[0].record) if visits else None,
        open_items=tuple(
            item.id
            for item in (_reports(store, slip) if one.action == "verify" else ())
            if is_open(item.kind, item.state)
        ),
    )


def after_of(park: ParkFile) -> Callable[[datetime, int], datetime]:
    """Give the park's count of working days."""
    return lambda begun, days: working_days_after(begun, days, park)


def _reports(store: Store, slip: Slip) -> list[Report]:
    if not slip.item_ids:
        return []
    query = Query("reports", ids=list(slip.item_ids))
    return [cast("Report", one.record) for one in store.find(query, actor=_SYSTEM)]


def _number(year: int) -> Numbered:
    return Numbered("slip_no", f"slips-{year}", f"安提〔{year}〕{{n}}号")
