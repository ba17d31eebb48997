"""Where the rows of a parsed table are: its coordinates, shapes or WKT, whichever it has.

Takes a `Parsed` table and its source, gives one `Place` per row, and the polygons and lines of
zones and roads. Coordinates without a datum are refused: what they mean is the owner's to say.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import shapely

from geo_risk.errors import ParkFileError
from geo_risk.ingest.fields import fields_of
from geo_risk.ingest.points import locate, locate_shapes
from geo_risk.ingest.row import Place
from geo_risk.ingest.shapes import fit_shape, read_wkt
from geo_risk.ingest.validate import Parsed
from geo_risk.ingest.values import Bad

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from geo_risk.park import ParkFile, Source

SHAPED = frozenset({"zones", "roads"})
"""Kinds whose records are shapes; of the others a shape gives a point."""

GEOMETRY_HEADING = "几何WKT"
IN_THE_FILE = "（同原文件）"
"""Stands for a shape too long for a spreadsheet's cell: it is taken from the original file."""


def require_datum(parsed: Parsed, source: Source) -> None:
    """Refuse coordinates whose datum nobody has said.

    Raises
    ------
    ParkFileError
    """
    usable = not {"lon", "geometry"}.isdisjoint(fields_of(source.kind))
    there = parsed.table.shapes is not None or not {"lon", "geometry"}.isdisjoint(parsed.columns)
    if usable and there and not source.datum:
        names = [parsed.heading(one) for one in ("lon", "lat", "geometry") if one in parsed.columns]
        raise ParkFileError(
            f"[[source]] {source.name}: {parsed.table.where} has coordinates "
            f"({', '.join(names) or 'shapes'}) and the source names no datum.",
            "Ask who made the file, and write datum = one of wgs84, cgcs2000, gcj02, bd09, EPSG:n.",
        )


def shapes_of(
    parsed: Parsed, kind: str, original: Parsed | None
) -> Sequence[BaseGeometry | None] | None:
    """Give the rows' shapes, of the map file or a column of WKT; None where it has neither."""
    if parsed.table.shapes is not None:
        return list(parsed.table.shapes)
    if "geometry" not in parsed.columns:
        return None
    before: dict[int, Any] = {}
    if original is not None and original.table.shapes is not None:
        before = dict(zip(original.table.rows, original.table.shapes, strict=True))
    shapes: list[BaseGeometry | None] = []
    for i, cell in enumerate(parsed.values["geometry"]):
        if cell == IN_THE_FILE:
            shapes.append(before.get(parsed.table.rows[i]))
            continue
        shape = read_wkt(cell)
        if isinstance(shape, Bad):
            if kind in SHAPED:
                parsed.add(i, "geometry", shape)
            shape = shapely.Point(math.nan, math.nan)  # a point that is no number
        shapes.append(shape)
    return shapes


def places_of(
    parsed: Parsed,
    source: Source,
    park: ParkFile,
    shapes: Sequence[BaseGeometry | None] | None,
    boundary: BaseGeometry | None,
) -> list[Place]:
    """Give the place of each row: by its coordinates, else by its shape, else none."""
    length, kind_fields = len(parsed.table), fields_of(source.kind)
    told: dict[str, Any] = {
        "datum": source.datum,
        "park_datum": park.park.datum,
        "boundary": boundary,
    }
    if "lon" not in kind_fields:
        return [Place()] * length
    chosen = "lon" in source.columns or shapes is None
    if chosen and "lon" in parsed.values and "lat" in parsed.values:
        points = locate(parsed.values["lon"], parsed.values["lat"], **told)
    elif shapes is not None:
        points = locate_shapes(shapes, **told)
    else:
        return [Place()] * length
    return [
        Place(unlocated=why) if why else Place(lon, lat, "", outside)
        for lon, lat, why, outside in zip(
            points.lon.tolist(),
            points.lat.tolist(),
            points.unlocated,
            points.outside.tolist(),
            strict=True,
        )
    ]


def fit_shapes(
    parsed: Parsed,
    source: Source,
    park: ParkFile,
    shapes: Sequence[BaseGeometry | None] | None,
    boundary: BaseGeometry | None,
) -> dict[int, tuple[BaseGeometry, bool]]:
    """Bring zones and roads to the park's datum; a shape that cannot be used is an issue."""
    fitted: dict[int, tuple[BaseGeometry, bool]] = {}
    if source.kind not in SHAPED or shapes is None:
        return fitted
    for i, shape in enumerate(shapes):
        if i in parsed.issues:
            continue
        one = fit_shape(
            shape,
            source.kind,
            datum=source.datum,
            park_datum=park.park.datum,
            boundary=boundary,
        )
        if isinstance(one, Bad):
            parsed.add(i, "geometry", one)
        else:
            fitted[i] = one
    return fitted
