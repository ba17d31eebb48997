"""Whole commands in processes of their own: from an enterprise list to a map, and its pages.

Takes nothing from the repository but the commands; measures what a person waits for, start-up of
Python included.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import sync_playwright

from bench.enterprise_list import write_list
from bench.table import Line, timed

ROWS = 900
MAP_TARGET_S = 60.0
PAGE_TARGET_S = 1.0
_START_LIMIT_S = 120.0
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
_LAST_BYTE_MS = """() => Math.max(
    performance.getEntriesByType("navigation")[0].domComplete,
    ...performance.getEntriesByType("resource").map((one) => one.responseEnd),
)"""


def measure() -> list[Line]:
    """Give the lines of list to map, and of the pages."""
    with tempfile.TemporaryDirectory(prefix="geo-risk-bench-") as folder:
        here = Path(folder)
        write_list(here / "企业.xlsx", ROWS)
        took = {
            name: _run(here, *arguments)
            for name, arguments in {
                "init": ("init", "--from", "企业.xlsx", "--yes"),
                "build": ("build", "park.toml"),
                "render": ("render", "park.toml", "map.html", "--audience", "station"),
            }.items()
        }
        note = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in took.items())
        first = Line(
            f"enterprise XLSX ({ROWS} rows) to first map",
            sum(took.values()),
            target_s=MAP_TARGET_S,
            note=note,
        )
        again = Line("the same file again (nothing changes)", _run(here, "build", "park.toml"))
        return [first, again, *_pages(here)]


def _pages(here: Path) -> list[Line]:
    token = {"Authorization": f"Bearer {_token(here)}", "Accept": "text/html,*/*"}
    with _served(here) as address, httpx.Client(base_url=address, headers=token) as visitor:
        lines = []
        for path, name in (
            ("/", "map page"),
            ("/v1/map?premises=points", "all that the map draws"),
            ("/v1/surfaces", "surfaces and legends"),
            ("/to-locate", "to be located"),
            ("/zones", "zones"),
            ("/enterprises", "enterprises"),
            ("/ogc/collections/premises/items?limit=1000", "1,000 premises (OGC)"),
        ):
            answer = visitor.get(path).raise_for_status()
            size = len(answer.content)
            seconds = timed(lambda path=path: visitor.get(path), repeats=9)
            note = f"{path}, {size / 1000:.0f} kB"
            lines.append(Line(name, seconds, 9, target_s=PAGE_TARGET_S, note=note))
        lines += _in_browser(address, token)
    return lines


def _in_browser(address: str, token: dict[str, str]) -> list[Line]:
    """Time the map in Chromium, from the request to the last byte that it draws."""
    path = shutil.which("chromium") or shutil.which("google-chrome-stable")
    if path is None:
        return []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(_QUIET))
        took = []
        for _ in range(5):
            page = browser.new_context(extra_http_headers=token).new_page()
            page.goto(f"{address}/", wait_until="networkidle")
            took.append(page.evaluate(_LAST_BYTE_MS) / 1000)
            page.context.close()
        browser.close()
    note = "Chromium, empty cache, to the last byte drawn"
    return [Line("map page in a browser", statistics.median(took), 5, PAGE_TARGET_S, note=note)]


@contextmanager
def _served(here: Path) -> Iterator[str]:
    port = _free_port()
    command = [sys.executable, "-m", "api", "serve", "park.toml", "--port", str(port)]
    with (here / "serve.log").open("w+", encoding="utf-8") as log:
        server = subprocess.Popen(
            command, cwd=here, stdout=log, stderr=subprocess.STDOUT, env=_env()
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _await(address, server)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


def _await(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_LIMIT_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            httpx.get(f"{address}/healthz")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("bench: the service did not come up.")


def _token(here: Path) -> str:
    made = _command(here, "token", "add", "park.toml", "bench", "--role", "keeper")
    return made.stdout.split()[-1]


def _run(here: Path, *arguments: str) -> float:
    start = time.perf_counter()
    _command(here, *arguments)
    return time.perf_counter() - start


def _command(here: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "api", *arguments],
        cwd=here,
        env=_env(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"bench: geo-risk {' '.join(arguments)} failed:\n{done.stderr}")
    return done


def _env() -> dict[str, str]:
    return {name: text for name, text in os.environ.items() if not name.startswith("GEO_RISK_")}


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
