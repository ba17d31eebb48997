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

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "data" / "sample" / "park.toml"
PICTURE = ROOT / "docs" / "map.png"
_SIZE = (1360, 860)
_COLOURS = 256
_QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--virtual-time-budget=10000",
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
        options = [f"--user-data-dir={folder}/profile", f"--screenshot={shot}"]
        size = f"--window-size={_SIZE[0]},{_SIZE[1]}"
        subprocess.run([browser, *_QUIET, *options, size, page.as_uri()], check=True)
        with Image.open(shot) as picture:
            small = picture.convert("RGB").quantize(
                _COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
            )
            small.save(PICTURE, optimize=True)
    print(f"docs/map.png: {PICTURE.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
