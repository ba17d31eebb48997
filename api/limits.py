"""How much a request may send: more is answered 413 with a problem, and never held in memory.

Raw ASGI around what reads bodies. A length that is announced is refused without the application;
one that is not is counted as it comes, and whatever the application would say to the broken body
is replaced. What still arrives is let run off before the answer: a connection that is closed under
a sender's hands takes the answer with it.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING

from api.problems import MEDIA_TYPE, problem_of
from geo_risk.errors import TooLargeError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 1_000_000
MAX_LIST_BYTES = 6_000_000
"""10,000 results of a channel with the longest names, 100,000 lines of a source's own list."""

MAX_FILE_BYTES = 50_000_000
MAX_PHOTO_BYTES = 20_000_000
FILE_PATHS = frozenset({"/v1/imports", "/imports"})
"""Where files are handed in."""

_LISTS = re.compile(r"/v1/channels/[^/]+/(acknowledged|reconciliation)")

_RUN_OFF_BYTES = 32_000_000
_RUN_OFF_S = 5.0


class BodyLimit:
    """Wraps an application.

    Parameters
    ----------
    app
        What to wrap.
    most, most_of_file
        Bytes that a body may have, and one that brings a file.
    """

    def __init__(
        self, app: ASGIApp, most: int = MAX_BODY_BYTES, most_of_file: int = MAX_FILE_BYTES
    ) -> None:
        self._app = app
        self._most = most
        self._most_of_file = most_of_file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most_at(scope["path"])
        if _announced(scope) > most:
            await self._refuse(scope, receive, send, most)
            return
        seen, too_large, refused = 0, False, False

        async def receive_counted() -> Message:
            nonlocal seen, too_large
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                too_large = True
                return {"type": "http.disconnect"}
            return message

        async def send_checked(message: Message) -> None:
            nonlocal refused
            if not too_large:
                await send(message)
            elif not refused:
                refused = True
                await self._refuse(scope, receive, send, most)

        await self._app(scope, receive_counted, send_checked)

    def _most_at(self, path: str) -> int:
        if path in FILE_PATHS:
            return self._most_of_file
        if (
            path == "/report"
            or path.startswith("/visit/")
            or (path.startswith("/v1/reports/") and path.endswith("/photos"))
        ):
            return min(self._most_of_file, MAX_PHOTO_BYTES)
        return MAX_LIST_BYTES if _LISTS.fullmatch(path) else self._most

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        if not any(
            name == b"expect" for name, _ in scope["headers"]
        ):  # who asks first sends nothing
            await _run_off(receive)
        error = TooLargeError(f"The body is larger than {most:,} bytes.", "Send less at once.")
        body = json.dumps(problem_of(error, scope["path"]), ensure_ascii=False).encode()
        headers = [
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def _run_off(receive: Receive) -> None:
    """Take what is still coming and keep nothing of it, within bounds."""
    seen, more = 0, True
    try:
        async with asyncio.timeout(_RUN_OFF_S):
            while more and seen < _RUN_OFF_BYTES:
                message = await receive()
                seen += len(message.get("body", b""))
                more = message["type"] == "http.request" and message.get("more_body", False)
    except TimeoutError:
        return


def _announced(scope: Scope) -> int:
    value = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(value) if value.isdigit() else 0
