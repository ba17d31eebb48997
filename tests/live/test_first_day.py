"""The first day of a park that has one list and nothing else: code, name and address.

From an empty folder, with the commands a person types and the server as its own process: the list
becomes a park, the park a map, every enterprise waits to be located, and a pin puts one there.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import openpyxl
import pytest

from geo_risk.records import credit_code_check_digit

ROOT = Path(__file__).resolve().parents[2]
ROWS = 12


def code(number: int) -> str:
    """Give a credit code that is valid and obviously made up."""
    first = f"91330521SAMP{number:05d}".replace("S", "5").replace("O", "0")[:17]
    return first + credit_code_check_digit(first)


@pytest.fixture
def enterprise_list(tmp_path: Path) -> Path:
    """Write 企业.xlsx as a station has it: a title row, Chinese headings, no coordinates."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["样例园区企业名录"])
    sheet.append(["统一社会信用代码", "企业名称", "地址"])
    for number in range(ROWS):
        sheet.append([code(number), f"样例企业 {number:03d}", f"样例一路{number + 1}号"])
    file = tmp_path / "企业.xlsx"
    book.save(file)
    return file


def geo_risk(folder: Path, *words: str, typed: str = "") -> str:
    """Run a command as a person would, in the folder; give what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "api", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@contextmanager
def served(folder: Path) -> Iterator[tuple[httpx.Client, Path]]:
    """Serve the park with the command itself, on a free port; give a client and the log."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = folder / "serve.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "api", "serve", "park.toml", "--port", str(port)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=out,
            stderr=out,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=url, timeout=30, trust_env=False) as client:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and process.poll() is None:
                try:
                    if client.get("/readyz").status_code == 200:
                        break
                except httpx.TransportError:
                    time.sleep(0.1)
            assert process.poll() is None, log.read_text()
            yield client, log
    finally:
        process.terminate()
        process.wait(20)


def sign_in(client: httpx.Client, name: str, password: str) -> str:
    """Sign in by the form as a browser does; give the token that unsafe requests carry."""
    page = client.get("/login").text
    fields = dict(
        re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page)
    )
    form = {**fields, "username": name, "password": password}
    answer = client.post("/login", data=form, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/to-locate").text)
    assert found, client.get("/to-locate").text[:2000]
    return found.group(1)


def test_a_list_without_coordinates_becomes_a_map_pin_by_pin(
    enterprise_list: Path, tmp_path: Path
) -> None:
    """Twelve wait to be located; the clerk pins one, and it is on the map and in the surface."""
    geo_risk(tmp_path, "init", "--from", enterprise_list.name, "--centre", "119.97,30.54", "--yes")
    geo_risk(tmp_path, "build", "park.toml", "--json", "built.json")
    password = "correct-horse-battery"
    geo_risk(
        tmp_path,
        "user",
        "add",
        "park.toml",
        "样例内勤",
        "--role",
        "clerk",
        typed=f"{password}\n{password}\n",
    )
    with served(tmp_path) as (client, log):
        assert "keeper" in log.read_text()
        csrf = sign_in(client, "样例内勤", password)
        waiting = client.get("/v1/premises/unlocated").json()
        assert len(waiting["premises"]) == ROWS
        assert client.get("/v1/map").json()["premises"]["features"] == []
        one = waiting["premises"][0]
        address = f"/ogc/collections/premises/items/{one['id'].replace(':', '%3A')}"
        etag = client.get(address).headers["ETag"]
        moved = client.patch(
            address,
            json={"lon": 119.971, "lat": 30.541},
            headers={"If-Match": etag, "X-CSRF-Token": csrf},
        )
        assert moved.status_code == 200, moved.text
        shown = client.get("/v1/map").json()["premises"]["features"]
        assert [one["geometry"]["coordinates"] for one in shown] == [[119.971, 30.541]]
        assert len(client.get("/v1/premises/unlocated").json()["premises"]) == ROWS - 1
        assert f"{ROWS - 1}" in client.get("/to-locate").text
        geo_risk(tmp_path, "build", "park.toml")
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            value = client.get(
                "/v1/surfaces/inherent.consequence/value", params={"lon": 119.971, "lat": 30.541}
            ).json()["value"]
            if value and value > 0:
                break
            time.sleep(0.1)
        assert value > 0, "the pinned enterprise is not in the surface"
