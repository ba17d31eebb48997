"""From a report's 201 to the map: the stream, the tile, the picture in a browser, and a flood.

The sample park is served as a process of its own, with Chromium and one more listener open on it.
An officer's reports are posted one by one, each at a premises of its own; then many thousands are
put into the store at once, as an import by another process does. `python -m bench.live_map` runs
it alone.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, sync_playwright

from api.mesh import TILE, pixel_of
from bench.browser import _FLAGS, _SEEN, _WATCH, _context, _fill, _make, _served
from bench.table import Line, show

SHOWN_S = 0.1
REPORTS = 15
FLOOD = 90_000
_SURFACE, _ZOOM = "intensity.fraud", 17
_SWAPPED = """() => {
  window.swapped = [];
  const note = () => window.swapped.push(performance.timeOrigin + performance.now());
  new MutationObserver(note).observe(document.querySelector('.leaflet-tile-pane'),
    { subtree: true, attributes: true, attributeFilter: ['src'] });
}"""
_NEWS = "() => document.getElementById('news').textContent"


def measure(months: int = 13) -> list[Line]:
    """Give the lines: the middle of `REPORTS` reports, the slowest in the note."""
    path = shutil.which("chromium") or "/usr/bin/chromium"
    if not Path(path).exists():
        return []
    with tempfile.TemporaryDirectory(prefix="geo-risk-live-") as folder:
        store_of = _make(Path(folder), months)
        with _served(Path(folder)) as told, sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=path, args=_FLAGS)
            page = _context(browser, told).new_page()
            page.goto(f"/#surface={_SURFACE}")
            page.wait_for_selector("html[data-ready]", timeout=60_000)
            with page.expect_request("**/v1/live"):
                pass
            page.wait_for_timeout(500)
            lines = [*_one_by_one(page, told), _flood(page, store_of)]
            browser.close()
    return lines


def _one_by_one(page: Page, told: dict[str, Any]) -> list[Line]:
    headers = {"Authorization": f"Bearer {told['tokens']['officer']}"}
    posts, messages, tiles, pictures = [], [], [], []
    with httpx.Client(base_url=told["address"], headers=headers, timeout=60) as client:
        heard = _listen(told["address"], headers)
        places = client.get("/v1/map").json()["premises"]["features"]
        places = [one["geometry"]["coordinates"] for one in places if one["geometry"]]
        client.get(f"/v1/surfaces/{_SURFACE}/value", params=_point(places[0]))
        page.evaluate(_SWAPPED)
        for place in places[:: len(places) // REPORTS]:
            count = len(heard)
            begun = time.time()
            client.post("/ogc/collections/reports/items", json=_body(place)).raise_for_status()
            answered = time.time()
            _until(lambda count=count: len(heard) > count)  # type: ignore[misc]
            at, change = heard[count]
            posts.append(answered - begun)
            messages.append(at - answered)
            if not change["changes"]:
                continue  # its class is what it was: no tile looks different
            client.get(_tile(change, place)).raise_for_status()
            tiles.append(time.time() - answered)
            page.wait_for_timeout(400)
            seen = [one / 1000 for one in page.evaluate("window.swapped") if one / 1000 > answered]
            pictures += [seen[0] - answered] if seen else []
    return [
        _line("a report posted, to its 201", posts),
        _line("201 to the message on /v1/live", messages, SHOWN_S),
        _line("201 to its tile, fetched", tiles, SHOWN_S),
        _line("201 to its tile swapped in Chromium's map", pictures),
    ]


def _line(what: str, took: list[float], target: float | None = None) -> Line:
    note = f"the slowest of {len(took)}: {max(took):.3f} s"
    return Line(what, statistics.median(took), len(took), target, note=note)


def _flood(page: Page, store_of: Any) -> Line:
    """Put many reports at once; until the open page has told of them all."""
    page.evaluate(_WATCH)
    with store_of() as store:
        there = len(store.report_points())
        _fill(store, there + FLOOD)
        put = len(store.report_points()) - there
    done = time.time()
    _until(lambda: _told(page.evaluate(_NEWS)) >= put, 120.0)
    took = time.time() - done
    frames = page.evaluate(_SEEN)
    marks = page.locator(".fresh").count()
    note = (
        f"{put:,} reports put by another process; {marks} marks on the map; "
        f"95 % of frames within {frames['late']:.0f} ms meanwhile"
    )
    return Line(
        "a flood: the last is committed, to the open page's note", max(took, 0.0), note=note
    )


def _told(text: str) -> int:
    found = re.search(r"[\d,]+", text.replace(" ", ""))
    return int(found[0].replace(",", "")) if found else 0


def _until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > ends:
            raise TimeoutError
        time.sleep(0.002)


def _listen(address: str, headers: dict[str, str]) -> list[tuple[float, dict[str, Any]]]:
    """Listen in a thread: when tiles of the surface changed, and how."""
    heard: list[tuple[float, dict[str, Any]]] = []
    ready = threading.Event()

    def listen() -> None:
        asked = {**headers, "Accept": "text/event-stream"}
        with (
            contextlib.suppress(httpx.HTTPError),
            httpx.Client(base_url=address, headers=asked, timeout=60) as client,
            client.stream("GET", "/v1/live") as answer,
        ):
            for line in answer.iter_lines():
                ready.set()
                if line.startswith('data: {"surfaces"'):
                    changed = json.loads(line.removeprefix("data: "))["surfaces"]
                    heard.extend((time.time(), one) for one in changed if one["id"] == _SURFACE)

    threading.Thread(target=listen, daemon=True).start()
    ready.wait(10)
    return heard


def _tile(change: dict[str, Any], place: list[float]) -> str:
    x, y = (int(one // TILE) for one in pixel_of(place[0], place[1], _ZOOM))
    rev = change["changes"][-1]["rev"]
    return f"/tiles/{_SURFACE}@{change['version']}.{rev}/{_ZOOM}/{x}/{y}.png"


def _point(place: list[float]) -> dict[str, float]:
    return {"lon": place[0], "lat": place[1]}


def _body(place: list[float]) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    told = {"kind": "fraud", "severity": "major", "occurred_from": now, "occurred_to": now}
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": place},
        "properties": told,
    }


def main() -> int:
    """Measure alone."""
    lines = measure()
    print(show(lines))
    return int(not all(one.within for one in lines))


if __name__ == "__main__":
    raise SystemExit(main())
