"""One park's database: opened, migrated, and held in transactions that answer or say why not.

Takes a URL, gives `Database` with `read` and `write`. SQLite: WAL, foreign keys, 30 s of patience
with other writers, and synchronous=FULL, so that what was answered is on disk. PostgreSQL: a
schema per park. One write at a time per park in both (BEGIN IMMEDIATE; an advisory lock that the
transaction holds), so that a change is compared with what it replaces and event ids rise in the
order of commits. In PostgreSQL a write tells the other processes of its events (`hearing`). What
the database cannot answer becomes a StoreError that says what to do.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import shapely
import sqlalchemy as sa
from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError

from geo_risk.errors import BusyError, StoreError
from geo_risk.store.column_types import UtcTime
from geo_risk.store.hearing import tell
from geo_risk.store.ids import RisingIds
from geo_risk.store.schema import events

_PATIENCE_S = 30
_LOG_KEPT_BYTES = 1 << 26
_POOL = {"pool_size": 8, "max_overflow": 40}  # a web server has some 40 threads
_GONE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""A server that vanished without a word is noticed within a minute, by who only listens too."""
_POSTGRES_NAMES = {"postgres", "postgresql", "postgresql+psycopg"}


class Commits:
    """How many writes were committed through one engine, or heard of."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.number = 0

    def add(self) -> None:
        """Count one more; it never steps back, whichever thread comes first."""
        with self._lock:
            self.number += 1


@dataclass(frozen=True)
class Database:
    """An engine and what belongs to it.

    Parameters
    ----------
    engine
        Connections to one park's tables.
    schema
        Schema of the park in PostgreSQL; '' in SQLite.
    file
        The SQLite file; None in PostgreSQL.
    ids
        Where event ids come from.
    commits
        Counts what was written here and what was heard of, so that who waits for news need not ask
        the database.
    """

    engine: sa.Engine
    schema: str
    file: Path | None
    ids: RisingIds = field(default_factory=RisingIds)
    commits: Commits = field(default_factory=Commits)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite."""
        return self.file is not None

    @contextmanager
    def read(self, *, one_state: bool = False) -> Iterator[sa.Connection]:
        """Hold a transaction for reading.

        Parameters
        ----------
        one_state
            Everything in it sees the same state (in SQLite it always does).
        """
        with self.answering(), self.engine.connect() as connection:
            if one_state and not self.is_sqlite:
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def write(self, *, bare: bool = False) -> Iterator[sa.Connection]:
        """Hold the park's one transaction for writing; all of it is kept, or nothing.

        Parameters
        ----------
        bare
            The tables may not be there (yet).
        """
        with self.answering(), self.engine.connect() as connection:
            connection.execution_options(writes=True)
            with connection.begin():
                if not self.is_sqlite:
                    key = lock_key(self.schema, "write")
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
                before = None if bare else connection.scalar(_LAST_EVENT)
                self.ids.after(before)
                yield connection
                if not (bare or self.is_sqlite):
                    tell(connection, self.schema, before)
        self.commits.add()

    @contextmanager
    def alone(self) -> Iterator[sa.Connection]:
        """Hold a connection outside of any transaction: for VACUUM and checkpoints."""
        with self.answering(), self.engine.connect() as connection:
            if self.is_sqlite:
                yield connection.execution_options(outside=True)
            else:
                yield connection.execution_options(isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Turn what the database says in its own words into a StoreError."""
        try:
            yield
        except (SQLAlchemyError, self._driver_error) as error:
            raise self._explained(error) from error

    @property
    def _driver_error(self) -> type[Exception]:
        """What the driver raises where SQLAlchemy does not stand between (COPY)."""
        found: type[Exception] = self.engine.dialect.loaded_dbapi.Error
        return found

    def _explained(self, error: Exception) -> StoreError:
        where = self.file or self.engine.url.render_as_string(hide_password=True)
        said = str(getattr(error, "orig", None) or error).strip()
        said = "; ".join(line.strip() for line in said.splitlines()[:2])
        if "database is locked" in said:
            return BusyError(
                f"{where}: another process has been writing for {_PATIENCE_S} s.",
                "Wait for it to end, then try again.",
            )
        if not self.is_sqlite:
            hint = "Check that PostgreSQL runs there and that [store] url is right, then try again."
        else:
            hint = "Check that the disk has room and the file may be written, then try again."
        return StoreError(f"{where} did not answer: {said}.", hint)


_LAST_EVENT = sa.select(sa.func.max(events.c.id))


def open_database(url: str, park_id: str) -> Database:
    """Open an engine for a park; nothing is read yet.

    Parameters
    ----------
    url
        `sqlite:///<file>`, or `postgresql+psycopg://user:secret@host/db`.
    park_id
        Names the schema in PostgreSQL.

    Raises
    ------
    StoreError
        When the URL is none we know, or psycopg is not installed.
    """
    try:
        parsed = sa.make_url(url)
    except SQLAlchemyError:
        raise StoreError("The store's URL is no URL.", _URL_HINT) from None
    if parsed.drivername in {"sqlite", "sqlite+pysqlite"}:
        return _open_sqlite(parsed)
    if parsed.drivername in _POSTGRES_NAMES:
        return _open_postgres(parsed, schema_name(park_id))
    raise StoreError(f"The store cannot be kept in {parsed.drivername}.", _URL_HINT)


_URL_HINT = "Write sqlite:///<file> or postgresql+psycopg://user:secret@host/database."


def schema_name(park_id: str) -> str:
    """Give the PostgreSQL schema of a park: `park_<id>`, at most 32 characters.

    PostgreSQL cuts names at 63, and a restore puts the old schema aside under a longer one.
    """
    name = "park_" + park_id.replace("-", "_")
    if len(name) <= 32:
        return name
    return f"{name[:19]}_{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def lock_key(schema: str, what: str) -> int:
    """Give the number of an advisory lock: 63 bits of a digest."""
    digest = hashlib.sha256(f"geo-risk {schema} {what}".encode()).digest()
    return int.from_bytes(digest[:8]) >> 1


def moment_of(connection: sa.Connection) -> datetime:
    """Give the database's own time: for audits of reads, which nobody hands a time."""
    if connection.dialect.name == "sqlite":
        text = connection.scalar(sa.select(sa.func.strftime("%Y-%m-%dT%H:%M:%f+00:00", "now")))
        return datetime.fromisoformat(str(text))
    moment = connection.scalar(sa.select(sa.func.now(type_=UtcTime())))
    if not isinstance(moment, datetime):
        raise StoreError("The database does not say the time.", "Check the server.")
    return moment


def _open_sqlite(url: sa.URL) -> Database:
    if not url.database or url.database == ":memory:" or url.query:
        raise StoreError("The store needs a file of its own.", _URL_HINT)
    file = Path(url.database).expanduser().absolute()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            file.touch(mode=0o600)  # person data: the owner's only
    except OSError as error:
        raise StoreError(
            f"{file} cannot be made: {error.strerror}.", "Choose a folder that may be written."
        ) from None
    engine = sa.create_engine(
        url.set(database=str(file)), connect_args={"timeout": _PATIENCE_S}, **_POOL
    )

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "secure_delete = ON",
            "cache_size = -65536",  # KiB: a whole import without spilling
            f"journal_size_limit = {_LOG_KEPT_BYTES}",
            "recursive_triggers = ON",
        ):
            connection.execute(f"PRAGMA {pragma}").close()
        connection.create_function("geometry_meets", 2, _geometry_meets, deterministic=True)

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        options = connection.get_execution_options()
        if not options.get("outside"):
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")

    return Database(engine, "", file)


def open_schema(database: Database, schema: str) -> Database:
    """Open another schema of the same PostgreSQL database: one being filled, or kept aside."""
    return _open_postgres(database.engine.url, schema)


def _open_postgres(url: sa.URL, schema: str) -> Database:
    if not re.fullmatch(r"[a-z0-9_]+", schema):
        raise StoreError(f"{schema!r} is no schema name.", "Use a-z, 0-9 and hyphens in [park] id.")
    options = f"-c search_path={schema},public,postgis,extensions -c timezone=UTC"
    try:
        engine = sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args={"options": options, "connect_timeout": 10, **_GONE},
            pool_pre_ping=True,
            **_POOL,
        )
    except (ModuleNotFoundError, NoSuchModuleError):
        raise StoreError(
            "PostgreSQL needs psycopg.", "Install it: pip install 'geo-risk[postgis]'."
        ) from None
    return Database(engine, schema, None)


def _geometry_meets(one: bytes | None, other: bytes) -> int | None:
    """Say whether two geometries meet: what PostGIS calls ST_Intersects."""
    if one is None:
        return None
    return int(shapely.intersects(shapely.from_wkb(one), shapely.from_wkb(other)))
