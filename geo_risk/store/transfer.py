"""All rows of one database into another, whatever the engines.

Takes an open reading connection and a migrated, empty target; the same schema on both sides is what
makes it one loop. Numbers that other rows refer to are kept, row numbers of collections are given
anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from geo_risk.store.bulk import insert_many
from geo_risk.store.column_types import iso
from geo_risk.store.schema import METADATA, TABLES

_AT_ONCE = 5000


def copy_rows(source: sa.Connection, target: sa.Connection) -> None:
    """Copy every table, in an order that foreign keys allow."""
    for table in METADATA.sorted_tables:
        for rows in _batches(source, table):
            insert_many(target, table, rows)
        if target.dialect.name == "postgresql" and "seq" in table.c and not table.foreign_keys:
            _advance(target, table)


def _batches(source: sa.Connection, table: sa.Table) -> Iterator[list[dict[str, Any]]]:
    is_collection = table.name in TABLES
    columns = [one for one in table.c if not (is_collection and one.name == "row")]
    order = [table.c.row] if is_collection else list(table.primary_key)
    result = source.execution_options(yield_per=_AT_ONCE).execute(
        sa.select(*columns).order_by(*order)
    )
    for part in result.mappings().partitions():
        yield [{name: _plain(value) for name, value in row.items()} for row in part]


def _plain(value: Any) -> Any:
    return iso(value) if isinstance(value, datetime) else value


def _advance(target: sa.Connection, table: sa.Table) -> None:
    """Let the next number be above those that were copied."""
    sequence = sa.func.pg_get_serial_sequence(table.name, "seq")
    last = sa.select(sa.func.max(table.c.seq)).scalar_subquery()
    target.execute(sa.select(sa.func.setval(sequence, last)).where(last.is_not(None)))
