"""Events as they are committed: one look at the store for all who listen.

Takes an open store, gives the events after one, looking at most every `LOOK_S`; the last thousand
are remembered, for who was away for a moment. Who is told what is decided in `live`.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from api.kept import last_event_id

if TYPE_CHECKING:
    from geo_risk.store import Event, Store

LOOK_S = 0.4
_REMEMBERED = 1000
_AT_ONCE = 500


class LiveFeed:
    """Looks at the store for all who listen.

    Parameters
    ----------
    store
        Open, safe to use from several threads.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._events: deque[Event] = deque(maxlen=_REMEMBERED)
        self._seen = ""
        self._looked = 0.0

    def position(self) -> str:
        """Give the id of the last event there is."""
        self.events_after("")
        return self._seen

    def events_after(self, event_id: str) -> list[Event]:
        """Give the events after one that are still remembered; '' gives none."""
        with self._lock:
            if not self._seen:
                self._seen = last_event_id(self._store)
            if time.monotonic() - self._looked >= LOOK_S:
                found = self._store.events(since=self._seen, limit=_AT_ONCE)
                self._events.extend(found)
                self._seen = found[-1].id if found else self._seen
                self._looked = time.monotonic()
            return [one for one in self._events if event_id and one.id > event_id]
