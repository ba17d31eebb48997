"""Build what judges pages in the tests from its own lock file: `python -m tests.axe`.

Takes `tests/axe/package-lock.json`, gives `tests/axe/built/`; quick when nothing has changed. It
is no part of the application: nothing here is served, and no wheel holds it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from maps.assets.__main__ import build_locked

ROOT = Path(__file__).resolve().parent
BUILT = ROOT / "built"
FILES = {"axe-core": ("axe.min.js", "LICENSE")}


def main() -> None:
    """Build, and say in one line what was done."""
    built = build_locked(ROOT, FILES, BUILT)
    sys.stdout.write(f"{'Built' if built else 'Up to date:'} {BUILT}\n")


if __name__ == "__main__":
    main()
