"""Every bad row, and the line a person reads about it: file, row, column, value, reason, remedy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from geo_risk.ingest import CODES, Batch, Known
from geo_risk.records import credit_code_check_digit

ENTERPRISE = {
    "编号": "A1",
    "企业名称": "样例企业 001",
    "经度": "119.95",
    "纬度": "30.55",
    "从业人数": "5",
    "规上": "是",
    "风险等级": "一级",
}
VISIT = {
    "走访编号": "W1",
    "企业": "E1",
    "开始时间": "2024-03-05",
    "结束时间": "",
    "抽中概率": "",
    "参与人": "",
}
REPORT = {
    "上报编号": "R1",
    "类别": "隐患",
    "所属企业": "E1",
    "发生时间": "2024-03-05",
    "严重程度": "",
}
ZONE = {"巡区编号": "Z1", "几何WKT": ""}
DECLARATION = {"企业": "E1", "月份": "2024-03", "指标": "巡逻", "实有": "1", "应有": "2"}
ASSIGNMENT = {"警长": "007", "巡区": "", "企业": ""}
SERVICE = {"阵地": "S1", "服务事项": "咨询", "时间": "2024-03-05"}
ORDER = {
    "点单编号": "D1",
    "企业": "E1",
    "服务事项": "咨询",
    "下单时间": "2024-03-05",
    "期望时间起": "",
    "期望时间止": "",
}
OF = {
    "enterprises": ENTERPRISE,
    "visits": VISIT,
    "reports": REPORT,
    "zones": ZONE,
    "declarations": DECLARATION,
    "assignments": ASSIGNMENT,
    "services": SERVICE,
    "orders": ORDER,
}
RIGHT = "91330599MA2X00001Q"


def rows(kind: str, **changed: str) -> list[list[str]]:
    row = {**OF[kind], **changed}
    return [list(row), list(row.values())]


CASES = [
    (
        "enterprises",
        {"编号": ""},
        "missing_id",
        (
            ", column 编号: the row has no number of its own. Give the number or the credit code "
            "that identifies this row."
        ),
    ),
    (
        "enterprises",
        {"从业人数": "很多"},
        "not_a_number",
        (
            ", column 从业人数: '很多' is not a number. Write digits with a point for decimals, "
            "or leave the cell empty."
        ),
    ),
    (
        "enterprises",
        {"从业人数": "12.5"},
        "not_whole",
        ", column 从业人数: '12.5' is not a whole number. Write a whole number.",
    ),
    (
        "enterprises",
        {"从业人数": "-3"},
        "out_of_range",
        ", column 从业人数: '-3' is not 0 or more. Correct the number, or leave the cell empty.",
    ),
    (
        "enterprises",
        {"规上": "也许"},
        "unknown_word",
        (
            ", column 规上: '也许' is not one of the words known here. Write one of 是, 否, 有, "
            "无, Y, N, √, ×; or say what it means under `values` in the park file."
        ),
    ),
    (
        "enterprises",
        {"风险等级": "Risk 1 (High)"},
        "unknown_word",
        (
            ", column 风险等级: 'Risk 1 (High)' is not one of the words known here. Write one of "
            "1, 2, 3, 4, 一级, 二级, 三级, 四级; or say what it means under `values` in the park "
            "file."
        ),
    ),
    (
        "enterprises",
        {"企业名称": "#REF!"},
        "formula_error",
        (
            ", column 企业名称: '#REF!' is the error of a formula. Correct the formula, or write "
            "the value."
        ),
    ),
    (
        "enterprises",
        {"企业名称": "样例\x01企业"},
        "control_characters",
        ", column 企业名称: '样例\\x01企业' holds control characters. Enter the cell again.",
    ),
    (
        "enterprises",
        {"企业名称": "长" * 4001},
        "too_long",
        (
            ", column 企业名称: the cell holds 4001 characters. Keep it within 4000; perhaps a "
            "quotation mark is missing before."
        ),
    ),
    (
        "visits",
        {"开始时间": "下个星期"},
        "not_a_time",
        (
            ", column 开始时间: '下个星期' is no date or time. Write it as 2024-03-05 or "
            "2024-03-05 14:30."
        ),
    ),
    (
        "visits",
        {"开始时间": "2024-02-31"},
        "not_a_time",
        (
            ", column 开始时间: '2024-02-31' is no date or time. Write it as 2024-03-05 or "
            "2024-03-05 14:30."
        ),
    ),
    (
        "visits",
        {"开始时间": "03/04/2024"},
        "ambiguous_date",
        (
            ", column 开始时间: '03/04/2024' can be read as day-month and as month-day. "
            'Write it as 2024-03-05, or set date_order = "dmy" or "mdy" in the park file.'
        ),
    ),
    (
        "visits",
        {"开始时间": "1970-01-01 04:27:51"},
        "date_1970",
        (
            ", column 开始时间: '1970-01-01 04:27:51' falls on 1970-01-01: the date was lost "
            "when the file was converted. Export the file again with its dates as text."
        ),
    ),
    (
        "visits",
        {"开始时间": "1723-01-01"},
        "date_out_of_range",
        ", column 开始时间: '1723-01-01' is not between the years 1900 and 2199. Correct the year.",
    ),
    (
        "visits",
        {"开始时间": ""},
        "missing_value",
        ", column 开始时间: the cell is empty. Fill it in.",
    ),
    (
        "visits",
        {"开始时间": "2024-03-05 10:00", "结束时间": "2024-03-05 09:00"},
        "reversed_interval",
        (
            ", column 结束时间: '2024-03-05 09:00' is before '2024-03-05 10:00' (开始时间). "
            "Exchange the two times, or correct the wrong one."
        ),
    ),
    (
        "visits",
        {"抽中概率": "1.5"},
        "out_of_range",
        (
            ", column 抽中概率: '1.5' is not above 0 and at most 1. Correct the number, or leave "
            "the cell empty."
        ),
    ),
    (
        "visits",
        {"企业": "E9"},
        "unknown_enterprise",
        (
            ", column 企业: no enterprise with the number or credit code 'E9' is known. Correct "
            "the number, or add the enterprise first."
        ),
    ),
    (
        "visits",
        {"企业": ""},
        "no_place",
        ": the row names no premises and no enterprise. Give the number of one of them.",
    ),
    (
        "visits",
        {"参与人": "007、009"},
        "unknown_officer",
        (
            ", column 参与人: no officer with the number '009' is known. Correct the number, or "
            "add the officer first."
        ),
    ),
    (
        "reports",
        {"类别": "外星人"},
        "unknown_word",
        (
            ", column 类别: '外星人' is not one of the words known here. Write one of hazard "
            "(隐患), dispute (矛盾纠纷), fraud (涉诈), public_order (治安), fire (火情), traffic "
            "(交通), sanitation (环卫); or say what it means under `values` in the park file."
        ),
    ),
    ("reports", {"类别": ""}, "missing_value", ", column 类别: the cell is empty. Fill it in."),
    (
        "reports",
        {"严重程度": "吓人"},
        "unknown_word",
        (
            ", column 严重程度: '吓人' is not one of the words known here. Write one of major, "
            "general, minor, 立即整改, 限期整改, 当场整改; or say what it means under `values` "
            "in the park file."
        ),
    ),
    (
        "reports",
        {"发生时间": ""},
        "missing_time",
        (
            ", column 发生时间: the row says neither when it happened nor when it was reported. "
            "Fill in one of the two."
        ),
    ),
    (
        "reports",
        {"所属企业": "E9"},
        "unknown_enterprise",
        (
            ", column 所属企业: no enterprise with the number or credit code 'E9' is known. "
            "Correct the number, or add the enterprise first."
        ),
    ),
    (
        "declarations",
        {"月份": "三月"},
        "not_a_month",
        ", column 月份: '三月' is no month. Write it as 2024-03.",
    ),
    (
        "declarations",
        {"实有": ""},
        "missing_value",
        ", column 实有: the cell is empty. Fill it in.",
    ),
    (
        "orders",
        {"期望时间起": "2024-03-09", "期望时间止": "2024-03-07"},
        "reversed_interval",
        (
            ", column 期望时间止: '2024-03-07' is before '2024-03-09' (期望时间起). Exchange the "
            "two times, or correct the wrong one."
        ),
    ),
    (
        "assignments",
        {},
        "zone_or_enterprise",
        (
            ": the row must name a zone or an enterprise, and not both. Fill in exactly one of "
            "the two."
        ),
    ),
    (
        "services",
        {"阵地": "S9"},
        "unknown_station",
        (
            ", column 阵地: no station with the number 'S9' is known. Correct the number, or add "
            "the station first."
        ),
    ),
    (
        "zones",
        {},
        "no_geometry",
        ", column 几何WKT: there is no shape. Draw it in the map file, or give it as WKT.",
    ),
    (
        "zones",
        {"几何WKT": "LINESTRING(119.9 30.5,119.95 30.55)"},
        "bad_geometry",
        (
            ", column 几何WKT: the shape cannot be used: it is a LineString, not a polygon. Draw "
            "it again, or correct the WKT."
        ),
    ),
    (
        "zones",
        {"几何WKT": "POLYGON((1 2"},
        "bad_geometry",
        (
            ", column 几何WKT: the shape cannot be used: it is no WKT. Draw it again, or correct "
            "the WKT."
        ),
    ),
    (
        "zones",
        {"几何WKT": "POLYGON((30.5 119.9,30.6 119.9,30.6 120,30.5 119.9))"},
        "swapped_geometry",
        (
            ", column 几何WKT: longitude and latitude of the shape are exchanged. Write "
            "longitude first."
        ),
    ),
    (
        "zones",
        {"几何WKT": "POLYGON((500 119.9,501 119.9,501 120,500 119.9))"},
        "bad_geometry",
        (
            ", column 几何WKT: the shape cannot be used: it is no place on Earth. Draw it again, "
            "or correct the WKT."
        ),
    ),
]


@pytest.mark.parametrize(("kind", "changed", "code", "said"), CASES)
def test_a_bad_row_says_what_is_wrong_and_what_to_do(
    ingest: Callable[..., Batch],
    known: Known,
    kind: str,
    changed: dict[str, str],
    code: str,
    said: str,
) -> None:
    """One wrong cell sets one row aside, with the whole line as a person reads it."""
    keys: dict[str, Any] = {"columns": {"enterprise": "企业"}} if kind == "visits" else {}
    batch = ingest(kind, "list.csv", rows(kind, **changed), known=known, **keys)
    assert (batch.read, batch.accepted, batch.rejected) == (1, 0, 1)
    assert batch.records == ()
    assert batch.rejects[0].code == code
    assert str(batch.rejects[0]) == f"list.csv, row 2{said}"


def test_the_same_rows_without_the_wrong_cell_are_good(
    ingest: Callable[..., Batch], known: Known
) -> None:
    """What is refused above is refused for that cell alone."""
    for kind in ("enterprises", "visits", "reports", "declarations", "services", "orders"):
        keys: dict[str, Any] = {"columns": {"enterprise": "企业"}} if kind == "visits" else {}
        batch = ingest(kind, "list.csv", rows(kind), known=known, **keys)
        assert (batch.accepted, batch.rejects) == (1, ())


def test_a_row_with_several_faults_names_them_all_in_the_order_of_the_file(
    ingest: Callable[..., Batch],
) -> None:
    """A person corrects a row once: every fault of it is on its line."""
    batch = ingest("enterprises", "list.csv", rows("enterprises", 规上="也许", 从业人数="很多"))
    assert str(batch.rejects[0]) == (
        "list.csv, row 2, column 从业人数: '很多' is not a number. "
        "规上: '也许' is not one of the words known here. "
        "Write digits with a point for decimals, or leave the cell empty. "
        "规上: Write one of 是, 否, 有, 无, Y, N, √, ×; "
        "or say what it means under `values` in the park file."
    )


def test_the_line_is_there_in_chinese_too(ingest: Callable[..., Batch]) -> None:
    """Stations read Chinese first."""
    wrong = RIGHT[:17] + "0"
    batch = ingest("enterprises", "list.xlsx", [("统一社会信用代码", "名称"), (wrong, "样例企业")])
    assert batch.rejects[0].text_zh == (
        "list.xlsx，工作表 Sheet1，第 2 行，“统一社会信用代码”列："
        f"“{wrong}”未通过 GB 32100 校验：前 17 位之后应为“Q”。"
        "请对照营业执照更正代码（若前 17 位无误，末位应为“Q”）。"
    )


@pytest.mark.parametrize(
    ("cell", "code", "said"),
    [
        (
            RIGHT[:17] + "0",
            "bad_check_digit",
            (
                f"'{RIGHT[:17]}0' fails the check digit of GB 32100: after these 17 characters "
                "comes 'Q'. Compare with the business licence and correct the code."
            ),
        ),
        (
            RIGHT[:17],
            "bad_credit_code",
            (
                f"'{RIGHT[:17]}' is no unified social credit code: it has 17 characters. "
                "Copy the 18 characters from the business licence, or leave the cell empty."
            ),
        ),
        (
            RIGHT[:16] + "OQ",
            "bad_credit_code",
            (
                f"'{RIGHT[:16]}OQ' is no unified social credit code: 'O' does not occur in them. "
                "Copy the 18 characters from the business licence, or leave the cell empty."
            ),
        ),
        (
            "9.1E+17",
            "number_lost_digits",
            (
                "'9.1E+17' is a number that lost digits: a spreadsheet keeps only 15 of them. "
                "Format the column as text and enter the code again."
            ),
        ),
    ],
)
def test_a_wrong_credit_code_is_told_from_a_cut_one(
    ingest: Callable[..., Batch], cell: str, code: str, said: str
) -> None:
    """A mistyped code, a short one, a letter no code has, a number cut by a spreadsheet."""
    batch = ingest("enterprises", "list.csv", [("统一社会信用代码", "名称"), (cell, "样例企业")])
    assert batch.rejects[0].code == code
    assert str(batch.rejects[0]) == f"list.csv, row 2, column 统一社会信用代码: {said}"


def test_the_expected_character_is_the_one_that_makes_the_code_right(
    ingest: Callable[..., Batch], credit_code: Callable[[int], str]
) -> None:
    """Whatever character stands last, the remedy names the one that belongs there."""
    for n in range(1, 12):
        right = credit_code(n)
        wrong = right[:17] + ("7" if right[17] != "7" else "8")
        batch = ingest("enterprises", "list.csv", [("统一社会信用代码",), (wrong,)])
        assert f"comes '{credit_code_check_digit(right[:17])}'" in batch.rejects[0].reason
        assert ingest("enterprises", "list.csv", [("统一社会信用代码",), (right,)]).accepted == 1


def test_a_code_kept_as_a_number_is_refused_though_it_looks_whole(
    ingest: Callable[..., Batch],
) -> None:
    """Eighteen digits in a number cell are fifteen digits and zeros: nobody can tell which."""
    batch = ingest("enterprises", "list.xlsx", [("统一社会信用代码",), (913305990000000018,)])
    assert str(batch.rejects[0]) == (
        "list.xlsx, sheet Sheet1, row 2, column 统一社会信用代码: '9.13305990000000E+17' is a "
        "number that lost digits: a spreadsheet keeps only 15 of them. "
        "Format the column as text and enter the code again."
    )


def test_a_formula_without_its_result_is_refused_not_read_as_empty(
    ingest: Callable[..., Batch],
) -> None:
    """A workbook written by a program holds formulas nobody has worked out."""
    table = [("企业编号", "从业人数"), ("A1", "=SUM(B8:B9)"), ("A2", 5)]
    batch = ingest("enterprises", "list.xlsx", table)
    assert batch.accepted == 1
    assert str(batch.rejects[0]) == (
        "list.xlsx, sheet Sheet1, row 2, column 从业人数: '=SUM(B8:B9)' is a formula whose result "
        "is not stored in the file. Open the file in a spreadsheet program and save it, or paste "
        "the values."
    )


def test_bytes_that_are_no_text_set_their_row_aside(ingest: Callable[..., Batch]) -> None:
    """A few broken bytes spoil their own row, not the file."""
    lines = ["编号,名称", "A1,坏@@", *(f"B{i},样例企业" for i in range(9))]
    content = "\n".join(lines).encode().replace(b"@@", b"\xff\xfe")
    batch = ingest("enterprises", "list.csv", content)
    assert (batch.accepted, batch.rejected) == (9, 1)
    assert str(batch.rejects[0]) == (
        "list.csv, row 2, column 名称: '坏\\xff\\xfe' holds bytes that are no text in the file's "
        "encoding. Enter the cell again and save the file as UTF-8."
    )


def test_a_number_given_twice_belongs_to_the_first_row(ingest: Callable[..., Batch]) -> None:
    """The first row in, the others say which row has their number."""
    table = [*rows("enterprises"), list({**ENTERPRISE, "企业名称": "样例企业 002"}.values())]
    batch = ingest("enterprises", "list.csv", table)
    assert batch.odd == {"duplicate_number": 1}
    assert str(batch.rejects[0]) == (
        "list.csv, row 3, column 编号: 'A1' is already the number of row 2; that row went in. "
        "Give this row its own number, or leave it out."
    )


def test_a_text_with_a_separator_outside_quotation_marks_is_seen(
    ingest: Callable[..., Batch],
) -> None:
    """A row with more cells than headings has moved: it is not read at all."""
    batch = ingest("enterprises", "list.csv", "编号,名称\nA1,样例, 企业\n")
    assert str(batch.rejects[0]) == (
        "list.csv, row 2: the row has more cells than there are headings (1 more). "
        "Put texts that hold a separator between quotation marks."
    )


def test_headings_repeated_on_a_second_page_are_no_row(ingest: Callable[..., Batch]) -> None:
    """Lists made for printing repeat their headings."""
    batch = ingest("enterprises", "list.csv", [*rows("enterprises"), list(ENTERPRISE)])
    assert str(batch.rejects[0]) == "list.csv, row 3: the row repeats the headings. Leave it out."


def test_a_row_of_totals_is_no_enterprise(ingest: Callable[..., Batch]) -> None:
    """What a list ends with is not on the map."""
    batch = ingest("enterprises", "list.csv", [*rows("enterprises"), ["合计", "", "", "", "5"]])
    assert batch.accepted == 1
    assert str(batch.rejects[0]) == (
        "list.csv, row 3, column 编号: '合计' heads a row of totals. Leave it out."
    )


def test_every_code_speaks_both_languages_and_fills_its_slots() -> None:
    """No reason without a remedy, none in one language only, no slot but value and detail."""
    for name, one in CODES.items():
        for text in (one.reason, one.reason_zh, one.remedy, one.remedy_zh):
            filled = text.format(value="V", detail="D")
            assert filled, name
            assert "{" not in filled, name
