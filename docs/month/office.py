"""The office of the story: its folder, its clock, the keeper's commands, the service, its people.

Everything is done through a door that people have: a command as typed, or a request with the bearer
token or the password of one person. What is not answered as expected stops the story and says so.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import quote

import httpx

from api.cli import command_line
from api.cli_session import by_clock
from docs.month.clock import WallClock

ROOT = Path(__file__).resolve().parents[2]
_READY_S = 60.0
CHIEF, CLERK, MEDIATOR = "样例站长", "样例内勤", "样例调解员"
OFFICERS = ("样例警长甲", "样例警长乙")


class StoryError(Exception):
    """An act of the story was not answered as it should be."""


@dataclass
class Office:
    """One park from its first file on.

    Parameters
    ----------
    folder
        Empty; the park file, its state and the clock lie in it.
    """

    folder: Path
    url: str = ""
    tokens: dict[str, str] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)
    _clients: dict[str, httpx.Client] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Hang up the clock."""
        self.clock = WallClock(self.folder / "clock")

    @property
    def park_file(self) -> Path:
        """The park file."""
        return self.folder / "park.toml"

    def at(self, moment: str) -> None:
        """Let it become a moment of the park's own time."""
        self.clock.set(moment)

    def keeper(self, *words: str, typed: str = "") -> str:
        """Run a command as the keeper types it in the folder; give what it printed."""
        self.typed.append(" ".join(("geo-risk", *words)))
        words = tuple(
            str(self.folder / one) if one.endswith((".toml", ".xlsx")) else one for one in words
        )
        said = io.StringIO()
        state = {"GEO_RISK_STATE": str(self.folder / ".geo-risk")}
        with (
            mock.patch.dict(os.environ, state),
            mock.patch.object(sys, "stdin", io.StringIO(typed)),
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(said),
            by_clock(self.clock),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            command_line(words)(list(words), standalone_mode=False)
        return said.getvalue()

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        """Serve the park as a process of its own while the block runs."""
        said = (self.folder / "serve.log").open("w+", encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-m", "docs.month.serve", self.park_file, self.folder / "clock"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise StoryError((self.folder / "serve.log").read_text(encoding="utf-8"))
            self.url = f"http://127.0.0.1:{json.loads(line)['port']}"
            self._wait(process)
            yield
        finally:
            for one in self._clients.values():
                one.close()
            self._clients.clear()
            process.terminate()
            process.wait(20)
            if process.stdout is not None:
                process.stdout.close()
            said.close()

    def _wait(self, process: subprocess.Popen[str]) -> None:
        deadline = time.monotonic() + _READY_S
        while time.monotonic() < deadline and process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                if self.ask("", "GET", "/readyz", expect=None).status_code == httpx.codes.OK:
                    return
            time.sleep(0.05)
        raise StoryError((self.folder / "serve.log").read_text(encoding="utf-8"))

    def ask(
        self, who: str, method: str, path: str, *, expect: int | None = 200, **more: Any
    ) -> httpx.Response:
        """Ask the service as one person, '' = nobody in particular."""
        if who not in self._clients:
            headers = {"Authorization": f"Bearer {self.tokens[who]}"} if who else {}
            self._clients[who] = httpx.Client(
                base_url=self.url, headers=headers, timeout=60, trust_env=False
            )
        answer = self._clients[who].request(method, path, **more)
        if expect is not None and answer.status_code != expect:
            told = f"{who or 'nobody'}: {method} {path}: {answer.status_code}, not {expect}"
            raise StoryError(f"{told}\n{answer.text[:2000]}")
        return answer

    def get(self, who: str, path: str, **params: Any) -> Any:
        """Read JSON as one person."""
        return self.ask(who, "GET", path, params=params).json()

    def post(self, who: str, path: str, body: Any = None, *, expect: int = 201, **more: Any) -> Any:
        """Send JSON as one person; give the answer's."""
        return self.ask(who, "POST", path, expect=expect, json=body, **more).json()

    def hand_in(self, who: str, file: Path, **form: str) -> dict[str, Any]:
        """Hand a file in and wait until it is read; give the job."""
        with file.open("rb") as content:
            sent = {"file": (file.name, content)}
            job = self.ask(who, "POST", "/v1/imports", expect=202, files=sent, data=form).json()
        deadline = time.monotonic() + _READY_S
        while job["state"] in {"queued", "running"} and time.monotonic() < deadline:
            time.sleep(0.1)
            job = self.get(who, f"/v1/jobs/{job['id']}")
        if job["state"] != "done":
            raise StoryError(f"{file.name}: {job}")
        return dict(job)

    def step(self, who: str, report_id: str, action: str, **more: Any) -> dict[str, Any]:
        """Take one step of a case, on the state that is read just before."""
        path = f"/v1/reports/{quote(report_id, safe='')}/transitions"
        etag = self.ask(who, "GET", path).headers["etag"]
        body = {"action": action, **more}
        return dict(self.post(who, path, body, headers={"If-Match": etag}))

    def slip_step(self, who: str, slip_id: str, action: str, **more: Any) -> dict[str, Any]:
        """Take one step of a slip."""
        path = f"/v1/slips/{quote(slip_id, safe='')}/transitions"
        return dict(self.post(who, path, {"action": action, **more}, expect=200))

    def rebuild(self) -> None:
        """Let the keeper build again, and wait until the service shows it."""
        before = self.get(CHIEF, "/v1/surfaces")
        self.keeper("build", "park.toml")
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if self.get(CHIEF, "/v1/surfaces") != before:
                return
            time.sleep(0.1)
        raise StoryError("What was built is not shown.")

    def account(self, name: str, role: str, *options: str) -> None:
        """Let the keeper make an account and a token for it."""
        password = f"sample-{role}-{len(self.tokens)}"
        self.keeper("user", "add", "park.toml", name, "--role", role, *options, typed=password)
        own = options if "--enterprise" in options else ()
        said = self.keeper("token", "add", "park.toml", name, "--role", role, "--user", name, *own)
        found = re.search(r"^grt_\S+", said, re.MULTILINE)
        if found is None:
            raise StoryError(said)
        self.tokens[name], self.passwords[name] = found[0], password
