"""The pages through which the month is done: declared, reported, driven; one server for all.

Each is used as the role that does it, and the consequence is read at another door.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from geo_risk.records import Role
from tests.live.browser import PHONE, Browse
from tests.live.conftest import BuiltPark, Server
from tests.live.small_park import write_small_park

pytest_plugins = ("tests.live.browser_fixtures",)

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, server_on: Any) -> Iterator[Server]:
    """The small park, built and served."""
    folder = tmp_path_factory.mktemp("desk")
    park = BuiltPark(write_small_park(folder / "park").park_file, folder / "state")
    park.build()
    with server_on(park) as one:
        yield one


def own_id(server: Server) -> str:
    with server.client("enterprise") as client:
        return str(client.get("/ogc/collections/enterprises/items").json()["features"][0]["id"])


def declared(server: Server, role: str = "enterprise") -> dict[str, dict[str, Any]]:
    with server.client(role) as client:
        found = client.get("/v1/declarations").json()["declarations"]
    return {one["indicator"]: one for one in found}


def test_an_enterprise_declares_on_its_phone(server: Server, browse: Browse) -> None:
    """An error is said at its field and nothing is lost; mended, the API tells the same."""
    page, notes = browse(server, "enterprise", viewport=PHONE)
    notes.forgiven = ("422",)
    page.goto("/")
    page.get_by_role("link", name="自治申报").click()
    page.fill("#have-guards", "4")
    page.fill("#need-guards", "四个")
    page.fill("#evidence-guards", "门卫室的排班表")
    page.fill("#have-drills", "1")
    page.get_by_role("button", name="提交申报").click()
    page.wait_for_selector(".err")
    assert page.title().startswith("有误：")
    assert page.locator("[aria-invalid]").count() == 2
    assert declared(server) == {}, "nothing is kept of a form that is not right"
    page.get_by_role("link", name="安保力量").click()
    assert page.evaluate("document.activeElement.id") == "need-guards"
    assert page.input_value("#have-guards") == "4"
    assert page.input_value("#evidence-guards") == "门卫室的排班表"
    page.fill("#need-guards", "5")
    page.fill("#need-drills", "2")
    page.get_by_role("button", name="提交申报").click()
    page.get_by_text("已存 2 项").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    there = declared(server)
    assert {name: (one["have"], one["need"]) for name, one in there.items()} == {
        "guards": (4, 5),
        "drills": (1, 2),
    }
    assert there["guards"]["evidence"] == "门卫室的排班表"
    page.get_by_role("button", name="提交申报").click()
    page.get_by_text("没有变化").wait_for()


def test_a_verified_declaration_is_locked(server: Server, browse: Browse) -> None:
    """After the visit there is no field to fill, and a form from before is told so."""
    own = own_id(server)
    with server.client("clerk") as clerk:
        form = {"month": "2026-01", "enterprise_id": own, "indicator": "rules"}
        kept = clerk.post("/v1/declarations", json={**form, "have": 3.0, "need": 4.0}).json()
    home = next(one for one in server.park.records("premises") if one.enterprise_id == own)
    with server.client("officer") as officer:
        body = {"start": "2026-02-01T09:00:00+08:00", "premises_id": home.id}
        visit = officer.post("/ogc/collections/visits/items", json={"properties": body}).json()
        path = f"/v1/declarations/{kept['id']}/verify"
        assert officer.post(path, json={"visit_id": visit["id"]}).status_code == 200
    page, _ = browse(server, "enterprise", viewport=PHONE)
    page.goto("/declare?month=2026-01")
    assert page.get_by_text("已锁定").count() == 1
    assert page.locator("#have-rules").count() == 0
    old = {"month": "2026-01", "indicator": "rules", "have": "9", "need": "9", "evidence": ""}
    with server.client("enterprise") as client:
        late = client.post("/declare", data=old)
    assert late.status_code == 422
    assert "已经锁定" in late.text
    assert declared(server, "chief")["rules"]["have"] == 3


def test_a_clerk_writes_down_what_came_on_paper(server: Server, browse: Browse) -> None:
    """The enterprise is chosen first; it then finds what was written for it, in its own form."""
    page, _ = browse(server, "clerk")
    page.goto("/declare?lang=en")
    name = "样例企业 000"
    page.fill("#q", name)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=name).click()
    page.fill("#have-training", "1,000")
    page.fill("#need-training", "1200")
    page.get_by_role("button", name="Send the declaration").click()
    page.get_by_text("1 item is kept").wait_for()
    with server.client("clerk") as clerk:
        found = clerk.get("/v1/declarations").json()["declarations"]
    assert [(one["name"], one["have"]) for one in found if one["indicator"] == "training"] == [
        (name, 1000)
    ]


@pytest.mark.parametrize("role", [None, *(one.value for one in Role)])
def test_who_declares_on_the_page_is_as_the_doors_say(server: Server, role: str | None) -> None:
    """The enterprise and the clerk; others are refused, nobody is sent to the sign-in."""
    with server.client(role) as client:
        shown = client.get("/declare", headers=HTML)
        sent = client.post("/declare", data={"month": "2026-01", "enterprise": own_id(server)})
        other = client.get("/declare?enterprise=somebody:else", headers=HTML)
    allowed = role in {"enterprise", "clerk"}
    assert shown.status_code == (303 if role is None else 200 if allowed else 403)
    assert sent.status_code == (401 if role is None else 303 if allowed else 403)
    assert other.status_code == (303 if role is None else 404 if allowed else 403)


def test_a_form_without_the_pages_mark_is_refused(server: Server, browse: Browse) -> None:
    """A cookie alone changes nothing, at any address that a page's form posts to."""
    with server.client("chief") as chief:
        paths = chief.get("/openapi.json").json()["paths"]
    forms = [
        path
        for path, item in paths.items()
        if "application/x-www-form-urlencoded"
        in item.get("post", {}).get("requestBody", {}).get("content", {})
        and not path.startswith(("/login", "/logout", "/receipt"))
    ]
    assert forms
    page, _ = browse(server, "chief")
    for path in forms:
        answer = page.request.post(f"{server.url}{path}", form={"month": "2026-01"})
        assert answer.status in {403, 422}, path
        with_mark = {"month": "2026-01", "csrf": "made-up", "action": "x", "premises": "x"}
        assert page.request.post(f"{server.url}{path}", form=with_mark).status == 403, path
