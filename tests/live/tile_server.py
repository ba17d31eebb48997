"""A map service of our own, for tests: white tiles with a red dot where a place is, in its datum.

Drawn from web Mercator and an independent implementation of GCJ-02 (coord-convert), never from the
code that is tested.
"""

from __future__ import annotations

import io
import math
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from coord_convert.transform import wgs2gcj
from PIL import Image, ImageDraw

RADIUS_PX = 5
RED = (230, 0, 60)
_TILE = 256
_ADDRESS = re.compile(r"/(\d+)/(\d+)/(\d+)\.png")


@dataclass
class TileServer:
    """A running service. `gate` is the place that is drawn, longitude and latitude in WGS-84."""

    url: str
    datum: str
    gate: tuple[float, float] = (0.0, 0.0)
    asked: list[str] = field(default_factory=list)

    @property
    def template(self) -> str:
        """Address of its tiles as a park file names them."""
        return f"{self.url}/{{z}}/{{x}}/{{y}}.png"

    def tile(self, z: int, x: int, y: int) -> bytes:
        """Draw a tile: a red disc where the gate is on a map in this datum."""
        lon, lat = wgs2gcj(*self.gate) if self.datum == "gcj02" else self.gate
        side = _TILE * 2**z
        east = (lon + 180) / 360 * side - x * _TILE
        south = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side - y * _TILE
        times = 8  # drawn large and made small, so that the disc's middle is not rounded
        picture = Image.new("RGB", (_TILE, _TILE), "white")
        if -20 < east < _TILE + 20 and -20 < south < _TILE + 20:
            large = Image.new("RGB", (_TILE * times, _TILE * times), "white")
            box = [(one + d * RADIUS_PX) * times for d in (-1, 1) for one in (east, south)]
            ImageDraw.Draw(large).ellipse(box, fill=RED)
            picture = large.resize((_TILE, _TILE), Image.Resampling.BOX)
        out = io.BytesIO()
        picture.save(out, "PNG")
        return out.getvalue()


@contextmanager
def serve_tiles(datum: str) -> Iterator[TileServer]:
    """Serve tiles of a datum on a free port of this machine."""
    served = TileServer("", datum)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.path)
            found = _ADDRESS.fullmatch(self.path)
            if found is None:
                self.send_error(404)
                return
            body = served.tile(*(int(one) for one in found.groups()))
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.send_header("Cross-Origin-Resource-Policy", "cross-origin")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield served
        server.shutdown()
        thread.join()
