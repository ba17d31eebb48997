"""Events as they are committed: one look at the store for all who listen.

Takes an open store, gives the news after one event, looking after each write of this process and
after what the store has heard of others, every `LOOK_S` where it hears nothing (SQLite, a server
that is away); the last thousand are remembered, for who was away for a moment. A few new reports
are told one by one, with what the events themselves hold; many at once, as an import brings them,
are one piece of news with their number: listeners keep up however many come. Who is told what is
decided in `live`.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from geo_risk.store import Event, Store

LOOK_S = 0.04
"""What another process committed is told within this time where the store hears nothing of it."""

FEW = 20
"""So many new reports at once are told one by one."""

_REMEMBERED = 1000
_AT_ONCE = 1000
_LOOKS = 10  # so often in a row the store is asked before those who wait are told


@dataclass(frozen=True)
class News:
    """What happened, as far as a listener may be told.

    Parameters
    ----------
    id
        Of its event, of several the last one's.
    name
        `report`, `reports` or `publication`.
    at
        When.
    kinds
        Kind of report to how many are new.
    lon, lat
        Of one report, degrees in the park's datum; None where it has no point of its own.
    premises_id
        Where one report belongs.
    """

    id: str
    name: str
    at: datetime
    kinds: Mapping[str, int] = field(default_factory=dict)
    lon: float | None = None
    lat: float | None = None
    premises_id: str = ""


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
        self._news: deque[News] = deque(maxlen=_REMEMBERED)
        self._seen = ""
        self._looked = 0.0
        self._known = -1

    @property
    def is_due(self) -> bool:
        """Whether to look again: something was written, or may have been."""
        waited = time.monotonic() - self._looked
        return self._store.news != self._known or waited >= self._store.patience_s(LOOK_S)

    def position(self) -> str:
        """Give the id of the last event that was looked at."""
        self.look()
        return self._seen

    def look(self) -> None:
        """Take in what was committed since the last look, where it is time."""
        with self._lock:
            if not self.is_due:
                return
            known = self._store.news
            if not self._seen:
                self._seen = self._store.last_event_id()
            found: list[Event] = []
            for _ in range(_LOOKS):
                some = self._store.events(since=self._seen, limit=_AT_ONCE)
                found += (one for one in some if is_told(one))
                self._seen = some[-1].id if some else self._seen
                if len(some) < _AT_ONCE:
                    break
            self._news.extend(news_of(found))
            self._known, self._looked = known, time.monotonic()

    def news_after(self, event_id: str) -> list[News]:
        """Give the news after an event that is still remembered, without looking."""
        return [one for one in list(self._news) if one.id > event_id]


def is_told(event: Event) -> bool:
    """Say whether an event is news to anybody."""
    if event.collection == "publications":
        return True
    return event.collection == "reports" and event.action == "created"


def news_of(events: Sequence[Event]) -> Iterator[News]:
    """Give the news of some events, in their order: many new reports are one piece."""
    told = [one for one in events if is_told(one)]
    reports = [one for one in told if one.collection == "reports"]
    for one in told:
        if one.collection == "publications":
            yield News(one.id, "publication", one.at)
        elif len(reports) <= FEW:
            yield _report(one)
        elif one is reports[-1]:
            kinds = Counter(str(each.changes.get("kind", "")) for each in reports)
            yield News(one.id, "reports", one.at, kinds)


def _report(event: Event) -> News:
    told = event.changes
    return News(
        event.id,
        "report",
        event.at,
        {str(told.get("kind", "")): 1},
        told.get("lon"),
        told.get("lat"),
        str(told.get("premises_id", "")),
    )
