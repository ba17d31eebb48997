"""A case over HTTP, from report to closure, by each role; what it changes behind other doors."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import openpyxl
import pytest

from api.auth import new_token
from geo_risk.records import Actor, Role
from maps.words.isolate import isolated
from tests.live.commands import run_for_json
from tests.live.conftest import BuiltPark, Server
from tests.live.small_park import SmallPark, write_small_park

pytest_plugins = ("tests.live.browser_fixtures",)

REPORTS = "/ogc/collections/reports/items"
ITEMS = "/ogc/collections/enterprises/items"


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> SmallPark:
    """A small park with five months of hazards, all closed but `X1` and its repeat `X2`."""
    small = write_small_park(tmp_path_factory.mktemp("cases") / "park")
    places = [place for one, place in sorted(small.places.items()) if "E" in one]
    today = datetime.now(UTC).replace(microsecond=0)
    rows = [["id", "occurred", "reported_at", "closed_at", "state", "severity", "lon", "lat"]]
    for n in range(60):
        told = today - timedelta(days=150 - 2.4 * n)
        lon, lat = places[n]
        rows.append([f"R{n}", told, told, told + timedelta(days=2), "closed", "minor", lon, lat])
    for name in ("X1", "X2"):
        told = today - timedelta(days=100)
        rows.append([name, told, told, "", "reported", "major", *places[0]])
    told, done = "2026-03-24T10:00:00+08:00", "2026-03-31T20:00:00+08:00"
    rows.append(["M1", told, told, done, "closed", "minor", *places[1]])
    with (small.park_file.parent / "reports.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    with small.park_file.open("a", encoding="utf-8") as file:
        file.write(
            '[[source]]\nkind = "reports"\nfile = "reports.csv"\ndatum = "wgs84"\n'
            'set = { kind = "hazard", channel = "grid" }\n'
        )
    return small


@pytest.fixture(scope="module")
def server(small, server_on) -> Iterator[Server]:
    """The small park, built and served."""
    park = BuiltPark(small.park_file, small.park_file.parents[1] / "state")
    park.build()
    with server_on(park) as one:
        yield one


def report(server: Server, role: str = "officer", **said: Any) -> str:
    with server.client(role) as client:
        made = client.post(REPORTS, json={"properties": {"kind": "hazard", **said}})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def path(report_id: str) -> str:
    return f"/v1/reports/{quote(report_id, safe='')}/transitions"


def take(server: Server, role: str, report_id: str, action: str, **more: Any) -> httpx.Response:
    with server.client(role) as client:
        etag = client.get(path(report_id)).headers.get("etag", '"*"')
        body = {"action": action, **more}
        return client.post(path(report_id), json=body, headers={"If-Match": etag})


def done(server: Server, role: str, report_id: str, action: str, **more: Any) -> dict[str, Any]:
    answer = take(server, role, report_id, action, **more)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def first_premises(server: Server) -> str:
    return next(one.id for one in server.park.records("premises") if one.lon is not None)


def test_a_hazard_goes_from_report_to_closure(server):
    """派单, 整改, 复查, 销号; each step by its role, and the item says so at another door."""
    made = report(server, severity="general", text="样例隐患:线路老化")
    done(server, "clerk", made, "assign", station_id="stations:S0", text="请核实")
    done(server, "officer", made, "start")
    done(server, "officer", made, "rectify")
    refused = take(server, "clerk", made, "pass")
    assert refused.status_code == 403
    done(server, "officer", made, "fail", text="线头仍外露")
    done(server, "officer", made, "rectify")
    closed = done(server, "chief", made, "pass")
    assert closed["state"] == "closed"
    with server.client("chief") as chief:
        item = chief.get(f"{REPORTS}/{quote(made, safe='')}").json()["properties"]
        assert item["state"] == "closed"
        assert item["closed_at"]
        told = chief.get(path(made)).json()
    assert [one["action"] for one in told["steps"]] == [
        *("assign", "start", "rectify", "fail", "rectify", "pass"),
    ]
    assert told["steps"][0]["text"] == "请核实"
    assert {one["action"] for one in told["possible"]} == {"reopen", "correct", "remark"}


def test_a_report_is_due_by_the_table_from_the_day_it_comes_in(server):
    """7 days of a minor hazard, 30 once it is found to be major; a page names the missing year."""
    made = report(server)
    with server.client("clerk") as clerk:
        before = clerk.get(path(made)).json()
    changes = {"severity": "major"}
    after = done(server, "clerk", made, "correct", text="复核:有坍塌危险", changes=changes)
    days = [
        (datetime.fromisoformat(one["due"]) - datetime.now(UTC)).days for one in (before, after)
    ]
    assert 7 <= days[0] <= 10
    assert 30 <= days[1] <= 33
    assert any("weekends only" in one for one in before["warnings"])


def test_a_major_hazard_waits_for_a_second_person(server):
    """One's own account is not a second one."""
    made = report(server, severity="major")
    done(server, "officer", made, "protect", text="已拉警戒线")
    done(server, "officer", made, "rectify")
    with server.client("officer") as officer:
        (step,) = (
            one for one in officer.get(path(made)).json()["possible"] if one["action"] == "pass"
        )
    assert step["missing"] == ["second_id"]
    assert take(server, "chief", made, "pass").status_code == 422
    assert take(server, "chief", made, "pass", second_id="demo-chief").status_code == 422
    assert done(server, "chief", made, "pass", second_id="demo-clerk")["state"] == "closed"


def test_what_is_impossible_names_what_is_possible(server):
    """409 with the words that would do."""
    made = report(server)
    answer = take(server, "chief", made, "reopen")
    assert answer.status_code == 409
    assert "assign" in answer.json()["hint"]
    assert take(server, "chief", made, "fly").status_code == 422
    with server.client("chief") as chief:
        bare = chief.post(path(made), json={"action": "start"})
        gone = chief.post(path("http:no"), json={"action": "start"}, headers={"If-Match": "*"})
    assert (bare.status_code, gone.status_code) == (428, 404)


def test_of_two_people_at_once_one_is_told(server):
    """Both saw the same state: one step is taken, the other is 412; a repeat with a key is one."""
    made = report(server)
    with server.client("officer") as client:
        etag = client.get(path(made)).headers["etag"]

    def start(n: int) -> int:
        with server.client(("officer", "chief")[n % 2]) as client:
            answer = client.post(path(made), json={"action": "start"}, headers={"If-Match": etag})
        return answer.status_code

    with ThreadPoolExecutor(4) as pool:
        codes = sorted(pool.map(start, range(4)))
    assert codes == [201, 412, 412, 412]
    with server.client("officer") as client:
        headers = {"If-Match": "*", "Idempotency-Key": f"cases-{made[-12:]}"}
        first = client.post(path(made), json={"action": "rectify"}, headers=headers)
        again = client.post(path(made), json={"action": "rectify"}, headers=headers)
        other = client.post(path(made), json={"action": "start"}, headers=headers)
        steps = client.get(path(made)).json()["steps"]
    assert first.content == again.content
    assert other.status_code == 422
    assert [one["action"] for one in steps] == ["start", "rectify"]


def test_each_role_does_its_own(server):
    """A mediator disputes only, an enterprise its own hazards, a volunteer and nobody nothing."""
    hazard, quarrel = report(server), report(server, kind="dispute")
    assert take(server, "mediator", hazard, "assign", station_id="stations:S0").status_code == 404
    done(server, "mediator", quarrel, "mediate", level="village")
    done(server, "mediator", quarrel, "settle", text="双方签字")
    assert done(server, "mediator", quarrel, "follow_up")["state"] == "followed_up"
    own = report(server, "enterprise")
    done(server, "enterprise", own, "rectify")
    with server.client("enterprise") as firm:
        seen = firm.get(path(own)).json()
        assert firm.get(path(hazard)).status_code == 404
    assert {one["action"] for one in seen["possible"]} == {"protect"}
    assert not {"actor_id", "text"} & set(seen["steps"][0])
    mine = report(server, "volunteer")
    assert take(server, "volunteer", mine, "start").status_code == 403
    with server.client() as nobody:
        assert nobody.get(path(own)).status_code == 401
        assert nobody.get("/v1/cases").status_code == 401
    for role in ("enterprise", "volunteer", "portal"):
        with server.client(role) as client:
            for one in ("/v1/cases", "/v1/cases/figures", "/v1/cases/duplicates"):
                assert client.get(one).status_code == 403, (role, one)


def test_every_figure_opens_into_its_items(server):
    """JSON and workbook hold the same counts, groups add up, and each item is a case."""
    late = report(server, occurred_from="2026-01-05T08:00:00+08:00", severity="minor")
    with server.client("chief") as chief:
        for by in ("kind", "channel", "zone", "zone_now", "station", "team"):
            told = chief.get(f"/v1/cases/figures?by={by}").json()
            for measure, ids in told["total"]["items"].items():
                if by == "team" and measure == "reported":
                    continue
                rows = [id_ for one in told["rows"] for id_ in one["items"][measure]]
                assert sorted(rows) == ids, (by, measure)
            for one in told["rows"]:
                assert one["counts"] == {name: len(ids) for name, ids in one["items"].items()}
                if by == "team":
                    assert one["closed_in_time"] is None
                    assert "reported" not in one["counts"]
        listed = {one["id"] for one in chief.get("/v1/cases").json()["cases"]}
        total = chief.get("/v1/cases/figures?by=kind").json()["total"]
        assert set(total["items"]["open_not_due"]) <= listed
        assert late in listed
        book = chief.get("/v1/cases/figures?by=kind&f=xlsx")
        sheet = openpyxl.load_workbook(io.BytesIO(book.content))["数字明细"]
        assert sheet.max_row > len(total["items"]["reported"])
        assert chief.get("/v1/cases?f=xlsx").status_code == 200
        assert chief.get("/v1/cases/figures?from=2026-02-01&to=2026-01-01").status_code == 422
        assert chief.get("/v1/cases/figures?by=officer").status_code == 422
    with server.client("analyst") as analyst:
        assert analyst.get("/v1/cases/figures?by=team").status_code == 403


def test_what_is_due_on_a_months_last_day_is_that_months(server):
    """Due on 31 March and closed that evening: March's, in time; nothing of it in April."""
    with server.client("chief") as chief:
        listed = chief.get("/ogc/collections/reports/items/reports%3AM1").json()
        assert listed["properties"]["state"] == "closed"
        for first, last, counts in (("01", "31", True), ("31", "31", True), ("01", "30", False)):
            asked = {"from": f"2026-03-{first}", "to": f"2026-03-{last}"}
            items = chief.get("/v1/cases/figures", params=asked).json()["total"]["items"]
            for measure in ("due", "in_time"):
                assert ("reports:M1" in items[measure]) is counts, (asked, measure)
        asked = {"from": "2026-04-01", "to": "2026-04-30"}
        assert "reports:M1" not in str(chief.get("/v1/cases/figures", params=asked).json())


def test_a_mediator_learns_whom_to_call_with_the_case(server):
    """Contact and phone of parties to its studio's disputes only, as items and as a workbook."""
    firms = server.park.records("enterprises")[:2]
    numbers = {firms[0].id: "13800000001", firms[1].id: "13800000002"}
    now = datetime.now(UTC)
    secret, token = new_token("studio", Role.MEDIATOR, now)
    keeper = Actor("tests", Role.KEEPER, "cli")
    with server.park.open() as store:
        told = [replace(one, contact="样例联系", phone=numbers[one.id]) for one in firms]
        store.put(told, actor=keeper, at=now)
        store.put_token(replace(token, station_id="stations:S0"), actor=keeper, at=now)

    def seen(headers: dict[str, str]) -> tuple[set[str], int]:
        found: set[str] = set()
        with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client:
            items = client.get(ITEMS, params={"limit": 1000})
            one = [client.get(f"{ITEMS}/{quote(name, safe='')}") for name in numbers]
            book = client.get(ITEMS, params={"f": "xlsx"})
            pages = [client.get(f"/v1/map/find?q={name}") for name in (*numbers, "138000")]
        said = [items.text, *(each.text for each in (*one, *pages))]
        if book.status_code == 200:
            sheets = openpyxl.load_workbook(io.BytesIO(book.content)).worksheets
            said += [str(list(sheet.values)) for sheet in sheets]
        for name, number in numbers.items():
            if any(number in text for text in said):
                found.add(name)
        return found, items.text.count("样例联系")

    studio = {"Authorization": f"Bearer {secret}"}
    unbound = {"Authorization": f"Bearer {server.tokens['mediator']}"}
    chief = {"Authorization": f"Bearer {server.tokens['chief']}"}
    assert seen(chief) == (set(numbers), 2)
    assert seen(studio) == (set(), 0)
    quarrel = report(server, "clerk", kind="dispute", enterprise_id=firms[0].id)
    assert seen(studio) == (set(), 0), "nobody gave it the case yet"
    done(server, "clerk", quarrel, "assign", station_id="stations:S0", text="请调解")
    assert seen(studio) == ({firms[0].id}, 1)
    assert seen(unbound) == (set(), 0), "no studio, no case of its own"


ORDER = """(element) => {
  const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const lefts = [];
  for (let node = text.nextNode(); node; node = text.nextNode()) {
    for (let n = 0; n < node.length; n += 1) {
      const range = document.createRange();
      range.setStart(node, n);
      range.setEnd(node, n + 1);
      if (node.data[n].trim()) lefts.push(range.getBoundingClientRect().left);
    }
  }
  return lefts.every((left, n) => n === 0 || left > lefts[n - 1]);
}"""
"""Whether the letters of an element stand from left to right in the order they are read."""


def test_a_name_that_turns_the_writing_turns_nothing_beside_it(server, browse):
    """Kept as it was typed; on the page of its case all that stands beside it is in order."""
    name = "甲\u202e乙丙"
    firm = server.park.records("enterprises")[2]
    with server.park.open() as store:
        keeper, now = Actor("tests", Role.KEEPER, "cli"), datetime.now(UTC)
        store.put([replace(firm, name=name)], actor=keeper, at=now)
    made = report(server, "clerk", enterprise_id=firm.id, severity="minor")
    with server.client("chief") as chief:
        item = chief.get(f"{ITEMS}/{quote(firm.id, safe='')}").json()
    assert item["properties"]["name"] == name, "what was typed is kept"
    page, _ = browse(server, "chief")
    page.goto(f"/cases/{quote(made, safe='')}")
    page.locator("h1").wait_for()
    shown = page.locator("main").inner_text()
    assert isolated(name) in shown
    assert name not in shown.replace(isolated(name), "")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p id=beside></p>')")
    for said, in_order in ((name, False), (isolated(name), True)):
        page.evaluate(
            "(name) => { beside.innerHTML = '<i></i><span>整改期限 12 月</span>';"
            "beside.firstChild.textContent = name; }",
            said,
        )
        assert page.locator("#beside span").evaluate(ORDER) is in_order, said


def test_the_same_thing_said_twice_is_proposed_and_merged(server):
    """Near in place, time and words; merged it is no open case, undone it is one again."""
    where = {"premises_id": first_premises(server)}
    one = report(server, text="二楼安全出口上锁,打不开", **where)
    two = report(server, text="安全出口在二楼被上锁了", **where)
    with server.client("clerk") as clerk:
        pairs = clerk.get("/v1/cases/duplicates")
        assert {"first_id": one, "second_id": two}.items() <= pairs.json()["pairs"][0].items()
        assert "安全出口" not in pairs.text
        done(server, "clerk", two, "merge", other_id=one)
        listed = {row["id"] for row in clerk.get("/v1/cases").json()["cases"]}
        assert one in listed
        assert two not in listed
        done(server, "clerk", two, "unmerge", text="是两处")
        assert two in {row["id"] for row in clerk.get("/v1/cases").json()["cases"]}


def test_closing_merging_and_reopening_change_the_surfaces(server, small):
    """Intensity and combined risk at the place fall, fall and rise with the next publication."""
    lon, lat = next(place for one, place in sorted(small.places.items()) if "E" in one)
    one, two = "reports:X1", "reports:X2"

    def value(surface: str) -> float:
        with server.client("chief") as chief:
            answer = chief.get(f"/v1/surfaces/{surface}/value?lon={lon}&lat={lat}")
        return float(answer.json()["value"])

    def built() -> tuple[float, float]:
        server.park.build()
        time.sleep(1.5)  # shown within a second
        return value("intensity.hazard"), value("risk.combined")

    open_both = built()
    done(server, "clerk", two, "merge", other_id=one)
    merged = built()
    done(server, "officer", one, "rectify")
    done(server, "officer", one, "pass", second_id="demo-chief")
    closed = built()
    done(server, "clerk", one, "reopen", text="又被堵上")
    reopened = built()
    done(server, "clerk", two, "unmerge", text="是两处")
    apart = built()
    for n in (0, 1):
        assert closed[n] < 0.9 * merged[n] < 0.8 * open_both[n]
        assert reopened[n] == pytest.approx(merged[n], rel=1e-3)
        assert apart[n] == pytest.approx(open_both[n], rel=1e-3)


def test_the_command_counts_what_the_route_counts(server, command_path):
    """One figure, two doors."""
    state = server.park.state_dir
    told = run_for_json(command_path, "cases", "figures", str(server.park_file), state=state)
    with server.client("chief") as chief:
        route = chief.get("/v1/cases/figures").json()
    assert told["total"] == route["total"]
    assert told["rows"] == route["rows"]
