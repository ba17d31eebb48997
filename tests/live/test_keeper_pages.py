"""The keeper's pages as forms: what is refused says why and keeps what was typed, nothing twice.

Over HTTP, as a browser without a script posts them; the pages in a browser are walked at the end.
"""

from __future__ import annotations

import io
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import openpyxl
import pytest

from tests.live.browser import PHONE, Browse
from tests.live.conftest import Server

pytest_plugins = ("tests.live.browser_fixtures",)

HTML = {"Accept": "text/html"}
LIST = "企业编号,企业名称,从业人数\nK1,样例交表企业,3\nK2,样例坏行企业,很多\n"
PAGES = ("/imports", "/users", "/audit")


def _hand_in(client: httpx.Client, name: str = "新企业.csv", text: str = LIST, **form: str) -> Any:
    files = {"file": (name, text.encode())} if name else None
    return client.post("/imports", files=files, data=form, headers=HTML)


def _title(answer: httpx.Response) -> str:
    found = re.search(r"<h1>(.*?)</h1>", answer.text, re.DOTALL)
    assert found, answer.text[:500]
    return found[1].strip()


def _read(client: httpx.Client, answer: httpx.Response) -> httpx.Response:
    """Give the page of a file once it was read."""
    assert answer.status_code == 303, answer.text
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        page = client.get(answer.headers["location"])
        if 'http-equiv="refresh"' not in page.text:
            return page
        time.sleep(0.3)
    raise AssertionError(page.text)


def test_a_file_without_a_word_is_asked_about_then_read_and_twice_changes_nothing(
    lived_in: Server,
) -> None:
    """Kept until its giver says what it is; then rejects with their remedies."""
    with lived_in.client("clerk") as clerk:
        asked = _hand_in(clerk)
        page = clerk.get(asked.headers["location"])
        assert _title(page) == "这是哪一份资料？"
        empty = clerk.post(page.url.path, data={"belongs": ""}, headers=HTML)
        assert (empty.status_code, "选一下这是哪一份资料" in empty.text) == (422, True)
        said = clerk.post(page.url.path, data={"belongs": "kind:enterprises"})
        page = _read(clerk, said)
        assert _title(page) == "有 1 行要改"
        for words in ("新增 1 条记录", "第 3 行", "从业人数", "很多", "请填写数字", "新企业.csv"):
            assert words in page.text
        again = clerk.post(page.url.path, data={"belongs": "kind:enterprises"}, headers=HTML)
        assert (again.status_code, "已经读过" in again.text) == (409, True)
        twice = _read(clerk, _hand_in(clerk, belongs="kind:enterprises"))
        assert "没有重复，也没有改动" in twice.text
        listed = clerk.get("/imports").text
        assert listed.count("新企业.csv") == 2


@pytest.mark.parametrize(
    ("name", "form", "said", "field"),
    [
        ("名单.docx", {"belongs": "kind:visits", "datum": "bd09"}, "这种格式读不了", "file"),
        ("名单.csv", {"belongs": "source:nobody", "datum": "bd09"}, "选一下这是哪一份", "belongs"),
        ("", {"belongs": "kind:visits", "datum": "bd09"}, "还没选文件", "file"),
    ],
)
def test_a_bad_file_is_refused_and_what_was_chosen_stays(
    lived_in: Server, name: str, form: dict[str, str], said: str, field: str
) -> None:
    """The reason on top, a link to the field, the choices as they were."""
    with lived_in.client("clerk") as clerk:
        answer = _hand_in(clerk, name, **form)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'href="#{field}"' in answer.text
    assert '<option value="bd09" selected>' in answer.text
    if "nobody" not in form["belongs"]:
        assert f'<option value="{form["belongs"]}" selected>' in answer.text


def test_a_file_that_cannot_be_read_says_why_in_the_readers_language(lived_in: Server) -> None:
    """Nothing of it is kept, and its words stand beside in English."""
    with lived_in.client("keeper") as keeper:
        page = _read(keeper, _hand_in(keeper, text="a,b\n1,2\n", belongs="kind:visits"))
    assert _title(page) == "这份文件没有读成"
    assert "表头对不上" in page.text
    assert "一行也没有收" in page.text


def test_an_account_is_made_used_and_closed(lived_in: Server) -> None:
    """Its password is shown once; closed, it opens nothing; every step is in the audit."""
    with lived_in.client("keeper") as keeper:
        wrong = keeper.post("/users", data={"name": "样例门户", "role": ""}, headers=HTML)
        assert (wrong.status_code, 'value="样例门户"' in wrong.text) == (422, True)
        firm = {"name": "样例企业号", "role": "enterprise", "enterprise": "没有这家"}
        wrong = keeper.post("/users", data=firm, headers=HTML)
        assert (wrong.status_code, "找不到这家企业" in wrong.text) == (422, True)
        made = keeper.post("/users", data={"name": "样例门户", "role": "portal"})
        password = _once(made)
        assert password not in keeper.get("/users").text
        taken = keeper.post("/users", data={"name": "样例门户", "role": "clerk"}, headers=HTML)
        assert (taken.status_code, "有人用了" in taken.text) == (422, True)
        assert _signs_in(lived_in, "样例门户", password)
        with lived_in.park.open() as store:
            user = store.user_by_name("样例门户")
        assert user is not None
        here = f"/users/{quote(user.id)}"
        other = _once(keeper.post(here, data={"action": "password"}))
        assert not _signs_in(lived_in, "样例门户", password)
        assert _signs_in(lived_in, "样例门户", other)
        assert keeper.post(here, data={"action": "disable"}).status_code == 303
        assert not _signs_in(lived_in, "样例门户", other)
        told = keeper.get("/audit", params={"record": user.id}).text
    for words in ("开账号或改身份", "重设密码", "停用账号", "登录"):
        assert words in told


def test_the_last_keeper_cannot_be_closed_and_the_page_says_so(lived_in: Server) -> None:
    """Nothing is changed."""
    with lived_in.client("keeper") as keeper:
        answer = keeper.post("/users/demo-keeper", data={"action": "disable"}, headers=HTML)
        assert answer.status_code == 409
        assert "最后一个能登录的系统管理员" in answer.text
        assert keeper.get("/users").status_code == 200


def test_a_token_is_shown_once_used_and_revoked(lived_in: Server) -> None:
    """The page says when it was last used; revoked, it opens nothing."""
    with lived_in.client("keeper") as keeper:
        bad = keeper.post("/tokens", data={"label": "样例程序", "role": "analyst", "days": "0"})
        assert bad.status_code == 422
        asked = {"label": "样例程序", "role": "analyst", "days": "30"}
        secret = _once(keeper.post("/tokens", data=asked))
        row = _row_of(keeper, "样例程序")
        assert "没有用过" in row
        headers = {"Authorization": f"Bearer {secret}"}
        assert keeper.get("/enterprises", headers=headers).status_code == 200
        until = datetime.now(UTC) + timedelta(days=30)
        assert "没有用过" not in _row_of(keeper, "样例程序")
        assert f"{until.year}年" in row
        token = re.search(r"/tokens/(token-\w+)", row)
        assert token
        assert keeper.post(token[0], data={"action": "revoke"}).status_code == 303
        assert keeper.get("/enterprises", headers=headers).status_code == 401


def test_the_audit_is_asked_by_person_day_and_act_and_goes_out_as_a_workbook(
    lived_in: Server,
) -> None:
    """Never the content: a name that was read stands in no line."""
    with lived_in.client("clerk") as clerk:
        clerk.get("/ogc/collections/officers/items?limit=3")
    names = {one.name for one in lived_in.park.records("officers", personal=True) if one.name}
    with lived_in.client("keeper") as keeper:
        asked = {"person": "demo-clerk", "act": "read", "record": "officers/"}
        page = keeper.get("/audit", params=asked)
        assert "看了个人信息" in page.text
        assert "officers/" in page.text
        assert not any(name in page.text for name in names)
        assert "没有找到" in keeper.get("/audit", params={**asked, "until": "2020-01-01"}).text
        bad = keeper.get("/audit", params={"since": "2020-02-31"})
        assert "日期没看懂" in bad.text
        book = keeper.get("/audit", params={**asked, "f": "xlsx"})
    rows = list(openpyxl.load_workbook(io.BytesIO(book.content))["留痕"].values)
    head = rows.index(("时间", "谁", "身份", "做了什么", "对象", "条数", "入口"))
    assert {row[1] for row in rows[head + 1 :]} == {"clerk"}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_the_keeper_is_quiet_and_fits_a_phone(
    lived_in: Server, browse: Browse, path: str
) -> None:
    """In both languages, at 320 and 390 px, with its help; everything to press is 44 px high."""
    page, _ = browse(lived_in, "keeper", viewport=PHONE)
    for width, lang in ((390, "zh"), (320, "en")):
        page.set_viewport_size({**PHONE, "width": width})
        page.goto(f"{path}?lang={lang}")
        assert page.locator("h1").count() == 1
        page.locator(".help summary").click()
        assert page.locator(".help > div").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for one in page.locator("main .btn:visible, main summary:visible, .help summary").all():
            box = one.bounding_box()
            assert box is not None
            assert box["height"] >= 44, one.inner_text()


def _once(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    found = re.search(r"<code>(.*?)</code>", answer.text)
    assert found
    return found[1]


def _row_of(keeper: httpx.Client, label: str) -> str:
    rows = re.findall(r"<tr[^>]*>.*?</tr>", keeper.get("/users").text, re.DOTALL)
    return next(one for one in rows if label in one)


def _signs_in(server: Server, name: str, password: str) -> bool:
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        mark = re.search(r'name="csrf" value="([^"]+)"', client.get("/login").text)
        assert mark
        form = {"username": name, "password": password, "csrf": mark[1]}
        return client.post("/login", data=form).status_code == 303
