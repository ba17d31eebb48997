"""Take back what was just saved at a gate; later, withdraw it where everybody can see that.

Takes a visit and who saved it. Within seconds nothing of that saving counts any more: what it made
is taken out, what it changed is as before. Later nothing is taken out: the visit is marked as
withdrawn and is no look any more, cases that it opened or moved get a remark and go on, for others
may have acted on them; an order it completed and a place it changed are put back. Either way the
events stay, each with who and when. What somebody else changed since is left to them.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from geo_risk import casebook
from geo_risk.casework import Act, possible
from geo_risk.errors import ConflictError, ForbiddenError
from geo_risk.records import COLLECTIONS, Report, Visit, VisitOutcome
from geo_risk.store import Delete, Query, Update
from geo_risk.store.rows import fields_of
from geo_risk.visitbook.joining import READER, team_of
from geo_risk.visitbook.rechecks import REMARK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo_risk.park import ParkFile
    from geo_risk.records import Actor, Record, Step
    from geo_risk.store import Event, Store, Stored

UNDO_S = 10
"""So long the button is shown."""

_ON_THE_WAY_S = 5
"""What was pressed in time may arrive so much later."""

TAKEN_BACK, WITHDRAWN = "taken_back", "withdrawn"
WORDS = "录入有误，走访记录已撤回"
"""Words of the remark with a case of a withdrawn visit."""

_PAGE = 500


@dataclass(frozen=True)
class Undone:
    """What came of it.

    Parameters
    ----------
    visit_id, how
        Which; `taken_back` or `withdrawn`.
    left
        (collection, id) of what stays as it is: somebody else changed it since.
    cases
        Reports that go on, with a remark.
    """

    visit_id: str
    how: str
    left: tuple[tuple[str, str], ...] = ()
    cases: tuple[str, ...] = ()


@dataclass
class _Plan:
    """What is to be written."""

    puts: list[Record] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    deletes: list[Delete] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)


def undo(store: Store, park: ParkFile, visit_id: str, *, actor: Actor, at: datetime) -> Undone:
    """Undo the actor's own last saving of a visit.

    Parameters
    ----------
    store, park
        Whose.
    visit_id
        As the saving was answered.
    actor, at
        Who, when (zone-aware).

    Returns
    -------
    Undone

    Raises
    ------
    NotFoundError
        When there is no such visit, or it was taken back already.
    ForbiddenError
        When the actor saved nothing of it.
    ConflictError
        When it was withdrawn already.
    """
    visit = cast("Stored[Visit]", store.get("visits", visit_id, actor=READER))
    if visit.record.outcome is VisitOutcome.WITHDRAWN:
        raise ConflictError(f"Visit {visit_id!r} is withdrawn.", "Nothing is left to do.")
    told = store.events("visits", visit_id)
    own = [one for one in told if one.actor_id == actor.id and one.action != "deleted"]
    if not own:
        raise ForbiddenError(
            f"Visit {visit_id!r} was saved by somebody else.", "Who saved it may undo it."
        )
    saving = _of_visit(_at_once(store, own[-1]), visit.record)
    in_time = at - own[-1].at <= timedelta(seconds=UNDO_S + _ON_THE_WAY_S)
    plan = _Plan()
    if in_time:
        _take_back(store, saving, plan)
    else:
        _withdraw(store, park, saving, visit, plan, actor, at)
    _leave(store, visit, told, own[-1], actor, plan, in_time=in_time)
    store.apply(plan.puts, plan.updates, plan.deletes, actor=actor, at=at)
    how = TAKEN_BACK if in_time else WITHDRAWN
    return Undone(visit_id, how, tuple(plan.left), tuple(plan.cases))


def _at_once(store: Store, one: Event) -> list[Event]:
    """Give the events of an event's very moment by its actor: its transaction is among them."""
    since = str(uuid.UUID(int=(int(one.at.timestamp() * 1000) - 1) << 80))
    found: list[Event] = []
    while events := store.events(since=since, limit=_PAGE):
        since = events[-1].id
        for event in events:
            if (event.at, event.actor_id) == (one.at, one.actor_id):
                found.append(event)
            elif event.id > one.id:
                return found
    return found


def _of_visit(events: Sequence[Event], visit: Visit) -> list[Event]:
    """Keep what was written for a visit: where clocks are coarse another may have the moment."""
    told = [one for one in events if one.action != "deleted"]
    steps = {
        one.record_id: one.changes.get("subject_id", "")
        for one in told
        if one.collection == "steps" and one.changes.get("other_id") == visit.id
    }
    places = {visit.premises_id, f"http:{visit.number}"}

    def belongs(one: Event) -> bool:
        if one.collection == "reports":
            return one.record_id in steps.values() or one.changes.get("visit_id") == visit.id
        if one.collection == "steps":
            return one.record_id in steps
        if one.collection == "premises":
            return one.record_id in places
        return one.collection == "orders" or one.record_id == visit.id

    return [one for one in told if belongs(one)]


def _take_back(store: Store, saving: list[Event], plan: _Plan) -> None:
    """Take out what was made, put back what was changed; the visit itself is `_leave`'s."""
    for event in saving:
        if event.collection == "visits":
            continue
        now = _now(store, event)
        if now is None or now.revision != event.revision:
            plan.left += [(event.collection, event.record_id)] if now is not None else []
        elif event.action == "changed":
            plan.updates.append(_put_back(store, event, now))
        else:
            plan.deletes.append(Delete(event.collection, event.record_id, now.etag))


def _withdraw(
    store: Store,
    park: ParkFile,
    saving: list[Event],
    visit: Stored[Visit],
    plan: _Plan,
    actor: Actor,
    at: datetime,
) -> None:
    """Leave cases to go on with a remark; put back what only this visit is the reason of."""
    for event in saving:
        now = _now(store, event)
        if now is None or event.collection in {"visits", "steps"}:
            continue
        if event.collection == "reports":
            _remark(store, park, cast("Stored[Report]", now), visit.record.id, plan, actor, at)
        elif now.revision != event.revision:
            plan.left.append((event.collection, event.record_id))
        elif event.action == "changed":
            plan.updates.append(_put_back(store, event, now))
        else:  # a premises that was begun is ended: a record is never taken out this late
            plan.updates.append(
                Update(event.collection, event.record_id, {"valid_to": at}, now.etag)
            )
    for event in saving:  # a remark changed no report: its step alone tells of the case
        if event.collection == "steps":
            step = cast("Step", store.get("steps", event.record_id, actor=READER).record)
            if step.subject == "reports" and step.subject_id not in plan.cases:
                report = casebook.report_of(store, step.subject_id, READER)
                _remark(store, park, report, visit.record.id, plan, actor, at)


def _remark(
    store: Store,
    park: ParkFile,
    report: Stored[Report],
    visit_id: str,
    plan: _Plan,
    actor: Actor,
    at: datetime,
) -> None:
    one = report.record
    plan.cases.append(one.id)
    if not any(move.action == REMARK for move in possible(one, actor)):
        return
    act = Act(REMARK, text=WORDS, other_id=visit_id, code=WITHDRAWN)
    plan.puts.append(casebook.weighed(store, park, one, act, actor=actor, at=at).step)


def _leave(
    store: Store,
    visit: Stored[Visit],
    told: list[Event],
    saved: Event,
    actor: Actor,
    plan: _Plan,
    *,
    in_time: bool,
) -> None:
    """Take the visit back, or the actor's part of it where others were there too."""
    one = visit.record
    alone = saved.action in {"created", "restored"} and visit.revision == saved.revision
    if alone and in_time:
        plan.deletes.append(Delete("visits", one.id, visit.etag))
        return
    if visit.revision == saved.revision and saved.action == "changed":
        plan.updates.append(_put_back(store, saved, visit))
        return
    if all(event.actor_id == actor.id for event in told):
        changes: dict[str, Any] = {"outcome": VisitOutcome.WITHDRAWN}
    else:
        mine = set(_plain_participants(saved, told))
        people = tuple(name for name in one.participant_ids if name not in mine)
        changes = {"participant_ids": people, "team": team_of(store, people)}
    plan.updates.append(Update("visits", one.id, changes, visit.etag))


def _plain_participants(saved: Event, told: list[Event]) -> list[str]:
    """Give the participants whom a saving added."""
    before = _before(told, saved).get("participant_ids", [])
    return [one for one in saved.changes.get("participant_ids", []) if one not in before]


def _put_back(store: Store, event: Event, now: Stored[Record]) -> Update:
    """Give the values of before an event to the fields that it changed."""
    told = store.events(event.collection, event.record_id)
    known = fields_of(COLLECTIONS[event.collection])
    before = _before(told, event)
    changes = {}
    for name in event.changes:
        plain = before.get(name, known[name].default)
        changes[name] = None if plain is None else known[name].from_plain(plain)
    return Update(event.collection, event.record_id, changes, now.etag)


def _before(told: list[Event], event: Event) -> Mapping[str, Any]:
    values: dict[str, Any] = {}
    for one in told:
        if one.id >= event.id:
            break
        values |= one.changes
    return values


def _now(store: Store, event: Event) -> Stored[Record] | None:
    found = store.find(Query(event.collection, ids=[event.record_id]), actor=READER)
    return found[0] if found else None
