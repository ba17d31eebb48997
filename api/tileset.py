"""The tiles of one graded surface: drawn when first asked for, kept while they are.

Takes a `GradedSurface`, gives PNG bytes by address. A pixel shows the class of the cell under its
centre, the same class that `/value` gives there; no value is transparent. Tiles without anything
share one picture. The class is read from the surface's own array, so nothing is resampled twice.
"""

from __future__ import annotations

import threading
import zlib
from collections import OrderedDict
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from api.mesh import MAX_ZOOM, TILE, Window, lon_lat_bounds, pixel_of, window_of
from api.png import write_png
from geo_risk.errors import NotFoundError
from geo_risk.published import RiskClass
from maps.palette import pattern_index, tile_palette

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo_risk.published import GradedSurface

_KEPT_TILES = 4096
_WARM_PIXELS = 1100  # a map's window: overview tiles up to this width are drawn beforehand


class TileSet:
    """Tiles of one version of one surface.

    Parameters
    ----------
    graded
        What to draw.
    datum
        The park's own, `wgs84` or `gcj02`.
    plane
        In which the tiles are drawn: `wgs84`, or `gcj02` to lie on a base map that is.
    """

    def __init__(self, graded: GradedSurface, datum: str, plane: str = "wgs84") -> None:
        self.surface_id = graded.id
        self.version = graded.surface.version
        self.rev = revision_of(graded)
        counts = np.bincount(graded.classes.ravel(), minlength=len(RiskClass))
        self.class_cells = {one: int(counts[one]) for one in RiskClass}
        self._grid = graded.surface.grid
        self._datum, self._plane = datum, plane
        self._bent: TileSet | None = None
        self._graded = graded
        self._classes = np.append(graded.classes.ravel(), np.uint8(0))  # -1 finds the last: nothing
        self.bounds = lon_lat_bounds(self._grid, datum, plane)
        self._kept: OrderedDict[tuple[int, int, int], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def tile(self, z: int, x: int, y: int) -> bytes:
        """Give one tile as PNG.

        Parameters
        ----------
        z, x, y
            Address in the usual web Mercator scheme.

        Returns
        -------
        bytes
            256 x 256 pixels, palette with transparency.

        Raises
        ------
        NotFoundError
            When there is no such address.
        """
        if not (0 <= z <= MAX_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
            raise NotFoundError(f"There is no tile {z}/{x}/{y}.", f"Zoom is 0 to {MAX_ZOOM}.")
        key = (z, x, y)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        picture = self._draw(z, x, y)
        with self._lock:
            self._kept[key] = picture
            while len(self._kept) > _KEPT_TILES:
                self._kept.popitem(last=False)
        return picture

    def in_plane(self, plane: str) -> TileSet:
        """Give the tiles of the same picture in a plane; another's are made when asked for."""
        if plane == self._plane:
            return self
        with self._lock:
            if self._bent is None:
                self._bent = TileSet(self._graded, self._datum, plane)
            return self._bent

    def shows(self, graded: GradedSurface) -> bool:
        """Say whether these tiles are what a surface would look like."""
        return self._grid == graded.surface.grid and bool(
            np.array_equal(self._classes[:-1], graded.classes.ravel())
        )

    def warm(self) -> int:
        """Draw the overview tiles beforehand; give how many."""
        count = 0
        for z, x, y in self._overview():
            self.tile(z, x, y)
            count += 1
        return count

    def _draw(self, z: int, x: int, y: int) -> bytes:
        window = window_of(self._grid, self._datum, self.bounds, z, x, y, plane=self._plane)
        if window is None:
            return empty_tile()
        classes = self._classes[window.cells]
        if not classes.any():
            return empty_tile()
        return _picture(window, classes, x, y)

    def _overview(self) -> Iterator[tuple[int, int, int]]:
        west, south, east, north = self.bounds
        for z in range(MAX_ZOOM):
            left, top = pixel_of(west, north, z)
            right, bottom = pixel_of(east, south, z)
            if max(right - left, bottom - top) > _WARM_PIXELS:
                return
            if max(right - left, bottom - top) < TILE:
                continue
            for x in range(int(left // TILE), int(right // TILE) + 1):
                for y in range(int(top // TILE), int(bottom // TILE) + 1):
                    yield z, x, y


def revision_of(graded: GradedSurface) -> int:
    """Give a number that changes with the classes: breaks may change where values do not."""
    return zlib.crc32(np.ascontiguousarray(graded.classes).tobytes()) % 1_000_000 + 1


@cache
def empty_tile() -> bytes:
    """Give the tile with nothing in it: the same bytes for all."""
    return write_png(np.zeros((TILE, TILE), np.uint8), tile_palette())


def _picture(window: Window, classes: np.ndarray, x: int, y: int) -> bytes:
    rows = np.arange(window.rows.start, window.rows.stop)[:, None] + y * TILE
    cols = np.arange(window.cols.start, window.cols.stop)[None, :] + x * TILE
    indices = np.zeros((TILE, TILE), np.uint8)
    indices[window.rows, window.cols] = pattern_index(classes, cols, rows)
    return write_png(indices, tile_palette())
