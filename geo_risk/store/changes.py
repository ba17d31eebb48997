"""Changes: what a put, an update, a deletion does to rows, events and person data.

Takes records and who writes them, inside one transaction. A record is compared by digest with what
is kept; what is the same leaves no trace, what differs becomes one event and a new revision. An
import (with a run) merges three ways: only what its source says differently than before is taken
over, so a pin, a correction or a case state that somebody entered outlives the next month's file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from geo_risk.errors import InputError, NotFoundError, StaleError
from geo_risk.records import COLLECTIONS, Actor, Record, personal_fields
from geo_risk.store.bulk import insert_many
from geo_risk.store.column_types import iso
from geo_risk.store.engine import Database
from geo_risk.store.merging import check_names, merge, owned, plain_changes
from geo_risk.store.persons import PersonChanges, PersonWriter, blocked_fields, kept_persons
from geo_risk.store.queries import id_in
from geo_risk.store.rows import (
    Plain,
    columns_of,
    digest_of,
    dump,
    kind_of,
    persons_of,
    plain_of,
    record_of,
    record_of_row,
    text_digest,
    told_of,
)
from geo_risk.store.schema import TABLES, events

_AT_ONCE = 5000  # records compared and written at a time: memory stays small

Row = Mapping[Any, Any]


@dataclass
class Changes:
    """Everything one transaction writes, gathered and then written in bulk.

    Parameters
    ----------
    connection, database
        The transaction.
    actor, at
        Who writes, when.
    source
        Name of the source of an import; '' for a person's own act.
    """

    connection: sa.Connection
    database: Database
    actor: Actor
    at: datetime
    source: str = ""
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    _at: str = field(init=False)
    _inserts: dict[str, list[Plain]] = field(default_factory=dict)
    _updates: dict[str, list[Plain]] = field(default_factory=dict)
    _events: list[Plain] = field(default_factory=list)
    _persons: PersonChanges = field(default_factory=PersonChanges)

    def __post_init__(self) -> None:
        """Write the time once for all."""
        self._at = iso(self.at)

    def put(self, records: Iterable[Record]) -> None:
        """Take in records of any collections; the order does not matter."""
        by_kind: dict[str, dict[str, Record]] = {}
        for one in records:
            kept = by_kind.setdefault(one.collection, {}).setdefault(one.id, one)
            if kept is not one and kept != one:
                raise InputError(
                    f"{one.collection}: {one.id!r} is twice in one batch and differs.",
                    "Leave one of the two out.",
                )
        for name in COLLECTIONS:
            if name in by_kind:
                ids = sorted(by_kind[name])
                for start in range(0, len(ids), _AT_ONCE):
                    some = ids[start : start + _AT_ONCE]
                    self._put(COLLECTIONS[name], [by_kind[name][one] for one in some])
                    self.write()

    def update(
        self, collection: str, record_id: str, changes: Mapping[str, Any], if_match: str | None
    ) -> None:
        """Change some fields of one record; an empty text takes person data away."""
        kind = kind_of(collection)
        row = self._row(collection, record_id, if_match)
        check_names(kind, changes)
        refs = json.loads(row["persons"])
        kept = kept_persons(self.connection, collection, [record_id], sqlite=self._sqlite)
        said = {name: str(changes[name]) for name in personal_fields(kind) if name in changes}
        current = plain_of(record_of_row(kind, row, {}))
        asked = {name: value for name, value in changes.items() if name not in said}
        merged = {**current, **plain_changes(kind, record_id, asked)}
        plain = plain_of(record_of(kind, record_id, merged, {}))
        persons = self._writer(kind).compare(record_id, said, refs, kept, empty_removes=True)
        self._change(kind, row, current, plain, persons)
        self.write()

    def delete(self, collection: str, record_id: str, if_match: str | None) -> None:
        """Mark one record as deleted; its events stay."""
        row = self._row(collection, record_id, if_match)
        self._queue_update(
            collection,
            {
                "b_id": record_id,
                "revision": row["revision"] + 1,
                "changed_at": self._at,
                "deleted_at": self._at,
            },
        )
        self._event("deleted", collection, record_id, row["revision"] + 1, "{}", {})
        self.changed += 1
        self.write()

    def revision_of(self, collection: str, record_id: str) -> int:
        """Give a record's revision.

        Raises
        ------
        NotFoundError
            When there is no such record.
        """
        return int(self._row(collection, record_id, None)["revision"])

    def event(
        self, action: str, collection: str, record_id: str, revision: int, **refs: str
    ) -> None:
        """Append an event that changes no row of a collection."""
        self._event(action, collection, record_id, revision, "{}", refs)
        self.write()

    def write(self) -> None:
        """Write what was gathered."""
        for name, rows in self._inserts.items():
            insert_many(self.connection, TABLES[name], rows)
        for name, rows in self._updates.items():
            table = TABLES[name]
            for names in {tuple(sorted(one)) for one in rows}:
                values: Plain = {one: sa.bindparam(one) for one in names if one != "b_id"}
                statement = table.update().where(table.c.id == sa.bindparam("b_id")).values(values)
                self.connection.execute(
                    statement, [one for one in rows if tuple(sorted(one)) == names]
                )
        self._persons.write(self.connection)
        if self._events:
            insert_many(self.connection, events, self._events)
        self._inserts, self._updates = {}, {}
        self._events, self._persons = [], PersonChanges()

    @property
    def _sqlite(self) -> bool:
        return self.database.is_sqlite

    def _put(self, kind: type[Record], records: Sequence[Record]) -> None:
        name, ids = kind.collection, [one.id for one in records]
        heads = self._heads(name, ids)
        kept = (
            kept_persons(self.connection, name, list(heads), sqlite=self._sqlite) if heads else {}
        )
        writer = self._writer(kind)
        to_compare: list[tuple[str, Plain, dict[str, str | None]]] = []
        for record in records:
            head = heads.get(record.id)
            plain = plain_of(record)
            said = persons_of(record)
            if head is None:
                self._create(kind, record.id, plain, writer.compare(record.id, said, {}, {}))
                continue
            if head["deleted_at"] is not None and self.source:
                self.unchanged += 1  # a person took it out; a file does not bring it back
                continue
            persons = writer.compare(record.id, said, json.loads(head["persons"]), kept)
            if not persons and self._is_known(head, digest_of(kind, plain)):
                self.unchanged += 1
            else:
                to_compare.append((record.id, plain, persons))
        if to_compare:
            rows = self._full_rows(name, [one for one, _, _ in to_compare])
            for record_id, plain, persons in to_compare:
                self._compare(kind, rows[record_id], plain, persons)

    def _is_known(self, head: Row, digest: str) -> bool:
        if self.source:
            return bool((head["origin_source"], head["origin_digest"]) == (self.source, digest))
        return bool(head["digest"] == digest) and head["deleted_at"] is None

    def _create(
        self, kind: type[Record], record_id: str, plain: Plain, persons: Mapping[str, str | None]
    ) -> None:
        told = dump(told_of(kind, plain))
        digest = text_digest(told)
        self._inserts.setdefault(kind.collection, []).append(
            {
                "id": record_id,
                **columns_of(kind, plain),
                "persons": dump(dict(persons)),
                "digest": digest,
                "origin_digest": digest if self.source else None,
                "origin_source": self.source or None,
                "origin": None,
                "revision": 1,
                "created_at": self._at,
                "changed_at": self._at,
            }
        )
        self._event("created", kind.collection, record_id, 1, told, persons)
        self.new += 1

    def _compare(
        self, kind: type[Record], row: Row, plain: Plain, persons: Mapping[str, str | None]
    ) -> None:
        current = plain_of(record_of_row(kind, row, {}))
        if not self.source:
            self._change(kind, row, current, {**plain, **owned(current)}, persons)
            return
        origins = json.loads(row["origin"] or "{}")
        untouched = row["origin_digest"] == row["digest"] and not origins
        if untouched and row["origin_source"] == self.source:
            merged = {**plain, **owned(current)}
        else:
            before = origins.get(self.source, {})
            if row["origin_source"] == self.source and not before:
                before = told_of(kind, current)
            merged = merge(kind, current, plain, before)
            if untouched and row["origin_source"]:
                origins[row["origin_source"]] = told_of(kind, current)
            origins[self.source] = told_of(kind, plain)
        self._change(
            kind,
            row,
            current,
            merged,
            persons,
            origin_digest=digest_of(kind, plain),
            origin_source=self.source,
            origin=dump(origins) if origins else None,
        )

    def _change(
        self,
        kind: type[Record],
        row: Row,
        current: Plain,
        plain: Plain,
        persons: Mapping[str, str | None],
        **origin: str | None,
    ) -> None:
        """Queue the new row and its event; only the source's bookkeeping when nothing differs."""
        differs = {name: value for name, value in plain.items() if value != current[name]}
        revives = row["deleted_at"] is not None
        head = {"b_id": row["id"], **origin}
        if not (differs or persons or revives):
            if origin:
                self._queue_update(kind.collection, head)
            self.unchanged += 1
            return
        if not origin and row["origin_source"] and not row["origin"]:
            head["origin"] = dump({row["origin_source"]: told_of(kind, current)})
        refs = {**json.loads(row["persons"]), **persons}
        record_of(kind, row["id"], plain, {})  # what is kept holds
        revision = row["revision"] + 1
        self._queue_update(
            kind.collection,
            {
                **head,
                **columns_of(kind, plain),
                "persons": dump({name: ref for name, ref in refs.items() if ref}),
                "digest": digest_of(kind, plain),
                "revision": revision,
                "changed_at": self._at,
                "deleted_at": None,
            },
        )
        action = "restored" if revives else "changed"
        self._event(action, kind.collection, row["id"], revision, dump(differs), persons)
        self.changed += 1

    def _event(
        self,
        action: str,
        collection: str,
        record_id: str,
        revision: int,
        changes: str,
        persons: Mapping[str, str | None],
    ) -> None:
        self._events.append(
            {
                "id": self.database.ids.next(self.at),
                "at": self._at,
                "actor_id": self.actor.id,
                "role": self.actor.role.value,
                "door": self.actor.door,
                "action": action,
                "collection": collection,
                "record_id": record_id,
                "revision": revision,
                "source": self.source,
                "changes": changes,
                "persons": dump(dict(persons)),
            }
        )

    def _queue_update(self, collection: str, values: Plain) -> None:
        self._updates.setdefault(collection, []).append(values)

    def _writer(self, kind: type[Record]) -> PersonWriter:
        blocked = blocked_fields(self.connection, kind.collection) if self.source else frozenset()
        return PersonWriter(kind, self.at, self.source, blocked, self._persons)

    def _heads(self, collection: str, ids: Sequence[str]) -> dict[str, Row]:
        table = TABLES[collection]
        names = ("id", "digest", "origin_digest", "origin_source", "persons", "deleted_at")
        chosen = sa.select(*(table.c[name] for name in names))
        chosen = chosen.where(id_in(table.c.id, ids, sqlite=self._sqlite))
        return {row["id"]: row for row in self.connection.execute(chosen).mappings()}

    def _full_rows(self, collection: str, ids: Sequence[str]) -> dict[str, Row]:
        table = TABLES[collection]
        chosen = sa.select(table).where(id_in(table.c.id, ids, sqlite=self._sqlite))
        return {row["id"]: row for row in self.connection.execute(chosen).mappings()}

    def _row(self, collection: str, record_id: str, if_match: str | None) -> Row:
        kind_of(collection)
        row = self._full_rows(collection, [record_id]).get(record_id)
        if row is None or row["deleted_at"] is not None:
            raise NotFoundError(f"There is no {record_id!r} in {collection}.", "Check the id.")
        if if_match is not None and if_match.strip('"') not in {"*", etag_of(row)}:
            raise StaleError(
                f"{collection} {record_id!r} has changed since you read it.",
                "Read it again and repeat your change.",
            )
        return row


def etag_of(row: Row) -> str:
    """Give the opaque text of a row's revision; person data has no part in it."""
    return f"{row['revision']}-{row['digest'][:12]}"
