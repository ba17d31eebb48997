"""Pages in a weak browser: weight of the first view, time until it answers, a dragged map.

The sample park is served as a process of its own; more reports are put into its store until there
are 10,000, then 100,000. Chromium's processor is slowed four times by its own debugger. Frames are
those of the same drag on the map and on an empty Leaflet page, in the same run: a machine that is
slow is slow for both. `python -m bench.browser [--months 13]` runs it alone.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench.table import Line, show, timed
from geo_risk.park import read_park
from geo_risk.pipeline import build
from geo_risk.records import Actor, Report, Role
from geo_risk.settings import Settings
from geo_risk.store import Query, Store, open_store
from maps.assets import find_asset

ROOT = Path(__file__).resolve().parents[1]
SLOWER = 4
FIRST_VIEW_KB = 300.0
INTERACTIVE_S = 1.0
NODES = 1500
FRAME_RATIO = 1.5
STEPS = 120
_KEEPER = Actor(id="bench", role=Role.KEEPER, door="cli")
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
_BATCH = 5000
_OPENED = 5

_WATCH = """() => {
  window.took = [];
  let before = performance.now();
  const tick = (now) => {
    window.took.push(now - before);
    before = now;
    window.watching = requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}"""
_SEEN = """() => {
  cancelAnimationFrame(window.watching);
  const list = window.took.slice(2).sort((a, b) => a - b);
  return { frame: list[Math.floor(list.length / 2)], late: list[Math.floor(list.length * 0.95)],
    frames: list.length };
}"""
_ANSWERS = """() => {
  // Drawn, and free again: a press would be heard now.
  const drawn = () => requestAnimationFrame(() => setTimeout(() => {
    window.answersAt ??= performance.now();
  }));
  if (location.pathname !== "/") return window.addEventListener("load", drawn);
  const look = (_, watch) => {
    if (!document.documentElement?.dataset.ready) return;
    watch.disconnect();
    drawn();
  };
  new MutationObserver(look).observe(document, { attributes: true, subtree: true });
}"""
_MARKED = "() => document.querySelector('#reports-line').textContent"
_EMPTY = """<!doctype html><style>#m{position:absolute;inset:0}</style><div id="m"></div>"""


def measure(months: int = 13) -> list[Line]:
    """Give the lines; weights and counts stand in the notes."""
    path = shutil.which("chromium") or "/usr/bin/chromium"
    if not Path(path).exists():
        return []
    with tempfile.TemporaryDirectory(prefix="geo-risk-browser-") as folder:
        here = Path(folder)
        store_of = _make(here, months)
        with _served(here) as told, sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=path, args=_FLAGS)
            lines = [_said(_first_view(browser, told, path)) for path in ("/", "/today")]
            for reports in (10_000, 100_000):
                with store_of() as store:
                    _fill(store, reports)
                lines += map(_said, _on_the_map(browser, told, reports))
            browser.close()
    return lines


def _said(line: Line) -> Line:
    """Tell a line as soon as it is measured, to who waits."""
    print(f"{line.what}: {line.seconds:.3f} s; {line.note}", file=sys.stderr, flush=True)
    return line


def _make(here: Path, months: int, store_url: str = "") -> Any:
    command = [sys.executable, "-m", "data.sample_park", "--months", str(months)]
    subprocess.run(
        [*command, "--out", here / "park"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )
    park = read_park(here / "park" / "park.toml")
    settings = Settings(state=here / "state", store_url=store_url)

    def opened() -> Store:
        return open_store(
            settings.url_of_store(park), park_id=park.park.id, state_dir=settings.state_dir(park)
        )

    with opened() as store:
        state = settings.state_dir(park)
        build(park, store, actor=_KEEPER, now=datetime.now(UTC), state_dir=state)
    return opened


def _fill(store: Store, wanted: int) -> None:
    """Put reports of the last year at and around premises until there are so many with a place."""
    there = store.report_points()
    missing = wanted - int(np.isfinite(there.lon).sum())
    premises = [one for one in store.find(Query("premises"), actor=_KEEPER) if one.place]
    rng = np.random.default_rng(wanted)
    publication = store.publication()
    until = publication.as_of if publication else datetime.now(UTC)
    for first in range(0, missing, _BATCH):
        n = min(_BATCH, missing - first)
        homes = rng.integers(0, len(premises), n)
        spread, ages = rng.normal(0, 0.0004, (n, 2)), rng.uniform(0, 360, n)
        kinds = rng.choice(("hazard", "dispute", "fire", "traffic"), n)
        reports = [
            Report(
                id=f"bench:{wanted}-{first + row}",
                kind=str(kinds[row]),
                occurred_from=until - timedelta(days=float(ages[row])),
                occurred_to=until - timedelta(days=float(ages[row])),
                lon=float(premises[home].place[0] + spread[row, 0]),  # type: ignore[index]
                lat=float(premises[home].place[1] + spread[row, 1]),  # type: ignore[index]
            )
            for row, home in enumerate(homes)
        ]
        store.put(reports, actor=_KEEPER, at=until)


@contextlib.contextmanager
def _served(here: Path, store_url: str = "") -> Iterator[dict[str, Any]]:
    command = [sys.executable, ROOT / "tests" / "live" / "serve_park.py"]
    server = subprocess.Popen(
        [*command, here / "park" / "park.toml", here / "state", store_url],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        told = json.loads(server.stdout.readline())  # type: ignore[union-attr]
        address = f"http://127.0.0.1:{told['port']}"
        for _ in range(600):
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{address}/readyz", timeout=2).status_code == 200:
                    break
        yield {"address": address, "token": told["tokens"]["chief"], "tokens": told["tokens"]}
    finally:
        server.terminate()
        server.wait(timeout=20)
        if server.stdout is not None:
            server.stdout.close()


def _context(browser: Browser, told: dict[str, Any]) -> BrowserContext:
    headers = {"Authorization": f"Bearer {told['token']}"}
    return browser.new_context(
        base_url=told["address"],
        extra_http_headers=headers,
        viewport={"width": 1440, "height": 900},
    )


def _slow(page: Page) -> Any:
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return session


class _Weight:
    """Adds up what came over the wire."""

    def __init__(self) -> None:
        self.bytes = 0.0

    def add(self, event: dict[str, Any]) -> None:
        """Count one answer."""
        self.bytes += event["encodedDataLength"]


def _first_view(browser: Browser, told: dict[str, Any], path: str) -> Line:
    """Open a page with an empty cache and a slow processor: until it answers, and what came."""
    took, weights, nodes = [], [], 0
    for _ in range(_OPENED):
        page = _context(browser, told).new_page()
        page.add_init_script(f"({_ANSWERS})()")
        session, received = _slow(page), _Weight()
        session.send("Network.enable")
        session.on("Network.loadingFinished", received.add)
        page.goto(path, wait_until="load")
        page.wait_for_timeout(2500)  # whoever asks the page meanwhile takes its time
        page.wait_for_function("window.answersAt", timeout=60_000)
        took.append(page.evaluate("window.answersAt") / 1000)
        weights.append(received.bytes / 1000)
        nodes = page.evaluate("document.querySelectorAll('*').length")
        page.context.close()
    note = (
        f"{statistics.median(weights):.0f} kB over the wire (aim {FIRST_VIEW_KB:.0f}), "
        f"{nodes} elements (aim {NODES}), processor {SLOWER}x slower"
    )
    return Line(
        f"{path}: until it answers", statistics.median(took), _OPENED, INTERACTIVE_S, note=note
    )


def _on_the_map(browser: Browser, told: dict[str, Any], reports: int) -> list[Line]:
    headers = {"Authorization": f"Bearer {told['token']}"}
    with httpx.Client(base_url=told["address"], headers=headers, timeout=120) as client:
        first = timed(lambda: client.get("/v1/map/reports").raise_for_status(), 1)
        again = timed(lambda: client.get("/v1/map/reports").raise_for_status(), 5)
        answer = client.get("/v1/map/reports")
        said = answer.json()
    size = int(answer.headers.get("content-length", 0)) / 1000
    square = f"joined in squares of {said['square_m']:g} m" if said["square_m"] else "none joined"
    note = (
        f"{said['reports']:,} reports of a year in {len(said['n']):,} marks, {square}; "
        f"{size:.0f} kB; {first:.2f} s when first asked for"
    )
    lines = [Line(f"{reports:,} reports: all that is drawn of them", again, 5, note=note)]
    page = _context(browser, told).new_page()
    page.goto("/#on=reports")
    page.wait_for_selector("html[data-ready]", timeout=60_000)
    page.wait_for_function(_MARKED, timeout=60_000)
    page.evaluate("map_park.setZoom(15, { animate: false })")
    page.wait_for_timeout(1000)
    nodes = page.evaluate("document.querySelectorAll('*').length")
    empty = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    empty.set_content(_EMPTY)
    empty.add_style_tag(path=find_asset("vendor/leaflet/leaflet.css"))
    empty.add_script_tag(path=find_asset("vendor/leaflet/leaflet.js"))
    empty.evaluate("window.map_park = L.map('m').setView([30.54, 119.97], 15); undefined")
    for rate in (1, SLOWER):
        for one in (page, empty):
            session = one.context.new_cdp_session(one)
            session.send("Emulation.setCPUThrottlingRate", {"rate": rate})
        ours, theirs = _drag(page), _drag(empty)
        told_of = (
            f"{nodes} elements; 95 % within {ours['late']:.1f} ms (empty {theirs['late']:.1f}); "
            f"{ours['frames']} and {theirs['frames']} frames"
        )
        lines.append(
            Line(
                f"a frame of a drag, {reports:,} reports, processor {rate}x slower",
                ours["frame"] / 1000,
                ours["frames"],
                target_s=FRAME_RATIO * theirs["frame"] / 1000,
                peer="empty Leaflet page",
                peer_seconds=theirs["frame"] / 1000,
                note=told_of,
            )
        )
    page.context.close()
    empty.context.close()
    return lines


def _drag(page: Page) -> dict[str, Any]:
    """Drag a map by its middle, to and fro, and give the times between its frames."""
    page.mouse.move(500, 450)
    page.evaluate(_WATCH)
    page.mouse.down()
    for step in range(STEPS):
        page.mouse.move(500 + 5 * (step % 30 - 15), 450 + 3 * (step % 20 - 10))
    seen: dict[str, Any] = page.evaluate(_SEEN)
    page.mouse.up()
    return seen


def main() -> int:
    """Measure alone."""
    parser = argparse.ArgumentParser(prog="python -m bench.browser", description=__doc__)
    parser.add_argument("--months", type=int, default=13, help="of the sample park's history")
    lines = measure(parser.parse_args().months)
    print(show(lines))
    return int(not all(one.within for one in lines))


if __name__ == "__main__":
    raise SystemExit(main())
