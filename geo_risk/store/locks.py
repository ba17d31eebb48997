"""The park's lock: one build at a time, and none left behind by a killed one.

SQLite: a lock of the operating system on `park.lock`, gone with the process that held it.
PostgreSQL: an advisory lock of the session, gone with the connection. Readers and writers of
records do not need it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from geo_risk.errors import BusyError
from geo_risk.store.engine import Database, lock_key


@contextmanager
def park_lock(database: Database, state_dir: Path) -> Iterator[None]:
    """Hold the park's lock.

    Raises
    ------
    BusyError
        When somebody else holds it.
    """
    held = _file_lock(state_dir / "park.lock") if database.is_sqlite else _session_lock(database)
    with held:
        yield


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(handle, 32).decode(errors="replace").strip()
            raise _busy(f"process {holder}" if holder else "another process") from None
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        yield
    finally:
        os.close(handle)


@contextmanager
def _session_lock(database: Database) -> Iterator[None]:
    key = lock_key(database.schema, "park")
    with database.alone() as connection:
        if not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(key))):
            raise _busy("another session")
        try:
            yield
        finally:
            connection.execute(sa.select(sa.func.pg_advisory_unlock(key)))


def _busy(holder: str) -> BusyError:
    return BusyError(
        f"The park is being built or restored by {holder}.", "Wait for it to end, then try again."
    )
