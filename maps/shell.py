"""The safe folium shell: folium makes the map, we keep only what is ours to serve.

Takes nothing, gives the map's element and the one script that folium writes for it. folium's own
page would fetch Leaflet, jQuery and Bootstrap from other hosts, write style blocks, and run markup
found in names: none of that is taken over. Its lists of links are emptied on this one instance (its
`add_js_link` would change the class for every later map), no popup, tooltip or layer of folium's is
used, and data never passes through its templates: it comes from endpoints and is drawn by our
modules. The script is the same for every park: a page's bundle begins with it (`maps.bundle`), so
that no page of the service holds a script inside; a file that opens alone names its digest.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import folium
from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable

MAP_VARIABLE = "map_park"
"""Name of the map in the browser, and id of its element."""


@dataclass(frozen=True)
class Shell:
    """The two pieces of a map page that folium makes: the element, and the text of the script."""

    html: Markup
    script: Markup


@cache
def make_shell() -> Shell:
    """Make the shell: an empty map without tiles, controls or attribution.

    Returns
    -------
    Shell
        Its script declares the Leaflet map as the global `map_park`; Leaflet must be loaded before.
    """
    park_map = folium.Map(
        location=None,
        tiles=None,
        zoom_control=False,
        max_zoom=20,
        zoom_snap=0.5,
        attribution_control=False,
        zoom_animation=False,
        fade_animation=False,
        marker_zoom_animation=False,
        keyboard_pan_delta=120,
    )
    # Nothing is shown before a page says what: layers would be drawn for the middle of the ocean.
    park_map.location = None  # type: ignore[assignment]
    del park_map.options["zoom"]
    park_map.default_js = []
    park_map.default_css = []
    park_map._id = MAP_VARIABLE.removeprefix("map_")  # noqa: SLF001 - folium has no other way
    figure: Any = park_map.get_root()
    figure.render()
    return Shell(
        html=Markup(figure.html.render().strip()),  # noqa: S704 - folium's own, no data in it
        script=Markup(figure.script.render().strip()),  # noqa: S704 - as above
    )


def json_block(value: object) -> Markup:
    """Write a value as JSON that may stand inside a `<script type="application/json">`.

    No `<`, `>` or `&` is left in it, so no text of the data can end the element or begin another,
    and no line separator that older script engines stumble over.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)  # noqa: S704 - escaped above


def content_security_policy(
    frame_ancestors: Iterable[str] = ("'none'",), pictures: Iterable[str] = ()
) -> str:
    """Give the value of the Content-Security-Policy header, the same for all pages.

    Only what we serve ourselves runs, and nothing that stands in a page.

    Parameters
    ----------
    frame_ancestors
        Who may show a page in a frame; nobody unless said otherwise.
    pictures
        Origins of the base map's tiles, where the park file names one; else nobody's.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            " ".join(("img-src 'self' data:", *pictures)),
            "connect-src 'self'",
            "worker-src 'self'",
            "font-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "object-src 'none'",
            f"frame-ancestors {' '.join(frame_ancestors)}",
        )
    )
