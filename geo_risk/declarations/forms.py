"""A declaration: said by the enterprise, verified or corrected by an officer on a visit.

Takes a form and what is kept already, gives the record or its changes and the step to append. Until
it is verified the enterprise may say it again; afterwards an officer corrects it, with the visit
named, and the events keep what was said before. How far an unverified one counts is the index's.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from geo_risk.errors import ConflictError, ForbiddenError, InputError
from geo_risk.records import Actor, Declaration, Role, Step

if TYPE_CHECKING:
    from geo_risk.records import Visit

NONE, DECLARED, VERIFIED = "", "declared", "verified"
DECLARERS = frozenset({Role.ENTERPRISE, Role.CLERK})
"""The enterprise for itself; a clerk writes down what came on paper."""

VERIFIERS = frozenset({Role.OFFICER, Role.CHIEF})


@dataclass(frozen=True)
class Form:
    """What an enterprise says of one indicator in one month.

    Parameters
    ----------
    enterprise_id, month, indicator
        Whose, YYYY-MM, which.
    have, need
        Of what there should be, so much there is.
    evidence
        In words; kept apart as person data.
    """

    enterprise_id: str
    month: str
    indicator: str
    have: float
    need: float
    evidence: str = ""


@dataclass(frozen=True)
class Checked:
    """What an officer found on a visit; None: as declared."""

    visit_id: str
    have: float | None = None
    need: float | None = None
    text: str = ""


@dataclass(frozen=True)
class Decided:
    """A new record, or changes of the one there is; and the step."""

    step: Step
    record: Declaration | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)


def state_of(one: Declaration | None) -> str:
    """Give where a declaration stands: '', declared or verified."""
    if one is None:
        return NONE
    return VERIFIED if one.verified_at is not None else DECLARED


def record_id_of(form: Form) -> str:
    """Give the id of a form's own record, where no file has brought one."""
    return f"http:{form.enterprise_id.replace(':', '-')}.{form.month}.{form.indicator}"


def declare(
    form: Form,
    there: Declaration | None,
    *,
    indicators: Collection[str],
    zone: tzinfo,
    actor: Actor,
    now: datetime,
    step_id: str,
) -> Decided:
    """Take a form, or refuse it.

    Parameters
    ----------
    form
        What is said.
    there
        What is kept of this enterprise, month and indicator.
    indicators
        That can be declared.
    zone
        In which months are cut.
    actor, now
        Who, and when (zone-aware).
    step_id
        Id of the new step.

    Returns
    -------
    Decided

    Raises
    ------
    ForbiddenError
        When the actor may not declare for this enterprise.
    InputError
        When indicator, month or amounts cannot be.
    ConflictError
        When it was verified already.
    """
    if actor.role not in DECLARERS or not _is_own(form.enterprise_id, actor):
        raise ForbiddenError(
            f"The role {actor.role} does not declare for {form.enterprise_id!r}.",
            "An enterprise declares for itself.",
        )
    _check(form, indicators, now.astimezone(zone).strftime("%Y-%m"))
    if state_of(there) == VERIFIED:
        raise ConflictError(
            f"{form.indicator} of {form.month} was verified.",
            "What is different now goes into the next month; a mistake is corrected on a visit.",
        )
    said = {"have": form.have, "need": form.need, "declared_by": actor.id, "declared_at": now}
    record_id = there.id if there is not None else record_id_of(form)
    action = "declare" if there is None else "declare_again"
    step = _step(step_id, record_id, action, state_of(there), DECLARED, actor, now)
    if there is not None:
        changes = {**said, "evidence": form.evidence} if form.evidence else said
        return Decided(step, changes=changes)
    record = Declaration(
        id=record_id,
        source="http",
        number=record_id.removeprefix("http:"),
        enterprise_id=form.enterprise_id,
        month=form.month,
        indicator=form.indicator,
        evidence=form.evidence,
        **said,  # type: ignore[arg-type]  # a dict of mixed values
    )
    return Decided(step, record=record)


def correct_or_verify(
    one: Declaration,
    checked: Checked,
    visit: Visit | None,
    *,
    actor: Actor,
    now: datetime,
    step_id: str,
) -> Decided:
    """Verify a declaration on a visit; where it was false, correct it.

    Raises
    ------
    ForbiddenError
        When the role does not verify.
    InputError
        When the visit is not one to this enterprise, or a correction gives no reason.
    ConflictError
        When it was verified already and nothing is different.
    """
    if actor.role not in VERIFIERS:
        raise ForbiddenError(
            f"The role {actor.role} does not verify declarations.", "An officer does, on a visit."
        )
    if visit is None:
        raise InputError(
            f"visit_id is {checked.visit_id!r}: there is no such visit.", "Enter the visit first."
        )
    if visit.enterprise_id != one.enterprise_id or visit.start > now or not visit.looked:
        raise InputError(
            f"Visit {visit.id!r} is no visit to {one.enterprise_id!r} until now.",
            "Name the visit on which it was seen.",
        )
    found = {
        name: float(value)
        for name, value in (("have", checked.have), ("need", checked.need))
        if value is not None and value != getattr(one, name)
    }
    for name, value in found.items():
        _check_amount(name, value)
    if found and not checked.text.strip():
        raise InputError(
            "What was found differs from what was declared: text is missing.", "Say what was found."
        )
    before = state_of(one)
    if before == VERIFIED and not found:
        raise ConflictError(f"Declaration {one.id!r} was verified.", "Nothing is left to do.")
    step = _step(
        step_id,
        one.id,
        "correct" if found else "verify",
        before,
        VERIFIED,
        actor,
        now,
        other_id=visit.id,
        text=checked.text,
    )
    return Decided(step, changes={**found, "verified_by": actor.id, "verified_at": now})


def _is_own(enterprise_id: str, actor: Actor) -> bool:
    return actor.role is not Role.ENTERPRISE or (
        bool(actor.enterprise_id) and actor.enterprise_id == enterprise_id
    )


def _check(form: Form, indicators: Collection[str], this_month: str) -> None:
    if form.indicator not in indicators:
        raise InputError(
            f"There is nothing to declare as {form.indicator!r}.",
            f"One of {', '.join(indicators)}.",
        )
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", form.month):
        raise InputError(f"month is {form.month!r}.", "Write YYYY-MM.")
    if form.month > this_month:
        raise InputError(
            f"{form.month} has not begun.", f"Declare for {this_month} or a month before."
        )
    _check_amount("have", form.have)
    _check_amount("need", form.need)


def _check_amount(name: str, value: float) -> None:
    if not math.isfinite(value) or value < 0:
        raise InputError(f"{name} is {value}.", "Give a number of 0 or more.")


def _step(
    step_id: str,
    record_id: str,
    action: str,
    state_from: str,
    state_to: str,
    actor: Actor,
    now: datetime,
    **more: Any,
) -> Step:
    return Step(
        id=step_id,
        source="http",
        subject="declarations",
        subject_id=record_id,
        action=action,
        state_from=state_from,
        state_to=state_to,
        at=now,
        actor_id=actor.id,
        role=actor.role.value,
        **more,
    )
