"""Many rows at once, faster than one parameter at a time.

Takes rows of plain values (times as `schema.iso` text), all with the same columns. SQLite:
SQLAlchemy's own INSERT, compiled once, its parameters bound by the driver; then the R*Tree in one
statement, where a trigger per row would take seven times as long (updates and deletions reach it by
triggers). PostgreSQL: COPY, and statistics afterwards, so that plans do not wait for the daemon.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

import shapely
import sqlalchemy as sa

from geo_risk.store.column_types import SRID

_MANY = 1000


def insert_many(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows.

    Parameters
    ----------
    rows
        Column to value; the columns of the first are those of all.
    """
    if rows and connection.dialect.name == "sqlite":
        _insert_sqlite(connection, table, rows)
    elif len(rows) < _MANY:
        if rows:
            connection.execute(table.insert(), list(rows))
    else:
        _copy_postgres(connection, table, rows)


def _insert_sqlite(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    statement, names = _compiled(table, tuple(rows[0]), connection.dialect)
    has_tree = "geom" in table.c
    last = connection.scalar(sa.select(sa.func.max(table.c.row))) if has_tree else None
    connection.exec_driver_sql(statement, [*map(itemgetter(*names), rows)])
    if has_tree:
        _fill_tree(connection, table, last or 0)


@lru_cache(maxsize=128)
def _compiled(
    table: sa.Table, columns: tuple[str, ...], dialect: sa.Dialect
) -> tuple[str, tuple[str, ...]]:
    compiled: Any = table.insert().compile(dialect=dialect, column_keys=list(columns))
    return str(compiled), tuple(compiled.positiontup)


def _fill_tree(connection: sa.Connection, table: sa.Table, last: int) -> None:
    box = ("row", "west", "east", "south", "north")
    tree = sa.table(f"{table.name}_box", *map(sa.column, box))
    fresh = sa.select(*(table.c[name] for name in box)).where(
        table.c.row > last, table.c.west.is_not(None)
    )
    connection.execute(tree.insert().from_select(box, fresh))


def _copy_postgres(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    quote = connection.dialect.identifier_preparer.quote
    names = tuple(rows[0])
    columns = ", ".join(quote(name) for name in names)
    driver: Any = connection.connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {quote(table.name)} ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            values = dict(row)
            if values.get("geom") is not None:
                values["geom"] = _ewkb(values["geom"])
            copy.write_row([values[name] for name in names])
    connection.execute(sa.text(f"ANALYZE {quote(table.name)}"))


def _ewkb(wkb: bytes) -> str:
    """Give the text that PostGIS reads as a geometry: EWKB in hex, with its SRID."""
    geometry = shapely.set_srid(shapely.from_wkb(wkb), SRID)
    return str(shapely.to_wkb(geometry, hex=True, include_srid=True))
