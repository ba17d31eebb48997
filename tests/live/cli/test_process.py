"""Commands as processes of their own: `serve` answers what it prints; Ctrl-C ends without harm."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bench.enterprise_list import write_list

COMMAND = (sys.executable, "-m", "api")
CERTIFICATE = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2")


@dataclass(frozen=True)
class Served:
    """A service that runs: its address, and what it has printed."""

    address: str
    log: Path
    process: subprocess.Popen[bytes]

    def said(self) -> str:
        """Give all that was printed so far."""
        return self.log.read_text("utf-8")


HEARS_CTRL_C = (
    sys.executable,
    "-c",
    "import os, signal, sys; signal.signal(2, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])",
)
"""Before a command: whoever runs these tests in the background made them deaf to Ctrl-C."""


def environment() -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("GEO_RISK_")}
    return {**kept, "PYTHONUNBUFFERED": "1"}


def ran(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*COMMAND, *words],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def served(folder: Path, *options: str) -> Iterator[Served]:
    """Serve the folder's park until the block ends."""
    port, log = free_port(), folder / "serve.log"
    scheme = "https" if "--tls" in options else "http"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*COMMAND, "serve", "park.toml", "--port", str(port), *options],
            cwd=folder,
            env=environment(),
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for(f"{scheme}://127.0.0.1:{port}/healthz", process, log)
        yield Served(f"{scheme}://127.0.0.1:{port}", log, process)
    finally:
        process.kill()
        process.wait(timeout=30)


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(address, verify=False, timeout=5)  # noqa: S501 - our own certificate
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"no answer: {log.read_text('utf-8')}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A park of 12 enterprises after `init`, never built."""
    made = tmp_path_factory.mktemp("served")
    write_list(made / "enterprises.xlsx", 12)
    done = ran(made, "init", "--from", "enterprises.xlsx", "--yes")
    assert done.returncode == 0, done.stderr
    return made


def test_serve_builds_first_and_prints_what_works(folder: Path) -> None:
    """The keeper's password is printed at the first start, and opens the console."""
    with served(folder) as service:
        said = service.said()
        assert "This park was never built: building it first." in said
        assert f"{service.address}/" in said
        password = re.search(r"^  keeper +(\S+)", said, re.MULTILINE)
        assert password is not None
        with httpx.Client(base_url=service.address, follow_redirects=True) as visitor:
            page = visitor.get("/login", headers={"Accept": "text/html"})
            fields = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', page.text))
            form = {**fields, "username": "keeper", "password": password.group(1)}
            home = visitor.post("/login", data=form, headers={"Accept": "text/html"})
            assert home.status_code == 200
            assert visitor.get("/v1/imports").status_code == 200


def test_password_of_a_real_park_is_printed_once_only(folder: Path) -> None:
    """A second start prints the address and no secret."""
    with served(folder):
        pass
    with served(folder) as service:
        assert service.address in service.said()
        assert "Sign in as" not in service.said()


def test_serve_ends_at_ctrl_c_without_a_traceback(folder: Path) -> None:
    """The keeper stops it, and nothing looks like a fault."""
    with served(folder) as service:
        service.process.send_signal(signal.SIGINT)
        assert service.process.wait(timeout=30) in {0, 130, -signal.SIGINT}
        assert "Traceback" not in service.said()


def test_serve_tls_answers_https(folder: Path) -> None:
    """A phone gets a secure origin."""
    pair = ("-keyout", "k.pem", "-out", "c.pem", "-subj", "/CN=x")
    names = ("-addext", "subjectAltName=IP:127.0.0.1")
    subprocess.run([*CERTIFICATE, *pair, *names], cwd=folder, capture_output=True, check=True)
    trusting = ssl.create_default_context(cafile=str(folder / "c.pem"))
    with served(folder, "--tls", "c.pem", "k.pem") as service:
        answer = httpx.get(f"{service.address}/healthz", verify=trusting)
        assert answer.status_code == 200


def test_port_that_is_taken_is_one_clear_line(folder: Path) -> None:
    """It says which port and what to do, before any password is printed."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = ran(folder, "serve", "park.toml", "--port", str(port))
    assert done.returncode == 1
    assert done.stdout == ""
    assert f"127.0.0.1:{port} cannot be listened on" in done.stderr
    assert "Choose another with --port" in done.stderr


def test_certificate_that_is_none_is_one_clear_line(folder: Path) -> None:
    """The message names both files and the page that makes them."""
    (folder / "bad.pem").write_text("nothing", "utf-8")
    done = ran(folder, "serve", "park.toml", "--port", "1", "--tls", "bad.pem", "bad.pem")
    assert done.returncode == 1
    assert "--tls bad.pem bad.pem" in done.stderr
    assert "docs/how-to/tls.md" in done.stderr


def test_build_stopped_by_ctrl_c_can_be_run_again(tmp_path: Path) -> None:
    """It leaves with 130 and no traceback; the next build adds up."""
    write_list(tmp_path / "enterprises.xlsx", 3000)
    assert ran(tmp_path, "init", "--from", "enterprises.xlsx", "--yes").returncode == 0
    process = subprocess.Popen(
        [*HEARS_CTRL_C, *COMMAND, "build", "park.toml"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("enterprises"):
            break
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in said
    done = ran(tmp_path, "build", "park.toml", "--json", "f.json")
    assert done.returncode == 0, done.stderr
    sources = json.loads((tmp_path / "f.json").read_text("utf-8"))["sources"]
    assert {one["name"]: one["accepted"] for one in sources} == {"enterprises": 3000, "zones": 1}
