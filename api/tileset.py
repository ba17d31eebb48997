"""The tiles of one graded surface: drawn when first asked for, kept while they are.

Takes a `GradedSurface`, gives PNG bytes by address. A pixel shows the class of the cell under its
centre, the same class that `/value` gives there; no value is transparent. Tiles without anything
share one picture. The class is read from the surface's own array, so nothing is resampled twice.
Where reports were stamped since, the tiles that look different have another `rev`; all others keep
theirs, and their picture.
"""

from __future__ import annotations

import threading
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from api.mesh import (
    BOX_ZOOM,
    MAX_ZOOM,
    TILE,
    Window,
    lon_lat_bounds,
    pixel_of,
    tile_box,
    window_of,
)
from api.png import write_png
from geo_risk.errors import NotFoundError
from geo_risk.published import RiskClass
from maps.palette import pattern_index, tile_palette

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from geo_risk.published import GradedSurface

_KEPT_TILES = 4096
_CHANGES, _BOXES = 64, 8  # so many changes are told apart, and blocks within one
_PLANES = ("wgs84", "gcj02")
_WARM_PIXELS = 1100  # a map's window: overview tiles up to this width are drawn beforehand


Box = tuple[int, int, int, int]
"""First and last x, first and last y of tiles at `mesh.BOX_ZOOM`."""


@dataclass(frozen=True)
class Touched:
    """One change of a surface between two publications.

    Parameters
    ----------
    rev
        The surface's revision from then on.
    boxes
        By plane, where tiles look different since.
    """

    rev: int
    boxes: Mapping[str, tuple[Box, ...]]

    def holds(self, plane: str, z: int, x: int, y: int) -> bool:
        """Say whether a tile may look different since."""
        down = BOX_ZOOM - z
        return any(
            first_x >> down <= x <= last_x >> down and first_y >> down <= y <= last_y >> down
            for first_x, last_x, first_y, last_y in self.boxes[plane]
        )


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
    touched
        What was changed since the surface was published, oldest first.
    before
        The tiles of the same version before the last change.
    """

    def __init__(
        self,
        graded: GradedSurface,
        datum: str,
        plane: str = "wgs84",
        *,
        touched: tuple[Touched, ...] = (),
        before: TileSet | None = None,
    ) -> None:
        self.surface_id = graded.id
        self.version: str = before.version if before else graded.surface.version
        self.first_rev: int = before.first_rev if before else revision_of(graded)
        self.touched = touched
        self.rev = touched[-1].rev if touched else self.first_rev
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
        if before is not None:
            last = touched[-1]
            self._kept.update(
                (key, picture) for key, picture in before.kept() if not last.holds(plane, *key)
            )

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

    def stamped(self, graded: GradedSurface, cells: Sequence[tuple[slice, slice]]) -> TileSet:
        """Give the tiles after a change.

        Parameters
        ----------
        graded
            The surface as it is now.
        cells
            Rows and columns that hold every cell whose class changed, at least one block.
        """
        blocks = [_around(cells)] if len(cells) > _BOXES else cells
        boxes = {
            plane: tuple(tile_box(self._grid, one, self._datum, plane) for one in blocks)
            for plane in _PLANES
        }
        touched = _shortened((*self.touched, Touched(revision_of(graded), boxes)))
        return TileSet(graded, self._datum, self._plane, touched=touched, before=self)

    @property
    def revs(self) -> set[int]:
        """The revisions that are told apart."""
        return {self.first_rev, *(one.rev for one in self.touched)}

    def rev_of(self, z: int, x: int, y: int, plane: str) -> int:
        """Give the revision of one tile: that of the last change that it shows."""
        for one in reversed(self.touched):
            if one.holds(plane, z, x, y):
                return one.rev
        return self.first_rev

    def is_present(self, rev: int, z: int, x: int, y: int, plane: str) -> bool:
        """Say whether a tile looks now as it did at a revision of the surface."""
        for one in reversed(self.touched):
            if one.rev == rev:
                return True
            if one.holds(plane, z, x, y):
                return False
        return rev == self.first_rev

    def kept(self) -> list[tuple[tuple[int, int, int], bytes]]:
        """Give the pictures drawn so far, by address."""
        with self._lock:
            return list(self._kept.items())

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


def _around(cells: Sequence[tuple[slice, slice]]) -> tuple[slice, slice]:
    rows, cols = ([one[axis] for one in cells] for axis in (0, 1))
    return (
        slice(min(one.start for one in rows), max(one.stop for one in rows)),
        slice(min(one.start for one in cols), max(one.stop for one in cols)),
    )


def _shortened(touched: tuple[Touched, ...]) -> tuple[Touched, ...]:
    """Join the two oldest changes where there are more than are kept."""
    if len(touched) <= _CHANGES:
        return touched
    first, second, *rest = touched
    boxes = {plane: (*first.boxes[plane], *second.boxes[plane]) for plane in _PLANES}
    return (Touched(second.rev, {p: _joined(some) for p, some in boxes.items()}), *rest)


def _joined(boxes: tuple[Box, ...]) -> tuple[Box, ...]:
    """Give the boxes, or one around them where there are many."""
    if len(boxes) <= _BOXES:
        return boxes
    first_x, last_x, first_y, last_y = zip(*boxes, strict=True)
    return ((min(first_x), max(last_x), min(first_y), max(last_y)),)


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
