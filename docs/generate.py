"""The generated pages of docs/reference: `python -m docs.generate`, or `--check` to see if stale.

Takes the code, gives one Markdown page a topic. What is said there stands in the code once; these
pages only show it. CI fails when a page differs from what this makes.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from docs import code_pages, declared_pages

FOLDER = Path(__file__).resolve().parent / "reference"
_HEAD = "<!-- Written by `make docs` from the code: change it there. -->\n\n"
_MAKERS: dict[str, Callable[[], str]] = {
    "commands.md": code_pages.commands,
    "park-file.md": declared_pages.park_file,
    "source-fields.md": declared_pages.source_fields,
    "records.md": declared_pages.records,
    "pages.md": declared_pages.pages_by_role,
    "settings.md": declared_pages.settings,
    "routes.md": declared_pages.routes,
    "errors.md": declared_pages.errors,
    "python.md": code_pages.python_names,
}


def pages() -> dict[str, str]:
    """Make every page: file name to Markdown."""
    return {name: _HEAD + make().rstrip() + "\n" for name, make in _MAKERS.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or say which are stale."""
    parser = argparse.ArgumentParser(description="Write docs/reference from the code.")
    parser.add_argument("--check", action="store_true", help="only say what is stale")
    only_check = parser.parse_args(arguments).check
    FOLDER.mkdir(exist_ok=True)
    stale = 0
    for name, text in pages().items():
        path = FOLDER / name
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        if before == text:
            continue
        stale += 1
        if only_check:
            change = difflib.unified_diff(
                before.splitlines(),
                text.splitlines(),
                f"docs/reference/{name}",
                "the code",
                lineterm="",
            )
            print("\n".join(list(change)[:20]))
        else:
            path.write_text(text, encoding="utf-8")
            print(f"written: docs/reference/{name}")
    if only_check and stale:
        print(f"{stale} page(s) of docs/reference are stale. Run `make docs` and commit them.")
    return 1 if only_check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
