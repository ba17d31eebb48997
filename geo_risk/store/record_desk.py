"""The store's verbs for records: put, find, get, count, update, apply, delete.

Each verb is one transaction. Person data leaves only when asked for, and such a read is in the
audit before anything is given back. How SQL is made is `queries`', what a change does is
`changes`'.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from geo_risk.errors import NotFoundError, StaleError
from geo_risk.records import Actor, Record
from geo_risk.store.accounts import answer_of, check_key, remember_answer, write_audit
from geo_risk.store.changes import Changes, etag_of
from geo_risk.store.column_types import iso
from geo_risk.store.engine import Database
from geo_risk.store.persons import kept_persons, texts_of
from geo_risk.store.product_desk import next_number
from geo_risk.store.queries import PLACE_THROUGH, select_count, select_rows
from geo_risk.store.rows import dump, kind_of, record_of_row
from geo_risk.store.schema import runs
from geo_risk.store.values import (
    Counted,
    Delete,
    Idempotency,
    Page,
    PutResult,
    Query,
    SourceRun,
    Stored,
    Update,
)

if TYPE_CHECKING:
    import geopandas as gpd

_NAMED_IN_AUDIT = 200  # so many subjects get a line each; more are one line that holds the query


class RecordDesk:
    """What can be done with records; part of `Store`."""

    _database: Database

    def put(
        self,
        records: Iterable[Record],
        *,
        actor: Actor,
        at: datetime,
        run: SourceRun | None = None,
        idempotency: Idempotency | None = None,
    ) -> PutResult:
        """Keep records, all of them or none; what is kept already leaves no trace.

        Parameters
        ----------
        records
            Of any collections, in any order.
        actor, at
            Who, and when (zone-aware).
        run
            The import that brings them, kept in the same transaction. It merges three ways: what
            a person has changed since stays, unless the source says something new there.
            Without it the records are taken as they are; their empty person fields say nothing.
        idempotency
            A client's key: the second time, the first answer comes back and nothing is written.

        Returns
        -------
        PutResult

        Raises
        ------
        InputError
            When one id comes twice with different values.
        IdempotencyError
            When the key came with another body before.
        """
        records = list(records)

        def write(changes: Changes) -> list[tuple[str, str]]:
            changes.put(records)
            if run is not None:
                changes.connection.execute(
                    runs.insert(),
                    {
                        "source": run.name,
                        "digest": run.digest,
                        "summary": dump(dict(run.summary)),
                        "at": iso(run.at or at),
                        "actor_id": actor.id,
                    },
                )
            return [(one.collection, one.id) for one in records]

        result, _ = self._write(write, actor, at, run.name if run else "", idempotency)
        return result

    def update(
        self,
        collection: str,
        record_id: str,
        changes: Mapping[str, Any],
        *,
        actor: Actor,
        at: datetime,
        if_match: str | None = None,
        idempotency: Idempotency | None = None,
    ) -> Stored[Record]:
        """Change some fields of a record.

        Parameters
        ----------
        changes
            Field to new value, of the field's type; '' takes person data away.
        if_match
            Etag of the state that was read; None or `*`: whatever it is now.

        Returns
        -------
        Stored
            As it is now, without person data.

        Raises
        ------
        NotFoundError, StaleError, InputError
            When it is not there, has changed meanwhile, or would not hold.
        """

        def write(one: Changes) -> list[tuple[str, str]]:
            one.update(collection, record_id, changes, if_match)
            return [(collection, record_id)]

        _, stored = self._write(write, actor, at, "", idempotency)
        return stored[0] if stored else self.get(collection, record_id, actor=actor)

    def apply(
        self,
        puts: Iterable[Record] = (),
        updates: Iterable[Update] = (),
        deletes: Iterable[Delete] = (),
        *,
        actor: Actor,
        at: datetime,
        counted: Counted | None = None,
        idempotency: Idempotency | None = None,
    ) -> PutResult:
        """Create, change and take out records in one transaction: all of it or nothing.

        Parameters
        ----------
        puts
            Records to keep, as for `put` without a run.
        updates
            Records to change, each as for `update`, in this order; a number of a series is given
            here, so that two at once never get one, and a failure leaves no gap.
        deletes
            Records to take out, each as for `delete`, last of all.
        counted
            What it was decided on: with more or fewer of them by now, nothing is written.
        actor, at, idempotency
            As for `put`; the answer is made of what was put, then of what was changed.

        Returns
        -------
        PutResult

        Raises
        ------
        NotFoundError, StaleError, InputError, IdempotencyError
            As `put` and `update`.
        """
        puts, updates = list(puts), list(updates)

        def write(one: Changes) -> list[tuple[str, str]]:
            if counted is not None:
                self._check_counted(one.connection, counted)
            one.put(puts)
            for update in updates:
                changes = dict(update.changes)
                if update.numbered is not None:
                    n = next_number(one.connection, update.numbered.series)
                    changes[update.numbered.field] = update.numbered.pattern.format(n=n)
                one.update(update.collection, update.record_id, changes, update.if_match)
            for gone in deletes:
                one.delete(gone.collection, gone.record_id, gone.if_match)
            written = [(record.collection, record.id) for record in puts]
            return [*written, *((update.collection, update.record_id) for update in updates)]

        result, _ = self._write(write, actor, at, "", idempotency)
        return result

    def delete(
        self,
        collection: str,
        record_id: str,
        *,
        actor: Actor,
        at: datetime,
        if_match: str | None = None,
    ) -> None:
        """Take a record out of every answer; its events stay, and an import does not bring it back.

        Raises
        ------
        NotFoundError, StaleError
            As `update`.
        """
        with self._database.write() as connection:
            Changes(connection, self._database, actor, at).delete(collection, record_id, if_match)

    def find(self, query: Query, *, actor: Actor) -> list[Stored[Record]]:
        """Give the records of a query, in the order of ids.

        Parameters
        ----------
        query
            Which.
        actor
            Who reads; audited where `query.personal`.

        Returns
        -------
        list of Stored

        Raises
        ------
        InputError
            When the query names a collection, field or value that does not exist.
        """
        with self._database.read() as connection:
            found = self._read(connection, query)
        if query.personal and found:
            self._audit_read(query, found, actor)
        return found

    def page(self, query: Query, *, actor: Actor) -> Page[Record]:
        """Give one page: `query.limit` records after `query.after`, and the next cursor."""
        if query.limit is None:
            return Page(tuple(self.find(query, actor=actor)), None)
        items = self.find(replace(query, limit=query.limit + 1), actor=actor)
        more = len(items) > query.limit
        shown = items[: query.limit]
        return Page(tuple(shown), shown[-1].record.id if more and shown else None)

    def get(
        self, collection: str, record_id: str, *, actor: Actor, personal: bool = False
    ) -> Stored[Record]:
        """Give one record.

        Raises
        ------
        NotFoundError
            When there is none, or it was deleted.
        """
        query = Query(collection, ids=[record_id], personal=personal)
        found = self.find(query, actor=actor)
        if not found:
            raise NotFoundError(f"There is no {record_id!r} in {collection}.", "Check the id.")
        return found[0]

    def count(self, query: Query) -> int:
        """Count the records of a query."""
        with self._database.read() as connection:
            statement = select_count(query, sqlite=self._database.is_sqlite)
            return int(connection.scalar(statement) or 0)

    def frame(
        self, collection: str, query: Query | None = None, *, actor: Actor
    ) -> gpd.GeoDataFrame:
        """Give records as a GeoDataFrame, for analysts.

        Parameters
        ----------
        collection
            Which; `query` may narrow it.
        actor
            Who reads.

        Returns
        -------
        geopandas.GeoDataFrame
            Index `id`, a column per field, geometry in degrees of the park's datum (labelled
            EPSG:4326): the record's own, or its premises' or station's; None where unlocated.
        """
        from geo_risk.store.frames import frame_of  # noqa: PLC0415 (pandas takes 0.5 s to load)

        query = replace(query or Query(collection), collection=collection)
        return frame_of(collection, self.find(query, actor=actor), personal=query.personal)

    def _write(
        self,
        write: Callable[[Changes], list[tuple[str, str]]],
        actor: Actor,
        at: datetime,
        source: str,
        idempotency: Idempotency | None,
    ) -> tuple[PutResult, list[Stored[Record]]]:
        with self._database.write() as connection:
            if idempotency is not None:
                kept = answer_of(connection, actor.id, idempotency.key, at)
                check_key(kept, idempotency.key, idempotency.body_digest)
                if kept is not None:
                    return PutResult(0, 0, 0, kept, replayed=True), []
            changes = Changes(connection, self._database, actor, at, source)
            written = write(changes)
            counts = (changes.new, changes.changed, changes.unchanged)
            if idempotency is None:
                return PutResult(*counts), []
            stored = [
                one
                for name, record_id in written
                for one in self._read(connection, Query(name, ids=[record_id]))
            ]
            answer = replace(idempotency.answer(stored), body_digest=idempotency.body_digest, at=at)
            remember_answer(connection, actor.id, idempotency.key, answer, at)
            return PutResult(*counts, answer), stored

    def _check_counted(self, connection: sa.Connection, counted: Counted) -> None:
        statement = select_count(counted.query, sqlite=self._database.is_sqlite)
        if connection.scalar(statement) != counted.number:
            raise StaleError(
                f"Other {counted.query.collection} were written meanwhile.",
                "Read them again and repeat your change.",
            )

    def _read(self, connection: sa.Connection, query: Query) -> list[Stored[Record]]:
        sqlite = self._database.is_sqlite
        kind = kind_of(query.collection)
        rows = connection.execute(select_rows(query, sqlite=sqlite)).mappings().all()
        nobody = dict.fromkeys(texts_of(kind, {}, {}), "")
        kept = {}
        if query.personal and rows:
            ids = [row["id"] for row in rows]
            kept = kept_persons(connection, query.collection, ids, sqlite=sqlite)
        through = query.collection in PLACE_THROUGH
        return [
            Stored(
                record=record_of_row(
                    kind,
                    row,
                    texts_of(kind, json.loads(row["persons"]), kept) if kept else nobody,
                ),
                revision=row["revision"],
                etag=etag_of(row),
                changed_at=row["changed_at"],
                place=_place(row, through=through),
            )
            for row in rows
        ]

    def _audit_read(self, query: Query, found: Sequence[Stored[Record]], actor: Actor) -> None:
        name = query.collection
        if len(found) <= _NAMED_IN_AUDIT:
            subjects = [(f"{name}/{one.record.id}", 1) for one in found]
        else:
            asked = {
                key: value
                for key, value in vars(query).items()
                if value not in (None, {}, False) and key not in {"collection", "personal"}
            }
            subjects = [(f"{name}?{dump(asked)}", len(found))]
        with self._database.write() as connection:
            write_audit(connection, self._database, actor, "read", subjects, None)


def _place(row: Mapping[Any, Any], *, through: bool) -> tuple[float, float] | None:
    lon, lat = ("place_lon", "place_lat") if through else ("lon", "lat")
    if row.get(lon) is None:
        return None
    return row[lon], row[lat]
