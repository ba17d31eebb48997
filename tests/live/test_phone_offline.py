"""A round without signal: nothing typed is lost, and everything arrives exactly once."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from playwright.sync_api import BrowserContext, Page, Route

from tests.live.browser import PHONE, Browse
from tests.live.field_day import NO_SIGNAL, FieldDay, keep, sign_in
from tests.live.field_steps import SECRET_PLACE, begin_hazard, picture_with_place, visit

pytest_plugins = ("tests.live.browser_fixtures", "tests.live.field_fixtures")

WORDS = "样例：东侧楼梯口堆着纸箱"


def test_three_visits_without_signal_arrive_exactly_once(day: FieldDay, browse: Browse) -> None:
    """Recorded offline, the tab killed, the first answer lost: three are there, and the draft."""
    stops = day.take(4)
    page, notes = browse(day, viewport=PHONE)
    notes.forgiven = NO_SIGNAL
    sign_in(page, day)
    keep(page)
    phone = page.context
    phone.set_offline(True)
    page.goto("/today")
    page.get_by_text("无信号").wait_for()
    visit(page, stops[0])
    visit(page, stops[1], photo=picture_with_place())
    visit(page, stops[2])
    begin_hazard(page, stops[3])
    page.fill("[name=text-0]", WORDS)
    page.wait_for_timeout(400)
    page.close()
    page = phone.new_page()
    page.goto("/queue")
    page.locator("[data-state=draft]").wait_for()
    assert page.locator("[data-state=waiting]").count() == 3
    assert page.locator("[data-state=draft]").count() == 1
    assert "3 条已存本机" in page.locator("#net").inner_text()
    lost = lose_first_answer(phone)
    phone.set_offline(False)
    page.get_by_text("今天已上传 3 条").wait_for()
    assert lost, "the answer to the first record was thrown away on its way"
    asked = [one["premises_id"] for one in stops[:3]]
    told = [one["properties"]["premises_id"] for one in day.visits()]
    assert [told.count(one) for one in asked] == [1, 1, 1]
    assert stops[3]["premises_id"] not in told
    (report,) = [one for one in day.reports() if one["properties"]["premises_id"] in asked]
    assert report["properties"]["premises_id"] == stops[1]["premises_id"]
    photos = wait_for_photos(day, page, report["id"])
    assert len(photos) == 1
    page.get_by_role("link", name="接着填").click()
    page.wait_for_selector("[data-draft=ready]")
    assert page.input_value("[name=text-0]") == WORDS


def test_no_place_leaves_the_phone_in_a_photo(day: FieldDay) -> None:
    """What was posted has the picture, and nothing of what the camera wrote beside it."""
    sent = [body for path, body in day.bodies if path.endswith("/photos")]
    assert sent
    for body in sent:  # one that was not answered goes again, and is kept once
        assert b"\xff\xd8\xff" in body
        for trace in (b"Exif", SECRET_PLACE, b"Sample Camera"):
            assert trace in picture_with_place()
            assert trace not in body
    assert len(sent[0]) < 310_000


def lose_first_answer(phone: BrowserContext) -> list[str]:
    """Let the first record arrive, and its answer not."""
    lost: list[str] = []

    def answer(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.request.headers["idempotency-key"])
        route.fetch()
        route.abort()

    phone.route("**/v1/field/visits", answer)
    return lost


def wait_for_photos(day: FieldDay, page: Page, report_id: str) -> list[Any]:
    """Give the photos of a report as soon as there are some."""
    address = f"/v1/reports/{quote(report_id, safe='')}/photos"
    for _ in range(50):
        with day.client("chief") as client:
            photos = list(client.get(address).json()["photos"])
        if photos:
            break
        page.wait_for_timeout(100)
    return photos
