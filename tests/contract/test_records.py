"""Keeping records: what goes in comes out, twice is once, and who wrote last is asked about it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace

import pytest

from geo_risk.errors import IdempotencyError, InputError, NotFoundError, StaleError
from geo_risk.records import COLLECTIONS, Findings, Record, VisitReason
from geo_risk.store import Answer, Idempotency, Query, SourceRun, Store, Stored
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
    visit,
    zone,
)


def everything(store: Store, *, personal: bool = True) -> dict[tuple[str, str], Stored[Record]]:
    return {
        (name, one.record.id): one
        for name in COLLECTIONS
        for one in store.find(Query(name, personal=personal), actor=KEEPER)
    }


def test_every_kind_of_record_comes_back_as_it_went_in(store: Store) -> None:
    """All collections, every field, person data included when asked for."""
    records = one_of_each()
    result = store.put(records, actor=KEEPER, at=NOW, run=RUN)
    assert (result.new, result.changed, result.unchanged) == (len(records), 0, 0)
    for record in records:
        kept = store.get(record.collection, record.id, actor=KEEPER, personal=True)
        for one in fields(record):
            assert getattr(kept.record, one.name) == getattr(record, one.name), one.name
        assert kept.revision == 1
        assert kept.changed_at == NOW


def test_person_data_is_empty_unless_asked_for(store: Store) -> None:
    """A plain read gives no name, phone, address or text."""
    store.put(one_of_each(), actor=KEEPER, at=NOW)
    plain = store.get("enterprises", "list:1", actor=KEEPER).record
    assert (plain.name, plain.contact, plain.phone) == ("", "", "")
    assert store.get("reports", "r:1", actor=KEEPER).record.text == ""


def test_putting_twice_equals_once(store: Store) -> None:
    """The second time everything is unchanged, and no event is added."""
    records = one_of_each() + scattered_reports(40)
    for run in (RUN, None, RUN):
        store.put(records, actor=KEEPER, at=NOW, run=run)
        before = store.events(), everything(store)
        again = store.put(records, actor=KEEPER, at=NOW + DAY, run=run)
        assert (again.new, again.changed, again.unchanged) == (0, 0, len(records))
        assert (store.events(), everything(store)) == before


def test_order_of_rows_changes_nothing(store: Store, place: Place) -> None:
    """A shuffled batch leaves the same records with the same etags."""
    records = one_of_each() + scattered_reports(40)
    shuffled = random.Random(3).sample(records, len(records))  # noqa: S311 (an order)
    other = place.open()
    store.put(records, actor=KEEPER, at=NOW, run=RUN)
    other.put(shuffled, actor=KEEPER, at=NOW, run=RUN)
    assert everything(store) == everything(other)


def test_one_id_twice_with_different_values_is_refused(store: Store) -> None:
    """Nothing of the batch is kept; twice the same is once."""
    with pytest.raises(InputError, match="twice in one batch"):
        store.put([report(1), report(2), report(1, kind="fire")], actor=KEEPER, at=NOW)
    assert store.count(Query("reports")) == 0
    assert store.put([report(1), report(1)], actor=KEEPER, at=NOW).new == 1


def test_text_no_database_takes_is_refused_alike(store: Store) -> None:
    """NUL and half a surrogate pair, in a field and in person data; nothing is kept."""
    for bad in ("a\0b", "a\ud800b"):
        for values in ({"category": bad}, {"text": bad}):
            with pytest.raises(InputError, match=r"NUL|whole text"):
                store.put([report(1), report(2, **values)], actor=KEEPER, at=NOW)
    assert store.count(Query("reports")) == 0
    assert store.events() == []


def test_values_that_are_not_the_fields_are_refused(store: Store) -> None:
    """The message names record, field and value."""
    odd = report(1)
    object.__setattr__(odd, "severity", "terrible")
    with pytest.raises(InputError, match=r"Report 'hotline:00001': severity is 'terrible'"):
        store.put([odd], actor=KEEPER, at=NOW)


def test_update_changes_fields_revision_and_etag(store: Store) -> None:
    """What is named changes, what is not stays; the event holds the change only."""
    store.put(one_of_each(), actor=KEEPER, at=NOW)
    before = store.get("visits", "v:1", actor=KEEPER)
    after = store.update(
        "visits",
        "v:1",
        {"reason": VisitReason.SLIP, "found": Findings(0, 1, 0), "note": "样例新备注"},
        actor=OFFICER,
        at=NOW + DAY,
        if_match=before.etag,
    )
    assert after.revision == 2
    assert after.etag != before.etag
    assert after.changed_at == NOW + DAY
    kept = store.get("visits", "v:1", actor=OFFICER, personal=True).record
    assert (kept.reason, kept.found, kept.note) == (
        VisitReason.SLIP,
        Findings(0, 1, 0),
        "样例新备注",
    )
    assert kept.items_checked == 20
    event = store.events("visits", "v:1")[-1]
    assert event.changes == {"found": [0, 1, 0], "reason": "slip"}
    assert (event.actor_id, event.role, event.door) == ("u-7", "officer", "http")


def test_update_with_nothing_new_leaves_no_trace(store: Store) -> None:
    """Same values: same revision, no event."""
    store.put([report(1)], actor=KEEPER, at=NOW)
    kept = store.update("reports", report(1).id, {"kind": "hazard"}, actor=OFFICER, at=NOW)
    assert kept.revision == 1
    assert len(store.events("reports")) == 1


def test_a_stale_etag_is_refused(store: Store) -> None:
    """The second of two who read the same state is told; `*` and None ask for nothing."""
    store.put([report(1)], actor=KEEPER, at=NOW)
    name, key = "reports", report(1).id
    read = store.get(name, key, actor=KEEPER)
    store.update(name, key, {"state": "assigned"}, actor=OFFICER, at=NOW, if_match=read.etag)
    with pytest.raises(StaleError, match="has changed since you read it"):
        store.update(name, key, {"state": "closed"}, actor=OFFICER, at=NOW, if_match=read.etag)
    with pytest.raises(StaleError):
        store.delete(name, key, actor=OFFICER, at=NOW, if_match=read.etag)
    kept = store.update(name, key, {"state": "closed"}, actor=OFFICER, at=NOW, if_match="*")
    quoted = f'"{kept.etag}"'
    store.update(name, key, {"state": "merged"}, actor=OFFICER, at=NOW, if_match=quoted)


def test_an_update_that_would_not_hold_is_refused(store: Store) -> None:
    """Unknown field, own number, a wrong type, a reversed interval, half a point."""
    store.put([report(1)], actor=KEEPER, at=NOW)
    wrong = [
        ({"colour": "red"}, "'colour' cannot be changed"),
        ({"number": "9"}, "'number' cannot be changed"),
        ({"severity": "terrible"}, "severity = 'terrible' is no value"),
        ({"occurred_to": NOW - 900 * DAY}, "is before"),
        ({"lon": None}, "only one of lon and lat"),
    ]
    for changes, said in wrong:
        with pytest.raises(InputError, match=said):
            store.update("reports", report(1).id, changes, actor=OFFICER, at=NOW)
    assert store.get("reports", report(1).id, actor=KEEPER).revision == 1


def test_what_is_not_there_is_not_found(store: Store) -> None:
    """get, update and delete say so; a collection that does not exist names those that do."""
    for act in (
        lambda: store.get("reports", "x", actor=KEEPER),
        lambda: store.update("reports", "x", {"kind": "fire"}, actor=KEEPER, at=NOW),
        lambda: store.delete("reports", "x", actor=KEEPER, at=NOW),
    ):
        with pytest.raises(NotFoundError, match="There is no 'x' in reports"):
            act()
    with pytest.raises(InputError, match=r"no collection 'report'.*reports"):
        store.find(Query("report"), actor=KEEPER)


def test_deleted_is_out_of_every_answer_and_no_import_brings_it_back(store: Store) -> None:
    """find, count, get and known leave it out; its events stay; a person may restore it."""
    store.put([report(1), report(2)], actor=KEEPER, at=NOW, run=RUN)
    key = report(1).id
    store.delete("reports", key, actor=OFFICER, at=NOW)
    assert store.count(Query("reports")) == 1
    assert key not in store.known()[0]["reports"]
    with pytest.raises(NotFoundError):
        store.get("reports", key, actor=KEEPER)
    assert store.put([report(1, kind="fire")], actor=KEEPER, at=NOW, run=RUN).unchanged == 1
    assert store.count(Query("reports")) == 1
    store.put([report(1)], actor=OFFICER, at=NOW)
    assert store.get("reports", key, actor=KEEPER).revision == 3
    actions = [one.action for one in store.events("reports", key)]
    assert actions == ["created", "deleted", "restored"]


def test_a_pin_outlives_the_next_months_file(store: Store) -> None:
    """The file's own change goes in, the place that somebody set stays."""
    lost = premises(1, lon=None, lat=None, unlocated="missing", people=10)
    store.put([lost], actor=KEEPER, at=NOW, run=RUN)
    pin = {"lon": 120.5, "lat": 30.6, "unlocated": "", "located_by": "pin"}
    store.update("premises", "list:1", pin, actor=OFFICER, at=NOW)
    assert store.put([lost], actor=KEEPER, at=NOW, run=RUN).unchanged == 1
    later = SourceRun("files", "digest-2")
    moved = replace(lost, people=25, lon=120.7, lat=30.7, unlocated="")
    for said in (replace(lost, people=25), replace(lost, people=25, unlocated="swapped"), moved):
        store.put([said], actor=KEEPER, at=NOW + DAY, run=later)
        kept = store.get("premises", "list:1", actor=KEEPER)
        assert (kept.record.people, kept.place) == (25, (120.5, 30.6))


def test_a_case_state_outlives_the_file_and_the_files_news_go_in(store: Store) -> None:
    """Three ways: what a person changed stays, what the source changed comes, per field."""
    first = report(1, state="reported", category="a")
    store.put([first], actor=KEEPER, at=NOW, run=RUN)
    store.update("reports", first.id, {"state": "assigned"}, actor=OFFICER, at=NOW)
    later = SourceRun("files", "digest-2")
    store.put([replace(first, category="b")], actor=KEEPER, at=NOW, run=later)
    kept = store.get("reports", first.id, actor=KEEPER).record
    assert (kept.state, kept.category) == ("assigned", "b")
    store.put([replace(first, category="b", state="closed")], actor=KEEPER, at=NOW, run=later)
    assert store.get("reports", first.id, actor=KEEPER).record.state == "closed"


def test_two_sources_of_one_enterprise_do_not_blank_each_other(store: Store) -> None:
    """A list without head counts leaves those of another list; re-reading either is still."""
    full = enterprise(1, industry="C2927")
    brief = enterprise(
        1, source="key list", number="K1", employees=None, above_scale=True, phone=""
    )
    one, two = SourceRun("list", "d"), SourceRun("key list", "d")
    for _ in range(2):
        store.put([full], actor=KEEPER, at=NOW, run=one)
        store.put([brief], actor=KEEPER, at=NOW, run=two)
    kept = store.get("enterprises", full.id, actor=KEEPER, personal=True)
    assert kept.record == replace(full, above_scale=True)
    assert kept.revision == 2


def test_two_enterprises_of_one_batch_do_not_mix(store: Store) -> None:
    """Merging is per record."""
    store.put([enterprise(n) for n in range(1, 6)], actor=KEEPER, at=NOW, run=RUN)
    store.update("enterprises", "list:3", {"employees": 99}, actor=OFFICER, at=NOW)
    changed = [enterprise(n, industry="C1") for n in range(1, 6)]
    result = store.put(changed, actor=KEEPER, at=NOW, run=replace(RUN, digest="2"))
    assert (result.new, result.changed) == (0, 5)
    kept = store.find(Query("enterprises"), actor=KEEPER)
    assert [one.record.employees for one in kept] == [1, 2, 99, 4, 5]
    assert {one.record.industry for one in kept} == {"C1"}


def test_known_is_what_a_row_may_refer_to(store: Store) -> None:
    """By number, credit code and id; a number of two sources is nobody's; premises in order."""
    code = "91330521MA28A0QK7A"
    other = enterprise(2, id="other:1", source="other", number="1")
    coded = enterprise(3, id=code, credit_code="")
    kept = [enterprise(1), other, coded, premises(1), premises(2, enterprise_id="list:1")]
    store.put(kept, actor=KEEPER, at=NOW)
    ids, premises_of = store.known()
    assert "1" not in ids["enterprises"]
    assert ids["enterprises"]["list:1"] == "list:1"
    assert ids["enterprises"]["3"] == code
    assert ids["premises"]["2"] == "list:2"
    assert premises_of == {"list:1": ("list:1", "list:2")}
    assert ids["reports"] == {}


def test_runs_are_kept_with_what_they_brought(store: Store) -> None:
    """The last run of every source; none where the put failed."""
    assert store.run_of("files") is None
    store.put([report(1)], actor=KEEPER, at=NOW, run=RUN)
    later = SourceRun("files", "digest-2", {"read": 2, "odd": {"swapped": 1}}, NOW + DAY)
    store.put([report(2)], actor=KEEPER, at=NOW, run=later)
    store.put([visit(1)], actor=KEEPER, at=NOW, run=SourceRun("visits", "d"))
    with pytest.raises(InputError):
        store.put([zone(1), zone(1, name="x")], actor=KEEPER, at=NOW, run=SourceRun("zones", "d"))
    assert store.run_of("files") == later
    assert [one.name for one in store.runs()] == ["files", "visits"]
    assert store.run_of("zones") is None


def key(value: str, body: str = "b1") -> Idempotency:
    def answer(stored: Sequence[Stored[Record]]) -> Answer:
        return Answer(201, ",".join(one.etag for one in stored), {"Location": stored[0].record.id})

    return Idempotency(value, body, answer)


def test_an_idempotency_key_answers_twice_and_writes_once(store: Store) -> None:
    """Same body: the first answer; other body: refused; another actor's key is another key."""
    first = store.put([report(1)], actor=OFFICER, at=NOW, idempotency=key("k"))
    assert first.answer is not None
    assert first.answer.headers == {"Location": report(1).id}
    again = store.put([report(1)], actor=OFFICER, at=NOW + DAY, idempotency=key("k"))
    assert again.replayed
    assert again.answer == first.answer
    with pytest.raises(IdempotencyError, match="used with another body"):
        store.put([report(2)], actor=OFFICER, at=NOW, idempotency=key("k", "b2"))
    assert store.put([report(3)], actor=KEEPER, at=NOW, idempotency=key("k", "b3")).new == 1
    assert store.count(Query("reports")) == 2
    assert store.answer("u-7", "k") == first.answer
    assert store.answer("u-7", "k", now=NOW + 31 * DAY) is None
    renewed = store.put([report(4)], actor=OFFICER, at=NOW + 31 * DAY, idempotency=key("k", "b4"))
    assert renewed.new == 1


def test_one_key_sent_at_once_by_many_writes_once(store: Store) -> None:
    """A phone that retries on a bad line: one record, one answer for all."""

    def send(number: int) -> tuple[bool, Answer | None]:
        done = store.put([report(number)], actor=OFFICER, at=NOW, idempotency=key("k"))
        return done.replayed, done.answer

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(send, range(8)))
    assert sorted(replayed for replayed, _ in said) == [False] + [True] * 7
    assert len({answer.body for _, answer in said if answer}) == 1
    assert store.count(Query("reports")) == 1


def test_an_update_and_its_answer_are_one(store: Store) -> None:
    """A repeated PATCH is not refused as stale: it gets its first answer."""
    store.put([report(1)], actor=KEEPER, at=NOW)
    etag = store.get("reports", report(1).id, actor=KEEPER).etag
    for _ in range(2):
        kept = store.update(
            "reports",
            report(1).id,
            {"state": "assigned"},
            actor=OFFICER,
            at=NOW,
            if_match=etag,
            idempotency=key("k"),
        )
        assert kept.revision == 2


def test_an_answer_that_fails_takes_the_record_with_it(store: Store) -> None:
    """Record and answer are one transaction."""

    def broken(stored: Sequence[Stored[Record]]) -> Answer:
        raise InputError("no answer")

    with pytest.raises(InputError, match="no answer"):
        store.put([report(1)], actor=OFFICER, at=NOW, idempotency=Idempotency("k", "b", broken))
    assert store.count(Query("reports")) == 0
    assert store.answer("u-7", "k") is None


def test_a_remembered_answer_comes_back(store: Store) -> None:
    """For writes that are no put."""
    store.remember_answer("u-7", "k", "digest", 202, "job 1", NOW)
    kept = store.answer("u-7", "k", now=NOW)
    assert kept is not None
    assert (kept.status, kept.body, kept.body_digest) == (202, "job 1", "digest")
    with pytest.raises(IdempotencyError):
        store.remember_answer("u-7", "k", "other", 202, "job 2", NOW)


def test_frames_are_what_analysts_know(store: Store) -> None:
    """Index id, a column per field but person data, degrees; a visit is where its premises is."""
    store.put(one_of_each(), actor=KEEPER, at=NOW)
    visits = store.frame("visits", actor=KEEPER)
    assert list(visits.index) == ["v:1"]
    assert "note" not in visits.columns
    assert visits.loc["v:1", "found_minor"] == 2
    assert visits.geometry.iloc[0].coords[0] == (120.01, 30.51)
    assert str(visits["start"].dtype).endswith("UTC]")
    zones = store.frame("zones", actor=KEEPER)
    assert zones.crs.to_epsg() == 4326
    assert zones.geometry.iloc[0].geom_type == "MultiPolygon"
    named = store.frame("enterprises", Query("enterprises", personal=True), actor=KEEPER)
    assert named.loc["list:1", "contact"] == "样例联系人"
    for name in COLLECTIONS:
        empty = store.frame(name, Query(name, ids=["nobody"]), actor=KEEPER)
        full = store.frame(name, actor=KEEPER)
        assert len(empty) == 0
        assert list(empty.columns) == list(full.columns)
