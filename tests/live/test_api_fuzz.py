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
_LINE = 400


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
    assert done.returncode == 0, told(done.stdout) + done.stderr[-2000:]
    assert "Test cases:" in done.stdout


def told(output: str) -> str:
    """Give what failed and the counts; what was sent may be a megabyte, its beginning is enough."""
    _, _, failed = output.partition(" FAILURES ")
    failed, _, rest = (failed or output).partition(" WARNINGS ")
    counts = rest[rest.find(" SUMMARY ") :] if " SUMMARY " in rest else ""
    lines = f"{failed}{counts}".splitlines()
    return "\n".join(f"{one[:_LINE]} ..." if len(one) > _LINE else one for one in lines)


def test_what_failed_is_told_whole_and_what_was_sent_in_short():
    """The reader sees the cause, not the last lines of a long body."""
    sent = "curl -d '" + "0" * 1_000_000 + "'"
    parts = ("tested", " FAILURES ", "- ST103", sent, " WARNINGS ", "401", " SUMMARY ", "1 failure")
    said = told("\n".join(parts))
    assert "- ST103" in said
    assert "1 failure" in said
    assert "curl -d" in said
    assert "401" not in said
    assert len(said) < 1000
    assert told("refused to start") == "refused to start"
