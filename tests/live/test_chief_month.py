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

import httpx
import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.live.browser import Browse
from tests.live.conftest import Server
from tests.live.every_route import enterprise_of, join_the_scope

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


def test_a_correction_has_its_number_its_reason_and_both_figures(
    server: Server, browse: Browse
) -> None:
    """Made by the chief's form, not without a reason; each figure before and after, as the API."""
    with server.client("chief") as chief:
        first = chief.get("/v1/index/2026-10").json()
    own = min((one for one in first["enterprises"] if one["ranks"]), key=lambda one: one["score"])[
        "id"
    ]
    page, notes = browse(server, "chief")
    notes.forgiven = ("422",)
    page.goto("/index/2026-10")
    page.get_by_role("link", name="更正记录").click()
    assert "没有更正过" in page.locator("h1").inner_text()
    page.get_by_role("link", name="再出一版更正").click()
    page.locator("#q").fill(own)
    page.get_by_role("button", name="找", exact=True).last.click()
    page.locator(f"a[href*='enterprise={own}']").first.click()
    boxes = page.locator("#without input:not([value^='visits:'])")
    ticked = [str(one.get_attribute("value")) for one in boxes.all()]
    for one in boxes.all():
        one.check()
    page.get_by_role("button", name="出更正版第 1 号").click()
    assert "写明为什么更正" in page.locator(".err").inner_text()
    assert page.locator("#without input:checked").count() == len(ticked) > 0
    page.locator("#reason").fill("样例：核对后，这几条记错了企业")
    page.get_by_role("button", name="出更正版第 1 号").click()
    page.wait_for_url("**/corrections?revision=1**")
    assert "第 1 号" in page.locator("h1").inner_text()
    told = page.locator(".kv").inner_text()
    assert "记错了企业" in told
    assert server.logins["chief"][0] in told
    assert all(one in told for one in ticked)
    assert "撤回" in page.locator("#slips").inner_text()
    with server.client("chief") as chief:
        again = chief.get("/v1/index/2026-10", params={"revision": 0}).json()
        now = chief.get("/v1/index/2026-10").json()
    assert again["digest"] == first["digest"]
    assert now["revision"] == 1
    before, after = ({one["id"]: one for one in some["enterprises"]} for some in (again, now))
    page.goto("/index/2026-10/corrections?whole=true")
    shown = page.locator(".beside tbody tr").all()
    changed = {str(row.locator("a").get_attribute("href")).rsplit("/", 1)[1]: row for row in shown}
    assert own in changed
    for id_ in [own, *list(changed)[:5]]:
        scores = changed[id_].locator("td b").all_inner_texts()
        assert scores == [f"{some[id_]['score']:.2f}" for some in (before, after)]
    for id_ in after.keys() - changed.keys():
        if not {"new", "out_of_scope"} & {*before[id_]["notes"], *after[id_]["notes"]}:
            assert (before[id_]["colour"], before[id_]["ranks"]) == (
                after[id_]["colour"],
                after[id_]["ranks"],
            )
    page.emulate_media(media="print")
    assert page.pdf(format="A4").startswith(b"%PDF")
    assert not page.get_by_role("link", name="再出一版更正").is_visible()


def test_an_enterprise_sees_its_figure_before_and_after(server: Server, browse: Browse) -> None:
    """On its own page, without the reason; an officer reads the correction and makes none."""
    own = enterprise_of(server)
    with server.client("chief") as chief:
        found = chief.get(
            "/ogc/collections/reports/items", params={"enterprise_id": own, "limit": 100}
        ).json()["features"]
        wrong = {"without": [one["id"] for one in found], "reason": "样例：第二回，记错了企业"}
        assert chief.post("/v1/index/2026-10/revisions", json=wrong).status_code == 200
        assert chief.post("/v1/index/2026-10/revisions", json=wrong).status_code == 422
        score = [_score_of(chief, own, one) for one in (1, 2)]
    assert score[0] != score[1]
    firm, _ = browse(server, "enterprise")
    firm.goto("/index/2026-10")
    told = firm.locator(".corrected").last
    assert "第 2 号" in told.inner_text()
    assert told.locator("b").all_inner_texts() == [f"{one:.2f}" for one in score]
    assert "记错了企业" not in firm.locator("main").inner_text()
    officer, _ = browse(server, "officer")
    officer.goto("/index/2026-10/corrections")
    assert "第二回" in officer.locator(".kv").inner_text()
    assert officer.locator(".history li").count() == 2
    assert officer.get_by_role("link", name="再出一版更正").count() == 0
    with server.client("officer") as refused:
        assert refused.get("/index/2026-10/correct").status_code == 403
        form = {"without": "x", "reason": "x", "enterprise": own}
        assert refused.post("/index/2026-10/correct", data=form).status_code == 403


def _score_of(chief: httpx.Client, enterprise: str, revision: int) -> float:
    rows = chief.get("/v1/index/2026-10", params={"revision": revision}).json()["enterprises"]
    return next(float(one["score"]) for one in rows if one["id"] == enterprise)


def _step(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()
    page.locator(".done").wait_for()
