"""The console in a real browser: its policy, its languages, its public side, its lists."""

from __future__ import annotations

import re
import time
from typing import Any

from tests.live.browser import DESKTOP, Browse, settle, show_map

pytest_plugins = ("tests.live.browser_fixtures",)

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_a_page_that_is_not_there_is_calm(sample_server: Any, browse: Browse) -> None:
    """One line and a way back, in the reader's language; nothing of the inner workings."""
    page, notes = browse(sample_server, "chief")
    notes.forgiven = ("404",)
    page.goto("/nothing-here")
    assert page.locator("h1").inner_text() == "没有这一页"
    page.get_by_role("link", name="回到地图").click()
    settle(page)


def test_what_is_forced_into_a_page_does_not_run(sample_server: Any, browse: Browse) -> None:
    """The policy in the header stops inline code and other hosts, whatever got into the page."""
    page, notes = browse(sample_server, "chief")
    notes.forgiven = ("Content Security Policy", "404", "failed:", "ERR_")
    answer = page.goto("/")
    settle(page)
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    page.evaluate(
        "() => { document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=hacked=1>');"
        " const one = document.createElement('script'); one.textContent = 'hacked = 2';"
        " document.body.append(one); }"
    )
    page.wait_for_timeout(300)
    assert page.evaluate("typeof hacked") == "undefined"


def test_english_pages_have_no_chinese_of_ours(sample_server: Any, browse: Browse) -> None:
    """What is left in Chinese is the data's own: names, and the switch."""
    page, _ = browse(sample_server, "chief")
    page.goto("/?lang=en")
    settle(page)
    ours = page.locator(".layers, #legend, #place, .side, label[for=surface], #surface")
    for text in ours.all_inner_texts():
        assert not CHINESE.search(text), text
    page.goto("/sources?lang=en")
    for text in page.locator("th[scope=col], .head").all_inner_texts():
        assert not CHINESE.search(text), text


def test_the_switch_keeps_page_surface_and_place(sample_server: Any, browse: Browse) -> None:
    """Whoever switches sees the same map, the same surface and the same chosen place in English."""
    page, _ = browse(sample_server, "chief")
    show_map(page)
    page.select_option("#surface", "intensity.hazard")
    page.mouse.click(640, 480)
    page.wait_for_selector("#place [data-value]")
    value = page.locator("#place [data-value]").get_attribute("data-value")
    page.click("#other-language")
    settle(page)
    page.wait_for_selector("#place [data-value]")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("#surface").input_value() == "intensity.hazard"
    assert page.locator("#place [data-value]").get_attribute("data-value") == value
    assert page.locator("#finding").inner_text() == "Density of reports: hazard"
    page.click("#other-language")
    assert page.locator("html").get_attribute("lang") == "zh-CN"


def test_the_public_sees_zones_and_nothing_finer(sample_server: Any, browse: Browse) -> None:
    """No tile, no dot, no station is asked for or drawn; a zone opens with its mean."""
    page, notes = browse(sample_server)
    show_map(page)
    assert not [one for one in notes.requests if "/tiles/" in one or "/explain" in one]
    assert page.locator("[data-layer=premises]").is_hidden()
    assert page.locator("[data-layer=stations]").is_hidden()
    assert page.get_by_text("不显示单个企业和方格").is_visible()
    page.mouse.click(640, 480)
    assert "巡区平均值" in page.locator("#place").inner_text()
    assert page.locator(".side a").all_inner_texts() == ["风险地图", "巡区表", "阵地"]
    assert page.locator("#legend").get_by_text("按巡区平均").is_visible()


def test_a_wrong_password_is_said_where_it_can_be_mended(
    sample_server: Any, browse: Browse
) -> None:
    """The title says so, the error names the field, and the right password then works."""
    page, notes = browse(sample_server)
    notes.forgiven = ("401",)
    name, password = sample_server.logins["clerk"]
    page.goto("/login?next=/zones")
    page.fill("#username", name)
    page.fill("#password", "wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector(".err")
    assert page.title().startswith("有误：")
    page.fill("#username", name)
    page.fill("#password", password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/zones*")
    assert page.locator(".top").get_by_text(name).is_visible()
    page.get_by_role("button", name="退出").click()
    page.wait_for_load_state()
    page.goto("/enterprises")
    assert "/login" in page.url


def test_the_enterprises_are_searched_and_paged(sample_server: Any, browse: Browse) -> None:
    """A name finds its row; pages follow each other without loss or repetition."""
    page, _ = browse(sample_server, "chief")
    page.goto("/enterprises")
    first = page.locator("tbody th").all_inner_texts()
    with page.expect_navigation():
        page.get_by_role("link", name="下一页").click()
    second = page.locator("tbody th").all_inner_texts()
    assert len(first) == 50
    assert not set(first) & set(second)
    page.fill("#q", first[0][:-1])
    with page.expect_navigation():
        page.keyboard.press("Enter")
    found = page.locator("tbody th a").all_inner_texts()
    assert first[0] in found
    assert all(first[0][:-1] in one for one in found)
    page.fill("#q", "没有这样的企业")
    page.keyboard.press("Enter")
    page.wait_for_selector(".empty")
    assert "没有找到" in page.locator(".empty").inner_text()


def test_the_sources_page_adds_up(sample_server: Any, browse: Browse) -> None:
    """Accepted and rejected make read, in every row, and rejects can be fetched."""
    page, _ = browse(sample_server, "chief")
    page.goto("/sources")
    for row in page.locator("tbody tr").all():
        read, accepted, rejected = (
            int(row.locator("td.num").nth(n).inner_text().split("\n")[0].replace(",", ""))
            for n in range(3)
        )
        assert accepted + rejected == read
    with page.expect_download() as download:
        page.locator("td a").first.click()
    assert download.value.suggested_filename.endswith(".xlsx")


def test_the_first_view_is_light(sample_server: Any, browse: Browse) -> None:
    """At most 300 kB over the wire, data and tiles included; how fast is printed, not judged."""
    page, _ = browse(sample_server, "chief", viewport=DESKTOP)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    received: list[float] = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    began = time.perf_counter()
    page.goto("/")
    page.wait_for_selector("html[data-ready]")
    ready_s = time.perf_counter() - began
    page.wait_for_load_state("networkidle")
    weight = sum(received)
    nodes = page.evaluate("document.querySelectorAll('*').length")
    print(f"\nmap page: ready in {ready_s:.2f} s, {weight / 1000:.0f} kB, {nodes} elements")  # noqa: T201
    assert weight <= 300_000
    assert nodes <= 1500
