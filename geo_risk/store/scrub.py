"""Looking through files for what is to be forgotten: rejects, exports, photos.

Takes folders and texts, removes what holds one of them. A rejects workbook loses the rows and keeps
the rest; any other file that holds a text, or that cannot be searched (Parquet, PDF, an unknown
packing), is removed whole: lists can be exported again. Texts are looked for as UTF-8, GB18030 and
UTF-16, as JSON and XML write them, and inside of gzip and zip (so in XLSX).
"""

from __future__ import annotations

import gzip
import html
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

SHORTEST = 2
"""A text of one character is no trace of anybody: files are not searched for it."""

_SURE = 6  # a number as long as this is nobody else's count, floor or row
_IS_NUMBER = re.compile(r"(?i)(?<!行)号|编码|代码|\bid\b|number|\bno\b|code")

_PLAIN = {".csv", ".tsv", ".txt", ".json", ".jsonl", ".geojson", ".html", ".htm", ".xml", ".svg"}
_PLAIN |= {".gpkg", ".sqlite", ".ics", ".gpx", ".kml", ".md"}
_ZIPS = {".xlsx", ".zip", ".docx", ".ods", ".kmz"}


def scrub_folder(state_dir: Path, texts: Iterable[str], marks: Iterable[str]) -> list[str]:
    """Remove texts from a state folder's `rejects/`, `imports/` and `exports/`.

    Parameters
    ----------
    state_dir
        A park's state folder, or a copy kept aside.
    texts
        What to look for.
    marks
        Ids and numbers: a row of a rejects workbook goes too that has one under a heading such as
        编号, or anywhere when it is long.

    Returns
    -------
    list of str
        Files that were changed or removed, relative to the folder.
    """
    needles = [one for one in texts if len(one) >= SHORTEST]
    touched = []
    for path in _files(state_dir / "exports"):
        if needles and _holds(path, needles) is not False:
            path.unlink()
            touched.append(path)
    for path in (*_files(state_dir / "rejects"), *_files(state_dir / "imports")):
        if path.suffix.lower() == ".xlsx":
            changed = _scrub_workbook(path, needles, set(marks))
        else:
            changed = bool(needles) and _holds(path, needles) is not False
            if changed:
                path.unlink()
        if changed:
            touched.append(path)
    return [str(path.relative_to(state_dir)) for path in touched]


def remove_photos(state_dir: Path, names: Iterable[str]) -> list[str]:
    """Remove photos by file name; those already gone are no error."""
    removed = []
    for name in names:
        path = state_dir / "photos" / Path(name).name
        if path.exists():
            path.unlink()
            removed.append(f"photos/{path.name}")
    return removed


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _holds(path: Path, needles: list[str]) -> bool | None:
    """Whether a file holds a text; None when it cannot be searched."""
    sought = [form for one in needles for form in _forms(one)]
    suffix = path.suffix.lower()
    try:
        content = path.read_bytes()
        if suffix == ".gz":
            content, suffix = gzip.decompress(content), Path(path.stem).suffix.lower()
        if suffix in _ZIPS:
            with zipfile.ZipFile(path) as archive:
                return any(_any_of(sought, archive.read(one)) for one in archive.namelist())
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile):
        return None
    if _any_of(sought, content):
        return True
    return False if suffix in _PLAIN else None


def _any_of(sought: list[bytes], content: bytes) -> bool:
    return any(form in content for form in sought)


def _forms(text: str) -> set[bytes]:
    spelled = {text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    spelled |= {html.escape(text), html.escape(text, quote=False)}
    codes = ("utf-8", "gb18030", "utf-16-le")
    return {one.encode(code, errors="replace") for one in spelled for code in codes}


def _scrub_workbook(path: Path, needles: list[str], marks: set[str]) -> bool:
    try:
        book = openpyxl.load_workbook(path)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        path.unlink()  # it cannot be searched
        return True
    changed = False
    for sheet in book.worksheets:
        changed |= _scrub_sheet(sheet, needles, marks)
    if changed:
        part = path.with_name(f".{path.name}.part")
        book.save(part)
        part.replace(path)
    book.close()
    return changed


def _scrub_sheet(sheet: Worksheet, needles: list[str], marks: set[str]) -> bool:
    rows = [["" if one is None else str(one) for one in row] for row in sheet.values]
    numbers = {j for j, heading in enumerate(rows[0] if rows else ()) if _IS_NUMBER.search(heading)}
    about = [
        number
        for number, cells in enumerate(rows, start=1)
        if any(one in cell for cell in cells for one in needles)
        or any(
            cell in marks and (j in numbers or len(cell) >= _SURE) for j, cell in enumerate(cells)
        )
    ]
    for number in reversed(about):
        sheet.delete_rows(number)
    return bool(about)
