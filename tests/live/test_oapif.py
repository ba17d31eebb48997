"""A real OGC client as judge: GDAL's OAPIF driver reads what the store holds, on both databases.

The server is a process of its own: a client that holds the interpreter lock while it waits would
never be answered by a thread beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyogrio
import pytest

from geo_risk.records import LISTED
from geo_risk.store import Query


@pytest.fixture(scope="module", params=["sqlite", "postgis"])
def served(request, tmp_path_factory, sample_park, server_on) -> Iterator[object]:
    """The sample park, served from SQLite and from PostGIS."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sample_server")
        return
    url = request.getfixturevalue("live_database")
    park = replace(sample_park, state_dir=tmp_path_factory.mktemp("postgis"), store_url=url)
    park.build()
    with server_on(park) as server:
        yield server


@pytest.fixture
def layer(served) -> Iterator[object]:
    """Read a layer as the chief, with GDAL."""
    options = {"GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": served.tokens["chief"]}
    pyogrio.set_gdal_config_options(options)
    yield lambda name, **asked: pyogrio.read_dataframe(
        f"OAPIF:{served.url}/ogc", layer=name, **asked
    )
    pyogrio.set_gdal_config_options(dict.fromkeys(options))


def test_gdal_lists_every_collection(served, layer):
    """By its own document."""
    listed = {str(name) for name, _ in pyogrio.list_layers(f"OAPIF:{served.url}/ogc")}
    assert listed == set(LISTED)


@pytest.mark.parametrize("name", LISTED)
def test_gdal_reads_as_many_features_as_the_store_holds(served, layer, name):
    """To the last page, each once."""
    with served.park.open() as store:
        expected = store.count(Query(name))
    frame = layer(name)
    assert len(frame) == expected
    if expected:
        assert frame["id"].is_unique


def test_gdal_finds_the_points_where_they_are(served, layer):
    """To a centimetre, longitude first."""
    points = {one.id: one for one in served.park.records("premises")}
    frame = layer("premises").set_index("id")
    assert frame.crs.to_string() == "OGC:CRS84"
    placed = frame[~frame.geometry.isna()]
    expected = [(points[one].lon, points[one].lat) for one in placed.index]
    np.testing.assert_allclose(placed.get_coordinates().to_numpy(), expected, atol=1e-7)
    assert {one for one in frame.index if one not in placed.index} == {
        one.id for one in points.values() if one.lon is None
    }


def test_gdal_asks_for_a_box(served, layer):
    """What it is given is what lies in the box."""
    box = (119.99, 30.54, 120.01, 30.56)
    everything = layer("premises")
    inside = everything.cx[box[0] : box[2], box[1] : box[3]]
    assert set(layer("premises", bbox=box)["id"]) == set(inside["id"])


def test_gdal_without_a_token_sees_zones_and_nothing_else(served):
    """The public's view: one collection, no names of people, no points."""
    source = f"OAPIF:{served.url}/ogc"
    assert [str(name) for name, _ in pyogrio.list_layers(source)] == ["zones"]
    assert set(pyogrio.read_dataframe(source, layer="zones").columns) == {"id", "name", "geometry"}
