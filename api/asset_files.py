"""Files and scripts for the browser, as raw ASGI: packed once, given from memory.

Takes requests below /assets, gives what `maps.assets` and `maps.bundle` hold. A script of 150 kB is
squeezed at its first request and not at each; what a page asks for a dozen times before it is drawn
must not wait in one line. An address with a version (`?v=`) and a bundle may be kept for ever, the
rest is asked for again by its ETag.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.answers import etags_in
from maps.assets import find_asset
from maps.bundle import find_bundle

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

_BUNDLES = "bundle/"
_FOREVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_SMALLEST = 500
_files: dict[str, tuple[int, _Packed]] = {}


@dataclass(frozen=True)
class _Packed:
    plain: bytes
    squeezed: bytes | None
    media_type: str
    etag: str


async def give_asset(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request below the mount; what there is not ends as any other wrong address."""
    if scope["method"] != "GET":  # HEAD comes as GET
        raise HTTPException(405)
    name = scope["path"].removeprefix("/assets/")
    packed = _bundle(name.removeprefix(_BUNDLES)) if name.startswith(_BUNDLES) else _file(name)
    asked = Headers(scope=scope)
    versioned = name.startswith(_BUNDLES) or scope.get("query_string", b"").startswith(b"v=")
    headers = {
        "Cache-Control": _FOREVER if versioned else _ASK_AGAIN,
        "ETag": f'"{packed.etag}"',
        "Vary": "Accept-Encoding",
    }
    if packed.etag in etags_in(asked.get("if-none-match", "")):
        answer = Response(status_code=304, headers=headers)
    else:
        body = packed.plain
        if packed.squeezed is not None and "gzip" in asked.get("accept-encoding", ""):
            body, headers["Content-Encoding"] = packed.squeezed, "gzip"
        answer = Response(body, media_type=packed.media_type, headers=headers)
    await answer(scope, receive, send)


def _file(name: str) -> _Packed:
    """Pack a file; one that was written anew is another."""
    path = find_asset(name)
    written = path.stat().st_mtime_ns
    known = _files.get(name)
    if known is None or known[0] != written:
        known = _files[name] = (written, _pack(name, path.read_bytes()))
    return known[1]


@lru_cache(maxsize=64)
def _bundle(name: str) -> _Packed:
    return _pack(name, find_bundle(name).encode())


def _pack(name: str, body: bytes) -> _Packed:
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    squeezed = gzip.compress(body, 9, mtime=0) if len(body) >= _SMALLEST else None
    if squeezed is not None and len(squeezed) >= len(body):
        squeezed = None
    return _Packed(body, squeezed, media_type, hashlib.sha256(body).hexdigest()[:32])
