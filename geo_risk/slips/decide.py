"""One step of a reminder slip: may it be taken, what does it change, what is written down.

Takes a slip, its steps so far and an act, gives the slip's changes and the steps to append, or
refuses with what may be done instead and what is missing. Nothing is read or written; clock, ids,
the calendar and who made the finding are arguments. Specification of the index, section 8.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from geo_risk.errors import ConflictError, ForbiddenError, InputError
from geo_risk.records import Actor, Role, Step, VisitReason, state_after
from geo_risk.slips.states import (
    ANSWER,
    AT_ONCE,
    CHECK,
    DECIDE,
    FIXED,
    ISSUE,
    MACHINE,
    NOT_FIXED,
    OBJECT,
    PLAN_VISIT,
    RECEIVE,
    REJECTED,
    SENT,
    UPHELD,
    VERIFY,
    WITHDRAW,
    WITHHOLD,
    Move,
    SlipState,
)

if TYPE_CHECKING:
    from geo_risk.records import Slip, Visit

    After = Callable[[datetime, int], datetime]

DUE_DAYS = {AT_ONCE: 5}
"""Working days from issue to the verification of an at-once slip."""

ROUTINE_DUE_DAYS = 15
AGAIN_DAYS = 5
"""Working days until the next visit, where the first found it not fixed."""

OBJECTION_DAYS = 10
"""Working days for an objection from receipt, and for the decision on it."""


@dataclass(frozen=True)
class Act:
    """What somebody does with a slip.

    Parameters
    ----------
    action
        One of the diagram's words.
    text
        Why, in words; kept apart as person data.
    code
        Of a decision: upheld or rejected; of a verification: fixed or not_fixed; of a receipt,
        answer or objection that came on paper: paper.
    other_id
        Of a verification: the visit.
    """

    action: str
    text: str = ""
    code: str = ""
    other_id: str = ""


@dataclass(frozen=True)
class Circumstances:
    """What a step is decided by besides the slip.

    Parameters
    ----------
    after
        Gives the end of the n-th working day after a moment.
    finders
        Accounts and officers who made the finding.
    visit
        The visit that an act names, None where there is none such.
    open_items
        Reports of the slip that are still open.
    """

    after: After
    finders: Collection[str] = ()
    visit: Visit | None = None
    open_items: Collection[str] = ()


@dataclass(frozen=True)
class Decision:
    """What an act leads to: changes of the slip, the steps to append, whether it gets a number."""

    changes: Mapping[str, Any]
    steps: tuple[Step, ...]
    numbered: bool = False


def possible(slip: Slip, actor: Actor) -> list[Move]:
    """Give the steps that an actor may take with a slip now."""
    return [
        move
        for move in MACHINE
        if slip.state in move.sources and actor.role in move.roles and _is_own(slip, actor)
    ]


def objection_ends(slip: Slip, after: After) -> datetime | None:
    """Give until when the enterprise may object; None before the slip is issued."""
    begun = slip.received_at or slip.decided_at
    return after(begun, OBJECTION_DAYS) if begun and slip.state in SENT else None


def decide(
    slip: Slip,
    steps: Sequence[Step],
    act: Act,
    around: Circumstances,
    *,
    actor: Actor,
    now: datetime,
    step_id: str,
) -> Decision:
    """Take a step, or refuse it.

    Parameters
    ----------
    slip
        As it is.
    steps
        So far, oldest first.
    act
        What is to be done.
    around
        Calendar, visit, finders, items.
    actor, now
        Who, and when (zone-aware); a step is never before the one before it.
    step_id
        Id of the new step; a second one is numbered after it.

    Returns
    -------
    Decision

    Raises
    ------
    ConflictError
        When this state, or a deadline, does not allow it; the message names what is allowed.
    ForbiddenError
        When the actor's role does not, or the actor made the finding.
    InputError
        When something is missing, or cannot be.
    """
    move = _move(slip, act, actor)
    missing = [name for name in move.needs if not str(getattr(act, name)).strip()]
    if missing:
        named = ", ".join(missing)
        raise InputError(f"{act.action} of slip {slip.id!r}: {named} is missing.", f"Give {named}.")
    at = max([now, *(one.at for one in steps)])
    taken = _Taken(slip, steps, act, around, actor, at)
    target, changes = (
        _TARGETS[act.action](taken) if move.target is None else (move.target.value, {})
    )
    if act.action in _CHANGES:
        changes = {**changes, **_CHANGES[act.action](taken)}
    if target != slip.state:
        changes["state"] = target
    step = Step(
        id=step_id,
        source="http",
        subject="slips",
        subject_id=slip.id,
        action=act.action,
        state_from=slip.state,
        state_to=target,
        at=at,
        actor_id=actor.id,
        role=actor.role.value,
        other_id=act.other_id,
        due=changes.get("due"),
        code=act.code,
        text=act.text,
    )
    if "due" not in changes:
        return Decision(changes, (step,))
    task = Step(
        id=f"{step_id}.visit",
        source="http",
        subject="slips",
        subject_id=slip.id,
        action=PLAN_VISIT,
        state_from=target,
        state_to=target,
        at=at,
        actor_id=actor.id,
        role=actor.role.value,
        due=changes["due"],
        code=slip.basis,
    )
    return Decision(changes, (step, task), numbered=act.action == ISSUE)


def replay(steps: Sequence[Step], first: str = SlipState.DRAWN.value) -> str:
    """Give the state that steps lead to, oldest first; raises as `state_after`."""
    return state_after(steps, first)


@dataclass(frozen=True)
class _Taken:
    """A step that may be taken, and everything it is decided by."""

    slip: Slip
    steps: Sequence[Step]
    act: Act
    around: Circumstances
    actor: Actor
    at: datetime


def _move(slip: Slip, act: Act, actor: Actor) -> Move:
    found = next((one for one in MACHINE if one.action == act.action), None)
    if found is None:
        words = ", ".join(one.action for one in MACHINE)
        raise InputError(f"There is no step {act.action!r}.", f"Of a slip: {words}.")
    allowed = [one.action for one in possible(slip, actor)]
    hint = f"Possible now: {', '.join(allowed)}." if allowed else "Nothing is possible now."
    if actor.role not in found.roles or not _is_own(slip, actor):
        raise ForbiddenError(f"The role {actor.role} does not {act.action} this slip.", hint)
    if slip.state not in found.sources:
        raise ConflictError(f"Slip {slip.id!r} is {slip.state}: no {act.action}.", hint)
    return found


def _is_own(slip: Slip, actor: Actor) -> bool:
    if actor.role is Role.ENTERPRISE:
        return bool(actor.enterprise_id) and slip.enterprise_id == actor.enterprise_id
    return True


def _issue(one: _Taken) -> dict[str, Any]:
    days = DUE_DAYS.get(one.slip.basis, ROUTINE_DUE_DAYS)
    return {**_decided(one), "due": one.around.after(one.at, days)}


def _decided(one: _Taken) -> dict[str, Any]:
    return {"decided_by": one.actor.id, "decided_at": one.at, "decision": one.act.text}


def _received(one: _Taken) -> dict[str, Any]:
    return {} if one.slip.received_at else {"received_at": one.at}


def _answer(one: _Taken) -> dict[str, Any]:
    return {**_received(one), "answered_at": one.at, "answer": one.act.text}


def _object(one: _Taken) -> dict[str, Any]:
    where = f"Slip {one.slip.id!r}"
    if any(step.action == OBJECT for step in one.steps):
        raise ConflictError(
            f"{where} was objected to once.", "The decision on it stands; answer the slip."
        )
    ends = objection_ends(one.slip, one.around.after)
    if ends is not None and one.at >= ends:
        raise ConflictError(
            f"{where}: the {OBJECTION_DAYS} working days for an objection are over.",
            "Answer the slip, or speak to the station.",
        )
    return {**_received(one), "objected_at": one.at, "objection": one.act.text}


def _decide(one: _Taken) -> tuple[str, dict[str, Any]]:
    if one.actor.id in one.around.finders:
        raise ForbiddenError(
            "An objection is decided by someone who did not make the finding.",
            "Let another chief decide.",
        )
    if one.act.code == UPHELD:
        return SlipState.WITHDRAWN.value, {"closed_at": one.at}
    if one.act.code == REJECTED:
        before = [step.state_from for step in one.steps if step.action == OBJECT]
        return before[-1] if before else SlipState.RECEIVED.value, {}
    raise InputError(f"code is {one.act.code!r}.", f"Give {UPHELD} or {REJECTED}.")


def _verify(one: _Taken) -> tuple[str, dict[str, Any]]:
    slip, visit = one.slip, one.around.visit
    if visit is None:
        raise InputError(
            f"other_id is {one.act.other_id!r}: there is no such visit.", "Enter the visit first."
        )
    verifies = visit.looked and visit.reason is VisitReason.SLIP
    if not verifies or visit.enterprise_id != slip.enterprise_id:
        raise InputError(
            f"Visit {visit.id!r} is no verification of this slip.",
            "Name a visit to this enterprise with the reason slip, on which somebody looked.",
        )
    if visit.start > one.at or (slip.decided_at and visit.start < slip.decided_at):
        raise InputError(
            f"Visit {visit.id!r} was not between the issue of the slip and now.",
            "Name the visit made after the slip was issued.",
        )
    if any(step.action == VERIFY and step.other_id == visit.id for step in one.steps):
        raise ConflictError(
            f"Visit {visit.id!r} has verified this slip before.", "Name the newer visit."
        )
    if one.act.code == NOT_FIXED:
        return slip.state, {"due": one.around.after(one.at, AGAIN_DAYS)}
    if one.act.code != FIXED:
        raise InputError(f"code is {one.act.code!r}.", f"Give {FIXED} or {NOT_FIXED}.")
    if slip.basis == AT_ONCE and one.around.open_items:
        named = ", ".join(sorted(one.around.open_items))
        raise ConflictError(
            f"Slip {slip.id!r} is about {named}, still open.",
            "Recheck and close the hazard first, or give not_fixed.",
        )
    return SlipState.CLOSED.value, {"closed_at": one.at, "visit_id": visit.id}


_TARGETS: Mapping[str, Callable[[_Taken], tuple[str, dict[str, Any]]]] = {
    DECIDE: _decide,
    VERIFY: _verify,
}
_CHANGES: Mapping[str, Callable[[_Taken], dict[str, Any]]] = {
    CHECK: lambda _: {},
    ISSUE: _issue,
    WITHHOLD: lambda one: {**_decided(one), "closed_at": one.at},
    RECEIVE: _received,
    ANSWER: _answer,
    OBJECT: _object,
    WITHDRAW: lambda one: {"closed_at": one.at},
}
