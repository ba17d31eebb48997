"""Slips over HTTP and on paper and phone: one server, each role through its own door."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from geo_risk.records import Actor, Report, Role, Severity
from tests.live.browser import Browse
from tests.live.small_park import write_small_park

pytest_plugins = ("tests.live.browser_fixtures",)

OFFICER = Actor("somebody", Role.OFFICER, "http")
WORDS = "样例：配电间门口堆放纸箱，挡住灭火器"
ITEMS = 10


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, sample_park: Any, server_on: Any) -> Iterator:
    """The small park, all of it in scope; the enterprise's own and others have overdue majors."""
    folder = tmp_path_factory.mktemp("slips")
    file = write_small_park(folder / "park").park_file
    text = file.read_text(encoding="utf-8").replace("[park]\n", '[park]\nscope = "all"\n', 1)
    file.write_text(text, encoding="utf-8")
    park = type(sample_park)(file, folder / "state")
    park.build()
    with server_on(park) as running:
        own = _own(running)
        others = [one.id for one in park.records("enterprises") if one.id != own][:2]
        with park.open() as store:
            store.put(
                [
                    *(_overdue(f"own{n}", own) for n in range(ITEMS)),
                    *(_overdue(f"other{n}", one) for n, one in enumerate(others)),
                ],
                actor=OFFICER,
                at=datetime.now(UTC),
            )
        with running.client("chief") as chief:
            drawn = chief.post("/v1/slips/draw")
        assert drawn.status_code == 200, drawn.text
        assert len(drawn.json()["slips"]) == 3
        yield running


def _own(server: Any) -> str:
    with server.park.open() as store:
        user = store.user_by_name(server.logins["enterprise"][0])
    return user.enterprise_id


def _overdue(number: str, enterprise_id: str) -> Report:
    at = datetime.now(UTC) - timedelta(days=60)
    return Report(
        id=f"http:{number}",
        kind="hazard",
        channel="visit",
        enterprise_id=enterprise_id,
        occurred_from=at,
        occurred_to=at,
        reported_at=at,
        interim_at=at,
        severity=Severity.MAJOR,
        text=WORDS * 4,
    )


def _slips(server: Any, role: str = "chief") -> list[dict[str, Any]]:
    with server.client(role) as client:
        return client.get("/v1/slips").json()["slips"]


def _slip_of(server: Any, own: bool = True) -> dict[str, Any]:
    mine = _own(server)
    return next(one for one in _slips(server) if (one["enterprise_id"] == mine) == own)


def _path(slip: dict[str, Any], rest: str = "") -> str:
    return f"/v1/slips/{quote(slip['id'], safe='')}{rest}"


def _take(server: Any, role: str, slip: dict[str, Any], **body: str) -> httpx.Response:
    with server.client(role) as client:
        return client.post(_path(slip, "/transitions"), json=body)


def _issued(server: Any, *, own: bool = True) -> dict[str, Any]:
    slip = _slip_of(server, own)
    if slip["state"] == "drawn":
        assert _take(server, "officer", slip, action="check").status_code == 200
        done = _take(server, "chief", slip, action="issue", text="逾期未整改")
        assert done.status_code == 200, done.text
    return _slip_of(server, own)


def _link(server: Any, slip: dict[str, Any]) -> str:
    with server.client("clerk") as clerk:
        return clerk.post(_path(slip, "/link")).json()["url"]


@pytest.mark.parametrize("role", [None, *(one.value for one in Role)])
def test_who_draws_and_who_reads(server, role):
    """The chief draws; station roles and the enterprise list; everybody else is refused."""
    with server.client(role) as client:
        drawn = client.post("/v1/slips/draw").status_code
        read = client.get("/v1/slips").status_code
    assert drawn == (401 if role is None else 200 if role == "chief" else 403)
    reads = {"officer", "clerk", "chief", "keeper", "enterprise"}
    assert read == (401 if role is None else 200 if role in reads else 403)


def test_an_enterprise_sees_no_draft_and_no_other(server):
    """Nothing by any door before the issue; after it its own, without who decided."""
    draft = _slip_of(server, own=False)
    with server.client("enterprise") as own:
        assert own.get(_path(draft)).status_code == 404
        assert own.get(_path(draft, ".html")).status_code == 404
        assert own.post(_path(draft, "/transitions"), json={"action": "receive"}).status_code == 404
        slip = _issued(server)
        listed = own.get("/v1/slips").json()["slips"]
        assert [one["id"] for one in listed] == [slip["id"]]
        assert not {"decided_by", "decision"} & listed[0].keys()
        whole = own.get(_path(slip)).json()
        assert {one["action"] for one in whole["steps"]} <= {"issue", "plan_visit", "receive"}
        assert "逾期未整改" not in own.get(_path(slip)).text
        items = own.get("/ogc/collections/slips/items").json()["features"]
        assert [one["id"] for one in items] == [slip["id"]]


def test_a_step_needs_its_state_its_etag_and_comes_once(server):
    """Impossible: 409 with what is possible; another's state: 412; the same key again: the same."""
    slip = _slip_of(server, own=False)
    refused = _take(server, "chief", slip, action="issue", text="x")
    assert refused.status_code == 409
    assert "check" in refused.json()["hint"]
    with server.client("officer") as officer:
        path, key = _path(slip, "/transitions"), {"Idempotency-Key": "check-once-1"}
        stale = officer.post(path, json={"action": "check"}, headers={"If-Match": '"1-x"'})
        assert stale.status_code == 412
        first = officer.post(path, json={"action": "check"}, headers=key)
        again = officer.post(path, json={"action": "check"}, headers=key)
    assert (first.status_code, first.text) == (200, again.text)
    assert _slip_of(server, own=False)["state"] == "checked"
    withheld = _take(server, "chief", slip, action="withhold", text="昨天已整改")
    assert withheld.json()["state"] == "withheld"
    with server.client("chief") as chief:
        assert chief.get("/v1/slips").json()["counts"]["withheld"] == 1
        found = chief.get("/v1/slips", params={"state": "withheld", "f": "xlsx"})
    assert found.content[:2] == b"PK"


def test_the_printed_slip_is_one_page_and_nothing_overflows(server, browse: Browse):
    """On A4 in Chromium: one sheet, all within its edges, the code drawn, no other host asked."""
    slip = _issued(server)
    page, _ = browse(server, "chief", viewport={"width": 794, "height": 1123})
    page.goto(_path(slip, ".html"))
    page.emulate_media(media="print")
    assert page.locator(".sheet").count() == 1
    within = page.evaluate(
        """() => { const sheet = document.querySelector('.sheet'),
        end = document.querySelector('.end').getBoundingClientRect().top;
        return [sheet.scrollHeight <= sheet.clientHeight + 1,
        sheet.scrollWidth <= sheet.clientWidth,
        document.querySelector('.foot').getBoundingClientRect().bottom <= end,
        document.querySelector('.qr').naturalWidth > 0]; }"""
    )
    assert within == [True, True, True, True]
    made = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", made)) == 1
    with server.client("chief") as chief:
        answer = chief.get(_path(slip, ".pdf"))
        batch = chief.get("/v1/slips/batch.pdf", params={"month": slip["month"]})
    assert answer.headers["content-type"] == batch.headers["content-type"] == "application/pdf"
    assert answer.content[:5] == batch.content[:5] == b"%PDF-"


def test_the_receipt_on_a_phone_without_an_account(server, browse: Browse):
    """Read twice, confirmed, answered; then the address says thank you and nothing else."""
    slip = _issued(server)
    url = _link(server, slip)
    page, _ = browse(server, viewport={"width": 360, "height": 740})
    page.goto(url)
    page.reload()
    page.get_by_role("link", name="English").click()
    assert page.get_attribute("html", "lang") == "en"
    page.get_by_role("button", name="I received it").wait_for()
    page.get_by_role("link", name="中文").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    names = [one.name for one in server.park.records("enterprises", personal=True)]
    own = {one.id: one.name for one in server.park.records("enterprises", personal=True)}
    shown = page.locator("body").inner_text()
    assert {one for one in names if one in shown} == {own[slip["enterprise_id"]]}
    page.get_by_role("button", name="确认收到").click()
    page.get_by_text("已签收").wait_for()
    assert _slip_of(server)["state"] == "received"
    page.get_by_label("已经做了什么").fill("  ")
    page.get_by_role("button", name="提交回复").click()
    page.get_by_text("请先写内容").wait_for()
    page.goto(url)
    page.get_by_label("已经做了什么").fill("纸箱已经搬走，周五前换好灭火器")
    page.get_by_role("button", name="提交回复").click()
    page.get_by_text("已经收到您的意见").wait_for()
    assert WORDS[:6] not in page.locator("body").inner_text()
    answered = _slip_of(server)
    assert (answered["state"], answered["answer"][:4]) == ("answered", "纸箱已经")


def test_the_receipt_keeps_quiet(server):
    """Not indexed, not kept, not guessed; a used or made-up address tells nothing."""
    slip = _issued(server)
    url = _link(server, slip)
    with httpx.Client(trust_env=False) as nobody:
        there = nobody.get(url)
        assert "noindex" in there.headers["x-robots-tag"]
        assert there.headers["cache-control"] == "no-store"
        for accept, kind in (("text/html", "text/html"), ("*/*", "application/problem+json")):
            made_up = nobody.get(url[:-6] + "AAAAAA", headers={"Accept": accept})
            assert made_up.status_code == 404
            assert made_up.headers["content-type"].startswith(kind)
            assert "no-store" in made_up.headers["cache-control"]
            assert slip["slip_no"] not in made_up.text
        tried = {nobody.get(f"{server.url}/receipt/{n:040d}").status_code for n in range(30)}
    assert tried == {404, 429}
    secret = url.rsplit("/", 1)[1]
    kept = b"".join(one.read_bytes() for one in server.state_dir.rglob("*.sqlite*"))
    assert secret.encode() not in kept


def test_a_slip_closes_by_a_visit_for_it(server):
    """The officer goes there with the reason slip; the hazard is closed first."""
    slip = _issued(server)
    with server.park.open() as store:
        for n in range(ITEMS):
            change = {"state": "closed", "closed_at": datetime.now(UTC)}
            store.update("reports", f"http:own{n}", change, actor=OFFICER, at=datetime.now(UTC))
    home = next(
        one for one in server.park.records("premises") if one.enterprise_id == slip["enterprise_id"]
    )
    body = {"start": datetime.now(UTC).isoformat(), "premises_id": home.id, "reason": "slip"}
    with server.client("officer") as officer:
        visit = officer.post("/ogc/collections/visits/items", json={"properties": body}).json()
    done = _take(server, "officer", slip, action="verify", code="fixed", other_id=visit["id"])
    assert done.status_code == 200, done.text
    assert _slip_of(server)["state"] == "closed"


def test_the_chief_works_through_the_slips_on_the_page(server, browse: Browse):
    """Drawn up, checked, one issued, one withheld; a reason that is missing is asked for there."""
    own = _own(server)
    other = [one.id for one in server.park.records("enterprises") if one.id != own][5]
    with server.park.open() as store:
        late = [_overdue("page-own", own), _overdue("page-other", other)]
        store.put(late, actor=OFFICER, at=datetime.now(UTC))
    page, notes = browse(server, "chief")
    notes.forgiven = ("422",)
    page.goto("/")
    page.get_by_role("link", name="提醒单").click()
    page.get_by_role("button", name="拟重大隐患逾期的提醒单").click()
    page.get_by_text(re.compile("新拟 [2-9] 张")).wait_for()  # a withheld one's hazards come again
    name = {one.id: one.name for one in server.park.records("enterprises", personal=True)}
    mine = page.locator("section", has=page.get_by_role("heading", name=name[own])).first
    mine.get_by_role("button", name="核对").click()
    page.get_by_text("已办：核对").wait_for()
    mine.locator("summary", has_text="签发").click()
    mine.get_by_role("button", name="签发").click()
    mine.get_by_role("link", name="去填这一项").click()
    assert page.evaluate("document.activeElement.name") == "text"
    assert page.title().startswith("有误：")
    mine.locator("details[open] textarea").fill("逾期未整改，请尽快")
    mine.get_by_role("button", name="签发").click()
    page.get_by_text("已办：签发").wait_for()
    theirs = page.locator("section", has=page.get_by_role("heading", name=name[other]))
    theirs.locator("summary", has_text="不发").click()
    theirs.locator("details[open] textarea").fill("昨天已改好")
    theirs.get_by_role("button", name="不发").click()
    page.get_by_text("已办：不发").wait_for()
    told = {one["enterprise_id"]: one for one in _slips(server) if "page-" in str(one["item_ids"])}
    assert (told[own]["state"], told[own]["decision"]) == ("issued", "逾期未整改，请尽快")
    assert (told[other]["state"], told[other]["decision"]) == ("withheld", "昨天已改好")
    assert told[own]["slip_no"]
    with page.expect_navigation():
        theirs.get_by_role("link", name="看样张").click()
    assert page.locator(".sheet").count() == 1


def test_an_enterprise_answers_on_the_page(server, browse: Browse):
    """Its own slips only, without who decided; the answer is there for the chief."""
    page, _ = browse(server, "enterprise", viewport={"width": 390, "height": 844})
    page.goto("/slips")
    own = {one.id: one.name for one in server.park.records("enterprises", personal=True)}
    heads = page.locator("section h2").all_inner_texts()
    assert set(heads) == {own[_own(server)]}
    assert "逾期未整改" not in page.locator("main").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    open_one = page.locator("section", has=page.get_by_role("button", name="签收")).first
    open_one.get_by_role("button", name="签收").click()
    page.get_by_text("已办：签收").wait_for()
    page.locator("summary", has_text="回复").first.click()
    page.locator("details[open] textarea").fill("纸箱今天已搬走")
    page.get_by_role("button", name="回复").click()
    page.get_by_text("已办：回复").wait_for()
    answered = [one for one in _slips(server) if one["answer"] == "纸箱今天已搬走"]
    assert [one["state"] for one in answered] == ["answered"]


@pytest.mark.parametrize("role", [None, *(one.value for one in Role)])
def test_who_reads_and_draws_on_the_page_is_as_over_http(server, role):
    """Who may not is refused as by the other door; a draft is nobody's but the station's."""
    draft = next((one for one in _slips(server) if one["state"] == "withheld"), None)
    assert draft is not None
    path = f"/slips/{quote(draft['id'], safe='')}"
    with server.client(role) as client:
        read = client.get("/slips", headers={"Accept": "text/html"}).status_code
        drawn = client.post("/slips/draw").status_code
        stepped = client.post(path, data={"action": "issue", "text": "x"})
    reads = {"officer", "clerk", "chief", "keeper", "enterprise"}
    assert read == (303 if role is None else 200 if role in reads else 403)
    assert drawn == (401 if role is None else 303 if role == "chief" else 403)
    expected = {None: 401, "enterprise": 404, "chief": 409}  # who may not is told so first
    assert stepped.status_code == expected.get(role, 403)
