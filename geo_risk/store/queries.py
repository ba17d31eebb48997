"""Queries as SQL: box, time, valid time, filters and cursor, the same on both engines.

Takes a `Query`, gives a SELECT with bound parameters. A box is first looked up in the spatial
index (R*Tree, or GiST: both keep 32-bit boxes, so they give candidates), then compared exactly:
points by their doubles, shapes by GEOS, which both engines use. The order is that of ids by code
point, so a cursor visits each row once, whatever is inserted meanwhile.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, get_origin

import shapely
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from geo_risk.errors import InputError
from geo_risk.records import personal_fields
from geo_risk.store.column_types import SRID, iso
from geo_risk.store.rows import kind_of
from geo_risk.store.schema import TABLES, bare, hints_of
from geo_risk.store.values import Box, Query

PLACE_THROUGH = {"visits": ("premises_id", "premises"), "services": ("station_id", "stations")}
"""Collections without a point of their own: the field and the collection that have it."""


@dataclass(frozen=True)
class _Place:
    """Where the box of a collection's rows is kept: its own table, or one that is joined."""

    name: str
    table: sa.FromClause
    has_shapes: bool


def select_rows(query: Query, *, sqlite: bool) -> sa.Select[Any]:
    """Give the SELECT of a query's rows, in the order of ids; place columns are named `place_*`.

    Raises
    ------
    InputError
        When collection or filter field is unknown, or a value does not fit its field.
    """
    table = TABLES[kind_of(query.collection).collection]
    place = _place_of(query.collection)
    columns: list[sa.ColumnElement[Any]] = list(table.c)
    if place is not None and place.table is not table:
        columns += [place.table.c.west.label("place_lon"), place.table.c.south.label("place_lat")]
    chosen = _conditions(
        sa.select(*columns).select_from(_from(table, place)), query, place, sqlite=sqlite
    )
    chosen = chosen.order_by(table.c.id)
    return chosen if query.limit is None else chosen.limit(query.limit)


def select_count(query: Query, *, sqlite: bool) -> sa.Select[Any]:
    """Give the SELECT that counts a query's rows; cursor and limit count as well."""
    if query.limit is not None:
        rows = select_rows(query, sqlite=sqlite).with_only_columns(TABLES[query.collection].c.row)
        return sa.select(sa.func.count()).select_from(rows.subquery())
    table = TABLES[kind_of(query.collection).collection]
    place = _place_of(query.collection)
    needs_place = query.bbox is not None or query.located is not None
    start = sa.select(sa.func.count()).select_from(_from(table, place if needs_place else None))
    return _conditions(start, query, place, sqlite=sqlite)


def id_in(
    column: sa.ColumnElement[Any], ids: Sequence[str], *, sqlite: bool
) -> sa.ColumnElement[bool]:
    """Compare with any number of ids by one bound parameter: no limit, and one cached statement."""
    if sqlite:
        text = sa.bindparam(None, json.dumps(list(ids), ensure_ascii=False), type_=sa.Text())
        each = sa.func.json_each(text).table_valued("value")
        return column.in_(sa.select(each.c.value))
    array = sa.bindparam(None, list(ids), type_=ARRAY(sa.Text()))
    return column == sa.func.any(array)


def _place_of(collection: str) -> _Place | None:
    through = PLACE_THROUGH.get(collection)
    name = through[1] if through else collection
    table = TABLES[name]
    if "geom" not in table.c:
        return None
    return _Place(name, table.alias("place") if through else table, "lon" not in table.c)


def _from(table: sa.Table, place: _Place | None) -> sa.FromClause:
    if place is None or place.table is table:
        return table
    field, _ = PLACE_THROUGH[table.name]
    return table.outerjoin(place.table, place.table.c.id == table.c[field])


def _conditions(
    start: sa.Select[Any], query: Query, place: _Place | None, *, sqlite: bool
) -> sa.Select[Any]:
    table = TABLES[query.collection]
    start = start.where(table.c.deleted_at.is_(None))
    if query.after is not None:
        start = start.where(table.c.id > query.after)
    if query.ids is not None:
        start = start.where(id_in(table.c.id, query.ids, sqlite=sqlite))
    for name, value in query.filters.items():
        start = start.where(_filter(query.collection, table, name, value))
    for condition in (*_in_time(table, query), *_valid(table, query.valid_at)):
        start = start.where(condition)
    if query.located is not None:
        if place is None:
            return start.where(sa.literal(not query.located))
        known = place.table.c.west.is_not(None)
        start = start.where(known if query.located else sa.not_(known))
    if query.bbox is not None:
        if place is None:
            return start.where(sa.false())
        start = start.where(
            sa.or_(*(_in_box(place, one, sqlite=sqlite) for one in _boxes(query.bbox)))
        )
    return start


def _boxes(box: Box) -> list[Box]:
    west, south, east, north = box
    if west <= east:
        return [box]
    return [(west, south, 180.0, north), (-180.0, south, east, north)]


def _in_box(place: _Place, box: Box, *, sqlite: bool) -> sa.ColumnElement[bool]:
    west, south, east, north = box
    columns = place.table.c
    exact = sa.and_(
        columns.east >= west, columns.west <= east, columns.north >= south, columns.south <= north
    )
    wkb = shapely.to_wkb(_shape(box))
    if sqlite:
        tree = sa.table(
            f"{place.name}_box", *map(sa.column, ("row", "west", "east", "south", "north"))
        )
        found = sa.select(tree.c.row).where(
            tree.c.east >= west, tree.c.west <= east, tree.c.north >= south, tree.c.south <= north
        )
        near = columns.row.in_(found)
        meets = sa.func.geometry_meets(columns.geom, wkb, type_=sa.Integer()) == 1
    else:
        shape = sa.func.ST_GeomFromWKB(sa.bindparam(None, wkb, type_=sa.LargeBinary()), SRID)
        near = columns.geom.op("&&", is_comparison=True)(shape)
        meets = sa.func.ST_Intersects(columns.geom, shape, type_=sa.Boolean())
    return sa.and_(near, exact, meets) if place.has_shapes else sa.and_(near, exact)


def _shape(box: Box) -> shapely.Geometry:
    """Give the box as the shape it is: a point or a line when it has no area."""
    west, south, east, north = box
    if west == east and south == north:
        return shapely.Point(west, south)
    if west == east or south == north:
        return shapely.LineString([(west, south), (east, north)])
    return shapely.box(*box)


def _in_time(table: sa.Table, query: Query) -> list[sa.ColumnElement[bool]]:
    """Overlap of [t_from, t_to) with [time_from, time_to); either may be one instant, or open."""
    start, end = query.time_from, query.time_to
    conditions: list[sa.ColumnElement[bool]] = []
    if end is not None:
        before = table.c.t_from <= end if start == end else table.c.t_from < end
        conditions.append(sa.or_(table.c.t_from.is_(None), before))
    if start is not None:
        instant = sa.and_(table.c.t_from == table.c.t_to, table.c.t_from >= start)
        conditions.append(sa.or_(table.c.t_to.is_(None), table.c.t_to > start, instant))
    return conditions


def _valid(table: sa.Table, moment: datetime | None) -> list[sa.ColumnElement[bool]]:
    if moment is None:
        return []
    return [
        sa.or_(table.c.valid_from.is_(None), table.c.valid_from <= moment),
        sa.or_(table.c.valid_to.is_(None), table.c.valid_to > moment),
    ]


def _filter(collection: str, table: sa.Table, name: str, value: Any) -> sa.ColumnElement[bool]:
    kind = kind_of(collection)
    hints = hints_of(kind)
    if name in personal_fields(kind):
        raise InputError(f"{collection}: {name} is person data.", "Ask by id instead.")
    if name not in table.c or name not in hints:
        known = [one for one in hints if one in table.c]
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean {close[0]!r}?" if close else f"There are: {', '.join(known)}."
        raise InputError(f"{collection} has no field {name!r}.", hint)
    inner, _ = bare(hints[name])
    column = table.c[name]
    values = value if isinstance(value, tuple | list | set | frozenset) else (value,)
    if get_origin(inner) is tuple:
        told = [json.dumps(str(one), ensure_ascii=False) for one in values]
        return sa.or_(sa.false(), *(column.contains(one, autoescape=True) for one in told))
    typed = [_typed(collection, name, inner, one) for one in values]
    given = [one for one in typed if one is not None]
    chosen = column == given[0] if len(given) == 1 else column.in_(given)
    return sa.or_(chosen, column.is_(None)) if len(given) < len(typed) else chosen


def _fitting(number: int) -> int:
    """Refuse a number that no column of whole numbers holds."""
    if abs(number) >= 1 << 31:
        raise ValueError(number)
    return number


def _typed(collection: str, name: str, inner: Any, value: Any) -> Any:
    """Read a filter's value as the field's type; text comes from an address line."""
    if value is None:
        return None
    try:
        if inner is bool:
            return _truth(value)
        if inner is int:
            return _fitting(int(value))
        if inner is float:
            return float(value)
        if inner is datetime:
            return _zoned(value)
        if isinstance(inner, type) and issubclass(inner, Enum):
            return inner(value).value
    except (ValueError, TypeError):
        raise InputError(
            f"{collection}: {name} = {value!r} cannot be compared.", _expected(inner)
        ) from None
    return str(value)


def _zoned(value: Any) -> str:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if moment.tzinfo is None:
        raise ValueError(value)
    return iso(moment)


def _truth(value: Any) -> bool:
    said = {"true": True, "1": True, "false": False, "0": False}
    if str(value).lower() not in said:
        raise ValueError(value)
    return said[str(value).lower()]


def _expected(inner: Any) -> str:
    if isinstance(inner, type) and issubclass(inner, Enum):
        return f"Write one of {', '.join(str(one.value) for one in inner)}."
    words = {bool: "true or false", int: "a whole number", float: "a number"}
    return f"Write {words.get(inner, 'a time with its zone, as 2026-01-31T00:00:00Z')}."
