"""Both engines for every test of this folder.

SQLite has a folder of its own for each test, PostGIS a schema of its own. The PostGIS server is
named by GEO_RISK_TEST_POSTGRES (`tests/contract/cluster.sh start` prints one); without it those
tests skip and say how, and fail where CI=true. The database is created with `TEMPLATE template0
ENCODING 'UTF8' LOCALE 'C.UTF-8'`, once per test process, and dropped at the end.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from geo_risk.store import Store, open_store
from geo_risk.store.schema import METADATA

ENGINES = ("sqlite", "postgis")
_numbers = itertools.count(1)


@dataclass
class Place:
    """Where a test may open stores: an engine, a folder, park ids that nobody else uses."""

    engine: str
    folder: Path
    server: str = ""
    opened: list[Store] = field(default_factory=list)

    def new_park(self) -> str:
        """Give a park id that nobody else uses."""
        return f"p{os.getpid()}-{next(_numbers)}"

    def url(self, state_dir: Path) -> str:
        """Give the URL of a store in a state folder."""
        return self.server or f"sqlite:///{state_dir / 'store.sqlite'}"

    def state_dir(self, park_id: str) -> Path:
        """Give the state folder of a park."""
        return self.folder / park_id

    def open(self, park_id: str = "", folder: Path | None = None) -> Store:
        """Open a park's store; a new park's when no id is given."""
        park_id = park_id or self.new_park()
        state_dir = folder or self.state_dir(park_id)
        store = open_store(self.url(state_dir), park_id=park_id, state_dir=state_dir)
        self.opened.append(store)
        return store

    def close(self) -> None:
        """Close every store that was opened here."""
        for store in self.opened:
            store.close()


@pytest.fixture(scope="session")
def contract_database(postgres_url: str) -> Iterator[str]:
    """URL of a database made for this test process."""
    url = sa.make_url(postgres_url)
    name = f"geo_risk_contract_{os.getpid()}"
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.execute(
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
        )
        yield url.set(database=name).render_as_string(hide_password=False)
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def place_of(engine: str, folder: Path, request: pytest.FixtureRequest) -> Place:
    server = "" if engine == "sqlite" else request.getfixturevalue("contract_database")
    return Place(engine, folder, server)


@pytest.fixture(params=ENGINES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Somewhere to open stores, on each engine in turn."""
    found = place_of(request.param, tmp_path, request)
    yield found
    found.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated database file: copied, not made again for each test."""
    file = tmp_path_factory.mktemp("template") / "store.sqlite"
    open_store(f"sqlite:///{file}", park_id="t", state_dir=file.parent).close()
    return file


@pytest.fixture(scope="session")
def postgis_template(contract_database: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Id of a park whose schema is emptied, not made again for each test."""
    park_id = f"p{os.getpid()}-again"
    folder = tmp_path_factory.mktemp("again")
    open_store(contract_database, park_id=park_id, state_dir=folder).close()
    return park_id


@pytest.fixture
def store(place: Place, request: pytest.FixtureRequest) -> Store:
    """An empty store."""
    if place.engine == "sqlite":
        park_id = place.new_park()
        place.state_dir(park_id).mkdir(parents=True)
        template = request.getfixturevalue("sqlite_template")
        shutil.copy(template, place.state_dir(park_id) / "store.sqlite")
        return place.open(park_id)
    found = place.open(request.getfixturevalue("postgis_template"))
    with found._database.write() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(table.delete())
    return found


@pytest.fixture(params=ENGINES, scope="module")
def shared_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """One store per module, for questions that change nothing."""
    found = place_of(request.param, tmp_path_factory.mktemp("shared"), request)
    yield found.open()
    found.close()


@pytest.fixture(scope="module")
def both_stores(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Store, Store]]:
    """An empty store on each engine, to be asked the same."""
    folder = tmp_path_factory.mktemp("both")
    places = [place_of(engine, folder / engine, request) for engine in ENGINES]
    yield places[0].open(), places[1].open()
    for one in places:
        one.close()
