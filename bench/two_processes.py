"""From a 201 of one process to a listener of another, both on one PostGIS, and what rest costs.

The sample park is kept in a database made for this run on the server that GEO_RISK_TEST_POSTGRES
names (`tests/contract/cluster.sh start` prints one); without one nothing is measured. Reports are
posted to the first process, the stream of the second is read. Then nobody writes, somebody listens
at both, and the server counts its transactions. `python -m bench.two_processes` runs it alone.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

from bench.browser import _make, _served
from bench.live_map import (
    _SURFACE,
    REPORTS,
    SHOWN_S,
    _body,
    _line,
    _listen,
    _point,
    _until,
)
from bench.table import Line, show

REST_S = 30.0
_COUNTED = sa.text(
    "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
)


def measure(months: int = 3) -> list[Line]:
    """Give the lines: the middle of `REPORTS` reports, the slowest in the note."""
    server = os.environ.get("GEO_RISK_TEST_POSTGRES")
    if not server:
        return []
    with _database(server) as url, tempfile.TemporaryDirectory(prefix="geo-risk-two-") as folder:
        here = Path(folder)
        _make(here, months, url)
        with _served(here, url) as one, _served(here, url) as two:
            # The second start gives the accounts other passwords: its tokens hold for both.
            headers = {"Authorization": f"Bearer {two['tokens']['officer']}"}
            heard = _listen(two["address"], headers)
            line = _told(one["address"], headers, two["address"], heard)
            _listen(one["address"], headers)
            return [line, _at_rest(url)]


@contextlib.contextmanager
def _database(server: str) -> Iterator[str]:
    url, name = sa.make_url(server), f"geo_risk_bench_{os.getpid()}"
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        made = "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
        connection.execute(sa.text(f"CREATE DATABASE {name} {made}"))
        try:
            yield url.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


def _told(
    address: str, headers: dict[str, str], other: str, heard: list[tuple[float, dict[str, Any]]]
) -> Line:
    took = []
    with httpx.Client(base_url=address, headers=headers, timeout=60) as client:
        places = client.get("/v1/map").json()["premises"]["features"]
        places = [one["geometry"]["coordinates"] for one in places if one["geometry"]]
        value = f"{other}/v1/surfaces/{_SURFACE}/value"  # somebody has looked before
        client.get(value, params=_point(places[0])).raise_for_status()
        for place in places[:: len(places) // REPORTS]:
            count = len(heard)
            client.post("/ogc/collections/reports/items", json=_body(place)).raise_for_status()
            answered = time.time()
            _until(lambda count=count: len(heard) > count)  # type: ignore[misc]
            took.append(heard[count][0] - answered)
            time.sleep(0.3)
    return _line("201 of one process to the message of another, on PostGIS", took, SHOWN_S)


def _at_rest(url: str) -> Line:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        time.sleep(12.0)  # what is idle hands in its counts within ten seconds
        before = int(connection.scalar(_COUNTED) or 0)
        begun = time.monotonic()
        time.sleep(REST_S)
        counted = int(connection.scalar(_COUNTED) or 0) - before
        took = time.monotonic() - begun
    engine.dispose()
    note = f"{counted / took / 2:.1f} transactions a second and process, with a listener at each"
    return Line("two processes at rest on PostGIS", took, note=note)


def main() -> int:
    """Measure alone."""
    lines = measure()
    print(show(lines))
    return int(not all(one.within for one in lines))


if __name__ == "__main__":
    raise SystemExit(main())
