"""A pooler as some stand before a PostgreSQL: it passes everything on, but for what is told.

Bytes go through as they are from client to server; of the server's messages those that tell of a
NOTIFY (type A) are left out, as where LISTEN went to a connection that somebody else has by now.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import sqlalchemy as sa

_HEAD = 5  # a type and the length of what follows, which counts itself


@contextlib.contextmanager
def deaf_pooler(server: str) -> Iterator[str]:
    """Stand before a server; give the URL to be used instead."""
    url = sa.make_url(server)
    opened: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        behind = (url.host or "127.0.0.1", url.port or 5432)
        threading.Thread(target=_admit, args=(door, behind, opened), daemon=True).start()
        plain = url.set(host="127.0.0.1", port=port).update_query_dict({"sslmode": "disable"})
        try:
            yield plain.render_as_string(hide_password=False)
        finally:
            with contextlib.suppress(OSError):
                door.shutdown(socket.SHUT_RDWR)
            for one in opened:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)


def _admit(door: socket.socket, behind: tuple[str, int], opened: list[socket.socket]) -> None:
    while True:
        try:
            client, _ = door.accept()
        except OSError:
            return
        server = socket.create_connection(behind)
        opened += [client, server]
        for work in (_pass_on, _leave_out):
            threading.Thread(target=work, args=(client, server), daemon=True).start()


def _pass_on(client: socket.socket, server: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while some := client.recv(1 << 16):
            server.sendall(some)
    _end(client, server)


def _leave_out(client: socket.socket, server: socket.socket) -> None:
    with contextlib.suppress(OSError, EOFError):
        while True:
            head = _exactly(server, _HEAD)
            rest = _exactly(server, int.from_bytes(head[1:]) - 4)
            if head[:1] != b"A":
                client.sendall(head + rest)
    _end(client, server)


def _exactly(source: socket.socket, number: int) -> bytes:
    found = b""
    while len(found) < number:
        some = source.recv(number - len(found))
        if not some:
            raise EOFError
        found += some
    return found


def _end(*both: socket.socket) -> None:
    for one in both:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
