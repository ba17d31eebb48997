"""A small park that was built once, and commands to run on copies of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bench.enterprise_list import write_list
from tests.live.cli.commands import Ran, Run, run_command


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command with these words, and this on standard input."""

    def go(*arguments: object, stdin: str = "") -> Ran:
        with monkeypatch.context() as patch:
            return Ran(*run_command(arguments, stdin, patch))

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
            code, _, err = run_command(words, "", patch)
            assert code == 0, err
    return folder


@pytest.fixture
def park(built_once: Path, tmp_path: Path) -> Path:
    """The park file of a copy that a test may change."""
    shutil.copytree(built_once, tmp_path / "park")
    return tmp_path / "park" / "park.toml"
