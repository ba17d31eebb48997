"""What is shown, with the reports since: a new report is one stamp on every surface that takes it.

Takes the store and what was published, gives surfaces and tiles as they are now, and what changed.
A surface is held from when somebody first looks at it, or listens; what was reported since its
publication is read from the store, so that a restart, a second process and an import of yesterday's
all end at the same picture. The next publication drops everything. What counts of the records is
told in `fresh_records`.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from api.fresh_records import FreshRecords
from api.shown import Shown
from geo_risk.fresh import stamp_rule
from geo_risk.published import EVENTS_UNTIL
from geo_risk.surfaces.stamped import Stamped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from shapely.geometry.base import BaseGeometry

    from api.kept import KeptRecords
    from api.shown import Watcher
    from api.tileset import TileSet
    from geo_risk.park import ParkFile
    from geo_risk.published import Publication
    from geo_risk.store import Event, Store
    from geo_risk.surfaces.stamped import Fresh, StampRule

LOOK_S = 0.02
"""Who asks again within this time gets what the last one got, but for what is known to be new."""

_AT_ONCE, _LOOKS = 1000, 10
_TOLD = 256  # so many changes are remembered; who missed more is told all there are


@dataclass
class _Held:
    """One surface that somebody looks at."""

    stamped: Stamped
    tiles: TileSet


@dataclass
class _Since:
    """What is known since one publication."""

    sequence: int
    publication: Publication
    takes: Mapping[str, StampRule]
    seen: str
    fresh: dict[str, tuple[Fresh, ...]] = field(default_factory=dict)
    held: dict[str, _Held] = field(default_factory=dict)
    shown: Shown | None = None


class LiveMap:
    """Surfaces between two publications.

    Parameters
    ----------
    store, kept, park
        The park's.
    boundary
        The park's edge, degrees in its datum.
    watcher
        Knows what was published.
    clock
        Gives the present, zone-aware.

    Attributes
    ----------
    number
        How many changes there were since the service started.
    """

    def __init__(
        self,
        store: Store,
        kept: KeptRecords,
        park: ParkFile,
        boundary: BaseGeometry,
        watcher: Watcher,
        clock: Callable[[], datetime],
    ) -> None:
        self._store, self._watcher = store, watcher
        self._records = FreshRecords(store, kept, park, boundary, clock)
        self._lock = threading.Lock()
        self._since: _Since | None = None
        self._looked, self._known, self._listeners = 0.0, -1, 0
        self.number = 0
        self._changes: deque[tuple[int, str, int]] = deque(maxlen=_TOLD)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hold every surface that takes reports, while somebody listens who may see its cells.

        What a listener looks at is not known here: its tiles may come from another process.
        """
        self._listeners += 1
        try:
            yield
        finally:
            self._listeners -= 1

    def shown(self, surface_id: str | None = None) -> Shown:
        """Give what is shown now, with what was reported since.

        Parameters
        ----------
        surface_id
            What is looked at: from now on it is held. None: those that are held already.
        """
        with self._lock:
            since = self._look(surface_id)
            if since is None:
                return self._watcher.shown
            if since.shown is None:
                since.shown = self._merged(since)
            return since.shown

    def tiles_of(self, surface_id: str, rev: int = 0) -> TileSet | None:
        """Give the present tiles of a surface that takes reports at once; None of any other.

        Parameters
        ----------
        surface_id
            Which.
        rev
            A revision that is asked for: where it is not known here, another process may have heard
            of a report first, and the store is looked at once more.
        """
        with self._lock:
            since = self._look(surface_id)
            held = since.held.get(surface_id) if since else None
            if held is not None and rev and rev not in held.tiles.revs:
                self._looked = 0.0
                since = self._look(surface_id)
            held = since.held.get(surface_id) if since else None
            return held.tiles if held else None

    def look(self) -> None:
        """Take in what was reported since the last look, where somebody looks at the map."""
        with self._lock:
            self._look(None)

    def changes_after(self, number: int) -> tuple[int, list[dict[str, Any]]]:
        """Give the tiles that look different since so many changes, and how many there are now.

        Returns
        -------
        int, list
            For each surface its id, version, how many reports were stamped on it, and its changes,
            oldest first: `rev` and, by plane, boxes of tiles at `mesh.BOX_ZOOM` (first and last x,
            first and last y). None where nobody sees a difference but in values.
        """
        with self._lock:
            since, told = self._since, list(self._changes)
            latest = self.number
            if since is None or number == latest:
                return latest, []
            missed = not told or number < told[0][0] - 1
            changed = {one: rev for n, one, rev in reversed(told) if n > number}
            surfaces = []
            for surface_id, held in since.held.items():
                if missed or surface_id in changed:
                    first = None if missed else changed[surface_id]
                    surfaces.append(_told(surface_id, held, first))
            return latest, surfaces

    def _look(self, surface_id: str | None) -> _Since | None:
        since = self._current()
        if since is None:
            return None
        looked_at = since.takes if self._listeners else {surface_id} & since.takes.keys()
        fresh = [one for one in looked_at if one not in since.held]
        if not fresh and (not since.held or not self._is_due()):
            return since
        for one in fresh:
            self._hold(since, str(one))
        known = self._store.news
        self._read(since)
        self._known, self._looked = known, time.monotonic()
        return since

    def _is_due(self) -> bool:
        recent = time.monotonic() - self._looked < LOOK_S
        return self._store.news != self._known or not recent

    def _current(self) -> _Since | None:
        """Give what is known since the present publication; what was since another is dropped."""
        shown = self._watcher.shown
        if shown.publication is None:
            return None
        if self._since is None or self._since.sequence != shown.sequence:
            until = shown.publication.facts.get(EVENTS_UNTIL) or self._store.last_event_id()
            rules = {one: stamp_rule(shown.publication, one) for one in shown.publication.surfaces}
            takes = {one: rule for one, rule in rules.items() if rule is not None}
            self._since = _Since(shown.sequence, shown.publication, takes, str(until))
            self._changes.clear()
        return self._since

    def _hold(self, since: _Since, surface_id: str) -> None:
        """Begin to stamp on a surface."""
        stamped = Stamped(since.publication.surfaces[surface_id], since.takes[surface_id])
        since.held[surface_id] = _Held(stamped, self._watcher.shown.tiles[surface_id])
        self._stamp(since, [surface_id], [one for some in since.fresh.values() for one in some])

    def _read(self, since: _Since) -> None:
        for _ in range(_LOOKS):
            events = self._store.events(since=since.seen, limit=_AT_ONCE)
            if events:
                self._take(since, events)
                since.seen = events[-1].id
            if len(events) < _AT_ONCE:
                return

    def _take(self, since: _Since, events: Sequence[Event]) -> None:
        """Measure the records of some events anew, and stamp the difference."""
        now = self._records.measured(since.fresh, events)
        added = [one for some in now.values() for one in some]
        removed = [one for record_id in now for one in since.fresh.get(record_id, ())]
        since.fresh.update(now)
        if added != removed:
            self._stamp(since, list(since.held), added, removed)

    def _stamp(
        self,
        since: _Since,
        surfaces: Iterable[str],
        added: Sequence[Fresh],
        removed: Sequence[Fresh] = (),
    ) -> None:
        for surface_id in surfaces:
            held = since.held[surface_id]
            before = held.stamped.graded
            cells = held.stamped.stamp(added, removed)
            if held.stamped.graded is before:
                continue
            last = held.tiles.rev
            if cells:
                held.tiles = held.tiles.stamped(held.stamped.graded, cells)
            self.number += 1
            self._changes.append((self.number, surface_id, last))
            since.shown = None

    def _merged(self, since: _Since) -> Shown:
        """Give the publication with the surfaces that are held in place of the published ones."""
        shown = self._watcher.shown
        if shown.sequence != since.sequence or not since.held:
            return shown
        stamped = {one: held.stamped.graded for one, held in since.held.items()}
        tiles = {one: held.tiles for one, held in since.held.items()}
        publication = replace(since.publication, surfaces={**since.publication.surfaces, **stamped})
        return replace(
            shown,
            publication=publication,
            tiles=MappingProxyType({**shown.tiles, **tiles}),
            until=since.seen,
        )


def takes_reports(shown: Shown, surface_id: str) -> bool | None:
    """Say whether a report is on a surface at once, or waits; None of what was shown before."""
    if not shown.is_present:
        return None
    return stamp_rule(shown.require(), surface_id) is not None


def _told(surface_id: str, held: _Held, after: int | None) -> dict[str, Any]:
    """Say what looks different on a surface, after a revision or since it was published."""
    tiles = held.tiles
    revs = [one.rev for one in tiles.touched]
    first = len(revs) - revs[::-1].index(after) if after in revs else 0
    return {
        "id": surface_id,
        "version": tiles.version,
        "reports": held.stamped.reports,
        "changes": [
            {"rev": one.rev, **{plane: list(boxes) for plane, boxes in one.boxes.items()}}
            for one in tiles.touched[first:]
        ],
    }
