"""Numbers, codes and words as they stand in cells."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_risk.ingest import values as v
from geo_risk.ingest import vocabulary as words
from geo_risk.ingest.values import Bad
from geo_risk.records import PremisesKind, Severity


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12", 12),
        ("１２", 12),
        ("1,234", 1234),
        ("1，234", 1234),
        ("12.0", 12),
        (" 12 人", 12),
        ("120名", 120),
        ("1.2e3", 1200),
        ("0", 0),
        ("", None),
        ("无", None),
        ("—", None),
        ("1,23", Bad("not_a_number")),
        ("12-15", Bad("not_a_number")),
        ("约12", Bad("not_a_number")),
        ("1e999", Bad("not_a_number")),
        ("3000000000", Bad("out_of_range", "at most 2000000000", "应不大于 20 亿")),
    ],
)
def test_whole_numbers_are_read_as_people_write_them(cell: str, value: Any) -> None:
    """Full width, thousands, units; what could mean something else is refused."""
    assert v.parse_int(cell) == value


@pytest.mark.parametrize(
    ("cell", "value"), [("0.25", 0.25), ("25%", 0.25), ("２５％", 0.25), ("1", 1.0), ("", None)]
)
def test_probabilities_may_be_percentages(cell: str, value: float | None) -> None:
    """25 % is a quarter."""
    assert v.parse_share(cell) == value


@pytest.mark.parametrize("cell", [*"是有yY1√✓✔对", "YES", "True", "规上", "Ｙ", "1.0"])
def test_words_for_yes(cell: str) -> None:
    """Every usual mark for yes."""
    assert words.parse_bool(cell) is True


@pytest.mark.parametrize("cell", [*"否无nN0×✗", "NO", "False", "没有", "规下", "0.0"])
def test_words_for_no(cell: str) -> None:
    """Every usual mark for no; `无` is an answer here, not an empty cell."""
    assert words.parse_bool(cell) is False


@pytest.mark.parametrize("cell", ["", " ", "-", "/", "null"])
def test_an_empty_answer_is_none(cell: str) -> None:
    """Nothing said is not no."""
    assert words.parse_bool(cell) is None


@pytest.mark.parametrize(
    ("cell", "level"),
    [
        ("4", 4),
        ("3.0", 3),
        ("一级", 4),
        ("四级", 1),
        ("Ⅰ级", 4),
        ("Ⅳ", 1),
        ("1级", 4),
        ("红", 4),
        ("橙色", 3),
        ("黄", 2),
        ("蓝色", 1),
        ("重大风险", 4),
        ("较大", 3),
        ("一般风险", 2),
        ("低", 1),
    ],
)
def test_level_one_is_the_gravest_and_is_class_four(cell: str, level: int) -> None:
    """GB 18218: 一级 is the gravest; as a bare number 4 is."""
    assert words.parse_class(cell) == level


def test_severities_have_three_words_each_way() -> None:
    """立即整改, 限期整改, 当场整改; critical and serious of inspections."""
    assert words.parse_severity("立即整改") is words.parse_severity("critical") is Severity.MAJOR
    assert words.parse_severity("限期整改") is words.parse_severity("Serious") is Severity.GENERAL
    assert words.parse_severity("当场整改") is words.parse_severity("minor") is Severity.MINOR


def test_a_use_that_is_none_of_the_kinds_is_other() -> None:
    """Premises are used for more than the five kinds; that is no fault of the row."""
    assert words.parse_premises_kind("租赁厂房") is PremisesKind.LEASED_WORKSHOP
    assert words.parse_premises_kind("门店") is PremisesKind.OTHER
    assert words.parse_premises_kind("") is None


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("91330599MA2X00001Q", "91330599MA2X00001Q"),
        (" ９１３３０５９９ＭＡ２Ｘ００００１Ｑ ", "91330599MA2X00001Q"),
        ("9133 0599 MA2X 0000 1Q", "91330599MA2X00001Q"),
        ("'0012", "0012"),
        ('="0012"', "0012"),
        ("NX-7/3", "NX-7/3"),
        ("无", ""),
        ("9.1E+17", Bad("number_lost_digits")),
        ("9.13305e17", Bad("number_lost_digits")),
    ],
)
def test_codes_lose_spaces_and_width_and_nothing_else(cell: str, code: Any) -> None:
    """Leading zeros and separators stay; a number in exponents is no code."""
    assert v.parse_code(cell) == code


def test_a_list_is_cut_at_any_of_the_usual_marks() -> None:
    """、 , ， ; ； | / and line breaks."""
    assert v.parse_list("甲、乙,丙，丁;戊|己/庚\n辛、") == tuple("甲乙丙丁戊己庚辛")


@pytest.mark.parametrize(
    ("cell", "month"),
    [
        ("2024-03", "2024-03"),
        ("2024年3月", "2024-03"),
        ("202403", "2024-03"),
        ("2024/3", "2024-03"),
        ("2024-03-31", "2024-03"),
        ("2024-03-01 00:00:00", "2024-03"),
        ("2024-13", Bad("not_a_month")),
        ("3月", Bad("not_a_month")),
    ],
)
def test_months_are_year_and_month(cell: str, month: Any) -> None:
    """A date in the month means the month."""
    assert v.parse_month(cell) == month


@given(st.text(max_size=30))
def test_no_cell_breaks_a_parser(cell: str) -> None:
    """Any text is a value, nothing, or a reason with a known code."""
    for parse in (
        v.parse_text,
        v.parse_code,
        v.parse_int,
        v.parse_float,
        v.parse_share,
        words.parse_bool,
        words.parse_class,
        words.parse_severity,
        words.parse_state,
        v.parse_list,
        v.parse_month,
        words.parse_premises_kind,
    ):
        parse(cell)
