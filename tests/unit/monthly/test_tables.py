"""Tables of a month: where their rows stand on the map."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from geo_risk.monthly.tables import at_enterprises, enterprise_places, index_table
from tests.unit.monthly.test_shown import month, said


def _frame(rows: dict[str, tuple[str, shapely.Point | None]]) -> gpd.GeoDataFrame:
    owners = {"enterprise_id": [owner for owner, _ in rows.values()]}
    frame = pd.DataFrame(owners, index=pd.Index(list(rows), name="id"))
    return gpd.GeoDataFrame(frame, geometry=[point for _, point in rows.values()], crs="EPSG:4326")


def test_a_row_stands_at_its_own_point_else_at_its_enterprises() -> None:
    """The enterprise's point is that of its first located premises; without one there is none."""
    here, there = shapely.Point(120, 30), shapely.Point(120.1, 30)
    premises = _frame({"p1": ("a", None), "p2": ("a", here), "p3": ("a", there), "p4": ("b", None)})
    places = enterprise_places(premises)
    assert places.to_dict() == {"a": here}
    rows = at_enterprises(
        _frame({"r1": ("a", None), "r2": ("a", there), "r3": ("b", None)}), places
    )
    assert [rows.geometry[one] for one in ("r1", "r2", "r3")] == [here, there, None]
    table = index_table(month({"a": said(), "b": said(ranked=False, ranks=None)}), places)
    assert table.geometry["a"] == here
    assert table.geometry["b"] is None
    assert table["rank_first"].isna().tolist() == [False, True]
