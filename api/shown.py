"""What is shown at present: the last publication with its tiles, replaced in one step by the next.

Takes an open store, looks whether there is another publication when it is told so, and twice a
second where the store hears nothing of other processes; prepares it aside, and then swaps one
reference: a request sees the old one whole or the new one whole. The tiles of the last publications
stay for pages that are still open. A store that does not answer leaves what is shown.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import structlog

from api.tileset import TileSet
from geo_risk.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from geo_risk.published import GradedSurface, Publication
    from geo_risk.store import Store

POLL_S = 0.4
_KEPT = 4


@dataclass(frozen=True)
class Shown:
    """One publication as it is served.

    Parameters
    ----------
    sequence
        Its number in the store; 0: nothing was published yet.
    publication
        None before the first build.
    tiles
        Surface id to its tiles.
    until
        Id of the last event that was taken in since it was published; '' where nobody looked.
    is_present
        False: an earlier one, or a month looked back at.
    """

    sequence: int = 0
    publication: Publication | None = None
    tiles: Mapping[str, TileSet] = field(default_factory=lambda: MappingProxyType({}))
    until: str = ""
    is_present: bool = True

    def require(self) -> Publication:
        """Give the publication.

        Raises
        ------
        NotFoundError
            Before the first build.
        """
        if self.publication is None:
            raise NotFoundError("Nothing was published yet.", "Run `geo-risk build` first.")
        return self.publication

    def surface(self, surface_id: str) -> GradedSurface:
        """Give one surface by its id.

        Raises
        ------
        NotFoundError
            When it is not published.
        """
        found = self.require().surfaces.get(surface_id)
        if found is None:
            raise NotFoundError(
                f"There is no surface {surface_id!r}.", "/v1/surfaces lists those you may see."
            )
        return found


class Watcher:
    """Keeps `shown` up to date.

    Parameters
    ----------
    store
        Open, safe to use from several threads.
    datum
        The park's own.
    on_swap
        Called when another publication is shown.
    """

    def __init__(
        self, store: Store, datum: str, on_swap: Callable[[], None] = lambda: None
    ) -> None:
        self._store = store
        self._datum = datum
        self._on_swap = on_swap
        self._shown = Shown()
        self._older: deque[Shown] = deque(maxlen=_KEPT)
        self._stopping = False
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="publications", daemon=True)
        self._log = structlog.get_logger("geo_risk.shown")

    @property
    def shown(self) -> Shown:
        """What is shown now; take it once per request."""
        return self._shown

    def start(self) -> None:
        """Show the present publication, then watch for the next."""
        self.poll()
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; waits for a look that is under way."""
        self._stopping = True
        self._wake.set()
        self._thread.join()

    def wake(self) -> None:
        """Look at once, on the watcher's own thread: there may be another publication."""
        self._wake.set()

    def poll(self) -> bool:
        """Look once; give whether there was another publication."""
        sequence = self._store.publication_seq()
        if sequence == self._shown.sequence:
            return False
        publication = self._store.publication()
        if publication is None:
            return False
        tiles = {
            one.id: self._kept_tiles(one) or TileSet(one, self._datum)
            for one in publication.surfaces.values()
        }
        tiles[publication.main].warm()
        fresh = Shown(sequence, publication, MappingProxyType(tiles))
        self._older.append(self._shown)
        self._shown = fresh
        self._on_swap()
        self._log.info("shown", sequence=sequence, as_of=publication.as_of.isoformat())
        return True

    def tiles_of(self, surface_id: str, version: str | None) -> TileSet:
        """Give a surface's tiles.

        Parameters
        ----------
        surface_id
            Its id.
        version
            None: the present one; otherwise also one of the last publications.

        Raises
        ------
        NotFoundError
            When they are not at hand.
        """
        shown = self._shown
        for one in (shown,) if version is None else (shown, *reversed(self._older)):
            tiles = one.tiles.get(surface_id)
            if tiles is not None and version in {None, tiles.version}:
                return tiles
        raise NotFoundError(
            f"There are no tiles of {surface_id!r}{f' version {version}' if version else ''}.",
            "Take the address from /v1/surfaces.",
        )

    def has_tiles(self, surface_id: str, version: str) -> bool:
        """Say whether the tiles of a version are at hand."""
        seen = (one.tiles.get(surface_id) for one in (self._shown, *self._older))
        return any(tiles is not None and tiles.version == version for tiles in seen)

    def _kept_tiles(self, graded: GradedSurface) -> TileSet | None:
        """Give the tiles shown now where the next publication has the very same picture."""
        kept = self._shown.tiles.get(graded.id)
        if kept is None or kept.version != graded.surface.version or not kept.shows(graded):
            return None
        return kept

    def _run(self) -> None:
        while True:
            self._wake.wait(self._store.patience_s(POLL_S))
            self._wake.clear()
            if self._stopping:
                return
            try:
                self.poll()
            except Exception as error:  # noqa: BLE001 (whatever it is, the old one stays shown)
                self._log.warning("not shown", reason=str(error))
