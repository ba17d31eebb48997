"""What is true of every file in the repository: no registry, no machine, no broken link."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TRACKED = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    if name and (ROOT / name).is_file()
]
TEXTS = [one for one in TRACKED if one.suffix not in {".png", ".gz", ".xlsx", ".gpkg", ".parquet"}]
PAGES = [one for one in TRACKED if one.suffix == ".md"]

_REGISTRY = re.compile(
    r"https?://[a-z0-9.-]*(pypi|pythonhosted|npmjs|debian|yarnpkg|conda)\.(org|com)", re.IGNORECASE
)
_MACHINE = re.compile(r"(^|[^A-Za-z0-9_.])/(work|farm|root|home)/")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


def lines_with(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    """Give `file:line: text` of every match."""
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in files
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_file_names_a_package_registry() -> None:
    """Where packages come from is the machine's business; lock files hold digests only."""
    files = [one for one in TEXTS if one != Path(__file__).resolve()]
    assert lines_with(_REGISTRY, files) == []


def test_no_file_names_a_path_of_one_machine() -> None:
    """A clone works anywhere."""
    files = [one for one in TEXTS if one != Path(__file__).resolve()]
    assert lines_with(_MACHINE, files) == []


def test_every_locked_package_has_a_digest() -> None:
    """Nothing can be swapped on the way: pip refuses what has another digest."""
    for name in ("base.txt", "dev.txt", "bench.txt"):
        text = (ROOT / "requirements" / name).read_text(encoding="utf-8").replace("\\\n", " ")
        pins = [line for line in text.splitlines() if re.match(r"[A-Za-z0-9]", line)]
        assert len(pins) > 20
        assert [line for line in pins if "==" not in line or "--hash=sha256:" not in line] == []


def test_every_declared_package_is_locked() -> None:
    """What pyproject.toml asks for is in the lock files: `make lock` was not forgotten."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    peers = extras.pop("bench")
    all_others = [*project["dependencies"], *(one for name in extras for one in extras[name])]
    wanted = {
        "base.txt": project["dependencies"],
        "dev.txt": all_others,
        "bench.txt": [*all_others, *peers],
    }
    for name, packages in wanted.items():
        locked = (ROOT / "requirements" / name).read_text(encoding="utf-8")
        names = {re.split(r"[\[<>=;]", one)[0].lower().replace("_", "-") for one in packages}
        assert [one for one in names - {"geo-risk"} if f"\n{one}==" not in f"\n{locked}"] == []


def test_real_data_is_not_in_the_repository() -> None:
    """No file is large, and no map or table file stands outside the tests' own small ones."""
    heavy = [one for one in TRACKED if one.stat().st_size > 700_000]
    assert heavy == []


@pytest.mark.parametrize("page", PAGES, ids=lambda one: str(one.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """A link to a file of ours finds it; a link to a heading finds the heading."""
    broken = []
    for found in _LINK.finditer(page.read_text(encoding="utf-8")):
        target = found.group(1) or found.group(2)
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        if not path.exists() or (anchor and anchor not in anchors(path)):
            broken.append(target)
    assert broken == []


def anchors(page: Path) -> set[str]:
    """Give the anchors of a page's headings, as a forge makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).strip().replace(" ", "-") for one in headings}
