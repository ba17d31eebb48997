"""The READMEs' code blocks do what they say, from one XLSX to a served map."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from tests.docs.blocks import ROOT, code_blocks, without_comments

PAGES = ("README.md", "README.zh-CN.md")


class Loads(HTMLParser):
    """What a page would load, and its content policy."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.policy = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the tag would fetch."""
        named = {name: value or "" for name, value in attrs}
        self.addresses += [named[one] for one in ("src", "srcset", "poster") if one in named]
        if tag == "link":
            self.addresses.append(named.get("href", ""))
        if named.get("http-equiv", "").lower() == "content-security-policy":
            self.policy = named["content"]


def own_park_lines() -> list[str]:
    """Give the five lines that build one's own park."""
    return without_comments(code_blocks("README.md", "sh")[1])


@pytest.fixture(scope="module")
def built(readers_folder: Path, reader_environment: dict[str, str]) -> Path:
    """The reader's folder after all lines but the last, every proposal taken."""
    lines = own_park_lines()[:-1]
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(lines)],
        cwd=readers_folder,
        env=reader_environment,
        input="\n" * 20,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return readers_folder


def test_both_languages_give_the_same_commands() -> None:
    """A reader of either README types the same."""
    english, chinese = (
        [without_comments(one) for one in code_blocks(page, "sh")][:2] for page in PAGES
    )
    assert english == chinese


def test_two_commands_are_make_run_and_make_test() -> None:
    """The first block is the two commands, and the Makefile knows both."""
    lines = without_comments(code_blocks("README.md", "sh")[0])
    assert lines == ["make run", "make test"]
    for line in lines:
        subprocess.run(["make", "-n", line.split()[1]], cwd=ROOT, capture_output=True, check=True)


def test_own_park_takes_five_lines() -> None:
    """What the heading promises."""
    assert len(own_park_lines()) == 5


def test_five_lines_make_a_map_that_opens_offline(built: Path) -> None:
    """The rendered file asks nobody for anything: no address in it is loaded from elsewhere."""
    loads = Loads()
    loads.feed((built / "map.html").read_text(encoding="utf-8"))
    assert [one for one in loads.addresses if not one.startswith("data:")] == []
    assert loads.policy.startswith("default-src 'none'")


def test_last_line_serves_the_park(built: Path, reader_environment: dict[str, str]) -> None:
    """The console answers at the address that was printed."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    with (built / "serve.log").open("w+", encoding="utf-8") as log:
        server = subprocess.Popen(
            ["bash", "-c", f". .venv/bin/activate; exec {own_park_lines()[-1]}"],
            cwd=built,
            env={**reader_environment, "GEO_RISK_PORT": str(port)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            answer = _first_answer(f"http://127.0.0.1:{port}/", server)
        finally:
            server.terminate()
            server.wait(timeout=30)
        log.seek(0)
        said = log.read()
    assert answer.status_code == 200
    assert f"http://127.0.0.1:{port}/" in said
    assert "keeper" in said


def _first_answer(address: str, server: subprocess.Popen[bytes]) -> httpx.Response:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        try:
            return httpx.get(address, follow_redirects=True, headers={"Accept": "text/html"})
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail("the service did not answer")


@pytest.mark.parametrize("page", PAGES)
def test_python_block_runs(built: Path, reader_environment: dict[str, str], page: str) -> None:
    """The Python lines print a surface, its unit and the first premises."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code_blocks(page, "python")[0]],
        cwd=built,
        env=reader_environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "inherent.consequence" in done.stdout


def test_evaluate_line_scores_real_events(
    shared_data: Path, reader_environment: dict[str, str], tmp_path: Path
) -> None:
    """The README's scoring command runs on New York and names what is served."""
    line = without_comments(code_blocks("README.md", "sh")[2])[0]
    command = line.replace("geo-risk", f"{sys.executable} -m api", 1).split()
    env = {
        **reader_environment,
        "GEO_RISK_SHARED_DATA": str(shared_data),
        "GEO_RISK_STATE": str(tmp_path / "state"),
    }
    done = subprocess.run(
        [*command, "--json", str(tmp_path / "scores.json")],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    scores = json.loads((tmp_path / "scores.json").read_text(encoding="utf-8"))
    assert scores["served"] in scores["mean"]
    assert [fold["n"] for fold in scores["folds"]] == [1841, 2137]
