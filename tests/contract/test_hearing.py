"""Processes on one PostGIS hear of each other's commits, all of them, once, without asking."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from api.live_feed import LiveFeed
from geo_risk.errors import StoreError
from geo_risk.store import Store, open_store, restore
from geo_risk.store.changes import Changes
from geo_risk.store.hearing import channel_of
from tests.contract.conftest import Place, place_of
from tests.contract.deaf_pooler import deaf_pooler
from tests.contract.examples import KEEPER, NOW, report
from tests.contract.published_examples import publication

QUICK_S = 0.04
_LISTENING = sa.text("SELECT pid FROM pg_stat_activity WHERE query LIKE :said")


@pytest.fixture
def postgis(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Somewhere to open stores on PostGIS."""
    found = place_of("postgis", tmp_path, request)
    yield found
    found.close()


class Listener:
    """A store that hears, with what it was told and how often its database was asked."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.publications = self.asked = 0
        self.states: list[str] = []
        sa.event.listen(store._database.engine, "before_cursor_execute", self._count)
        store.hear(self._published, self.states.append)
        self.until_hearing()
        self.publications = self.asked = 0

    def until_hearing(self) -> None:
        """Wait until the store is asked seldom, for all is heard."""
        until(lambda: self.store.patience_s(QUICK_S) > QUICK_S)
        until(lambda: bool(self.states) and not self.states[-1])
        until(lambda: self.publications > 0)

    def _published(self) -> None:
        self.publications += 1

    def _count(self, *_said: object) -> None:
        self.asked += 1


def two_of(place: Place) -> tuple[Store, Listener]:
    """A store that writes, and one that hears."""
    writer = place.open()
    return writer, Listener(place.open(writer.park_id, writer.state_dir))


def until(holds: Callable[[], bool]) -> None:
    """Wait for what must come."""
    ends = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.005)


def undone(store: Store) -> None:
    """Write an event, and take the whole transaction back."""
    with store._database.write() as connection:
        Changes(connection, store._database, KEEPER, NOW).event("published", "publications", "9", 1)
        raise RuntimeError


def listening(store: Store) -> list[int]:
    """Give the server's processes that listen for a park."""
    said = {"said": f'LISTEN "{channel_of(store._database.schema)}"%'}
    with store._database.alone() as connection:
        return list(connection.scalars(_LISTENING, said))


def test_a_commit_is_heard_without_asking(postgis: Place) -> None:
    """One move for one commit, whatever it wrote; the listener's database is asked nothing."""
    writer, listener = two_of(postgis)
    for n in range(3):
        before = listener.store.news
        writer.put([report(10 * n + one) for one in range(5)], actor=KEEPER, at=NOW)
        until(lambda before=before: listener.store.news > before)  # type: ignore[misc]
        assert listener.store.news == before + 1
    assert (listener.asked, listener.publications) == (0, 0)


def test_a_publication_is_heard_as_one(postgis: Place) -> None:
    """Who shows publications is called for them, and for a restore."""
    writer, listener = two_of(postgis)
    writer.publish(publication(1), actor=KEEPER, at=NOW)
    until(lambda: listener.publications == 1)
    archive = writer.backup(postgis.folder / "b.zip", at=NOW)
    where = {"park_id": writer.park_id, "state_dir": writer.state_dir}
    restore(archive, postgis.server, at=NOW, **where)  # type: ignore[arg-type]
    until(lambda: listener.publications == 2)
    assert listener.store.publication_seq() == 1


def test_what_is_no_news_is_not_told(postgis: Place) -> None:
    """A write that was undone, one that changed nothing, one without events, another park's."""
    writer, listener = two_of(postgis)
    with pytest.raises(RuntimeError):
        undone(writer)
    writer.put([report(1)], actor=KEEPER, at=NOW)
    until(lambda: listener.store.news == 2)
    writer.put([report(1)], actor=KEEPER, at=NOW)
    writer.remember_answer("one", "key", "digest", 200, "{}", NOW)
    postgis.open().put([report(1)], actor=KEEPER, at=NOW)
    writer.put([report(2)], actor=KEEPER, at=NOW)
    until(lambda: listener.store.news >= 3)
    assert listener.store.news == 3


def test_who_follows_is_told_each_report_once_in_its_order(postgis: Place) -> None:
    """Three threads and another process write at once; nobody looks but for what was heard."""
    writer, listener = two_of(postgis)
    feed = LiveFeed(listener.store)
    first = feed.position()
    code = (
        "import sys; from pathlib import Path; from geo_risk.store import open_store;"
        "from tests.contract.examples import *;"
        "store = open_store(sys.argv[1], park_id=sys.argv[2], state_dir=Path(sys.argv[3]));"
        "[store.put([report(900 + n)], actor=KEEPER, at=NOW) for n in range(15)]; store.close()"
    )
    place = [postgis.server, writer.park_id, str(writer.state_dir)]
    env = {**os.environ, "PYTHONPATH": "."}
    child = subprocess.Popen([sys.executable, "-c", code, *place], env=env)

    def write(start: int) -> None:
        for n in range(start, start + 15):
            writer.put([report(n)], actor=KEEPER, at=NOW)

    threads = [threading.Thread(target=write, args=(100 * n,)) for n in range(3)]
    for one in threads:
        one.start()

    def told() -> int:
        if feed.is_due:
            feed.look()
        return len(feed.news_after(first))

    until(lambda: told() >= 60)
    assert child.wait() == 0
    for one in threads:
        one.join()
    events = [one.id for one in listener.store.events()]
    assert [one.id for one in feed.news_after(first)] == events
    assert len(events) == 60


def test_a_broken_connection_comes_back_and_nothing_is_lost(postgis: Place) -> None:
    """Killed by the server: until it stands again the store is asked; then it is asked once."""
    writer, listener = two_of(postgis)
    feed = LiveFeed(listener.store)
    first = feed.position()
    for n in range(3):
        listener.publications = 0
        (pid,) = listening(writer)
        with writer._database.alone() as connection:
            connection.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        writer.put([report(n)], actor=KEEPER, at=NOW)
        listener.until_hearing()
        until(lambda: feed.is_due)
        feed.look()
        assert [one.id for one in feed.news_after(first)] == [one.id for one in writer.events()]
        assert listening(writer) not in ([], [pid])
    assert [bool(one) for one in listener.states] == [False, *[True, False] * 3]
    assert all("did not answer" in one for one in listener.states if one)


def test_nothing_listens_after_the_end(postgis: Place) -> None:
    """Neither a connection nor a thread is left."""
    writer, listener = two_of(postgis)
    assert len(listening(writer)) == 1
    listener.store.close()
    until(lambda: listening(writer) == [])
    assert "hearing" not in {one.name for one in threading.enumerate()}


def test_a_pooler_that_passes_nothing_on_is_not_trusted(
    postgis: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LISTEN is answered and nothing comes: the store goes on being asked as often as before."""
    monkeypatch.setattr("geo_risk.store.hearing._GREETING_S", 0.3)
    postgis.open("behind")
    states: list[str] = []
    with deaf_pooler(postgis.server) as url:
        store = open_store(url, park_id="behind", state_dir=tmp_path)
        store.hear(lambda: None, states.append)
        until(lambda: bool(states))
        assert store.patience_s(QUICK_S) == QUICK_S
        assert "LISTEN hears nothing" in states[0]
        store.close()


def test_a_server_that_is_away_ends_nothing(postgis: Place, tmp_path: Path) -> None:
    """Hearing tries again, with words for the log, and stops at once when it is told to."""
    postgis.open("away")
    states: list[str] = []
    with deaf_pooler(postgis.server) as url:
        store = open_store(url, park_id="away", state_dir=tmp_path)
    store.hear(lambda: None, states.append)
    until(lambda: bool(states))
    assert "did not answer" in states[0]
    with pytest.raises(StoreError):
        store.events()
    store.close()
    assert "hearing" not in {one.name for one in threading.enumerate()}


def test_sqlite_is_asked_as_before(tmp_path: Path) -> None:
    """There is nothing to be heard, and nothing that listens."""
    with open_store(f"sqlite:///{tmp_path}/s.sqlite", park_id="x", state_dir=tmp_path) as store:
        store.hear(lambda: None, lambda _state: None)
        assert store.patience_s(QUICK_S) == QUICK_S
        assert "hearing" not in {one.name for one in threading.enumerate()}
