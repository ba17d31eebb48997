"""A premises without a place gets one: by a press on the map, by typing, by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from geo_risk.crs import bd09_from_gcj02, gcj02_from_wgs84
from tests.live.browser import (
    PHONE,
    Browse,
    Camera,
    dot_near,
    ink_of_premises,
    settle,
)
from tests.live.small_park import WAITING, write_small_park

pytest_plugins = ("tests.live.browser_fixtures",)


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, sample_park: Any, server_on: Any
) -> Iterator[Any]:
    """Serve the small park: each of these tests gives a place to others of those that wait."""
    folder = tmp_path_factory.mktemp("small")
    park = type(sample_park)(write_small_park(folder / "park").park_file, folder / "state")
    park.build()
    with server_on(park) as running:
        yield running


def _premises(server: Any) -> dict[str, tuple[float, float]]:
    with server.client("chief") as client:
        features = client.get("/v1/map").json()["premises"]["features"]
    return {one["properties"]["id"]: tuple(one["geometry"]["coordinates"]) for one in features}


def _open(page: Page) -> None:
    page.goto("/to-locate")
    page.wait_for_selector("html[data-ready]")
    page.wait_for_load_state("networkidle")


def test_a_pin_moves_an_enterprise_onto_the_map(server: Any, browse: Browse) -> None:
    """Chosen, pressed, saved: it leaves the list and stands on the map where the pin was."""
    page, _ = browse(server, "clerk")
    _open(page)
    waiting = page.locator("#waiting li").count()
    assert page.locator("h1").inner_text() == f"{waiting} 处还没有位置"
    name = page.locator("#waiting strong").first.inner_text()
    chosen = _choose(page)
    assert name in page.locator("#picked").inner_text()
    x, y = 300.0, 215.0
    page.locator("#map_park").click(position={"x": x, "y": y})
    lon, lat = Camera.of(page).place(x, y)
    page.get_by_role("button", name="保存位置").click()
    page.get_by_text("已上图").wait_for()
    assert page.locator("#waiting li").count() == waiting - 1
    assert page.locator("h1").inner_text() == f"{waiting - 1} 处还没有位置"
    placed = _premises(server)
    moved = placed[chosen]
    assert np.allclose(moved, (lon, lat), atol=2e-6)
    page.get_by_role("link", name="看地图").click()
    settle(page)
    px, py = Camera.of(page).pixel(*moved)
    found = dot_near(ink_of_premises(page), px, py)
    assert found is not None
    assert np.hypot(found[0] - px, found[1] - py) < 2
    assert page.locator("#premises-count").inner_text() == f"企业 {len(placed)} 处"
    assert page.locator(".side em:not(#queue-count)").inner_text() == str(waiting - 1)


def test_typed_coordinates_are_brought_to_the_map_from_any_datum(
    server: Any, browse: Browse
) -> None:
    """Numbers copied from another map are what that map means by them."""
    true = (119.985, 30.53)
    typed = {
        "wgs84": true,
        "gcj02": tuple(float(one) for one in gcj02_from_wgs84(*true)),
        "bd09": tuple(float(one) for one in bd09_from_gcj02(*gcj02_from_wgs84(*true))),
    }
    page, _ = browse(server, "officer")
    _open(page)
    for datum, (lon, lat) in typed.items():
        chosen = _choose(page)
        page.fill("#lon", f"{lon:.7f}")
        page.fill("#lat", f"{lat:.7f}")
        page.select_option("#datum", datum)
        left = page.locator("#waiting li").count()
        page.get_by_role("button", name="保存位置").click()
        page.wait_for_function(
            "left => document.querySelectorAll('#waiting li').length < left", arg=left
        )
        assert np.allclose(_premises(server)[chosen], true, atol=2e-6), datum


def test_the_whole_of_it_works_by_keyboard(server: Any, browse: Browse) -> None:
    """Choose with the arrow keys, set the pin at the cross with Enter, save with Enter."""
    page, _ = browse(server, "clerk")
    _open(page)
    page.locator("#filter").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    second = page.locator("#waiting input").nth(1)
    assert second.is_checked()
    chosen = second.get_attribute("value") or ""
    while page.evaluate("document.activeElement.id") != "map_park":
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(600)
    page.keyboard.press("Enter")
    centre = Camera.of(page)
    assert float(page.input_value("#lon")) == pytest.approx(centre.lon, abs=1e-6)
    page.locator("#lon").focus()
    page.keyboard.press("Enter")
    page.get_by_text("已上图").wait_for()
    assert np.allclose(_premises(server)[chosen], (centre.lon, centre.lat), atol=2e-6)


def test_what_cannot_be_saved_says_why_and_where(server: Any, browse: Browse) -> None:
    """The same words at the top and at the field, the focus goes there, nothing is lost."""
    page, notes = browse(server, "clerk")
    notes.forgiven = ("412",)
    _open(page)
    save = page.get_by_role("button", name="保存位置")
    save.click()
    assert "先在名单里选一处" in page.locator("#form-error").inner_text()
    assert page.evaluate("document.activeElement.id") == "form-error"
    chosen = _choose(page)
    page.fill("#lon", "东边")
    page.fill("#lat", "30.53")
    save.click()
    assert "要写成数字" in page.locator("#form-error a").inner_text()
    assert page.locator("#lon[aria-invalid]").count() == 1
    page.fill("#lon", "230")
    save.click()
    assert "经度在 −180 到 180 之间" in page.locator("#form-error").inner_text()
    _move_by_somebody_else(server, chosen)
    page.fill("#lon", "119.985")
    save.click()
    page.get_by_text("别人刚改过这一处").wait_for()
    assert page.input_value("#lon") == "119.985"


def test_a_pin_outside_of_the_boundary_is_kept_and_said(server: Any, browse: Browse) -> None:
    """It counts, it enters no cell, and the page says so."""
    page, _ = browse(server, "clerk")
    _open(page)
    _choose(page)
    page.fill("#lon", "120.2")
    page.fill("#lat", "30.53")
    page.get_by_role("button", name="保存位置").click()
    page.get_by_text("在园区边界外").wait_for()


def test_the_list_is_searched_and_fits_a_phone(server: Any, browse: Browse) -> None:
    """Typing shortens the list; on a phone nothing scrolls sideways."""
    page, _ = browse(server, "clerk", viewport=PHONE)
    _open(page)
    page.fill("#filter", f"样例路 {WAITING - 1} 号")
    assert page.locator("#waiting li:visible").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def _choose(page: Page) -> str:
    """Choose the first that waits; give its id."""
    first = page.locator("#waiting input").first
    first.check()
    return first.get_attribute("value") or ""


def _move_by_somebody_else(server: Any, chosen: str) -> None:
    with server.client("officer") as client:
        waiting = client.get("/v1/premises/unlocated").json()["premises"]
        first = next(one for one in waiting if one["id"] == chosen)
        answer = client.patch(
            f"/ogc/collections/premises/items/{first['id']}",
            json={"lon": 119.98, "lat": 30.53},
            headers={"If-Match": f'"{first["etag"]}"'},
        )
        assert answer.status_code == 200, answer.text
