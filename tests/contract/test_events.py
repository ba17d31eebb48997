"""Events: every change is one, nothing else is, and the records can be told again from them."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from geo_risk.records import COLLECTIONS, Record, personal_fields
from geo_risk.store import Query, SourceRun, Store
from geo_risk.store.ids import RisingIds
from geo_risk.store.rows import record_of
from geo_risk.store.schema import TABLES, events, person_data
from tests.contract.conftest import Place
from tests.contract.examples import (
    DAY,
    KEEPER,
    NOW,
    OFFICER,
    RUN,
    enterprise,
    one_of_each,
    premises,
    report,
    scattered_reports,
    zone,
)


def replayed(store: Store) -> dict[tuple[str, str], tuple[Record, int, dict[str, str], bool]]:
    """Tell the records again from events alone: value, revision, ids of person data, deleted."""
    told: dict[tuple[str, str], tuple[dict, int, dict, bool]] = {}
    for event in store.events():
        if event.collection not in COLLECTIONS:
            continue
        key = (event.collection, event.record_id)
        values, _, persons, _ = told.get(key, ({}, 0, {}, False))
        if event.action == "photo_added":
            continue
        persons = {name: ref for name, ref in {**persons, **event.persons}.items() if ref}
        told[key] = (
            {**values, **event.changes},
            event.revision,
            persons,
            event.action == "deleted",
        )
    return {
        (name, record_id): (
            record_of(COLLECTIONS[name], record_id, values, {}),
            revision,
            refs,
            gone,
        )
        for (name, record_id), (values, revision, refs, gone) in told.items()
    }


def kept(store: Store) -> dict[tuple[str, str], tuple[Record, int, dict[str, str], bool]]:
    """Give the same from the tables."""
    found = {}
    with store._database.read() as connection:
        for name, table in TABLES.items():
            chosen = sa.select(table.c.id, table.c.revision, table.c.persons, table.c.deleted_at)
            heads = {row.id: row for row in connection.execute(chosen)}
            connection.execute(table.update().values(deleted_at=None))
            for one in store._read(connection, Query(name)):
                head = heads[one.record.id]
                gone = head.deleted_at is not None
                refs = json.loads(head.persons)
                found[name, one.record.id] = (one.record, head.revision, refs, gone)
        connection.rollback()
    return found


def a_year_of_changes(store: Store, seed: int) -> None:
    """Imports, edits, deletions and returns, drawn at random."""
    draw = random.Random(seed)  # noqa: S311 (made-up changes)
    store.put(one_of_each(), actor=KEEPER, at=NOW, run=RUN)
    for step in range(12):
        at = NOW + step * DAY
        batch = [
            *(
                report(n, category=draw.choice("abc"), text=draw.choice(("", "样例内容")))
                for n in draw.sample(range(30), 8)
            ),
            *(
                enterprise(n, employees=draw.randrange(50), phone=draw.choice(("", "1380", "1390")))
                for n in draw.sample(range(2, 12), 4)
            ),
            *(premises(n, people=draw.randrange(9)) for n in draw.sample(range(2, 12), 4)),
            *(zone(n, patrol_hours=draw.choice((None, 4.0))) for n in draw.sample(range(6), 2)),
        ]
        run = SourceRun(draw.choice(("files", "other")), f"d{step}")
        store.put(batch, actor=KEEPER, at=at, run=draw.choice((run, run, None)))
        present = [one.record.id for one in store.find(Query("reports"), actor=KEEPER)]
        store.update(
            "reports",
            draw.choice(present),
            {"state": draw.choice(("assigned", "closed")), "text": draw.choice(("", "x"))},
            actor=OFFICER,
            at=at,
        )
        if step % 4 == 3:
            store.delete("reports", draw.choice(present), actor=OFFICER, at=at)


@pytest.mark.parametrize("seed", [1, 2])
def test_replaying_events_gives_the_records(store: Store, seed: int) -> None:
    """Values, revisions, ids of person data and deletions: all of it is in the events."""
    a_year_of_changes(store, seed)
    assert len(store.events()) > 60
    assert replayed(store) == kept(store)


def test_every_event_says_who_when_what(store: Store) -> None:
    """Actor, role, door, moment, source; revisions of a record count up by one."""
    store.put([report(1)], actor=KEEPER, at=NOW, run=RUN)
    store.update("reports", report(1).id, {"state": "closed"}, actor=OFFICER, at=NOW + DAY)
    first, second = store.events("reports", report(1).id)
    assert (first.actor_id, first.role, first.door, first.source) == (
        "cli",
        "keeper",
        "cli",
        "files",
    )
    assert (second.actor_id, second.role, second.door, second.source) == (
        "u-7",
        "officer",
        "http",
        "",
    )
    assert (first.at, second.at) == (NOW, NOW + DAY)
    assert (first.revision, second.revision) == (1, 2)
    assert second.changes == {"state": "closed"}
    assert store.events(since=first.id) == [second]
    assert store.events(limit=1) == [first]


def test_no_person_data_is_ever_in_an_event_or_record_row(store: Store) -> None:
    """The texts are in `person_data` only, each with purpose and expiry; elsewhere a random id."""
    records = one_of_each()
    store.put(records, actor=KEEPER, at=NOW, run=RUN)
    store.update("reports", "r:1", {"text": "样例更正"}, actor=OFFICER, at=NOW)
    texts = {"样例更正"} | {
        getattr(one, name) for one in records for name in personal_fields(type(one))
    } - {""}
    assert len(texts) > 12
    with store._database.read() as connection:
        for table in (events, *TABLES.values()):
            for row in connection.execute(sa.select(table)):
                told = " ".join(str(value) for value in row)
                assert not [text for text in texts if text in told], table.name
        people = connection.execute(sa.select(person_data)).mappings().all()
    assert texts - {row["value"] for row in people} == {"样例内容:配电箱未接地"}
    for row in people:
        assert row["purpose"]
        assert row["expires_at"] > NOW + 300 * DAY
    refs = [ref for one in store.events() for ref in one.persons.values() if ref]
    assert all(len(ref) == 32 and int(ref, 16) for ref in refs)
    assert len(set(refs)) == len(refs)


def test_event_ids_rise_whatever_the_clock_does() -> None:
    """UUID version 7 of the moment; back in time and within a millisecond they go on rising."""
    ids = RisingIds()
    moments = (
        [NOW] * 2000 + [NOW - DAY] * 2000 + [NOW + timedelta(milliseconds=n) for n in range(2000)]
    )
    given = [ids.next(moment) for moment in moments]
    assert given == sorted(set(given))
    parsed = [uuid.UUID(one) for one in given]
    assert {(one.version, one.variant) for one in parsed} == {(7, uuid.RFC_4122)}
    moment = datetime(2031, 5, 6, 7, 8, 9, 123000, tzinfo=UTC)
    assert uuid.UUID(ids.next(moment)).int >> 80 == round(moment.timestamp() * 1000)


def test_ids_go_on_above_those_of_other_processes(place: Place) -> None:
    """Two stores take turns, one with its clock a day behind: the order is that of commits."""
    one = place.open()
    two = place.open(one.park_id, one.state_dir)
    for n in range(10):
        writer, at = ((one, NOW), (two, NOW - DAY))[n % 2]
        writer.put([report(n)], actor=KEEPER, at=at)
    assert [event.record_id for event in one.events()] == [report(n).id for n in range(10)]


CHILD = """
import sys, time
from pathlib import Path
from geo_risk.store import bulk, changes, open_store, persons
from tests.contract.examples import KEEPER, NOW, RUN, scattered_reports
url, park, folder, until = sys.argv[1:]

def insert_many(connection, table, rows):
    bulk.insert_many(connection, table, rows)
    if table.name == until:
        print("written", flush=True)
        time.sleep(600)

changes.insert_many = persons.insert_many = insert_many
store = open_store(url, park_id=park, state_dir=Path(folder))
store.put(scattered_reports(3000, seed=5), actor=KEEPER, at=NOW, run=RUN)
"""


@pytest.mark.parametrize("until", ["reports", "events"])
def test_killed_half_way_the_store_is_as_before(place: Place, until: str) -> None:
    """SIGKILL with 3,000 records written and not their events, and with both but not the run."""
    store = place.open()
    store.put(scattered_reports(50), actor=KEEPER, at=NOW)
    before = store.events(), store.find(Query("reports", personal=True), actor=KEEPER)
    arguments = [place.url(store.state_dir), store.park_id, str(store.state_dir), until]
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "written\n"
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert child.returncode == -signal.SIGKILL
    assert (store.events(), store.find(Query("reports", personal=True), actor=KEEPER)) == before
    assert store.run_of("files") is None
    store.put(scattered_reports(200, seed=5), actor=KEEPER, at=NOW, run=RUN)
    assert replayed(store) == kept(store)


def test_one_write_at_a_time_and_none_is_lost(place: Place) -> None:
    """Two processes write at once: every record is there once, with one event."""
    store = place.open()
    code = (
        "import sys; from pathlib import Path; from geo_risk.store import open_store;"
        "from tests.contract.examples import *;"
        "store = open_store(sys.argv[1], park_id=sys.argv[2], state_dir=Path(sys.argv[3]));"
        "[store.put([report(n), report(1000 + n, category=sys.argv[4])], actor=KEEPER, at=NOW)"
        " for n in range(15)]"
    )
    arguments = [place.url(store.state_dir), store.park_id, str(store.state_dir)]
    children = [
        subprocess.Popen(
            [sys.executable, "-c", code, *arguments, str(n)], env={**os.environ, "PYTHONPATH": "."}
        )
        for n in range(2)
    ]
    assert [child.wait() for child in children] == [0] * 2
    assert store.count(Query("reports")) == 30
    counted = Counter(event.record_id for event in store.events())
    assert all(counted[report(n).id] == 1 for n in range(15))
    ids = [event.id for event in store.events()]
    assert ids == sorted(set(ids))
    assert replayed(store) == kept(store)
