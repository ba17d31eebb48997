"""What the browser is given: our own files, and third-party ones built at set-up.

Two folders, both served by us under /assets: `console` holds our modules and the one style sheet
and is in the repository; `vendor` is made from the lock file by `python -m maps.assets` and is not.
Pages name a file by `asset_url`; a file that must be inside a page is read by `read_asset`.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from geo_risk.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent
VENDOR = ROOT / "vendor"
ASSET_DIRS: Mapping[str, Path] = {
    "console": ROOT.parent / "console" / "static",
    "vendor": VENDOR,
}
"""Folder of each first part below /assets, as `/assets/console/map.js`."""

VENDOR_FILES = {
    "htmx.org": ("dist/htmx.min.js", "LICENSE"),
    "leaflet": ("dist/leaflet.js", "dist/leaflet.css", "LICENSE"),
}
"""Which files of which npm package are kept: `/assets/vendor/<package>/<file name>`."""


@cache
def asset_url(name: str) -> str:
    """Give the address of a file, as `asset_url("console/console.css")`: `/assets/...?v=...`.

    Another text has another address, so what is found there may be kept for ever. A third-party
    file that is not built yet has an address without a version.
    """
    try:
        digest = hashlib.sha256(find_asset(name).read_bytes()).hexdigest()
    except NotFoundError:
        return f"/assets/{name}"
    return f"/assets/{name}?v={digest[:12]}"


def find_asset(name: str) -> Path:
    """Give the path of a file by its name below /assets.

    Parameters
    ----------
    name
        As `vendor/leaflet/leaflet.js`.

    Raises
    ------
    NotFoundError
        When there is no such file, or the third-party files are not built yet.
    """
    first, _, rest = name.partition("/")
    folder = ASSET_DIRS.get(first)
    if folder is not None:
        path = (folder / rest).resolve()
        if path.is_relative_to(folder) and path.is_file():
            return path
    remedy = "Run `make setup`: it builds them." if first == "vendor" else ""
    raise NotFoundError(f"There is no asset {name!r}.", remedy)


def read_asset(name: str) -> str:
    """Give the text of a file by its name below /assets; raises as `find_asset`."""
    return find_asset(name).read_text(encoding="utf-8")
