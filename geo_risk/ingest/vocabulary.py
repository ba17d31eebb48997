"""The words of each enumeration, Chinese and English: yes and no, classes, severities, channels.

Parsers as in `values`: the text of one cell in, a value, None or a `Bad` out. A word is recognised
whatever its width, case and spaces; one that is not is refused with the words that are, for a wrong
class or severity would move the map without anybody noticing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from geo_risk.ingest.columns import plain
from geo_risk.ingest.values import Bad, Parser, half_width, is_nothing, readable
from geo_risk.records import CaseState, Channel, PremisesKind, Severity, VisitReason

_WHOLE = re.compile(r"^(\d+)\.0+$")
_YES = "是 有 y yes true t 1 √ ✓ ✔ 对 对的 规上 规模以上 个体 个体工商户 涉及 存在 on 已"
_NO = "否 无 没有 不是 n no false f 0 × ✗ ✘ x 规下 规模以下 企业 公司 不涉及 不存在 off 未"


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
        void="已作废 作废 无效",
    ).items()
}

_LEVEL = _table(
    village="村级 村 村社 社区 村居",
    street="镇街 镇街级 街道 街道级 镇级 乡镇 乡镇级",
    county="县级 县 区县 区级 县区",
)

parse_bool = words(_BOOL, "是, 否, 有, 无, Y, N, √, ×")
parse_class = words(_CLASS, "1, 2, 3, 4, 一级, 二级, 三级, 四级")
parse_severity = words(_SEVERITY, "major, general, minor, 立即整改, 限期整改, 当场整改")
parse_reason = words(_REASON, ", ".join(VisitReason))
parse_channel = words(_CHANNEL, ", ".join(Channel))
parse_state = words(_STATE, ", ".join(CaseState))
parse_level = words(_LEVEL, "village, street, county, 村级, 镇街, 县级")


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
