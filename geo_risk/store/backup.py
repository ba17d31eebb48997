"""Backup and restore: one file that holds a park's whole state, whichever the engine.

The file is a zip: `manifest.json`, `store.sqlite` (a consistent copy made while others write; from
PostgreSQL the same tables, read in one snapshot), `surfaces/`, `photos/`, `rejects/`. It can be
restored into either engine. Restoring verifies first, refuses what a newer geo-risk wrote, cleans
out what was forgotten meanwhile, and keeps what was there aside.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from geo_risk.errors import FileFormatError, NotFoundError, StoreError
from geo_risk.store import forgetting
from geo_risk.store.column_types import iso
from geo_risk.store.engine import Database, open_database, open_schema
from geo_risk.store.hearing import tell_all_anew
from geo_risk.store.locks import park_lock
from geo_risk.store.migrate import check_version, migrate
from geo_risk.store.schema import HEAD, documents, embeds, sessions, tokens, users
from geo_risk.store.scrub import remove_photos, scrub_folder
from geo_risk.store.transfer import copy_rows

FORMAT = 1
FOLDERS = ("surfaces", "photos", "rejects")
ASIDE = "before-restore-"
SHOWN = "public_"
"""Documents whose kind begins so were shown to everybody."""


def back_up(database: Database, park_id: str, state_dir: Path, to: Path, at: datetime) -> Path:
    """Write a backup; others may write to the store meanwhile.

    Parameters
    ----------
    to
        The file; in a folder it is named after park and time.
    at
        Time that stands in it, zone-aware.

    Returns
    -------
    Path
        The file. It is there whole, or not at all.
    """
    if to.is_dir():
        to = to / f"{park_id}-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.zip"
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=to.parent, prefix=".backup-") as scratch:
        part = Path(scratch) / "backup.zip"
        copy = Path(scratch) / "store.sqlite"
        _copy_out(database, copy)
        with zipfile.ZipFile(part, "w") as archive:
            digests = {"store.sqlite": _pack(archive, copy, "store.sqlite", zipfile.ZIP_DEFLATED)}
            for path in _state_files(state_dir):
                name = path.relative_to(state_dir).as_posix()
                try:
                    digests[name] = _pack(archive, path, name, zipfile.ZIP_STORED)
                except FileNotFoundError:
                    continue  # an old surface, pruned since the copy was made
            manifest = {
                "format": FORMAT,
                "park": park_id,
                "schema": HEAD,
                "at": iso(at),
                "files": digests,
            }
            archive.writestr("manifest.json", json.dumps(manifest, indent=1))
        part.chmod(0o600)
        part.replace(to)
    return to


def restore(archive: Path, url: str, *, park_id: str, state_dir: Path, at: datetime) -> Path | None:
    """Put a backup in place of a park's state.

    Parameters
    ----------
    archive
        A file that `back_up` wrote, from either engine.
    url, park_id, state_dir
        As for `open_store`.
    at
        Names the folder or schema in which the old state is kept aside.

    Returns
    -------
    Path or None
        Folder with the old state (SQLite) or its files (PostgreSQL, whose old tables are in a
        schema of the same name); None when there was none.

    Raises
    ------
    NotFoundError, FileFormatError
        When there is no such file, or it is damaged or another park's; nothing is changed.
    StoreError
        When a newer geo-risk wrote it; nothing is changed.
    BusyError
        When the park is being built.
    """
    manifest = verify(archive, park_id)
    state_dir.mkdir(parents=True, exist_ok=True)
    live = open_database(url, park_id)
    with (
        closing(live),
        park_lock(live, state_dir),
        tempfile.TemporaryDirectory(dir=state_dir, prefix=".restore-") as scratch,
    ):
        fresh = Path(scratch)
        with zipfile.ZipFile(archive) as packed:
            for name in manifest["files"]:
                packed.extract(name, fresh)
        entries = [*forgetting.read_list(state_dir), *_listed_in(live)]
        _clean(fresh, entries, live)
        aside = state_dir / f"{ASIDE}{at.astimezone(UTC):%Y%m%dT%H%M%S%fZ}"
        with (
            _opened(open_database(f"sqlite:///{fresh / 'store.sqlite'}", "")) as database,
            database.read() as connection,
        ):
            forgetting.append_list(state_dir, forgetting.listed(connection))
        had = _swap(live, fresh / "store.sqlite", aside, state_dir, fresh)
    return aside if had else None


def verify(archive: Path, park_id: str) -> dict[str, Any]:
    """Check a backup from end to end, and give its manifest.

    Raises
    ------
    NotFoundError, FileFormatError, StoreError
        As `restore`.
    """
    if not archive.is_file():
        raise NotFoundError(f"There is no backup {archive}.", "Check the path.")
    damaged = FileFormatError(f"{archive} is no whole backup.", "Take an older one.")
    try:
        with zipfile.ZipFile(archive) as packed:
            manifest: dict[str, Any] = json.loads(packed.read("manifest.json"))
            for name, digest in manifest["files"].items():
                if hashlib.sha256(packed.read(name)).hexdigest() != digest:
                    raise damaged
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise damaged from error
    check_version(manifest["schema"], str(archive))
    if manifest["format"] > FORMAT:
        raise StoreError(f"{archive} was written by a newer geo-risk.", "Install that version.")
    if manifest["park"] != park_id:
        raise FileFormatError(
            f"{archive} is a backup of park {manifest['park']!r}, not of {park_id!r}.",
            "Give the park file that belongs to it.",
        )
    return manifest


@contextmanager
def kept_aside(database: Database, state_dir: Path) -> Iterator[list[Database]]:
    """Open what earlier restores have kept aside: forgetting reaches there too."""
    opened = [
        open_database(f"sqlite:///{file}", "")
        for file in sorted(state_dir.glob(f"{ASIDE}*/store.sqlite"))
    ]
    if not database.is_sqlite:
        with database.read() as connection:
            names = sa.inspect(connection).get_schema_names()
        wanted = f"{database.schema}_before_"
        opened += [open_schema(database, one) for one in names if one.startswith(wanted)]
    try:
        yield opened
    finally:
        for one in opened:
            one.close()


def _copy_out(database: Database, file: Path) -> None:
    if database.file is not None:
        with (
            closing(sqlite3.connect(database.file)) as live,
            closing(sqlite3.connect(file)) as copy,
        ):
            live.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
    else:
        with _opened(open_database(f"sqlite:///{file}", "")) as target:
            migrate(target)
            with database.read(one_state=True) as source, target.write() as connection:
                # before the first SELECT: forgetting rewrites these, which old snapshots see empty
                source.execute(
                    sa.text(f"LOCK TABLE {', '.join(forgetting.REWRITTEN)} IN ACCESS SHARE MODE")
                )
                copy_rows(source, connection)
        with closing(sqlite3.connect(file)) as copy:
            copy.execute("PRAGMA journal_mode = DELETE")


def _state_files(state_dir: Path) -> Iterator[Path]:
    for name in FOLDERS:
        for path in sorted((state_dir / name).rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                yield path


def _pack(archive: zipfile.ZipFile, path: Path, name: str, how: int) -> str:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    archive.write(path, name, compress_type=how, compresslevel=1)
    return digest


def _listed_in(live: Database) -> list[dict[str, Any]]:
    with live.read() as connection:
        if not sa.inspect(connection).has_table("forgotten"):
            return []
        return forgetting.listed(connection)


def _clean(fresh: Path, entries: list[dict[str, Any]], live: Database) -> None:
    """Bring an unpacked backup to the newest schema and take out what was forgotten since."""
    with _opened(open_database(f"sqlite:///{fresh / 'store.sqlite'}", "")) as database:
        with database.read() as connection:
            if connection.exec_driver_sql("PRAGMA integrity_check").scalar() != "ok":
                raise FileFormatError("The backup's database is damaged.", "Take an older one.")
        migrate(database)
        with database.write() as connection:
            found = forgetting.recall(connection, entries)
            texts = forgetting.texts_to_scrub(connection, found)
            forgetting.remove(connection, entries)
            forgetting.blank_answers(connection, found)
            connection.execute(sessions.delete())
            _keep_revoked(live, connection)
            _keep_shown(live, connection)
        remove_photos(fresh, found.photos)
        scrub_folder(fresh, texts, ())
        forgetting.compact(database)


def _keep_revoked(live: Database, connection: sa.Connection) -> None:
    """Tokens and embeds revoked and users disabled since the backup was made stay so."""
    with live.read() as current:
        for table, column in (
            (tokens, "revoked_at"),
            (embeds, "revoked_at"),
            (users, "disabled_at"),
        ):
            if not sa.inspect(current).has_table(table.name):
                continue
            chosen = sa.select(table.c.id, table.c[column]).where(table.c[column].is_not(None))
            for row_id, moment in current.execute(chosen).all():
                mine = table.update().where(table.c.id == row_id)
                connection.execute(mine.values({column: moment}))


def _keep_shown(live: Database, connection: sa.Connection) -> None:
    """Keep what everybody was shown since the backup was made as it was shown."""
    shown = sa.select(documents).where(documents.c.kind.startswith(SHOWN))
    with live.read() as current:
        if not sa.inspect(current).has_table(documents.name):
            return
        rows = [dict(one) for one in current.execute(shown).mappings()]
    kept = {(one["kind"], one["key"]) for one in connection.execute(shown).mappings()}
    fresh = [one for one in rows if (one["kind"], one["key"]) not in kept]
    if fresh:
        connection.execute(documents.insert(), fresh)


def _swap(live: Database, copy: Path, aside: Path, state_dir: Path, fresh: Path) -> bool:
    """Put files and tables in place; give whether anything was there before."""
    for path in _state_files(fresh):
        place = state_dir / path.relative_to(fresh)
        if path.is_relative_to(fresh / "surfaces") and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            path.rename(place)
    had = _swap_sqlite(live.file, copy, aside) if live.file else _swap_postgres(live, copy, aside)
    for name in ("photos", "rejects"):
        if (state_dir / name).exists():
            aside.mkdir(parents=True, exist_ok=True)
            (state_dir / name).rename(aside / name)
            had = True
        if (fresh / name).exists():
            (fresh / name).rename(state_dir / name)
    return had


def _swap_sqlite(file: Path, copy: Path, aside: Path) -> bool:
    """Overwrite the database in one transaction: others that have it open see it at their next."""
    with closing(sqlite3.connect(file, timeout=30)) as live, closing(sqlite3.connect(copy)) as new:
        had = bool(live.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
        if had:
            aside.mkdir(parents=True, mode=0o700)
            with closing(sqlite3.connect(aside / "store.sqlite")) as old:
                live.backup(old)
                old.execute("PRAGMA journal_mode = DELETE")
            (aside / "store.sqlite").chmod(0o600)
        live.execute("PRAGMA secure_delete = ON")
        new.backup(live)
        live.execute("PRAGMA journal_mode = WAL")
    return had


def _swap_postgres(live: Database, copy: Path, aside: Path) -> bool:
    """Fill a schema beside the park's, then exchange their names in one transaction."""
    beside = f"{live.schema}_restoring"
    quote = live.engine.dialect.identifier_preparer.quote
    with live.write(bare=True) as connection:
        connection.execute(sa.schema.DropSchema(beside, cascade=True, if_exists=True))
    with (
        _opened(open_schema(live, beside)) as target,
        _opened(open_database(f"sqlite:///{copy}", "")) as source,
    ):
        migrate(target)
        with source.read() as rows, target.write() as connection:
            copy_rows(rows, connection)
    with live.write(bare=True) as connection:
        had = sa.inspect(connection).has_schema(live.schema)
        if had:
            old = f"{live.schema}_before_{aside.name.removeprefix(ASIDE).lower()}"
            connection.execute(sa.text(f"ALTER SCHEMA {quote(live.schema)} RENAME TO {quote(old)}"))
        connection.execute(sa.text(f"ALTER SCHEMA {quote(beside)} RENAME TO {quote(live.schema)}"))
        tell_all_anew(connection, live.schema)
    return had


@contextmanager
def _opened(database: Database) -> Iterator[Database]:
    try:
        yield database
    finally:
        database.close()
