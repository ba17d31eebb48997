"""The rejects file: rows as they came, corrected where they stand, read again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely

from geo_risk.ingest import Batch, Known, write_rejects
from geo_risk.ingest.placing import IN_THE_FILE

Reads = Callable[..., Batch]

TABLE = [
    ("编号", "企业名称", "从业人数", "经度", "纬度", "原因"),
    ("A1", "甲", "5", "119.95", "30.55", "迁入"),
    ("A2", "乙", "很多", "119.95", "30.55", "新设"),
    ("A1", "丙", "7", "119.95", "30.55", ""),
]


def correct(path: Path, cells: dict[str, str]) -> None:
    """Do what a person does: open, change some cells, save."""
    book = openpyxl.load_workbook(path)
    for cell, value in cells.items():
        book["退回行"][cell] = value
    book.save(path)


@pytest.fixture
def rejects(tmp_path: Path) -> Path:
    return tmp_path / "rejects.xlsx"


@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
def test_corrected_rows_go_in_and_keep_their_numbers(
    ingest: Reads, rejects: Path, name: str
) -> None:
    """Written, corrected in place, read by the source's own description."""
    first = ingest("enterprises", name, TABLE)
    assert [one.row for one in first.rejects] == [3, 4]
    write_rejects(rejects, first)
    correct(rejects, {"C2": "15", "A3": "A3"})
    again = ingest("enterprises", name, None, file=rejects)
    assert (again.read, again.accepted, again.rejected) == (2, 2, 0)
    assert again.rows == (3, 4)
    assert [one.number for one in again.records[::2]] == ["A2", "A3"]
    assert again.records[0].employees == 15


def test_an_untouched_rejects_file_is_rejected_as_before(ingest: Reads, rejects: Path) -> None:
    """The duplicate stays one, though its first row is not in this file."""
    first = ingest("enterprises", "list.csv", TABLE)
    write_rejects(rejects, first)
    again = ingest("enterprises", "list.csv", None, file=rejects)
    assert (again.read, again.accepted) == (2, 0)
    assert [one.code for one in again.rejects] == [one.code for one in first.rejects]
    assert [one.row for one in again.rejects] == [3, 4]
    assert again.rejected_rows == first.rejected_rows
    assert again.headings == first.headings
    write_rejects(rejects, again)
    assert ingest("enterprises", "list.csv", None, file=rejects).rejects == again.rejects


def test_a_corrected_row_of_a_known_enterprise_is_its_further_premises(
    ingest: Reads, rejects: Path, credit_code: Callable[[int], str]
) -> None:
    """The row that went in keeps the enterprise; the corrected one adds a place."""
    table = [
        ("企业编号", "统一社会信用代码", "企业名称", "地址"),
        ("1", credit_code(1), "甲", "样例路 1 号"),
        ("1", credit_code(1), "甲(旧名)", "样例路 9 号"),
    ]
    write_rejects(rejects, ingest("enterprises", "list.csv", table, datum=""))
    correct(rejects, {"A2": "2"})
    again = ingest("enterprises", "list.csv", None, datum="", file=rejects)
    assert [one.collection for one in again.records] == ["premises"]
    assert again.records[0].enterprise_id == credit_code(1)


def test_headings_and_remarks_stand_where_people_look(ingest: Reads, rejects: Path) -> None:
    """The original headings first, ours behind them, though one has the same name."""
    write_rejects(rejects, ingest("enterprises", "list.csv", TABLE), watermark="合成数据")
    book = openpyxl.load_workbook(rejects)
    rows = list(book["退回行"].iter_rows(values_only=True))
    assert rows[0] == (*TABLE[0], "行号", "原因", "处理办法")
    assert rows[1] == (
        *TABLE[2],
        "3",
        "“从业人数”列：“很多”不是数字。",
        "请填写数字（小数点用“.”），没有则留空。",
    )
    assert all(cell.number_format == "@" for row in book["退回行"].iter_rows() for cell in row)
    assert book["说明"]["A1"].value == "合成数据"


def test_codes_keep_their_digits_and_formulas_stay_text(
    ingest: Reads, rejects: Path, credit_code: Callable[[int], str]
) -> None:
    """What Excel would turn into a number or work out is text there and back."""
    table = [
        ("统一社会信用代码", "企业名称", "从业人数"),
        (credit_code(1), "=1+1", "很多"),
        ("000000000000012345", "+8657212345678", "-"),
    ]
    first = ingest("enterprises", "list.csv", table, datum="", columns={"id": "统一社会信用代码"})
    write_rejects(rejects, first)
    correct(rejects, {"C2": "3"})
    again = ingest(
        "enterprises", "list.csv", None, datum="", file=rejects, columns={"id": "统一社会信用代码"}
    )
    assert again.rejects == ()
    assert (again.records[0].number, again.records[0].name) == (credit_code(1), "=1+1")


def test_rows_that_were_not_rejected_are_no_rows_of_a_rejects_file(
    ingest: Reads, rejects: Path
) -> None:
    """A row copied twice, or written anew, belongs into the source's own file."""
    write_rejects(rejects, ingest("enterprises", "list.csv", TABLE))
    correct(rejects, {"C2": "15", "A3": "A3", "A4": "A9", "B4": "新", "A5": "A8", "G5": "3"})
    again = ingest("enterprises", "list.csv", None, file=rejects)
    assert (again.read, again.accepted) == (4, 1)
    assert [str(one) for one in again.rejects] == [
        (
            "rejects.xlsx, sheet 退回行, row 3, column 行号: '3' is not the number of a row that "
            "was rejected, or stands here twice. Keep the column 行号 as it was; add new rows to "
            "the source's own file."
        ),
        (
            "rejects.xlsx, sheet 退回行, a row without number, column 行号: '' is not the number "
            "of a row that was rejected, or stands here twice. Keep the column 行号 as it was; add "
            "new rows to the source's own file."
        ),
        (
            "rejects.xlsx, sheet 退回行, row 3, column 行号: '3' is not the number of a row that "
            "was rejected, or stands here twice. Keep the column 行号 as it was; add new rows to "
            "the source's own file."
        ),
    ]


def test_headings_of_the_park_file_hold_in_the_rejects_file_too(
    ingest: Reads, rejects: Path, workbook: Callable[..., bytes]
) -> None:
    """Sheet, two rows of headings and named columns: the description fits both files."""
    data = workbook(
        [("编号", "位置", None, "人手"), (None, "东", "北", None), ("A1", 119.95, 30.55, "多")],
        title="企业",
        merge=["B1:C1"],
    )
    keys = {"sheet": "企业", "columns": {"lon": "东", "lat": "北", "employees": "人手"}}
    write_rejects(rejects, ingest("enterprises", "list.xlsx", data, **keys))
    correct(rejects, {"D2": "8"})
    again = ingest("enterprises", "list.xlsx", None, file=rejects, **keys)
    assert again.rejects == ()
    assert (again.records[0].employees, again.records[1].lon) == (8, 119.95)


def test_excel_serials_keep_their_system(ingest: Reads, known: Known, rejects: Path) -> None:
    """A serial of the 1904 system means the same day in the rejects file."""
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    for row in (["走访编号", "所属企业", "开始时间"], ["W1", "E9", 43894], ["W2", "E1", 43894]):
        book.worksheets[0].append(row)
    path = rejects.parent / "list.xlsx"
    book.save(path)
    first = ingest("visits", "list.xlsx", None, known=known)
    write_rejects(rejects, first)
    correct(rejects, {"B2": "E1"})
    again = ingest("visits", "list.xlsx", None, known=known, file=rejects)
    assert again.records[0].start == first.records[0].start


@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.parquet"])
def test_map_files_are_corrected_in_a_spreadsheet_too(
    ingest: Reads, known: Known, rejects: Path, tmp_path: Path, name: str
) -> None:
    """The shape stands beside the attributes as WKT, full precision, and reads back the same."""
    point = shapely.Point(119.95 + 1 / 3e5, 30.55 + 1 / 7e5)
    frame = gpd.GeoDataFrame(
        {"场所编号": ["P1", "P2"], "所属企业": ["E1", "E9"]}, geometry=[point, point], crs=4326
    )
    frame.to_parquet(tmp_path / name) if name.endswith("parquet") else frame.to_file(
        tmp_path / name
    )
    first = ingest("premises", name, None, known=known)
    assert first.headings[-1] == "几何WKT"
    write_rejects(rejects, first)
    correct(rejects, {"B2": "E2"})
    again = ingest("premises", name, None, known=known, file=rejects)
    assert (again.records[0].lon, again.records[0].lat) == (point.x, point.y)
    assert again.records[0].enterprise_id == "firms:E2"


def test_a_polygon_too_long_for_a_cell_is_taken_from_the_original(
    ingest: Reads, rejects: Path, tmp_path: Path
) -> None:
    """A spreadsheet's cell holds 32,767 characters; a detailed zone has more."""
    angle = np.linspace(0, 2 * np.pi, 3000)
    ring = shapely.Polygon(
        np.column_stack([119.95 + np.cos(angle) / 99, 30.55 + np.sin(angle) / 99])
    )
    frame = gpd.GeoDataFrame({"巡区编号": [""], "名称": ["样例"]}, geometry=[ring], crs=4326)
    frame.to_file(tmp_path / "zones.gpkg")
    first = ingest("zones", "zones.gpkg", None)
    write_rejects(rejects, first)
    assert openpyxl.load_workbook(rejects)["退回行"]["C2"].value == IN_THE_FILE
    correct(rejects, {"A2": "Z1"})
    again = ingest("zones", "zones.gpkg", None, file=rejects)
    assert again.records[0].geometry.equals_exact(ring, 1e-12)


def test_what_no_spreadsheet_can_hold_is_written_as_an_escape(ingest: Reads, rejects: Path) -> None:
    """Broken bytes and control characters can be seen and mended."""
    lines = b"id,name\nA1,x\x01y\nA2,\xff\xfez\n" + b"".join(b"B%d,ok\n" % i for i in range(9))
    write_rejects(rejects, ingest("enterprises", "list.csv", lines, datum=""))
    sheet = openpyxl.load_workbook(rejects)["退回行"]
    assert (sheet["B2"].value, sheet["B3"].value) == ("x\\x01y", "\\xff\\xfez")
