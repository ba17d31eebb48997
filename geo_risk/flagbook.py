"""The desk of provenance: visits are asked how they came about, and the person concerned answers.

Reads visits of one stretch of time with their words and photos, keeps a flag per doubt, and takes
answers. Only who wrote the entries sees a flag at first; the chief sees it once it was answered, or
after `WAIT`. Nothing is deleted or left out of anything because of a flag. What is asked is
`provenance`'s; words and photos are looked at in memory, and reading them is in the audit.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from geo_risk.crs import project
from geo_risk.errors import (
    ConflictError,
    FileFormatError,
    ForbiddenError,
    InputError,
    NotFoundError,
)
from geo_risk.ingest import read_pixels
from geo_risk.provenance import Doubt, Entry, check_entries, pixels_digest
from geo_risk.records import Flag, Report, Role, Visit
from geo_risk.store import Query

if TYPE_CHECKING:
    from geo_risk.park import ParkFile
    from geo_risk.records import Actor
    from geo_risk.store import Store, Stored

WAIT = timedelta(days=7)
"""So long only the person concerned sees an unanswered flag."""
OUTCOMES = ("explained", "corrected")
RAISED, ANSWERED, SETTLED = "raised", "answered", "settled"
LEAST_ENTRIES = 2


def check(
    store: Store, park: ParkFile, since: datetime, until: datetime, *, actor: Actor, at: datetime
) -> list[Flag]:
    """Ask about the visits of a stretch of time, and keep what is new as flags.

    Parameters
    ----------
    store, park
        Of the park.
    since, until
        Half-open, zone-aware; a month or so.
    actor, at
        Who asks, when.

    Returns
    -------
    list of Flag
        The new ones: what was asked of somebody before is not asked again.

    Raises
    ------
    InputError
        When the stretch is empty or lies ahead.
    """
    if not since < until <= at:
        raise InputError(
            f"From {since.isoformat()} until {until.isoformat()} there is nothing to ask about.",
            "Give a stretch of time that is over.",
        )
    asked = _asked(store, actor)
    flags = []
    for doubt in check_entries(entries_of(store, park, since, until, actor=actor)):
        fresh = [one for one in doubt.entry_ids if one not in asked[doubt.check, doubt.person_id]]
        if len(fresh) >= LEAST_ENTRIES:
            flags.append(_flag(doubt, fresh, at))
    if flags:
        store.put(flags, actor=actor, at=at)
    return flags


def entries_of(
    store: Store, park: ParkFile, since: datetime, until: datetime, *, actor: Actor
) -> list[Entry]:
    """Give the visits of a stretch of time as the checks look at them."""
    query = Query("visits", time_from=since, time_to=until, personal=True)
    visits = [cast("Stored[Visit]", one) for one in store.find(query, actor=actor)]
    visits = [one for one in visits if one.record.looked and since <= one.record.start < until]
    told = _told(store, [one.record.id for one in visits], actor)
    writers = _writers(store, visits)
    return [_entry(store, park, one, told.get(one.record.id, []), writers, actor) for one in visits]


def own(store: Store, *, actor: Actor) -> list[Stored[Flag]]:
    """Give the flags that ask an actor, with the actor's own answers."""
    query = Query("flags", filters={"person_id": _names(store, actor)}, personal=True)
    return [cast("Stored[Flag]", one) for one in store.find(query, actor=actor)]


def others(store: Store, *, actor: Actor, now: datetime) -> list[Stored[Flag]]:
    """Give the chief the flags of others that were answered, or waited long enough; audited."""
    if actor.role is not Role.CHIEF:
        return []
    found = (cast("Flag", one.record) for one in store.find(Query("flags"), actor=actor))
    names = _names(store, actor)
    ids = [one.id for one in found if one.person_id not in names and _is_open_to_chief(one, now)]
    if not ids:
        return []
    query = Query("flags", ids=ids, personal=True)
    return [cast("Stored[Flag]", one) for one in store.find(query, actor=actor)]


def answer(store: Store, flag_id: str, text: str, *, actor: Actor, at: datetime) -> Stored[Flag]:
    """Take the answer of the person concerned.

    Raises
    ------
    NotFoundError
        When there is no such flag, or it asks somebody else: nobody learns of it.
    ConflictError
        When it was answered before.
    InputError
        When the answer is empty.
    """
    flag = _flag_of(store, flag_id, actor)
    if flag.record.person_id not in _names(store, actor):
        raise _unknown(flag_id)
    if flag.record.state != RAISED:
        raise ConflictError(
            f"Flag {flag_id!r} is {flag.record.state}.", "Speak with the chief about it."
        )
    if not text.strip():
        raise InputError("The answer is empty.", "Say how the entries came about.")
    changes = {"state": ANSWERED, "answered_at": at, "answer": text.strip()}
    return _changed(store, flag, changes, actor, at)


def settle(store: Store, flag_id: str, outcome: str, *, actor: Actor, at: datetime) -> Stored[Flag]:
    """Settle a flag: it was explained, or the entries were corrected.

    Raises
    ------
    NotFoundError
        When there is no such flag, or the person concerned has the word still.
    ForbiddenError
        When the actor is not the chief, or is the person concerned.
    ConflictError, InputError
        When it was settled before; when the outcome is none.
    """
    if actor.role is not Role.CHIEF:
        raise ForbiddenError("Flags are settled by the chief.", "Ask the chief.")
    flag = _flag_of(store, flag_id, actor)
    if not _is_open_to_chief(flag.record, at):
        raise _unknown(flag_id)
    if flag.record.person_id in _names(store, actor):
        raise ForbiddenError("Nobody settles what asks oneself.", "Let another chief do it.")
    if flag.record.state == SETTLED:
        raise ConflictError(f"Flag {flag_id!r} was settled before.", "Nothing is left to do.")
    if outcome not in OUTCOMES:
        raise InputError(f"outcome is {outcome!r}.", f"Give one of {', '.join(OUTCOMES)}.")
    changes = {"state": SETTLED, "settled_at": at, "outcome": outcome}
    return _changed(store, flag, changes, actor, at)


def _names(store: Store, actor: Actor) -> tuple[str, ...]:
    """Give what an actor is called as a person: the account, and the officer of its name (警号)."""
    named = tuple(user.name for user in store.users() if user.id == actor.id)
    if not named:
        return (actor.id,)
    officers = store.find(Query("officers", filters={"number": named}), actor=actor)
    return (actor.id, *(one.record.id for one in officers))


def _is_open_to_chief(flag: Flag, now: datetime) -> bool:
    return flag.state != RAISED or now >= flag.at + WAIT


def _asked(store: Store, actor: Actor) -> defaultdict[tuple[str, str], set[str]]:
    asked: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for one in store.find(Query("flags"), actor=actor):
        flag = cast("Flag", one.record)
        asked[flag.check, flag.person_id] |= set(flag.subject_ids)
    return asked


def _flag(doubt: Doubt, entry_ids: Sequence[str], at: datetime) -> Flag:
    said = "\n".join((doubt.check, doubt.person_id, *entry_ids))
    number = hashlib.sha256(said.encode()).hexdigest()[:16]
    return Flag(
        id=f"check:{number}",
        source="check",
        number=number,
        check=doubt.check,
        subject="visits",
        subject_ids=tuple(entry_ids),
        person_id=doubt.person_id,
        at=at,
    )


def _flag_of(store: Store, flag_id: str, actor: Actor) -> Stored[Flag]:
    found = store.find(Query("flags", ids=[flag_id]), actor=actor)
    if not found:
        raise _unknown(flag_id)
    return cast("Stored[Flag]", found[0])


def _unknown(flag_id: str) -> NotFoundError:
    return NotFoundError(f"There is no flag {flag_id!r}.", "Take one of GET /v1/flags.")


def _changed(
    store: Store, flag: Stored[Flag], changes: dict[str, object], actor: Actor, at: datetime
) -> Stored[Flag]:
    done = store.update("flags", flag.record.id, changes, actor=actor, at=at, if_match=flag.etag)
    return cast("Stored[Flag]", done)


def _told(store: Store, visit_ids: Sequence[str], actor: Actor) -> dict[str, list[Report]]:
    """Give the reports that visits made, with their words."""
    told: dict[str, list[Report]] = defaultdict(list)
    if not visit_ids:
        return told
    query = Query("reports", filters={"visit_id": tuple(visit_ids)}, personal=True)
    for one in store.find(query, actor=actor):
        report = cast("Report", one.record)
        told[report.visit_id].append(report)
    return told


def _writers(store: Store, visits: Iterable[Stored[Visit]]) -> dict[str, str]:
    """Give who entered each visit by an account of their own; nobody for what a file brought."""
    entered = {one.record.id for one in visits if one.record.source in {"http", "console"}}
    if not entered:
        return {}
    return {
        event.record_id: event.actor_id
        for event in store.events("visits")
        if event.action == "created" and event.record_id in entered
    }


def _entry(
    store: Store,
    park: ParkFile,
    stored: Stored[Visit],
    told: Sequence[Report],
    writers: dict[str, str],
    actor: Actor,
) -> Entry:
    visit = stored.record
    writer = writers.get(visit.id) or next(iter(visit.participant_ids), "")
    place = None
    if stored.place is not None:
        easting, northing = project(*stored.place, park.park.crs)
        place = (float(easting), float(northing))
    seen = visit.found
    found = seen is not None and seen.major + seen.general + seen.minor > 0
    return Entry(
        id=visit.id,
        person_id=writer,
        start=visit.start.astimezone(park.zone),
        end=None if visit.end is None else visit.end.astimezone(park.zone),
        present_ids=visit.participant_ids,
        premises_id=visit.premises_id,
        place=place,
        found=found or bool(told),
        photos=tuple(_photos(store, [visit, *told], actor)),
        words=tuple(one for one in (visit.note, *(report.text for report in told)) if one),
    )


def _photos(store: Store, records: Sequence[Visit | Report], actor: Actor) -> list[str]:
    """Give the digests of what the photos show; a damaged one shows nothing."""
    digests = []
    for record in records:
        for ref in store.photos_of(record.collection, record.id):
            try:
                digests.append(pixels_digest(read_pixels(store.photo(ref, actor=actor))))
            except FileFormatError:
                continue
    return digests
