"""The desk of declarations: said, verified, corrected, each as one transaction with its step.

Reads and writes the store for `declarations`, which decides. One record per enterprise, month and
indicator: what a file brought and what the enterprise typed are the same record. A step is never
before the one before it: where a clock runs behind, it takes that time.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

from geo_risk.declarations import Checked, Form, correct_or_verify, declare, record_id_of
from geo_risk.errors import InputError, StaleError
from geo_risk.records import Actor, Declaration, Role, Step, Visit
from geo_risk.safety_index.parameters import COVERAGE
from geo_risk.steps import steps_by_subject
from geo_risk.store import Query, Update

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_risk.park import ParkFile
    from geo_risk.store import Idempotency, PutResult, Store, Stored

_SYSTEM = Actor(id="declarations", role=Role.KEEPER, door="http")


def take_form(
    store: Store,
    park: ParkFile,
    form: Form,
    *,
    actor: Actor,
    at: datetime,
    idempotency: Idempotency | None = None,
) -> tuple[str, PutResult]:
    """Keep what an enterprise says of one indicator in one month.

    Parameters
    ----------
    store, park
        Records; time zone.
    form
        What is said.
    actor, at
        Who, and when (zone-aware).
    idempotency
        A client's key; the answer is made of the step, then the declaration.

    Returns
    -------
    str
        The declaration's id, also where the same was kept already.
    PutResult

    Raises
    ------
    ForbiddenError, InputError, ConflictError
        As `declarations.declare`; also for an enterprise that nobody knows or that has left.
    """
    there = _kept(store, form)
    if idempotency is not None and store.answer(actor.id, idempotency.key, now=at) is not None:
        done = store.apply(actor=actor, at=at, idempotency=idempotency)
        return (there.record.id if there else ""), done
    _check_enterprise(store, form, at)
    record = there.record if there is not None else None
    taken = steps_of(store, record.id if record is not None else record_id_of(form))
    decided = declare(
        form,
        record,
        indicators=tuple(COVERAGE),
        zone=park.zone,
        actor=actor,
        now=_not_before(taken, at),
        step_id=_step_id(record.id if record is not None else record_id_of(form), len(taken), at),
    )
    if decided.record is not None:
        new = [decided.step, decided.record]
        return decided.record.id, store.apply(new, actor=actor, at=at, idempotency=idempotency)
    there = cast("Stored[Declaration]", there)
    update = Update("declarations", there.record.id, decided.changes, there.etag)
    done = store.apply([decided.step], [update], actor=actor, at=at, idempotency=idempotency)
    return there.record.id, done


def verify(
    store: Store,
    declaration_id: str,
    checked: Checked,
    *,
    actor: Actor,
    at: datetime,
    if_match: str | None = None,
    idempotency: Idempotency | None = None,
) -> PutResult:
    """Verify or correct a declaration on a visit.

    Raises
    ------
    NotFoundError, StaleError
        When there is none; when it changed since it was read.
    ForbiddenError, InputError, ConflictError
        As `declarations.correct_or_verify`.
    """
    if idempotency is not None and store.answer(actor.id, idempotency.key, now=at) is not None:
        return store.apply(actor=actor, at=at, idempotency=idempotency)
    there = store.get("declarations", declaration_id, actor=actor)
    if if_match is not None and if_match.strip('"') not in {"*", there.etag}:
        raise StaleError(
            f"declarations {declaration_id!r} has changed since you read it.",
            "Read it again and repeat your change.",
        )
    record = cast("Declaration", there.record)
    visits = store.find(Query("visits", ids=[checked.visit_id]), actor=_SYSTEM)
    taken = steps_of(store, record.id)
    decided = correct_or_verify(
        record,
        checked,
        cast("Visit", visits[0].record) if visits else None,
        actor=actor,
        now=_not_before(taken, at),
        step_id=_step_id(record.id, len(taken), at),
    )
    update = Update("declarations", declaration_id, decided.changes, there.etag)
    return store.apply([decided.step], [update], actor=actor, at=at, idempotency=idempotency)


def steps_of(store: Store, declaration_id: str) -> list[Step]:
    """Give the steps of a declaration, oldest first, without their words."""
    taken = steps_by_subject(store, "declarations", [declaration_id], actor=_SYSTEM)
    return taken[declaration_id]


def _kept(store: Store, form: Form) -> Stored[Declaration] | None:
    filters = {
        "enterprise_id": form.enterprise_id,
        "month": form.month,
        "indicator": form.indicator,
    }
    found = cast(
        "list[Stored[Declaration]]",
        store.find(Query("declarations", filters=filters), actor=_SYSTEM),
    )
    return max(found, key=lambda one: (one.changed_at, one.record.id)) if found else None


def _check_enterprise(store: Store, form: Form, at: datetime) -> None:
    found = store.find(Query("enterprises", ids=[form.enterprise_id]), actor=_SYSTEM)
    if not found:
        raise InputError(
            f"enterprise_id is {form.enterprise_id!r}: there is no such enterprise.",
            "Check the id.",
        )
    until = found[0].record.valid_to
    if until is not None and until <= at and form.month > until.strftime("%Y-%m"):
        raise InputError(
            f"{form.enterprise_id!r} left the park before {form.month}.",
            "Declare for a month in which it was there.",
        )


def _not_before(taken: Sequence[Step], at: datetime) -> datetime:
    """Give now, or the time of the step before where the clock runs behind it."""
    return max([at, *(one.at for one in taken)])


def _step_id(declaration_id: str, many: int, at: datetime) -> str:
    """Give a step an id of its own: in order, and two who act at once never share one."""
    return f"step:{declaration_id.replace(':', '-')}.{many:03d}.{at.timestamp():.6f}"
