"""Records as they were known at a moment: what was recorded later is taken back.

Takes the store and a moment, gives the records of a collection as they stood then, from their
events. A person's entry is known from when it was made. The first reading of a source brings its
history, so each of its rows is known from when it says itself that it was told; what a later
reading brings is known from that reading. A time that a record gives itself and that lies after the
moment is cut off with what hangs on it. Person data is not read.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from geo_risk.records import (
    COLLECTIONS,
    Actor,
    CaseState,
    Declaration,
    Order,
    Report,
    Role,
    Slip,
    Step,
    Visit,
)
from geo_risk.store import Query
from geo_risk.store.rows import fields_of, record_of

if TYPE_CHECKING:
    from geo_risk.records import Record
    from geo_risk.store import Store
    from geo_risk.store.values import Telling

READER = Actor(id="monthly", role=Role.KEEPER, door="cli")
"""In whose name records are read; person data is not."""

EVER = datetime.min.replace(tzinfo=UTC)
"""When something became known that was there before anybody counted."""


@dataclass(frozen=True)
class Known:
    """One record as known at a moment.

    Parameters
    ----------
    record
        As it stood.
    since
        From when it was known; `EVER` for the history a first reading brought without a time.
    history
        (moment, field values) of every change known by then, oldest first.
    """

    record: Record
    since: datetime
    history: tuple[tuple[datetime, Mapping[str, Any]], ...] = ()

    def value_at(self, name: str, moment: datetime) -> Any:
        """Give a field's value as of a moment; before the first record, the first value."""
        value = getattr(self.record, name)
        told = [(at, changes[name]) for at, changes in self.history if name in changes]
        if not told:
            return value
        before = [said for at, said in told if at < moment]
        return before[-1] if before else told[0][1]


class Books:
    """The records of a store with their events, read once; asked as of any moment.

    Parameters
    ----------
    store
        The park's.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[str, _Shelf] = {}

    def known(self, collection: str, known_at: datetime) -> list[Known]:
        """Give the records of a collection as known at a moment, in the order of ids.

        Parameters
        ----------
        collection
            Which.
        known_at
            Zone-aware; what was recorded at or after it is not known.

        Returns
        -------
        list of Known
        """
        if collection not in self._read:
            with _uncollected():
                self._read[collection] = _shelf(self._store, collection)
        shelf = self._read[collection]
        known = (_replay(one, shelf, known_at) for one in shelf.records)
        return [one for one in known if one is not None]


@dataclass(frozen=True)
class _Shelf:
    """Records with what was told of each: (when it became known, changes), oldest first."""

    records: tuple[Record, ...]
    told: Mapping[str, Sequence[tuple[datetime, Mapping[str, Any]]]]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Pause the search for cycles while records are read by the ten thousand: they make none."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


_TELLING = frozenset({"created", "changed", "restored"})


def _shelf(store: Store, collection: str) -> _Shelf:
    found = store.find(Query(collection), actor=READER)
    texts: dict[str, list[tuple[datetime, str]]] = {}
    first: dict[str, datetime] = {}
    unset = {name: one.default for name, one in fields_of(COLLECTIONS[collection]).items()}
    for event in store.tellings(collection) if found else ():
        brought = bool(event.source) and event.at <= first.setdefault(_source(event), event.at)
        if event.action in _TELLING:
            at = EVER if brought else event.at
            texts.setdefault(event.record_id, []).append((at, event.changes))
    told: dict[str, list[tuple[datetime, Mapping[str, Any]]]] = {}
    for record_id, some in texts.items():
        if len(some) == 1:  # as it is now, so it was from the first
            told[record_id] = [(some[0][0], {})]
            continue
        told[record_id] = [(at, json.loads(text)) for at, text in some]
        told[record_id][0] = (some[0][0], {**unset, **told[record_id][0][1]})
    return _Shelf(tuple(one.record for one in found), told)


def _source(event: Telling) -> str:
    """Give a source's name: a file handed in at the service is a later reading of it."""
    return event.source.partition("@")[0]


def _replay(now: Record, shelf: _Shelf, known_at: datetime) -> Known | None:
    told = shelf.told.get(now.id, ())
    history = tuple(one for one in told if one[0] < known_at)
    if not history:
        return None
    record = now
    if len(history) < len(told):
        kind = COLLECTIONS[now.collection]
        plain = {name: one.default for name, one in fields_of(kind).items()}
        for _, changes in history:
            plain |= changes
        record = record_of(kind, now.id, plain, {})
    own = told_at(record)
    if own is not None and own >= known_at:
        return None
    return Known(_cut(record, known_at), max(history[0][0], own or EVER), history)


def told_at(record: Record) -> datetime | None:
    """Give when a record says itself that it was told; None for what says no time."""
    if isinstance(record, Visit):
        return record.end or record.start
    if isinstance(record, Report):
        return record.reported_at or record.occurred_to
    if isinstance(record, Declaration):
        return record.declared_at
    if isinstance(record, Order):
        return record.ordered_at
    if isinstance(record, Slip):
        return record.drawn_at
    return record.at if isinstance(record, Step) else None


def _cut(record: Record, known_at: datetime) -> Record:
    """Take off what a record says of times after the moment."""
    if isinstance(record, Report):
        late: dict[str, Any] = {
            name: None
            for name in ("closed_at", "rectified_at", "interim_at", "extended_at")
            if (said := getattr(record, name)) is not None and said >= known_at
        }
        if "closed_at" in late:
            late["state"] = CaseState.REPORTED.value
        return replace(record, **late) if late else record
    if isinstance(record, Declaration) and record.verified_at and record.verified_at >= known_at:
        return replace(record, verified_by="", verified_at=None)
    return record
