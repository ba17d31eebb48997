"""The desk of guidance: written down with what was promised, settled by hand or by a visit.

Reads and writes the store for `guidance`, which decides. What is still promised is asked for by the
visit plan; the visit made for it settles it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from geo_risk.errors import NotFoundError
from geo_risk.guidance import KEPT, FollowUp, open_follow_ups, promised_in, settle
from geo_risk.records import Actor, Guidance, Role, Step
from geo_risk.steps import steps_by_subject
from geo_risk.store import Query

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from geo_risk.records import Visit
    from geo_risk.store import Idempotency, PutResult, Store

_SYSTEM = Actor(id="guidance", role=Role.KEEPER, door="http")


def steps_of(
    store: Store, guidance_ids: Iterable[str] | None = None, *, actor: Actor | None = None
) -> Mapping[str, list[Step]]:
    """Give the steps of guidance, oldest first; with their words where an actor asks for them.

    Parameters
    ----------
    store
        Of the park.
    guidance_ids
        Which; None: all.
    actor
        Who reads the words.
    """
    return steps_by_subject(
        store, "guidance", guidance_ids, actor=actor or _SYSTEM, personal=actor is not None
    )


def follow_ups(store: Store) -> list[FollowUp]:
    """Give what was promised and is not settled, the earliest due first."""
    found = store.find(Query("guidance"), actor=_SYSTEM)
    return open_follow_ups([cast("Guidance", one.record) for one in found], steps_of(store))


def settle_by_hand(
    store: Store,
    guidance_id: str,
    outcome: str,
    text: str,
    *,
    actor: Actor,
    at: datetime,
    idempotency: Idempotency | None = None,
) -> PutResult:
    """Say what came of a promise.

    Parameters
    ----------
    store
        Of the park.
    guidance_id
        At which it was made.
    outcome, text
        As of `guidance.settle`.
    actor, at, idempotency
        Who, when (zone-aware), and a client's key.

    Raises
    ------
    NotFoundError
        When there is no such guidance.
    ConflictError, InputError
        As `guidance.settle`.
    """
    if idempotency is not None and store.answer(actor.id, idempotency.key, now=at) is not None:
        return store.apply(actor=actor, at=at, idempotency=idempotency)
    if not store.count(Query("guidance", ids=[guidance_id])):
        raise NotFoundError(f"There is no {guidance_id!r} in guidance.", "Check the id.")
    steps = steps_of(store, [guidance_id])[guidance_id]
    step = settle(steps, outcome, text, actor=actor, now=at, step_id=step_id(guidance_id, 1))
    return store.apply([step], actor=actor, at=at, idempotency=idempotency)


def settling_steps(
    store: Store, source_ids: Iterable[str], visit: Visit, *, actor: Actor, at: datetime
) -> list[Step]:
    """Give the steps that settle what a visit was made for.

    Parameters
    ----------
    store
        Of the park.
    source_ids
        What asked for the visit; what is no guidance is left out.
    visit, actor, at
        The visit, who writes it down, and when.
    """
    ids = list(source_ids)
    if not ids:
        return []
    taken = steps_of(store, ids)
    return [
        settle(steps, KEPT, actor=actor, now=at, step_id=step_id(guidance_id, 1), visit_id=visit.id)
        for guidance_id, steps in taken.items()
        if promised_in(steps) is not None
    ]


def step_id(guidance_id: str, number: int) -> str:
    """Give the id of a step of guidance: there is one promise, and one end of it."""
    return f"step:{guidance_id.replace(':', '-')}.{number:03d}"
