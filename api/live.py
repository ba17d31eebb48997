"""What changed, told while it happens: new reports, tiles they changed, a new publication.

Takes the store's news and what is stamped, gives messages for one reader, and from them a stream of
server-sent events. A message says where something is new and what kind it is, of many how many:
never words or people. The public is told of publications only.
"""

from __future__ import annotations

import json
import time
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import anyio
import numpy as np
from starlette.concurrency import run_in_threadpool

from api.audience import own_filters

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from api.audience import Sight
    from api.live_feed import News
    from api.service import Service

HEART_S = 15.0
WAKE_S = 0.015
"""So often a listener asks, of memory alone, whether there is something to tell."""
AT_ONCE = 500
"""So many events are told in one answer."""
LONGEST_S = 600.0
"""After so long a stream ends, and who still listens asks again as whoever it is then."""


@dataclass(frozen=True)
class Message:
    """One thing to tell: its place in the order of events, its name, and what is said."""

    id: str
    name: str
    said: dict[str, Any]

    def text(self) -> str:
        """Write it as a server-sent event; without an id it moves nobody's place."""
        body = json.dumps(self.said, ensure_ascii=False, separators=(",", ":"))
        place = f"id: {self.id}\n" if self.id else ""
        return f"{place}event: {self.name}\ndata: {body}\n\n"


def messages_of(service: Service, sight: Sight, news: Iterable[News]) -> list[Message]:
    """Give what a reader is told of some news."""
    told = []
    for one in news:
        if one.name == "publication":
            told.append(Message(one.id, "publication", {"at": one.at.isoformat()}))
        elif sight.cells and "reports" in sight.collections:
            told += _reports(service, sight, one)
    return told


def tiles_message(service: Service, number: int) -> tuple[int, list[Message]]:
    """Give the tiles that were changed after so many changes, and how many there are now."""
    latest, surfaces = service.live_map.changes_after(number)
    return latest, [Message("", "tiles", {"surfaces": surfaces})] if surfaces else []


def place_line(sight: Sight, position: str) -> str:
    """Give the line from which a reader goes on; to the public none: it moves with every event."""
    return f"id: {position}\n" if sight.cells else ": listening\n"


async def stream(service: Service, sight: Sight, since: str) -> AsyncIterator[str]:
    """Give server-sent events until the listener goes or `LONGEST_S` are over."""
    with service.live_map.listening() if sight.cells else nullcontext():
        async for one in _told(service, sight, since):
            yield one


async def _told(service: Service, sight: Sight, since: str) -> AsyncIterator[str]:
    ends = heart = time.monotonic()
    ends, heart = ends + LONGEST_S, heart + HEART_S
    position = since or await run_in_threadpool(service.live.position)
    changes = 0
    yield f"retry: 2000\n{place_line(sight, position)}\n"
    while time.monotonic() < ends:
        if service.live.is_due:
            await run_in_threadpool(look, service)
        if sight.cells and service.live_map.number != changes:
            changes, told = await run_in_threadpool(tiles_message, service, changes)
            for one in told:
                yield one.text()
        news = service.live.news_after(position)
        position = news[-1].id if news else position
        for one in await run_in_threadpool(messages_of, service, sight, news) if news else ():
            yield one.text()
        if time.monotonic() > heart:
            heart = time.monotonic() + HEART_S
            yield ": still here\n\n"
        await anyio.sleep(WAKE_S)


def look(service: Service) -> None:
    """Take in what is new: the news first, for the tiles are asked for because of it."""
    service.live.look()
    service.live_map.look()


def checked_position(asked: str) -> str:
    """Give the event id a listener had last; '' for what is no such id."""
    try:
        return str(UUID(asked))
    except ValueError:
        return ""


def _reports(service: Service, sight: Sight, news: News) -> list[Message]:
    """Tell of new reports: of one where it is on the map, or that it has no place yet."""
    allowed = own_filters(sight, "reports").get("kind")
    number = sum(n for kind, n in news.kinds.items() if allowed is None or kind in allowed)
    if not number:
        return []
    at = news.at.isoformat()
    if news.name == "reports":
        return [Message(news.id, "reports", {"n": number, "at": at})]
    lon, lat = _place(service, news)
    return [
        Message(
            news.id, "report", {"kind": next(iter(news.kinds)), "at": at, "lon": lon, "lat": lat}
        )
    ]


def _place(service: Service, news: News) -> tuple[float | None, float | None]:
    lon, lat = news.lon, news.lat
    if lon is None and news.premises_id:
        home = service.kept.place_of(news.premises_id)
        lon, lat = home if home is not None else (None, None)
    if lon is None or lat is None:
        return None, None
    east, north = service.wire.points_out(np.array([lon]), np.array([lat]))[0].tolist()
    return east, north
