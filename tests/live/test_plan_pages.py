"""/today and /plan in a browser: used by the role whose work it is, on its own machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from geo_risk.records import Actor, Role, Visit
from tests.live.browser import PHONE, Browse
from tests.live.conftest import Server
from tests.live.every_route import next_monday
from tests.live.planned_park import NAMES, full_day, make_plan, planned_park, visits_of

pytest_plugins = ("tests.live.browser_fixtures",)

OFFICER = Actor("tests-officer", Role.OFFICER, "http")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, server_on: Any) -> Iterator[Server]:
    """The park of two officers, served."""
    with server_on(planned_park(tmp_path_factory.mktemp("plan-pages"))) as one:
        yield one


def test_the_chief_makes_a_plan_and_sees_how_good_it_is(server: Server, browse: Browse) -> None:
    """A wrong day is said at its field and nothing is lost; mended, the week stands there."""
    page, notes = browse(server, "chief")
    notes.forgiven = ("422",)
    page.goto("/plan")
    page.get_by_text("这一周还没有计划").wait_for()
    page.fill("#first_day", "下周一")
    page.fill("#days", "14")
    page.fill("#seconds", "0.3")
    page.get_by_role("button", name="排计划").click()
    page.wait_for_selector("[aria-invalid]")
    assert page.title().startswith("有误：")
    assert page.input_value("#first_day") == "下周一"
    assert page.input_value("#days") == "14"
    page.fill("#first_day", next_monday().isoformat())
    page.get_by_role("button", name="排计划").click()
    page.get_by_text("这份计划有多好").wait_for()
    text = page.inner_text("main")
    for words in ("覆盖的风险", "最多能有", "抽签的", "没排进来", *NAMES.values()):
        assert words in text
    page.get_by_text("有人来不了").click()
    page.select_option("#absent", label=NAMES["o:2"])
    page.get_by_role("button", name="重排", exact=True).click()
    page.get_by_text("重排好了").wait_for()
    assert re.search(r"覆盖的风险从 [\d.]+ 分变成 [\d.]+ 分", page.inner_text("main"))
    page.goto(f"/today?day={next_monday()}&officer=o:2")
    assert page.get_by_text("今天没有安排走访").count() == 1


def test_an_officer_is_led_through_its_day_on_its_phone(server: Server, browse: Browse) -> None:
    """One framed card, at most three reasons, ways to be led there; a visited stop steps back."""
    today = full_day(make_plan(server), "o:1")
    first = today[0]
    page, _ = browse(server, "officer", viewport=PHONE)
    page.goto(f"/today?day={first['day']}")
    card = page.locator(".next")
    assert first["name"] in card.inner_text()
    assert 1 <= card.locator(".because li").count() <= 3
    assert page.locator(".stops > li").count() == len(today) - 1
    amap = card.get_by_role("link", name="高德导航").get_attribute("href")
    assert amap is not None
    assert amap.startswith("https://uri.amap.com/navigation?to=")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    small = page.evaluate(
        "[...document.querySelectorAll('main a, main button, main summary')]"
        ".filter(one => one.offsetParent && one.getBoundingClientRect().height < 43.5)"
        ".map(one => one.textContent)"
    )
    assert small == []
    card.get_by_role("button", name=re.compile("已告诉企业")).click()
    page.get_by_text("记下了").wait_for()
    seen = Visit(
        id="v:seen",
        enterprise_id=first["enterprise_id"],
        premises_id=first["premises_id"],
        start=datetime.fromisoformat(first["start"]).astimezone(UTC),
    )
    with server.park.open() as store:
        store.put([seen], actor=OFFICER, at=datetime.now(UTC))
    page.goto(f"/today?day={first['day']}")
    assert first["name"] not in page.locator(".next h2").inner_text()
    assert "已走访 1 /" in page.inner_text("main")
    assert page.get_by_text(NAMES["o:2"]).count() == 0


def test_the_day_is_reached_and_opened_by_keyboard(server: Server, browse: Browse) -> None:
    """Tab walks from the card to the list; Enter opens a stop; English says the same."""
    first = full_day(make_plan(server), "o:1")[0]
    page, _ = browse(server, "chief")
    page.goto(f"/today?day={first['day']}&officer=o:1&lang=en")
    assert page.get_by_text("Why now").count() == 1
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.stops summary')"):
            break
    assert page.evaluate("document.activeElement.matches('.stops summary')")
    page.keyboard.press("Enter")
    assert page.locator(".stops details[open]").count() == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_printed_sheet_is_as_many_pages_of_paper(
    server: Server, browse: Browse, lang: str
) -> None:
    """A4 across; every row whole on its page, nothing cut off, whatever the words."""
    plan = make_plan(server)
    page, _ = browse(server, "chief")
    page.goto(f"/v1/plan/{plan['week']}/officers/o:1/sheet.html?lang={lang}")
    page.emulate_media(media="print")
    wanted = page.locator(".sheet").count()
    assert page.locator("td.qr img").count() == len(visits_of(plan, "o:1"))
    over = page.evaluate(
        "[...document.querySelectorAll('.sheet')].filter(one => {"
        " const foot = one.querySelector('footer').getBoundingClientRect();"
        " const body = one.querySelector('.body').getBoundingClientRect();"
        " return one.scrollHeight > one.clientHeight + 1 || body.bottom > foot.top + 1 }).length"
    )
    assert over == 0
    printed = page.pdf(prefer_css_page_size=True)
    counts = [int(one) for one in re.findall(rb"/Count (\d+)", printed)]
    assert max(counts) == wanted
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)
    assert boxes
    assert {(round(float(one)), round(float(other))) for one, other in boxes} == {(842, 595)}
