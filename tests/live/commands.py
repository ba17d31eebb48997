"""Run a command of ours as people do, and take the JSON that it writes."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def run_for_json(
    command: str, *arguments: str, state: Path, data: Path | None = None
) -> dict[str, Any]:
    """Run a command that writes JSON; give it."""
    told = state / "told.json"
    extra = ["--data", str(data)] if data else []
    subprocess.run(
        [command, *arguments, "--json", str(told), *extra],
        cwd=ROOT,
        env={**os.environ, "GEO_RISK_STATE": str(state)},
        capture_output=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(told.read_text(encoding="utf-8"))
    return found
