"""One map file, opened from disk in a browser without any network: it works, and shows no more."""

from __future__ import annotations

import os
import re
import subprocess
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from tests.live.browser import BARE, Browse, Camera, class_at, picture, settle, switch

pytest_plugins = ("tests.live.browser_fixtures",)

_CLASSES = {"none": 0, "blue": 1, "yellow": 2, "orange": 3, "red": 4}


@pytest.fixture(scope="module")
def render(tmp_path_factory: pytest.TempPathFactory, sample_park: Any, command_path: str) -> Any:
    """Write a map file as a person does, by the command; give its path."""

    def write(*options: str) -> Path:
        out: Path = tmp_path_factory.mktemp("files") / "map.html"
        subprocess.run(
            [command_path, "render", str(sample_park.park_file), str(out), *options],
            env={**os.environ, "GEO_RISK_STATE": str(sample_park.state_dir)},
            check=True,
            capture_output=True,
        )
        return out

    return write


@pytest.fixture(scope="module")
def station_file(render: Any) -> Path:
    """The station's file, with names."""
    made: Path = render("--audience", "station", "--names")
    return made


def _open(page: Page, path: Path) -> None:
    page.goto(path.as_uri())
    settle(page)


def _only_itself(requests: list[str]) -> bool:
    return all(one.startswith(("file:", "data:", "blob:")) for one in requests) and (
        sum(one.startswith("file:") for one in requests) == 1
    )


def test_the_stations_file_opens_offline_and_asks_for_nothing(
    station_file: Path, browse: Browse
) -> None:
    """One request: the file itself. It says who made it and until when it is good."""
    page, notes = browse()
    _open(page, station_file)
    assert _only_itself(notes.requests)
    text = page.locator("main").inner_text()
    for said in ("制作：", "有效期至", "不得外传", "合成数据", "审图号", "时段", "数据截至"):
        assert said in page.locator("body").inner_text(), said
    assert "这张图有多可信" in text
    assert page.locator("#zones-table tbody tr").count() == 10


def test_a_press_in_the_file_gives_what_the_service_gives(
    station_file: Path, browse: Browse, sample_server: Any
) -> None:
    """Value, class and parts of the gravest premises: the same figures, adding up as printed."""
    page, _ = browse()
    _open(page, station_file)
    with sample_server.client("chief") as client:
        features = client.get("/v1/map").json()["premises"]["features"]
        worst = max(features, key=lambda one: one["properties"]["value"] or 0)
        lon, lat = worst["geometry"]["coordinates"]
        said = client.get(
            "/v1/surfaces/risk.combined/explain", params={"lon": lon, "lat": lat}
        ).json()
    x, y = Camera.of(page).pixel(lon, lat)
    page.locator("#map_park").click(position={"x": x, "y": y})
    panel = page.locator("#place")
    panel.locator("[data-value]").first.wait_for()
    value = Decimal(panel.locator("strong").inner_text().replace(",", ""))
    parts = [
        Decimal(text.replace(",", "").replace("−", "-"))
        for text in panel.locator(".parts .num").all_inner_texts()
    ]
    assert float(value) == said["value"]
    assert sum(parts) == value
    assert panel.locator("strong").get_attribute("data-class") == said["class"]
    shown = {
        one.get_attribute("data-factor"): Decimal(
            one.locator(".num").inner_text().replace(",", "").replace("−", "-")
        )
        for one in panel.locator("[data-factor]").all()
    }
    step = Decimal(10) ** -said["decimals"]
    for one in said["contributions"]:
        assert abs(shown[one["factor"]] - Decimal(str(one["value"]))) <= step
    named = {one["id"]: one["name"] for one in said["premises"]}
    assert named[worst["properties"]["id"]] in panel.inner_text()
    assert "500 米内的企业" in page.locator("#nearby").inner_text()


def test_the_files_pixels_have_the_class_of_the_services_values(
    station_file: Path, browse: Browse, sample_server: Any
) -> None:
    """At 30 random points, half a cell clear of other classes: drawn here, asked there."""
    page, _ = browse()
    page.goto(f"{station_file.as_uri()}#at=16,30.5393,119.9692")
    settle(page)
    switch(page, *BARE, on=False)
    page.wait_for_timeout(500)
    camera, seen = Camera.of(page), picture(page)
    rng = np.random.default_rng(4)
    checked = 0
    with sample_server.client("chief") as client:

        def class_of(x: float, y: float) -> int:
            lon, lat = camera.place(x, y)
            answer = client.get("/v1/surfaces/risk.combined/value", params={"lon": lon, "lat": lat})
            return _CLASSES[answer.json()["class"]]

        while checked < 30:
            x, y = rng.uniform(60, camera.width - 60), rng.uniform(60, camera.height - 60)
            here = class_of(x, y)
            if not here or {class_of(x + dx, y + dx) for dx in (-2, 2)} != {here}:
                continue
            checked += 1
            assert int(class_at(seen, x, y, reach=2)) == here, (x, y)


def test_the_file_switches_surfaces_and_layers(station_file: Path, browse: Browse) -> None:
    """Every surface of the publication is inside, each with its own legend."""
    page, notes = browse()
    _open(page, station_file)
    titles = set()
    for option in page.locator("#surface option").all():
        page.select_option("#surface", option.get_attribute("value"))
        titles.add(page.locator("#legend h2").inner_text())
        page.wait_for_timeout(200)
        assert page.locator("canvas.leaflet-tile").count() > 0
    assert len(titles) == page.locator("#surface option").count() > 5
    switch(page, "surface", on=False)
    assert page.locator("canvas.leaflet-tile").count() == 0
    assert _only_itself(notes.requests)


def test_after_its_last_day_the_file_says_so_and_shows_nothing(
    station_file: Path, browse: Browse
) -> None:
    """Expired: one line, whom to ask, and no data left in the page."""
    page, _ = browse()
    page.clock.set_fixed_time(datetime.now(UTC) + timedelta(days=400))
    page.goto(station_file.as_uri())
    page.get_by_text("这份文件已过期").wait_for()
    assert page.locator("#map_park, #zones-table, #file-data").count() == 0


def test_the_public_file_shows_zones_and_holds_nothing_finer(
    render: Any, browse: Browse, sample_server: Any
) -> None:
    """No enterprise, no station, no cell: not on the screen and not in the text of the file."""
    path = render()
    text = path.read_text(encoding="utf-8")
    page, notes = browse()
    _open(page, path)
    assert _only_itself(notes.requests)
    assert page.locator("[data-layer=premises]").is_hidden()
    page.mouse.click(640, 420)
    assert "巡区平均值" in page.locator("#place").inner_text()
    with sample_server.client("chief") as client:
        premises = client.get("/v1/map").json()["premises"]["features"]
    assert not [one for one in premises if one["properties"]["id"] in text]
    enterprises = sample_server.park.records("enterprises", personal=True)
    assert len(enterprises) > 800
    assert not [one for one in enterprises if one.name in text]
    assert not re.search(r'"(levels|digits|runs)"', text)


def test_the_file_speaks_english_when_asked(render: Any, browse: Browse) -> None:
    """The same file in English: no Chinese of ours in what a person reads."""
    page, _ = browse()
    _open(page, render("--lang", "en"))
    assert page.locator("html").get_attribute("lang") == "en"
    for name in ("#legend", ".layers", "#place", ".origin"):
        assert not re.search(r"[\u4e00-\u9fff]", page.locator(name).inner_text()), name
