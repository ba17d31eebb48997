"""One self-contained map file: opens offline, from disk, in any browser, and asks for nothing.

Takes what the service's /v1/map and /v1/surfaces give for one audience, and for the station the
publication's cells; gives one HTML document with Leaflet, styles, modules, words and data inside. A
public file has zones only, and a map approval number or a declared exemption; a station's file says
who made it and until when it is good, and shows nothing afterwards.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from geo_risk.errors import InputError
from geo_risk.records import Audience
from maps.assets import read_asset
from maps.bundle import bundle
from maps.cells import cells_block, grid_block
from maps.console import render_page
from maps.headline import write_headline
from maps.page import ladder_text
from maps.page_data import page_data
from maps.palette import pattern_table, tile_palette
from maps.shell import json_block, make_shell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo_risk.published import Publication
    from maps.views import MapView

_KEPT_OF_PREMISES = ("id", "class", "value", "people", "inherent_class", "last_visit")


@dataclass(frozen=True)
class FileContent:
    """What a map file holds, cut to its audience by whoever made it.

    Parameters
    ----------
    map
        As GET /v1/map gives it to this audience.
    surfaces
        As GET /v1/surfaces gives it to this audience.
    publication
        Whose cells go in; None for every audience but the station.
    datum
        The park's own, `wgs84` or `gcj02`.
    names
        Enterprise id to name, for a station's file; {} leaves names out, whatever `map` has.
    """

    map: Mapping[str, Any]
    surfaces: Mapping[str, Any]
    publication: Publication | None = None
    datum: str = "wgs84"
    names: Mapping[str, str] = field(default_factory=dict)


def render_file(
    view: MapView,
    content: FileContent,
    *,
    lang: str = "zh",
    made_by: str = "",
    made_at: datetime | None = None,
    expires: datetime | None = None,
) -> str:
    """Write the file.

    Parameters
    ----------
    view
        As for the map page; `view.frame.audience` says for whom the file is.
    content
        What is in it.
    lang
        One of the catalogue's languages.
    made_by, made_at
        Who made it, when; required for the station.
    expires
        The moment from which it shows nothing; required for the station.

    Returns
    -------
    str
        One HTML document.

    Raises
    ------
    InputError
        When a public file would show more than zones or has neither approval number nor exemption,
        or a station's file lacks its maker or its expiry.
    """
    station = view.frame.audience is Audience.STATION
    if station:
        _check_station(made_by, made_at, expires)
    else:
        _check_public(view, content)
    shell = make_shell()
    data = page_data(view.frame, lang) | {
        "csrf": "",
        "home": "",
        "table": "#zones-table",
        "base": None,
        "expires": expires.isoformat() if station and expires else None,
    }
    return render_page(
        "file.html",
        replace(view.frame, user="", csrf="", now=None),
        lang,
        "",
        headline=write_headline(view, lang),
        ladder=ladder_text(view.rung, lang),
        rows=view.zones,
        unit=view.unit if lang == "en" else view.unit_zh,
        shell=shell,
        table_link="#zones-table",
        times=(),
        time_now="",
        page_data=json_block(data),
        file_data=json_block(_file_data(content, station=station)),
        **inline_parts(bundle("file.js")),
        made_by=made_by if station else "",
        made_at=made_at,
        expires=expires if station else None,
    )


def inline_parts(script: str) -> dict[str, Any]:
    """Give what stands inside a document without a server: scripts, styles, and their policy.

    Parameters
    ----------
    script
        The bundle that starts the map, after Leaflet and the shell's own.
    """
    scripts = (_leaflet(), make_shell().script, script)
    styles = (
        _without_links(read_asset("vendor/leaflet/leaflet.css")),
        read_asset("console/console.css"),
        read_asset("console/map.css"),
    )
    return {
        "scripts": [Markup(one) for one in scripts],  # noqa: S704 - our own files, no data in them
        "styles": [Markup(one) for one in styles],  # noqa: S704 - as above
        "policy": _policy(scripts, styles),
    }


def _check_station(made_by: str, made_at: datetime | None, expires: datetime | None) -> None:
    if not made_by or made_at is None:
        raise InputError("A station's map file does not say who made it, and when.", "Name them.")
    if expires is None:
        raise InputError("A station's map file has no expiry.", "Give the day it ends.")
    if expires <= made_at:
        raise InputError(f"A map file made {made_at} expires {expires}.", "Give a later day.")


def _check_public(view: MapView, content: FileContent) -> None:
    drawn = content.map
    if (
        content.publication is not None
        or content.names
        or any(_features(drawn, name) for name in ("premises", "stations"))
    ):
        raise InputError(
            "A map file that is not for the station would hold cells, premises or stations.",
            "Leave them out: it shows zones only.",
        )
    frame = view.frame
    if frame.audience is Audience.PUBLIC and not (
        frame.approval_number or frame.approval_exemption
    ):
        raise InputError(
            "A public map file has no map approval number (审图号).",
            "Set [map] approval_number, or approval_exemption with the reason, in the park file.",
        )


def _file_data(content: FileContent, *, station: bool) -> dict[str, Any]:
    features = _features(content.map, "premises")
    drawn = dict(content.map)
    if "landmarks" in drawn and not content.names:  # they are names
        drawn["landmarks"] = {"type": "FeatureCollection", "features": []}
    block: dict[str, Any] = {
        "map": {name: value for name, value in drawn.items() if name != "premises"},
        "surfaces": dict(content.surfaces),
        "premises": _columns(features, content.names),
        "table": {"index": pattern_table(), "palette": tile_palette()},
    }
    publication = content.publication
    if station and publication is not None:
        grid = publication.surfaces[publication.main].surface.grid
        block["cells"] = {"grid": grid_block(grid, content.datum), **cells_block(publication)}
    return block


def _features(drawn: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = drawn.get(name) or {}
    return list(found.get("features") or ()) if isinstance(found, dict) else list(found)


def _columns(features: list[Mapping[str, Any]], names: Mapping[str, str]) -> dict[str, list[Any]]:
    """Give premises as columns: a city's ten thousand stay small."""
    located = [one for one in features if one.get("geometry")]
    columns: dict[str, list[Any]] = {
        "lon": [round(one["geometry"]["coordinates"][0], 6) for one in located],
        "lat": [round(one["geometry"]["coordinates"][1], 6) for one in located],
    }
    for name in _KEPT_OF_PREMISES:
        columns[name] = [one["properties"].get(name) for one in located]
    owners = [one["properties"].get("enterprise_id", "") for one in located]
    columns["name"] = [names.get(owner, "") for owner in owners]
    return columns


def _leaflet() -> str:
    text = read_asset("vendor/leaflet/leaflet.js")
    return re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE)


def _without_links(css: str) -> str:
    """Take out what would be fetched: Leaflet's own pictures, of which none is used."""
    return re.sub(r"url\([^)]*\)", "none", css)


def _policy(scripts: tuple[str, ...], styles: tuple[str, ...]) -> str:
    """Give the file's content policy: these scripts and styles, pictures in data, nothing else."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(_digest(one) for one in scripts)}",
            f"style-src {' '.join(_digest(one) for one in styles)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
