"""Any file to a `Table`: by its name's ending, then by what is in it.

Takes a path and what the source says of it, gives headings, columns of text and shapes. Which row
holds the headings is found out here for CSV and XLSX (`columns.find_header`); rows without any
cell are no rows. A rejects file of ours is known by its sheet and its last three headings; those
are left out, and its row numbers are the original file's.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from geo_risk.errors import FileFormatError
from geo_risk.ingest.columns import (
    HEADING_ROWS,
    Header,
    find_header,
    named_fields,
)
from geo_risk.ingest.map_file import OGR_SUFFIXES, PARQUET_SUFFIXES, read_map_file, read_parquet
from geo_risk.ingest.table import Cell, Table
from geo_risk.ingest.text_file import decode, read_rows, swallowed_lines
from geo_risk.ingest.unpacked import unzipped
from geo_risk.ingest.workbook import Sheet, read_sheets

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo_risk.park import Source

    Progress = Callable[[int, int | None], None]

REJECTS_SHEET = "退回行"
REJECTS_HEADINGS = ("行号", "原因", "处理办法")
TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm")
SUFFIXES = (*TEXT_SUFFIXES, *WORKBOOK_SUFFIXES, *OGR_SUFFIXES, *PARQUET_SUFFIXES)
_ALIKE = 0.6
"""A sheet with so many of the chosen one's headings holds such a table too."""

_ZIP = b"PK\x03\x04"


def suffix_of(path: Path) -> str:
    """Give the ending that says the format: `.csv` of `calls.csv.gz`."""
    name = path.name.lower().removesuffix(".gz")
    return Path(name).suffix


def read_table(path: Path, source: Source, progress: Progress | None = None) -> Table:
    """Read a file as its source describes it.

    Parameters
    ----------
    path
        The file itself; need not be the source's own (a corrected rejects file).
    source
        Kind, headings, sheet, layer, encoding and datum.
    progress
        Told how many rows of a workbook are read.

    Returns
    -------
    Table

    Raises
    ------
    FileFormatError, EncodingError, ColumnError
        When the file is missing, not what its name says, or holds no headings we know.
    """
    if not path.is_file():
        raise FileFormatError(missing_text(source, path), "Put the file there, then build again.")
    suffix = suffix_of(path)
    if suffix in OGR_SUFFIXES:
        return read_map_file(path, layer=source.layer, encoding=source.encoding, datum=source.datum)
    if suffix in PARQUET_SUFFIXES:
        return read_parquet(path, datum=source.datum)
    if suffix in WORKBOOK_SUFFIXES:
        return _workbook(path, source, progress)
    if suffix in TEXT_SUFFIXES:
        return _text(path, source)
    raise FileFormatError(
        f"{path.name}: files ending in {suffix or 'nothing'!r} are not read.",
        f"Save it as one of {', '.join(SUFFIXES)}, with .gz or without.",
    )


def missing_text(source: Source, path: Path | None = None) -> str:
    """Say which file is missing, from which page it comes, with which digest, and where it goes."""
    file = path or source.file
    text = f"Source {source.name}: there is no file {file.name} in {file.parent}."
    if source.origin:
        text += f" It comes from {source.origin}."
    if source.sha256:
        text += f" Its SHA-256 is {source.sha256}."
    return text


def file_bytes(path: Path) -> bytes:
    """Give a file's bytes, unpacked where it ends in .gz."""
    data = path.read_bytes()
    if path.suffix.lower() != ".gz":
        return data
    return b"".join(unzipped(io.BytesIO(data), len(data), path.name))


def _text(path: Path, source: Source) -> Table:
    data = file_bytes(path)
    if data.startswith(_ZIP):
        raise FileFormatError(
            f"{path.name} is an Excel workbook, whatever its name says.", "Name it .xlsx."
        )
    rows, delimiter = read_rows(decode(data, path.name, source.encoding), path.name)
    header, _ = find_header(rows, source.kind, named_fields(source).values())
    table = _cut(rows, header or _first(rows, path.name), path.name)
    for n, row in enumerate(table.rows):
        lines = swallowed_lines(rows[row - 1], delimiter, len(table.headings))
        if lines:
            table.faults[n] = ("swallowed_lines", str(lines))
    return table


def _workbook(path: Path, source: Source, progress: Progress | None) -> Table:
    data = file_bytes(path)
    named = list(named_fields(source).values())
    sheets, rejects = _sheets(data, path, source, progress)
    if rejects is not None:
        head = Header(0, 1, tuple(" ".join(one.split()) for one in rejects.rows[0]))
        return _without_remarks(_cut_sheet(rejects, head, path.name))
    found = [(sheet, *find_header(sheet.rows, source.kind, named)) for sheet in sheets]
    if not found:
        raise FileFormatError(f"{path.name} has no visible sheet.", "Show one, or name `sheet`.")
    chosen, header, best = max(found, key=lambda one: one[2])  # of equals the first
    others = sum(score >= max(2, _ALIKE * best) for _, _, score in found) - 1
    header = header or _first(chosen.rows, f"{path.name}, sheet {chosen.name}")
    return _cut_sheet(chosen, header, path.name, other_sheets=max(0, others))


def _sheets(
    data: bytes, path: Path, source: Source, progress: Progress | None
) -> tuple[list[Sheet], Sheet | None]:
    """Read the sheet that the source names, else all; a rejects file has its own instead."""
    wanted = source.sheet
    try:
        sheets = list(read_sheets(data, path.name, wanted, progress))
    except FileFormatError:
        sheets = list(read_sheets(data, path.name, "", progress)) if wanted else []
        if not any(_is_rejects(one) for one in sheets):
            raise
    return sheets, next((one for one in sheets if _is_rejects(one)), None)


def _is_rejects(sheet: Sheet) -> bool:
    head = tuple(sheet.rows[0]) if sheet.rows else ()
    return sheet.name == REJECTS_SHEET and head[-len(REJECTS_HEADINGS) :] == REJECTS_HEADINGS


def _first(rows: Sequence[Sequence[str]], where: str) -> Header:
    """Take the first row of several cells for headings, so that an error can name what is there."""
    for i, row in enumerate(rows[:HEADING_ROWS]):
        if sum(bool(one.strip()) for one in row) > 1:
            return Header(i, 1, tuple(" ".join(one.split()) for one in row))
    if any(one.strip() for row in rows for one in row):
        return Header(0, 1, tuple(" ".join(one.split()) for one in rows[0]))
    raise FileFormatError(f"{where} is empty.", "Save the table in it, headings first.")


def _cut(
    rows: Sequence[Sequence[str]],
    header: Header,
    file: str,
    *,
    sheet: str = "",
    formulas: Iterable[Cell] = (),
) -> Table:
    first = header.row + header.height
    headings = list(header.headings)
    if sheet:  # beside a sheet's table there may be cells without a heading; they move nothing
        width = max((_width(row) for row in rows[first:]), default=0)
        headings += [""] * (width - len(headings))
    width = len(headings)
    kept = [i for i in range(first, len(rows)) if any(one.strip() for one in rows[i])]
    place = {i: n for n, i in enumerate(kept)}
    faults: dict[int, tuple[str, str]] = {}
    columns: list[list[str]] = [[] for _ in headings]
    for n, i in enumerate(kept):
        row = rows[i]
        for j in range(width):
            columns[j].append(row[j] if j < len(row) else "")
        if len(row) > width and any(one.strip() for one in row[width:]):
            faults[n] = ("too_many_cells", str(len(row) - width))
    return Table(
        file=file,
        sheet=sheet,
        headings=tuple(headings),
        columns=columns,
        rows=[i + 1 for i in kept],
        formulas=frozenset((place[i], j) for i, j in formulas if i in place and j < width),
        faults=faults,
        heading_row=header.row + header.height,
        title=next((one.strip() for row in rows[: header.row] for one in row if one.strip()), ""),
    )


def _cut_sheet(sheet: Sheet, header: Header, file: str, *, other_sheets: int = 0) -> Table:
    return replace(
        _cut(
            sheet.rows,
            header,
            file,
            sheet=sheet.name,
            formulas=sheet.formulas,
        ),
        epoch_1904=sheet.epoch_1904,
        other_sheets=other_sheets,
    )


def _width(row: Sequence[str]) -> int:
    return max((j for j, one in enumerate(row, 1) if one.strip()), default=0)


def _without_remarks(table: Table) -> Table:
    """Leave our remarks out of a rejects file, and count its rows as the original does."""
    kept = len(table.headings) - len(REJECTS_HEADINGS)
    numbers = [one.strip() for one in table.columns[kept]]
    return replace(
        table,
        headings=table.headings[:kept],
        columns=table.columns[:kept],
        rows=[int(one) if one.isdigit() and len(one) < 10 else 0 for one in numbers],
        formulas=frozenset(cell for cell in table.formulas if cell[1] < kept),
        is_rejects=True,
    )
