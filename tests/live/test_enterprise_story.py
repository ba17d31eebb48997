"""The enterprise's story on its phone, in the sample park; the desk sees what came of each act.

One person after another at one park: what lifts us, a declaration, a hazard of our own, a slip by
the address on its paper, a service ordered. Another context shows the consequence each time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page

from geo_risk.park import read_park
from geo_risk.records import Actor, Report, Role, Severity
from tests.live.browser import PHONE, Browse
from tests.live.conftest import KEEPER, Server
from tests.live.every_route import enterprise_of
from tests.live.test_desk_pages import photograph

pytest_plugins = ("tests.live.browser_fixtures",)

MONTH = "2026-10"
"""The last month of the sample park."""

OFFICER = Actor("somebody", Role.OFFICER, "http")
FOUND = "样例：配电间门口堆着纸箱"


@pytest.fixture(scope="module")
def server(sample_park: Any, server_on: Any, tmp_path_factory: Any) -> Iterator[Server]:
    """The sample with the enterprise in scope, a grave hazard of its overdue, a month published."""
    park = sample_park.copy(tmp_path_factory.mktemp("story") / "state")
    with server_on(park) as one:
        own, now = enterprise_of(one), datetime.now(UTC)
        found = now - timedelta(days=60)
        hazard = Report(
            id="http:story",
            kind="hazard",
            channel="visit",
            enterprise_id=own,
            occurred_from=found,
            occurred_to=found,
            reported_at=found,
            interim_at=found,
            severity=Severity.MAJOR,
            text=FOUND,
        )
        with park.open() as store:
            store.put([hazard], actor=OFFICER, at=now)
            store.update("enterprises", own, {"above_scale": True}, actor=KEEPER, at=now)
        with one.client("chief") as chief:
            assert chief.post(f"/v1/index/{MONTH}/publish").status_code == 200
        yield one


@pytest.fixture
def phone(server: Server, browse: Browse) -> Page:
    """The enterprise's phone, signed in."""
    return browse(server, "enterprise", viewport=PHONE)[0]


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def name_of(server: Server) -> str:
    own = enterprise_of(server)
    every = server.park.records("enterprises", personal=True)
    return next(one.name for one in every if one.id == own)


def test_it_sees_its_index_and_what_would_lift_it(server: Server, phone: Page) -> None:
    """From the menu to its own month: score, parts that add up to it, what lifts it or why not."""
    phone.goto("/")
    phone.get_by_role("link", name="安商指数").click()
    phone.locator(f"a[href^='/index/{MONTH}']").first.click()
    lifts = phone.locator("section", has=phone.get_by_role("heading", name="怎样提升"))
    assert lifts.locator(".lifts li").count() or lifts.get_by_text("蓝色").count()
    score = float(phone.locator(".score").inner_text().split("/")[0])
    points = [float(one) for one in phone.locator(".parts-table td:nth-child(2)").all_inner_texts()]
    assert sum(points[:-1]) == pytest.approx(score, abs=0.05)
    assert fits(phone)
    with server.client("chief") as chief:
        told = chief.get(f"/v1/index/{MONTH}").json()["enterprises"]
    mine = next(one for one in told if one["id"] == enterprise_of(server))
    assert mine["score"] == pytest.approx(score, abs=0.01)


def test_what_it_declares_is_at_the_desk(server: Server, phone: Page, browse: Browse) -> None:
    """The clerk finds the very numbers in the enterprise's form."""
    phone.goto("/")
    phone.get_by_role("link", name="自治申报").click()
    phone.fill("#have-drills", "2")
    phone.fill("#need-drills", "4")
    phone.get_by_role("button", name="提交申报").click()
    phone.get_by_text("已存 1 项").wait_for()
    desk, _ = browse(server, "clerk")
    desk.goto(f"/declare?enterprise={quote(enterprise_of(server), safe='')}")
    assert (desk.input_value("#have-drills"), desk.input_value("#need-drills")) == ("2", "4")


def test_what_it_reports_is_on_the_board_with_its_photo(
    server: Server, phone: Page, browse: Browse
) -> None:
    """The chief opens the case from the list and sees the picture."""
    phone.goto("/report")
    phone.locator("#premises").select_option(index=phone.locator("#premises option").count() - 1)
    phone.select_option("#category", "electric")
    phone.get_by_text("限期整改").click()
    phone.fill("#text", "样例：车间插座松动")
    picture = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photograph()}
    phone.set_input_files("#photo", picture)
    phone.get_by_role("button", name="上报").click()
    phone.locator(".done", has_text="已上报").wait_for()
    made = next(
        one
        for one in server.park.records("reports", personal=True)
        if one.text == "样例：车间插座松动"
    )
    assert (made.enterprise_id, made.self_reported) == (enterprise_of(server), True)
    desk, _ = browse(server, "chief")
    desk.goto("/cases?channel=self_report&state=reported")
    desk.locator(f"a[href*='{quote(made.id, safe='')}']").click()
    desk.get_by_text("样例：车间插座松动").wait_for()
    drawn = desk.locator(".photos img")
    assert drawn.evaluate("img => img.decode().then(() => img.naturalWidth)") == 64


def test_the_slip_on_paper_is_confirmed_and_objected_to(server: Server, browse: Browse) -> None:
    """By the address on it, without an account; the chief reads the objection and decides."""
    with server.client("chief") as chief, server.client("clerk") as clerk:
        assert chief.post("/v1/slips/draw").status_code == 200
        own = {"enterprise": enterprise_of(server)}
        (slip,) = chief.get("/v1/slips", params=own).json()["slips"]
        here = f"/v1/slips/{quote(slip['id'], safe='')}"
        assert clerk.post(f"{here}/transitions", json={"action": "check"}).status_code == 200
        issue = {"action": "issue", "text": "样例：逾期未整改"}
        assert chief.post(f"{here}/transitions", json=issue).status_code == 200
        url = clerk.post(f"{here}/link").json()["url"]
    paper, _ = browse(server, viewport=PHONE)
    paper.goto(url)
    paper.get_by_text(FOUND).wait_for()
    paper.get_by_role("button", name=re.compile("签收|收到")).click()
    paper.locator("summary").click()
    paper.fill("#objection", "样例：纸箱上周已经搬走，有照片")
    paper.locator("details[open] button").click()
    paper.get_by_text("已经收到您的意见").wait_for()
    assert fits(paper)
    desk, _ = browse(server, "chief")
    desk.goto("/slips?state=objected")
    mine = desk.locator("section", has=desk.get_by_role("heading", name=name_of(server)))
    mine.get_by_text("纸箱上周已经搬走").first.wait_for()
    assert mine.locator("summary", has_text="异议处理").count() == 1


def test_what_it_orders_is_accepted_and_in_the_plan(
    server: Server, phone: Page, browse: Browse
) -> None:
    """The clerk agrees on a time; the plan has the stop, the phone says when somebody comes."""
    phone.goto("/orders")
    phone.locator("#service").select_option(index=1)
    phone.fill("#text", "样例：想请人来讲一次消防课")
    phone.get_by_role("button", name="下单").click()
    phone.get_by_text("已下单").wait_for()
    assert fits(phone)
    zone = read_park(server.park_file).zone
    at = datetime.now(zone).replace(hour=9, minute=30, second=0, microsecond=0) + timedelta(days=1)
    while at.weekday() > 4:
        at += timedelta(days=1)
    desk, _ = browse(server, "clerk")
    desk.goto("/orders")
    desk.get_by_text("1 单等着答复").wait_for()
    first = desk.locator("article.order").first
    first.get_by_text("想请人来讲一次消防课").wait_for()
    first.get_by_role("heading", name=name_of(server)).wait_for()
    first.locator("summary", has_text="约定时间").click()
    first.locator("input[name=at]").fill(f"{at:%Y-%m-%dT%H:%M}")
    first.locator("details[open] button").click()
    desk.get_by_text("已办：约定时间").wait_for()
    with server.client("chief") as chief:
        order = chief.get("/v1/orders?state=accepted").json()["orders"][0]
        body = {"first_day": f"{at:%Y-%m-%d}", "days": 1, "seconds": 0.2}
        made = chief.post("/v1/plan", json=body)
        assert made.status_code == 201, made.text
    every = [one for who in made.json()["officers"] for one in who["visits"]]
    (stop,) = [one for one in every if order["id"] in one["source_ids"]]
    assert abs(datetime.fromisoformat(stop["start"]) - at) <= timedelta(minutes=15)
    phone.goto("/orders")
    phone.get_by_text(re.compile(r"约定 .*09:30")).wait_for()
