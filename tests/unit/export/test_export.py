"""Sheets: what a person sees in Excel, and what a machine reads back."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.cell.cell import Cell

from geo_risk.errors import InputError
from geo_risk.export import (
    FINDINGS_ZH,
    WATERMARK,
    Cover,
    Sheet,
    sheet_of,
    write_xlsx,
)
from geo_risk.records import (
    COLLECTIONS,
    Audience,
    Enterprise,
    Findings,
    PatrolZone,
    Premises,
    PremisesKind,
    Station,
    Visit,
)

COVER = Cover(
    park="样例园区",
    synthetic=False,
    timezone="Asia/Shanghai",
    datum="gcj02",
    as_of=datetime(2026, 10, 31, 16, tzinfo=UTC),
    audience=Audience.STATION,
    made_by="张警官",
    made_at=datetime(2026, 11, 2, 1, 30, tzinfo=UTC),
    filters={"巡区": "一号巡区"},
)


def written(sheet: Sheet, cover: Cover = COVER) -> openpyxl.Workbook:
    """Write one sheet and open it as Excel would."""
    out = io.BytesIO()
    write_xlsx(out, [sheet], cover)
    return openpyxl.load_workbook(io.BytesIO(out.getvalue()))


def one_cell(value: Any) -> Cell:
    """Write one value and give the cell that holds it."""
    cell = written(Sheet("表", ("值",), [(value,)]))["表"]["A2"]
    assert isinstance(cell, Cell)
    return cell


@pytest.mark.parametrize("text", ["=1+1", '=HYPERLINK("http://x")', "+86 571", "-5", "@SUM(A1)"])
def test_text_that_begins_like_a_formula_stays_text(text: str) -> None:
    """A name such as =HYPERLINK(...) is shown, not run, and stays so when the cell is edited."""
    cell = one_cell(text)
    assert (cell.value, cell.data_type, cell.number_format) == (text, "s", "@")
    assert cell.quotePrefix


def test_codes_keep_their_leading_zeros() -> None:
    """A credit code or number of digits only is text, so that Excel neither rounds nor cuts it."""
    cell = one_cell("007000000000000123")
    assert (cell.value, cell.data_type) == ("007000000000000123", "s")


def test_error_words_stay_text() -> None:
    """A category called #N/A is a word."""
    assert (one_cell("#N/A").value, one_cell("#N/A").data_type) == ("#N/A", "s")


def test_times_are_real_dates_in_the_parks_own_time() -> None:
    """Excel gets a date it can sort by, in the park's local time."""
    cell = one_cell(datetime(2026, 10, 31, 16, 30, tzinfo=UTC))
    assert cell.is_date
    assert cell.value == datetime(2026, 11, 1, 0, 30)
    assert one_cell(date(2026, 11, 1)).number_format == "yyyy-mm-dd"


def test_values_become_what_people_write() -> None:
    """Truth values are 是 and 否, codes their word, lists joined, unknown numbers empty."""
    row = (True, False, PremisesKind.PLANT, ("汉语", "英语"), float("nan"), None, 3, 2.5)
    sheet = written(Sheet("表", tuple("abcdefgh"), [row]))["表"]
    values = [cell.value for cell in sheet[2]]
    assert values == ["是", "否", "plant", "汉语；英语", None, None, 3, 2.5]


def test_header_is_frozen_and_filters_the_whole_table() -> None:
    """The header stays in view and every column can be filtered."""
    sheet = written(Sheet("表", ("甲", "乙"), [(1, 2), (3, 4)]))["表"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:B3"


def test_synthetic_park_carries_a_watermark_on_every_sheet() -> None:
    """A reader of a made-up park sees it above the header, on the cover too."""
    cover = Cover(**{**COVER.__dict__, "synthetic": True})
    book = written(Sheet("表", ("甲", "乙"), [(1, 2)]), cover)
    assert [sheet["A1"].value for sheet in book.worksheets] == [WATERMARK, WATERMARK]
    assert book["表"]["A2"].value == "甲"
    assert book["表"].freeze_panes == "A3"
    assert book["表"].auto_filter.ref == "A2:B3"


def test_cover_says_as_of_audience_author_and_filters() -> None:
    """A sheet that travels alone still says what it is."""
    sheet = written(Sheet("表", ("甲",), [(1,), (2,)]))["说明"]
    said = {row[0].value: row[1].value for row in sheet.iter_rows(min_row=2)}
    assert said["园区"] == "样例园区"
    assert said["截至"] == datetime(2026, 11, 1, 0, 0)
    assert said["读者范围"] == "阵地内部"
    assert said["坐标基准"] == "gcj02"
    assert said["导出人"] == "张警官"
    assert said["筛选：巡区"] == "一号巡区"
    assert said["行数：表"] == 2


def test_visit_counts_have_a_column_each() -> None:
    """Looked and found nothing is three zeros; reports that name the visit leave them empty."""
    start = datetime(2026, 1, 5, 1, tzinfo=UTC)
    nothing = Visit(id="v:1", start=start, found=Findings())
    elsewhere = Visit(id="v:2", start=start)
    sheet = sheet_of(Visit, [nothing, elsewhere])
    columns = [sheet.headings.index(name) for name in FINDINGS_ZH.values()]
    assert [[row[n] for n in columns] for row in sheet.rows] == [[0, 0, 0], [None, None, None]]


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_every_collection_has_a_table_with_chinese_headings(collection: str) -> None:
    """Each kind of record can go out as a sheet; no heading is doubled or Latin."""
    sheet = sheet_of(COLLECTIONS[collection], [])
    assert all(any("\u4e00" <= char <= "\u9fff" for char in one) for one in sheet.headings)


def test_record_table_follows_the_records() -> None:
    """Rows come in the order of the records, one each."""
    kept = [Station(id=f"s:{n}", name=f"阵地{n}", lon=120.0, lat=30.0) for n in range(3)]
    sheet = sheet_of(Station, kept)
    assert [row[sheet.headings.index("阵地名称")] for row in sheet.rows] == [
        "阵地0",
        "阵地1",
        "阵地2",
    ]


def test_shape_is_written_whole_or_not_at_all() -> None:
    """A polygon keeps every digit as WKT; one that no cell can hold is left out, not cut."""
    small = shapely.box(120.1, 30.1, 120.2 + 1e-13, 30.2)
    long = shapely.Point(120, 30).buffer(1, quad_segs=1000)
    zones = [PatrolZone(id=f"z:{n}", geometry=one) for n, one in enumerate((small, long))]
    sheet = sheet_of(PatrolZone, zones)
    column = sheet.headings.index("几何WKT")
    assert shapely.from_wkt(sheet.rows[0][column]).equals_exact(small, 0)
    assert sheet.rows[1][column] is None


def test_doubled_heading_is_refused() -> None:
    """Two columns of one name could not be read back."""
    with pytest.raises(InputError, match="a heading is doubled"):
        Sheet("表", ("甲", "甲"), [])


def test_row_of_another_length_is_refused() -> None:
    """A short row would shift values under wrong headings."""
    with pytest.raises(InputError, match="row 1 has 1 values for 2 headings"):
        Sheet("表", ("甲", "乙"), [(1, 2), (1,)])


def test_workbook_without_a_sheet_is_refused() -> None:
    """A cover alone says nothing."""
    with pytest.raises(InputError, match="Give at least one"):
        write_xlsx(io.BytesIO(), [], COVER)


def test_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    """A failed export leaves the old file, and no half one beside it."""
    path = tmp_path / "清单.xlsx"
    write_xlsx(path, [Sheet("表", ("甲",), [(1,)])], COVER)
    before = path.read_bytes()
    with pytest.raises(InputError):
        write_xlsx(path, [Sheet("表", ("甲",), []), Sheet("表", ("甲",), [])], COVER)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["清单.xlsx"]


@given(st.text(max_size=40))
def test_any_text_can_be_written(text: str) -> None:
    """No character in a note loses the sheet; what XML cannot hold is shown as a question mark."""
    cell = one_cell(text)
    assert cell.data_type in {"s", "n"}
    assert not isinstance(cell.value, int | float)


def test_premises_and_enterprise_headings_do_not_share_the_name_of_the_key() -> None:
    """The source's own number has a heading of its own beside the record id."""
    for kind in (Enterprise, Premises):
        assert {"标识", "编号"} <= set(sheet_of(kind, []).headings)
