"""A GeoDataFrame as what a browser draws: shapes in WGS-84, a colour class each, and texts.

Takes a frame and the names of columns, gives JSON-ready values. Numbers are cut into five steps of
equal count, texts into at most eight classes and the rest; the colours are never the four of risk.
"""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo_risk import crs
from geo_risk.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    Columns = bool | str | Sequence[str]

STEPS = 5
MOST_CLASSES = 8
_WGS84 = 4326
_SHOWN = 200
"""A text of a cell is cut after so many characters."""


def features_block(
    table: gpd.GeoDataFrame,
    *,
    column: str | None,
    tooltip: Columns,
    popup: Columns,
    legend: bool,
    datum: str,
) -> dict[str, Any]:
    """Give the features of a frame; parameters as of `maps.explore.draw`.

    Returns
    -------
    dict
        `shapes` (GeoJSON geometries), `classes` (one number each, -1 for none), `legend` (labels of
        the classes, `numeric`), and `tooltip`, `popup`: names and rows of texts.

    Raises
    ------
    InputError
        When a column is not there, or no row has a shape.
    """
    table = table[~(table.geometry.isna() | table.geometry.is_empty)]
    if table.empty:
        raise InputError("No row of the frame has a shape.", "There is nothing to draw.")
    if table.crs is not None and table.crs.to_epsg() != _WGS84:
        table = table.to_crs(_WGS84)
    shapes: list[Any] = list(table.geometry.array)
    if datum != "wgs84":
        shapes = [crs.shift_geometry(one, datum, "wgs84") for one in shapes]
    classes, labels, numeric = _classes(table, column)
    return {
        "shapes": [_shape(one) for one in shapes],
        "classes": classes,
        "legend": {"title": column or "", "labels": labels, "numeric": numeric, "shown": legend},
        "tooltip": _texts(table, tooltip),
        "popup": _texts(table, popup),
    }


def _shape(geometry: Any) -> dict[str, Any]:
    import shapely  # noqa: PLC0415 (as geopandas)

    shape: dict[str, Any] = json.loads(shapely.to_geojson(shapely.set_precision(geometry, 1e-7)))
    return shape


def _texts(table: gpd.GeoDataFrame, asked: Columns) -> dict[str, Any]:
    names = [str(one) for one in table.columns if one != table.geometry.name]
    if asked is False:
        names = []
    elif asked is not True:
        wanted = [asked] if isinstance(asked, str) else list(asked)
        for one in wanted:
            _check_column(table, one)
        names = wanted
    rows = [[_text(value) for value in row] for row in table[names].itertuples(index=False)]
    return {"names": names, "rows": rows if names else []}


def _text(value: Any) -> str:
    if value is None or value is pd.NA or value is pd.NaT or value != value:  # noqa: PLR0124 (NaN)
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    text = value.isoformat() if isinstance(value, pd.Timestamp) else str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _check_column(table: gpd.GeoDataFrame, name: str) -> None:
    if name not in table.columns:
        known = ", ".join(str(one) for one in table.columns)
        raise InputError(f"There is no column {name!r}.", f"There are: {known}.")


def _classes(table: gpd.GeoDataFrame, column: str | None) -> tuple[list[int], list[str], bool]:
    if column is None:
        return [0] * len(table), [], False
    _check_column(table, column)
    values = table[column]
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return _steps(values.to_numpy(dtype=np.float64, na_value=np.nan))
    texts = values.map(_text)
    counted = texts[texts != ""].value_counts()
    kept = sorted(counted.index[:MOST_CLASSES])
    rest = len(counted) > MOST_CLASSES
    places = {name: n for n, name in enumerate(kept)}
    other = MOST_CLASSES if rest else -1
    classes = [places.get(one, other if one else -1) for one in texts]
    return classes, [*kept, "…"] if rest else kept, False


def _steps(values: np.ndarray) -> tuple[list[int], list[str], bool]:
    known = values[np.isfinite(values)]
    if not known.size:
        return [-1] * len(values), [], True
    cuts = np.unique(np.quantile(known, np.linspace(0, 1, STEPS + 1)))
    inner = cuts[1:-1]
    classes = np.where(np.isfinite(values), np.searchsorted(inner, values, side="right"), -1)
    edges = [f"{one:.4g}" for one in cuts]
    labels = (
        [f"{low} – {high}" for low, high in itertools.pairwise(edges)] if len(cuts) > 1 else edges
    )
    return classes.astype(int).tolist(), labels, True
