"""Many rows at once: SQLAlchemy's own INSERT, compiled once, its parameters bound by the driver.

Takes rows of plain values (times as `schema.iso` text), all with the same columns. SQLAlchemy's
handling of each parameter of each row costs more than SQLite's writing of it; nothing here needs
it. SQLite's R*Tree is filled here too, in one statement per batch: a trigger per row takes seven
times as long. Updates and deletions reach it by triggers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa


def insert_many(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows.

    Parameters
    ----------
    rows
        Column to value; the columns of the first are those of all.
    """
    if not rows:
        return
    statement, names = _compiled(table, tuple(rows[0]), connection.dialect)
    if names is None:
        connection.exec_driver_sql(statement, [dict(row) for row in rows])
        return
    has_tree = "geom" in table.c
    last = connection.scalar(sa.select(sa.func.max(table.c.row))) if has_tree else None
    connection.exec_driver_sql(statement, [*map(itemgetter(*names), rows)])
    if has_tree:
        _fill_tree(connection, table, last or 0)


def _fill_tree(connection: sa.Connection, table: sa.Table, last: int) -> None:
    box = ("row", "west", "east", "south", "north")
    tree = sa.table(f"{table.name}_box", *map(sa.column, box))
    fresh = sa.select(*(table.c[name] for name in box)).where(
        table.c.row > last, table.c.west.is_not(None)
    )
    connection.execute(tree.insert().from_select(box, fresh))


@lru_cache(maxsize=128)
def _compiled(
    table: sa.Table, columns: tuple[str, ...], dialect: sa.Dialect
) -> tuple[str, tuple[str, ...] | None]:
    compiled = table.insert().compile(dialect=dialect, column_keys=list(columns))
    order = tuple(compiled.positiontup) if compiled.positional and compiled.positiontup else None
    return str(compiled), order
