"""Cells to values: numbers, yes and no, codes, and the words of each enumeration.

Each parser takes the text of one cell and gives a value, None for an empty cell, or a `Bad` that
names a code of `codes.CODES`; nothing is guessed and nothing raises. Full-width digits, thousands
separators and the usual marks for "nothing" are understood. `parse_column` asks each distinct text
once, so that long columns of few words cost little. Times are in `times`, coordinates in `points`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from geo_risk.records import (
    credit_code_check_digit,
    is_credit_code,
)

MAX_TEXT = 4000
_NOTHING = frozenset(
    {
        "",
        "-",
        "--",
        "—",
        "——",
        "/",
        "\\",
        "null",
        "none",
        "nan",
        "nat",
        "n/a",
        "#n/a",
        "<na>",
        "(null)",
    }
)
_NOTHING_TYPED = _NOTHING | {"na", "无", "空", "暂无", "未知", "不详", "待补充", "unknown"}
_LONE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ufffe\uffff]")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_LOST = re.compile(r"\d(\.\d+)?e\+?\d{2}", re.IGNORECASE)
_PEOPLE = re.compile(r"(?<=\d)\s*(人|名|个|户|家|件|项|处|次|小时|公里|km/h|h)$")
_WHOLE = re.compile(r"^(\d+)\.0+$")
_SPLIT = re.compile(r"[、,;|/\n]+")
_FORMULA_ERRORS = frozenset(
    {"#value!", "#ref!", "#name?", "#div/0!", "#num!", "#null!", "#spill!", "#calc!"}
)


@dataclass(frozen=True)
class Bad:
    """A cell that cannot be used: a code of `codes.CODES`, and what its texts say more."""

    code: str
    detail: str = ""
    detail_zh: str = ""


Parser = Callable[[str], Any]


def parse_column(cells: Sequence[str], parse: Parser) -> list[Any]:
    """Parse every cell, each distinct text once; the same length and order come back."""
    known = {text: parse(text) for text in set(cells)}
    return [known[text] for text in cells]


def readable(cell: str) -> Bad | None:
    """Say why a cell cannot be kept as text at all, or None."""
    if _LONE.search(cell):
        return Bad("bad_bytes")
    if _CONTROL.search(cell):
        return Bad("control_characters")
    if len(cell) > MAX_TEXT:
        return Bad("too_long", str(len(cell)))
    if cell.strip().lower() in _FORMULA_ERRORS:
        return Bad("formula_error")
    return None


def half_width(cell: str) -> str:
    """Give a cell in half width, without spaces at its ends."""
    return unicodedata.normalize("NFKC", cell).strip()


def is_nothing(cell: str) -> bool:
    """Whether a typed cell (number, time, code) says that there is nothing."""
    return half_width(cell).lower() in _NOTHING_TYPED


def parse_text(cell: str) -> str | Bad:
    """Take a text as it is, without spaces at its ends; marks for nothing become ''."""
    bad = readable(cell)
    if bad:
        return bad
    text = cell.strip()
    return "" if text.lower() in _NOTHING else text


def parse_code(cell: str) -> str | Bad:
    """Take a number or code: half width, no spaces inside; refuse what a spreadsheet cut short."""
    bad = readable(cell)
    if bad:
        return bad
    text = "".join(half_width(cell).split()).removeprefix("'")
    if text.startswith('="') and text.endswith('"'):  # how CSV is told to keep leading zeros
        text = text[2:-1]
    if text.lower() in _NOTHING_TYPED:
        return ""
    return Bad("number_lost_digits") if _LOST.fullmatch(text) else text


def check_credit_code(text: str) -> Bad | None:
    """Say what is wrong with a credit code, naming the character its check digit should be."""
    if is_credit_code(text):
        return None
    if len(text) != 18:
        return Bad("bad_credit_code", f"it has {len(text)} characters", f"它有 {len(text)} 位")
    odd = [char for char in text if char not in "0123456789ABCDEFGHJKLMNPQRTUWXY"]
    if odd:
        return Bad("bad_credit_code", f"'{odd[0]}' does not occur in them", f"其中不会有“{odd[0]}”")
    return Bad("bad_check_digit", credit_code_check_digit(text[:17]))


def looks_like_credit_code(text: str) -> bool:
    """Whether an id is meant as a credit code.

    The source's own ids are free; only 18 letters and digits with a registrar's two characters and
    the six digits of a county are taken for a credit code, and then its check digit must be right.
    """
    return bool(re.fullmatch(r"[1-9A-Y][0-9A-Z]\d{6}[0-9A-Z]{10}", text.upper()))


def parse_float(cell: str) -> float | Bad | None:
    """Take a number of 0 or more; thousands separators and a unit after it are understood."""
    value = _number(cell)
    if isinstance(value, float) and value < 0:
        return Bad("out_of_range", "0 or more", "应不小于 0")
    return value


def parse_int(cell: str) -> int | Bad | None:
    """Take a whole number of 0 or more, at most two thousand million."""
    value = parse_float(cell)
    if not isinstance(value, float):
        return value
    if value != int(value):
        return Bad("not_whole")
    return (
        int(value) if value <= 2e9 else Bad("out_of_range", "at most 2000000000", "应不大于 20 亿")
    )


def parse_share(cell: str) -> float | Bad | None:
    """Take a probability: above 0, at most 1, or a percentage with its sign."""
    text = half_width(cell)
    value = _number(text.removesuffix("%"))
    if not isinstance(value, float):
        return value
    if text.endswith("%"):
        value /= 100
    return (
        value
        if 0 < value <= 1
        else Bad("out_of_range", "above 0 and at most 1", "应大于 0、不大于 1")
    )


def parse_list(cell: str) -> tuple[str, ...] | Bad:
    """Cut a list at 、,; / | or a line break."""
    text = parse_text(cell)
    if isinstance(text, Bad):
        return text
    parts = [one.strip() for one in _SPLIT.split(unicodedata.normalize("NFKC", text))]
    return tuple(one for one in parts if one)


def parse_month(cell: str) -> str | Bad | None:
    """Take a month, as 2024-03, 2024年3月, 202403 or a date in it."""
    if bad := readable(cell):
        return bad
    text = half_width(cell)
    if text.lower() in _NOTHING_TYPED:
        return None
    found = re.fullmatch(
        r"((?:19|20|21)\d\d)\s*[-/.年]?\s*(\d{1,2})\s*月?(?:[-/. ]\d{1,2}.*)?", text
    )
    if found and 1 <= int(found[2]) <= 12:
        return f"{found[1]}-{int(found[2]):02d}"
    return Bad("not_a_month")


def _number(cell: str) -> float | Bad | None:
    if bad := readable(cell):
        return bad
    text = half_width(cell).lower()
    if text in _NOTHING_TYPED:
        return None
    text = _PEOPLE.sub("", text)
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    if not _NUMBER.fullmatch(text):
        return Bad("not_a_number")
    value = float(text)
    return value if abs(value) < 1e300 else Bad("not_a_number")
