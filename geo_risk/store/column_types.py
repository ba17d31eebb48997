"""How values are kept in columns: moments and geometries, the same for us on both engines.

Times are ISO text of fixed width in SQLite (it sorts as time does) and timestamptz in PostgreSQL;
geometry is WKB in a BLOB, or a PostGIS column; ids sort by code point whatever the server's
language.
"""

from __future__ import annotations

import typing
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, UserDefinedType

SRID = 4326
"""Degrees; a park that stays in GCJ-02 uses the same number."""


class UtcTime(TypeDecorator[datetime]):
    """A zone-aware moment: ISO text of fixed width in SQLite (sorts as time), else timestamptz."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        """Choose the column type."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:  # noqa: ARG002 (signature)
        """Write UTC; text is taken to be `iso` already."""
        return value if value is None or isinstance(value, str) else iso(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 (signature)
        """Read as UTC."""
        if value is None:
            return None
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return typing.cast("datetime", moment.astimezone(UTC))


def iso(moment: datetime) -> str:
    """Give a moment as text of fixed width in UTC, with microseconds: it sorts as time does."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat(timespec="microseconds")


class Geometry(UserDefinedType[bytes]):
    """Any geometry in degrees, as WKB bytes on our side."""

    cache_ok = True

    def bind_expression(self, bindvalue: Any) -> Any:
        """Make a geometry of the bytes, where the engine knows geometries."""
        return _GeometryOfWkb(bindvalue)

    def column_expression(self, colexpr: Any) -> Any:
        """Make bytes of the geometry."""
        return _WkbOfGeometry(colexpr)


class _GeometryOfWkb(FunctionElement[Any]):
    inherit_cache = True
    name = "geometry_of_wkb"


class _WkbOfGeometry(FunctionElement[Any]):
    inherit_cache = True
    name = "wkb_of_geometry"


@compiles(Geometry, "sqlite")
def _blob(element: Any, compiler: Any, **kw: Any) -> str:  # noqa: ARG001 (signature)
    return "BLOB"


@compiles(Geometry, "postgresql")
def _geometry(element: Any, compiler: Any, **kw: Any) -> str:  # noqa: ARG001 (signature)
    return f"geometry(Geometry, {SRID})"


@compiles(_GeometryOfWkb, "sqlite")
@compiles(_WkbOfGeometry, "sqlite")
def _as_it_is(element: Any, compiler: Any, **kw: Any) -> str:
    return str(compiler.process(element.clauses, **kw))


@compiles(_GeometryOfWkb, "postgresql")
def _from_wkb(element: Any, compiler: Any, **kw: Any) -> str:
    return f"ST_GeomFromWKB({compiler.process(element.clauses, **kw)}, {SRID})"


@compiles(_WkbOfGeometry, "postgresql")
def _to_wkb(element: Any, compiler: Any, **kw: Any) -> str:
    return f"ST_AsBinary({compiler.process(element.clauses, **kw)})"


Code = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text that sorts by code point in both engines: ids and cursors."""

BigInt = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""SQLite counts rows in an INTEGER PRIMARY KEY only; such numbers also outlive a VACUUM."""
