"""Keep what an officer saved at a gate: visit, findings, rechecks and place, all or nothing.

Takes a `Gate`, gives what was written. What it is decided on is checked again in the transaction
that writes it; where somebody was quicker, it is decided anew on what is there then.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from geo_risk import planbook
from geo_risk.errors import InputError, StaleError
from geo_risk.records import Premises, Report, Visit
from geo_risk.store import Counted, Idempotency, Query, Stored, Update
from geo_risk.visitbook.joining import READER, added, found_there, team_of
from geo_risk.visitbook.places import Placed, placed
from geo_risk.visitbook.rechecks import Rechecked, recheck

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from geo_risk.park import ParkFile
    from geo_risk.records import Actor, Record
    from geo_risk.store import Answer, Store
    from geo_risk.visitbook.said import Gate, Seen

_TRIES = 4
"""So often it is decided anew: each time somebody else was quicker at the same gate."""


@dataclass(frozen=True)
class Saved:
    """What was written.

    Parameters
    ----------
    visit
        As it is kept, the joined one where somebody else had written it down.
    joined
        Whether it is that one.
    reports
        Every finding, also one that was there already.
    rechecks
        In the order in which they were said.
    place
        What became of the premises: as `places.Placed.word`.
    """

    visit: Visit
    joined: bool
    reports: tuple[Report, ...]
    rechecks: tuple[Rechecked, ...]
    place: str = ""


@dataclass(frozen=True)
class _Decided:
    """Everything to write, and what it rests on."""

    saved: Saved
    puts: tuple[Record, ...]
    updates: tuple[Update, ...]
    counted: Counted | None


def save(
    store: Store,
    park: ParkFile,
    gate: Gate,
    *,
    actor: Actor,
    at: datetime,
    answer: Callable[[Saved], Answer],
    key: str = "",
    digest: str = "",
) -> Answer:
    """Keep what was saved at a gate.

    Parameters
    ----------
    store, park
        Whose.
    gate
        What was said.
    actor, at
        Who, when (zone-aware).
    answer
        Makes what the officer is told; it is kept with the key.
    key, digest
        The phone's key and the digest of what it sent: the second time the first answer comes back
        and nothing is written; '' for none.

    Returns
    -------
    Answer

    Raises
    ------
    NotFoundError, InputError
        When there is no such premises; when a recheck is of another one.
    IdempotencyError
        When the key came with something else before.
    """
    if key and store.answer(actor.id, key, now=at) is not None:
        done = store.apply(actor=actor, at=at, idempotency=Idempotency(key, digest, _never))
        return cast("Answer", done.answer)
    for left in reversed(range(_TRIES)):
        decided = _decide(store, park, gate, actor, at)
        told = answer(decided.saved)
        try:
            done = store.apply(
                decided.puts,
                decided.updates,
                actor=actor,
                at=at,
                counted=decided.counted,
                idempotency=_once_answered(key, digest, told),
            )
        except StaleError:
            if not left:
                raise
            continue
        return done.answer or told
    raise AssertionError  # the last try returned or raised


def receipt_of(visit: Visit, park: ParkFile) -> str:
    """Give the number that officers are shown and name on the telephone: the day and six signs."""
    mark = hashlib.sha256(visit.id.encode()).hexdigest()[:6].upper()
    return f"{visit.start.astimezone(park.zone):%m%d}-{mark}"


def _decide(store: Store, park: ParkFile, gate: Gate, actor: Actor, at: datetime) -> _Decided:
    at_premises = cast(
        "Stored[Premises]", store.get("premises", gate.visit.premises_id, actor=READER)
    )
    place = placed(at_premises, gate, park)
    visit = replace(gate.visit, team=team_of(store, gate.visit.participant_ids))
    linked = planbook.linked(store, park, visit)
    visit, updates = linked.visit, linked.updates
    there, counted = found_there(store, park, visit)
    kept = there.record if there else visit
    rechecks = tuple(recheck(store, park, one, kept, actor=actor, at=at) for one in _once(gate))
    note = _note(gate, rechecks)
    if there is None:
        visit = replace(visit, note=note)
        puts: list[Record] = [visit]
    else:
        changes = added(store, there.record, visit)
        if note:
            changes["note"] = _joined_note(store, there.record.id, note, actor)
        puts = []
        updates.append(Update("visits", kept.id, changes, there.etag))
    new, reports = _findings(store, gate, kept, place)
    puts += [*new, *(one.step for one in rechecks if one.step is not None)]
    puts += planbook.served_steps(store, linked, actor=actor, at=at)
    puts += [place.new] if place.new is not None else []
    updates += [one.update for one in rechecks if one.update is not None]
    updates += place.update(at_premises)
    saved = Saved(kept, there is not None, reports, rechecks, place.word)
    return _Decided(saved, tuple(puts), tuple(updates), counted)


def _findings(
    store: Store, gate: Gate, visit: Visit, place: Placed
) -> tuple[list[Report], tuple[Report, ...]]:
    """Give the reports that are new, and all of them: one that is there already is kept once."""
    ids = [one.id for one in gate.findings]
    there = {
        one.record.id: cast("Report", one.record)
        for one in (store.find(Query("reports", ids=ids), actor=READER) if ids else ())
    }
    for one in there.values():
        if one.premises_id != visit.premises_id:
            raise InputError(
                f"findings: {one.number!r} was reported at {one.premises_id!r} before.",
                "Give every finding a key of its own.",
            )
    here = place.premises
    at: dict[str, Any] = {
        "lon": here.lon,
        "lat": here.lat,
        "unlocated": "" if here.is_located else here.unlocated or "missing",
        "outside": here.outside,
    }
    new = [replace(one, visit_id=visit.id, **at) for one in gate.findings if one.id not in there]
    made = {one.id: one for one in new} | there
    return new, tuple(made[one] for one in dict.fromkeys(ids))


def _once(gate: Gate) -> list[Seen]:
    return list({one.report_id: one for one in gate.seen}.values())


def _note(gate: Gate, rechecks: tuple[Rechecked, ...]) -> str:
    return "\n".join(one for one in (gate.visit.note, *(some.words for some in rechecks)) if one)


def _joined_note(store: Store, visit_id: str, note: str, actor: Actor) -> str:
    before = store.get("visits", visit_id, actor=actor, personal=True)
    return "\n".join(one for one in (cast("Visit", before.record).note, note) if one)


def _once_answered(key: str, digest: str, told: Answer) -> Idempotency | None:
    return Idempotency(key, digest, lambda _: told) if key else None


def _never(_: object) -> Answer:
    raise AssertionError  # the key was answered before
