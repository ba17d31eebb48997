"""A real city, from files that nobody here made: counted, and looked at in a browser.

What the build counts is compared with a second count by pandas and shapely from the raw files, and
with the figures that others found for them; in the browser it is quiet, local, and true.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.spatial import cKDTree

from tests.live.browser import BARE, Browse, Camera, show_map, switch
from tests.live.commands import run_for_json
from tests.live.map_truth import disagreements, misplaced

pytest_plugins = ("tests.live.browser_fixtures",)

ROOT = Path(__file__).resolve().parents[2]
LOOP = "at=13,41.8800,-87.6500"


class Built(NamedTuple):
    """What was counted, by source, and where the state is."""

    sources: dict[str, dict[str, Any]]
    state: Path


@pytest.fixture(scope="module")
def chicago(
    command_path: str, shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Built:
    """Build Chicago, once for all that follows."""
    state = tmp_path_factory.mktemp("chicago")
    told = run_for_json(command_path, "build", "data/chicago.toml", state=state, data=shared_data)
    assert told["park"] == "chicago"
    return Built({one["name"]: one for one in told["sources"]}, state)


@pytest.fixture(scope="module")
def city(
    chicago: Built,
    sample_park: Any,
    server_on: Any,
    shared_data: Path,
    monkeypatch_module: pytest.MonkeyPatch,
) -> Iterator[Any]:
    """Serve Chicago."""
    monkeypatch_module.setenv("GEO_RISK_SHARED_DATA", str(shared_data))
    park = replace(sample_park, park_file=ROOT / "data" / "chicago.toml", state_dir=chicago.state)
    with server_on(park) as running:
        yield running


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    """Set the environment for as long as this module's city is served."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def city_edge(shared_data: Path) -> shapely.Geometry:
    """Chicago's boundary, degrees."""
    layer = gpd.read_file(shared_data / "chicago/zones.gpkg", layer="city_boundary")
    return layer.geometry.union_all()


def test_chicago_adds_up_per_source(chicago: Built) -> None:
    """Accepted + rejected = read, and what was read is what the files hold."""
    for one in chicago.sources.values():
        assert one["accepted"] + one["rejected"] == one["read"]
    rows = {name: one["read"] for name, one in chicago.sources.items()}
    assert rows == {
        "beats": 277, "establishments": 10746, "inspections": 17823, "sanitation": 55315,
    }  # fmt: skip


def test_chicago_names_what_is_odd(chicago: Built) -> None:
    """32 and 24 without coordinates, 176 repeated numbers, two beats with a second part."""
    assert chicago.sources["establishments"]["unlocated"] == 32
    assert chicago.sources["establishments"]["rejected"] == 0
    assert chicago.sources["sanitation"]["unlocated"] == 24
    assert chicago.sources["sanitation"]["rejected"] == 176
    assert chicago.sources["sanitation"]["odd"]["duplicate_number"] == 176
    assert chicago.sources["beats"]["odd"]["merged_zones"] == 2
    assert chicago.sources["beats"]["accepted"] == 277
    assert chicago.sources["inspections"]["rejected"] == 0


@pytest.mark.parametrize(
    ("source", "file", "key", "around"),
    [
        ("establishments", "establishments.csv", "License", 187),
        ("sanitation", "sanitation_311.csv.gz", "service_request_number", 254),
    ],
)
def test_chicago_counts_outside_as_shapely_does(
    chicago: Built, shared_data: Path, city_edge: shapely.Geometry,
    source: str, file: str, key: str, around: int,
) -> None:  # fmt: skip
    """Points beyond the city's boundary are accepted and counted: as many as a plain test finds."""
    table = pd.read_csv(shared_data / "chicago" / file).drop_duplicates(key).dropna(
        subset=["longitude", "latitude"]
    )  # fmt: skip
    inside = shapely.intersects_xy(city_edge, table["longitude"], table["latitude"])
    assert chicago.sources[source]["outside"] == (~inside).sum()
    assert abs(chicago.sources[source]["outside"] - around) <= 1


def test_a_city_opens_quietly_and_from_us_alone(city: Any, browse: Browse) -> None:
    """10,714 dots and 275 zones: no error, no other host (`browse` checks), few elements."""
    page, _ = browse(city, "chief")
    show_map(page)
    assert page.locator("#premises-count").inner_text() == "企业 10,714 处"
    assert page.evaluate("document.querySelectorAll('*').length") <= 1500
    page.mouse.click(640, 480)
    page.wait_for_selector("#place [data-value]")


def test_pixel_value_and_legend_agree_in_a_city(city: Any, browse: Browse) -> None:
    """At 30 random points around the Loop, in a projection of another continent."""
    page, _ = browse(city, "chief")
    show_map(page, f"/#{LOOP}")
    switch(page, *BARE, on=False)
    page.wait_for_timeout(300)
    assert disagreements(page, city, "risk.combined") == []


def test_establishments_are_drawn_where_the_city_says(
    city: Any, browse: Browse, shared_data: Path
) -> None:
    """Against the city's own file: every dot that stands alone is within 2 pixels."""
    page, _ = browse(city, "chief")
    show_map(page, f"/#{LOOP}")
    raw = pd.read_csv(shared_data / "chicago" / "establishments.csv").dropna(
        subset=["longitude", "latitude"]
    )
    camera = Camera.of(page)
    pixels = np.array([camera.pixel(*one) for one in raw[["longitude", "latitude"]].to_numpy()])
    distance, _ = cKDTree(pixels).query(pixels, k=2)
    alone = distance[:, 1] > 25
    places = {str(one.License): (one.longitude, one.latitude) for one in raw[alone].itertuples()}
    assert len(places) > 100
    assert misplaced(page, places) == []
