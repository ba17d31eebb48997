"""Text tables: which encoding, which delimiter, which cells.

Takes bytes, gives rows of text. UTF-8 with or without BOM, UTF-16 with BOM, GBK and GB18030 are
told apart by which of them the bytes are; a file with a few broken bytes is still read, and those
bytes come through as lone surrogates so that the cell that holds them can be refused. The
delimiter is the one that cuts the most lines into the same number of cells.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import re
from collections import Counter

from geo_risk.errors import EncodingError, FileFormatError

_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
    "utf-16": "utf-16",
    "gbk": "gb18030",  # GB 18030 holds all of GBK and GB 2312, so one decoder reads all three
    "gb2312": "gb18030",
    "cp936": "gb18030",
    "gb18030": "gb18030",
}
_DELIMITERS = ",\t;|"
_BAD_LINES = 0.5
"""With more lines than this holding bytes that are no text, it is another encoding."""

_END = "\x00the end of the file\x00"
_LINE_END = re.compile(r"\r\n|\r|\n")
_QUOTED = re.compile(r'(?:^|(?<=[,\t;|\r\n]))"(?:[^"]|"")*+"(?=[,\t;|\r\n]|\Z)')
"""A whole cell in quotation marks."""

_LONE = re.compile("[\udc80-\udcff]")
_NULS = 0.3
_SAMPLE_LINES = 50


def decode(data: bytes, file: str, encoding: str = "") -> str:
    """Turn a file's bytes into text.

    Parameters
    ----------
    data
        The bytes.
    file
        Its name, for messages.
    encoding
        utf-8, gbk or gb18030; '' to find out.

    Returns
    -------
    str
        Without BOM; bytes that are no text stand as lone surrogates U+DC80 to U+DCFF.

    Raises
    ------
    EncodingError
        When the encoding is not known, or most lines are not text in any that is.
    """
    if encoding and encoding.lower() not in _ENCODINGS:
        raise EncodingError(
            f"{file}: encoding {encoding!r} is not read.", "Write utf-8, gbk or gb18030."
        )
    if not data.strip(b"\0"):
        return ""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    data = data.removeprefix(codecs.BOM_UTF8)
    if data[:1000].count(0) > _NULS * len(data[:1000]):
        raise EncodingError(
            f"{file} is no text: it is full of NUL bytes.", "Save it as CSV in UTF-8."
        )
    if encoding:
        text = _decode(data, _ENCODINGS[encoding.lower()])
    else:
        text = _likelier(_decode(data, "utf-8"), data)
    _refuse_wrong_encoding(text, file, encoding)
    return text


def read_rows(text: str, file: str) -> tuple[list[list[str]], str]:
    """Cut a text into rows of cells.

    Parameters
    ----------
    text
        The whole file.
    file
        Its name, for messages.

    Returns
    -------
    rows, delimiter
        One list of cells per record of the file, empty records included, so that the index + 1 is
        the number a spreadsheet shows.

    Raises
    ------
    FileFormatError
        When a quotation mark that is never closed swallows the file.
    """
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(f"{text}\n{_END}", newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    with contextlib.suppress(csv.Error):  # a cell beyond the limit of Python's reader
        rows.extend(reader)
    if rows[-1:] != [[_END]]:
        last = len(rows) if rows and _END in rows[-1][-1] else len(rows) + 1
        raise FileFormatError(
            f"{file}, row {last}: a cell never ends.",
            "A quotation mark is opened in that row and not closed: remove it.",
        )
    while len(rows) > 1 and not rows[-2]:
        del rows[-2]  # the line break that ends the file is no row
    return rows[:-1], delimiter


def swallowed_lines(row: list[str], delimiter: str, width: int) -> int:
    """Count the lines inside a row's cells that look like rows themselves.

    A quotation mark that is not closed runs on to the next one, lines further down. What lies
    between has as many separators as a row; in a narrow table one such line proves nothing.
    """
    inner = (line for cell in row if "\n" in cell for line in cell.splitlines()[1:])
    alike = sum(line.count(delimiter) >= width - 1 for line in inner)
    return alike if alike > (width < 4) else 0


def _decode(data: bytes, codec: str) -> str:
    return data.decode(codec, errors="surrogateescape")


def _likelier(utf8: str, data: bytes) -> str:
    """Take UTF-8 unless GB 18030 explains nearly all of the bytes that UTF-8 does not."""
    wrong = len(_LONE.findall(utf8))
    if not wrong:
        return utf8
    above = sum(char > "\x7f" for char in utf8) - wrong
    if above > wrong:
        return utf8  # real UTF-8 with a few broken bytes
    other = _decode(data, "gb18030")
    return other if 10 * len(_LONE.findall(other)) <= wrong else utf8


def _refuse_wrong_encoding(text: str, file: str, encoding: str) -> None:
    lines = text.splitlines()
    bad = [i for i, line in enumerate(lines, 1) if _LONE.search(line)]
    if bad and len(bad) > max(1, _BAD_LINES * len(lines)):
        tried = encoding or "UTF-8, GBK or GB18030"
        raise EncodingError(
            f"{file}, row {bad[0]}: the text is not {tried} ({len(bad)} of {len(lines)} lines).",
            "Save it as CSV UTF-8, or name its `encoding` in the park file.",
        )


def _delimiter(text: str) -> str:
    """Choose the delimiter that cuts the most of the first lines alike, into the most cells.

    What stands in quotation marks is a cell's text, whatever signs are in it.
    """
    lines = _LINE_END.split(_QUOTED.sub("", text[:200_000]), maxsplit=_SAMPLE_LINES)
    lines = [line for line in lines[:_SAMPLE_LINES] if line.strip()]

    def merit(delimiter: str) -> tuple[int, int]:
        try:
            cut = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        except csv.Error:
            return 0, 0
        cells, alike = max(
            Counter(cut).items(),
            key=lambda one: (one[1] if one[0] > 1 else 0, one[0]),
            default=(0, 0),
        )
        return (alike, cells) if cells > 1 else (0, 0)

    return max(_DELIMITERS, key=merit)
