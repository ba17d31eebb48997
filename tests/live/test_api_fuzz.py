"""Every operation of /openapi.json is asked with made-up values: what it says is what it does.

schemathesis as judge, as its own process: no answer without its declaration (status, media type,
schema), nothing taken that the schema forbids, no failure of our own. A short run; what the schema
cannot say (a record that must exist, south below north) is not held against a refusal.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LEFT_OUT = "positive_data_acceptance"  # a schema cannot name the records that exist


@pytest.mark.parametrize(("role", "phases"), [(None, "fuzzing"), ("officer", "coverage,fuzzing")])
def test_every_operation_keeps_its_word(sample_park, server_on, tmp_path, role, phases):
    """Signed in as who may write, and not signed in."""
    command = Path(sys.executable).parent / "schemathesis"
    with server_on(sample_park.copy(tmp_path / "state")) as server:
        done = subprocess.run(
            [
                command,
                "run",
                f"{server.url}/openapi.json",
                *(["-H", f"Authorization: Bearer {server.tokens[role]}"] if role else []),
                *("--phases", phases),
                *("--max-examples", "2"),
                *("--seed", "1"),
                *("--exclude-checks", LEFT_OUT),
                *("--exclude-path-regex", "^/log(in|out)$"),
                "--no-color",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "Test cases:" in done.stdout
