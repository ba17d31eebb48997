"""News: a few reports one by one, many as one with their number, publications always."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from api.live_feed import FEW, LiveFeed, news_of
from geo_risk.store import Event

NOW = datetime(2026, 5, 13, 8, tzinfo=UTC)


def event(n: int, collection: str = "reports", action: str = "created", **changes: object) -> Event:
    return Event(
        id=str(UUID(int=n)),
        at=NOW,
        actor_id="",
        role="",
        door="",
        action=action,
        collection=collection,
        record_id=f"s:{n}",
        revision=1,
        changes=changes,
    )


class Committed:
    """A store's events, and how often it was asked for them."""

    def __init__(self, events: Sequence[Event] = ()) -> None:
        self.all = list(events)
        self.news = 0
        self.asked = 0

    def patience_s(self, otherwise: float) -> float:
        """As the store, hearing nothing."""
        return otherwise

    def last_event_id(self) -> str:
        """As the store."""
        return self.all[-1].id if self.all else str(UUID(int=0))

    def events(self, since: str, limit: int) -> list[Event]:
        """As the store."""
        self.asked += 1
        return [one for one in self.all if one.id > since][:limit]


def test_a_few_reports_are_told_one_by_one():
    """Each with its kind and place; what is no news is left out."""
    told = list(
        news_of(
            [
                event(1, kind="hazard", lon=120.0, lat=30.5, premises_id="p:1"),
                event(2, action="changed", state="closed"),
                event(3, collection="visits"),
                event(4, kind="fraud"),
                event(5, collection="publications", action="published"),
            ]
        )
    )
    assert [(one.name, one.lon, dict(one.kinds)) for one in told] == [
        ("report", 120.0, {"hazard": 1}),
        ("report", None, {"fraud": 1}),
        ("publication", None, {}),
    ]


def test_many_reports_are_told_as_one_in_their_place():
    """Their number by kind, under the id of the last: who goes on from there misses nothing."""
    some = [event(n, kind="hazard" if n % 3 else "fraud") for n in range(1, FEW + 2)]
    told = list(news_of([*some, event(90, collection="publications", action="published")]))
    assert [one.name for one in told] == ["reports", "publication"]
    assert sum(told[0].kinds.values()) == len(some)
    assert told[0].id == some[-1].id


def test_a_flood_is_read_to_its_end_and_remembered_as_little():
    """Nine thousand events since the last look: one look, one piece of news."""
    store = Committed([event(1)])
    feed = LiveFeed(store)  # type: ignore[arg-type]
    first = feed.position()
    store.all += [event(n, kind="hazard") for n in range(2, 9002)]
    feed._looked = 0.0
    feed.look()
    (told,) = feed.news_after(first)
    assert (told.name, told.kinds["hazard"]) == ("reports", 9000)
    asked = store.asked
    feed.look()
    assert store.asked == asked  # too soon after the last look
    store.news += 1
    feed.look()
    assert store.asked > asked  # but this process has written something
