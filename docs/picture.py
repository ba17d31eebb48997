"""`python -m docs.picture`: draw docs/map.png, the README's picture, from the sample park.

Renders the last build of the sample (`make picture` makes it first) to one file, opens it in
Chromium with every host refused, and keeps the screenshot with few colours, so that the picture
stays small.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "data" / "sample" / "park.toml"
PICTURE = ROOT / "docs" / "map.png"
_SIZE = (1360, 860)
_COLOURS = 256
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


def main() -> int:
    """Draw the picture."""
    browser = shutil.which("chromium") or shutil.which("google-chrome-stable")
    if browser is None:
        print("There is no Chromium. Install it (Debian: apt-get install chromium fonts-noto-cjk).")
        return 1
    command = [sys.executable, "-m", "api"]
    environment = {**os.environ, "LOGNAME": "sample"}  # the file says who made it
    with tempfile.TemporaryDirectory(prefix="geo-risk-picture-") as folder:
        page, shot = Path(folder) / "map.html", Path(folder) / "map.png"
        render = [*command, "render", str(SAMPLE), str(page), "--audience", "station"]
        subprocess.run(render, cwd=ROOT, env=environment, check=True)
        _photograph(browser, page.as_uri(), shot)
        with Image.open(shot) as picture:
            small = picture.convert("RGB").quantize(
                _COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
            )
            small.save(PICTURE, optimize=True)
    print(f"docs/map.png: {PICTURE.stat().st_size / 1000:.0f} kB")
    return 0


def _photograph(browser: str, address: str, shot: Path) -> None:
    """Photograph a page when all of it is drawn."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=[*_QUIET])
        page = opened.new_page(viewport={"width": _SIZE[0], "height": _SIZE[1]})
        page.goto(address)
        page.wait_for_selector("html[data-ready]")
        page.wait_for_timeout(1000)
        page.screenshot(path=shot)
        opened.close()


if __name__ == "__main__":
    sys.exit(main())
