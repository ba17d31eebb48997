"""Values that show themselves in a notebook: a whole map in an iframe, without any network.

Takes a surface, a graded surface, a patrol zone or a GeoDataFrame, gives an `Explored`. It fills
the library's display hook (`geo_risk.display`) by an entry point. The arguments are those of
GeoPandas's `explore` where they make sense here; tiles from elsewhere are refused. Nothing of the
data passes through a template: it stands in a JSON block, and texts are put in as text.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from geo_risk.errors import InputError
from geo_risk.grid import Surface
from geo_risk.published import GradedSurface, Publication, Rung, classes_of
from geo_risk.records import Audience, PatrolZone
from maps.bundle import bundle
from maps.cells import cells_block, grid_block
from maps.console import render_page
from maps.features import features_block
from maps.page_data import page_data
from maps.palette import pattern_table, tile_palette
from maps.render import inline_parts
from maps.shell import json_block, make_shell
from maps.views import Frame
from maps.words import surface_title, word

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

_QUANTILES = (0.80, 0.95, 0.99)
"""Class breaks of a surface that nobody graded, over its own cells: provisional, and said so."""


@dataclass(frozen=True)
class Explored:
    """A map of one value.

    Parameters
    ----------
    html
        One self-contained HTML document.
    width, height
        Of its frame in a notebook: CSS lengths, or pixels.
    """

    html: str
    width: int | str = "100%"
    height: int | str = 520

    def _repr_html_(self) -> str:
        """Give the frame; what is in it can reach neither the notebook nor the network."""
        source = html.escape(self.html, quote=True)
        width, height = html.escape(str(self.width)), html.escape(str(self.height))
        return (
            f'<iframe srcdoc="{source}" width="{width}" height="{height}" '
            'sandbox="allow-scripts" style="border:0"></iframe>'
        )


def draw(  # noqa: PLR0913 (GeoPandas's own arguments)
    value: Surface | GradedSurface | PatrolZone | gpd.GeoDataFrame,
    column: str | None = None,
    *,
    tooltip: bool | str | Sequence[str] = True,
    popup: bool | str | Sequence[str] = False,
    tiles: None = None,
    legend: bool = True,
    width: int | str = "100%",
    height: int | str = 520,
    datum: str = "wgs84",
    lang: str = "zh",
) -> Explored:
    """Draw a value as a map that needs no network.

    Parameters
    ----------
    value
        What to show.
    column
        Of a frame: which column gives the colour; numbers in five steps, texts one colour each.
    tooltip, popup
        Of a frame: which columns are shown under the pointer, and at a press: all, none, or named.
    tiles
        None: there are none without a network.
    legend
        Whether it is shown; a surface's always is.
    width, height
        Of the frame.
    datum
        The park's own, `wgs84` or `gcj02`: the map is in WGS-84.
    lang
        zh or en.

    Returns
    -------
    Explored

    Raises
    ------
    InputError
        For tiles, a column that is not there, a frame without geometry, another kind of value.
    """
    if tiles is not None:
        raise InputError(f"tiles={tiles!r}: these maps work without a network.", "Leave tiles out.")
    if isinstance(value, Surface):
        value = _graded(value)
    if isinstance(value, GradedSurface):
        data, title, zone = _surface_data(value, datum), value.id, value.surface.period.start
        frame = _frame(surface_title(title, lang, {}), zone.tzinfo)
    else:
        table = _table_of(value)
        block = features_block(
            table, column=column, tooltip=tooltip, popup=popup, legend=legend, datum=datum
        )
        data = {"features": block}
        frame = _frame(word("explore.title", lang, n=len(table)), UTC)
    return Explored(_document(frame, data, lang), width, height)


def _document(frame: Frame, data: dict[str, Any], lang: str) -> str:
    shell = make_shell()
    parts = inline_parts(bundle("explore.js"))
    told = page_data(frame, lang) | {"base": None, "home": "", "table": "#"}
    return render_page(
        "explore.html",
        frame,
        lang,
        "",
        shell=shell,
        page_data=json_block(told),
        explore_data=json_block(data),
        **parts,
    )


def _frame(title: str, zone: Any) -> Frame:
    known = zone if isinstance(zone, ZoneInfo) else ZoneInfo("UTC")
    return Frame(park_name=title, zone=known, audience=Audience.STATION)


def _table_of(value: Any) -> gpd.GeoDataFrame:
    import geopandas as gpd  # noqa: PLC0415 (pandas, only for who explores a frame)

    if isinstance(value, PatrolZone):
        row = {"id": [value.id], "name": [value.name], "patrol_hours": [value.patrol_hours]}
        return gpd.GeoDataFrame(row, geometry=[value.geometry], crs="EPSG:4326")
    if isinstance(value, gpd.GeoDataFrame):
        return value
    raise InputError(
        f"A {type(value).__name__} cannot be drawn.", "Give a surface, a zone or a GeoDataFrame."
    )


def _graded(surface: Surface) -> GradedSurface:
    known = surface.values[np.isfinite(surface.values)]
    if not known.size:
        raise InputError(f"Surface {surface.id} has no values.", "There is nothing to draw.")
    low, middle, high = (float(one) for one in np.quantile(known, _QUANTILES))
    breaks = (low, middle, high)
    return GradedSurface(surface, breaks, classes_of(surface.values, breaks))


def _surface_data(graded: GradedSurface, datum: str) -> dict[str, Any]:
    surface = graded.surface
    whole = Publication(
        surface.provenance.as_of, Rung(0, "", 0, ""), {graded.id: graded}, graded.id
    )
    return {
        "surface": {
            "id": graded.id,
            "title": surface_title(graded.id, "zh", {}),
            "title_en": surface_title(graded.id, "en", {}),
            "unit": surface.unit.value,
            "unit_zh": surface.unit.zh,
            "period": {
                "start": surface.period.start.isoformat(),
                "end": surface.period.end.isoformat(),
            },
            "as_of": surface.provenance.as_of.isoformat(),
            "breaks": list(graded.breaks),
            "breaks_version": graded.breaks_version,
            "cell_m": surface.grid.cell_m,
        },
        "cells": {"grid": grid_block(surface.grid, datum), **cells_block(whole)},
        "table": {"index": pattern_table(), "palette": tile_palette()},
    }
