"""The desk of casework: one step of a case, read from and written to the store as one transaction.

Takes an act and who does it, gives the report and the step as they are kept; reads what figures,
overdue lists and proposed duplicates are made of. What may be done is `casework`'s. A step is
written against the very state it was decided on: of two at once, one is refused and nothing of the
other is lost. Ids of steps follow from what they say, so the same step is never there twice.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from geo_risk.casework import (
    Act,
    Case,
    Decision,
    Pair,
    decide,
    due_of,
    likely_pairs,
    near_pairs,
)
from geo_risk.errors import ConflictError, ForbiddenError, InputError, StaleError
from geo_risk.records import CaseState, Report, Role, Step
from geo_risk.steps import steps_by_subject
from geo_risk.store import Query, Update

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from geo_risk.park import ParkFile
    from geo_risk.records import Actor
    from geo_risk.store import Answer, Idempotency, Store, Stored

SECONDS = frozenset({Role.OFFICER, Role.CLERK, Role.CHIEF})
"""Roles of a second person."""


@dataclass(frozen=True)
class Acted:
    """What a step led to.

    Parameters
    ----------
    report, step
        As they are kept, without person data; no step where the request had been answered before.
    answer
        What was answered, where the request had a key.
    """

    report: Stored[Report]
    step: Step | None
    answer: Answer | None = None


def act(
    store: Store,
    park: ParkFile,
    report_id: str,
    act: Act,
    *,
    actor: Actor,
    at: datetime,
    if_match: str | None = None,
    idempotency: Idempotency | None = None,
) -> Acted:
    """Take one step of a case.

    Parameters
    ----------
    store, park
        Of the park.
    report_id
        Which case.
    act
        What is done.
    actor, at
        Who, when (zone-aware).
    if_match
        Etag of the state that the actor saw; None or `*`: whatever it is now.
    idempotency
        A client's key: the second time, the first answer comes back and nothing is written.

    Returns
    -------
    Acted

    Raises
    ------
    NotFoundError
        When there is no such report.
    StaleError
        When somebody changed it meanwhile.
    ConflictError, ForbiddenError, InputError
        As `casework.decide`; also when a station, account or case that is named is not there.
    IdempotencyError
        When the key came with another request before.
    """
    if idempotency is not None and store.answer(actor.id, idempotency.key, now=at) is not None:
        done = store.apply(actor=actor, at=at, idempotency=idempotency)
        return Acted(report_of(store, report_id, actor), None, done.answer)
    before = report_of(store, report_id, actor)
    if if_match not in {None, "*", before.etag}:
        raise StaleError(
            f"Report {report_id!r} was changed meanwhile.", "Read it again, then decide again."
        )
    act = _with_second(store, before.record, act)
    _check_named(store, before.record, act)
    decision = weighed(store, park, before.record, act, actor=actor, at=at)
    updates = [Update("reports", report_id, decision.changes, before.etag)]
    if act.action == "merge":
        updates.append(_other(store, before.record, act, actor))
    done = store.apply([decision.step], updates, actor=actor, at=at, idempotency=idempotency)
    return Acted(report_of(store, report_id, actor), decision.step, done.answer)


def weighed(
    store: Store, park: ParkFile, report: Report, act: Act, *, actor: Actor, at: datetime
) -> Decision:
    """Say what a step leads to, and write nothing: for who keeps it together with other things.

    Raises
    ------
    ConflictError, ForbiddenError, InputError
        As `casework.decide`.
    """
    steps = steps_of(store, report.id, actor=actor)
    step_id = _step_id(report.id, len(steps), act, actor, at)
    return decide(report, steps, act, park=park, actor=actor, now=at, step_id=step_id)


def report_of(store: Store, report_id: str, actor: Actor) -> Stored[Report]:
    """Give one report as it is kept, without person data."""
    return cast("Stored[Report]", store.get("reports", report_id, actor=actor))


def steps_of(store: Store, report_id: str, *, actor: Actor, personal: bool = False) -> list[Step]:
    """Give the steps of a case, oldest first."""
    taken = steps_by_subject(store, "reports", [report_id], actor=actor, personal=personal)
    return taken[report_id]


def cases_of(
    store: Store,
    park: ParkFile,
    reports: Sequence[Stored[Any]],
    *,
    actor: Actor,
    teams: bool = False,
    steps: bool = True,
) -> list[Case]:
    """Give reports as cases: with due date by the rule, place, team, and their steps.

    Parameters
    ----------
    reports
        As read for whoever asks: only these are cases.
    teams
        Whether to look up the team of the visit that found each.
    steps
        Whether to read their steps, which figures look at and lists do not.

    Returns
    -------
    list of Case
        In the order of `reports`.
    """
    premises, found_by = {}, {}
    if any(one.place is None and one.record.premises_id for one in reports):
        premises = _premises_places(store, actor)
    if teams:
        visits = store.find(Query("visits"), actor=actor)
        found_by = {one.record.id: getattr(one.record, "team", "") for one in visits}
    taken = steps_by_subject(store, "reports", actor=actor) if steps else {}
    return [
        Case(
            one.record,
            one.record.due or due_of(one.record, park),
            one.place or premises.get(one.record.premises_id),
            found_by.get(one.record.visit_id, ""),
            tuple(taken.get(one.record.id, ())),
        )
        for one in reports
    ]


def zones_of(store: Store, *, actor: Actor) -> list[Any]:
    """Give every patrol zone there is or was."""
    return [one.record for one in store.find(Query("zones"), actor=actor)]


def duplicates(store: Store, *, actor: Actor, as_of: datetime, days: int = 60) -> list[Pair]:
    """Propose cases that may be one: near in place, time and words.

    Words are read, and the reading audited, only of those that are near in place and time; they
    are compared in memory and nothing of them is kept.

    Parameters
    ----------
    as_of, days
        Reports of so many days before are looked at.

    Returns
    -------
    list of Pair
        Likeliest first.
    """
    since = as_of - timedelta(days=days)
    places = _premises_places(store, actor)
    found = []
    for one in store.find(Query("reports", time_from=since, time_to=as_of), actor=actor):
        report = cast("Report", one.record)
        if report.state not in {CaseState.MERGED, CaseState.VOID} and not report.duplicate_of:
            found.append((report, one.place or places.get(report.premises_id)))
    near = near_pairs(found)
    ids = sorted({one for pair in near for one in (pair.first_id, pair.second_id)})
    if not ids:
        return []
    texts: Mapping[str, str] = {
        one.record.id: cast("Report", one.record).text
        for one in store.find(Query("reports", ids=ids, personal=True), actor=actor)
    }
    return likely_pairs(near, texts)


def _premises_places(store: Store, actor: Actor) -> dict[str, tuple[float, float] | None]:
    return {one.record.id: one.place for one in store.find(Query("premises"), actor=actor)}


def _with_second(store: Store, report: Report, act: Act) -> Act:
    """Give the act with the second person's id, whether id or name was said; steps hold ids."""
    if not act.second_id:
        return act
    where = f"{act.action} of report {report.id!r}"
    second = store.user(act.second_id) or store.user_by_name(act.second_id)
    if second is None or second.disabled_at is not None:
        raise InputError(
            f"{where}: there is no account {act.second_id!r}.",
            "Give its id, or the name it signs in with.",
        )
    if second.role not in SECONDS:
        raise ForbiddenError(
            f"{where}: the second person is a {second.role}.", "Name one of the station."
        )
    return replace(act, second_id=second.id)


def _check_named(store: Store, report: Report, act: Act) -> None:
    """Refuse ids that nobody has: a name in their place could not be forgotten."""
    where = f"{act.action} of report {report.id!r}"
    if act.station_id and not store.count(Query("stations", ids=[act.station_id])):
        raise InputError(f"{where}: there is no station {act.station_id!r}.", "Give its id.")
    for field, collection in (("premises_id", "premises"), ("enterprise_id", "enterprises")):
        said = act.changes.get(field)
        if said and not store.count(Query(collection, ids=[said])):
            raise InputError(f"{where}: there is no {said!r} in {collection}.", "Give its id.")
    if act.other_id and not store.count(Query("reports", ids=[act.other_id])):
        raise InputError(f"{where}: there is no report {act.other_id!r}.", "Give its id.")


def _other(store: Store, report: Report, act: Act, actor: Actor) -> Update:
    """Give the check that what a case is merged into stays what it is meanwhile."""
    other = report_of(store, act.other_id, actor)
    if other.record.state in {CaseState.MERGED, CaseState.VOID}:
        raise ConflictError(
            f"Report {act.other_id!r} is {other.record.state}.", "Merge into one that is not."
        )
    if other.record.kind != report.kind:
        raise InputError(
            f"Report {report.id!r} is a {report.kind}, {act.other_id!r} a {other.record.kind}.",
            "Only what is of one kind is merged.",
        )
    merged = Query("reports", filters={"duplicate_of": report.id}, limit=1)
    if store.count(merged):
        raise ConflictError(
            f"Others are merged into report {report.id!r}.",
            f"Merge {act.other_id!r} into it instead, or undo those merges first.",
        )
    return Update("reports", act.other_id, {}, other.etag)


def _step_id(report_id: str, taken: int, act: Act, actor: Actor, at: datetime) -> str:
    said = f"{actor.id}\n{at.isoformat()}\n{act!r}".encode()
    return f"step:{report_id}-{taken + 1:04d}-{hashlib.sha256(said).hexdigest()[:12]}"
