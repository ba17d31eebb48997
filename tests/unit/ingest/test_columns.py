"""Headings to fields: recognised however they are written, named by the park file, or an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from geo_risk.errors import ColumnError, ParkFileError
from geo_risk.ingest import Batch, field_table
from geo_risk.ingest.columns import find_header, plain
from geo_risk.ingest.fields import ALIASES, FIELDS, TYPES
from geo_risk.park import SOURCE_KINDS


@pytest.mark.parametrize(
    "heading",
    [
        "从业人数",
        " 从业 人数 ",
        "从业人数(人)",
        "从业人数（人）",
        "*从业人数",
        "从业人数:",
        "从业\n人数【必填】",
        "EMPLOYEES",
        "employees (people)",
        "员工数",
        "headcount",
    ],
)
def test_a_heading_is_recognised_however_it_is_written(
    ingest: Callable[..., Batch], heading: str
) -> None:
    """Spaces, width, case, stars and units in brackets do not distinguish headings."""
    batch = ingest("enterprises", "list.csv", [("编号", heading), ("A1", "12")], datum="")
    assert batch.records[0].employees == 12


def test_what_the_park_file_names_wins(ingest: Callable[..., Batch]) -> None:
    """A heading named in `columns` is that field, though another one looks more like it."""
    table = [("编号", "企业名称", "工商登记名"), ("A1", "简称", "全称")]
    batch = ingest("enterprises", "list.csv", table, columns={"name": "工商登记名"}, datum="")
    assert batch.records[0].name == "全称"


def test_an_empty_heading_in_columns_leaves_a_column_unread(ingest: Callable[..., Batch]) -> None:
    """`columns = { employees = "" }`: what looks like the field is not it."""
    table = [("编号", "人数"), ("A1", "约三十")]
    assert ingest("enterprises", "list.csv", table, datum="").rejected == 1
    batch = ingest("enterprises", "list.csv", table, columns={"employees": ""}, datum="")
    assert batch.records[0].employees is None


def test_the_better_of_two_headings_is_taken_where_the_choice_is_harmless(
    ingest: Callable[..., Batch],
) -> None:
    """A contact's mobile number and telephone: the first on the list."""
    table = [("编号", "电话", "联系电话"), ("A1", "1", "2")]
    assert ingest("enterprises", "list.csv", table, datum="").records[0].phone == "2"


def test_a_constant_is_set_on_every_row(ingest: Callable[..., Batch]) -> None:
    """`set` needs no column, and its words are understood as cells are."""
    table = [("编号", "发生时间", "经度", "纬度"), ("R1", "2024-03-05", 119.95, 30.55)]
    batch = ingest(
        "reports", "list.csv", table, set={"kind": "public_order", "self_reported": True}
    )
    assert (batch.records[0].kind, batch.records[0].self_reported) == ("public_order", True)


def test_their_words_are_put_into_ours(ingest: Callable[..., Batch]) -> None:
    """`values` translates, whatever the width and case; what it does not name is read as usual."""
    table = [("编号", "风险等级"), ("A1", "Risk 1 (High)"), ("A2", "risk 3 (LOW) "), ("A3", "二级")]
    words = {"risk_class": {"Risk 1 (High)": 3, "Risk 3 (Low)": 1}}
    batch = ingest("enterprises", "list.csv", table, values=words, set={"address": "路"})
    assert [one.inherent_class for one in batch.records[1::2]] == [3, 1, 3]


ENTERPRISES = [("编号", "企业名称", "经度", "纬度"), ("A1", "甲", "119.95", "30.55")]


@pytest.mark.parametrize(
    ("kind", "table", "keys", "error", "said"),
    [
        (
            "enterprises",
            ENTERPRISES,
            {"columns": {"employees": "从业人员数"}},
            ColumnError,
            (
                "list.csv, row 1: there is no column '从业人员数' (employees). "
                "There are: 编号, 企业名称, 经度, 纬度."
            ),
        ),
        (
            "enterprises",
            ENTERPRISES,
            {"columns": {"name": "企业名"}},
            ColumnError,
            "list.csv, row 1: there is no column '企业名' (name). Did you mean '企业名称'?",
        ),
        (
            "enterprises",
            [("编号", "经度", "经度", "纬度"), ("A1", "1", "2", "3")],
            {"columns": {"lon": "经度"}},
            ColumnError,
            (
                "list.csv, row 1: heading '经度' stands there 2 times. "
                "Give one of the columns another heading."
            ),
        ),
        (
            "enterprises",
            [("编号", "经度", "经 度(°)", "纬度"), ("A1", "1", "2", "3")],
            {},
            ColumnError,
            (
                "list.csv, row 1: '经度' (column 2) and '经 度(°)' (column 3) could both be 经度 "
                "(lon). Say which one: columns = { lon = ... }, or give them other headings."
            ),
        ),
        (
            "enterprises",
            [("编号", "高德经度", "百度经度", "纬度"), ("A1", "1", "2", "3")],
            {},
            ColumnError,
            (
                "list.csv, row 1: '高德经度' (column 2) and '百度经度' (column 3) could both be "
                "经度 (lon). Say which one: columns = { lon = ... }, or give them other headings."
            ),
        ),
        (
            "enterprises",
            [("编号", "经度"), ("A1", "1")],
            {},
            ColumnError,
            (
                "list.csv, row 1: there is a column for lon and none for lat. "
                "Say which: columns = { lat = ... }."
            ),
        ),
        (
            "visits",
            [("走访编号", "开始时间"), ("W1", "2024-03-05")],
            {},
            ColumnError,
            (
                "list.csv, row 1: no column is recognised as 所属企业 or 场所 (enterprise, "
                "premises). Say which: columns = { enterprise = ... }. There are: 走访编号, "
                "开始时间."
            ),
        ),
        (
            "reports",
            [("编号", "发生时间"), ("R1", "2024-03-05")],
            {},
            ColumnError,
            (
                "list.csv, row 1: no column is recognised as 类别 (kind). "
                "Say which: columns = { kind = ... }. There are: 编号, 发生时间."
            ),
        ),
        (
            "enterprises",
            ENTERPRISES,
            {"columns": {"emploees": "企业名称"}},
            ColumnError,
            (
                "[[source]] list: columns.emploees is no field of enterprises. "
                "Did you mean 'employees'?"
            ),
        ),
        (
            "enterprises",
            ENTERPRISES,
            {"set": {"above_scale": "也许"}},
            ColumnError,
            (
                "[[source]] list: set.above_scale = '也许' is no bool. "
                "It takes 是, 否, 有, 无, Y, N, √, ×."
            ),
        ),
        (
            "enterprises",
            ENTERPRISES,
            {"set": {"name": "甲"}, "columns": {"name": "企业名称"}},
            ColumnError,
            "[[source]] list: name has a column and is set as well. Leave one of the two out.",
        ),
        (
            "visits",
            [("编号", "所属企业", "日期"), ("W1", "E1", "2024-03-05")],
            {"occurred": ["日期"]},
            ColumnError,
            (
                "[[source]] list: occurred = ['日期'] on visits. "
                "Give one heading or [earliest, latest], on reports only."
            ),
        ),
        (
            "visits",
            [("编号", "所属企业", "日期"), ("W1", "E1", "2024-03-05")],
            {"findings": {"grave": "日期"}},
            ColumnError,
            (
                "[[source]] list: findings.grave on visits. "
                "Give major, general and minor, on visits only."
            ),
        ),
        (
            "enterprises",
            ENTERPRISES,
            {"datum": ""},
            ParkFileError,
            (
                "[[source]] list: list.csv has coordinates (经度, 纬度) and the source names no "
                "datum. Ask who made the file, and write datum = one of wgs84, cgcs2000, gcj02, "
                "bd09, EPSG:n."
            ),
        ),
    ],
    ids=[
        "missing",
        "misspelt",
        "doubled",
        "doubled-but-for-marks",
        "two-systems",
        "half-a-pair",
        "no-place",
        "no-kind",
        "no-such-field",
        "constant",
        "set-and-column",
        "occurred",
        "findings",
        "no-datum",
    ],
)
def test_headings_that_do_not_fit_are_an_error_with_the_remedy(
    ingest: Callable[..., Batch],
    kind: str,
    table: list[tuple[str, ...]],
    keys: dict[str, Any],
    error: type[Exception],
    said: str,
) -> None:
    """What is wrong with the headings stops the file: no row could be right."""
    with pytest.raises(error) as raised:
        ingest(kind, "list.csv", table, **keys)
    assert str(raised.value) == said


def test_every_kind_of_source_has_fields_that_the_docs_can_list() -> None:
    """Each field has a Chinese heading, a meaning and a type that says what a cell may hold."""
    assert set(FIELDS) == set(SOURCE_KINDS)
    listed = field_table()
    assert {one.kind for one in listed} == set(SOURCE_KINDS)
    assert all(all(row[:5]) for row in listed)
    assert {one.type for fields in FIELDS.values() for one in fields} == set(TYPES)
    assert len({(one.kind, one.field) for one in listed}) == len(listed)


def test_within_a_kind_the_heading_we_write_means_one_field() -> None:
    """What we write we can read back: no field's own heading is another one's."""
    for kind, fields in FIELDS.items():
        own = [plain(one.zh) for one in fields] + [plain(one.name) for one in fields]
        assert len(set(own)) == len(own), kind
    assert all(alias not in FIELDS["enterprises"] for alias in ALIASES)


@pytest.mark.parametrize("kind", SOURCE_KINDS)
def test_a_table_headed_in_our_own_words_is_recognised_whole(kind: str) -> None:
    """Each kind's Chinese headings, below two title rows, give all its fields."""
    headings = [one.zh for one in FIELDS[kind]]
    header, score = find_header([["台账"], [""], headings, ["x"] * len(headings)], kind)
    assert header is not None
    assert (header.row, header.height, score) == (2, 1, len(headings))
