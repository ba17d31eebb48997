"""A command run in this process, as `main` runs it."""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.cli import main


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit code, what it printed, what it said on the side."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


def run_command(
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


def exempted(park: Path) -> Path:
    """Declare why a public map needs no approval number."""
    text = park.read_text("utf-8")
    declared = 'approval_exemption = "样例"'
    park.write_text(text.replace('approval_exemption = ""', declared), "utf-8")
    return park
