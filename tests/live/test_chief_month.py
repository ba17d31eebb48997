"""The chief's Monday and month end on the sample park: the board, the index, its slips, its paper.

One server for all; the tests follow each other as the days do. What a page did is read at another
door: the API, a workbook, a printed sheet.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.live.browser import Browse
from tests.live.conftest import Server
from tests.live.every_route import join_the_scope

pytest_plugins = ("tests.live.browser_fixtures",)


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, built_sample: Any, server_on: Any
) -> Iterator[Server]:
    """The sample park with three months of history, nothing of a month done yet."""
    with server_on(built_sample(3, tmp_path_factory.mktemp("chief"))) as one:
        join_the_scope(one)
        yield one


def state_of(server: Server, case: str) -> str:
    """Give where a case stands, as the API tells it."""
    with server.client("chief") as chief:
        found = chief.get(f"/ogc/collections/reports/items/{quote(case, safe='')}").json()
    return str(found["properties"]["state"])


def on_the_board(browse: Browse, server: Server) -> Page:
    page, _ = browse(server, "chief")
    page.goto("/cases/board")
    page.locator("a[data-case]").first.focus()
    return page


def chosen(page: Page) -> str:
    """Give the case that has the focus."""
    return str(page.evaluate("document.activeElement.dataset.case"))


def in_column(page: Page, state: str, n: int = 0) -> str:
    """Focus the n-th card of a column; give its case."""
    page.locator(f"section[aria-labelledby=col-{state}] a[data-case]").nth(n).focus()
    return chosen(page)


def test_what_is_late_stands_on_top(server: Server, browse: Browse) -> None:
    """The headline counts it, in each column it comes first, and the sheet has the same cases."""
    page = on_the_board(browse, server)
    with server.client("chief") as chief:
        rows = chief.get("/v1/cases", params={"kind": "hazard"}).json()["cases"]
        book = chief.get("/v1/cases", params={"kind": "hazard", "f": "xlsx"}).content
    late = sum(bool(one["level"]) for one in rows)
    assert late
    assert str(late) in page.locator("h1").inner_text()
    for column in page.locator(".col").all():
        marks = [
            "late" in (one.get_attribute("class") or "") for one in column.locator(".card").all()
        ]
        assert marks == sorted(marks, reverse=True)
    counts = [
        int(one)
        for one in re.findall(
            r"\d+", " ".join(page.locator(".col:not(.ended) h2").all_inner_texts())
        )
    ]
    assert sum(counts) == len(rows)
    sheet = openpyxl.load_workbook(io.BytesIO(book)).worksheets[0]
    assert sheet.max_row >= len(rows)


def test_every_figure_of_the_board_opens_into_its_cases(server: Server, browse: Browse) -> None:
    """The rates, what they are of, what is not due yet: as the API has them, with their cases."""
    page = on_the_board(browse, server)
    month = {"from": "2026-10-01", "to": "2026-10-31"}
    with server.client("chief") as chief:
        told = chief.get("/v1/cases/figures", params={**month, "by": "kind"}).json()["rows"]
        counts = {one["group"]: one["counts"] for one in told}
        rates = [
            next(one["closed_in_time"] for one in told if one["group"] == "hazard"),
            next(one["settled"] for one in told if one["group"] == "dispute"),
        ]
        shown = page.locator(".rate").all()
        for card, rate in zip(shown, rates, strict=True):
            assert rate["of"] > rate["hits"] > 0
            text = card.inner_text()
            for share in ("share", "low", "high"):
                assert f"{rate[share] * 100:.1f}%" in text
            links = card.locator("a").all()
            assert [int(one.inner_text()) for one in links[:2]] == [rate["hits"], rate["of"]]
    assert int(shown[0].locator("a").nth(2).inner_text()) == counts["hazard"]["open_not_due"]
    opens = [
        (one.inner_text(), one.get_attribute("href")) for one in page.locator(".board-kpis a").all()
    ]
    assert len(opens) >= 9
    for many, address in opens:
        page.goto(str(address))
        lead = " ".join(page.locator(".head").inner_text().split())
        assert re.search(rf"\b{re.findall(r'[0-9]+', many)[-1]} 件", lead), (address, lead)


def test_what_ended_in_the_month_has_a_column_and_its_keys(server: Server, browse: Browse) -> None:
    """The last first, at most so many, the whole list one link away; keys walk there and back."""
    page = on_the_board(browse, server)
    column = page.locator(".col.ended")
    with server.client("chief") as chief:
        asked = {"kind": "hazard", "figure": "closed", "from": "2026-10-01", "to": "2026-10-31"}
        rows = chief.get("/v1/cases", params=asked).json()
    assert int(column.locator("h2 span").inner_text()) == rows["total"] > 20
    cards = column.locator("a[data-case]")
    ids = [one.get_attribute("data-case") for one in cards.all()]
    assert len(ids) == 20
    newest = {one["id"]: one["closed_at"] for one in rows["cases"]}
    times = [newest[str(one)] for one in ids]
    assert times == sorted(newest.values(), reverse=True)[:20]
    in_column(page, "rechecking")
    page.keyboard.press("l")
    assert chosen(page) == ids[0]
    page.keyboard.press("h")
    assert chosen(page) not in ids
    column.locator(".more").click()
    assert str(rows["total"]) in page.locator("h1").inner_text()


def test_a_step_leads_back_to_the_month_that_was_looked_at(server: Server, browse: Browse) -> None:
    """An earlier month's board stays that month's after a step taken on it."""
    page, _ = browse(server, "chief")
    page.goto("/cases/board")
    page.locator("#month").select_option("2026-09")
    page.locator(".search button").click()
    assert "2026-09" in page.locator(".rate").first.inner_text()
    in_column(page, "reported")
    page.keyboard.press("a")
    page.locator("#step-box select").select_option(index=1)
    page.locator("#step-box form button").click()
    page.get_by_role("button", name="现在就办").click()
    page.wait_for_url("**month=2026-09**done=assign**")
    assert page.locator("#month").input_value() == "2026-09"


def test_the_board_is_walked_by_keys(server: Server, browse: Browse) -> None:
    """J, K, H, L, the question mark and Enter; switched off they do nothing, here and next time."""
    page = on_the_board(browse, server)
    first = chosen(page)
    page.keyboard.press("j")
    second = chosen(page)
    assert second != first
    page.keyboard.press("k")
    assert chosen(page) == first
    page.keyboard.press("l")
    assert chosen(page) not in {first, second}
    page.keyboard.press("h")
    assert chosen(page) == first
    page.keyboard.press("?")
    assert page.locator("#keys-help").is_visible()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "kind"
    page.locator("#keys-on").uncheck()
    page.reload()
    page.locator("a[data-case]").first.focus()
    page.keyboard.press("j")
    assert chosen(page) == first
    page.locator("#keys-on").check()
    page.locator("a[data-case]").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/cases/board" not in address)


def test_a_case_is_assigned_from_the_keyboard_or_not_after_all(
    server: Server, browse: Browse
) -> None:
    """A opens the form; taken back nothing was done; sent, the case has moved a column on."""
    page = on_the_board(browse, server)
    case = in_column(page, "reported")
    page.keyboard.press("a")
    page.locator("#step-box select").select_option(index=1)
    page.keyboard.press("Tab")
    page.locator("#step-box form button").click()
    expect(page.locator("#step-box")).to_contain_text("10 秒后办")
    page.get_by_role("button", name="撤销").click()
    assert state_of(server, case) == "reported"
    assert chosen(page) == case
    page.keyboard.press("a")
    page.locator("#step-box select").select_option(index=1)
    page.locator("#step-box form button").click()
    page.get_by_role("button", name="现在就办").click()
    page.wait_for_url("**/cases/board?**done=assign**")
    assert "派单" in page.locator(".done").inner_text()
    assert state_of(server, case) == "assigned"


def test_who_leaves_the_board_has_not_taken_it_back(server: Server, browse: Browse) -> None:
    """A step that waits is sent when the page is left: nothing typed is lost."""
    page = on_the_board(browse, server)
    case = in_column(page, "reported")
    page.keyboard.press("a")
    page.locator("#step-box select").select_option(index=1)
    page.locator("#step-box form button").click()
    page.get_by_role("button", name="撤销").wait_for()
    page.goto("/zones")
    for _ in range(50):
        if state_of(server, case) == "assigned":
            break
        page.wait_for_timeout(100)
    assert state_of(server, case) == "assigned"


def test_a_step_that_cannot_be_taken_says_so(server: Server, browse: Browse) -> None:
    """M on what waits for a recheck opens the step, or says what it still lacks; Esc goes back."""
    page = on_the_board(browse, server)
    in_column(page, "rechecking")
    page.keyboard.press("m")
    box = page.locator("#step-box")
    expect(box).to_be_visible()
    assert box.locator(".step-missing, form").count()
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()


def test_a_month_is_closed(server: Server, browse: Browse) -> None:
    """Looked at, frozen, ranked in a workbook, printed as a bulletin; no figure changes."""
    page, _ = browse(server, "chief")
    page.goto("/index")
    page.get_by_role("link", name=re.compile("2026-10")).first.click()
    seen = page.locator("tbody th").all_inner_texts()
    scores = page.locator("tbody td.num b").all_inner_texts()
    page.get_by_role("button", name="发布").click()
    page.wait_for_url("**/index/2026-10**")
    assert page.get_by_role("button", name="发布").count() == 0
    assert page.locator("tbody td.num b").all_inner_texts() == scores
    assert page.locator("tbody th").all_inner_texts() == seen or len(seen) == len(scores)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载表格").click()
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    assert book.worksheets[0].max_row > len(scores)
    page.get_by_role("link", name="通报").click()
    page.emulate_media(media="print")
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert "2026-10" in page.locator("h1").inner_text()
    with server.client() as anybody:
        assert anybody.get("/v1/index/2026-10/bulletin").status_code == 200


def test_slips_are_read_one_by_one_and_signed_or_withheld(server: Server, browse: Browse) -> None:
    """None is issued unread, without a reason none is withheld; both decisions are on record."""
    page, notes = browse(server, "chief")
    notes.forgiven = ("422",)
    page.goto("/slips")
    page.get_by_role("button", name=re.compile("2026-10|马上|立即")).first.click()
    page.wait_for_url("**drawn=**")
    assert page.get_by_text("签发", exact=True).count() == 0, "an unread slip cannot be signed"
    _step(page, "核对")
    with server.client("chief") as chief:
        (checked,) = (
            one for one in chief.get("/v1/slips").json()["slips"] if one["state"] == "checked"
        )
    issue = page.locator("details[data-action=issue]").first
    issue.locator("summary").click()
    issue.locator("textarea").fill("样例：已核对，请尽快整改")
    issue.get_by_role("button").click()
    page.locator(".done").wait_for()
    withhold = page.locator("details[data-action=withhold]").first
    withhold.locator("summary").click()
    withhold.get_by_role("button").click()
    page.locator(".err").wait_for()
    page.locator("details[data-action=withhold][open] textarea").first.fill("样例：昨天已经改好")
    page.locator("details[data-action=withhold][open]").first.get_by_role("button").click()
    page.locator(".done").wait_for()
    with server.client("chief") as chief:
        slips = {one["id"]: one for one in chief.get("/v1/slips").json()["slips"]}
    assert slips[checked["id"]]["state"] == "issued"
    assert slips[checked["id"]]["slip_no"]
    assert sum(one["state"] == "withheld" for one in slips.values()) == 1


def test_a_correction_has_its_number_and_the_first_stays(server: Server, browse: Browse) -> None:
    """What was published can be read again as it was; the page shows the version in force."""
    with server.client("chief") as chief:
        first = chief.get("/v1/index/2026-10").json()
        visits = chief.get(
            "/ogc/collections/visits/items",
            params={"limit": 1, "datetime": "2026-10-05T00:00:00Z/2026-10-30T00:00:00Z"},
        ).json()["features"]
        made = chief.post(
            "/v1/index/2026-10/revisions",
            json={"without": [visits[0]["id"]], "reason": "样例：记错了企业"},
        )
        assert made.status_code == 200, made.text
        again = chief.get("/v1/index/2026-10", params={"revision": first["revision"]}).json()
        now = chief.get("/v1/index/2026-10").json()
    assert again["digest"] == first["digest"]
    assert now["revision"] == first["revision"] + 1
    page, _ = browse(server, "chief")
    page.goto("/index/2026-10")
    assert str(now["revision"]) in page.locator(".head").inner_text()


def _step(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()
    page.locator(".done").wait_for()
