"""Guidance at an enterprise (上门指导): what was agreed, the next step promised, what came of it.

Takes guidance with its steps, gives what is still owed. A promise has a last day; it is settled by
a step that says kept or not kept, which the visit made for it writes by itself. Values in, values
out: reading and writing is `guidancebook`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from geo_risk.errors import ConflictError, InputError
from geo_risk.records import Guidance, Step
from geo_risk.records.deadlines import is_overdue

if TYPE_CHECKING:
    from geo_risk.records import Actor

PROMISE, SETTLE = "promise", "settle"
"""Actions of steps: a next step was promised; it was settled."""

KEPT, NOT_KEPT = "kept", "not_kept"
OUTCOMES = (KEPT, NOT_KEPT)

OPEN, SETTLED = "promised", "settled"
_FURTHEST = timedelta(days=366)


@dataclass(frozen=True)
class FollowUp:
    """A next step that was promised and not yet settled; `due` is the moment after its last day."""

    guidance_id: str
    enterprise_id: str
    due: datetime


def promise(
    guidance: Guidance, due: datetime, text: str, *, actor: Actor, now: datetime, step_id: str
) -> Step:
    """Give the step that promises a next one.

    Parameters
    ----------
    guidance
        At which it was agreed.
    due
        The moment after its last day, zone-aware.
    text
        What is to be done, in words.
    actor, now, step_id
        Who, when, and the step's id.

    Raises
    ------
    InputError
        When the day is over, or more than a year ahead.
    """
    if not now < due <= now + _FURTHEST:
        raise InputError(
            f"The next step of guidance {guidance.id!r} is due {due.isoformat()}.",
            "Give a day that lies ahead, within a year.",
        )
    return Step(
        id=step_id,
        source="http",
        subject="guidance",
        subject_id=guidance.id,
        action=PROMISE,
        state_to=OPEN,
        at=now,
        actor_id=actor.id,
        role=actor.role.value,
        due=due,
        text=text,
    )


def settle(
    steps: Sequence[Step],
    outcome: str,
    text: str = "",
    *,
    actor: Actor,
    now: datetime,
    step_id: str,
    visit_id: str = "",
) -> Step:
    """Give the step that settles a promise.

    Parameters
    ----------
    steps
        Of the guidance, so far.
    outcome
        One of `OUTCOMES`.
    text
        What came of it; needed where it was not kept.
    actor, now, step_id
        Who, when, and the step's id.
    visit_id
        The visit that settles it, where there was one.

    Raises
    ------
    ConflictError
        When nothing is promised, or it was settled.
    InputError
        When the outcome is none, or its reason is missing.
    """
    if outcome not in OUTCOMES:
        raise InputError(f"outcome is {outcome!r}.", f"Give {KEPT} or {NOT_KEPT}.")
    if outcome == NOT_KEPT and not text.strip():
        raise InputError("outcome is not_kept: text is missing.", "Say in text why.")
    promised = promised_in(steps)
    if promised is None:
        raise ConflictError("Nothing is promised any more.", "Write down the next guidance.")
    return Step(
        id=step_id,
        source="http",
        subject="guidance",
        subject_id=promised.subject_id,
        action=SETTLE,
        state_from=OPEN,
        state_to=SETTLED,
        at=max(now, promised.at),
        actor_id=actor.id,
        role=actor.role.value,
        other_id=visit_id,
        code=outcome,
        text=text.strip(),
    )


def promised_in(steps: Sequence[Step]) -> Step | None:
    """Give the promise that is still open; None where there is none."""
    settled = any(one.action == SETTLE for one in steps)
    found = next((one for one in steps if one.action == PROMISE), None)
    return None if settled else found


def outcome_of(steps: Sequence[Step]) -> Step | None:
    """Give the step that settled the promise; None where none did."""
    return next((one for one in steps if one.action == SETTLE), None)


@dataclass(frozen=True)
class GuidanceFigures:
    """Guidance given in a period: how often, to how many, and what came of what was promised."""

    given: int
    enterprises: int
    promised: int
    kept: int
    not_kept: int
    overdue: int


def measure_guidance(
    given: Iterable[Guidance],
    steps: Mapping[str, Sequence[Step]],
    begin: datetime,
    end: datetime,
    now: datetime,
) -> GuidanceFigures:
    """Count the guidance given in [begin, end); a promise is overdue by `now`.

    Parameters
    ----------
    given
        Any; what was given at other times is left out.
    steps
        Guidance id to its steps.
    begin, end, now
        Zone-aware.
    """
    mine = [one for one in given if begin <= one.at < end]
    taken = [steps.get(one.id, ()) for one in mine]
    ends = [one.code for some in taken if (one := outcome_of(some)) is not None]
    waits = [one for some in taken if (one := promised_in(some)) is not None]
    return GuidanceFigures(
        given=len(mine),
        enterprises=len({one.enterprise_id for one in mine}),
        promised=len(ends) + len(waits),
        kept=ends.count(KEPT),
        not_kept=ends.count(NOT_KEPT),
        overdue=sum(is_overdue(one.due, now) for one in waits),
    )


def open_follow_ups(
    given: Iterable[Guidance], steps: Mapping[str, Sequence[Step]]
) -> list[FollowUp]:
    """Give what was promised and is not settled, the earliest due first."""
    found = [
        FollowUp(one.id, one.enterprise_id, promised.due)
        for one in given
        if (promised := promised_in(steps.get(one.id, ()))) is not None and promised.due is not None
    ]
    return sorted(found, key=lambda one: (one.due, one.guidance_id))
