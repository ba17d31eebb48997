"""What the browser is given: locked, named by path, and never another folder's."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from geo_risk.errors import NotFoundError
from maps.assets import ASSET_DIRS, ROOT, VENDOR_FILES, asset_url, find_asset, read_asset
from maps.assets.__main__ import build_vendor
from tests.axe.__main__ import FILES
from tests.axe.__main__ import ROOT as JUDGE


@pytest.mark.parametrize(
    ("folder", "files"), [(ROOT.parent, VENDOR_FILES), (JUDGE, FILES)], ids=["pages", "tests"]
)
def test_a_lock_file_pins_every_package_and_names_no_host(
    folder: Path, files: dict[str, tuple[str, ...]]
) -> None:
    """Each package has a version and a digest; where it comes from is the machine's to say."""
    text = (folder / "package-lock.json").read_text(encoding="utf-8")
    assert "resolved" not in text
    assert not re.search(r"https?:", text)
    packages = {k: v for k, v in json.loads(text)["packages"].items() if k}
    assert all(one["integrity"].startswith("sha512-") for one in packages.values())
    assert {f"node_modules/{name}" for name in files} <= packages.keys()


@pytest.mark.parametrize(
    "name", ["console/../__init__.py", "console/nothing.js", "elsewhere/a.js", "console", ""]
)
def test_only_files_inside_the_folders_are_found(name: str) -> None:
    """A name cannot climb out of its folder."""
    with pytest.raises(NotFoundError):
        find_asset(name)


def test_building_again_changes_nothing() -> None:
    """What set-up built from this lock file is kept: quick, and without asking the network."""
    assert build_vendor() is False
    for package, names in VENDOR_FILES.items():
        for name in names:
            assert find_asset(f"vendor/{package}/{name.rpartition('/')[2]}").stat().st_size > 0


def test_our_own_files_are_found_and_ask_for_nothing_elsewhere() -> None:
    """Modules and style sheet name no other host (the SVG namespace is a name, not an address)."""
    assert re.fullmatch(r"/assets/console/map\.js\?v=[0-9a-f]{12}", asset_url("console/map.js"))
    for path in ASSET_DIRS["console"].iterdir():
        text = read_asset(f"console/{path.name}").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|@import|innerHTML|insertAdjacentHTML|eval\(", text), path
