"""One enterprise as a workbook: the lists of its page, whole, in the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo_risk.export import Sheet
from maps.words import phrase, word

if TYPE_CHECKING:
    from maps.charts import Chart
    from maps.month import EnterpriseView, FirmCase


def enterprise_sheets(view: EnterpriseView) -> list[Sheet]:
    """Make the sheets of an enterprise's page; a list that is empty has its headings only."""
    made = [
        Sheet("未销号隐患", _CASE_HEAD, [_case(one) for one in view.hazards]),
        Sheet("已销号隐患", _CASE_HEAD, [_case(one) for one in view.closed]),
    ]
    if not view.own:
        made.append(Sheet("其他在办", _CASE_HEAD, [_case(one) for one in view.others]))
    made += [
        Sheet(
            "走访",
            ("时间", "原因", "参与人", "结果", "发现", "其中立即整改"),
            [
                (
                    one.at,
                    phrase("visit_reason", one.reason, "zh") if one.reason else "",
                    "、".join(one.who),
                    word(f"visit.outcome.{one.outcome}", "zh"),
                    one.found,
                    one.major,
                )
                for one in view.visits
            ],
        ),
        Sheet(
            "场所",
            ("编号", "类型", "地址", "接待时间", "人数", "固有风险等级", "界外"),
            [
                (
                    one.id,
                    phrase("firm_kind", one.kind, "zh"),
                    one.address,
                    one.hours,
                    one.people,
                    one.inherent_class,
                    one.outside,
                )
                for one in view.places
            ],
        ),
        Sheet(
            "自治申报",
            ("月份", "指标", "实有", "应有", "状态"),
            [
                (
                    view.declared_month,
                    phrase("slip_part", one.indicator, "zh"),
                    one.have,
                    one.need,
                    word(f"declare.state.{one.state}", "zh"),
                )
                for one in view.declared
            ],
        ),
        Sheet(
            "点单",
            ("服务事项", "下单时间", "期望时间", "状态"),
            [
                (
                    one.service,
                    one.ordered_at,
                    one.window_from,
                    phrase("order_state", one.state, "zh"),
                )
                for one in view.orders
            ],
        ),
        Sheet(
            "提醒单",
            ("文号", "月份", "状态", "期限"),
            [
                (one.slip_no, one.month, word(f"slip_state.{one.state}", "zh"), one.due)
                for one in view.slips
            ],
        ),
    ]
    if view.trend is not None:
        made.append(chart_sheet("安商指数", view.trend))
    return made


def chart_sheet(title: str, chart: Chart) -> Sheet:
    """Make the sheet of a picture's numbers, as its table shows them."""
    return Sheet(title, chart.table.head, list(chart.table.rows))


_CASE_HEAD = (
    "编号",
    "类别",
    "子类",
    "严重程度",
    "状态",
    "发现时间",
    "期限",
    "逾期天数",
    "销号时间",
)


def _case(one: FirmCase) -> tuple[object, ...]:
    return (
        one.id,
        one.kind,
        phrase("category", one.category, "zh") if one.category else "",
        word(f"severity.{one.severity}", "zh") if one.severity else "",
        phrase("case_state", one.state, "zh"),
        one.reported_at,
        one.due,
        one.days_late,
        one.closed_at,
    )
