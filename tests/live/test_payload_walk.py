"""What is written in any field of any door runs nowhere: pages, sheets, frames, files, tables.

A month of payloads is lived on a park of payloads; then every page of `pages.py` is opened as the
role it is for, in a browser that enforces no content policy, so that nothing but the pages' own
care keeps a payload from running.
"""

from __future__ import annotations

import csv
import io
import os
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser

from tests.live.browser import DESKTOP, open_context
from tests.live.conftest import Server
from tests.live.every_route import Lived, every_address
from tests.live.evil_park import EVERY, PAYLOADS
from tests.live.pages import PAGES
from tests.live.test_payloads import NOTHING, ran

pytest_plugins = ("tests.live.browser_fixtures", "tests.live.evil_fixtures")

ROLES = tuple(dict.fromkeys(one.role for one in PAGES))
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@pytest.mark.parametrize("role", ROLES)
def test_no_page_of_anybody_runs_what_was_written(
    evil_month: tuple[Server, Lived], chromium: Browser, sign_ins: dict[Any, Any], role: str | None
) -> None:
    """Its pages and sheets: nothing runs, nothing is put in, nothing is complained of."""
    server, lived = evil_month
    page, notes = open_context(chromium, sign_ins, server, role, viewport=DESKTOP, bypass_csp=True)
    try:
        for one in PAGES:
            if one.role != role or "{token}" in one.path:
                continue
            answer = page.goto(one.address("zh", lived.fills), wait_until="load")
            assert answer is not None
            assert answer.status == 200, f"{one}: {page.inner_text('main')}"
            assert ran(page) == NOTHING, one
        assert notes.outside() == []
        assert notes.unforgiven() == []
    finally:
        page.context.close()


def test_no_frame_runs_what_its_title_says(
    evil_month: tuple[Server, Lived], chromium: Browser, sign_ins: dict[Any, Any]
) -> None:
    """The frame itself, and the code that a website puts in."""
    server, lived = evil_month
    page, notes = open_context(chromium, sign_ins, server, bypass_csp=True)
    try:
        for token in lived.fills["token"]:
            answer = page.goto(f"/embed/{token}", wait_until="load")
            assert answer is not None
            assert answer.status == 200
            assert ran(page) == NOTHING, token
        page.route("**/*", lambda route: route.abort())
        with server.client() as public:
            for token in lived.fills["token"]:
                asked = {"url": f"{server.url}/embed/{token}"}
                code = public.get("/oembed", params=asked).json()["html"]
                page.set_content(code, wait_until="commit")
                assert ran(page) == NOTHING, code
        assert notes.outside() == []
    finally:
        page.context.close()


def test_no_workbook_holds_a_formula_and_texts_come_back_as_written(
    evil_month: tuple[Server, Lived],
) -> None:
    """Every list that goes out as XLSX."""
    server, lived = evil_month
    texts: set[str] = set()
    with server.client("chief") as chief:
        addresses = [one for one in every_address(chief, lived.fills) if "xlsx" in one]
        assert len(addresses) >= 8
        for address in addresses:
            answer = chief.get(address)
            if answer.status_code in {403, 404}:  # not for a chief, or nothing made yet
                continue
            assert answer.status_code == 200, address
            book = openpyxl.load_workbook(io.BytesIO(answer.content))
            cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
            assert [cell.value for cell in cells if cell.data_type == "f"] == [], address
            assert [cell.value for cell in cells if cell.hyperlink] == [], address
            texts |= {cell.value for cell in cells if isinstance(cell.value, str)}
    assert EVERY in texts, "a text of a report comes back as it was written"
    assert f"{EVERY} 000" in texts, "so does a name"


def test_no_published_table_begins_a_cell_like_a_formula(evil_month: tuple[Server, Lived]) -> None:
    """What a portal's readers open in Excel; the names are still to be read."""
    server, lived = evil_month
    with server.client() as public:
        token = lived.fills["token"][0]
        table = public.get(f"/embed/{token}.csv")
    assert table.status_code == 200, table.text
    check_table(table.content)


def test_plain_files_for_a_portal_run_nothing(
    evil_month: tuple[Server, Lived], chromium: Browser, command_path: str, tmp_path: Path
) -> None:
    """The pages from a disk, and their tables."""
    server, _ = evil_month
    out = tmp_path / "portal"
    done = subprocess.run(
        [command_path, "publish", str(server.park_file), "--static", str(out)],
        env={**os.environ, "GEO_RISK_STATE": str(server.state_dir)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    context = chromium.new_context(bypass_csp=True)
    page = context.new_page()
    pages = sorted(out.rglob("*.html"))
    assert pages
    for one in pages:
        page.goto(one.as_uri())
        assert ran(page) == NOTHING, one
    context.close()
    tables = sorted(out.rglob("*.csv"))
    assert tables
    for one in tables:
        check_table(one.read_bytes())


def check_table(content: bytes) -> None:
    """Fail where a cell begins like a formula, or a name is not in it."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    cells = [cell for row in rows for cell in row]
    assert [one for one in cells if one.startswith(FORMULA) and not _is_number(one)] == []
    assert any(PAYLOADS["image"] in one for one in cells)


def _is_number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdigit()
