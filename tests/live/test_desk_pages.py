"""The pages through which the month is done: declared, reported, driven; one server for all.

Each is used as the role that does it, and the consequence is read at another door.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from PIL import Image

from geo_risk.records import Actor, Role
from tests.live.browser import PHONE, Browse
from tests.live.conftest import BuiltPark, Server
from tests.live.small_park import write_small_park

pytest_plugins = ("tests.live.browser_fixtures",)

SOMEBODY = Actor("somebody", Role.OFFICER, "http")
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, server_on: Any) -> Iterator[Server]:
    """The small park, built and served."""
    folder = tmp_path_factory.mktemp("desk")
    park = BuiltPark(write_small_park(folder / "park").park_file, folder / "state")
    park.build()
    with server_on(park) as one:
        yield one


def photograph() -> bytes:
    """A picture as a phone sends it."""
    out = BytesIO()
    Image.new("RGB", (64, 48), (200, 0, 0)).save(out, "JPEG")
    return out.getvalue()


def own_id(server: Server) -> str:
    with server.client("enterprise") as client:
        return str(client.get("/ogc/collections/enterprises/items").json()["features"][0]["id"])


def report(server: Server, role: str = "officer", **said: Any) -> str:
    """Report a hazard over the API; gives its id."""
    with server.client(role) as client:
        body = {"properties": {"kind": "hazard", **said}}
        made = client.post("/ogc/collections/reports/items", json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def transitions(server: Server, report_id: str, role: str = "chief") -> dict[str, Any]:
    with server.client(role) as client:
        path = f"/v1/reports/{quote(report_id, safe='')}/transitions"
        return dict(client.get(path).json())


def case_path(report_id: str) -> str:
    return f"/cases/{quote(report_id, safe='')}"


def post_step(server: Server, role: str, report_id: str, **typed: str) -> httpx.Response:
    """Send a step's form as somebody with a bearer token, on the state there is now."""
    etag = transitions(server, report_id)["etag"]
    with server.client(role) as client:
        return client.post(case_path(report_id), data={"etag": etag, **typed})


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
        assert answer.status == 403, path
        with_mark = {"month": "2026-01", "csrf": "made-up", "action": "x", "premises": "x"}
        assert page.request.post(f"{server.url}{path}", form=with_mark).status == 403, path


def test_an_enterprise_reports_and_rectifies_on_its_phone(server: Server, browse: Browse) -> None:
    """The due date is told before it is sent; a word that is missing loses nothing."""
    page, notes = browse(server, "enterprise", viewport=PHONE)
    notes.forgiven = ("422",)
    page.goto("/report")
    promised = page.locator(".choice", has_text="限期整改").locator("small").inner_text()
    page.get_by_text("限期整改").click()
    page.select_option("#category", "fire_exit")
    page.get_by_role("button", name="上报").click()
    page.wait_for_selector(".err")
    page.get_by_role("link", name="去填这一项").click()
    assert page.evaluate("document.activeElement.id") == "text"
    assert page.is_checked("[name=severity][value=general]")
    assert page.input_value("#category") == "fire_exit"
    page.fill("#text", "样例：二楼安全出口上锁")
    page.set_input_files("#photo", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"none"})
    page.get_by_role("button", name="上报").click()
    page.get_by_text("照片读不出来").wait_for()
    assert page.input_value("#text") == "样例：二楼安全出口上锁"
    page.set_input_files(
        "#photo", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photograph()}
    )
    page.get_by_role("button", name="上报").click()
    day = promised.removesuffix("前改好")
    page.get_by_text(f"已上报，{day}前改好").wait_for()
    made = [one for one in server.park.records("reports") if one.channel == "self_report"]
    assert [(one.severity, one.category, one.self_reported) for one in made] == [
        ("general", "fire_exit", True)
    ]
    assert made[0].enterprise_id == own_id(server)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name="整改完成").click()
    page.get_by_text("等企业警长复查").wait_for()
    told = transitions(server, made[0].id)
    assert told["state"] == "rechecking"
    assert [one["role"] for one in told["steps"]] == ["enterprise"]
    officer, _ = browse(server, "officer", viewport=PHONE)
    officer.goto(case_path(made[0].id))
    drawn = officer.locator(".photos img")
    assert drawn.evaluate("img => img.decode().then(() => img.naturalWidth)") == 64


def test_a_report_sent_twice_is_one(server: Server) -> None:
    """A second press of the button brings the first report back."""
    with server.client("enterprise") as client:
        shown = client.get("/report").text
        found = re.search(r'<select id="premises".*?<option value="([^"]+)"', shown)
        key = re.search(r'name="key" value="([^"]+)"', shown)
        assert found
        assert key
        said = {"premises": found[1], "category": "electric", "severity": "minor", "text": "插座松"}
        both = [client.post("/report", data={**said, "key": key[1]}) for _ in range(2)]
    assert [one.status_code for one in both] == [303, 303]
    assert both[0].headers["location"] == both[1].headers["location"]
    assert sum(one.category == "electric" for one in server.park.records("reports")) == 1


def test_the_chief_sees_what_is_late_first_and_drives_it(server: Server, browse: Browse) -> None:
    """From the list into the case, a step refused without losing a word, then to its end."""
    late = report(server, severity="general", occurred_from="2026-01-05T08:00:00+08:00")
    with server.park.open() as store:
        due = {"due": datetime(2026, 2, 1, tzinfo=UTC)}
        store.update("reports", late, due, actor=SOMEBODY, at=datetime.now(UTC))
    report(server, severity="minor")
    page, notes = browse(server, "chief")
    notes.forgiven = ("422",)
    page.goto("/")
    page.get_by_role("link", name="隐患闭环").click()
    page.locator("tbody tr").first.get_by_text("县级督办").wait_for()
    page.locator("tbody tr").first.get_by_role("link").click()
    page.get_by_text("派单", exact=True).first.click()
    page.locator("#assign-text").fill("请今天去看")
    page.locator("details[open] button").click()
    page.wait_for_selector(".err")
    assert page.locator("#assign-station_id[aria-invalid]").is_visible()
    assert page.input_value("#assign-text") == "请今天去看"
    page.select_option("#assign-station_id", "stations:S1")
    page.locator("details[open] button").click()
    page.get_by_text("已办：派单").wait_for()
    page.get_by_text("请今天去看").wait_for()
    told = transitions(server, late)
    assert (told["state"], told["steps"][0]["text"]) == ("assigned", "请今天去看")


def test_a_major_hazard_offers_no_second_person_that_would_be_refused(server: Server) -> None:
    """Who rectified it and who rechecks are not offered; named all the same, the words stay."""
    made = report(server, severity="major")
    for typed in ({"action": "protect", "text": "拉了警戒线"}, {"action": "rectify"}):
        assert post_step(server, "officer", made, **typed).status_code == 303
    with server.client("chief") as chief:
        shown = chief.get(case_path(made)).text
    offered = re.findall(r'<option value="(demo-\w+)"', shown.split('id="pass-second_id"')[1])
    assert "demo-clerk" in offered
    assert not {"demo-chief", "demo-officer"} & set(offered[: offered.index("demo-clerk") + 1])
    same = {"action": "pass", "second_id": "demo-chief", "text": "现场看过"}
    refused = post_step(server, "chief", made, **same)
    assert refused.status_code == 422
    assert "现场看过" in refused.text
    assert post_step(server, "chief", made, action="pass").status_code == 422
    passed = post_step(server, "chief", made, action="pass", second_id="demo-clerk")
    assert passed.status_code == 303
    assert transitions(server, made)["state"] == "closed"


def test_of_two_who_read_the_same_case_one_is_told_and_keeps_its_words(server: Server) -> None:
    """The second sees what is so now, what is possible, and what it wrote; a repeat is one step."""
    made = report(server)
    etag = transitions(server, made)["etag"]
    start = {"action": "start", "etag": etag, "key": "start-once"}
    with server.client("officer") as officer:
        first, again = (officer.post(case_path(made), data=start) for _ in range(2))
    assert (first.status_code, again.status_code) == (303, 303)
    with server.client("chief") as chief:
        typed = {
            "action": "assign",
            "station_id": "stations:S0",
            "text": "派给驻企室",
            "etag": etag,
        }
        late = chief.post(case_path(made), data=typed)
    assert late.status_code == 412
    assert "别人刚刚动过" in late.text
    assert "派给驻企室" in late.text
    assert "整改完成" in late.text
    assert [one["action"] for one in transitions(server, made)["steps"]] == ["start"]


@pytest.mark.parametrize("role", [None, *(one.value for one in Role)])
def test_each_role_sees_its_own_cases_only(server: Server, role: str | None) -> None:
    """The list is the station's; a case is there for who may see the report; steps by the doors."""
    made = report(server, text="不该外传的话")
    with server.client(role) as client:
        listed = client.get("/cases", headers=HTML).status_code
        one = client.get(case_path(made), headers=HTML)
        own = client.get("/report", headers=HTML).status_code
        sent = client.post(case_path(made), data={"action": "correct", "text": "x"})
        told = client.get(f"/v1/reports/{quote(made, safe='')}/transitions").status_code
    station = role in {"officer", "clerk", "chief", "keeper", "analyst", "mediator"}
    sees = station and role != "mediator"
    assert listed == (303 if role is None else 200 if station else 403)
    assert one.status_code == (303 if role is None else 200 if sees else 404)
    assert told == (401 if role is None else one.status_code)
    assert own == (303 if role is None else 200 if role in {"enterprise", "volunteer"} else 403)
    assert ("不该外传的话" in one.text) == (role in {"officer", "clerk", "chief", "keeper"})
    takes = role in {"officer", "clerk", "chief"}
    status = 401 if role is None else 404 if not sees else 422 if takes else 403
    assert sent.status_code == status
