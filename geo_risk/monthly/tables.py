"""A month of the index as a table: one row per enterprise, one column per figure.

Takes what a month says and where enterprises are, gives a GeoDataFrame with index `id`. No name and
no looker is in it. `workspace` asks for it; what a reader may see is decided at the doors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from geo_risk.safety_index.parameters import INDICATORS
from geo_risk.safety_index.shown import MICRO, ranking


def index_table(said: Mapping[str, Any], places: gpd.GeoSeries) -> gpd.GeoDataFrame:
    """Give a month's rows.

    Parameters
    ----------
    said
        Of `results`, or `said_by` of a preview.
    places
        Enterprise to its point.

    Returns
    -------
    geopandas.GeoDataFrame
        In the order of the ranking: `score`, `low`, `high`, `colour`, `rank_first` and `rank_last`
        (missing without rank), `group`, `slip`, `notes` (joined by `; `), `measured`, and `part_*`
        of each indicator, points that add up to `score`, missing where one is left out.
    """
    rows = ranking(said["results"])
    ranks = [row["ranks"] or (None, None) for row in rows]
    columns: dict[str, Any] = {
        "score": [row["score"] for row in rows],
        "low": [row["interval"][0] for row in rows],
        "high": [row["interval"][1] for row in rows],
        "colour": [row["colour"] for row in rows],
        "rank_first": pd.array([first for first, _ in ranks], dtype="Int64"),
        "rank_last": pd.array([last for _, last in ranks], dtype="Int64"),
        "group": [row["group"] for row in rows],
        "slip": [row["slip"] for row in rows],
        "notes": ["; ".join(row["notes"]) for row in rows],
        "measured": [row["measured"] for row in rows],
    }
    for name in INDICATORS:
        parts = [row["parts"].get(name) for row in rows]
        columns[f"part_{name}"] = [None if one is None else one / MICRO for one in parts]
    index = pd.Index([row["id"] for row in rows], name="id", dtype="object")
    frame = pd.DataFrame(columns, index=index)
    return gpd.GeoDataFrame(frame, geometry=places.reindex(index), crs=places.crs)


def enterprise_places(premises: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Give each enterprise the point of its first located premises, in the order of ids."""
    located = premises[premises.geometry.notna() & (premises["enterprise_id"] != "")].sort_index()
    first = located.drop_duplicates("enterprise_id").set_index("enterprise_id")
    return first.geometry


def at_enterprises(frame: gpd.GeoDataFrame, places: gpd.GeoSeries) -> gpd.GeoDataFrame:
    """Put rows that have no point of their own at their enterprise's."""
    own = places.reindex(frame["enterprise_id"]).set_axis(frame.index)
    return frame.set_geometry(frame.geometry.fillna(own))
