"""What every test may ask for, and the rule about skipping.

`shared_data`, `chromium_path` and `postgres_url` name real things that a newcomer's machine may not
have; there the test skips and says how to get them. Under `CI=true` a missing one is a failure, and
so is any skip at all, whatever its reason: a check that exists to run something real has run it.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
IN_CI = os.environ.get("CI", "").lower() == "true"

settings.register_profile(
    "shared-machine",
    deadline=None,  # the machine may be busy; time is measured in bench/
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("shared-machine")

_skipped: list[str] = []


def missing(what: str, remedy: str) -> NoReturn:
    """Skip with the remedy; under CI=true fail instead."""
    text = f"{what} {remedy}"
    if IN_CI:
        pytest.fail(text, pytrace=False)
    pytest.skip(text)


def pytest_report_header() -> str:
    return f"skips: {'forbidden (CI=true)' if IN_CI else 'allowed'}"


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _remember(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    _remember(report)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if IN_CI and _skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if IN_CI and _skipped:
        terminalreporter.section("skipped under CI=true: the session fails", red=True, bold=True)
        for line in _skipped:
            terminalreporter.line(line)


def _remember(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        _skipped.append(f"{report.nodeid}: {reason}")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the public real data (chicago, nyc, deqing); never part of the repository."""
    said = os.environ.get("GEO_RISK_SHARED_DATA")
    folder = Path(said).expanduser() if said else ROOT.parent / "shared" / "data"
    if not (folder / "README.md").is_file():
        missing(
            f"There is no real data in {folder}.",
            "Set GEO_RISK_SHARED_DATA to the folder with chicago/, nyc/ and deqing/; "
            "`geo-risk build data/chicago.toml` says where each file is published.",
        )
    return folder.resolve()


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of a Chromium that can be driven."""
    said = os.environ.get("GEO_RISK_TEST_CHROMIUM")
    names = [said] if said else ["chromium", "chromium-browser", "google-chrome-stable"]
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        missing(
            "There is no Chromium.",
            "Install it (Debian: apt-get install chromium fonts-noto-cjk), "
            "or name one in GEO_RISK_TEST_CHROMIUM.",
        )
    return found


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """URL of a PostgreSQL server with PostGIS on which databases may be created and dropped."""
    said = os.environ.get("GEO_RISK_TEST_POSTGRES")
    if not said:
        missing(
            "There is no PostGIS to test on.",
            "Install it (Debian: apt-get install postgresql-15-postgis-3), run `tests/contract/"
            "cluster.sh start` and set GEO_RISK_TEST_POSTGRES to the URL it prints.",
        )
    return said


@pytest.fixture(scope="session")
def command_path() -> str:
    """Path of the `geo-risk` command that belongs to the Python running the tests."""
    beside = Path(sys.executable).parent / "geo-risk"
    if not beside.exists():
        missing("There is no geo-risk command beside Python.", "Run `make setup`.")
    return str(beside)
