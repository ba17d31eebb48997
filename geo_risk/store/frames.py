"""Records as GeoDataFrames, for analysts.

Takes stored records, gives a frame: index `id`, one column per field in the order of the class,
times in UTC, texts of a list joined by `; `, geometry in degrees. Person data has no column unless
it was asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from enum import Enum
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_risk.display import Drawing, draw
from geo_risk.records import Findings, Record, personal_fields
from geo_risk.store.column_types import SRID
from geo_risk.store.rows import kind_of
from geo_risk.store.values import Stored


class RecordsFrame(gpd.GeoDataFrame):
    """A GeoDataFrame of records whose `explore` draws offline: no tiles, no other host."""

    @property
    def _constructor(self) -> Any:
        plain = super()._constructor  # type: ignore[misc]  # pandas's own way, not in its stubs

        def make(*args: Any, **kwargs: Any) -> Any:
            return _as_records(plain(*args, **kwargs))

        return make

    def _constructor_from_mgr(self, mgr: Any, axes: Any) -> Any:
        return _as_records(super()._constructor_from_mgr(mgr, axes))  # type: ignore[misc]  # as above

    def explore(self, column: str | None = None, **options: Any) -> Drawing:  # type: ignore[override]  # fewer arguments, no folium
        """Give a map to look at in a notebook, in the manner of GeoPandas, offline.

        Parameters
        ----------
        column
            Which column gives the colour.
        **options
            `tooltip`, `popup`, `legend`, `width`, `height`, as in GeoPandas; `lang`, zh or en.

        Raises
        ------
        InputError
            When nothing that draws is installed, a column is not there, or tiles are asked for.
        """
        return draw(self, column=column, **options)


def _as_records(made: Any) -> Any:
    """Keep the class through pandas's own operations, wherever a geometry is left."""
    if type(made) is gpd.GeoDataFrame:
        made.__class__ = RecordsFrame
    return made


def frame_of(
    collection: str, found: Sequence[Stored[Record]], *, personal: bool = False
) -> gpd.GeoDataFrame:
    """Make a frame of stored records.

    Parameters
    ----------
    collection
        Their collection: an empty frame has its columns too.
    personal
        Whether person data has columns.

    Returns
    -------
    geopandas.GeoDataFrame
        (n, fields) with index `id`.
    """
    kind = kind_of(collection)
    hidden = set() if personal else set(personal_fields(kind))
    columns: dict[str, Any] = {}
    for one in fields(kind):
        if one.name in hidden or one.name == "geometry":
            continue
        values = [getattr(stored.record, one.name) for stored in found]
        if one.name == "found":
            for part in ("major", "general", "minor"):
                columns[f"found_{part}"] = [_part(value, part) for value in values]
        else:
            columns[one.name] = _column(str(one.type), values)
    index = pd.Index(columns.pop("id"), name="id", dtype="object")
    shapes = [getattr(one.record, "geometry", None) for one in found]
    geometry = np.array(shapes, dtype=object) if any(shapes) else _points(found)
    return RecordsFrame(columns, index=index, geometry=geometry, crs=f"EPSG:{SRID}")


def _column(hint: str, values: list[Any]) -> Any:
    if hint.startswith("datetime"):
        return pd.DatetimeIndex(pd.to_datetime(pd.Series(values, dtype="object"), utc=True))
    if hint.startswith("int"):
        return pd.array(values, dtype="Int64")
    if hint.startswith("float"):
        return np.array([np.nan if one is None else one for one in values], dtype=np.float64)
    if hint.startswith("tuple"):
        return ["; ".join(one) for one in values]
    return [one.value if isinstance(one, Enum) else one for one in values]


def _part(value: Findings | None, part: str) -> Any:
    return pd.NA if value is None else getattr(value, part)


def _points(found: Sequence[Stored[Record]]) -> Any:
    places = np.array([one.place or (np.nan, np.nan) for one in found], dtype=np.float64)
    places = places.reshape(-1, 2)
    points = np.array(shapely.points(places), dtype=object)
    points[np.isnan(places[:, 0])] = None
    return points
