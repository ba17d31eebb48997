"""News from other processes on PostgreSQL: NOTIFY at each commit, LISTEN on a thread of its own.

Every transaction that wrote events tells so on its park's channel, when it is committed and in the
order of commits: the collection and the id of its last event, nothing of what is in it. `Hearing`
holds one connection that waits for that and costs the server nothing while it waits. A connection
that breaks is made anew, with a pause that grows; each time it stands, whoever reads is sent to the
store once, for what it has missed. Until a greeting of its own has come back it does not count as
hearing: a pooler between may take LISTEN and pass nothing on.
"""

from __future__ import annotations

import secrets
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from geo_risk.errors import StoreError
from geo_risk.store.schema import events

if TYPE_CHECKING:
    from geo_risk.store.engine import Database

_GREETING = "hello"
_GREETING_S = 5.0
_PAUSES_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


def channel_of(schema: str) -> str:
    """Give the channel of a park's schema."""
    return f"geo_risk_{schema}"


def tell(connection: sa.Connection, schema: str, since: str | None) -> None:
    """Tell at the commit of a transaction that it wrote events; of one that wrote none, nothing.

    Parameters
    ----------
    connection
        In the transaction, after all it wrote.
    schema
        The park's.
    since
        Id of the last event before it; None where there was none.
    """
    wrote = (
        sa.select(events.c.collection, events.c.id)
        .where(events.c.id > (since or ""))
        .order_by(events.c.id.desc())
        .limit(1)
        .cte("wrote")
    )
    payload = wrote.c.collection + " " + wrote.c.id
    connection.execute(sa.select(sa.func.pg_notify(channel_of(schema), payload)))


def tell_all_anew(connection: sa.Connection, schema: str) -> None:
    """Tell at a commit that everything may be different, as after a restore."""
    connection.execute(sa.select(sa.func.pg_notify(channel_of(schema), "publications")))


class Hearing:
    """Listens until it is stopped.

    Parameters
    ----------
    database
        A park's, in PostgreSQL.
    on_news
        Called on the listening thread: with the collection of a transaction's last event, and with
        '' when something may have been missed.
    on_state
        Called when hearing begins, with '', and when it ends or cannot begin, with the reason: once
        each time.
    """

    def __init__(
        self,
        database: Database,
        on_news: Callable[[str], None],
        on_state: Callable[[str], None],
    ) -> None:
        self._database, self._on_news, self._on_state = database, on_news, on_state
        self._channel = channel_of(database.schema)
        self._stopping = threading.Event()
        self._waker, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="hearing", daemon=True)
        self._told: str | None = None
        self.is_hearing = False

    def start(self) -> None:
        """Begin; what happens from when `is_hearing` is true on is heard."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening, and wait until the connection is closed."""
        self._stopping.set()
        self._waker.close()
        self._thread.join()
        self._woken.close()

    def _run(self) -> None:
        failed = 0
        while not self._stopping.is_set():
            try:
                with self._database.answering(), self._connected() as connection:
                    self._listen(connection)
            except (StoreError, OSError) as error:
                failed = 0 if self.is_hearing else failed
                self.is_hearing = False
                self._tell_state(str(error))
                self._stopping.wait(_PAUSES_S[min(failed, len(_PAUSES_S) - 1)])
                failed += 1
            finally:
                self.is_hearing = False

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        """Hold a connection outside of the pool and of any transaction; the driver's own."""
        connection = self._database.engine.raw_connection()
        driver: Any = connection.driver_connection
        connection.detach()
        try:
            driver.rollback()
            driver.autocommit = True
            yield driver
        finally:
            driver.close()
            connection.invalidate()  # no rollback: it may be broken

    def _listen(self, connection: Any) -> None:
        connection.execute(f'LISTEN "{self._channel}"')
        greeting = f"{_GREETING} {secrets.token_hex(8)}"
        with self._database.alone() as other:
            other.execute(sa.select(sa.func.pg_notify(self._channel, greeting)))
        until = time.monotonic() + _GREETING_S
        while not self._stopping.is_set():
            left = None if self.is_hearing else max(0.0, until - time.monotonic())
            for said in self._wait(connection, left):
                if said == greeting:
                    self.is_hearing = True
                    self._tell_state("")
                    self._on_news("")
                elif not said.startswith(_GREETING):
                    self._on_news(said.split(" ")[0])
            if not self.is_hearing and time.monotonic() >= until:
                raise StoreError("LISTEN hears nothing.", "Name the server, no pooler, in the URL.")

    def _wait(self, connection: Any, seconds: float | None) -> Iterator[str]:
        """Wait for what is told; nothing where time is over, or to stop."""
        with selectors.DefaultSelector() as waiting:
            waiting.register(connection, selectors.EVENT_READ)
            waiting.register(self._woken, selectors.EVENT_READ)
            ready = [key.fileobj for key, _ in waiting.select(seconds)]
        if connection not in ready:
            return
        connection.pgconn.consume_input()
        while told := connection.pgconn.notifies():
            yield told.extra.decode()

    def _tell_state(self, reason: str) -> None:
        """Say whether it hears, where that has changed."""
        if self._told is None or bool(reason) != bool(self._told):
            self._on_state(reason)
        self._told = reason
