"""The map in a real browser: layers, legend, value and reasons, by pointer and by keyboard."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from playwright.sync_api import Page

from maps.words.figures import decimals_of, number_text, period_text, share_text
from tests.live.browser import Browse, Camera, picture, settle, show_map, switch

pytest_plugins = ("tests.live.browser_fixtures",)

SURFACES = ("risk.combined", "inherent.consequence", "effort.visits")


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace("−", "-").removesuffix("%"))


def _choose_red(page: Page, server: Any) -> tuple[float, float]:
    """Press on the gravest premises; give its place."""
    with server.client("chief") as client:
        features = client.get("/v1/map").json()["premises"]["features"]
    worst = max(features, key=lambda one: one["properties"]["value"] or 0)
    lon, lat = worst["geometry"]["coordinates"]
    x, y = Camera.of(page).pixel(lon, lat)
    page.locator("#map_park").click(position={"x": x, "y": y})
    page.wait_for_selector("#place [data-value]")
    return lon, lat


def test_a_press_opens_value_and_parts_that_add_up_as_printed(
    sample_server: Any, browse: Browse
) -> None:
    """Re-added by hand, digit by digit: the parts on the screen make the value on the screen."""
    page, _ = browse(sample_server, "chief")
    show_map(page)
    lon, lat = _choose_red(page, sample_server)
    panel = page.locator("#place")
    value = _number(panel.locator("strong[data-value]").inner_text())
    parts = [_number(text) for text in panel.locator(":scope > .parts .num").all_inner_texts()]
    assert 2 <= len(parts) <= 7
    assert sum(parts) == value
    assert f"{len(parts)} 项相加 = {number_text(float(value))}" in panel.inner_text()
    with sample_server.client("chief") as client:
        said = client.get(
            "/v1/surfaces/risk.combined/explain", params={"lon": lon, "lat": lat}
        ).json()
    assert float(value) == said["value"]
    assert panel.locator("strong").get_attribute("data-class") == said["class"]
    assert panel.get_by_role("img", name="等级").count() == 1
    for one in said["contributions"]:
        row = panel.locator(f":scope > .parts [data-factor={one['factor']}]")
        assert row.locator("dt").inner_text() == one["name"]
        assert float(_number(row.locator(".num").inner_text())) == one["value"]


def test_the_risk_of_a_premises_opens_into_reasons_that_add_up(
    sample_server: Any, browse: Browse
) -> None:
    """Of a major hazard at the next visit, whoever looks: an interval, and why, as printed."""
    page, _ = browse(sample_server, "chief")
    show_map(page)
    lon, lat = _choose_red(page, sample_server)
    risk = page.locator("#place .risk")
    with sample_server.client("chief") as client:
        near = client.get(
            "/v1/surfaces/risk.combined/explain", params={"lon": lon, "lat": lat}
        ).json()["premises"]
    told = [one["risk"]["probability"] for one in near if one["risk"] and one["distance_m"] < 30]
    assert float(risk.get_attribute("data-probability") or "nan") in told
    risk.locator("summary").click()
    parts = [_number(text) for text in risk.locator(".parts .num").all_inner_texts()]
    assert 2 <= len(parts) <= 7
    assert f"{sum(parts)}%" in risk.locator("p").first.inner_text()
    for one in near:
        if one["risk"]:
            assert one["risk"]["low"] <= one["risk"]["probability"] <= one["risk"]["high"]
            whole = one["risk"]["reference"] + sum(
                part["value"] for part in one["risk"]["contributions"]
            )
            assert abs(whole - one["risk"]["probability"]) < 1e-9


def test_the_enterprises_around_a_place_are_listed_and_can_be_walked(
    sample_server: Any, browse: Browse
) -> None:
    """Gravest first; a press on one moves the map's choice there, without a pointer."""
    page, _ = browse(sample_server, "chief")
    show_map(page)
    _choose_red(page, sample_server)
    page.wait_for_selector("#nearby li")
    assert "500 米内的企业" in page.locator("#nearby h2").inner_text()
    second = page.locator("#nearby button").nth(1)
    name = second.inner_text()
    second.focus()
    page.keyboard.press("Enter")
    page.wait_for_function(
        "name => document.querySelector('#place .premises b')?.textContent === name", arg=name
    )


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_legend_says_what_how_much_when_and_from_which_data(
    sample_server: Any, browse: Browse, surface: str, lang: str
) -> None:
    """Title, unit, period, cell size, class version, rule and as-of stand beside every surface."""
    page, _ = browse(sample_server, "chief")
    show_map(page, f"/?lang={lang}#surface={surface}")
    with sample_server.client("chief") as client:
        listed = client.get("/v1/surfaces").json()["surfaces"]
    said = next(one for one in listed if one["id"] == surface)
    zone = ZoneInfo("Asia/Shanghai")
    start, end = (datetime.fromisoformat(said["period"][one]) for one in ("start", "end"))
    legend = page.locator("#legend").inner_text()
    assert said["title" if lang == "zh" else "title_en"] in legend
    assert said["unit_zh" if lang == "zh" else "unit"] in legend
    assert period_text(start, end, zone, lang) in legend
    assert number_text(said["cell_m"], 0) in legend
    assert {"zh": "数据截至", "en": "Data as of"}[lang] in legend
    assert {"zh": "归上一级", "en": "class above"}[lang] in legend
    for bound in said["breaks"]:
        assert number_text(bound) in legend
    lows = [one.get_attribute("data-low") for one in page.locator("#legend [data-class]").all()]
    assert {float(low) for low in lows if low} == set(said["breaks"])


def test_how_much_was_looked_is_not_shown_in_the_colours_of_risk(
    sample_server: Any, browse: Browse
) -> None:
    """Effort is drawn in grey levels: on that map no pixel has a colour."""
    page, _ = browse(sample_server, "chief")
    show_map(page, "/#surface=effort.visits&off=premises,stations")
    seen = picture(page).astype(int)
    middle = seen[150:-120, 150:-150]
    assert (middle.max(axis=2) - middle.min(axis=2)).max() < 40
    assert "红" not in page.locator("#legend").inner_text()


def test_each_layer_can_be_switched_off_and_on(sample_server: Any, browse: Browse) -> None:
    """Its pixels go and come back; the address remembers it."""
    page, _ = browse(sample_server, "chief")
    show_map(page)
    whole = picture(page)
    for layer in ("surface", "premises", "stations", "zones", "roads"):
        switch(page, layer, on=False)
        page.wait_for_timeout(150)
        without = picture(page)
        assert (without != whole).any(), layer
        assert f"off={layer}" in page.url
        switch(page, layer, on=True)
        settle(page)
        page.wait_for_timeout(150)
        assert (picture(page) != whole).mean() < 0.001, layer
    switch(page, "stations", "roads", on=False)
    page.reload()
    settle(page)
    assert not page.locator("[data-layer=roads]").is_checked()
    assert page.locator(".station").count() == 0


def test_strength_fades_cells_and_legend_together(sample_server: Any, browse: Browse) -> None:
    """What the legend shows stays what the map shows."""
    page, _ = browse(sample_server, "chief")
    show_map(page)
    page.locator("#opacity").fill("40")
    assert page.locator("#legend .swatch").first.evaluate("one => one.style.opacity") == "0.4"
    cells = page.locator(".leaflet-tile-pane .cells")
    assert cells.evaluate("one => one.style.opacity") == "0.4"


def test_the_map_is_worked_by_keyboard_alone(sample_server: Any, browse: Browse) -> None:
    """Tab reaches it, arrows move it, plus and minus zoom, Enter reads the value, Escape closes."""
    page, _ = browse(sample_server, "chief")
    show_map(page)
    page.locator("#compare").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "map_park"
    assert page.locator(".cross").is_visible()
    before = Camera.of(page)
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)
    assert Camera.of(page).lon > before.lon
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(600)
    page.keyboard.press("+")
    page.wait_for_timeout(400)
    assert Camera.of(page).zoom > before.zoom
    page.keyboard.press("-")
    page.wait_for_timeout(400)
    page.keyboard.press("Enter")
    page.wait_for_selector("#place [data-value]")
    page.keyboard.press("Escape")
    assert "点地图上任意一处" in page.locator("#place").inner_text()


def test_with_a_pointer_no_cross_is_shown(sample_server: Any, browse: Browse) -> None:
    """The cross is for those who have no pointer."""
    page, _ = browse(sample_server, "chief")
    show_map(page)
    page.mouse.click(640, 480)
    assert page.locator(".cross").is_hidden()


def test_outside_of_the_park_there_is_no_value_and_it_says_so(
    sample_server: Any, browse: Browse
) -> None:
    """Nothing is made up beyond the boundary."""
    page, _ = browse(sample_server, "chief")
    show_map(page, "/#off=premises")
    box = page.locator("#map_park").bounding_box()
    assert box is not None
    page.locator("#map_park").click(position={"x": box["width"] - 20, "y": 30})
    page.get_by_text("不在园区范围内").wait_for()


def test_when_data_does_not_arrive_the_page_says_what_still_works(
    sample_server: Any, browse: Browse
) -> None:
    """One calm line, a way on, and a retry that works."""
    page, notes = browse(sample_server, "chief")
    notes.forgiven = ("ERR_FAILED", "failed:")
    page.route("**/v1/map?*", lambda route: route.abort())
    page.goto("/")
    page.get_by_text("没取到地图数据").wait_for()
    assert page.locator("#notice a").get_attribute("href") == "/zones"
    page.unroute("**/v1/map?*")
    page.get_by_role("button", name="再试一次").click()
    settle(page)
    assert page.locator("#legend h2").is_visible()


def test_when_tiles_do_not_arrive_the_rest_is_there(sample_server: Any, browse: Browse) -> None:
    """Boundary, zones and enterprises stay; the notice goes once tiles are there."""
    page, notes = browse(sample_server, "chief")
    notes.forgiven = ("ERR_FAILED", "failed:")
    page.route("**/tiles/**", lambda route: route.abort())
    page.goto("/")
    page.get_by_text("这一层的方格没取到").wait_for()
    assert page.locator("#premises-count").inner_text().startswith("企业")
    page.unroute("**/tiles/**")
    page.get_by_role("button", name="再试一次").click()
    page.locator("#notice").wait_for(state="hidden")


def test_the_browser_writes_numbers_as_the_server_does(sample_server: Any, browse: Browse) -> None:
    """The two writings of numbers and dates are one rule, tested against each other."""
    page, _ = browse(sample_server, "chief")
    show_map(page)
    rng = np.random.default_rng(11)
    numbers = [
        0.0,
        1.0,
        999.5,
        *(10 ** rng.uniform(-6, 6, 200) * rng.choice([-1, 1], 200)).tolist(),
    ]
    written = page.evaluate(
        "async numbers => { const f = await import('/assets/console/figures.js');"
        " return numbers.map((one) => [f.numberText(one), f.decimalsOf(one)]); }",
        numbers,
    )
    for number, (text, decimals) in zip(numbers, written, strict=True):
        assert decimals == decimals_of(number), number
        apart = abs(_number(text) - _number(number_text(number)))
        assert apart <= Decimal(10) ** -decimals, number
    shares = rng.uniform(0, 1, 20).round(4).tolist()
    said = page.evaluate(
        "async shares => { const f = await import('/assets/console/figures.js');"
        " return shares.map(f.shareText); }",
        shares,
    )
    assert said == [share_text(one) for one in shares]
