"""A base map from the internet lies where our own layers lie: the same gate, within two metres.

Tiles come from a service of the test's own (`tile_server`), drawn by an independent implementation
of GCJ-02; what is measured is on the screen: the middle of its red dot and of our own mark.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from geo_risk.crs import gcj02_from_wgs84
from tests.live.browser import BARE, Browse, class_at, dot_near, picture, settle, switch
from tests.live.tile_server import RED, TileServer, serve_tiles

pytest_plugins = ("tests.live.browser_fixtures",)

WITHIN_M = 2.0
BASES = {"amap": "gcj02", "tianditu": "wgs84"}
_CLASSES = {"none": 0, "blue": 1, "yellow": 2, "orange": 3, "red": 4}


@pytest.fixture(scope="module", params=BASES)
def on_base(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    sample_park: Any,
    server_on: Any,
) -> Iterator[tuple[Any, TileServer]]:
    """The sample park with a base map, served; and the service the tiles come from."""
    folder: Path = tmp_path_factory.mktemp(request.param)
    shutil.copytree(sample_park.park_file.parent, folder / "park")
    copied = sample_park.copy(folder / "state")
    with ExitStack() as stack:
        tiles = stack.enter_context(serve_tiles(BASES[request.param]))
        park_file = folder / "park" / "park.toml"
        text = park_file.read_text(encoding="utf-8")
        said = f'[map]\nbase = "{request.param}"\nbase_tiles = "{tiles.template}"\n'
        assert "[map]\n" in text
        park_file.write_text(text.replace("[map]\n", said, 1), encoding="utf-8")
        server = stack.enter_context(server_on(type(copied)(park_file, copied.state_dir)))
        yield server, tiles


def _alone(server: Any) -> tuple[float, float]:
    """Give a premises with no other within 60 m: its dot stands alone on the screen."""
    with server.client("chief") as client:
        found = client.get("/v1/map").json()["premises"]["features"]
    places = np.array([one["geometry"]["coordinates"] for one in found])
    metres = places * [111_320 * math.cos(math.radians(30.5)), 111_320]
    apart = np.hypot(*(metres[:, None] - metres[None]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    lonely = int(apart.min(axis=1).argmax())
    assert apart[lonely].min() > 60
    return float(places[lonely, 0]), float(places[lonely, 1])


def _red_dot(seen: np.ndarray) -> tuple[float, float]:
    """Give the middle of what is red: the more so, the more it counts."""
    red, green = seen[:, :, 0].astype(float), seen[:, :, 1].astype(float)
    ink = np.where(red > 200, np.clip(red - green, 0, None), 0)
    assert ink.sum() > 255 * 20, "no red dot on the screen"
    rows, cols = np.mgrid[0 : ink.shape[0], 0 : ink.shape[1]]
    return float((ink * (cols + 0.5)).sum() / ink.sum()), float(
        (ink * (rows + 0.5)).sum() / ink.sum()
    )


@pytest.mark.parametrize("zoom", [17, 18])
def test_the_same_gate_is_drawn_in_the_same_place(
    on_base: tuple[Any, TileServer], browse: Browse, zoom: int
) -> None:
    """Their dot and our dot of one gate, on one screen: their middles are within two metres."""
    server, tiles = on_base
    lon, lat = _alone(server)
    tiles.gate = (lon, lat)
    page, _ = browse(server, "chief")
    page.goto(
        f"/#at={zoom},{lat - 0.0003},{lon + 0.0004}&off=surface,zones,roads,stations,premises"
    )
    settle(page)
    _hide_furniture(page)
    page.wait_for_timeout(300)
    theirs = _red_dot(picture(page))
    without = picture(page).astype(int)
    switch(page, "premises", on=True)
    ink = np.clip(without - picture(page), 0, None).max(axis=2)
    ours = dot_near(ink, *theirs, reach=12)
    assert ours is not None
    metre_px = 1 / (156_543.034 * math.cos(math.radians(lat)) / 2**zoom)
    apart_m = math.hypot(ours[0] - theirs[0], ours[1] - theirs[1]) / metre_px
    print(f"\n{tiles.datum}, zoom {zoom}: {apart_m:.2f} m apart")  # noqa: T201
    assert apart_m < WITHIN_M
    assert RED[1] == 0


def test_cells_lie_on_the_base_map_where_their_values_are(
    on_base: tuple[Any, TileServer], browse: Browse
) -> None:
    """At random points of the screen the pixels' class is that of the value at that true place."""
    server, tiles = on_base
    tiles.gate = (0.0, 0.0)
    page, _ = browse(server, "chief")
    page.goto("/#at=16,30.5393,119.9692")
    settle(page)
    switch(page, *BARE, on=False)
    page.locator("#opacity").fill("100")
    page.wait_for_timeout(400)
    seen, rng, checked = picture(page), np.random.default_rng(5), 0
    with server.client("chief") as client:

        def class_of(x: float, y: float) -> int:
            lat, lon = page.evaluate(
                "at => { const p = map_park.containerPointToLatLng(at); return [p.lat, p.lng]; }",
                [x, y],
            )
            where = {"lon": lon, "lat": lat}
            said = client.get("/v1/surfaces/risk.combined/value", params=where).json()
            return _CLASSES[said["class"]]

        while checked < 8:
            x, y = rng.uniform(60, 700), rng.uniform(60, 400)
            here = class_of(x, y)
            around = {class_of(x + dx, y + dy) for dx, dy in ((-3, 0), (3, 0), (0, -3), (0, 3))}
            if not here or around != {here}:
                continue
            checked += 1
            assert int(class_at(seen, x, y, reach=2)) == here, (x, y)


def test_the_policy_names_that_service_and_no_other(on_base: tuple[Any, TileServer]) -> None:
    """Pictures may come from the base map's own address; nothing else may come from anywhere."""
    server, tiles = on_base
    with server.client("chief") as client:
        policy = client.get("/").headers["content-security-policy"]
    parts = dict(one.split(" ", 1) for one in policy.split("; "))
    assert parts["img-src"] == f"'self' data: {tiles.url}"
    assert [name for name, value in parts.items() if "http" in value] == ["img-src"]


def test_the_browser_bends_places_as_the_library_does(sample_server: Any, browse: Browse) -> None:
    """Two implementations of one formula: within a tenth of a millimetre, there and back."""
    page, _ = browse(sample_server, "chief")
    page.goto("/login")
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(74, 134, 40), rng.uniform(18, 53, 40)
    bent = page.evaluate(
        "async ([lon, lat]) => { window.L ??= { Projection: {}, CRS: {} };"
        " const g = await import('/assets/console/gcj02.js');"
        " return lon.map((x, n) => { const b = g.gcj02FromWgs84(x, lat[n]);"
        " return [...b, ...g.wgs84FromGcj02(...b)]; }); }",
        [lon.tolist(), lat.tolist()],
    )
    there = np.array(bent)
    assert np.abs(there[:, :2] - np.column_stack(gcj02_from_wgs84(lon, lat))).max() < 1e-9
    assert np.abs(there[:, 2:] - np.column_stack([lon, lat])).max() < 1e-9


def _hide_furniture(page: Page) -> None:
    """Leave nothing on the map but tiles and dots: what is measured has no words over it."""
    page.evaluate(
        "() => { for (const one of document.querySelectorAll('.wm, .appr, .north, .attribution,"
        " .leaflet-control-container, .leaflet-zones-pane, .leaflet-names-pane'))"
        " one.style.visibility = 'hidden'; }"
    )
