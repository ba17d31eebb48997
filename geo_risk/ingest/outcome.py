"""What reading gave, counted: records in order, rejects with their lines, rows as they came.

Takes a parsed table with its issues and the records made of each row, gives a `Batch`. Zones with
one id are merged here, teams are made of their officers, and several things wrong with one row
are joined into one line in each language, in the order of the file's columns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import shapely

from geo_risk.ingest import build_places
from geo_risk.ingest.batch import Batch, Reject, RejectedRow
from geo_risk.ingest.codes import texts
from geo_risk.ingest.park_files import source_digest
from geo_risk.ingest.placing import GEOMETRY_HEADING, IN_THE_FILE
from geo_risk.ingest.shapes import merge_zones
from geo_risk.ingest.validate import Issue, Parsed
from geo_risk.records import Located, PatrolZone, Record

if TYPE_CHECKING:
    from geo_risk.ingest.table import Table
    from geo_risk.park import ParkFile, Source

_CELL_LIMIT = 32_000
_VALUE_LIMIT = 200


def make_batch(
    path: Path,
    park: ParkFile,
    source: Source,
    parsed: Parsed,
    made: list[tuple[Record, ...]],
    odd: Counter[str],
) -> Batch:
    """Count, merge and report.

    Parameters
    ----------
    path
        The file that was read.
    park, source
        Its description.
    parsed
        Its rows, with what is wrong with them.
    made
        The records of each row, () for a rejected one.
    odd
        What is odd but usable, counted so far.

    Returns
    -------
    Batch
    """
    table = parsed.table
    records = [one for row in made for one in row]
    located = [next((one for one in row if isinstance(one, Located)), None) for row in made]
    unlocated = [one for one in located if one is not None and one.unlocated]
    for one in unlocated:
        if one.unlocated != "missing":
            odd[one.unlocated] += 1
    if source.kind == "zones":
        merged = _merge(records)
        odd["merged_zones"] += len(records) - len(merged)
        records = merged
    elif source.kind == "officers":
        records += build_places.teams_of(source.name, records)
    rejected = sorted(parsed.issues)
    return Batch(
        source=source,
        digest=source_digest(park, source, path),
        records=tuple(records),
        rejects=tuple(_reject(source, table, i, parsed.issues[i]) for i in rejected),
        headings=_headings(table),
        rejected_rows=tuple(RejectedRow(table.rows[i], _cells(table, i)) for i in rejected),
        read=len(table),
        accepted=len(table) - len(rejected),
        rejected=len(rejected),
        unlocated=len(unlocated),
        outside=sum(one is not None and one.outside for one in located),
        odd={name: count for name, count in sorted(odd.items()) if count},
        rows=tuple(table.rows),
        epoch_1904=table.epoch_1904,
    )


def _merge(records: Iterable[Record]) -> list[Record]:
    """Make one zone of those with one id; the first in the file gives its name and hours."""
    by_id: dict[str, list[PatrolZone]] = {}
    for one in records:
        if isinstance(one, PatrolZone):
            by_id.setdefault(one.id, []).append(one)
    return [
        replace(zones[0], geometry=merge_zones([one.geometry for one in zones]))
        for zones in by_id.values()
    ]


def _headings(table: Table) -> tuple[str, ...]:
    return table.headings if table.shapes is None else (*table.headings, GEOMETRY_HEADING)


def _cells(table: Table, i: int) -> tuple[str, ...]:
    cells = tuple(column[i] for column in table.columns)
    if table.shapes is None:
        return cells
    shape = table.shapes[i]
    text = "" if shape is None else shapely.to_wkt(shape, rounding_precision=-1)
    return (*cells, text if len(text) <= _CELL_LIMIT else IN_THE_FILE)


def _reject(source: Source, table: Table, i: int, issues: Sequence[Issue]) -> Reject:
    order = {heading: j for j, heading in enumerate(table.headings)}
    issues = sorted(issues, key=lambda one: order.get(one.column, -1))
    first = issues[0]
    said = [texts(one.code, one.value, one.detail, one.detail_zh) for one in issues]
    named = [one.column if n else "" for n, one in enumerate(issues)]  # the first has its own place
    pairs = list(zip(named, said, strict=True))
    english = [" ".join(f"{at}: {one[k]}" if at else one[k] for at, one in pairs) for k in (0, 2)]
    chinese = [
        "".join(f"“{at}”列：{one[k]}" if at else one[k] for at, one in pairs) for k in (1, 3)
    ]
    return Reject(
        source=source.name,
        file=table.file,
        sheet=table.sheet,
        row=table.rows[i],
        column=first.column,
        value=first.value[:_VALUE_LIMIT],
        code=first.code,
        reason=english[0],
        reason_zh=chinese[0],
        remedy=english[1],
        remedy_zh=chinese[1],
    )
