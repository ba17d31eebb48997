"""Records as GeoJSON features, cut to what the reader may see; and the schema of what is in them.

Takes stored records and a `Sight`, gives features in one CRS. A field the reader may not see is not
there at all, and it cannot be filtered by. The place of a visit is its premises', where the
premises may be seen; a record without a place has a null geometry. Times are RFC 3339 in UTC.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

import numpy as np
from shapely.geometry.base import BaseGeometry

from api.ogc.wire import CRS84, Wire
from geo_risk.records import COLLECTIONS, Record, personal_fields

if TYPE_CHECKING:
    from api.audience import Sight
    from geo_risk.store import Stored

_NOT_PROPERTIES = frozenset({"id", "geometry", "lon", "lat"})
_JSON_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}


def property_names(sight: Sight, collection: str) -> tuple[str, ...]:
    """Give the fields of a collection that a reader finds in its properties."""
    return tuple(
        name
        for name in field_types(collection)
        if name not in _NOT_PROPERTIES and sight.shows(collection, name)
    )


def queryables(sight: Sight, collection: str) -> tuple[str, ...]:
    """Give the fields by which a reader may filter: seen by the reader, plain, not personal."""
    personal = personal_fields(COLLECTIONS[collection])
    return tuple(
        name
        for name in property_names(sight, collection)
        if name not in personal and not is_dataclass(field_types(collection)[name][0])
    )


def features_of(
    found: Sequence[Stored[Record]], sight: Sight, collection: str, wire: Wire, crs: str = CRS84
) -> list[dict[str, Any]]:
    """Make features.

    Parameters
    ----------
    found
        Records of one collection.
    sight
        Whose eyes they are for.
    collection
        Its name.
    wire, crs
        How coordinates leave, and in which CRS.

    Returns
    -------
    list of dict
        GeoJSON features, in order.
    """
    names = property_names(sight, collection)
    return [
        {
            "type": "Feature",
            "id": one.record.id,
            "geometry": geometry,
            "properties": {name: plain(getattr(one.record, name)) for name in names},
        }
        for one, geometry in zip(
            found, _geometries(found, sight, collection, wire, crs), strict=True
        )
    ]


def plain(value: Any) -> Any:
    """Give a field's value as JSON has it."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return str(value)


def schema_of(collection: str, names: Sequence[str]) -> dict[str, Any]:
    """Describe fields as JSON schema properties, titles in Chinese.

    Parameters
    ----------
    collection
        Its name.
    names
        Which fields.
    """
    metadata = {one.name: one.metadata for one in fields(COLLECTIONS[collection])}
    described = {}
    for name in names:
        about: Mapping[str, Any] = metadata[name]
        described[name] = {
            "title": about.get("zh", name),
            "description": about.get("en", name),
            **_schema_type(field_types(collection)[name][0]),
        }
    return described


@cache
def field_types(collection: str) -> dict[str, tuple[Any, bool]]:
    """Give each field's type and whether it may be empty."""
    hints = get_type_hints(COLLECTIONS[collection], localns={"BaseGeometry": BaseGeometry})
    return {one.name: _bare(hints[one.name]) for one in fields(COLLECTIONS[collection])}


def _bare(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) in {types.UnionType, typing.Union}:
        inner = [one for one in get_args(hint) if one is not types.NoneType]
        return inner[0], True
    return hint, False


def _schema_type(inner: Any) -> dict[str, Any]:
    if inner is datetime:
        return {"type": "string", "format": "date-time"}
    if get_origin(inner) is tuple:
        return {"type": "array", "items": {"type": "string"}}
    if isinstance(inner, type) and issubclass(inner, Enum):
        return {"type": "string", "enum": [one.value for one in inner]}
    if is_dataclass(inner):
        return {"type": "object"}
    return {"type": _JSON_TYPES.get(inner, "string")}


def _geometries(
    found: Sequence[Stored[Record]], sight: Sight, collection: str, wire: Wire, crs: str
) -> list[dict[str, Any] | None]:
    if "geometry" in field_types(collection):
        shapes = wire.geometries_out([_shape(one.record) for one in found], crs)
        return list(shapes)
    places = [one.place if _shows_place(sight, collection) else None for one in found]
    known = [place for place in places if place is not None]
    if not known:
        return [None] * len(found)
    lon_lat = np.array(known, dtype=np.float64)
    out = iter(wire.points_out(lon_lat[:, 0], lon_lat[:, 1], crs).tolist())
    return [None if one is None else {"type": "Point", "coordinates": next(out)} for one in places]


def _shape(record: Record) -> BaseGeometry:
    shape: BaseGeometry = getattr(record, "geometry")  # noqa: B009 (only some records have one)
    return shape


def _shows_place(sight: Sight, collection: str) -> bool:
    """Say whether a place may be shown: one that is another record's, where that may be seen."""
    through: Callable[[str], str | None] = {"visits": "premises", "services": "stations"}.get
    owner = through(collection)
    return owner is None or owner in sight.collections
