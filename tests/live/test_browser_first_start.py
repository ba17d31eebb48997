"""The keeper's first start: an empty folder and one Excel file, then a browser and nothing else.

`init` asks and is answered, `build`, `serve`; the password that is printed signs the keeper in. In
the browser: the first map, accounts for an officer and a clerk, a second list with two bad rows
that are fetched, mended and handed in again, one premises placed by the clerk, all of it audited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from api.demo import first_logins
from geo_risk import open_park
from tests.live.browser import PHONE, Browse, settle
from tests.live.test_first_day import ROWS, code, enterprise_list, geo_risk, served

__all__ = ["enterprise_list"]

pytest_plugins = ("tests.live.browser_fixtures",)

GOOD, BAD = 3, 2


@pytest.fixture
def second_list(tmp_path: Path) -> Path:
    """The next list: three new enterprises, one whose number of people is none, one twice."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["统一社会信用代码", "企业名称", "地址", "从业人数"])
    for number in range(ROWS, ROWS + GOOD):
        sheet.append([code(number), f"样例企业 {number:03d}", f"样例二路{number}号", 20])
    sheet.append([code(ROWS + GOOD), "样例企业 坏数", "样例二路90号", "很多"])
    sheet.append([code(ROWS), "样例企业 重号", "样例二路91号", 8])
    file = tmp_path / "企业2026-11.xlsx"
    book.save(file)
    return file


@pytest.fixture
def started(tmp_path: Path, enterprise_list: Path) -> Iterator[tuple[str, str]]:
    """The address of a park made of the list by answering `init`, and the password printed."""
    answers = "119.97, 30.54\n样例园\n\n"
    geo_risk(tmp_path, "init", "--from", enterprise_list.name, typed=answers)
    geo_risk(tmp_path, "build", "park.toml")
    with served(tmp_path) as (client, log):
        found = re.findall(r"^\s+keeper\s+(\S+)", log.read_text(), re.MULTILINE)
        assert len(found) == 1
        yield str(client.base_url), found[0]
        assert log.read_text().count(found[0]) == 1
    with open_park(tmp_path / "park.toml") as opened:
        assert first_logins(opened.store, opened.park, datetime.now(UTC)) == []


def test_from_one_list_to_a_park_that_others_work_in(
    started: tuple[str, str], second_list: Path, tmp_path: Path, browse: Browse
) -> None:
    """Everything a keeper does on the first day, without a command after `serve`."""
    url, password = started
    keeper, _ = browse(base_url=url)
    _sign_in(keeper, "keeper", password)
    settle(keeper)
    expect(keeper.locator(".side a[aria-current]")).to_have_text("风险地图")
    expect(keeper.locator(".side em:not(#queue-count)")).to_have_text(str(ROWS))

    _make_account(keeper, "样例警长", "officer", zone=True)
    clerks = _make_account(keeper, "样例内勤", "clerk")

    keeper.goto("/imports")
    keeper.set_input_files("#file", second_list)
    keeper.get_by_role("button", name="交上去").click()
    expect(keeper.locator("h1")).to_have_text("这是哪一份资料？")
    expect(keeper.locator("#belongs option:checked")).to_have_text("企业 · 企业.xlsx")
    keeper.get_by_role("button", name="开始读").click()
    expect(keeper.locator("h1")).to_have_text(f"有 {BAD} 行要改", timeout=30_000)
    assert _counts(keeper) == {"读入": 5, "接收": GOOD, "退回": BAD, "待定位": GOOD, "界外": 0}
    first = keeper.locator("tbody tr").first.inner_text()
    for words in ("第 5 行", "企业2026-11.xlsx", "从业人数", "很多", "请填写数字"):
        assert words in first

    with keeper.expect_download() as coming:
        keeper.get_by_role("link", name="下载全部退回的行").click()
    mended = tmp_path / "改好.xlsx"
    coming.value.save_as(mended)
    _mend(mended)
    keeper.set_input_files("#mended", mended)
    keeper.get_by_role("button", name="再交一次").click()
    expect(keeper.locator("h1")).to_have_text(f"{BAD} 行都收下了", timeout=30_000)
    keeper.get_by_role("link", name="回到交表格").click()
    keeper.set_input_files("#file", mended)
    keeper.select_option("#belongs", "source:enterprises")
    keeper.get_by_role("button", name="交上去").click()
    expect(keeper.locator("h1")).to_have_text("和以前一样，什么都没变", timeout=30_000)

    clerk, _ = browse(base_url=url, viewport=PHONE)
    _sign_in(clerk, "样例内勤", clerks)
    expect(clerk.locator("h1")).to_have_text("没有逾期的")
    clerk.get_by_role("link", name="待定位").click()
    clerk.wait_for_selector("html[data-ready]")
    expect(clerk.locator("#waiting li")).to_have_count(ROWS + GOOD + BAD)
    clerk.locator("#waiting input").first.check()
    clerk.fill("#lon", "119.971")
    clerk.fill("#lat", "30.541")
    clerk.get_by_role("button", name="保存位置").click()
    clerk.get_by_text("已上图").wait_for()

    keeper.goto("/audit")
    lines = keeper.locator("tbody tr").all_inner_texts()
    for who, act, subject in (
        ("样例内勤", "改动", "premises/enterprises:"),
        ("样例内勤", "登录", "users/"),
        ("keeper", "导出", "rejects/enterprises"),
        ("keeper", "读入文件", "sources/enterprises@handed-in"),
        ("keeper", "开账号或改身份", "users/"),
    ):
        assert any(who in one and act in one and subject in one for one in lines), (who, act)
    assert "样例二路" not in keeper.locator("main").inner_text()
    keeper.select_option("#act", "change")
    keeper.get_by_role("button", name="查", exact=True).click()
    expect(keeper.locator("tbody tr").first).to_contain_text("premises/enterprises:")


def _sign_in(page: Page, name: str, password: str) -> None:
    page.goto("/login")
    page.fill("#username", name)
    page.fill("#password", password)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda address: "/login" not in address)


def _make_account(page: Page, name: str, role: str, *, zone: bool = False) -> str:
    """Make an account on the page; give the password that it shows this once."""
    page.goto("/users")
    page.fill("#name", name)
    page.select_option("#role", role)
    if zone:
        page.locator("#zones input").first.check()
    page.get_by_role("button", name="开账号").click()
    shown = page.locator(".once")
    expect(shown).to_contain_text(f"{name} 的密码")
    password = shown.locator("code").inner_text()
    page.goto("/users")
    assert password not in page.content()
    return password


def _counts(page: Page) -> dict[str, int]:
    said = page.locator(".counts > div").all_inner_texts()
    return {name: int(count) for name, count in (one.split() for one in said)}


def _mend(file: Path) -> None:
    """Correct the two rows as a person does: a number, and a code of its own."""
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    people, number = headings.index("从业人数") + 1, headings.index("统一社会信用代码") + 1
    sheet.cell(2, people).value = "12"
    sheet.cell(3, number).value = code(ROWS + GOOD + 1)
    book.save(file)
