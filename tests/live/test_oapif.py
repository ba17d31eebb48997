"""A real OGC client as judge: GDAL's OAPIF driver reads what the store holds.

The server is a process of its own: a client that holds the interpreter lock while it waits would never
be answered by a thread beside it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyogrio
import pytest

from geo_risk.park import read_park
from geo_risk.records import COLLECTIONS
from geo_risk.store import Query, open_store


@pytest.fixture(scope="module", params=["sqlite", "postgis"])
def served(request, tmp_path_factory, sample_park, server_on) -> Iterator[object]:
    """The sample park on SQLite and on PostGIS."""
    if request.param == "sqlite":
        with server_on(sample_park) as server:
            yield server
        return
    from dataclasses import replace

    database = request.getfixturevalue("postgres_database")
    state = tmp_path_factory.mktemp("postgis") / "state"
    park = replace(sample_park, state_dir=state, store_url=database)
    park.build()
    with server_on(park) as server:
        yield server


def held(server) -> dict[str, int]:
    park = read_park(server.park_file)
    from geo_risk.settings import Settings

    settings = Settings(state=server.state_dir, store_url=server.store_url)
    with open_store(
        settings.url_of_store(park), park_id=park.park.id, state_dir=settings.state_dir(park)
    ) as store:
        return {name: store.count(Query(name)) for name in COLLECTIONS}


def test_gdal_reads_as_many_features_as_the_store_holds(served):
    """Every collection, to the last page."""
    counts = held(served)
    pyogrio.set_gdal_config_options({"GDAL_HTTP_BEARER": served.tokens["chief"]})
    layers = {name for name, _ in pyogrio.list_layers(f"OAPIF:{served.url}/ogc")}
    assert layers == set(COLLECTIONS)
    for name, count in counts.items():
        frame = pyogrio.read_dataframe(f"OAPIF:{served.url}/ogc", layer=name)
        assert len(frame) == count, name
