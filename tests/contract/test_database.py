"""The database itself: one schema, one step to it, and clear words when it does not answer."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.base import ischema_names

from geo_risk.errors import BusyError, StoreError
from geo_risk.store import Query, Store, open_store
from geo_risk.store.column_types import Geometry
from geo_risk.store.engine import schema_name
from geo_risk.store.migrate import revisions
from geo_risk.store.schema import HEAD, METADATA
from tests.contract.conftest import Place
from tests.contract.examples import KEEPER, NOW, report


def described(inspector: sa.Inspector, name: str) -> dict[str, object]:
    """Give what a table is: columns with type and nullability, keys, indexes."""
    return {
        "columns": {one["name"]: one["nullable"] for one in inspector.get_columns(name)},
        "primary": inspector.get_pk_constraint(name)["constrained_columns"],
        "unique": sorted(
            tuple(one["column_names"]) for one in inspector.get_unique_constraints(name)
        ),
        "indexes": sorted(
            tuple(one["column_names"])
            for one in inspector.get_indexes(name)
            if one["column_names"] != ["geom"] and not one.get("duplicates_constraint")
        ),
        "foreign": sorted(
            (tuple(one["constrained_columns"]), one["referred_table"])
            for one in inspector.get_foreign_keys(name)
        ),
    }


def test_the_migrations_make_what_the_schema_says(
    store: Store, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Table by table: columns and types, keys, indexes; a new field fails here until migrated."""
    assert revisions()[-1] == HEAD
    monkeypatch.setitem(ischema_names, "geometry", lambda *_args: Geometry())
    database = store._database
    with database.write() as connection:
        made = sa.inspect(connection)
        names = {name for name in made.get_table_names() if "_box" not in name}
        assert names - {"alembic_version", "spatial_ref_sys"} == set(METADATA.tables)
        for name, table in METADATA.tables.items():
            wanted = {
                "columns": {one.name: one.nullable for one in table.c},
                "primary": [one.name for one in table.primary_key],
                "unique": sorted(
                    tuple(one.name for one in rule.columns)
                    for rule in table.constraints
                    if isinstance(rule, sa.UniqueConstraint)
                ),
                "indexes": sorted(
                    tuple(one.name for one in rule.columns) for rule in table.indexes
                ),
                "foreign": sorted(
                    ((one.parent.name,), one.column.table.name) for one in table.foreign_keys
                ),
            }
            assert described(made, name) == wanted, name
            types = {one["name"]: one["type"] for one in made.get_columns(name)}
            for column in table.c:
                spelled = column.type.compile(connection.dialect).split(" COLLATE")[0]
                found = types[column.name].compile(connection.dialect).split(" COLLATE")[0]
                assert found == spelled or {found, spelled} <= {"DOUBLE", "DOUBLE PRECISION"}, (
                    f"{name}.{column.name}"
                )


def test_several_processes_may_open_a_new_store_at_once(place: Place) -> None:
    """One makes the tables, the others wait."""
    park_id = place.new_park()
    failed: list[BaseException] = []

    def start() -> None:
        try:
            place.open(park_id)
        except BaseException as error:  # noqa: BLE001 (told below)
            failed.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []
    assert place.open(park_id).count(Query("reports")) == 0


def test_a_store_of_a_newer_program_is_refused(place: Place) -> None:
    """By name of both schemas; nothing is touched."""
    store = place.open()
    with store._database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=rf"newer geo-risk \(schema 9999, this one knows {HEAD}\)"):
        place.open(store.park_id, store.state_dir)


def test_parks_of_one_database_do_not_see_each_other(place: Place) -> None:
    """A schema per park, a file per park."""
    one, two = place.open("a-b"), place.open("a-b-c")
    one.put([report(1)], actor=KEEPER, at=NOW)
    assert (one.count(Query("reports")), two.count(Query("reports"))) == (1, 0)


def test_schema_names_are_short_and_apart() -> None:
    """Parks whose ids begin alike have schemas of their own."""
    long = ["x" * 60 + end for end in ("a", "b")]
    names = [schema_name(one) for one in ("de-qing", *long)]
    assert names[0] == "park_de_qing"
    assert len(set(names)) == 3
    assert max(map(len, names)) <= 32


def test_a_postgres_that_cannot_be_reached_says_what_to_do(tmp_path: Path) -> None:
    """Host and database are named, the password is not."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"postgresql+psycopg://park:open-sesame@127.0.0.1:{port}/risk"
    with pytest.raises(StoreError) as raised:
        open_store(url, park_id="x", state_dir=tmp_path)
    text = str(raised.value)
    assert f"127.0.0.1:{port}/risk" in text
    assert "Check that PostgreSQL runs there" in text
    assert "open-sesame" not in text


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://host/db", "cannot be kept in mysql"),
        ("sqlite://", "needs a file of its own"),
        ("sqlite:///:memory:", "needs a file of its own"),
        ("nonsense", "is no URL"),
        ("sqlite:////proc/none/store.sqlite", "cannot be made"),
    ],
)
def test_a_url_that_is_none_is_refused(tmp_path: Path, url: str, said: str) -> None:
    """With what to write instead."""
    with pytest.raises(StoreError, match=said):
        open_store(url, park_id="x", state_dir=tmp_path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """And left as it is."""
    file = tmp_path / "store.sqlite"
    file.write_bytes(b"a letter to the chief" * 100)
    with pytest.raises(StoreError, match=r"store.sqlite did not answer: file is not a database"):
        open_store(f"sqlite:///{file}", park_id="x", state_dir=tmp_path)
    assert file.read_bytes().startswith(b"a letter")


def test_what_is_answered_is_on_disk(tmp_path: Path) -> None:
    """SQLite: WAL, synchronous FULL, foreign keys, deleted content overwritten; owner's only."""
    with open_store(f"sqlite:///{tmp_path}/s.sqlite", park_id="x", state_dir=tmp_path) as store:
        with store._database.read() as connection:
            said = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
            }
        assert said == {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "secure_delete": 1,
        }
    assert (tmp_path / "s.sqlite").stat().st_mode & 0o077 == 0


def test_a_writer_that_never_ends_is_named_as_the_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the patience is over: BusyError, and readers were never kept waiting."""
    monkeypatch.setattr("geo_risk.store.engine._PATIENCE_S", 0.2)
    with open_store(f"sqlite:///{tmp_path}/s.sqlite", park_id="x", state_dir=tmp_path) as store:
        other = sqlite3.connect(tmp_path / "s.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert store.count(Query("reports")) == 0
        with pytest.raises(BusyError, match="another process has been writing"):
            store.put([report(1)], actor=KEEPER, at=NOW)
        other.execute("ROLLBACK")
        other.close()
        assert store.put([report(1)], actor=KEEPER, at=NOW).new == 1


def test_threads_may_share_a_store(store: Store) -> None:
    """As a web server's do: nothing is lost, nobody waits for ever."""
    failed: list[BaseException] = []

    def work(first: int) -> None:
        try:
            for n in range(first, first + 5):
                store.put([report(n)], actor=KEEPER, at=NOW)
                store.get("reports", report(n).id, actor=KEEPER, personal=True)
        except BaseException as error:  # noqa: BLE001 (told below)
            failed.append(error)

    threads = [threading.Thread(target=work, args=(10 * n,)) for n in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []
    assert store.count(Query("reports")) == 100
    assert len(store.audits()) == 100


def test_nobody_but_sqlite_opens_the_live_database(tmp_path: Path) -> None:
    """Closing a second handle would drop SQLite's locks in this process (POSIX, fcntl).

    So backup, restore, forgetting and publishing go through the engine's own library only.
    """
    code = (
        "import sys; from pathlib import Path; opened = [];"
        "note = lambda name, args: opened.append(str(args[0])) if name == 'open' else None;"
        "sys.addaudithook(note);"
        "from geo_risk.store import open_store, restore;"
        "from tests.contract.examples import *;"
        "from tests.contract.published_examples import publication;"
        "folder = Path(sys.argv[1]); url = f'sqlite:///{folder}/store.sqlite';"
        "store = open_store(url, park_id='x', state_dir=folder); opened.clear();"
        "store.put(one_of_each(), actor=KEEPER, at=NOW, run=RUN);"
        "store.publish(publication(1), actor=KEEPER, at=NOW);"
        "archive = store.backup(folder / 'b.zip', at=NOW);"
        "store.forget('list:1', actor=KEEPER, at=NOW);"
        "restore(archive, url, park_id='x', state_dir=folder, at=NOW);"
        "assert len(opened) > 10;"
        "live = str(folder / 'store.sqlite');"
        "print([one for one in opened if one.startswith(live)])"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    env = {**os.environ, "PYTHONPATH": "."}
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=env).stdout
    assert said == "[]\n"


def test_a_postgres_that_restarts_is_found_again(place: Place) -> None:
    """Connections that the server has cut are replaced."""
    if place.engine == "sqlite":
        return
    store = place.open()
    with store._database.alone() as connection:
        connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    assert store.count(Query("reports")) == 0
    assert store.put([report(1)], actor=KEEPER, at=NOW).new == 1
