"""Records kept in memory are those of the store: whatever changes is seen at the next look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import shapely

from api.kept import KeptRecords
from geo_risk.records import Actor, PatrolZone, Premises, Role
from geo_risk.store import Store, open_store

NOW = datetime(2026, 5, 13, 8, tzinfo=UTC)
KEEPER = Actor(id="tests", role=Role.KEEPER, door="cli")


@pytest.fixture
def store(tmp_path) -> Iterator[Store]:
    """An empty store on disk."""
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    with open_store(url, park_id="kept", state_dir=tmp_path) as one:
        yield one


def put(store: Store, *records: object, at: datetime = NOW) -> None:
    store.put(records, actor=KEEPER, at=at)


def ids(kept: KeptRecords, now: datetime = NOW) -> list[str]:
    return [one.record.id for one in kept.valid("premises", now)]


def test_the_last_event_is_found_by_halving(store):
    """None, one, many; also when they were written as if long ago."""
    assert store.last_event_id() == "00000000-0000-0000-0000-000000000000"
    for number in range(40):
        put(store, Premises(id=f"s:{number}"), at=NOW - timedelta(days=number))
        assert store.last_event_id() == store.events()[-1].id


def test_new_changed_and_deleted_records_are_seen_at_the_next_look(store):
    """Before and after the first look, from another connection too."""
    put(store, Premises(id="s:1"))
    kept = KeptRecords(store)
    assert ids(kept) == ["s:1"]
    put(store, Premises(id="s:2"), at=NOW - timedelta(days=400))
    assert ids(kept) == ["s:1", "s:2"]
    store.update("premises", "s:2", {"lon": 120.0, "lat": 30.5}, actor=KEEPER, at=NOW)
    assert kept.valid("premises", NOW)[1].place == (120.0, 30.5)
    store.delete("premises", "s:1", actor=KEEPER, at=NOW)
    assert ids(kept) == ["s:2"]


def test_what_did_not_change_is_not_read_again(store):
    """The very same objects come back while only other collections change."""
    put(store, Premises(id="s:1"))
    kept = KeptRecords(store)
    (first,) = kept.valid("premises", NOW)
    put(store, PatrolZone(id="z:1", geometry=shapely.box(120, 30, 121, 31)))
    (again,) = kept.valid("premises", NOW)
    assert again is first
    kept.clear()
    assert kept.valid("premises", NOW)[0] is not first


def test_what_is_valid_is_decided_when_it_is_asked_for(store):
    """A premises that moved has two rows; each is shown in its time."""
    put(
        store,
        Premises(id="s:old", valid_to=NOW),
        Premises(id="s:new", valid_from=NOW),
    )
    kept = KeptRecords(store)
    assert ids(kept, NOW - timedelta(seconds=1)) == ["s:old"]
    assert ids(kept, NOW) == ["s:new"]


def test_no_person_data_is_kept(store):
    """An address belongs to a person: it is not in memory."""
    put(store, Premises(id="s:1", address="样例路 1 号"))
    kept = KeptRecords(store)
    assert kept.valid("premises", NOW)[0].record.address == ""
