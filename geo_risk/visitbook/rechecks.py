"""What was seen of an open hazard becomes a step of its case, unless the case went on meanwhile.

Takes what the officer saw, gives a step and the case's change. `Fixed` asks to close: the case goes
to its recheck and somebody else passes it; one that waits for that already gets the officer's word
as a remark. Where the case is no longer as the officer was shown it, nothing is overwritten: both
sides come back, and what was typed is kept with the case as a remark.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo_risk import casebook
from geo_risk.casework import Act, is_open, possible
from geo_risk.errors import InputError
from geo_risk.records import CaseState, Step
from geo_risk.store import Query, Stored, Update

if TYPE_CHECKING:
    from datetime import datetime

    from geo_risk.park import ParkFile
    from geo_risk.records import Actor, Report, Visit
    from geo_risk.store import Store
    from geo_risk.visitbook.said import Seen

SEEN_FIXED, SEEN_NOT_FIXED = "seen_fixed", "seen_not_fixed"
"""Codes of a step that says what was seen at the gate."""

WORDS = {SEEN_FIXED: "现场看过：改好了", SEEN_NOT_FIXED: "现场看过：没改好"}
"""Words of a step of an officer who typed none."""

RECTIFY, FAIL, REMARK = "rectify", "fail", "remark"


@dataclass(frozen=True)
class Conflict:
    """The other side: where the case stands now, since when, by which step; '' for none."""

    state: str
    at: datetime
    step_id: str = ""


@dataclass(frozen=True)
class Rechecked:
    """What became of one recheck.

    Parameters
    ----------
    report_id, state
        The case, and where it stands now.
    conflict
        Where it went on meanwhile.
    step, update
        To be written; None where the case's own diagram has no place for a remark.
    words
        What could not be kept with the case, for the visit's own note.
    """

    report_id: str
    state: str
    conflict: Conflict | None = None
    step: Step | None = None
    update: Update | None = None
    words: str = ""


def recheck(
    store: Store, park: ParkFile, seen: Seen, visit: Visit, *, actor: Actor, at: datetime
) -> Rechecked:
    """Turn what was seen into a step.

    Raises
    ------
    InputError
        When the report is about another premises.
    """
    found = store.find(Query("reports", ids=[seen.report_id]), actor=actor)
    if not found:
        gone = Conflict("", at)
        return Rechecked(seen.report_id, "", gone, words=_said(seen))
    before: Stored[Report] = found[0]  # type: ignore[assignment]
    report = before.record
    if visit.premises_id != report.premises_id and visit.enterprise_id != report.enterprise_id:
        raise InputError(
            f"rechecks: {report.id!r} is no hazard of {visit.premises_id!r}.",
            "Recheck it on a visit there.",
        )
    went_on = bool(seen.state_seen) and seen.state_seen != report.state
    conflict = None
    if went_on or not is_open(report.kind, report.state):
        conflict = _other_side(store, before, actor)
    allowed = {one.action for one in possible(report, actor)}
    action = REMARK if conflict else _action(seen, report, allowed)
    if action not in allowed:
        return Rechecked(report.id, report.state, conflict, words=_said(seen))
    code = SEEN_FIXED if seen.fixed else SEEN_NOT_FIXED
    act = Act(action, text=seen.words or WORDS[code], other_id=visit.id, code=code)
    decision = casebook.weighed(store, park, report, act, actor=actor, at=at)
    update = Update("reports", report.id, decision.changes, before.etag)
    return Rechecked(report.id, decision.step.state_to, conflict, decision.step, update)


def _action(seen: Seen, report: Report, allowed: set[str]) -> str:
    if seen.fixed:
        return RECTIFY if RECTIFY in allowed else REMARK
    return FAIL if report.state == CaseState.RECHECKING and FAIL in allowed else REMARK


def _other_side(store: Store, before: Stored[Report], actor: Actor) -> Conflict:
    report = before.record
    steps = casebook.steps_of(store, report.id, actor=actor)
    led = [one for one in steps if one.state_to == report.state != one.state_from] or steps
    if not led:
        return Conflict(report.state, before.changed_at)
    return Conflict(report.state, led[-1].at, led[-1].id)


def _said(seen: Seen) -> str:
    code = SEEN_FIXED if seen.fixed else SEEN_NOT_FIXED
    return f"{seen.report_id}: {WORDS[code]} {seen.words}".strip()
