"""CSV as it comes: encodings, byte order marks, delimiters, quotes, compression."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable

import pytest

from geo_risk.errors import EncodingError, FileFormatError
from geo_risk.ingest import Batch
from geo_risk.ingest.text_file import decode, read_rows
from geo_risk.ingest.unpacked import unzipped

TEXT = "企业编号,企业名称,地址\nA1,样例企业 001,样例路 1 号\nA2,样例企业 002,“东”区\n"


def names(batch: Batch) -> list[str]:
    return [one.name for one in batch.records if one.collection == "enterprises"]


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode("utf-8"),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("gbk"),
        TEXT.encode("gb18030"),
        TEXT.replace("东", "㐀").encode("gb18030"),
        TEXT.encode("utf-16"),
    ],
    ids=["utf-8", "utf-8-bom", "gbk", "gb18030", "gb18030-four-bytes", "utf-16"],
)
def test_the_encoding_is_found_out(ingest: Callable[..., Batch], data: bytes) -> None:
    """The same text in each encoding of the field gives the same records."""
    batch = ingest("enterprises", "list.csv", data)
    assert names(batch) == ["样例企业 001", "样例企业 002"]
    assert batch.records[1].address == "样例路 1 号"


@pytest.mark.parametrize("encoding", ["gbk", "GB18030", "gb2312"])
def test_a_named_encoding_is_used(ingest: Callable[..., Batch], encoding: str) -> None:
    """What the park file says is not second-guessed."""
    batch = ingest("enterprises", "list.csv", TEXT.encode("gbk"), encoding=encoding)
    assert names(batch) == ["样例企业 001", "样例企业 002"]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found_out(ingest: Callable[..., Batch], delimiter: str) -> None:
    """Comma, tab, semicolon and bar; a comma inside a text is none where another one cuts."""
    text = TEXT.replace(",", delimiter)
    assert names(ingest("enterprises", "list.csv", text)) == ["样例企业 001", "样例企业 002"]


def test_quoted_cells_keep_separators_quotes_and_line_breaks(
    ingest: Callable[..., Batch],
) -> None:
    """What stands between quotation marks is one cell."""
    text = 'id,name,address\nA1,"a, ""b""\nc",x\nA2,d,y\n'
    assert names(ingest("enterprises", "list.csv", text)) == ['a, "b"\nc', "d"]


def test_rows_count_as_a_spreadsheet_shows_them(ingest: Callable[..., Batch]) -> None:
    """Title rows and empty rows count, though they are no rows of the table."""
    text = "样例园区企业名单,,\n,,\n企业编号,企业名称,从业人数\nA1,甲,5\n,,\nA2,乙,很多\n"
    batch = ingest("enterprises", "list.csv", text)
    assert (batch.read, batch.rows) == (2, (4, 6))
    assert batch.rejects[0].row == 6


def test_a_gz_is_read_as_what_is_in_it(ingest: Callable[..., Batch]) -> None:
    """Compression changes nothing."""
    packed = gzip.compress(TEXT.encode("gbk"))
    assert names(ingest("enterprises", "list.csv.gz", packed)) == ["样例企业 001", "样例企业 002"]


@pytest.mark.parametrize(
    ("name", "data", "keys", "error", "said"),
    [
        (
            "list.csv",
            TEXT.encode(),
            {"encoding": "latin-1"},
            EncodingError,
            "list.csv: encoding 'latin-1' is not read. Write utf-8, gbk or gb18030.",
        ),
        (
            "list.csv",
            TEXT.encode("gbk"),
            {"encoding": "utf-8"},
            EncodingError,
            (
                "list.csv, row 1: the text is not utf-8 (3 of 3 lines). "
                "Save it as CSV UTF-8, or name its `encoding` in the park file."
            ),
        ),
        (
            "list.csv",
            b"\xff\xfd,\xff\n\xff\xff,\xfe\xff\n" * 9,
            {},
            EncodingError,
            (
                "list.csv, row 1: the text is not UTF-8, GBK or GB18030 (18 of 18 lines). "
                "Save it as CSV UTF-8, or name its `encoding` in the park file."
            ),
        ),
        (
            "list.csv",
            b"a\0\0\0b\0\0\0" * 9,
            {},
            EncodingError,
            "list.csv is no text: it is full of NUL bytes. Save it as CSV in UTF-8.",
        ),
        (
            "list.csv",
            b"PK\x03\x04 and so on",
            {},
            FileFormatError,
            "list.csv is an Excel workbook, whatever its name says. Name it .xlsx.",
        ),
        (
            "list.csv",
            b"",
            {},
            FileFormatError,
            "list.csv is empty. Save the table in it, headings first.",
        ),
        (
            "list.csv",
            ('id,name\nA1,"' + "x" * 140_000).encode(),
            {},
            FileFormatError,
            (
                "list.csv, row 2: a cell never ends. "
                "A quotation mark is opened in that row and not closed: remove it."
            ),
        ),
        (
            "list.csv.gz",
            b"\x1f\x8b\x08 broken",
            {},
            FileFormatError,
            "list.csv.gz is no whole gzip file. Fetch it again.",
        ),
        (
            "list.docx",
            b"PK",
            {},
            FileFormatError,
            (
                "list.docx: files ending in '.docx' are not read. Save it as one of .csv, .tsv, "
                ".txt, .xlsx, .xlsm, .geojson, .json, .gpkg, .shp, .parquet, .geoparquet, "
                "with .gz or without."
            ),
        ),
    ],
    ids=[
        "unknown-encoding",
        "wrong-encoding",
        "no-encoding",
        "nul",
        "xlsx-named-csv",
        "empty",
        "open-quote",
        "broken-gz",
        "other-format",
    ],
)
def test_a_bad_file_says_what_it_is_and_what_to_do(
    ingest: Callable[..., Batch],
    name: str,
    data: bytes,
    keys: dict[str, str],
    error: type[Exception],
    said: str,
) -> None:
    """A file that cannot be read as a whole is an error, not a heap of rejected rows."""
    with pytest.raises(error) as raised:
        ingest("enterprises", name, data, **keys)
    assert str(raised.value) == said


def test_a_missing_file_says_where_it_comes_from_and_goes(
    ingest: Callable[..., Batch], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Which file, from which page, with which digest, goes where."""
    with pytest.raises(FileFormatError) as raised:
        ingest("enterprises", "list.csv", None, origin="https://example.org/list", sha256="ab" * 32)
    text = str(raised.value)
    assert text.startswith("Source list: there is no file list.csv in /")
    assert text.endswith(
        f". It comes from https://example.org/list. Its SHA-256 is {'ab' * 32}. "
        "Put the file there, then build again."
    )


def test_broken_bytes_come_through_so_that_their_cell_can_be_refused() -> None:
    """Decoding loses nothing: each broken byte stands as its own lone surrogate."""
    data = "名称,地址\n".encode() + b"ab\xff\xc3,x\n" + "样例,样例\n".encode() * 5
    text = decode(data, "list.csv")
    assert "ab\udcff\udcc3,x" in text
    assert text.encode("utf-8", "surrogateescape") == data


def test_an_open_quotation_mark_does_not_swallow_rows_in_silence(
    ingest: Callable[..., Batch],
) -> None:
    """It runs on to the next one, lines further down: the row says how many lines are lost."""
    lines = ["id,name,address,phone", 'A1,"样例企业,x,1', "A2,乙,x,2", "A3,丙,x,3", 'A4,"丁",x,4']
    batch = ingest("enterprises", "list.csv", "\n".join([*lines, "A5,戊,x,5"]), datum="")
    assert [one.number for one in batch.records[::2]] == ["A5"]
    assert str(batch.rejects[0]) == (
        "list.csv, row 2: a quotation mark that is not closed swallows 2 further lines. "
        "Remove the mark in the file itself and read it again: those lines are not rows yet."
    )


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_an_open_quotation_mark_at_the_end_is_an_error(
    ingest: Callable[..., Batch], end: str
) -> None:
    """However short the rest of the file, it is not taken for one cell."""
    with pytest.raises(FileFormatError, match=r"^list\.csv, row 3: a cell never ends\."):
        ingest("enterprises", "list.csv", 'id,name\nA1,x\nA2,"y\nA3,z\nA4,w' + end, datum="")


def test_a_long_text_in_quotation_marks_may_have_lines_and_commas(
    ingest: Callable[..., Batch],
) -> None:
    """Free text over several lines is one cell and nothing is lost."""
    text = 'id,name,address,phone\nA1,"a\nb, c\nd",x,1\nA2,b,y,2\n'
    assert names(ingest("enterprises", "list.csv", text)) == ["a\nb, c\nd", "b"]


@pytest.mark.parametrize("sign", [";", "|", "\t", "\u2028"])
def test_a_sign_inside_quotation_marks_cuts_nothing(sign):
    """Names may hold what other files are cut by, and line ends that are none."""
    names = [f'"甲{sign}乙{sign}丙"' for _ in range(20)]
    text = "编号,名称\n" + "\n".join(f"{n},{name}" for n, name in enumerate(names))
    rows, delimiter = read_rows(text, "f.csv")
    assert delimiter == ","
    assert rows[1] == ["0", f"甲{sign}乙{sign}丙"]


def test_cells_in_quotation_marks_are_cut_by_what_stands_between_them():
    """A comma inside, a semicolon between."""
    rows, delimiter = read_rows('"a";"b"\n"1,2";"3,4"\n"5,""6""";"7,8"\n', "f.csv")
    assert delimiter == ";"
    assert rows[2] == ['5,"6"', "7,8"]


def test_a_gzip_that_unpacks_to_very_much_is_refused_on_the_way():
    """Sixty megabytes of nothing in sixty kilobytes."""
    bomb = gzip.compress(b"\0" * 60_000_000)
    with pytest.raises(FileFormatError, match="times its size"):
        list(unzipped(io.BytesIO(bomb), len(bomb), "calls.csv.gz"))
