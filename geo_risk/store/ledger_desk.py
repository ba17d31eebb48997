"""The store's books: events, runs of sources, answers given, and what rows may refer to.

Each verb is one transaction that reads, but for `remember_answer`.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from geo_risk.store.accounts import answer_of, check_key, remember_answer
from geo_risk.store.engine import Database
from geo_risk.store.schema import TABLES, events, runs
from geo_risk.store.values import Answer, Event, SourceRun, Telling


class LedgerDesk:
    """What can be asked of the store's books; part of `Store`."""

    _database: Database

    def known(
        self, collections: Collection[str] | None = None
    ) -> tuple[dict[str, dict[str, str]], dict[str, tuple[str, ...]]]:
        """Give what a new row may refer to.

        Parameters
        ----------
        collections
            Of these only, where somebody knows the others; all when left out.

        Returns
        -------
        ids
            Collection to {number, credit code or id: record id}; a number that two sources use for
            different records is left out.
        premises_of
            Enterprise id to the ids of its premises, the first one kept first.
        """
        ids: dict[str, dict[str, str]] = {}
        premises_of: dict[str, tuple[str, ...]] = {}
        with self._database.read() as connection:
            for name, table in TABLES.items():
                if collections is not None and name not in collections:
                    continue
                names = ("id", "number", "credit_code")
                chosen = sa.select(*(table.c[one] for one in names if one in table.c))
                chosen = chosen.where(table.c.deleted_at.is_(None))
                ids[name] = _lookup(connection.execute(chosen).all())
            table = TABLES["premises"]
            owners = sa.select(table.c.enterprise_id, table.c.id).order_by(table.c.row)
            for owner, premises in connection.execute(owners.where(table.c.deleted_at.is_(None))):
                premises_of[owner] = (*premises_of.get(owner, ()), premises)
        premises_of.pop("", None)
        return ids, premises_of

    def run_of(self, source_name: str) -> SourceRun | None:
        """Give when a source was last read, and what came of it."""
        return next((one for one in self.runs() if one.name == source_name), None)

    def runs(self) -> list[SourceRun]:
        """Give the last run of every source, in the order in which they were read."""
        newest = sa.select(sa.func.max(runs.c.seq)).group_by(runs.c.source)
        chosen = sa.select(runs).where(runs.c.seq.in_(newest)).order_by(runs.c.seq)
        with self._database.read() as connection:
            rows = connection.execute(chosen).mappings().all()
        return [
            SourceRun(row["source"], row["digest"], json.loads(row["summary"]), row["at"])
            for row in rows
        ]

    def events(
        self,
        collection: str | None = None,
        record_id: str | None = None,
        since: str | None = None,
        limit: int | None = None,
    ) -> list[Event]:
        """Give events in the order in which they were committed.

        Parameters
        ----------
        collection, record_id
            Only of these.
        since
            Only after the event with this id.
        limit
            At most so many.
        """
        chosen = sa.select(events).order_by(events.c.id)
        wanted = {"collection": collection, "record_id": record_id}
        for name, value in wanted.items():
            if value is not None:
                chosen = chosen.where(events.c[name] == value)
        if since is not None:
            chosen = chosen.where(events.c.id > since)
        if limit is not None:
            chosen = chosen.limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(chosen).mappings().all()
        return [
            Event(
                **{
                    **row,
                    "changes": json.loads(row["changes"]),
                    "persons": json.loads(row["persons"]),
                }
            )
            for row in rows
        ]

    def last_event_id(self) -> str:
        """Give the id of the last event, the lowest id there may be where there is none."""
        with self._database.read() as connection:
            found = connection.scalar(sa.select(sa.func.max(events.c.id)))
        return str(found or uuid.UUID(int=0))

    def tellings(self, collection: str) -> list[Telling]:
        """Give what was told of a collection, in the order in which it was committed.

        For who reads all of it: changes stay the JSON text they are kept as, for most of them are
        never opened.
        """
        chosen = (
            sa.select(
                events.c.record_id,
                events.c.at,
                events.c.action,
                events.c.source,
                events.c.changes,
            )
            .where(events.c.collection == collection)
            .order_by(events.c.id)
        )
        with self._database.read() as connection:
            return [Telling(*row) for row in connection.execute(chosen)]

    def answer(self, actor_id: str, key: str, *, now: datetime | None = None) -> Answer | None:
        """Give what was answered to an actor's idempotency key, if it is still kept."""
        with self._database.read() as connection:
            return answer_of(connection, actor_id, key, now)

    def remember_answer(
        self, actor_id: str, key: str, body_digest: str, status: int, body: str, at: datetime
    ) -> None:
        """Keep an answer to a write that was no `put`.

        Raises
        ------
        IdempotencyError
            When the key came with another body before.
        """
        with self._database.write() as connection:
            check_key(answer_of(connection, actor_id, key, at), key, body_digest)
            answer = Answer(status, body, body_digest=body_digest)
            remember_answer(connection, actor_id, key, answer, at)


def _lookup(rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """Map id, number and credit code to the id; the id is the first value of a row."""
    found: dict[str, str] = {}
    twice = {""}
    for record_id, *keys in rows:
        for key in keys:
            if found.setdefault(key, record_id) != record_id:
                twice.add(key)
    for key in twice & found.keys():
        del found[key]
    return found | {row[0]: row[0] for row in rows}
