"""A folder in which a reader types what a page says."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from bench.enterprise_list import write_list


@pytest.fixture(scope="session")
def reader_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a reader's shell knows: an empty home, no settings of ours."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("GEO_RISK_")}
    return {**kept, "HOME": str(tmp_path_factory.mktemp("home")), "NO_COLOR": "1"}


@pytest.fixture(scope="module")
def readers_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a list of 60 made-up enterprises and the environment `make setup` makes."""
    folder = tmp_path_factory.mktemp("reader")
    write_list(folder / "企业.xlsx", 60)
    (folder / ".venv").symlink_to(Path(sys.prefix))
    return folder
