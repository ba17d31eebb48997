"""Our server as its own process, on a park that was built for the purpose.

`sample_server` is one small sample park, built once a session and served with fresh sign-ins;
browser and GDAL tests share it and change nothing that others count. `server_on` serves any built
park, for tests that write, kill or publish. A process is ended by its own id.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import httpx
import pytest
import sqlalchemy as sa

from geo_risk.park import read_park
from geo_risk.pipeline import build
from geo_risk.records import Actor, Record, Role
from geo_risk.settings import Settings
from geo_risk.store import Query, Store, open_store
from tests.live.every_route import Lived, join_the_scope, live_a_month

ROOT = Path(__file__).resolve().parents[2]
KEEPER = Actor(id="tests", role=Role.KEEPER, door="cli")
START_S = 180.0
LIVED_MONTH = "2026-10"
"""The last month of the sample park."""

_served: set[tuple[Path, str]] = set()


@dataclass(frozen=True)
class Server:
    """A running server.

    `logins` is role to (name, password), `tokens` role to bearer token; `park` is what it serves.
    """

    url: str
    pid: int
    logins: dict[str, tuple[str, str]]
    tokens: dict[str, str]
    park: BuiltPark
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def park_file(self) -> Path:
        """The park file."""
        return self.park.park_file

    @property
    def state_dir(self) -> Path:
        """Folder that holds the park's own state folder."""
        return self.park.state_dir

    def client(self, role: str | None = None) -> httpx.Client:
        """A client with a role's bearer token; without role nobody is signed in."""
        headers = {"Authorization": f"Bearer {self.tokens[role]}"} if role else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)


@dataclass(frozen=True)
class BuiltPark:
    """A park file and the state that was built from it."""

    park_file: Path
    state_dir: Path
    store_url: str = ""

    @property
    def settings(self) -> Settings:
        """Settings under which the park was built."""
        return Settings(state=self.state_dir, store_url=self.store_url)

    def build(self) -> int:
        """Build (again); give the publication's number."""
        park = read_park(self.park_file)
        folder = self.settings.state_dir(park)
        with self.open() as store:
            done = build(park, store, actor=KEEPER, now=datetime.now(UTC), state_dir=folder)
        return done.sequence

    def open(self) -> Store:
        """Open the park's store."""
        park, settings = read_park(self.park_file), self.settings
        return open_store(
            settings.url_of_store(park),
            park_id=park.park.id,
            state_dir=settings.state_dir(park),
        )

    def records(self, collection: str, *, personal: bool = False) -> list[Record]:
        """Every record of a collection, from the store itself."""
        with self.open() as store:
            query = Query(collection, personal=personal)
            return [one.record for one in store.find(query, actor=KEEPER)]

    def copy(self, to: Path) -> BuiltPark:
        """A copy that may be changed; its park file stays where it is."""
        shutil.copytree(self.state_dir, to)
        return BuiltPark(self.park_file, to, self.store_url)


def make_sample(folder: Path, months: int) -> Path:
    """Write a sample park with so many months of history; give its park file."""
    subprocess.run(
        [sys.executable, "-m", "data.sample_park", "--out", folder, "--months", str(months)],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return folder / "park.toml"


def built_once(shared: Path, months: int) -> BuiltPark:
    """Give a built sample park; whichever worker needs it first builds it for all."""
    folder = shared / f"sample-{months}"
    park = BuiltPark(folder / "park" / "park.toml", folder / "state")
    with (shared / f"sample-{months}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "built").exists():
            shutil.rmtree(folder, ignore_errors=True)
            make_sample(folder / "park", months)
            park.build()
            (folder / "built").touch()
    return park


def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder that all workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@contextmanager
def serve(park: BuiltPark, moment: str = "") -> Iterator[Server]:
    """Start a server on a free port, end it by its id; with a moment its clock stands still there.

    One server at a time per state: each start gives the accounts new passwords, so a second one
    would lock out whoever uses the first.
    """
    state = (park.state_dir, park.store_url)
    assert state not in _served, "this state is being served already: take a copy of the park"
    _served.add(state)
    # A pipe that nobody reads fills up, and the server stops: so it is a file, closed below.
    said = tempfile.TemporaryFile("w+")  # noqa: SIM115
    process = subprocess.Popen(
        [
            sys.executable,
            str(ROOT / "tests/live/serve_park.py"),
            str(park.park_file),
            str(park.state_dir),
            park.store_url,
            moment,
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=said,
        text=True,
    )
    try:
        server = _started(process, park, said)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)
        if process.stdout is not None:
            process.stdout.close()
        said.close()
        _served.discard(state)


def _started(process: subprocess.Popen[str], park: BuiltPark, said: IO[str]) -> Server:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], START_S)
    line = process.stdout.readline() if ready else ""
    if not line:
        process.kill()
        said.seek(0)
        pytest.fail(f"The server did not start:\n{said.read()}", pytrace=False)
    ready_line = json.loads(line)
    url = f"http://127.0.0.1:{ready_line['port']}"
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/readyz", timeout=2, trust_env=False).status_code == 200:
                break
        except httpx.TransportError:
            time.sleep(0.1)
        if process.poll() is not None:
            said.seek(0)
            pytest.fail(f"The server ended:\n{said.read()}", pytrace=False)
    return Server(
        url=url,
        pid=ready_line["pid"],
        logins={role: (name, password) for role, (name, password) in ready_line["logins"].items()},
        tokens=ready_line["tokens"],
        park=park,
        process=process,
    )


@pytest.fixture(scope="session")
def built_sample(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int, Path], BuiltPark]:
    """Give a copy of the sample park's state in a folder, with so many months of history."""
    shared = shared_folder(tmp_path_factory)

    def give(months: int, folder: Path) -> BuiltPark:
        return built_once(shared, months).copy(folder / "state")

    return give


@pytest.fixture(scope="session")
def sample_park(
    built_sample: Callable[[int, Path], BuiltPark], tmp_path_factory: pytest.TempPathFactory
) -> BuiltPark:
    """A sample park with three months of history, built; read only: take a `copy` to change it."""
    return built_sample(3, tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="session")
def sample_server(sample_park: BuiltPark) -> Iterator[Server]:
    """The sample park, served as a process of its own."""
    with serve(sample_park) as server:
        yield server


@pytest.fixture(scope="session")
def lived_in(
    built_sample: Callable[[int, Path], BuiltPark], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The sample park, served apart for a month in which everything is done once (`lived`)."""
    with serve(built_sample(3, tmp_path_factory.mktemp("lived"))) as server:
        join_the_scope(server)
        yield server


@pytest.fixture(scope="session")
def lived(lived_in: Server) -> Lived:
    """What that month left behind."""
    return live_a_month(lived_in, LIVED_MONTH)


@pytest.fixture(scope="session")
def keeper() -> Actor:
    """In whose name tests write to a store directly."""
    return KEEPER


@pytest.fixture(scope="session")
def live_database(postgres_url: str) -> Iterator[str]:
    """URL of a PostGIS database made for this test process, dropped at the end."""
    psycopg = pytest.importorskip("psycopg")
    url = sa.make_url(postgres_url)
    name = f"geo_risk_live_{os.getpid()}"
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.execute(
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
        )
        yield url.set(database=name).render_as_string(hide_password=False)
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def server_on() -> Callable[..., AbstractContextManager[Server]]:
    """Serve a built park: `with server_on(park) as server`."""
    return serve
