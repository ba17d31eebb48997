"""What is written in a name never runs: every payload, in every sink, in a real browser.

The browser is told to ignore our content policy here, so that nothing but the pages' own care keeps
a payload from running; that the policy would stop it too is tested elsewhere.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page

from geo_risk.records import Actor, Audience, Role
from maps.views import Frame
from tests.live.browser import Camera, settle
from tests.live.evil_park import EVERY, PAYLOADS
from tests.live.small_park import SmallPark
from tests.unit.maps.test_pages import PAGES

pytest_plugins = ("tests.live.browser_fixtures", "tests.live.evil_fixtures")

KEEPER = Actor(id="tests", role=Role.KEEPER, door="cli")
NOW = datetime(2026, 5, 13, 6, tzinfo=UTC)
_RAN = """() => ({
  hacked: window.hacked ?? null,
  handlers: document.querySelectorAll('[onerror],[onload],[onmouseover],[onfocus]').length,
  pictures: document.querySelectorAll('img[src=x]').length,
  addresses: [...document.querySelectorAll('[href],[src],[action]')].filter((one) =>
    /^\\s*javascript:/i.test(one.getAttribute('href') ?? one.getAttribute('src') ??
      one.getAttribute('action'))).length,
})"""
NOTHING = {"hacked": None, "handlers": 0, "pictures": 0, "addresses": 0}


@pytest.fixture
def lax(chromium: Browser) -> Iterator[Page]:
    """A page in a browser that enforces no content policy."""
    context = chromium.new_context(bypass_csp=True, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


def ran(page: Page) -> dict[str, Any]:
    """Say what a page's payloads managed to do, after a moment in which they could have."""
    page.wait_for_timeout(30)
    said: dict[str, Any] = page.evaluate(_RAN)
    return said


def _frame(text: str) -> Frame:
    return Frame(
        park_name=text,
        zone=ZoneInfo("Asia/Shanghai"),
        synthetic=True,
        audience=Audience.STATION,
        user=text,
        as_of=NOW,
        approval_number=text,
    )


@pytest.mark.parametrize("name", [*PAYLOADS, "every"])
def test_no_page_runs_what_a_name_says(lax: Page, name: str) -> None:
    """Every template of the console, each text in it the payload."""
    text = EVERY if name == "every" else PAYLOADS[name]
    lax.route("**/*", lambda route: route.abort())
    for key, make in PAGES.items():
        lax.set_content(make(_frame(text), text, "zh"), wait_until="commit")
        assert ran(lax) == NOTHING, key


def test_the_checks_would_notice(lax: Page) -> None:
    """A page that does put the payloads in as markup fails each of them."""
    lax.set_content(f"<p>{PAYLOADS['image']}{PAYLOADS['textarea']}</p>")
    lax.wait_for_function("() => window.hacked")
    assert ran(lax)["handlers"] == 2
    lax.set_content(f'<a href="{PAYLOADS["address"]}">x</a>')
    assert ran(lax)["addresses"] == 1


def _sign_in(page: Page, server: Any, role: str) -> None:
    name, password = server.logins[role]
    page.goto(f"{server.url}/login")
    page.fill("#username", name)
    page.fill("#password", password)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda address: "/login" not in address)


def _links(page: Page, server: Any) -> set[str]:
    found = page.evaluate(
        "() => [...document.links].map((one) => one.href.split('#')[0])"
        ".filter((one) => one.startsWith(location.origin))"
    )
    paths = {one.removeprefix(server.url) for one in found}
    return {one for one in paths if "f=xlsx" not in one and not one.endswith((".xlsx", ".pdf"))}


def test_a_park_of_payloads_is_walked_and_nothing_runs(
    evil: tuple[SmallPark, Any], lax: Page
) -> None:
    """Every page that links lead the chief to, and what presses on the map bring up."""
    park, server = evil
    _sign_in(lax, server, "chief")
    lax.goto(server.url)
    settle(lax)
    camera = Camera.of(lax)
    for place in list(park.places.values())[:2]:
        x, y = camera.pixel(*place)
        lax.locator("#map_park").click(position={"x": x, "y": y})
        lax.wait_for_function("() => document.querySelector('#place .premises')")
        assert ran(lax) == NOTHING
    assert "<img src=x" in lax.locator("#place").inner_text()
    lax.locator(".station").first.hover()
    lax.locator(".station").first.click()
    lax.check("[data-layer=reports]")
    lax.wait_for_function("() => document.querySelector('#reports-line').textContent")
    lax.evaluate("map_park.setZoom(17)")
    lax.fill("#find", "javascript")
    lax.wait_for_selector("#found li b")
    assert "onmouseover" in lax.locator("#found").inner_text()
    lax.keyboard.press("Enter")
    assert ran(lax) == NOTHING
    seen, waiting = set(), ["/", "/?time=2026-09", "/zones?time=2026-09", "/?lang=en"]
    while waiting and len(seen) < 45:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        answer = lax.goto(f"{server.url}{path}", wait_until="load")
        if answer is None or "text/html" not in answer.headers.get("content-type", ""):
            continue
        if path.split("?")[0] == "/":
            settle(lax)
        assert ran(lax) == NOTHING, path
        waiting += sorted(_links(lax, server) - seen - set(waiting) - {"/logout"})
    assert len(seen) > 25


def test_a_map_file_of_payloads_runs_none_of_them(
    evil: tuple[SmallPark, Any], lax: Page, command_path: str, tmp_path: Path
) -> None:
    """One file, from a folder with a Chinese name and spaces, opened from disk."""
    park, server = evil
    out = tmp_path / "U 盘 资料" / "风险 地图 (1).html"
    out.parent.mkdir()
    subprocess.run(
        [command_path, "render", str(park.park_file), str(out), "--audience", "station", "--names"],
        env={**os.environ, "GEO_RISK_STATE": str(server.state_dir)},
        check=True,
        capture_output=True,
    )
    asked: list[str] = []
    lax.on("request", lambda request: asked.append(request.url))
    lax.goto(out.as_uri())
    settle(lax)
    camera = Camera.of(lax)
    x, y = camera.pixel(*next(iter(park.places.values())))
    lax.locator("#map_park").click(position={"x": x, "y": y})
    lax.wait_for_function("() => document.querySelector('#place .premises')")
    lax.fill("#find", "img")
    lax.wait_for_selector("#found li b")
    assert ran(lax) == NOTHING
    assert {one.split(":")[0] for one in asked} <= {"file", "data"}
    assert sum(one.startswith("file:") for one in asked) == 1


def test_what_is_new_is_told_while_the_map_is_open(evil: tuple[SmallPark, Any], lax: Page) -> None:
    """A report and a publication made elsewhere: a note, a mark on the map, an earlier map."""
    _, server = evil
    _sign_in(lax, server, "chief")
    lax.goto(server.url)
    settle(lax)
    with lax.expect_request("**/v1/live", timeout=15_000):
        pass
    lax.wait_for_timeout(600)
    with server.client("officer") as officer:
        premises = officer.get("/v1/map").json()["premises"]["features"][0]["properties"]["id"]
        body = {"properties": {"kind": "hazard", "premises_id": premises, "text": EVERY}}
        answer = officer.post("/ogc/collections/reports/items", json=body)
        assert answer.status_code == 201, answer.text
        listened = officer.get("/v1/live", headers={"Last-Event-ID": _first_event(officer)})
    lax.get_by_text("新上报 1 起").wait_for()
    assert lax.locator(".fresh").count() == 1
    assert "event: report" in listened.text
    assert "hacked" not in listened.text
    with server.park.open() as store:
        publication = store.publication()
        assert publication is not None
        store.publish(publication, actor=KEEPER, at=datetime.now(UTC))
    lax.get_by_text("地图有新数据").wait_for()
    assert ran(lax) == NOTHING
    lax.wait_for_timeout(800)
    lax.get_by_role("button", name="换上新的").click()
    settle(lax)
    lax.locator("#times summary").click()
    assert lax.get_by_role("link", name="以前的地图").count() == 1
    lax.get_by_role("link", name="以前的地图").click()
    lax.wait_for_function("() => location.search === '?time=p1'")
    lax.wait_for_function("() => document.querySelector('#times output').textContent[0] === '以'")
    assert lax.locator(".leaflet-tile-pane img").count() > 0


def test_the_public_hears_of_publications_only(evil: tuple[SmallPark, Any]) -> None:
    """No report, no place, no kind leaves to who is not signed in; nor can it look back."""
    _, server = evil
    with server.client() as public, server.client("officer") as officer:
        first = _first_event(officer)
        listened = public.get("/v1/live", headers={"Last-Event-ID": first})
        assert listened.status_code == 200
        assert "event: report" not in listened.text
        assert public.get("/v1/surfaces").json()["times"] == []
        for path in ("/v1/surfaces?time=2026-09", "/v1/map/reports", "/v1/map/find?q=a"):
            assert public.get(path).status_code == 401, path
        assert public.get("/?time=2026-09", follow_redirects=False).status_code != 200


def _first_event(client: Any) -> str:
    """Give an id before all of this minute's events: ids rise with time."""
    now = client.get("/v1/live").text.split("id: ", 1)[1].split()[0]
    early = int(now.replace("-", ""), 16) - (60_000 << 80)
    return str(UUID(int=early))
