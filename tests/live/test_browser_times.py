"""The map at other times, two maps side by side, reports as marks, and a name that is found."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from maps.words.figures import period_text
from tests.live.browser import BARE, Browse, Camera, picture, settle, show_map, switch
from tests.live.map_truth import disagreements

pytest_plugins = ("tests.live.browser_fixtures",)

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def months(sample_server: Any) -> list[dict[str, Any]]:
    """The months that the sample can look back at, oldest first."""
    with sample_server.client("chief") as client:
        times = client.get("/v1/surfaces").json()["times"]
    assert times[-1]["kind"] == "now"
    found = [one for one in times if one["kind"] == "month"]
    assert len(found) >= 2
    return found


def _wait_for_time(page: Page, key: str) -> None:
    page.wait_for_function("key => location.search.includes(key)", arg=f"time={key}")
    settle(page)
    page.wait_for_timeout(200)


def test_the_slider_goes_back_by_keyboard_and_says_what_is_shown(
    sample_server: Any, browse: Browse, months: list[dict[str, Any]]
) -> None:
    """One key to the left is the last month: label, legend, headline, address, table all say so."""
    page, _ = browse(sample_server, "chief")
    show_map(page)
    page.locator("#times input").focus()
    page.keyboard.press("ArrowLeft")
    month = months[-1]
    _wait_for_time(page, month["key"])
    start, end = (datetime.fromisoformat(month[one]) for one in ("start", "end"))
    said = period_text(start, end, ZONE, "zh")
    assert page.locator("#times output").inner_text().startswith(f"{start:%Y}年{start.month}月")
    assert page.locator("#times input").get_attribute("aria-valuetext")
    assert said in page.locator("#legend").inner_text()
    assert said in page.locator("#detail").inner_text()
    assert f"time={month['key']}" in (page.locator("[data-table]").get_attribute("href") or "")
    assert f"time={month['key']}" in (page.locator("#other-language").get_attribute("href") or "")
    page.reload()
    settle(page)
    assert said in page.locator("h1").inner_text()
    page.get_by_role("button", name="往后一个").click()
    page.wait_for_function("() => !location.search.includes('time=')")
    assert page.locator("#times output").inner_text().startswith("最新")


def test_a_months_pixels_values_and_legend_agree(
    sample_server: Any, browse: Browse, months: list[dict[str, Any]]
) -> None:
    """A map of the past is as true as the present one."""
    key = months[-1]["key"]
    page, _ = browse(sample_server, "chief")
    page.goto(f"/?time={key}#at=16,30.5393,119.9692")
    settle(page)
    switch(page, *BARE, on=False)
    page.wait_for_timeout(300)
    surface = page.locator("#surface").input_value()
    assert surface.startswith("month_")
    assert disagreements(page, sample_server, surface, time=key) == []


def test_without_a_script_the_times_are_links_to_tables(
    chromium: Browser,
    sample_server: Any,
    sign_ins: dict[Any, Any],
    browse: Browse,
    months: list[dict[str, Any]],
) -> None:
    """From the map's page to the zones of a month, and on to the next, by links alone."""
    browse(sample_server, "chief")
    context = chromium.new_context(
        base_url=sample_server.url,
        java_script_enabled=False,
        storage_state=sign_ins[sample_server.url, "chief"],
    )
    page = context.new_page()
    page.goto("/zones")
    page.locator(".when summary").click()
    page.locator(f"a[data-key='{months[-1]['key']}']").click()
    start, end = (datetime.fromisoformat(months[-1][one]) for one in ("start", "end"))
    assert period_text(start, end, ZONE, "zh") in page.locator(".said").inner_text()
    assert page.locator("tbody tr").count() == 10
    page.goto("/")
    page.locator(".when summary").click()
    page.locator(f"a[data-key='{months[-2]['key']}']").click()
    start, end = (datetime.fromisoformat(months[-2][one]) for one in ("start", "end"))
    assert period_text(start, end, ZONE, "zh") in page.locator("h1").inner_text()
    context.close()


def test_raw_and_corrected_stand_side_by_side_and_move_as_one(
    sample_server: Any, browse: Browse
) -> None:
    """Two maps of one view with a legend each; a second press gives the one map back."""
    page, _ = browse(sample_server, "chief")
    show_map(page)
    before = page.locator("#surface").input_value()
    page.locator("#compare").click()
    page.wait_for_selector(".second .leaflet-tile-loaded")
    captions = page.locator(".caption").all_inner_texts()
    assert "未修正" in captions[0]
    assert "修正" in captions[1]
    assert page.locator("#legend-second h2").inner_text() == captions[1]
    box = page.locator("#map_park").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 260, steps=4)
    page.mouse.up()
    page.wait_for_timeout(300)
    shift = page.evaluate(
        "() => { const at = (one) => { const b = one.getBoundingClientRect(); return b; };"
        " const a = at(document.querySelector('#map_park')), s = at(document.querySelector("
        "'.second')); const edge = (map) => map.querySelector('.leaflet-zones-pane path')"
        ".getBoundingClientRect(); const one = edge(document.querySelector('#map_park')),"
        " two = edge(document.querySelector('.second'));"
        " return [one.x - a.x - (two.x - s.x), one.y - a.y - (two.y - s.y), a.width - s.width]; }"
    )
    assert abs(shift[0] - shift[2] / 2) <= 2
    assert abs(shift[1]) <= 2
    page.locator("#compare").click()
    assert page.locator(".second").count() == 0
    assert page.locator("#surface").input_value() == before


def test_reports_are_marks_that_open_into_kinds(sample_server: Any, browse: Browse) -> None:
    """As many as the service says; a press on one counts what was reported there."""
    page, _ = browse(sample_server, "chief")
    show_map(page, "/#off=surface,premises,stations")
    nodes = page.evaluate("document.querySelectorAll('*').length")
    empty = picture(page)
    page.locator("[data-layer=reports]").check()
    page.wait_for_function("() => document.querySelector('#reports-line').textContent")
    with sample_server.client("chief") as client:
        marks = client.get("/v1/map/reports").json()
    assert f"上报 {marks['reports']:,} 起" in page.locator("#reports-line").inner_text()
    assert page.evaluate("document.querySelectorAll('*').length") <= nodes + 3
    page.wait_for_timeout(200)
    assert picture(page).shape[1] == empty.shape[1]
    at = np.column_stack([marks["lon"], marks["lat"]]) / 1e6 + marks["origin"]
    inside = np.abs(at - np.median(at, axis=0)).max(axis=1) < 0.004
    apart = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    apart[~inside] = 0
    np.fill_diagonal(apart, np.inf)
    lonely = int(np.where(inside, apart.min(axis=1), 0).argmax())
    page.evaluate("at => map_park.setView(at, 18, { animate: false })", at[lonely][::-1].tolist())
    page.wait_for_timeout(200)
    x, y = Camera.of(page).pixel(*at[lonely])
    page.locator("#map_park").click(position={"x": x, "y": y})
    page.wait_for_selector("#reports-here h2")
    shown = [int(one) for one in page.locator("#reports-here .num").all_inner_texts()]
    assert f"这里的上报 {sum(shown)} 起" in page.locator("#reports-here").inner_text()
    assert marks["n"][lonely] in shown
    assert "on=reports" in page.url


def test_a_name_is_found_by_its_initials_and_shown_on_the_map(
    sample_server: Any, browse: Browse
) -> None:
    """Typed, chosen by keyboard, flown to, opened; a zone is found too."""
    page, _ = browse(sample_server, "chief")
    show_map(page)
    page.locator("#find").fill("ylqy02")
    page.wait_for_selector("#found li[aria-selected=true]")
    names = page.locator("#found li b").all_inner_texts()
    assert all(one.startswith("样例企业 02") for one in names)
    places = page.locator("#found li span").all_inner_texts()
    wanted = next(n for n, place in enumerate(places) if "没有定位" not in place)
    for _ in range(wanted):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#place .premises")
    assert page.locator("#place .premises b").inner_text() == names[wanted]
    assert Camera.of(page).zoom >= 17
    page.locator("#find").fill("巡区 03")
    page.wait_for_function(
        "() => document.querySelector('#found b')?.textContent.includes('巡区 03')"
    )
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#place h2').textContent.includes('03')")


def test_on_paper_the_map_has_its_legend_and_no_controls(
    sample_server: Any, browse: Browse
) -> None:
    """Printed: map, legend, time and as-of; no menu, no slider, no search."""
    page, _ = browse(sample_server, "chief")
    show_map(page)
    page.emulate_media(media="print")
    for name in (".side", ".top", "#find", "#times input", ".layers", "#print"):
        assert page.locator(name).is_hidden(), name
    for name in ("h1", "#map_park", "#legend", ".appr", "#times output"):
        assert page.locator(name).is_visible(), name
