"""Our server as its own process, on a park that was built for the purpose.

`sample_server` is one small sample park, built once a session and served with fresh sign-ins;
browser and GDAL tests share it and change nothing that others count. `server_on` serves any built
park, for tests that write, kill or publish. A process is ended by its own id.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from geo_risk.park import read_park
from geo_risk.pipeline import build
from geo_risk.records import Actor, Role
from geo_risk.settings import Settings
from geo_risk.store import open_store

ROOT = Path(__file__).resolve().parents[2]
KEEPER = Actor(id="tests", role=Role.KEEPER, door="cli")
START_S = 60.0


@dataclass(frozen=True)
class Server:
    """A running server.

    `logins` is role to (name, password), `tokens` role to bearer token; `park_file` and `state_dir`
    are what it serves (`state_dir` holds the park's own folder), `store_url` is '' for SQLite.
    """

    url: str
    pid: int
    logins: dict[str, tuple[str, str]]
    tokens: dict[str, str]
    park_file: Path
    state_dir: Path
    store_url: str = ""
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

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
        settings = self.settings
        folder = settings.state_dir(park)
        with open_store(
            settings.url_of_store(park), park_id=park.park.id, state_dir=folder
        ) as store:
            done = build(park, store, actor=KEEPER, now=datetime.now(UTC), state_dir=folder)
        return done.sequence

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


@contextmanager
def serve(park: BuiltPark) -> Iterator[Server]:
    """Start a server on a free port, end it by its id."""
    process = subprocess.Popen(
        [
            sys.executable,
            str(ROOT / "tests/live/serve_park.py"),
            str(park.park_file),
            str(park.state_dir),
            *([park.store_url] if park.store_url else []),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        server = _started(process, park)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def _started(process: subprocess.Popen[str], park: BuiltPark) -> Server:
    assert process.stdout is not None
    assert process.stderr is not None
    ready, _, _ = select.select([process.stdout], [], [], START_S)
    line = process.stdout.readline() if ready else ""
    if not line:
        process.kill()
        pytest.fail(f"The server did not start:\n{process.stderr.read()}", pytrace=False)
    said = json.loads(line)
    url = f"http://127.0.0.1:{said['port']}"
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/readyz", timeout=2, trust_env=False).status_code == 200:
                break
        except httpx.TransportError:
            time.sleep(0.1)
        if process.poll() is not None:
            pytest.fail(f"The server ended:\n{process.stderr.read()}", pytrace=False)
    return Server(
        url=url,
        pid=said["pid"],
        logins={role: (name, password) for role, (name, password) in said["logins"].items()},
        tokens=said["tokens"],
        park_file=park.park_file,
        state_dir=park.state_dir,
        store_url=park.store_url,
        process=process,
    )


@pytest.fixture(scope="session")
def sample_park(tmp_path_factory: pytest.TempPathFactory) -> BuiltPark:
    """A sample park with three months of history, built; read only: take a `copy` to change it."""
    folder = tmp_path_factory.mktemp("sample")
    park = BuiltPark(make_sample(folder / "park", 3), folder / "state")
    park.build()
    return park


@pytest.fixture(scope="session")
def sample_server(sample_park: BuiltPark) -> Iterator[Server]:
    """The sample park, served as a process of its own."""
    with serve(sample_park) as server:
        yield server


@pytest.fixture(scope="session")
def server_on() -> Callable[[BuiltPark], AbstractContextManager[Server]]:
    """Serve a built park: `with server_on(park) as server`."""
    return serve
