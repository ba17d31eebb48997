"""`python -m docs.month`: tell the month on a live service; write docs/month.md with pictures."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from docs.month.page import PAGE, page_of
from docs.month.pictures import camera
from docs.month.tell import tell


def main() -> int:
    """Tell it."""
    browser = shutil.which("chromium") or shutil.which("google-chrome-stable")
    if browser is None:
        print("There is no Chromium. Install it (Debian: apt-get install chromium fonts-noto-cjk).")
        return 1
    with tempfile.TemporaryDirectory(prefix="geo-risk-month-") as folder:
        story = tell(Path(folder), camera(browser))
    PAGE.write_text(page_of(story), encoding="utf-8")
    print(f"docs/{PAGE.name}: {len(PAGE.read_text(encoding='utf-8').splitlines())} lines")
    return 0


if __name__ == "__main__":
    sys.exit(main())
