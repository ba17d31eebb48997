"""What the park gives: services, orders, slips, guidance, campaigns."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from geo_risk.records.base import Record, about, personal


@dataclass(frozen=True, kw_only=True)
class ServiceEvent(Record):
    """服务记录: a station gave a service."""

    collection: ClassVar[str] = "services"
    title_zh: ClassVar[str] = "服务记录"

    station_id: str = field(metadata=about("阵地", "station"))
    service: str = field(metadata=about("服务事项", "service"))
    at: datetime = field(metadata=about("时间", "when (UTC)"))
    people: int = field(default=1, metadata=about("人数", "people served"))


@dataclass(frozen=True, kw_only=True)
class Order(Record):
    """点单: an enterprise orders a service."""

    collection: ClassVar[str] = "orders"
    title_zh: ClassVar[str] = "点单"

    enterprise_id: str = field(metadata=about("企业", "enterprise"))
    service: str = field(metadata=about("服务事项", "service"))
    ordered_at: datetime = field(metadata=about("下单时间", "ordered at (UTC)"))
    window_from: datetime | None = field(default=None, metadata=about("期望时间起", "window from"))
    window_to: datetime | None = field(default=None, metadata=about("期望时间止", "window to"))
    state: str = field(default="ordered", metadata=about("状态", "state"))
    text: str = field(default="", metadata=personal("说明", "free text", "serve the order"))


@dataclass(frozen=True, kw_only=True)
class Slip(Record):
    """提醒单: an enterprise is reminded; sent only by a named person's decision."""

    collection: ClassVar[str] = "slips"
    title_zh: ClassVar[str] = "提醒单"

    enterprise_id: str = field(metadata=about("企业", "enterprise"))
    month: str = field(metadata=about("月份", "YYYY-MM"))
    basis: str = field(
        default="routine", metadata=about("触发", "at_once or routine: which rule drew it up")
    )
    slip_no: str = field(
        default="", metadata=about("文号", "number without gaps, given when it is issued")
    )
    reasons: tuple[str, ...] = field(default=(), metadata=about("事由", "codes of the reasons"))
    item_ids: tuple[str, ...] = field(
        default=(), metadata=about("所涉隐患", "the very reports it is about")
    )
    state: str = field(default="drawn", metadata=about("状态", "state"))
    drawn_at: datetime | None = field(default=None, metadata=about("拟单时间", "drawn up (UTC)"))
    due: datetime | None = field(default=None, metadata=about("期限", "deadline (UTC)"))
    decided_by: str = field(default="", metadata=about("签发人", "chief who decided"))
    decided_at: datetime | None = field(default=None, metadata=about("签发时间", "when (UTC)"))
    received_at: datetime | None = field(default=None, metadata=about("签收时间", "when (UTC)"))
    answered_at: datetime | None = field(default=None, metadata=about("回复时间", "when (UTC)"))
    objected_at: datetime | None = field(default=None, metadata=about("异议时间", "when (UTC)"))
    closed_at: datetime | None = field(default=None, metadata=about("办结时间", "when (UTC)"))
    visit_id: str = field(default="", metadata=about("核验走访", "visit that verified it"))
    text: str = field(default="", metadata=personal("正文", "text of the slip", "remind"))
    decision: str = field(
        default="", metadata=personal("签发意见", "the chief's written reason", "remind")
    )
    answer: str = field(
        default="", metadata=personal("企业回复", "what the enterprise answered", "remind")
    )
    objection: str = field(
        default="", metadata=personal("异议", "what the enterprise objects to", "remind")
    )


@dataclass(frozen=True, kw_only=True)
class Guidance(Record):
    """上门指导: one-to-one help at the enterprise."""

    collection: ClassVar[str] = "guidance"
    title_zh: ClassVar[str] = "上门指导"

    enterprise_id: str = field(metadata=about("企业", "enterprise"))
    officer_id: str = field(default="", metadata=about("警长", "officer"))
    at: datetime = field(metadata=about("时间", "when (UTC)"))
    topics: tuple[str, ...] = field(default=(), metadata=about("主题", "topics"))
    text: str = field(default="", metadata=personal("内容", "what was said", "follow up guidance"))


@dataclass(frozen=True, kw_only=True)
class Campaign(Record):
    """宣传: an outreach campaign and how many it reached."""

    collection: ClassVar[str] = "campaigns"
    title_zh: ClassVar[str] = "宣传"

    topic: str = field(metadata=about("主题", "topic"))
    at: datetime = field(metadata=about("时间", "when (UTC)"))
    people: int = field(default=0, metadata=about("人数", "people reached"))
    enterprise_id: str = field(default="", metadata=about("企业", "enterprise, where held in one"))
