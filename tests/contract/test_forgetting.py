"""Forgetting: after it, no file holds the person's words, and no figure has changed.

The search is for bytes, in every file of the state folder and, on PostgreSQL, in the files of the
park's tables and in the write-ahead log.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa

from geo_risk.errors import NotFoundError
from geo_risk.records import COLLECTIONS, Record, Role
from geo_risk.store import (
    Answer,
    Idempotency,
    Query,
    SourceRun,
    Store,
    Stored,
    User,
    forgetting,
    restore,
)
from geo_risk.store.forgetting import LIST_NAME, read_list
from geo_risk.store.persons import OTHER_RETENTION_DAYS, retention_days
from geo_risk.store.schema import METADATA, forgotten, person_data
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
    visit,
)

SECRETS = {
    "contact": "样例联系人甲乙丙",
    "phone": "13812345678",
    "old phone": "13887654321",
    "address": "样例秘密路 77 弄 9 号",
    "note": "样例备注:此人下午在家",
    "text": "样例内容:某人拖欠工资",
    "reporter": "样例上报人丁戊己",
}
OTHERS = {"contact": "样例联系人庚辛", "text": "样例内容:与他人无关"}

SECRETS, OTHERS = (
    {name: f"{text}-{os.getpid()}" for name, text in texts.items()} for texts in (SECRETS, OTHERS)
)
"""Nobody else's words: the write-ahead log that is searched is the whole cluster's."""


def fill(store: Store) -> None:
    """One enterprise with all that hangs on it, and another that has nothing to do with it."""
    mine = enterprise(1, contact=SECRETS["contact"], phone=SECRETS["old phone"], sole_trader=True)
    store.put(
        [
            mine,
            premises(1, address=SECRETS["address"]),
            visit(1, note=SECRETS["note"]),
            report(1, premises_id="list:1", text=SECRETS["text"], reporter=SECRETS["reporter"]),
            enterprise(2, contact=OTHERS["contact"]),
            report(2, enterprise_id="list:2", text=OTHERS["text"]),
        ],
        actor=KEEPER,
        at=NOW,
        run=RUN,
    )
    phone = {"phone": SECRETS["phone"]}
    store.update("enterprises", "list:1", phone, actor=OFFICER, at=NOW + DAY)


def figures(store: Store) -> str:
    """Digest everything that is no person data: records, etags, counts, events, runs."""
    told = [
        [
            (one.record.id, one.etag, str(one.record), one.changed_at.isoformat())
            for one in store.find(Query(name), actor=KEEPER)
        ]
        + [store.count(Query(name))]
        for name in COLLECTIONS
    ]
    events = [
        (one.id, dict(one.changes), dict(one.persons), one.revision) for one in store.events()
    ]
    runs = [(one.name, one.digest, dict(one.summary)) for one in store.runs()]
    return hashlib.sha256(json.dumps([told, events, runs], default=str).encode()).hexdigest()


def every_byte(store: Store) -> dict[str, bytes]:
    """Give the content of every file there is, as it lies on disk: zip and gzip packed."""
    content = {
        str(path): path.read_bytes() for path in store.state_dir.rglob("*") if path.is_file()
    }
    if store._database.is_sqlite:
        return content
    with store._database.alone() as connection:
        connection.execute(sa.text("CHECKPOINT"))
        files = connection.execute(
            sa.text(
                "SELECT relname, pg_relation_filepath(oid) FROM pg_class"
                " WHERE relkind IN ('r', 'i', 't') AND pg_relation_filepath(oid) IS NOT NULL"
                " AND (relnamespace IN (to_regnamespace(:mine), 'pg_toast'::regnamespace)"
                " OR relname = 'pg_statistic')"
            ),
            {"mine": store._database.schema},
        ).all()
        logs = connection.execute(
            sa.text("SELECT name, 'pg_wal/' || name FROM pg_ls_waldir() WHERE length(name) = 24")
        ).all()
        read = sa.text("SELECT pg_read_binary_file(:file, 0, 100000000, true)")
        for name, file in (*files, *logs):
            content[f"{name} ({file})"] = bytes(connection.scalar(read, {"file": file}) or b"")
        return content


def found_in(content: dict[str, bytes], secrets: dict[str, str]) -> list[str]:
    """Give the names of the secrets that are there; where they are is printed."""
    held = {
        name: [file for file, held in content.items() if text.encode() in held]
        for name, text in secrets.items()
    }
    print(held)  # noqa: T201 (a test that fails shows it)
    return [name for name, files in held.items() if files]


@pytest.fixture
def filled(store: Store) -> Store:
    """A store with the secrets in it, sampled by PostgreSQL as its daemon does sooner or later."""
    fill(store)
    if not store._database.is_sqlite:
        for _ in range(2):  # also after a rewrite
            with store._database.alone() as connection:
                connection.execute(sa.text("ANALYZE"))
            forgetting.compact(store._database)
    return store


def test_the_search_finds_what_is_there(filled: Store) -> None:
    """Before forgetting, the bytes are found: the search below is not blind."""
    present = found_in(every_byte(filled), {**SECRETS, **OTHERS})
    assert set(present) >= set(SECRETS) - {"old phone"}


def test_an_enterprise_is_forgotten_to_the_last_byte(filled: Store) -> None:
    """With its premises' addresses, notes and texts; earlier versions too; nobody else's."""
    before = figures(filled)
    done = filled.forget("list:1", actor=KEEPER, at=NOW + 2 * DAY)
    assert done.values >= 6
    content = every_byte(filled)
    assert found_in(content, SECRETS) == []
    assert found_in(content, OTHERS) == list(OTHERS)
    assert figures(filled) == before
    kept = filled.get("enterprises", "list:1", actor=KEEPER, personal=True).record
    assert (kept.name, kept.contact, kept.phone, kept.employees) == ("", "", "", 1)
    assert filled.get("reports", report(1).id, actor=KEEPER, personal=True).record.text == ""


def test_forgetting_twice_and_forgetting_nobody(filled: Store) -> None:
    """Twice is once; an unknown id is an error that says what may be given."""
    filled.forget("list:1", actor=KEEPER, at=NOW)
    before = figures(filled), len(read_list(filled.state_dir))
    assert filled.forget("list:1", actor=KEEPER, at=NOW + DAY).values == 0
    assert (figures(filled), len(read_list(filled.state_dir))) == before
    with pytest.raises(NotFoundError, match=r"Nothing is known under 'nobody'.*id of a record"):
        filled.forget("nobody", actor=KEEPER, at=NOW)


@pytest.mark.parametrize(
    ("subject", "gone", "stays"),
    [
        ("reports/hotline:00001", ("text", "reporter"), ("contact", "phone", "note", "address")),
        ("hotline:00001", ("text", "reporter"), ("contact", "phone", "note", "address")),
        ("premises/list:1", ("address", "note", "text", "reporter"), ("contact", "phone")),
        ("visits:1", ("note",), ("contact", "phone", "address", "text", "reporter")),
    ],
)
def test_a_subject_takes_what_hangs_on_it(
    filled: Store, subject: str, gone: tuple[str, ...], stays: tuple[str, ...]
) -> None:
    """A report its text, a premises its visits' notes; what it hangs on stays."""
    filled.forget(subject, actor=KEEPER, at=NOW)
    content = every_byte(filled)
    assert found_in(content, {name: SECRETS[name] for name in gone}) == []
    assert set(found_in(content, {name: SECRETS[name] for name in stays})) == set(stays)


def test_one_piece_of_person_data_can_be_forgotten(filled: Store) -> None:
    """By its random id, as it stands in an event."""
    ref = filled.events("reports", report(1).id)[0].persons["text"]
    done = filled.forget(ref, actor=KEEPER, at=NOW)
    assert (done.values, done.records) == (1, 1)
    content = every_byte(filled)
    assert found_in(content, {"text": SECRETS["text"]}) == []
    assert found_in(content, {"reporter": SECRETS["reporter"]}) == ["reporter"]


def test_an_officer_and_a_user_are_forgotten(store: Store) -> None:
    """Name and phone go; the account is closed, its name is free, its id stays in the events."""
    store.put(one_of_each(), actor=KEEPER, at=NOW)
    user = User("u-7", "yangli.jingzhang", Role.OFFICER, "$argon2id$hash", station_id="s:1")
    store.put_user(user, actor=KEEPER, at=NOW)
    store.put_session("session-hash", user_id="u-7", at=NOW, expires_at=NOW + DAY)
    store.update("reports", "r:1", {"state": "assigned"}, actor=OFFICER, at=NOW)
    store.forget("o:1", actor=KEEPER, at=NOW)
    store.forget("yangli.jingzhang", actor=KEEPER, at=NOW)
    secrets = {"name": "样例警长", "phone": "13900000001", "login": "yangli.jingzhang"}
    assert found_in(every_byte(store), {**secrets, "hash": "$argon2id$hash"}) == []
    closed = store.user("u-7")
    assert closed is not None
    assert closed.disabled_at == NOW
    assert store.session("session-hash", now=NOW) is None
    assert store.events("reports", "r:1")[-1].actor_id == "u-7"
    assert store.put_user(replace(user, id="u-8"), actor=KEEPER, at=NOW).id == "u-8"


def test_an_import_does_not_bring_it_back_and_a_person_may(filled: Store) -> None:
    """The file still has the name: it stays forgotten. Somebody's own entry is a new one."""
    filled.forget("list:1", actor=KEEPER, at=NOW)
    again = enterprise(1, contact=SECRETS["contact"], phone=SECRETS["phone"], sole_trader=True)
    run = SourceRun("files", "digest-2")
    assert filled.put([again], actor=KEEPER, at=NOW, run=run).unchanged == 1
    new = premises(9, enterprise_id="list:1", address="样例路 9 号")
    filled.put([replace(again, employees=7), new], actor=KEEPER, at=NOW, run=run)
    assert found_in(every_byte(filled), SECRETS) == []
    filled.update("enterprises", "list:1", {"contact": "样例新人"}, actor=OFFICER, at=NOW)
    filled.put([again], actor=KEEPER, at=NOW, run=run)
    kept = filled.get("enterprises", "list:1", actor=KEEPER, personal=True).record
    assert (kept.contact, kept.phone) == ("样例新人", "")


def write_files(store: Store) -> dict[str, Path]:
    """Rejects and exports as others leave them: workbook, CSV in two encodings, JSON, gzip."""
    for folder in (store.rejects_dir, store.exports_dir):
        folder.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    rows = [
        ["行号", "编号", "联系人", "内容", "原因"],
        [5, "77", SECRETS["contact"], "x", "编号重复"],
        [6, "78", "样例别人", "y", "编号重复"],
        [7, "1", "样例改名", "z", "编号重复"],
        [1, "80", "", "row 1 of the file, floor 1", "1"],
        [8, "79", "", f"前文 {SECRETS['text']} 后文", "时间无法识别"],
    ]
    for row in rows:
        book.active.append(row)
    paths = {
        "book": store.rejects_dir / "list.xlsx",
        "sheet": store.exports_dir / "enterprises.xlsx",
        "gbk": store.exports_dir / "list.csv",
        "json": store.exports_dir / "reports.json",
        "gz": store.exports_dir / "reports.geojson.gz",
        "odd": store.exports_dir / "reports.parquet",
        "clean": store.exports_dir / "zones.json",
    }
    book.save(paths["book"])
    book.save(paths["sheet"])
    paths["gbk"].write_bytes(f"名称,{SECRETS['contact']}".encode("gbk"))
    paths["json"].write_text(json.dumps({"text": SECRETS["text"]}))  # \\u escapes
    paths["gz"].write_bytes(gzip.compress(SECRETS["reporter"].encode()))
    paths["odd"].write_bytes(b"PAR1 packed")
    paths["clean"].write_text(json.dumps({"zones": 10, "of": OTHERS["text"]}))
    return paths


def test_rejects_lose_the_rows_and_exports_the_files(filled: Store) -> None:
    """Other rows and clean lists stay; what cannot be searched goes: it can be exported again."""
    paths = write_files(filled)
    done = filled.forget("list:1", actor=KEEPER, at=NOW)
    assert {name for name, path in paths.items() if path.exists()} == {"book", "clean"}
    rows = list(openpyxl.load_workbook(paths["book"]).active.iter_rows(values_only=True))
    assert [row[0] for row in rows] == ["行号", 6, 1]
    assert "rejects/list.xlsx" in done.files
    assert "exports/list.csv" in done.files


def test_a_text_that_others_rightly_have_does_not_cost_their_lists(filled: Store) -> None:
    """A shared switchboard number stays in the other's export."""
    shared = "057112345678"
    for number in (1, 2):
        filled.update("enterprises", f"list:{number}", {"phone": shared}, actor=OFFICER, at=NOW)
    filled.exports_dir.mkdir()
    (filled.exports_dir / "two.csv").write_text(f"list:2,{shared}")
    filled.forget("list:1", actor=KEEPER, at=NOW)
    assert (filled.exports_dir / "two.csv").exists()
    kept = filled.get("enterprises", "list:2", actor=KEEPER, personal=True).record
    assert kept.phone == shared


def test_answers_kept_for_idempotency_lose_the_text(store: Store) -> None:
    """The key still holds, the words are gone."""
    fill(store)

    def answer(stored: Sequence[Stored[Record]]) -> Answer:
        return Answer(201, json.dumps({"id": stored[0].record.id, "text": SECRETS["text"]}))

    key = Idempotency("k", "digest", answer)
    store.put([report(7, text=SECRETS["text"])], actor=OFFICER, at=NOW, idempotency=key)
    store.forget(report(7).id, actor=KEEPER, at=NOW)
    store.forget("list:1", actor=KEEPER, at=NOW)
    kept = store.answer("u-7", "k")
    assert kept is not None
    assert (kept.status, kept.body) == (201, "")
    assert found_in(every_byte(store), SECRETS) == []


def test_photos_go_with_their_record(filled: Store) -> None:
    """A photo is person data: audited when looked at, gone when forgotten or expired."""
    picture = b"\xff\xd8 a face \xff\xd9"

    def put(n: int) -> str:
        key = report(n).id
        return filled.put_photo("reports", key, picture, suffix=".jpg", actor=OFFICER, at=NOW)

    mine, other = put(1), put(2)
    assert filled.photos_of("reports", report(1).id) == [mine]
    assert filled.photo(mine, actor=KEEPER).read_bytes() == picture
    assert filled.audits(subject=f"photos/{mine}")[0].what == "read"
    assert filled.events("reports", report(1).id)[-1].persons == {"photo": mine}
    filled.forget("list:1", actor=KEEPER, at=NOW)
    assert [path.stem for path in filled.photos_dir.iterdir()] == [other]
    with pytest.raises(NotFoundError, match="no photo"):
        filled.photo(mine, actor=KEEPER)
    with pytest.raises(NotFoundError):
        filled.put_photo("reports", "nobody", picture, suffix=".jpg", actor=OFFICER, at=NOW)
    assert len(list(filled.photos_dir.iterdir())) == 1
    filled.expire(NOW + (OTHER_RETENTION_DAYS + 1) * DAY, actor=KEEPER)
    assert list(filled.photos_dir.iterdir()) == []


def test_retention_does_what_forgetting_does(filled: Store) -> None:
    """Texts go after their time, contacts later; nothing changes but the words."""
    before = figures(filled)
    assert filled.expire(NOW + (OTHER_RETENTION_DAYS - 1) * DAY, actor=KEEPER).values == 0
    day = NOW + (OTHER_RETENTION_DAYS + 1) * DAY
    assert filled.expire(day, actor=KEEPER).values == 4
    content = every_byte(filled)
    assert found_in(content, {**SECRETS, **OTHERS}).count("text") == 0
    assert "contact" in found_in(content, SECRETS)
    assert figures(filled) == before
    texts = report(1, premises_id="list:1", text=SECRETS["text"], reporter=SECRETS["reporter"])
    assert filled.put([texts], actor=KEEPER, at=day, run=replace(RUN, digest="2")).unchanged == 1
    assert found_in(every_byte(filled), {"text": SECRETS["text"]}) == []


def test_a_contact_that_files_still_name_is_kept_on(filled: Store) -> None:
    """Each import that confirms it moves its end; without one it ends."""
    days = retention_days("reach the enterprise")
    later = NOW + (days - 10) * DAY
    confirmed = enterprise(2, contact=OTHERS["contact"])
    filled.put([confirmed], actor=KEEPER, at=later, run=replace(RUN, digest="2"))
    filled.expire(NOW + (days + 5) * DAY, actor=KEEPER)
    kept = filled.get("enterprises", "list:2", actor=KEEPER, personal=True).record
    gone = filled.get("enterprises", "list:1", actor=KEEPER, personal=True).record
    assert (kept.contact, gone.contact) == (OTHERS["contact"], "")


def test_every_piece_of_person_data_has_purpose_and_end(filled: Store) -> None:
    """And the longest is ten years."""
    with filled._database.read() as connection:
        rows = connection.execute(sa.select(person_data)).mappings().all()
    assert len(rows) >= 8
    for row in rows:
        assert row["purpose"]
        assert timedelta(0) < row["expires_at"] - row["written_at"] <= 3650 * DAY


def test_reads_of_person_data_are_audited_before_they_are_given(filled: Store) -> None:
    """Each record by id, many by the question; a plain read is not."""
    start = len(filled.audits())
    filled.find(Query("reports"), actor=OFFICER)
    filled.get("reports", report(1).id, actor=OFFICER)
    assert len(filled.audits()) == start
    filled.get("reports", report(1).id, actor=OFFICER, personal=True)
    line = filled.audits()[-1]
    assert (line.actor_id, line.role, line.door, line.what, line.subject) == (
        "u-7",
        "officer",
        "http",
        "read",
        f"reports/{report(1).id}",
    )
    filled.put([report(n, text="x") for n in range(10, 260)], actor=KEEPER, at=NOW)
    filled.find(Query("reports", personal=True, filters={"kind": "hazard"}), actor=OFFICER)
    lines = filled.audits()
    assert lines[-1].count == 252
    assert lines[-1].subject.startswith("reports?")
    assert '"kind":"hazard"' in lines[-1].subject
    assert all(text not in str(lines) for text in SECRETS.values())


def test_a_backup_made_before_is_cleaned_when_restored(place: Place) -> None:
    """Older versions too: the phone of the backup was another one than the phone forgotten."""
    filled = place.open()
    fill(filled)
    write_files(filled)
    archive = filled.backup(place.folder / "old.zip", at=NOW)
    filled.update("enterprises", "list:1", {"phone": "13811112222"}, actor=OFFICER, at=NOW)
    filled.forget("list:1", actor=KEEPER, at=NOW)
    url = place.url(filled.state_dir)
    park, folder = filled.park_id, filled.state_dir
    filled.close()
    restore(archive, url, park_id=park, state_dir=folder, at=NOW + DAY)
    restored = place.open(park, folder)
    content = every_byte(restored)
    assert found_in(content, {**SECRETS, "new phone": "13811112222"}) == []
    assert set(found_in(content, OTHERS)) == set(OTHERS)
    rows = openpyxl.load_workbook(restored.rejects_dir / "list.xlsx").active.iter_rows(
        values_only=True
    )
    assert all(SECRETS["contact"] not in str(row) for row in rows)
    kept = restored.get("enterprises", "list:1", actor=KEEPER, personal=True).record
    assert (kept.contact, kept.phone, kept.employees) == ("", "", 1)


def test_a_database_put_back_by_hand_is_cleaned_when_opened(place: Place) -> None:
    """The list lies beside the database, so that a copied file or a killed forgetting is mended."""
    store = place.open()
    fill(store)
    with store._database.read() as connection:
        people = [dict(row) for row in connection.execute(sa.select(person_data)).mappings()]
    store.forget("list:1", actor=KEEPER, at=NOW)
    assert (store.state_dir / LIST_NAME).exists()
    with store._database.write() as connection:  # as if an older file had been copied back
        connection.execute(person_data.delete())
        connection.execute(forgotten.delete())
        connection.execute(person_data.insert(), people)
    assert len(found_in(every_byte(store), SECRETS)) >= 6
    store.close()
    again = place.open(store.park_id, store.state_dir)
    assert found_in(every_byte(again), SECRETS) == []
    assert again.get("enterprises", "list:2", actor=KEEPER, personal=True).record.contact


def test_what_restores_have_put_aside_is_searched_too(place: Place) -> None:
    """The state from before a restore is kept aside; forgetting later reaches it."""
    filled = place.open()
    fill(filled)
    archive = filled.backup(place.folder / "b.zip", at=NOW)
    park, folder, url = filled.park_id, filled.state_dir, place.url(filled.state_dir)
    write_files(filled)
    filled.close()
    aside = restore(archive, url, park_id=park, state_dir=folder, at=NOW + DAY)
    assert aside is not None
    assert (aside / "rejects" / "list.xlsx").exists()
    store = place.open(park, folder)
    store.forget("list:1", actor=KEEPER, at=NOW + 2 * DAY)
    assert found_in(every_byte(store), SECRETS) == []
    rows = openpyxl.load_workbook(aside / "rejects" / "list.xlsx").active.iter_rows(
        values_only=True
    )
    assert all(SECRETS["contact"] not in str(row) for row in rows)
    if not store._database.is_sqlite:
        with store._database.read() as connection:
            names = sa.inspect(connection).get_schema_names()
        (old,) = [one for one in names if one.startswith(f"{store._database.schema}_before_")]
        people = sa.table("person_data", schema=old)
        with store._database.read() as connection:
            left = connection.scalar(sa.select(sa.func.count()).select_from(people))
        assert left == 2 + 1 + 1  # the other enterprise's name, contact, phone; the other report


def test_the_list_of_the_forgotten_holds_ids_only(filled: Store) -> None:
    """In the file and in the table."""
    filled.forget("list:1", actor=KEEPER, at=NOW)
    text = (filled.state_dir / LIST_NAME).read_text()
    assert found_in({LIST_NAME: text.encode()}, SECRETS) == []
    names = {"id", "collection", "record_id", "field", "reason", "at"}
    assert all(set(one) == names for one in read_list(filled.state_dir))
    assert set(METADATA.tables["forgotten"].c.keys()) == names
