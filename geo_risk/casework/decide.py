"""One step of a case: may it be taken, what does it change, what is written down.

Takes a report, its steps so far and an act, gives the report's changes and the step, or refuses
with what may be done instead and what is missing. Nothing is read or written here; the clock and
ids are arguments. A step is never before the one before it: where a clock runs behind, it takes
that time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from geo_risk.casework.due import EXTENSION_DAYS, due_of, end_of_day
from geo_risk.casework.states import (
    ASSIGN,
    BEFORE,
    CLOSE,
    CORRECT,
    EXTEND,
    FAIL,
    HAND_OVER,
    LEVELS,
    MEDIATE,
    MERGE,
    PASS,
    PROTECT,
    RECTIFY,
    REOPEN,
    SETTLE,
    UNMERGE,
    Move,
    machine_of,
)
from geo_risk.errors import ConflictError, ForbiddenError, InputError
from geo_risk.records import Actor, CaseState, Role, Severity, Step, state_after

if TYPE_CHECKING:
    from geo_risk.park import ParkFile
    from geo_risk.records import Report

CORRECTABLE = ("severity", "category", "premises_id", "enterprise_id", "legal_grade", "referred_to")
"""Fields that a correction may change; a place is corrected by its premises' pin."""


@dataclass(frozen=True)
class Act:
    """What somebody does with a case.

    Parameters
    ----------
    action
        One of the diagram's words.
    text
        Why, in words; kept apart as person data.
    station_id, other_id, second_id, level, code
        As of `Step` and `Report`.
    due
        Of an extension: the new due date, where it is to be sooner than the rule's.
    changes
        Of a correction: field to new value.
    """

    action: str
    text: str = ""
    station_id: str = ""
    other_id: str = ""
    second_id: str = ""
    level: str = ""
    code: str = ""
    due: datetime | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """What an act leads to: changes of the report, and the step that is appended."""

    changes: Mapping[str, Any]
    step: Step


def possible(report: Report, actor: Actor) -> list[Move]:
    """Give the steps that an actor may take with a report now."""
    return [
        move
        for move in machine_of(report.kind)
        if report.state in move.sources and actor.role in move.roles and _is_own(report, actor)
    ]


def decide(
    report: Report,
    steps: Sequence[Step],
    act: Act,
    *,
    park: ParkFile,
    actor: Actor,
    now: datetime,
    step_id: str,
) -> Decision:
    """Take a step, or refuse it.

    Parameters
    ----------
    report
        As it is.
    steps
        So far, oldest first.
    act
        What is to be done.
    park
        Severities and calendar.
    actor, now
        Who, and when (zone-aware).
    step_id
        Id of the new step.

    Returns
    -------
    Decision

    Raises
    ------
    ConflictError
        When this state does not allow it; the message names what it allows.
    ForbiddenError
        When the actor's role does not.
    InputError
        When something is missing, or cannot be.
    """
    move = _move(report, act, actor)
    missing = [name for name in move.needs if not getattr(act, name)]
    if missing:
        raise InputError(
            f"{act.action} of report {report.id!r}: {', '.join(missing)} is missing.",
            f"Give {', '.join(missing)}.",
        )
    at = max([now, *(one.at for one in steps)])
    changes: dict[str, Any] = {}
    target = _target(move, report, steps)
    if target != report.state:
        changes["state"] = target
    if act.action in _CHANGES:
        changes |= _CHANGES[act.action](_Taken(report, steps, act, park, actor, at))
    return Decision(
        changes,
        Step(
            id=step_id,
            source="http",
            subject="reports",
            subject_id=report.id,
            action=act.action,
            state_from=report.state,
            state_to=target,
            at=at,
            actor_id=actor.id,
            role=actor.role.value,
            second_id=act.second_id,
            station_id=act.station_id,
            other_id=act.other_id,
            due=changes.get("due"),
            code=act.code,
            text=act.text,
        ),
    )


def needs_second(report: Report) -> bool:
    """Say whether closing asks for a second person: a major hazard, or one of legal grade."""
    return report.severity is Severity.MAJOR or bool(report.legal_grade)


def missing_of(report: Report, move: Move) -> tuple[str, ...]:
    """Give the fields of an `Act` that a step asks for, and `interim_at` where it must be there."""
    if move.action == PASS and needs_second(report):
        return (*move.needs, "second_id")
    if move.action == EXTEND and report.interim_at is None:
        return (*move.needs, "interim_at")
    return move.needs


def replay(steps: Sequence[Step], first: str = CaseState.REPORTED.value) -> str:
    """Give the state that steps lead to, oldest first; raises as `state_after`."""
    return state_after(steps, first)


def _move(report: Report, act: Act, actor: Actor) -> Move:
    found = [one for one in machine_of(report.kind) if one.action == act.action]
    if not found:
        words = ", ".join(one.action for one in machine_of(report.kind))
        raise InputError(f"There is no step {act.action!r}.", f"Of a {report.kind}: {words}.")
    allowed = [one.action for one in possible(report, actor)]
    hint = f"Possible now: {', '.join(allowed)}." if allowed else "Nothing is possible now."
    if report.state not in found[0].sources:
        raise ConflictError(f"Report {report.id!r} is {report.state}: no {act.action}.", hint)
    if actor.role not in found[0].roles or not _is_own(report, actor):
        raise ForbiddenError(f"The role {actor.role} does not {act.action} this report.", hint)
    return found[0]


def _is_own(report: Report, actor: Actor) -> bool:
    """Keep an enterprise to its own reports, a mediator to disputes."""
    if actor.role is Role.ENTERPRISE:
        return bool(actor.enterprise_id) and report.enterprise_id == actor.enterprise_id
    if actor.role is Role.MEDIATOR:
        return report.kind == "dispute"
    return True


def _target(move: Move, report: Report, steps: Sequence[Step]) -> str:
    if move.target is None:
        return report.state
    if move.target == BEFORE:
        into = [one for one in steps if one.state_to == report.state != one.state_from]
        return into[-1].state_from if into else CaseState.REPORTED.value
    return str(CaseState(move.target).value)


@dataclass(frozen=True)
class _Taken:
    """A step that may be taken, and everything it is decided by."""

    report: Report
    steps: Sequence[Step]
    act: Act
    park: ParkFile
    actor: Actor
    at: datetime


def _assignment(one: _Taken) -> dict[str, Any]:
    return {"station_id": one.act.station_id}


def _hand_over(one: _Taken) -> dict[str, Any]:
    if one.act.station_id == one.report.station_id:
        raise InputError(
            f"Report {one.report.id!r} is with station {one.report.station_id!r} already.",
            "Name another station.",
        )
    return {"station_id": one.act.station_id}


def _protection(one: _Taken) -> dict[str, Any]:
    return {} if one.report.interim_at else {"interim_at": one.at}


def _pass(one: _Taken) -> dict[str, Any]:
    _check_second(one)
    return {"closed_at": one.at}


def _reopening(one: _Taken) -> dict[str, Any]:
    return {"closed_at": None, "rectified_at": None, "reopened": one.report.reopened + 1}


def _merge(one: _Taken) -> dict[str, Any]:
    if one.act.other_id == one.report.id:
        raise InputError("A report cannot be merged into itself.", "Name another.")
    return {"duplicate_of": one.act.other_id}


def _extension(one: _Taken) -> dict[str, Any]:
    report = one.report
    days = EXTENSION_DAYS.get(report.severity or Severity.MINOR)
    where = f"Report {report.id!r}"
    if days is None:
        raise InputError(f"{where} is minor: it has no extension.", "Rectify it.")
    if report.extended_at is not None:
        raise ConflictError(f"{where} was extended once.", "There is one extension only.")
    due = report.due or due_of(report, one.park)
    if due is None or one.at >= due:
        raise ConflictError(f"{where} is past its due date.", "An extension comes before it.")
    if report.interim_at is None:
        raise InputError(
            f"{where} has no interim protection.", "Write down the protection first: protect."
        )
    longest = end_of_day(due - timedelta(seconds=1), days, one.park)
    asked = one.act.due or longest
    if not due < asked <= longest:
        raise InputError(
            f"{where} cannot be extended to {asked.isoformat()}.",
            f"Give a time after {due.isoformat()}, at most {longest.isoformat()}.",
        )
    return {"due": asked, "extended_at": one.at}


def _check_second(one: _Taken) -> None:
    """Ask for a second person before a major hazard, or one of legal grade, closes."""
    if not needs_second(one.report):
        return
    rectified = [step.actor_id for step in one.steps if step.action == RECTIFY]
    if not one.act.second_id:
        raise InputError(
            f"Report {one.report.id!r} is grave: it does not close on one person's word.",
            "Give second_id: the account of a second person who was there.",
        )
    if one.act.second_id == one.actor.id or one.act.second_id in rectified[-1:]:
        raise InputError(
            "The second person is the same as the one who rectified or rechecked.",
            "Name another account.",
        )


def _mediation(one: _Taken) -> dict[str, Any]:
    report, act = one.report, one.act
    if act.level not in LEVELS:
        raise InputError(f"level is {act.level!r}.", f"Give one of {', '.join(LEVELS)}.")
    if report.level in LEVELS and LEVELS.index(act.level) < LEVELS.index(report.level):
        raise ConflictError(
            f"Report {report.id!r} is at {report.level} level.", "A level is raised, not lowered."
        )
    return {"level": act.level, **({"station_id": act.station_id} if act.station_id else {})}


def _correction(one: _Taken) -> dict[str, Any]:
    act = one.act
    unknown = [name for name in act.changes if name not in CORRECTABLE]
    if unknown or not act.changes:
        named = ", ".join(unknown) or "nothing"
        raise InputError(f"A correction of {named}.", f"It may change {', '.join(CORRECTABLE)}.")
    changes = dict(act.changes)
    if changes.get("legal_grade") and act.second_id in {"", one.actor.id}:
        raise InputError(
            "重大事故隐患 is named by the number of the clause and by two persons.",
            "Give second_id: another account.",
        )
    if "severity" in changes:
        changes["severity"] = _severity(changes["severity"])
        if one.report.extended_at is None:
            changes["due"] = due_of(replace(one.report, severity=changes["severity"]), one.park)
    return changes


def _severity(said: Any) -> Severity | None:
    known = [one.value for one in Severity]
    if said and said not in known:
        raise InputError(f"severity is {said!r}.", f"Give one of {', '.join(known)}.")
    return Severity(said) if said else None


def _closing(one: _Taken) -> dict[str, Any]:
    return {"closed_at": one.at}


_CHANGES: Mapping[str, Callable[[_Taken], dict[str, Any]]] = {
    ASSIGN: _assignment,
    HAND_OVER: _hand_over,
    PROTECT: _protection,
    EXTEND: _extension,
    RECTIFY: lambda one: {"rectified_at": one.at},
    FAIL: lambda _: {"rectified_at": None},
    PASS: _pass,
    CLOSE: _closing,
    SETTLE: _closing,
    REOPEN: _reopening,
    MERGE: _merge,
    UNMERGE: lambda _: {"duplicate_of": "", "closed_at": None},
    MEDIATE: _mediation,
    CORRECT: _correction,
}
