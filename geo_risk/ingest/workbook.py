"""Sheets of an Excel workbook as rows of text.

Takes the bytes of an .xlsx, gives its visible sheets one by one. Cells of a merged block all show
the block's text. A formula whose result the file does not hold is shown as the formula and
listed, so that the row can be refused instead of read as empty. Dates keep whether they had a
time of day.
"""

from __future__ import annotations

import html
import io
import re
import warnings
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.utils.exceptions import InvalidFileException

from geo_risk.errors import FileFormatError
from geo_risk.ingest.columns import nearest
from geo_risk.ingest.table import Cell, cell_text
from geo_risk.ingest.unpacked import check_unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Progress = Callable[[int, int | None], None]

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*[^>/])>(.*?)</(?:\w+:)?c>", re.DOTALL)
_PLACE = re.compile(rb'\br="([A-Z]+\d+)"')
_FORMULA_TEXT = re.compile(rb"<(?:\w+:)?f(?:\s[^>]*)?>([^<]*)</|<(?:\w+:)?f(?:\s[^>]*)?/>")
_VALUE = re.compile(rb"<(?:\w+:)?v>[^<]+</")
_MAX_BYTES = 400_000_000
"""A million cells take some 60 MB; in memory a sheet takes twice to four times as much."""

_SAY_EVERY = 2000
_BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    ParseError,
    zlib.error,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    OSError,
)


@dataclass(frozen=True)
class Sheet:
    """One sheet: rows of text from row 1 on, and cells whose formula has no result."""

    name: str
    rows: list[list[str]]
    formulas: frozenset[Cell]
    epoch_1904: bool


def read_sheets(
    data: bytes, file: str, sheet: str = "", progress: Progress | None = None
) -> Iterator[Sheet]:
    """Read the sheets of a workbook in order.

    Parameters
    ----------
    data
        The bytes of the .xlsx.
    file
        Its name, for messages.
    sheet
        Only this one; '' for every visible one.
    progress
        Told how many rows are read; the total is not known.

    Yields
    ------
    Sheet

    Raises
    ------
    FileFormatError
        When it is no workbook, is damaged, or has no such sheet.
    """
    _refuse_other(data, file)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            _refuse_too_large(parts, len(data), file)
            book = _open(data)
            names = [one.title for one in book.worksheets if one.sheet_state == "visible"]
            if sheet and sheet not in (known := [one.title for one in book.worksheets]):
                raise FileFormatError(f"{file} has no sheet {sheet!r}.", nearest(sheet, known))
            for name in [sheet] if sheet else names:
                yield _read_sheet(book, name, parts, progress)
    except _BROKEN as error:
        raise FileFormatError(
            f"{file} is damaged or no Excel workbook ({type(error).__name__}).",
            "Open it in a spreadsheet program and save it again as .xlsx.",
        ) from None


def _refuse_other(data: bytes, file: str) -> None:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileFormatError(
            f"{file} is an old .xls workbook, or protected by a password.",
            "Open it, remove the password, and save it as .xlsx.",
        )
    if not data.startswith(b"PK"):
        raise FileFormatError(
            f"{file} is no Excel workbook.",
            "Some systems export web pages or text under that name: open it and save it as .xlsx.",
        )


def _refuse_too_large(parts: zipfile.ZipFile, packed: int, file: str) -> None:
    unpacked = sum(one.file_size for one in parts.infolist())
    if unpacked > _MAX_BYTES:
        raise FileFormatError(
            f"{file} unpacks to more than {_MAX_BYTES // 1_000_000} MB.",
            "Split it, or save it as CSV.",
        )
    check_unpacked(unpacked, packed, file)


def _open(data: bytes) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # openpyxl speaks of styles it does not keep
        return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)


def _read_sheet(book: Any, name: str, parts: zipfile.ZipFile, progress: Progress | None) -> Sheet:
    sheet = book[name]
    raw = parts.read(getattr(sheet, "_worksheet_path", ""))
    rows = [list(row) for row in _texts(sheet, progress)]
    formulas = _without_result(raw, rows)
    for block in _MERGED.findall(raw):
        _fill(rows, block.decode())
    return Sheet(name, rows, formulas, book.epoch == CALENDAR_MAC_1904)


def _texts(sheet: Any, progress: Progress | None) -> Iterator[list[str]]:
    sheet.reset_dimensions()  # some programs write a wrong size; the rows themselves are right
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a date that is none comes as an error cell
        for i, row in enumerate(sheet.iter_rows(), 1):
            if progress is not None and i % _SAY_EVERY == 0:
                progress(i, None)
            yield [
                "" if one.value is None else cell_text(one.value, one.number_format) for one in row
            ]


def _without_result(raw: bytes, rows: list[list[str]]) -> frozenset[Cell]:
    """Find formulas that left an empty cell, and show the formula in its place.

    A formula whose result is the empty text has type `str` in the file; one that no program has
    worked out has no value and no type.
    """
    if b"<f" not in raw and b":f" not in raw:
        return frozenset()
    found = set()
    for cell in _CELL.finditer(raw):
        attributes, inside = cell.groups()
        formula, place = _FORMULA_TEXT.search(inside), _PLACE.search(attributes)
        if not formula or not place or _VALUE.search(inside) or b't="str"' in attributes:
            continue
        left, top, _, _ = range_boundaries(place.group(1).decode())
        i, j = (top or 1) - 1, (left or 1) - 1
        rows.extend([] for _ in range(i + 1 - len(rows)))
        rows[i].extend([""] * (j + 1 - len(rows[i])))
        rows[i][j] = "=" + html.unescape((formula.group(1) or b"").decode("utf-8", "replace"))
        found.add((i, j))
    return frozenset(found)


def _fill(rows: list[list[str]], block: str) -> None:
    left, top, right, bottom = (one or 1 for one in range_boundaries(block))
    if top > len(rows) or left > len(rows[top - 1]):
        return
    text = rows[top - 1][left - 1]
    for row in rows[top - 1 : bottom]:
        row.extend([""] * (min(right, 1000) - len(row)))
        row[left - 1 : right] = [text] * (min(right, 1000) - left + 1)
