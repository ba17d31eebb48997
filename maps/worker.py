"""The service worker's text: what a phone needs to show our pages without signal.

Takes nothing, gives one classic script: the files of this release by their addresses, then our
modules. An address changes with its file's text, and the name of the release with any of them, so
a browser that sees another text installs the new release and throws the old one's files away.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache

from maps.assets import asset_url
from maps.bundle import bundle, bundle_url
from maps.words import DEFAULT_LANG, LANGS

OFFLINE = "/offline"
"""The page that says that there is no signal: nobody's in particular."""


@cache
def worker_script() -> str:
    """Give the script of /sw.js."""
    modules = bundle("sw.js")
    release = {"name": _digest(modules + "".join(_files())), "files": _files()}
    return f"const RELEASE = {json.dumps(release)};\n{modules}"


def _files() -> list[str]:
    """Give what every page of the field needs, and the page for when there is none."""
    pages = [OFFLINE if one == DEFAULT_LANG else f"{OFFLINE}?lang={one}" for one in LANGS]
    shell = ("console/console.css", "console/phone.css", "console/icon.svg")
    scripts = (asset_url("console/phone_locked.js"), bundle_url("phone.js"))
    return [*pages, *(asset_url(one) for one in shell), *scripts]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
