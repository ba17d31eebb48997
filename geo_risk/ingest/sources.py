"""One source to one batch: read, parse, place, number, build, count.

Takes a park file, one of its sources and what is known already, gives a `Batch` whose counts add
up. Nothing is kept here: the same call with the same file gives the same batch. A corrected
rejects file is read by the source's own description; its rows keep the numbers they had, and the
original file says which numbers are taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from geo_risk.errors import InputError
from geo_risk.ingest import build_events, build_places
from geo_risk.ingest.batch import Batch, Known
from geo_risk.ingest.codes import shown
from geo_risk.ingest.outcome import make_batch
from geo_risk.ingest.placing import (
    fit_shapes,
    places_of,
    require_datum,
    shapes_of,
)
from geo_risk.ingest.read import read_table
from geo_risk.ingest.references import Resolver
from geo_risk.ingest.row import Context, Place, Row, RowRefusedError
from geo_risk.ingest.validate import Issue, Parsed, parse_table
from geo_risk.records import Record

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from geo_risk.park import ParkFile, Source

    Progress = Callable[[int, int | None], None]
_CELL_LIMIT = 32_000
_SAY_EVERY = 5000
_BUILDERS: dict[str, Callable[[Context, Row], tuple[Record, ...]]] = {
    "enterprises": build_places.build_enterprise,
    "premises": build_places.build_premises,
    "zones": build_places.build_zone,
    "stations": build_places.build_station,
    "roads": build_places.build_road,
    "officers": build_places.build_officer,
    "assignments": build_places.build_assignment,
    "population": build_places.build_population,
    "visits": build_events.build_visit,
    "reports": build_events.build_report,
    "declarations": build_events.build_declaration,
    "orders": build_events.build_order,
    "services": build_events.build_service,
}


def ingest_source(
    park: ParkFile,
    source: Source,
    known: Known,
    *,
    boundary: BaseGeometry | None,
    progress: Progress | None = None,
    file: Path | None = None,
) -> Batch:
    """Read one source.

    Parameters
    ----------
    park
        Its time zone, datum and kinds of report decide what cells mean.
    source
        The description: headings, values, datum.
    known
        What rows may refer to.
    boundary
        The park's edge, degrees in the park's datum; None: nothing is outside.
    progress
        Told rows done, and of how many (None = not known yet).
    file
        Another file of the same description: a corrected rejects file.

    Returns
    -------
    Batch
        accepted + rejected = read.

    Raises
    ------
    FileFormatError, EncodingError
        When the file is missing or not what its name says.
    ColumnError
        When a heading is missing, doubled or not a field.
    ParkFileError
        When there are coordinates and no datum.
    """
    path = file or source.file
    table = read_table(path, source, progress)
    parsed = parse_table(table, source, park)
    require_datum(parsed, source)
    original = None
    if table.is_rejects and source.file.is_file() and source.file != path:
        original = parse_table(read_table(source.file, source), source, park)
    _refuse_strangers(parsed, original)
    taken, seen = _elsewhere(parsed, source, original)
    shapes = shapes_of(parsed, source.kind, original)
    places = places_of(parsed, source, park, shapes, boundary)
    fitted = fit_shapes(parsed, source, park, shapes, boundary)
    context = Context(
        source=source.name,
        resolver=Resolver(known, _own_ids(parsed, source)),
        has_place=shapes is not None or not {"lon", "address"}.isdisjoint(parsed.values),
        seen=seen,
    )
    context.odd["other_sheets"] += table.other_sheets
    context.odd["time_skipped_by_clocks"] += parsed.skipped_times
    context.odd["mended_geometry"] += sum(mended for _, mended in fitted.values())
    records = _build_all(parsed, source, context, places, fitted, taken, progress)
    return make_batch(path, park, source, parsed, records, context.odd)


def _refuse_strangers(parsed: Parsed, original: Parsed | None) -> None:
    """Refuse rows of a rejects file that were not rejected, or stand there twice."""
    table = parsed.table
    if not table.is_rejects:
        return
    count = Counter(table.rows)
    rows = None if original is None else set(original.table.rows)
    for i, row in enumerate(table.rows):
        if row < 1 or count[row] > 1 or (rows is not None and row not in rows):
            issue = Issue("行号", str(row or ""), "not_a_rejected_row")
            parsed.issues.setdefault(i, []).insert(0, issue)


def _elsewhere(
    parsed: Parsed, source: Source, original: Parsed | None
) -> tuple[dict[str, int], dict[str, int]]:
    """Give what the good rows of the original hold: their numbers, their enterprises -> row."""
    numbers: dict[str, int] = {}
    enterprises: dict[str, int] = {}
    if original is None:
        return numbers, enterprises
    here = set(parsed.table.rows)
    codes = original.values.get("credit_code") or [""] * len(original.table)
    for i, (row, number) in enumerate(zip(original.table.rows, original.numbers, strict=True)):
        if row not in here and i not in original.issues:
            numbers.setdefault(number, row)
            enterprises.setdefault(codes[i] or f"{source.name}:{number}", row)
    return numbers, enterprises


def _own_ids(parsed: Parsed, source: Source) -> dict[str, dict[str, str]]:
    """Give what rows of this file may refer to in the file itself."""
    ids = {
        number: f"{source.name}:{number}"
        for i, number in enumerate(parsed.numbers)
        if i not in parsed.issues
    }
    if source.kind != "enterprises":
        return {source.kind: ids}
    codes = parsed.values["credit_code"]
    enterprises = {}
    for number, code in zip(parsed.numbers, codes, strict=True):
        if number in ids:
            enterprises[number] = code or ids[number]
            enterprises[code or number] = code or ids[number]
    return {"enterprises": enterprises, "premises": ids}


def _build_all(
    parsed: Parsed,
    source: Source,
    context: Context,
    places: list[Place],
    fitted: dict[int, tuple[BaseGeometry, bool]],
    taken: dict[str, int],
    progress: Progress | None,
) -> list[tuple[Record, ...]]:
    """Build row by row; a row that cannot stand gets its issue and no records."""
    build = _BUILDERS[source.kind]
    names = [name for name in parsed.values if name not in {"lon", "lat", "geometry"}]
    columns = [parsed.values[name] for name in names]
    made: list[tuple[Record, ...]] = []
    merges = source.kind == "zones"
    for i, *cells in zip(range(len(parsed.table)), *columns, strict=True):
        if progress is not None and i % _SAY_EVERY == 0:
            progress(i, len(parsed.table))
        made.append(())
        if i in parsed.issues:
            continue
        number, number_row = parsed.numbers[i], parsed.table.rows[i]
        if number in taken and not merges:
            column = "id" if "id" in parsed.columns else "credit_code"
            issue = Issue(parsed.heading(column), number, "duplicate_number", str(taken[number]))
            parsed.issues[i] = [issue]
            context.odd["duplicate_number"] += 1
            continue
        shape = fitted[i][0] if i in fitted else None
        row = Row(number_row, number, dict(zip(names, cells, strict=True)), places[i], shape)
        try:
            made[i] = build(context, row)
        except RowRefusedError as refused:
            parsed.issues[i] = [_refused(parsed, i, refused)]
        except InputError as error:
            parsed.issues[i] = [Issue("", "", "invalid", str(error))]
        else:
            taken.setdefault(number, number_row)
    if progress is not None:
        progress(len(parsed.table), len(parsed.table))
    return made


def _refused(parsed: Parsed, i: int, refused: RowRefusedError) -> Issue:
    """Say in the file's own words why a row was refused."""
    detail, detail_zh = refused.detail, ""
    if refused.against:
        cell, heading = shown(parsed.cell(refused.against, i)), parsed.heading(refused.against)
        detail, detail_zh = f"'{cell}' ({heading})", f"“{cell}”（{heading}）"
    value = refused.value or parsed.cell(refused.column, i)
    return Issue(parsed.heading(refused.column), value, refused.code, detail, detail_zh)
