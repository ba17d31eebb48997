"""Our browser modules as one script: for a page in one fetch, and a file without a server.

Takes the name of an entry module in `console/static`, gives one classic script. A file opened from
disk may not import modules, and a page would wait for sixteen fetches, so they are put one after
another in the order of their imports, and their import and export words are taken off. That asks
two things of them: imports by name only, and no top-level name used twice; both are checked here.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache

from geo_risk.errors import InputError, NotFoundError
from maps.assets import read_asset
from maps.shell import make_shell

_IMPORT = re.compile(r'^import\s+(?:\{[^}]*\}\s+from\s+)?"\./([\w-]+\.js)";\n', re.MULTILINE)
_TOP_NAME = re.compile(r"^(?:async )?(?:function|class|const|let) (\w+)", re.MULTILINE)
_SHARED = "const { L } = window;\n"


@cache
def bundle(entry: str) -> str:
    """Give an entry module and all it imports as one script, or several style sheets as one.

    Parameters
    ----------
    entry
        Name of a file in `console/static`, as `file.js`, or one of `STYLES`.

    Raises
    ------
    InputError
        When a module imports otherwise, or two of them share a top-level name.
    """
    if entry in STYLES:
        return "\n".join(read_asset(one) for one in STYLES[entry])
    order = module_order(entry)
    texts = [_plain(_text(name)) for name in order]
    names = [name for text in texts for name in _TOP_NAME.findall(text)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"Two modules share {', '.join(twice)}.", "Rename one of them.")
    shared = [_SHARED.strip()] if any(_SHARED in _text(name) for name in order) else []
    # Folium's shell stands outside: the map that it makes is a global.
    made = [str(make_shell().script)] if entry in WITH_SHELL else []
    return "\n".join([*made, '(() => {\n"use strict";', *shared, *texts, "})();"])


PAGES = (
    *("map.js", "locate.js", "import.js", "phone.js", "embeds.js", "search.js"),
    *("visit.js", "undo.js", "lanes.js", "board.js"),
)
"""Entry modules of the pages that a server gives."""

WITH_SHELL = frozenset({"map.js", "locate.js"})
"""Entries that need a map of the page: folium's shell makes it first."""


@cache
def bundle_name(entry: str) -> str:
    """Give the name under which a bundle is served; another text has another name: `map.<>.js`."""
    digest = hashlib.sha256(bundle(entry).encode()).hexdigest()[:12]
    stem, _, kind = entry.rpartition(".")
    return f"{stem}.{digest}.{kind}"


STYLES = {
    "map.css": (
        *("vendor/leaflet/leaflet.css", "console/map.css", "console/console.css"),
        "console/phone.css",
    ),
}
"""Style sheets that a page takes as one, in the order of the cascade."""


def bundle_url(entry: str) -> str:
    """Give the address of a page's script or styles: it may be kept for ever."""
    return f"/assets/bundle/{bundle_name(entry)}"


def find_bundle(name: str) -> str:
    """Give the script, or the styles, of a name.

    Raises
    ------
    NotFoundError
        When no page has it (any more).
    """
    for entry in (*PAGES, *STYLES):
        if bundle_name(entry) == name:
            return bundle(entry)
    raise NotFoundError(f"There is no bundle {name!r}.", "Load the page again.")


@cache
def module_order(entry: str) -> tuple[str, ...]:
    """Give the names of a module and of all it imports, what is needed first: first."""
    order: list[str] = []
    _visit(entry, order)
    return tuple(order)


def _visit(name: str, order: list[str]) -> None:
    """Put the modules that a module needs before it."""
    if name in order:
        return
    for needed in _IMPORT.findall(_text(name)):
        _visit(needed, order)
    order.append(name)


def _text(name: str) -> str:
    return read_asset(f"console/{name}")


def _plain(text: str) -> str:
    text = _IMPORT.sub("", text).replace(_SHARED, "")
    if re.search(r"^import\b", text, re.MULTILINE):
        raise InputError("A module has an import that cannot be bundled.", "Import by name.")
    return re.sub(
        r"^export (?=(?:async )?(?:function|class|const|let) )", "", text, flags=re.MULTILINE
    )
