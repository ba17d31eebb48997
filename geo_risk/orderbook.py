"""The desk of orders: placed, one step at a time, completed by a visit, each as one transaction.

Reads and writes the store for `orders`, which decides. A step is written against the very state it
was decided on: of two at once, one is refused and nothing of the other is lost. Which officer an
enterprise was promised stands in the step that agreed on it: a visit plan asks here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from geo_risk.errors import InputError, NotFoundError, StaleError
from geo_risk.orders import Act, Asked, OrderState, agreed_of, decide, offered, place
from geo_risk.orders.states import COMPLETE
from geo_risk.records import Actor, Order, Role, Station, Step
from geo_risk.steps import steps_by_subject
from geo_risk.store import Query, Update

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from geo_risk.records import Visit
    from geo_risk.store import Idempotency, PutResult, Store, Stored

_SYSTEM = Actor(id="orders", role=Role.KEEPER, door="http")


def services_of(store: Store, now: datetime) -> tuple[str, ...]:
    """Give what may be ordered now."""
    found = store.find(Query("stations", valid_at=now), actor=_SYSTEM)
    return offered(one.record for one in found if isinstance(one.record, Station))


def place_order(
    store: Store,
    asked: Asked,
    *,
    actor: Actor,
    at: datetime,
    order_id: str,
    idempotency: Idempotency | None = None,
) -> PutResult:
    """Keep an order.

    Parameters
    ----------
    store
        Of the park.
    asked
        What is ordered.
    actor, at
        Who, and when (zone-aware).
    order_id
        A new one, as `http:...`.
    idempotency
        A client's key: the second time, the first answer comes back and nothing is written.

    Raises
    ------
    ForbiddenError, InputError
        As `orders.place`; also for an enterprise that is not there.
    """
    if idempotency is not None and store.answer(actor.id, idempotency.key, now=at) is not None:
        return store.apply(actor=actor, at=at, idempotency=idempotency)
    order = place(asked, services_of(store, at), actor=actor, now=at, order_id=order_id)
    check_enterprise(store, order.enterprise_id, at)
    return store.apply([order], actor=actor, at=at, idempotency=idempotency)


def act(
    store: Store,
    order_id: str,
    one: Act,
    *,
    actor: Actor,
    at: datetime,
    if_match: str | None = None,
    idempotency: Idempotency | None = None,
) -> PutResult:
    """Take one step of an order.

    Parameters
    ----------
    store
        Of the park.
    order_id
        Which.
    one
        What is done.
    actor, at
        Who, and when (zone-aware).
    if_match
        Etag of the state that was read; None or `*`: whatever it is now.
    idempotency
        As for `place_order`.

    Raises
    ------
    NotFoundError
        When there is no such order for this actor.
    StaleError
        When it has changed since it was read.
    ConflictError, ForbiddenError, InputError
        As `orders.decide`; also for a station or officer that is not there.
    """
    if idempotency is not None and store.answer(actor.id, idempotency.key, now=at) is not None:
        return store.apply(actor=actor, at=at, idempotency=idempotency)
    found = visible_order(store, order_id, actor)
    if if_match is not None and if_match.strip('"') not in {"*", found.etag}:
        raise StaleError(
            f"orders {order_id!r} has changed since you read it.",
            "Read it again and repeat your change.",
        )
    _check_named(store, one, at)
    steps = steps_of(store, [order_id])[order_id]
    decision = decide(
        found.record, steps, one, actor=actor, now=at, step_id=_step_id(order_id, len(steps), at)
    )
    update = Update("orders", order_id, decision.changes, found.etag)
    return store.apply([decision.step], [update], actor=actor, at=at, idempotency=idempotency)


def visible_order(store: Store, order_id: str, actor: Actor) -> Stored[Order]:
    """Give an order as an actor may see it: an enterprise its own.

    Raises
    ------
    NotFoundError
        When there is none for this actor.
    """
    found = cast("Stored[Order]", store.get("orders", order_id, actor=actor))
    if actor.role is Role.ENTERPRISE and found.record.enterprise_id != actor.enterprise_id:
        raise NotFoundError(f"There is no {order_id!r} in orders.", "Check the id.")
    return found


def steps_of(
    store: Store, order_ids: Iterable[str] | None = None, *, actor: Actor | None = None
) -> Mapping[str, list[Step]]:
    """Give the steps of orders, oldest first; with their words where an actor asks for them.

    Parameters
    ----------
    store
        Of the park.
    order_ids
        Which; None: all.
    actor
        Who reads the words.

    Returns
    -------
    mapping
        Order id to steps; [] for an order without any.
    """
    return steps_by_subject(
        store, "orders", order_ids, actor=actor or _SYSTEM, personal=actor is not None
    )


def officers_promised(store: Store, order_ids: Iterable[str]) -> dict[str, str]:
    """Give the officer that was promised for each order where one was: order id to officer id."""
    promised = {}
    for order_id, steps in steps_of(store, order_ids).items():
        agreed = agreed_of(steps)
        if agreed is not None and agreed.other_id:
            promised[order_id] = agreed.other_id
    return promised


def completing_steps(
    store: Store, updates: Iterable[Update], visit: Visit, *, actor: Actor, at: datetime
) -> list[Step]:
    """Give the steps that go with orders completed by a visit.

    Parameters
    ----------
    store
        Of the park.
    updates
        Of orders, as `planbook.linked` gives them; others are left out.
    visit
        That completes them.
    actor, at
        Who writes the visit down, and when.
    """
    done = [one.record_id for one in updates if one.collection == "orders"]
    if not done:
        return []
    before = steps_of(store, done)
    kept = store.find(Query("orders", ids=done), actor=_SYSTEM)
    states = {one.record.id: cast("Order", one.record).state for one in kept}
    return [
        Step(
            id=_step_id(order_id, len(before[order_id]), at),
            source="http",
            subject="orders",
            subject_id=order_id,
            action=COMPLETE,
            state_from=states[order_id],
            state_to=OrderState.COMPLETED.value,
            at=max([at, *(one.at for one in before[order_id])]),
            actor_id=actor.id,
            role=actor.role.value,
            other_id=visit.id,
        )
        for order_id in done
    ]


def check_enterprise(store: Store, enterprise_id: str, at: datetime) -> None:
    """Refuse an enterprise that nobody knows, or that has left.

    Raises
    ------
    InputError
        When there is none now.
    """
    if not store.count(Query("enterprises", ids=[enterprise_id], valid_at=at)):
        raise InputError(
            f"enterprise_id is {enterprise_id!r}: there is no such enterprise.", "Check the id."
        )


def _check_named(store: Store, one: Act, at: datetime) -> None:
    """Refuse an id that nobody has: a name in its place would go where it cannot be forgotten."""
    named: Sequence[tuple[str, str, str]] = (
        ("stations", "station_id", one.station_id),
        ("officers", "officer_id", one.officer_id),
    )
    for collection, field, value in named:
        if value and not store.count(Query(collection, ids=[value], valid_at=at)):
            raise InputError(
                f"{field} is {value!r}: there is no such record.",
                f"Take an id of {collection}, or leave it out.",
            )


def _step_id(order_id: str, many: int, at: datetime) -> str:
    """Give a step an id of its own: in order, and two who act at once never share one."""
    return f"step:{order_id.replace(':', '-')}.{many:03d}.{at.timestamp():.6f}"
