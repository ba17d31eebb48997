"""Plain files of the public figures: what a portal puts on its own server, and opens from a disk.

Takes views already cut for everybody, gives file names and contents. One folder a map, each with a
page without script, the picture twice, the table twice and an oEmbed answer; addresses are relative
and nothing depends on the time of writing, so the same figures give the same bytes.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from maps.embed import (
    DEFAULT_WIDTH,
    embed_csv,
    embed_page,
    embed_svg,
    frame_code,
    label_text,
    method_page,
    title_of,
)
from maps.embed_png import embed_png
from maps.palette import CLASS_COLOURS
from maps.words import LANGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from maps.embed import EmbedView

_HEIGHT = 520


def site_files(views: Mapping[str, EmbedView], lang: str, *, alone: bool) -> dict[str, bytes]:
    """Give the files of one language.

    Parameters
    ----------
    views
        What is shown (`reports`, `risk`) to its view.
    lang
        One of `LANGS`.
    alone
        Whether there is no other language beside it to link to.

    Returns
    -------
    dict
        Path below the folder to content.
    """
    files: dict[str, bytes] = {}
    other = next(one for one in LANGS if one != lang)
    for what, view in views.items():
        month = f"{what}-{view.month}"
        here = f"{lang}/{month}"
        links = {"method": "method.html", "csv": "table.csv", "png": "map.png"}
        if not alone:
            links["other"] = f"../../{other}/{month}/index.html"
        linked = replace(view, links=links)
        texts = {
            "index.html": embed_page(linked, lang),
            "method.html": method_page(view, lang, "index.html"),
            "map.svg": embed_svg(view, lang),
            "table.csv": embed_csv(view, lang),
            "table.json": _dump(table_json(view, lang)),
            "oembed.json": _dump(_oembed(view, lang)),
        }
        files |= {f"{here}/{name}": text.encode() for name, text in texts.items()}
        files[f"{here}/map.png"] = embed_png(view, lang)
    return files


def table_json(view: EmbedView, lang: str) -> dict[str, Any]:
    """Give the figures for programs."""
    return {
        "title": title_of(view, lang),
        "what": view.what,
        "month": view.month,
        "unit": view.unit,
        "as_of": view.as_of.isoformat(),
        "breaks": list(view.breaks),
        "breaks_version": view.breaks_version,
        "synthetic": view.synthetic,
        "approval_number": view.approval_number,
        "approval_exemption": view.approval_exemption,
        "areas": [
            {
                "zones": list(one.names),
                "withheld": one.withheld,
                "class": CLASS_COLOURS[one.risk_class].key if one.risk_class else None,
                "label": label_text(one, lang),
                "value": one.value,
                "reports": one.reports,
                "enterprises": one.enterprises,
            }
            for one in view.rows
        ],
    }


def _oembed(view: EmbedView, lang: str) -> dict[str, Any]:
    title = title_of(view, lang)
    return {
        "type": "rich",
        "version": "1.0",
        "title": title,
        "provider_name": view.park_name,
        "width": DEFAULT_WIDTH,
        "height": _HEIGHT,
        "html": frame_code("index.html", title, _HEIGHT),
    }


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
