"""Tiles, as raw ASGI in front of everything else: an address, a look at who asks, bytes.

Takes requests below /tiles, gives PNG. `/tiles/{surface}@{version}.{rev}/{z}/{x}/{y}.png` never
changes and is kept by the browser for a year; `/tiles/{surface}/{z}/{x}/{y}.png`, and a `rev` that
is 0 or no longer this tile's, is the present one and is asked for again each time, by its ETag: who
hears of a change late sees no hole. Below /tiles/gcj02 the same is
drawn to lie on a base map in GCJ-02. Cells are the station's: everybody else is refused as
`audience` says.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from api import audience, auth
from api.answers import etags_in
from api.mesh import MAX_ZOOM
from api.problems import MEDIA_TYPE, problem_of
from geo_risk.errors import GeoRiskError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from api.service import Service
    from api.tileset import TileSet

_ADDRESS = re.compile(
    r"/tiles/(?P<plane>gcj02/)?(?P<surface>[a-z0-9_.]+)(@(?P<version>[0-9a-f]{12})\.(?P<rev>[0-9]+))?"
    r"/(?P<z>[0-9]{1,2})/(?P<x>[0-9]{1,7})/(?P<y>[0-9]{1,7})\.png"
)
_FOREVER = "private, max-age=31536000, immutable"
_ASK_AGAIN = "private, no-cache"
_VARY = "Cookie, Authorization"


class Tiles:
    """Answers requests below /tiles, hands everything else on.

    Parameters
    ----------
    app
        What comes behind.
    service
        Gives the running service; called per request, for it opens after this is made.
    """

    def __init__(self, app: ASGIApp, service: Callable[[], Service]) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not scope["path"].startswith("/tiles/"):
            await self._app(scope, receive, send)
            return
        address = _ADDRESS.fullmatch(scope["path"])
        if address is None or scope["method"] != "GET":
            await self._app(scope, receive, send)  # answers 404 or 405 like any other address
            return
        scope["geo_risk.route"] = "/tiles/{surface}/{z}/{x}/{y}.png"
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        try:
            status, answer, body = await run_in_threadpool(self._tile, address, headers)
        except GeoRiskError as error:
            problem = problem_of(error, scope["path"])
            status, body = problem["status"], json.dumps(problem, ensure_ascii=False).encode()
            answer = {"content-type": MEDIA_TYPE, "cache-control": "private, no-store"}
        if status != 304:
            answer["content-length"] = str(len(body))
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [(name.encode(), value.encode()) for name, value in answer.items()],
            }
        )
        await send({"type": "http.response.body", "body": body})

    def _tile(
        self, address: re.Match[str], headers: dict[bytes, str]
    ) -> tuple[int, dict[str, str], bytes]:
        service = self._service()
        identity = auth.identify(
            service.store,
            service.uses,
            service.session_cookie,
            headers.get(b"cookie", ""),
            headers.get(b"authorization", ""),
            service.clock(),
        )
        audience.check_cells(audience.sight_of(identity.actor))
        version = address["version"]
        rev = int(address["rev"] or 0)
        tiles = _tiles_of(service, address["surface"], version, rev)
        plane = "gcj02" if address["plane"] else "wgs84"
        where = int(address["z"]), int(address["x"]), int(address["y"])
        if where[0] > MAX_ZOOM:
            raise NotFoundError(f"There is no zoom {where[0]}.", f"Zoom is 0 to {MAX_ZOOM}.")
        known = tiles.is_present(rev, *where, plane)
        etag = f"{tiles.version}.{tiles.rev_of(*where, plane)}"
        answer = {
            "cache-control": _FOREVER if known else _ASK_AGAIN,
            "etag": f'"{etag}"',
            "vary": _VARY,
        }
        if etag in etags_in(headers.get(b"if-none-match", "")):
            return 304, answer, b""
        picture = tiles.in_plane(plane).tile(*where)
        return 200, {**answer, "content-type": "image/png"}, picture


def _tiles_of(service: Service, surface_id: str, version: str | None, rev: int) -> TileSet:
    """Give the tiles of what is shown, or was shown a while ago."""
    watcher = service.watcher
    present = service.live_map.tiles_of(surface_id, rev)
    if present is not None and version in {None, present.version}:
        return present
    if version is not None and not watcher.has_tiles(surface_id, version):
        return service.past.tiles_of(surface_id, version, watcher.shown, service.clock())
    return watcher.tiles_of(surface_id, version)
