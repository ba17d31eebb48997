"""Two servers on one PostGIS: what one answers 201, a listener of the other is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.live.reported_park import build_reported_park
from tests.live.test_live_map import body_of, listening

pytestmark = pytest.mark.soak


@pytest.fixture
def bare_database(live_database: str) -> Iterator[sa.Connection]:
    """A connection to the test's database, in which this park is not kept before nor after."""
    engine = sa.create_engine(live_database, isolation_level="AUTOCOMMIT")
    gone = sa.schema.DropSchema("park_small_park", cascade=True, if_exists=True)
    with engine.connect() as connection:
        connection.execute(gone)
        yield connection
        connection.execute(gone)
    engine.dispose()


def test_each_hears_of_the_other_and_lets_go(
    bare_database: sa.Connection, live_database: str, server_on: Any, tmp_path: Path
) -> None:
    """Reports both ways with their tiles, a cut connection between; after the end nothing listens.

    The second start gives the accounts new passwords, so it is asked for at both.
    """
    park, places = build_reported_park(tmp_path / "first", datetime.now(UTC), live_database)
    second = park.copy(tmp_path / "second")
    listen = " FROM pg_stat_activity WHERE query LIKE 'LISTEN \"geo_risk_park_small_park\"%'"
    with server_on(park) as one, server_on(second) as two:
        one.tokens.update(two.tokens)
        for kind, (teller, hearer) in {"fraud": (one, two), "dispute": (two, one)}.items():
            with teller.client("officer") as officer, listening(hearer, "officer") as heard:
                body = body_of(kind, places[27], "major")
                made = officer.post("/ogc/collections/reports/items", json=body)
                assert made.status_code == 201, made.text
                assert heard("report", lambda said, kind=kind: said["kind"] == kind)
                told = heard("tiles", lambda said: any(one["changes"] for one in said["surfaces"]))
                assert f"intensity.{kind}" in {one["id"] for one in told["surfaces"]}
                assert heard.names().count("report") == 1
            cut = bare_database.scalars(sa.text(f"SELECT pg_terminate_backend(pid){listen}"))
            assert cut.all() == [True, True]
    assert bare_database.scalars(sa.text(f"SELECT pid{listen}")).all() == []
