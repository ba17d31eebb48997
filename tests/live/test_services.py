"""Orders, guidance, campaigns and services from an empty park: each done by its role on its page.

Every consequence is read through another door: the next plan's stop, the order's state, the index's
part, a figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from geo_risk.park import read_park
from geo_risk.records import Role
from tests.live.browser import PHONE, Browse
from tests.live.conftest import Server
from tests.live.every_route import enterprise_of
from tests.live.planned_park import planned_park

pytest_plugins = ("tests.live.browser_fixtures",)

HTML = {"Accept": "text/html"}
STATION = {"officer", "clerk", "chief", "keeper"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, server_on: Any) -> Iterator[Server]:
    """The small park with two officers, served; nothing has happened in it, all are in scope."""
    park = planned_park(tmp_path_factory.mktemp("services"))
    text = park.park_file.read_text(encoding="utf-8")
    scoped = text.replace("[park]\n", '[park]\nscope = "all"\n', 1)
    park.park_file.write_text(scoped, encoding="utf-8")
    with server_on(park) as one:
        yield one


def place(server: Server, role: str = "enterprise", **said: Any) -> dict[str, Any]:
    """Order a service over HTTP."""
    with server.client(role) as client:
        made = client.post("/v1/orders", json={"service": "training", **said})
    assert made.status_code == 201, made.text
    return dict(made.json())


def path_of(order: dict[str, Any], rest: str = "") -> str:
    return f"/v1/orders/{quote(order['id'], safe='')}{rest}"


def step(server: Server, role: str, order: dict[str, Any], **act: Any) -> httpx.Response:
    with server.client(role) as client:
        return client.post(path_of(order, "/transitions"), json=act)


def order_of(server: Server, order_id: str, role: str = "chief") -> dict[str, Any]:
    with server.client(role) as client:
        return dict(client.get(path_of({"id": order_id})).json())


def plan(server: Server, **asked: Any) -> dict[str, Any]:
    """Have the chief plan two weeks that began yesterday: a visit of today belongs to it."""
    zone = read_park(server.park_file).zone
    first = (datetime.now(zone) - timedelta(days=1)).date().isoformat()
    with server.client("chief") as chief:
        body = {"first_day": first, "days": 14, "seconds": 0.2, **asked}
        made = chief.post("/v1/plan", json=body)
    assert made.status_code == 201, made.text
    return dict(made.json())


def stops_for(made: dict[str, Any], source_id: str) -> list[dict[str, Any]]:
    """Give the visits of a plan that something asked for."""
    every = [{**visit, "officer": one["id"]} for one in made["officers"] for visit in one["visits"]]
    return [one for one in every if source_id in one["source_ids"]]


def visit(server: Server, premises_id: str) -> dict[str, Any]:
    """Write a visit down that began ten minutes ago, as its officer."""
    start = (datetime.now(UTC) - timedelta(minutes=10)).isoformat()
    with server.client("officer") as officer:
        body = {"properties": {"premises_id": premises_id, "start": start}}
        made = officer.post("/ogc/collections/visits/items", json=body)
    assert made.status_code == 201, made.text
    return dict(made.json())


def home_of(server: Server, enterprise_id: str) -> str:
    found = server.park.records("premises")
    return next(one.id for one in found if one.enterprise_id == enterprise_id)


def services_part(server: Server, enterprise_id: str) -> float:
    """Give the points that an enterprise has of `services` in the running month's index."""
    month = datetime.now(read_park(server.park_file).zone).strftime("%Y-%m")
    with server.client("chief") as chief:
        found = chief.get(f"/v1/index/{month}/preview").json()["enterprises"]
    return next(one["parts"]["services"] for one in found if one["id"] == enterprise_id)


def test_an_order_from_a_phone_is_a_stop_a_visit_and_a_part_of_the_index(
    server: Server, browse: Browse
) -> None:
    """Ordered, accepted with one press, planned, visited, confirmed; the index counts it."""
    own = enterprise_of(server)
    page, notes = browse(server, "enterprise", viewport=PHONE)
    notes.forgiven = ("422",)
    page.goto("/")
    page.get_by_role("link", name="点单").click()
    page.fill("#text", "样例：十名新员工，想听一次防火课")
    page.get_by_role("button", name="下单").click()
    page.wait_for_selector(".err")
    assert page.title().startswith("有误：")
    page.get_by_role("link", name="去填这一项").click()
    assert page.evaluate("document.activeElement.id") == "service"
    assert page.input_value("#text") == "样例：十名新员工，想听一次防火课"
    page.select_option("#service", "training")
    page.get_by_role("button", name="下单").click()
    page.get_by_text("已下单").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    with server.client("chief") as chief:
        listed = chief.get("/v1/orders").json()["orders"]
    assert [(one["enterprise_id"], one["state"], one["hours"]) for one in listed] == [
        (own, "ordered", 0)
    ]
    order = listed[0]
    desk, _ = browse(server, "officer", viewport=PHONE)
    desk.goto("/orders")
    desk.get_by_text("1 单等着答复").wait_for()
    desk.get_by_text("想听一次防火课").wait_for()
    desk.get_by_role("button", name="接单", exact=True).click()
    desk.get_by_text("已办：接单").wait_for()
    (stop,) = stops_for(plan(server), order["id"])
    assert stop["tier"] == "must"
    assert stop["reason"] in {"order", "random"}, "the lot may have drawn it too"
    made = visit(server, stop["premises_id"])
    told = order_of(server, order["id"])
    assert told["state"] == "completed"
    assert [(one["action"], one["other_id"]) for one in told["steps"]][-1] == (
        "complete",
        made["id"],
    )
    page.goto("/orders")
    page.get_by_text("已办好").wait_for()
    page.get_by_text("确认办结", exact=True).first.click()
    page.select_option("select[name=code]", "not_done")
    page.locator("details[open] button").click()
    page.wait_for_selector(".err")
    page.select_option("select[name=code]", "satisfied")
    page.locator("details[open] button").click()
    page.get_by_text("企业说：满意").wait_for()
    assert services_part(server, own) > 0
    month = datetime.now(read_park(server.park_file).zone).strftime("%Y-%m")
    with server.client("chief") as chief:
        figures = chief.get(f"/v1/services/figures?month={month}").json()["orders"]
    assert (figures["placed"], figures["confirmed"], figures["satisfied"]) == (1, 1, 1)


def test_a_missed_appointment_counts_in_the_index_and_a_done_one_brings_it_back(
    server: Server,
) -> None:
    """Nothing attended of one delivered: no points; one of two: half of them."""
    whose = server.park.records("enterprises")[5].id
    with server.client("chief") as chief:
        before = len(chief.get("/v1/orders").json()["orders"])
    missed = place(server, "clerk", enterprise_id=whose)
    soon = datetime.now(UTC) + timedelta(milliseconds=600)
    agreed = step(server, "clerk", missed, action="agree", at=soon.isoformat())
    assert agreed.status_code == 200, agreed.text
    early = step(server, "officer", missed, action="miss", text="样例：门没开")
    if datetime.now(UTC) < soon:
        assert early.status_code == 409
    while datetime.now(UTC) <= soon:
        pass
    late = step(server, "officer", missed, action="miss", text="样例：门没开")
    assert late.status_code == 200, late.text
    assert services_part(server, whose) == 0
    kept = place(server, "clerk", enterprise_id=whose)
    assert step(server, "clerk", kept, action="accept").status_code == 200
    assert step(server, "clerk", kept, action="complete").status_code == 200
    assert services_part(server, whose) > 0
    with server.client("chief") as chief:
        assert len(chief.get("/v1/orders").json()["orders"]) == before + 2


def test_an_agreed_time_is_kept_by_the_officer_who_was_promised(server: Server) -> None:
    """The plan's stop begins within its quarter of an hour, by that officer and no other."""
    whose = server.park.records("enterprises")[9].id
    order = place(server, "clerk", enterprise_id=whose)
    zone = read_park(server.park_file).zone
    day = datetime.now(zone).replace(hour=10, minute=0, second=0, microsecond=0)
    day += timedelta(days=2)
    while day.weekday() > 4:
        day += timedelta(days=1)
    for who in ("o:1", "o:2"):
        act = {"action": "agree", "at": day.isoformat(), "officer_id": who}
        assert step(server, "clerk", order, **act).status_code == 200
        (stop,) = stops_for(plan(server), order["id"])
        assert (stop["tier"], stop["officer"]) == ("appointment", who)
        begin = datetime.fromisoformat(stop["start"])
        assert abs(begin - day) <= timedelta(minutes=15)
    with server.client("chief") as chief:
        asked = {"day": f"{begin.astimezone(zone):%Y-%m-%d}", "officer": "o:2"}
        assert "点单：安全培训" in chief.get("/today", params=asked, headers=HTML).text
    told = order_of(server, order["id"], "enterprise")
    assert "officer_id" not in told
    unknown = step(server, "clerk", order, action="agree", at=day.isoformat(), officer_id="张三")
    assert unknown.status_code == 422


def test_an_order_comes_once_and_shows_each_reader_its_own(server: Server) -> None:
    """The same key is the same order; another enterprise's is not there; stale is refused."""
    other = server.park.records("enterprises")[3].id
    body = {"service": "legal", "text": "样例说明"}
    with server.client("enterprise") as own:
        key = {"Idempotency-Key": "order-once-1"}
        first, again = (own.post("/v1/orders", json=body, headers=key) for _ in range(2))
        assert first.text == again.text
        clash = own.post("/v1/orders", json={**body, "text": "x"}, headers=key)
        assert clash.status_code == 422
        assert own.post("/v1/orders", json={**body, "enterprise_id": other}).status_code == 403
        assert own.post("/v1/orders", json={**body, "service": "自拟"}).status_code == 422
    theirs = place(server, "clerk", enterprise_id=other)
    with server.client("enterprise") as own:
        assert own.get(path_of(theirs)).status_code == 404
        cancel = {"action": "cancel", "text": "x"}
        assert own.post(path_of(theirs, "/transitions"), json=cancel).status_code == 404
        assert other not in own.get("/v1/orders").text
    order = order_of(server, theirs["id"])
    assert step(server, "clerk", theirs, action="accept").status_code == 200
    with server.client("chief") as chief:
        late = chief.post(
            path_of(theirs, "/transitions"),
            json={"action": "decline", "text": "x"},
            headers={"If-Match": order["etag"]},
        )
    assert late.status_code == 412


@pytest.mark.parametrize("role", [None, *(one.value for one in Role)])
def test_who_opens_which_page_and_writes_there(server: Server, role: str | None) -> None:
    """Orders, guidance: staff and the enterprise; campaigns: staff; posts: all, by kind only."""
    own = enterprise_of(server)
    with server.client(role) as client:
        shown = {
            path: client.get(path, headers=HTML)
            for path in ("/orders", "/guidance", "/campaigns", "/stations")
        }
        sent = {
            path: client.post(path, data=said).status_code
            for path, said in {
                "/orders": {"service": "drill", "enterprise": own},
                "/guidance": {"enterprise": own, "topics": "fire", "text": "样例约定"},
                "/campaigns": {"topic": "fraud", "people": "12"},
                "/stations": {"station": "stations:S0", "service": "legal", "people": "2"},
            }.items()
        }
        figures = client.get("/v1/services/figures?month=2026-11").status_code
    staff, signed = role in STATION, role is not None
    reads = {
        "/orders": staff or role == "enterprise",
        "/guidance": staff or role == "enterprise",
        "/campaigns": staff,
    }
    for path, may in reads.items():
        assert shown[path].status_code == (200 if may else 403 if signed else 303), path
    assert shown["/stations"].status_code == 200
    told = staff or role in {"analyst", "mediator"}
    assert ("样例企业 站 0" in shown["/stations"].text) == told
    writes = {
        "/orders": {"enterprise", "clerk"},
        "/guidance": {"officer"},
        "/campaigns": {"clerk"},
        "/stations": {"officer", "clerk"},
    }
    for path, who in writes.items():
        assert sent[path] == (303 if role in who else 403 if signed else 401), path
    assert figures == (200 if told else 403 if signed else 401)


def test_what_an_officer_promises_is_a_stop_and_the_visit_keeps_it(
    server: Server, browse: Browse
) -> None:
    """Written down on the phone; in the plan by its day; settled by the visit made for it."""
    whose = server.park.records("enterprises")[21]
    zone = read_park(server.park_file).zone
    by = (datetime.now(zone) + timedelta(days=8)).date().isoformat()
    page, notes = browse(server, "officer", viewport=PHONE)
    notes.forgiven = ("422",)
    page.goto("/guidance?q=E021")
    page.locator(".choices a").click()
    page.locator("[name=topics][value=electric]").check()
    page.fill("#text", "样例：一周内换掉老化的线")
    page.fill("#next_step", "样例：回来看换好没有")
    page.get_by_role("button", name="存好").click()
    page.wait_for_selector(".err")
    assert page.locator("#next_by[aria-invalid]").count() == 1
    assert page.is_checked("[name=topics][value=electric]")
    page.fill("#next_by", by)
    page.get_by_role("button", name="存好").click()
    page.get_by_text("已存好").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    (given,) = [one for one in server.park.records("guidance") if one.enterprise_id == whose.id]
    assert given.topics == ("electric",)
    (stop,) = stops_for(plan(server), given.id)
    assert stop["tier"] == "must"
    assert stop["reason"] in {"guidance", "random"}, "the lot may have drawn it too"
    visit(server, stop["premises_id"])
    assert stops_for(plan(server), given.id) == []
    month = datetime.now(zone).strftime("%Y-%m")
    with server.client("chief") as chief:
        told = chief.get(f"/v1/services/figures?month={month}").json()["guidance"]
        shown = chief.get("/guidance", headers=HTML).text
    assert (told["promised"], told["kept"], told["overdue"]) == (1, 1, 0)
    assert "结果：做到了" in shown


def test_a_promise_that_was_not_kept_needs_a_reason_and_is_settled_once(server: Server) -> None:
    """By hand: the page comes back with why; a second time there is nothing to settle."""
    whose = server.park.records("enterprises")[30].id
    zone = read_park(server.park_file).zone
    by = (datetime.now(zone) + timedelta(days=3)).date().isoformat()
    said = {"enterprise_id": whose, "topics": ["rules"], "next_step": "样例", "next_by": by}
    with server.client("officer") as officer:
        made = officer.post("/ogc/collections/guidance/items", json={"properties": said})
        assert made.status_code == 201, made.text
        here = f"/guidance/{quote(made.json()['id'], safe='')}"
        bare = officer.post(here, data={"code": "not_kept"})
        assert bare.status_code == 422
        assert 'aria-invalid="true"' in bare.text
        done = officer.post(here, data={"code": "not_kept", "text": "样例：还在等材料"})
        assert done.status_code == 303
        again = officer.post(here, data={"code": "kept"})
        assert again.status_code == 409
        past = {**said, "next_by": "2020-01-01"}
        refused = officer.post("/ogc/collections/guidance/items", json={"properties": past})
        assert refused.status_code == 400


def test_an_enterprise_reads_what_was_agreed_with_it_only(server: Server) -> None:
    """Not who was there, not what was agreed with another."""
    own, other = enterprise_of(server), server.park.records("enterprises")[40].id
    with server.client("officer") as officer:
        for whose, text in ((own, "给自己的约定"), (other, "给别家的约定")):
            said = {"enterprise_id": whose, "topics": ["fire"], "text": text, "officer_id": "o:1"}
            made = officer.post("/ogc/collections/guidance/items", json={"properties": said})
            assert made.status_code == 201, made.text
    with server.client("enterprise") as client:
        page = client.get("/guidance", headers=HTML).text
        items = client.get("/ogc/collections/guidance/items").text
    for said in (page, items):
        assert "给自己的约定" in said
        assert "给别家的约定" not in said
        assert "o:1" not in said
        assert "样例警长甲" not in said


def test_a_campaign_and_a_service_are_in_the_months_figures(server: Server) -> None:
    """Counted on its page, in the figures, in the workbook; people that are no number are not."""
    zone = read_park(server.park_file).zone
    month = datetime.now(zone).strftime("%Y-%m")
    with server.client("clerk") as clerk:
        before = clerk.get(f"/v1/services/figures?month={month}").json()
        bad = clerk.post("/campaigns", data={"topic": "fire", "people": "很多"})
        assert bad.status_code == 422
        assert "人数写成整数" in bad.text
        assert (
            clerk.post("/campaigns", data={"topic": "fire", "people": "1,250"}).status_code == 303
        )
        once = {"station": "stations:S1", "service": "drill", "people": "7", "key": "once-drill"}
        assert [clerk.post("/stations", data=once).status_code for _ in range(2)] == [303, 303]
        after = clerk.get(f"/v1/services/figures?month={month}").json()
        page = clerk.get("/stations", headers=HTML).text
        sheet = clerk.get(f"/v1/services/figures?month={month}&f=xlsx")
    assert after["campaigns"]["people"] - before["campaigns"]["people"] == 1250
    served = {one["id"]: one["by_service"] for one in after["stations"]}
    assert served["stations:S1"]["drill"] == 7
    row = page.split("样例企业 站 1")[-1]
    assert re.search(r"7 人（0）", row)
    assert sheet.status_code == 200


def test_coverage_on_the_page_is_what_the_api_says(server: Server) -> None:
    """Zone by zone; a dispute that nobody has is proposed to the studio."""
    with server.client("chief") as chief:
        told = chief.get("/v1/stations/coverage?minutes=1").json()
        page = chief.get("/stations?minutes=1", headers=HTML).text
    beyond = sum(one["premises_beyond"] for one in told["zones"])
    assert beyond > 0
    assert f"{beyond} 处场所 1 分钟内到不了" in page
    for one in told["zones"]:
        assert re.search(
            rf"{one['name']}</th><td class=\"num\">{one['premises']}</td>"
            rf"<td class=\"num\"><b>{one['premises_beyond']}</b>",
            page,
        )
