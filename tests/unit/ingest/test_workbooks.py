"""XLSX as people make them: titles, merged cells, two rows of headings, dates, formulas."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from geo_risk.errors import ColumnError, FileFormatError
from geo_risk.ingest import Batch, Known
from geo_risk.ingest.workbook import read_sheets

HEAD = ("企业编号", "企业名称", "经度", "纬度")


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_title_rows_above_the_headings_are_passed_over(ingest: Callable[..., Batch]) -> None:
    """The headings are where the known words are, not in row 1."""
    table = [
        ("样例园区企业信息台账",),
        ("填报单位:样例站", "", "2024年"),
        HEAD,
        ("A1", "甲", 119.95, 30.55),
    ]
    batch = ingest("enterprises", "list.xlsx", table)
    assert batch.rows == (4,)
    assert batch.headings == HEAD
    assert batch.records[0].name == "甲"


def test_a_merged_title_is_no_heading(
    ingest: Callable[..., Batch], workbook: Callable[..., bytes]
) -> None:
    """A title merged over all columns does not become part of every heading."""
    data = workbook(
        [("台账", None, None, None), HEAD, ("A1", "甲", 119.95, 30.55)], merge=["A1:D1"]
    )
    assert ingest("enterprises", "list.xlsx", data).headings == HEAD


def test_headings_over_two_rows_are_read_as_one(
    ingest: Callable[..., Batch], workbook: Callable[..., bytes]
) -> None:
    """A heading over two sub-headings, the others merged downwards or left empty below."""
    top = ("企业编号", "企业名称", "坐标", None)
    sub = (None, None, "经度", "纬度")
    row = ("A1", "甲", 119.95, 30.55)
    for merge in (["A1:A2", "B1:B2", "C1:D1"], ["C1:D1"], []):
        batch = ingest("enterprises", "list.xlsx", workbook([top, sub, row], merge=merge))
        assert batch.accepted == 1
        assert (batch.records[1].lon, batch.records[1].lat) == (119.95, 30.55)


def test_a_sub_heading_can_be_named_alone(
    ingest: Callable[..., Batch], workbook: Callable[..., bytes]
) -> None:
    """The park file names `北` under `位置`, as people see it."""
    data = workbook(
        [("企业编号", "位置", None), (None, "东", "北"), ("A1", 119.95, 30.55)], merge=["B1:C1"]
    )
    batch = ingest("enterprises", "list.xlsx", data, columns={"lon": "东", "lat": "北"})
    assert batch.records[1].lon == 119.95


def test_cells_of_a_merged_block_all_hold_its_text(
    ingest: Callable[..., Batch], workbook: Callable[..., bytes]
) -> None:
    """One enterprise merged over its three premises belongs to all three."""
    data = workbook(
        [("场所编号", "所属企业"), ("P7", "E1"), ("P8", None), ("P9", None)], merge=["B2:B4"]
    )
    known = Known({"enterprises": {"E1": "firms:E1"}})
    batch = ingest("premises", "list.xlsx", data, known=known)
    assert [one.enterprise_id for one in batch.records] == ["firms:E1"] * 3


def test_dates_keep_whether_they_have_a_time_of_day(
    ingest: Callable[..., Batch], known: Known
) -> None:
    """A date cell is the whole day, a date-and-time cell a moment, a bare serial either."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["走访编号", "所属企业", "开始时间"])
    sheet.append(["W1", "E1", date(2024, 3, 5)])
    sheet.append(["W2", "E1", datetime(2024, 3, 5, 14, 30)])
    sheet.append(["W3", "E1", 45356])
    sheet.append(["W4", "E1", 45356.5])
    sheet.append(["W5", "E1", datetime(2024, 3, 5)])
    batch = ingest("visits", "list.xlsx", saved(book), known=known)
    start = datetime(2024, 3, 4, 16, tzinfo=UTC)
    end = datetime(2024, 3, 5, 16, tzinfo=UTC)
    assert [(one.start, one.end) for one in batch.records] == [
        (start, end),
        (datetime(2024, 3, 5, 6, 30, tzinfo=UTC), None),
        (start, end),
        (datetime(2024, 3, 5, 4, tzinfo=UTC), None),
        (start, None),  # a cell shown as 2024-03-05 00:00:00 is midnight
    ]


def test_serials_of_the_1904_system_are_told_from_those_of_1900(
    ingest: Callable[..., Batch], known: Known
) -> None:
    """Workbooks of old Macs count from 1904; the workbook says so."""
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.worksheets[0].append(["走访编号", "所属企业", "开始时间"])
    book.worksheets[0].append(["W1", "E1", 45356 - 1462])
    batch = ingest("visits", "list.xlsx", saved(book), known=known)
    assert batch.records[0].start == datetime(2024, 3, 4, 16, tzinfo=UTC)
    assert batch.epoch_1904


def test_numbers_come_as_people_see_them(ingest: Callable[..., Batch]) -> None:
    """A whole number has no point, leading zeros of a format stay, a time stays a time."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["企业编号", "企业名称", "联系电话", "接待时间"])
    sheet.append([7, 12.0, 13900000000, time(8, 30)])
    sheet["A2"].number_format = "00000"
    enterprise, premises = (
        ingest("enterprises", "list.xlsx", saved(book), datum="").records[0],
        None,
    )
    assert (enterprise.number, enterprise.name, enterprise.phone) == ("00007", "12", "13900000000")
    assert premises is None


def test_a_formula_with_its_result_is_the_result(
    ingest: Callable[..., Batch], workbook: Callable[..., bytes]
) -> None:
    """What the spreadsheet program worked out is what people saw; an empty text is empty."""
    table = [("企业编号", "企业名称", "从业人数"), ("A1", "=B9", "=C9"), ("A2", "乙", 3)]
    data = workbook(table)
    data = replaced(data, rb"<f>B9</f><v ?/?>(</v>)?", b"<f>B9</f><v></v>", b' t="str"')
    data = replaced(data, rb"<f>C9</f><v ?/?>(</v>)?", b"<f>C9</f><v>41</v>", b"")
    batch = ingest("enterprises", "list.xlsx", data)
    assert batch.rejects == ()
    assert (batch.records[0].name, batch.records[0].employees) == ("", 41)


def replaced(data: bytes, what: bytes, by: bytes, type_: bytes) -> bytes:
    """Put a formula's result into a workbook, as a spreadsheet program would."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith("sheet1.xml"):
                part, count = re.subn(
                    rb'(<c r="\w+")([^>]*)>' + what, rb"\1" + type_ + b">" + by, part
                )
                assert count == 1
            new.writestr(name, part)
    return out.getvalue()


def test_the_sheet_that_holds_the_table_is_found(ingest: Callable[..., Batch]) -> None:
    """A cover sheet in front and a hidden copy behind do not matter."""
    book = openpyxl.Workbook()
    book.worksheets[0].append(["说明"])
    sheet = book.create_sheet("企业")
    for row in (HEAD, ("A1", "甲", 119.95, 30.55)):
        sheet.append(row)
    hidden = book.create_sheet("旧")
    hidden.sheet_state = "hidden"
    for row in ((*HEAD, "从业人数", "规上"), ("A9", "旧", 119.95, 30.55, 1, "是")):
        hidden.append(row)
    assert ingest("enterprises", "list.xlsx", saved(book)).records[0].number == "A1"
    named = ingest("enterprises", "list.xlsx", saved(book), sheet="旧")
    assert named.records[0].number == "A9"


def test_cells_beside_the_table_without_a_heading_move_nothing(
    ingest: Callable[..., Batch],
) -> None:
    """Remarks to the right of a sheet's table are kept for the rejects file and nothing else."""
    table = [HEAD, ("A1", "甲", 119.95, 30.55, "搬走了?"), ("A1", "乙", 119.95, 30.55)]
    batch = ingest("enterprises", "list.xlsx", table)
    assert (batch.accepted, batch.rejected) == (1, 1)
    assert len(batch.rejected_rows[0].cells) == len(batch.headings) == 5


@pytest.mark.parametrize(
    ("data", "keys", "said"),
    [
        (
            b"\xd0\xcf\x11\xe0 old",
            {},
            (
                "list.xlsx is an old .xls workbook, or protected by a password. "
                "Open it, remove the password, and save it as .xlsx."
            ),
        ),
        (
            b"<html><table>",
            {},
            (
                "list.xlsx is no Excel workbook. Some systems export web pages or text under that "
                "name: open it and save it as .xlsx."
            ),
        ),
        (
            b"PK\x03\x04 not a zip",
            {},
            (
                "list.xlsx is damaged or no Excel workbook (BadZipFile). "
                "Open it in a spreadsheet program and save it again as .xlsx."
            ),
        ),
        (
            None,
            {"sheet": "企業"},
            "list.xlsx has no sheet '企業'. Did you mean '企业'?",
        ),
    ],
    ids=["xls", "html", "damaged", "no-sheet"],
)
def test_a_bad_workbook_says_what_it_is(
    ingest: Callable[..., Batch],
    workbook: Callable[..., bytes],
    data: bytes | None,
    keys: dict[str, str],
    said: str,
) -> None:
    """What systems and people save under .xlsx, told apart."""
    content = data or workbook([HEAD], title="企业")
    with pytest.raises(FileFormatError) as raised:
        ingest("enterprises", "list.xlsx", content, **keys)
    assert str(raised.value) == said


def test_a_workbook_cut_short_is_an_error_not_a_short_table(
    ingest: Callable[..., Batch], workbook: Callable[..., bytes]
) -> None:
    """Half a file is never read as a whole one."""
    data = workbook([HEAD, *((f"A{i}", "甲", 119.95, 30.55) for i in range(500))])
    with pytest.raises(FileFormatError, match="is damaged or no Excel workbook"):
        ingest("enterprises", "list.xlsx", data[: len(data) // 2])


def test_a_sheet_without_known_headings_names_what_it_has(ingest: Callable[..., Batch]) -> None:
    """An unknown table is an error about its headings, with the row they stand in."""
    with pytest.raises(ColumnError) as raised:
        ingest("enterprises", "list.xlsx", [("甲列", "乙列"), ("1", "2")])
    assert str(raised.value) == (
        "list.xlsx, sheet Sheet1, row 1: no column is recognised as 企业编号 or 统一社会信用代码 "
        "(id, credit_code). Say which: columns = { id = ... }. There are: 甲列, 乙列."
    )


def test_further_sheets_with_such_a_table_are_not_dropped_silently(
    ingest: Callable[..., Batch],
) -> None:
    """One sheet a month: the first is read, the summary says how many are not."""
    book = openpyxl.Workbook()
    for month in ("1月", "2月", "3月", "说明"):
        sheet = book.create_sheet(month)
        sheet.append(HEAD if month != "说明" else ["备注"])
        sheet.append((month, "甲", 119.95, 30.55))
    batch = ingest("enterprises", "list.xlsx", saved(book))
    assert [one.number for one in batch.records[::2]] == ["1月"]
    assert batch.odd == {"other_sheets": 2}
    assert ingest("enterprises", "list.xlsx", saved(book), sheet="2月").odd == {}


def test_a_small_file_that_unpacks_to_very_much_is_refused_before_it_is_read():
    """Sixty megabytes of spaces in sixty kilobytes: refused with what to do, nothing unpacked."""
    small, bomb = io.BytesIO(), io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["企业编号", "企业名称"])
    book.save(small)
    with zipfile.ZipFile(small) as parts, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as out:
        for name in parts.namelist():
            spaces = b" " * 60_000_000 if name.endswith("styles.xml") else b""
            out.writestr(name, parts.read(name) + spaces)
    with pytest.raises(FileFormatError, match="times its size"):
        list(read_sheets(bomb.getvalue(), "b.xlsx"))
