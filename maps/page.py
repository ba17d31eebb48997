"""The map's page: headline, layers, map, legend and side panel; its data comes from endpoints.

Takes a `MapView`, gives the HTML document. The map itself is folium's (`maps.shell`); what is drawn
on it comes from /v1/map, /v1/surfaces, the tiles and /explain, asked for by our modules in
`console/static`. The page names what they need: language, time zone, colours and words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.bundle import bundle_url
from maps.console import render_page
from maps.headline import write_headline
from maps.page_data import page_data
from maps.shell import content_security_policy, json_block, make_shell
from maps.times import time_label_of, time_links, time_path
from maps.words import model_name, word

if TYPE_CHECKING:
    from geo_risk.published import Rung
    from maps.views import MapView

__all__ = ["content_security_policy", "ladder_text", "map_page"]


def map_page(view: MapView, lang: str) -> str:
    """Give the page of the risk map.

    Parameters
    ----------
    view
        Frame, zones' rows and rung; cut to the audience by whoever made it.
    lang
        One of the catalogue's languages.
    """
    return render_page(
        "map.html",
        view.frame,
        lang,
        "map",
        headline=write_headline(view, lang),
        ladder=ladder_text(view.rung, lang),
        shell=make_shell(),
        script=bundle_url("map.js"),
        table_link=time_path("/zones", view.time, lang),
        times=time_links(view, lang),
        time=view.time,
        time_now=time_label_of(view, lang),
        page_data=json_block(
            page_data(view.frame, lang)
            | {"time": view.time, "cases": time_path("/cases", "now", lang) if view.cases else ""}
        ),
    )


def ladder_text(rung: Rung | None, lang: str) -> str:
    """Say how far the map may be trusted: history, tests, and the model that is served."""
    if rung is None:
        return ""
    standing = word(f"ladder.{rung.key}", lang, n=rung.months, months=rung.months, folds=rung.folds)
    served = word("ladder.served", lang, model=model_name(rung.served, lang))
    return f"{standing}{'' if lang == 'zh' else ' '}{served}"
