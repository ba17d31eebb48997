"""Backup and restore: one file, made while others write, that comes back whole on either engine."""

from __future__ import annotations

import json
import shutil
import threading
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from geo_risk.errors import BusyError, FileFormatError, NotFoundError, StoreError
from geo_risk.records import COLLECTIONS, Role
from geo_risk.store import Embed, Query, SourceRun, Store, Token, User, restore
from geo_risk.store.schema import HEAD
from tests.contract.conftest import ENGINES, Place, place_of
from tests.contract.examples import (
    DAY,
    KEEPER,
    NOW,
    OFFICER,
    RUN,
    one_of_each,
    report,
    scattered_reports,
)
from tests.contract.published_examples import alike, publication


def fill(store: Store) -> None:
    """Some of everything that a store can hold."""
    store.put(one_of_each() + scattered_reports(30), actor=KEEPER, at=NOW, run=RUN)
    store.update("reports", "r:1", {"state": "assigned"}, actor=OFFICER, at=NOW + DAY)
    store.delete("reports", report(5).id, actor=OFFICER, at=NOW + DAY)
    store.publish(publication(1), actor=KEEPER, at=NOW)
    store.publish(publication(2), actor=KEEPER, at=NOW + DAY)
    user = User("u-7", "clerk", Role.CLERK, "hash", station_id="s:1", zone_ids=("z:1",))
    store.put_user(user, actor=KEEPER, at=NOW)
    token = Token("t-1", "token-hash", "portal", Role.PORTAL, NOW, user_id="u-7")
    store.put_token(token, actor=KEEPER, at=NOW)
    store.remember_answer("u-7", "k", "digest", 201, "body", NOW)
    store.put_photo("reports", "r:1", b"jpeg", suffix=".jpg", actor=OFFICER, at=NOW)
    store.rejects_dir.mkdir()
    (store.rejects_dir / "list.csv").write_text("row,why")


def told(store: Store) -> list[object]:
    """Everything a reader of the store can see."""
    return [
        [store.find(Query(name, personal=True), actor=KEEPER) for name in COLLECTIONS],
        store.find(Query("reports", bbox=(119.9, 30.4, 120, 30.5)), actor=KEEPER),
        store.events(),
        store.runs(),
        store.known(),
        store.users(),
        store.tokens(),
        store.answer("u-7", "k"),
        store.publication_seq(),
        store.photos_of("reports", "r:1"),
        (store.rejects_dir / "list.csv").read_text(),
    ]


def reopened(place: Place, store: Store, archive: Path, folder: Path) -> Store:
    """Restore into a place where nothing was before."""
    url = place.url(folder)
    assert restore(archive, url, park_id=store.park_id, state_dir=folder, at=NOW) is None
    return place.open(store.park_id, folder)


@pytest.fixture
def other_engine(place: Place, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Place]:
    """A place on the other engine."""
    (name,) = set(ENGINES) - {place.engine}
    found = place_of(name, tmp_path / "other", request)
    yield found
    found.close()


def test_a_backup_comes_back_whole_on_either_engine(place: Place, other_engine: Place) -> None:
    """Records, person data, events, publications, accounts, answers, photos, rejects: all of it."""
    store = place.open()
    fill(store)
    before = told(store)
    archive = store.backup(place.folder / "whole.zip", at=NOW)
    assert archive.stat().st_mode & 0o077 == 0
    there = reopened(other_engine, store, archive, place.folder / "there")
    assert told(there) == before
    back = there.backup(place.folder, at=NOW)
    assert back.name == f"{store.park_id}-20260301T080000Z.zip"
    shutil.rmtree(store.state_dir / "surfaces")
    url = place.url(store.state_dir)
    aside = restore(back, url, park_id=store.park_id, state_dir=store.state_dir, at=NOW + DAY)
    assert aside is not None
    again = place.open(store.park_id, store.state_dir)
    assert told(again) == before
    assert alike(publication(2), again.publication())
    assert again.publish(publication(3), actor=KEEPER, at=NOW) == 3
    again.put([report(77)], actor=KEEPER, at=NOW - 900 * DAY)
    assert again.events()[-1].record_id == report(77).id


def test_a_backup_made_while_others_write_is_one_state(place: Place) -> None:
    """Each writer's batch is in it whole or not at all: counts, events and runs agree."""
    store = place.open()
    store.put([report(1)], actor=KEEPER, at=NOW)
    stop, started = threading.Event(), threading.Event()

    def write() -> None:
        other = place.open(store.park_id, store.state_dir)
        for n in range(10_000):
            if stop.is_set():
                break
            batch = [report(k, id=f"batch{n}:{k}", text="样例") for k in range(50)]
            run = SourceRun(f"batch{n}", "d", {"accepted": 50})
            other.put(batch, actor=KEEPER, at=NOW + timedelta(seconds=n), run=run)
            started.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert started.wait(30)
        archives = [store.backup(place.folder / f"{n}.zip", at=NOW) for n in range(3)]
    finally:
        stop.set()
        writer.join()
    folder = place.folder / "again"
    for n, archive in enumerate(archives):
        there = Place("sqlite", place.folder)
        copy = reopened(there, store, archive, folder / str(n))
        count = copy.count(Query("reports"))
        assert count % 50 == 1
        assert len(copy.events()) == count
        assert len(copy.runs()) == count // 50
        texts = copy.find(Query("reports", personal=True), actor=KEEPER)
        assert sum(one.record.text == "样例" for one in texts) == count - 1
        there.close()
    assert store.count(Query("reports")) > count


def test_the_old_state_is_kept_aside(place: Place) -> None:
    """Tables and files: what was there before can be looked at, and others see the new at once."""
    store = place.open()
    store.put([report(1)], actor=KEEPER, at=NOW)
    archive = store.backup(place.folder / "one.zip", at=NOW)
    store.put([report(2)], actor=KEEPER, at=NOW)
    store.rejects_dir.mkdir()
    (store.rejects_dir / "late.csv").write_text("x")
    url = place.url(store.state_dir)
    aside = restore(archive, url, park_id=store.park_id, state_dir=store.state_dir, at=NOW + DAY)
    assert aside is not None
    assert (aside / "rejects" / "late.csv").exists()
    assert store.count(Query("reports")) == 1  # the store that was open all the time
    store.put([report(3)], actor=KEEPER, at=NOW)
    assert store.count(Query("reports", bbox=(119, 30, 121, 31))) == 2
    if place.engine == "sqlite":
        copy = place.folder / "aside"
        copy.mkdir()
        shutil.copy(aside / "store.sqlite", copy / "store.sqlite")
        assert Place("sqlite", place.folder).open("x", copy).count(Query("reports")) == 2


def test_restoring_does_not_bring_sessions_or_revoked_tokens_back(place: Place) -> None:
    """A token revoked and a user disabled since the backup stay so; nobody is signed in."""
    store = place.open()
    store.put_user(User("u-7", "clerk", Role.CLERK, "hash"), actor=KEEPER, at=NOW)
    token = Token("t-1", "token-hash", "x", Role.ANALYST, NOW)
    store.put_token(token, actor=KEEPER, at=NOW)
    store.put_session("s", user_id="u-7", at=NOW, expires_at=NOW + DAY)
    archive = store.backup(place.folder / "b.zip", at=NOW)
    store.revoke_token("t-1", actor=KEEPER, at=NOW)
    closed = User("u-7", "clerk", Role.CLERK, "hash", disabled_at=NOW)
    store.put_user(closed, actor=KEEPER, at=NOW)
    url = place.url(store.state_dir)
    restore(archive, url, park_id=store.park_id, state_dir=store.state_dir, at=NOW)
    assert store.token("token-hash", now=NOW) is None
    assert store.session("s", now=NOW) is None
    user = store.user("u-7")
    assert user is not None
    assert user.disabled_at == NOW


def test_restoring_keeps_what_was_shown_and_stopped_since(place: Place) -> None:
    """A public month cannot be shown otherwise a second time; a stopped embed stays stopped."""
    store = place.open()
    ends = NOW + 90 * DAY
    embed = Embed(
        "e-1", "risk", "latest", "zh", "light", "", 480, ("https://a.cn",), "u", NOW, ends
    )
    store.put_embed(embed, actor=KEEPER)
    store.keep_document("public_month", "2026-01", 0, "{}", actor=KEEPER, at=NOW)
    archive = store.backup(place.folder / "b.zip", at=NOW)
    store.revoke_embed("e-1", actor=KEEPER, at=NOW + DAY)
    store.keep_document("public_month", "2026-02", 0, '{"n":5}', actor=KEEPER, at=NOW + DAY)
    store.keep_document("other", "2026-02", 0, "{}", actor=KEEPER, at=NOW + DAY)
    url = place.url(store.state_dir)
    restore(archive, url, park_id=store.park_id, state_dir=store.state_dir, at=NOW + DAY)
    kept = store.embed("e-1")
    assert kept is not None
    assert kept.revoked_at == NOW + DAY
    shown = store.documents("public_month")
    assert [(one.key, one.body) for one in shown] == [("2026-01", "{}"), ("2026-02", '{"n":5}')]
    assert store.documents("other") == []


def changed(archive: Path, to: Path, **manifest: object) -> Path:
    """Copy a backup with another manifest."""
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(to, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "manifest.json":
                content = json.dumps({**json.loads(content), **manifest}).encode()
            new.writestr(name, content)
    return to


def test_what_cannot_be_restored_is_refused_and_changes_nothing(place: Place) -> None:
    """Missing, damaged, another park's, a newer schema: each says so, the store is as before."""
    store = place.open()
    store.put([report(1)], actor=KEEPER, at=NOW)
    archive = store.backup(place.folder / "good.zip", at=NOW)
    store.put([report(2)], actor=KEEPER, at=NOW)
    bent = place.folder / "bent.zip"
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 0xFF
    bent.write_bytes(content)
    cut = place.folder / "cut.zip"
    cut.write_bytes(archive.read_bytes()[:-500])
    wrong = [
        (place.folder / "none.zip", NotFoundError, "There is no backup"),
        (bent, FileFormatError, "no whole backup"),
        (cut, FileFormatError, "no whole backup"),
        (changed(archive, place.folder / "park.zip", park="x"), FileFormatError, "of park 'x'"),
        (
            changed(archive, place.folder / "new.zip", schema="9999"),
            StoreError,
            f"newer geo-risk .schema 9999, this one knows {HEAD}",
        ),
        (changed(archive, place.folder / "form.zip", format=9), StoreError, "newer geo-risk"),
    ]
    url = place.url(store.state_dir)
    for path, kind, said in wrong:
        with pytest.raises(kind, match=said):
            restore(path, url, park_id=store.park_id, state_dir=store.state_dir, at=NOW)
    with store.park_lock(), pytest.raises(BusyError):
        restore(archive, url, park_id=store.park_id, state_dir=store.state_dir, at=NOW)
    assert store.count(Query("reports")) == 2
    assert not [path for path in store.state_dir.iterdir() if path.name.startswith(("before", "."))]
