"""A real city in the browser: quiet, local, and true, from files that nobody here made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.spatial import cKDTree

from tests.live.browser import BARE, Browse, Camera, show_map, switch
from tests.live.map_truth import disagreements, misplaced

pytest_plugins = ("tests.live.browser_fixtures",)

ROOT = Path(__file__).resolve().parents[2]
LOOP = "at=13,41.8800,-87.6500"


@pytest.fixture(scope="module")
def city(
    tmp_path_factory: pytest.TempPathFactory,
    sample_park: Any,
    server_on: Any,
    shared_data: Path,
    monkeypatch_module: pytest.MonkeyPatch,
) -> Iterator[Any]:
    """Chicago, built and served."""
    monkeypatch_module.setenv("GEO_RISK_SHARED_DATA", str(shared_data))
    state = tmp_path_factory.mktemp("chicago")
    park = replace(sample_park, park_file=ROOT / "data" / "chicago.toml", state_dir=state)
    park.build()
    with server_on(park) as running:
        yield running


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    """Set the environment for as long as this module's city is served."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


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
