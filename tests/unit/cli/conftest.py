"""Commands run in this process, as `main` runs them, and a small park that was built once."""

from __future__ import annotations

import io
import shutil
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.cli import main
from bench.enterprise_list import write_list


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit code, what it printed, what it said on the side."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


def _ran(
    arguments: tuple[object, ...], stdin: str, monkeypatch: pytest.MonkeyPatch
) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "argv", ["geo-risk", *map(str, arguments)])
    monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    for name in ("STATE", "SHARED_DATA", "STORE_URL", "HOST", "PORT"):
        monkeypatch.delenv(f"GEO_RISK_{name}", raising=False)
    with warnings.catch_warnings(), pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0), out.getvalue(), err.getvalue()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command with these words, and this on standard input."""

    def go(*arguments: object, stdin: str = "") -> Ran:
        with monkeypatch.context() as patch:
            return Ran(*_ran(arguments, stdin, patch))

    return go


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a park of 40 enterprises, two of which share a number, after init and build."""
    folder = tmp_path_factory.mktemp("built")
    write_list(folder / "enterprises.xlsx", 40, repeated=1)
    with pytest.MonkeyPatch.context() as patch:
        for words in (
            ("init", "--from", folder / "enterprises.xlsx", "--out", folder / "park.toml", "--yes"),
            ("build", folder / "park.toml", "--json", folder / "build.json"),
        ):
            code, _, err = _ran(words, "", patch)
            assert code == 0, err
    return folder


@pytest.fixture
def park(built_once: Path, tmp_path: Path) -> Path:
    """The park file of a copy that a test may change."""
    shutil.copytree(built_once, tmp_path / "park")
    return tmp_path / "park" / "park.toml"
