"""Forgetting: a person's data leaves database, log, photos, exports and rejects, and stays away.

Takes a subject, finds every piece of person data that hangs on it, now or in earlier versions,
removes the text and lists the random ids: in the database, and in `forgotten.jsonl` beside it, so
that an older backup is cleaned when it is restored. Records, events and figures stay as they are;
what they hold is a random id that leads nowhere now. Retention is the same act, with a date for a
subject.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from geo_risk.errors import NotFoundError, StoreError
from geo_risk.store.bulk import insert_many
from geo_risk.store.column_types import iso
from geo_risk.store.engine import Database
from geo_risk.store.ids import random_id
from geo_risk.store.queries import id_in
from geo_risk.store.schema import (
    TABLES,
    answers,
    events,
    forgotten,
    person_data,
    sessions,
    tokens,
    users,
)

LIST_NAME = "forgotten.jsonl"
REWRITTEN = {"person_data": "value", "answers": "body", "users": "password_hash"}
"""Tables that may hold what is forgotten, and a text column by which they are written anew."""

_HANGS_ON = {
    "enterprises": ("enterprise_id", ("premises", "visits", "reports", "declarations", "orders")),
    "premises": ("premises_id", ("visits", "reports")),
    "visits": ("visit_id", ("reports",)),
}
_MORE_OF_ENTERPRISE = ("slips", "guidance")
_CHECKPOINT_TRIES = 2

Entry = Mapping[str, Any]


@dataclass
class Found:
    """What is to be forgotten.

    Parameters
    ----------
    entries
        Rows of `forgotten`: random id, collection, record id, field, reason, time.
    texts
        The texts themselves, for looking through files; never kept.
    marks
        Ids and numbers of the subject's own records, by which a row of a rejects file is known.
    photos
        File names in `photos/`.
    """

    entries: list[dict[str, Any]] = field(default_factory=list)
    texts: set[str] = field(default_factory=set)
    marks: set[str] = field(default_factory=set)
    photos: set[str] = field(default_factory=set)


def find_subject(connection: sa.Connection, subject: str, at: datetime) -> Found:
    """Find all person data of a subject.

    Parameters
    ----------
    subject
        Id of a record (as `collection/id` where several collections have it and one is meant), of
        a piece of person data, or id or name of a user. An enterprise takes with it what was
        written about it: addresses, notes, texts, evidence.

    Raises
    ------
    NotFoundError
        When there is no such thing.
    """
    found = Found()
    sqlite = connection.dialect.name == "sqlite"
    _add_user(connection, found, subject, at)
    _add_refs(connection, found, person_data.c.id == subject, at, "forgotten")
    for collection, ids in _records(connection, subject, found).items():
        mine = sa.and_(
            person_data.c.collection == collection,
            id_in(person_data.c.record_id, sorted(ids), sqlite=sqlite),
        )
        _add_refs(connection, found, mine, at, "forgotten")
        _add_past_refs(connection, found, collection, sorted(ids), at)
    if not (found.entries or found.marks):
        raise NotFoundError(
            f"Nothing is known under {subject!r}.",
            "Give the id of a record, of person data, or of a user.",
        )
    return found


def find_expired(connection: sa.Connection, now: datetime) -> Found:
    """Find person data whose time is over."""
    found = Found()
    _add_refs(connection, found, person_data.c.expires_at <= now, now, "expired")
    return found


def remove(connection: sa.Connection, entries: Iterable[Entry]) -> int:
    """Remove what the entries name, and list them; give how many pieces of person data went.

    Removing twice is no error: a restored backup is cleaned by the same call.
    """
    entries = list(entries)
    sqlite = connection.dialect.name == "sqlite"
    ids = [one["id"] for one in entries]
    known = set(connection.scalars(sa.select(forgotten.c.id)))
    fresh = {one["id"]: dict(one) for one in entries if one["id"] not in known}
    insert_many(connection, forgotten, list(fresh.values()))
    gone = person_data.delete().where(id_in(person_data.c.id, ids, sqlite=sqlite))
    count = connection.execute(gone).rowcount
    for one in entries:
        if one["collection"] == "users":
            _blank_user(connection, one["record_id"], one["at"])
    return int(count)


def blank_answers(connection: sa.Connection, found: Found) -> None:
    """Empty kept answers that hold a text of the subject or name one of its records."""
    words = {
        json.dumps(one, ensure_ascii=plain)[1:-1] for one in found.texts for plain in (False, True)
    }
    words |= found.texts | {one["record_id"] for one in found.entries} | found.marks
    rows = connection.execute(sa.select(answers)).mappings().all()
    for row in rows:
        if any(word in row["body"] for word in words if word):
            mine = sa.and_(answers.c.actor_id == row["actor_id"], answers.c.key == row["key"])
            connection.execute(answers.update().where(mine).values(body=""))


def recall(connection: sa.Connection, entries: Sequence[Entry]) -> Found:
    """Give what the entries stand for, as far as it is still there."""
    found = Found(entries=[dict(one) for one in entries])
    sqlite = connection.dialect.name == "sqlite"
    ids = [one["id"] for one in entries]
    chosen = sa.select(person_data).where(id_in(person_data.c.id, ids, sqlite=sqlite))
    for row in connection.execute(chosen).mappings():
        found.texts |= {row["value"]} - {""}
        found.photos |= {row["file"]} - {""}
    names = [one["record_id"] for one in entries if one["collection"] == "users"]
    chosen = sa.select(users.c.name).where(id_in(users.c.id, names, sqlite=sqlite))
    found.texts |= set(connection.scalars(chosen))
    return found


def texts_to_scrub(connection: sa.Connection, found: Found) -> list[str]:
    """Give the texts to look for in files: those that no other record rightly holds."""
    sqlite = connection.dialect.name == "sqlite"
    gone = [one["id"] for one in found.entries]
    chosen = sa.select(person_data.c.value).where(
        id_in(person_data.c.value, sorted(found.texts), sqlite=sqlite),
        sa.not_(id_in(person_data.c.id, gone, sqlite=sqlite)),
    )
    return sorted(found.texts - set(connection.scalars(chosen)))


def compact(database: Database) -> None:
    """Leave nothing of removed rows: in SQLite neither in free pages nor in the log.

    In PostgreSQL the tables are written anew and, where the role may ask for it, the log's segment
    is ended and a checkpoint made: with `wal_recycle = off` the old segments are then deleted,
    otherwise they are overwritten in time.

    Raises
    ------
    StoreError
        When another process kept reading, so that the log could not be cut or a table not be
        written anew.
    """
    with database.alone() as connection:
        if not database.is_sqlite:
            _rewrite(connection)
            for statement in ("SELECT pg_switch_wal()", "CHECKPOINT"):
                with suppress(ProgrammingError):  # only roles with the right may
                    connection.execute(sa.text(statement))
            return
        connection.exec_driver_sql("VACUUM")
        for _ in range(_CHECKPOINT_TRIES):  # each waits for the busy timeout
            busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            if not busy:
                return
    raise StoreError(
        f"{database.file}: the data is removed, but a reader keeps the log from being cut.",
        "Close long-running readers and run the same command again.",
    )


def _rewrite(connection: sa.Connection) -> None:
    """Write the tables anew with what is there now.

    VACUUM FULL would keep removed rows for whoever reads with an older snapshot, ALTER TABLE does
    not.
    """
    connection.execute(sa.text("SET lock_timeout = '30s'"))
    try:
        for table, column in REWRITTEN.items():
            connection.execute(
                sa.text(f"ALTER TABLE {table} ALTER {column} TYPE text USING {column} || ''")
            )
    finally:
        connection.execute(sa.text("RESET lock_timeout"))


def read_list(state_dir: Path) -> list[dict[str, Any]]:
    """Give the entries of `forgotten.jsonl`; none where there is no such file."""
    path = state_dir / LIST_NAME
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.endswith("}")]


def append_list(state_dir: Path, entries: Sequence[Entry]) -> None:
    """Add entries to `forgotten.jsonl`, flushed to disk; those it has are not added again."""
    known = {one["id"] for one in read_list(state_dir)}
    lines = [json.dumps(dict(one), ensure_ascii=False) for one in entries if one["id"] not in known]
    if not lines:
        return
    with (state_dir / LIST_NAME).open("a", encoding="utf-8") as stream:
        stream.write("\n" + "\n".join(lines) + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def listed(connection: sa.Connection) -> list[dict[str, Any]]:
    """Give the database's own list of what was forgotten."""
    rows = connection.execute(sa.select(forgotten)).mappings()
    return [{**row, "at": iso(row["at"])} for row in rows]


def _records(connection: sa.Connection, subject: str, found: Found) -> dict[str, set[str]]:
    """Give the records of a subject and those that hang on them, by collection."""
    name, slash, rest = subject.partition("/")
    named = bool(slash) and name in TABLES
    ids: dict[str, set[str]] = {}
    for collection, table in TABLES.items():
        if named and collection != name:
            continue
        columns = [table.c.id, table.c.number]
        wanted = rest if named else subject
        for record_id, number in connection.execute(
            sa.select(*columns).where(table.c.id == wanted)
        ):
            ids.setdefault(collection, set()).add(record_id)
            found.marks |= {record_id, number} - {""}
    sqlite = connection.dialect.name == "sqlite"
    for collection, (column, others) in _HANGS_ON.items():
        roots = sorted(ids.get(collection, ()))
        more = _MORE_OF_ENTERPRISE if collection == "enterprises" else ()
        for other in (*others, *more) if roots else ():
            table = TABLES[other]
            chosen = sa.select(table.c.id).where(id_in(table.c[column], roots, sqlite=sqlite))
            ids.setdefault(other, set()).update(connection.scalars(chosen))
    return ids


def _add_refs(
    connection: sa.Connection,
    found: Found,
    condition: sa.ColumnElement[bool],
    at: datetime,
    reason: str,
) -> None:
    for row in connection.execute(sa.select(person_data).where(condition)).mappings():
        found.entries.append(_entry(row["id"], row, at, reason))
        found.texts |= {row["value"]} - {""}
        found.photos |= {row["file"]} - {""}


def _add_past_refs(
    connection: sa.Connection, found: Found, collection: str, ids: Sequence[str], at: datetime
) -> None:
    """Add the random ids of earlier versions: an old backup has texts under them."""
    known = {one["id"] for one in found.entries}
    chosen = sa.select(events.c.record_id, events.c.persons).where(
        events.c.collection == collection,
        events.c.persons != "{}",
        id_in(events.c.record_id, ids, sqlite=connection.dialect.name == "sqlite"),
    )
    for record_id, persons in connection.execute(chosen):
        for name, ref in json.loads(persons).items():
            if ref and ref not in known:
                known.add(ref)
                row = {"collection": collection, "record_id": record_id, "field": name}
                found.entries.append(_entry(ref, row, at, "forgotten"))


def _add_user(connection: sa.Connection, found: Found, subject: str, at: datetime) -> None:
    chosen = sa.select(users).where(sa.or_(users.c.id == subject, users.c.name == subject))
    for row in connection.execute(chosen).mappings():
        about = {"collection": "users", "record_id": row["id"], "field": "name"}
        found.entries.append(_entry(random_id(), about, at, "forgotten"))
        found.texts.add(row["name"])


def _blank_user(connection: sa.Connection, user_id: str, at: str) -> None:
    mine = users.c.id == user_id
    blank = {"name": f"forgotten-{user_id}", "password_hash": "", "disabled_at": at}
    connection.execute(users.update().where(mine).values(blank))
    connection.execute(sessions.delete().where(sessions.c.user_id == user_id))
    revoked = tokens.update().where(tokens.c.user_id == user_id, tokens.c.revoked_at.is_(None))
    connection.execute(revoked.values(revoked_at=at, label=""))


def _entry(ref: str, row: Mapping[Any, Any], at: datetime, reason: str) -> dict[str, Any]:
    names = ("collection", "record_id", "field")
    return {"id": ref, **{name: row[name] for name in names}, "reason": reason, "at": iso(at)}
