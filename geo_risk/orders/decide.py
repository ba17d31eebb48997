"""One step of an order: may it be taken, what does it change, what is written down.

Takes an order, its steps so far and an act, gives the order's changes and the step to append, or
refuses with what may be done instead and what is missing. Nothing is read or written; clock and ids
are arguments. A time that is agreed is the order's window from then on: a visit plan keeps it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from geo_risk.errors import ConflictError, ForbiddenError, InputError
from geo_risk.orders.states import (
    AGREE,
    ANSWERS,
    COMPLETE,
    CONFIRM,
    MACHINE,
    MISS,
    NOT_DONE,
    REOPEN,
    SATISFIED,
    Move,
    OrderState,
)
from geo_risk.records import Order, Role, Step, in_order, state_after
from geo_risk.records.deadlines import is_overdue

if TYPE_CHECKING:
    from geo_risk.records import Actor

_FURTHEST = timedelta(days=180)


@dataclass(frozen=True)
class Act:
    """What somebody does with an order.

    Parameters
    ----------
    action
        One of the diagram's words.
    text
        Why, in words; kept apart as person data.
    code
        Of a receipt: one of `ANSWERS`.
    station_id, officer_id
        Who comes, where it is known.
    at
        Of an agreement: when the visit begins (zone-aware).
    """

    action: str
    text: str = ""
    code: str = ""
    station_id: str = ""
    officer_id: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Decision:
    """What a step changes in the order, and the step to append."""

    changes: Mapping[str, Any]
    step: Step


def possible(order: Order, steps: Sequence[Step], actor: Actor) -> list[Move]:
    """Give the steps that an actor may take with an order now."""
    return [
        move
        for move in MACHINE
        if order.state in move.sources
        and actor.role in move.roles
        and _is_own(order, actor)
        and not (move.action == CONFIRM and _is_confirmed(steps))
    ]


def agreed_of(steps: Sequence[Step]) -> Step | None:
    """Give the agreement that holds: the last one, unless the order was opened again since."""
    for one in reversed(in_order(steps)):
        if one.action == AGREE:
            return one
        if one.action == REOPEN or one.code == NOT_DONE:
            return None
    return None


def may_be_missed(steps: Sequence[Step], now: datetime) -> bool:
    """Say whether a time was agreed that is over: nothing else can be missed."""
    agreed = agreed_of(steps)
    return agreed is not None and is_overdue(agreed.due, now)


def decide(
    order: Order,
    steps: Sequence[Step],
    act: Act,
    *,
    actor: Actor,
    now: datetime,
    step_id: str,
) -> Decision:
    """Take a step, or refuse it.

    Parameters
    ----------
    order
        As it is.
    steps
        So far.
    act
        What is to be done.
    actor, now
        Who, and when (zone-aware); a step is never before the one before it.
    step_id
        Id of the new step.

    Raises
    ------
    ConflictError
        When this state does not allow it; the message names what is allowed.
    ForbiddenError
        When the actor's role does not.
    InputError
        When something is missing, or cannot be.
    """
    move = _move(order, steps, act, actor)
    missing = [name for name in move.needs if not str(getattr(act, name) or "").strip()]
    if missing:
        named = ", ".join(missing)
        raise InputError(
            f"{act.action} of order {order.id!r}: {named} is missing.", f"Give {named}."
        )
    at = max([now, *(one.at for one in steps)])
    _check(order, steps, act, at)
    target = _target(move, act)
    changes: dict[str, Any] = {} if target == order.state else {"state": target.value}
    if move.action == AGREE:
        changes |= {"window_from": act.at, "window_to": None}
    if target is OrderState.ACCEPTED and move.action in {REOPEN, CONFIRM}:
        changes |= {"window_from": None, "window_to": None}  # what was agreed is over
    step = Step(
        id=step_id,
        source="http",
        subject="orders",
        subject_id=order.id,
        action=act.action,
        state_from=order.state,
        state_to=target.value,
        at=at,
        actor_id=actor.id,
        role=actor.role.value,
        station_id=act.station_id,
        other_id=act.officer_id,
        due=act.at if move.action == AGREE else None,
        code=act.code if move.action == CONFIRM else "",
        text=act.text.strip(),
    )
    return Decision(changes, step)


def replay(steps: Sequence[Step], first: str = OrderState.ORDERED.value) -> str:
    """Give the state that steps lead to, oldest first; raises as `state_after`."""
    return state_after(steps, first)


def _move(order: Order, steps: Sequence[Step], act: Act, actor: Actor) -> Move:
    found = next((one for one in MACHINE if one.action == act.action), None)
    if found is None:
        words = ", ".join(one.action for one in MACHINE)
        raise InputError(f"There is no step {act.action!r}.", f"Of an order: {words}.")
    allowed = [one.action for one in possible(order, steps, actor)]
    hint = f"Possible now: {', '.join(allowed)}." if allowed else "Nothing is possible now."
    if actor.role not in found.roles or not _is_own(order, actor):
        raise ForbiddenError(f"The role {actor.role} does not {act.action} this order.", hint)
    if order.state not in found.sources:
        raise ConflictError(f"Order {order.id!r} is {order.state}: no {act.action}.", hint)
    if act.action not in allowed:
        raise ConflictError(f"Order {order.id!r} was confirmed already.", hint)
    return found


def _check(order: Order, steps: Sequence[Step], act: Act, at: datetime) -> None:
    where = f"{act.action} of order {order.id!r}"
    if act.action == AGREE and act.at is not None and not at < act.at <= at + _FURTHEST:
        raise InputError(
            f"{where}: {act.at.isoformat()} is over, or more than {_FURTHEST.days} days ahead.",
            "Agree on a time that lies ahead.",
        )
    if act.action == MISS and not may_be_missed(steps, at):
        raise ConflictError(f"{where}: no time was agreed that is over.", "Agree on a time first.")
    if act.action == CONFIRM:
        if act.code not in ANSWERS:
            raise InputError(f"code is {act.code!r}.", f"Give one of {', '.join(ANSWERS)}.")
        if act.code != SATISFIED and not act.text.strip():
            raise InputError(f"{where}: text is missing.", "Say in text what was not right.")


def _target(move: Move, act: Act) -> OrderState:
    if move.target is not None:
        return move.target
    return OrderState.ACCEPTED if act.code == NOT_DONE else OrderState.COMPLETED


def _is_confirmed(steps: Sequence[Step]) -> bool:
    """Say whether the enterprise has answered since the order was last completed."""
    last = [one.action for one in in_order(steps) if one.action in {COMPLETE, CONFIRM}][-1:]
    return last == [CONFIRM]


def _is_own(order: Order, actor: Actor) -> bool:
    if actor.role is Role.ENTERPRISE:
        return bool(actor.enterprise_id) and order.enterprise_id == actor.enterprise_id
    return True
