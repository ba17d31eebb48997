"""What changed, told while it happens: new reports, and a new publication.

Takes the store and what is shown, gives messages for one reader, and from them a stream of
server-sent events. A message says
where something is new and what kind it is: never words, people or numbers of cases. The public is
told of publications only.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import anyio
from starlette.concurrency import run_in_threadpool

from api.audience import own_filters, without_persons
from api.live_feed import LOOK_S
from geo_risk.records import Premises, Report
from geo_risk.store import Query

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from api.audience import Sight
    from api.service import Service
    from geo_risk.store import Event

HEART_S = 15.0
AT_ONCE = 500
"""So many events are told in one answer."""
LONGEST_S = 600.0
"""After so long a stream ends, and who still listens asks again as whoever it is then."""

_TOLD = frozenset({"created"})


@dataclass(frozen=True)
class Message:
    """One thing to tell: its place in the order of events, its name, and what is said."""

    id: str
    name: str
    said: dict[str, Any]

    def text(self) -> str:
        """Write it as a server-sent event."""
        body = json.dumps(self.said, ensure_ascii=False, separators=(",", ":"))
        return f"id: {self.id}\nevent: {self.name}\ndata: {body}\n\n"


def messages_after(service: Service, sight: Sight, event_id: str) -> tuple[str, list[Message]]:
    """Give what a reader is told of the events after one, and the id to go on from."""
    events = service.live.events_after(event_id)
    return (events[-1].id if events else event_id), messages_of(service, sight, events)


def messages_of(service: Service, sight: Sight, events: Sequence[Event]) -> list[Message]:
    """Give what a reader is told of some events."""
    told = []
    for one in events:
        if one.collection == "publications":
            told.append(Message(one.id, "publication", {"at": one.at.isoformat()}))
        elif one.collection == "reports" and one.action in _TOLD and sight.cells:
            told += _report(service, sight, one)
    return told


def place_line(sight: Sight, position: str) -> str:
    """Give the line from which a reader goes on; to the public none: it moves with every event."""
    return f"id: {position}\n" if sight.cells else ": listening\n"


async def stream(service: Service, sight: Sight, since: str) -> AsyncIterator[str]:
    """Give server-sent events until the listener goes or `LONGEST_S` are over."""
    ends = heart = time.monotonic()
    ends, heart = ends + LONGEST_S, heart + HEART_S
    position = since or await run_in_threadpool(service.live.position)
    yield f"retry: 2000\n{place_line(sight, position)}\n"
    while time.monotonic() < ends:
        position, told = await run_in_threadpool(messages_after, service, sight, position)
        for one in told:
            yield one.text()
        if time.monotonic() > heart:
            heart = time.monotonic() + HEART_S
            yield ": still here\n\n"
        await anyio.sleep(LOOK_S)


def checked_position(asked: str) -> str:
    """Give the event id a listener had last; '' for what is no such id."""
    try:
        return str(UUID(asked))
    except ValueError:
        return ""


def _report(service: Service, sight: Sight, event: Event) -> list[Message]:
    """Tell of a new report where it is on the map, or that it has no place yet."""
    if "reports" not in sight.collections:
        return []
    reader = without_persons(sight).reader
    found = service.store.find(Query("reports", ids=[event.record_id]), actor=reader)
    if not found or not isinstance(found[0].record, Report):
        return []
    record, place = found[0].record, found[0].place
    kinds = own_filters(sight, "reports").get("kind")
    if kinds is not None and record.kind not in kinds:
        return []
    if place is None and record.premises_id:
        home = service.store.find(Query("premises", ids=[record.premises_id]), actor=reader)
        place = home[0].place if home and isinstance(home[0].record, Premises) else None
    said: dict[str, Any] = {
        "kind": record.kind,
        "at": event.at.isoformat(),
        "lon": None,
        "lat": None,
    }
    if place is not None:
        said["lon"], said["lat"] = service.wire.points_out([place[0]], [place[1]])[0].tolist()  # type: ignore[arg-type]
    return [Message(event.id, "report", said)]
