"""Records that every map needs, kept in memory until one of them changes.

Takes an open store, gives whole collections without person data. Before each use it asks the store
for events since the last look; what they touch is read again. Person data is never kept: names are
read, and the reading audited, each time. A new publication, which a restore brings too, empties it.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from geo_risk.records import Actor, Record, Role
from geo_risk.store import Query

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from geo_risk.store import ReportPoints, Store, Stored

_READER = Actor(id="serve", role=Role.ANALYST, door="http")
_EVENTS_AT_ONCE = 1000
_MOVE_POINTS = frozenset({"reports", "premises", "steps"})


class KeptRecords:
    """Whole collections, as they are now.

    Parameters
    ----------
    store
        Open, safe to use from several threads.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._seen: str | None = None
        self._records: dict[str, Sequence[Stored[Record]]] = {}
        self._points: ReportPoints | None = None

    def valid(self, collection: str, now: datetime) -> list[Stored[Record]]:
        """Give the records of a collection that are valid at a moment, in the order of ids.

        Parameters
        ----------
        collection
            Its name: one that is small enough to hold, and drawn often.
        now
            Zone-aware.
        """
        with self._lock:
            self._look()
            found = self._all(collection)
        return [one for one in found if _is_valid(one.record, now)]

    def every(self, collection: str) -> list[Stored[Record]]:
        """Give all records of a collection, those of another time too; as for `valid`."""
        with self._lock:
            self._look()
            return list(self._all(collection))

    def place_of(self, premises_id: str) -> tuple[float, float] | None:
        """Give where a premises is, degrees in the park's datum; None where nobody knows."""
        found = (one.place for one in self.every("premises") if one.record.id == premises_id)
        return next(found, None)

    def report_points(self) -> ReportPoints:
        """Give where and when all reports were, in the park's datum."""
        with self._lock:
            self._look()
            if self._points is None:
                self._points = self._store.report_points()
            return self._points

    def clear(self) -> None:
        """Forget everything; the next use reads it again."""
        with self._lock:
            self._records.clear()
            self._points = None
            self._seen = None

    def _all(self, collection: str) -> Sequence[Stored[Record]]:
        if collection not in self._records:
            self._records[collection] = self._store.find(Query(collection), actor=_READER)
        return self._records[collection]

    def _look(self) -> None:
        if self._seen is None:
            self._seen = self._store.last_event_id()
            return
        while events := self._store.events(since=self._seen, limit=_EVENTS_AT_ONCE):
            self._seen = events[-1].id
            for event in events:
                self._records.pop(event.collection, None)
                if event.collection in _MOVE_POINTS:
                    self._points = None


def _is_valid(record: Record, now: datetime) -> bool:
    begun = record.valid_from is None or record.valid_from <= now
    return begun and (record.valid_to is None or record.valid_to > now)
