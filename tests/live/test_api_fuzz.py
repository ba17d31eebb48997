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


@pytest.mark.parametrize(
    ("role", "phases", "examples"),
    [
        (None, "fuzzing", 2),
        ("officer", "fuzzing", 2),
        pytest.param(None, "coverage,fuzzing", 20, marks=pytest.mark.soak),
        pytest.param("officer", "coverage,fuzzing", 20, marks=pytest.mark.soak),
        pytest.param("chief", "coverage,fuzzing", 20, marks=pytest.mark.soak),
    ],
)
def test_every_operation_keeps_its_word(sample_park, server_on, tmp_path, role, phases, examples):
    """Signed in as who may write, and not signed in; the schema's corners in the long form."""
    command = Path(sys.executable).parent / "schemathesis"
    with server_on(sample_park.copy(tmp_path / "state")) as server:
        done = subprocess.run(
            [
                command,
                "run",
                f"{server.url}/openapi.json",
                *(["-H", f"Authorization: Bearer {server.tokens[role]}"] if role else []),
                *("--phases", phases),
                *("--max-examples", str(examples)),
                *("--seed", "1"),
                *("--exclude-checks", LEFT_OUT),
                *("--exclude-path-regex", "^/log(in|out)$"),
                "--no-color",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=3600,
        )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "Test cases:" in done.stdout
