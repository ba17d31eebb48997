"""Cells to values: numbers, yes and no, codes, and the words of each enumeration.

Each parser takes the text of one cell and gives a value, None for an empty cell, or a `Bad` that
names a code of `codes.CODES`; nothing is guessed and nothing raises. Full-width digits, thousands
separators and the usual marks for "nothing" are understood. `parse_column` asks each distinct text
once, so that long columns of few words cost little. Times are in `times`, coordinates in `points`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geo_risk.ingest.columns import plain
from geo_risk.records import (
    CaseState,
    Channel,
    PremisesKind,
    Severity,
    VisitReason,
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

_YES = "是 有 y yes true t 1 √ ✓ ✔ 对 对的 规上 规模以上 个体 个体工商户 涉及 存在 on 已"
_NO = "否 无 没有 不是 n no false f 0 × ✗ ✘ x 规下 规模以下 企业 公司 不涉及 不存在 off 未"


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


def words(known: Mapping[str, Any], listed: str) -> Parser:
    """Make a parser of words: `known` holds plain words, `listed` is what a person may write."""

    def parse(cell: str) -> Any:
        if bad := readable(cell):
            return bad
        word = plain(_WHOLE.sub(r"\1", half_width(cell)))
        if word in known:
            return known[word]
        return None if is_nothing(cell) or not word else Bad("unknown_word", listed)

    return parse


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


def _table(**groups: str) -> dict[str, str]:
    return {
        plain(word): name for name, listed in groups.items() for word in (name, *listed.split())
    }


def _enumeration(kind: type[Any], **groups: str) -> dict[str, Any]:
    return {word: kind(name) for word, name in _table(**groups).items()}


def _marks(listed: str, *, value: bool) -> dict[str, bool]:
    return {plain(word) or word: value for word in listed.split()}


_BOOL = _marks(_YES, value=True) | _marks(_NO, value=False)
_CLASS = {
    plain(word): level
    for level, listed in {
        4: "4 一级 1级 ⅰ级 i级 ⅰ i 红 红色 重大 重大风险",
        3: "3 二级 2级 ⅱ级 ii级 ⅱ ii 橙 橙色 较大 较大风险",
        2: "2 三级 3级 ⅲ级 iii级 ⅲ iii 黄 黄色 一般 一般风险",
        1: "1 四级 4级 ⅳ级 iv级 ⅳ iv 蓝 蓝色 低 低风险",
    }.items()
    for word in listed.split()
}
_SEVERITY = _enumeration(
    Severity,
    major="立即整改 重大 严重 重大隐患 critical",
    general="限期整改 一般 一般隐患 serious",
    minor="当场整改 轻微 轻微隐患 较轻",
)
_REASON = _enumeration(
    VisitReason,
    routine="日常 例行 日常走访 日常检查 常规 计划 计划走访 定期",
    random="随机 抽查 随机抽查 双随机",
    slip="提醒单 提醒 督促",
    order="点单 预约",
    complaint="投诉 举报 信访 投诉举报",
    recheck="复查 整改复查 回访 复核",
    guidance="指导 上门指导 服务",
)
_CHANNEL = _table(
    visit="走访 检查 警长走访",
    grid="网格 网格巡查 网格员",
    petition="来信来访 信访 来访",
    county_app="掌上基层 基层治理四平台",
    anti_fraud_code="反诈码 反诈",
    self_report="自查自报 自查 企业自查 企业上报",
    volunteers="群防群治 志愿者 义警",
    hotline="热线 12345 110 电话 phone 311",
    sensor="传感器 感知设备 物联感知 设备",
)
_PREMISES_KIND = _enumeration(
    PremisesKind,
    plant="厂房 工厂 生产厂区 厂区 自有厂房 factory",
    leased_workshop="租赁厂房 出租厂房 租赁车间 租用厂房",
    construction_site="工地 建筑工地 施工工地 在建工地",
    dormitory="宿舍 员工宿舍 职工宿舍 集体宿舍",
    office="办公 办公室 办公楼 写字楼",
    other="其他 其它",
)
_STATE = {
    word: CaseState(name).value
    for word, name in _table(
        reported="已上报 上报 待处理 待受理 未处理 新建 open new",
        assigned="已派单 已指派 已受理 已交办 assigned",
        rectifying="整改中 处理中 办理中 处置中",
        rechecking="待复查 复查中 待核查",
        closed="已办结 办结 已销号 销号 已完成 完成 已整改 已关闭 completed done",
        mediating="调解中 化解中",
        settled="已化解 调解成功 已调解",
        not_settled="未化解 调解不成 调解失败",
        followed_up="已回访",
        merged="已合并 重复 duplicate",
    ).items()
}

parse_bool = words(_BOOL, "是, 否, 有, 无, Y, N, √, ×")
parse_class = words(_CLASS, "1, 2, 3, 4, 一级, 二级, 三级, 四级")
parse_severity = words(_SEVERITY, "major, general, minor, 立即整改, 限期整改, 当场整改")
parse_reason = words(_REASON, ", ".join(VisitReason))
parse_channel = words(_CHANNEL, ", ".join(Channel))
parse_state = words(_STATE, ", ".join(CaseState))


def parse_premises_kind(cell: str) -> PremisesKind | Bad | None:
    """Take a kind of premises; a use that is none of the kinds is `other`."""
    if bad := readable(cell):
        return bad
    if is_nothing(cell):
        return None
    kind: PremisesKind = _PREMISES_KIND.get(plain(cell), PremisesKind.OTHER)
    return kind


def report_kinds(kinds: Mapping[str, Any]) -> Parser:
    """Make a parser of the park's kinds of report, by id, Chinese or English name."""
    known = {
        plain(name): id_ for id_, one in kinds.items() for name in (id_, one.name, one.en) if name
    }
    return words(known, ", ".join(f"{id_} ({one.name})" for id_, one in kinds.items()))
