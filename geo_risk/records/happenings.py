"""What happens: visits, which looked, and reports, which were told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from geo_risk.errors import InputError
from geo_risk.records.base import Located, Record, about, check_at_least, check_order, personal
from geo_risk.records.words import CaseState, Severity, VisitOutcome, VisitReason


@dataclass(frozen=True)
class Findings:
    """How many hazards of each severity a visit found; all zero is 'looked and found nothing'."""

    major: int = 0
    general: int = 0
    minor: int = 0

    def __post_init__(self) -> None:
        """Refuse negative counts."""
        if min(self.major, self.general, self.minor) < 0:
            raise InputError(f"Findings {self} hold a negative count.", "Give counts of 0 or more.")


@dataclass(frozen=True, kw_only=True)
class Visit(Record):
    """走访: somebody looked. Its place is the premises'. Nothing found is a record too."""

    collection: ClassVar[str] = "visits"
    title_zh: ClassVar[str] = "走访"

    premises_id: str = field(default="", metadata=about("场所", "premises"))
    enterprise_id: str = field(default="", metadata=about("企业", "enterprise"))
    team: str = field(
        default="",
        metadata=about("走访组", "the looker: id of the team of participants; '' unknown"),
    )
    participant_ids: tuple[str, ...] = field(default=(), metadata=about("参与人", "officers"))
    start: datetime = field(metadata=about("开始时间", "start (UTC)"))
    end: datetime | None = field(default=None, metadata=about("结束时间", "end (UTC)"))
    reason: VisitReason = field(
        default=VisitReason.ROUTINE, metadata=about("走访原因", "why the visit took place")
    )
    selection_probability: float | None = field(
        default=None, metadata=about("抽中概率", "probability with which a random visit was drawn")
    )
    items_checked: int | None = field(default=None, metadata=about("已查项", "items checked"))
    items_standard: int | None = field(default=None, metadata=about("应查项", "standard items"))
    found: Findings | None = field(
        default=None,
        metadata=about("发现", "counts by severity; None where reports name the visit instead"),
    )
    outcome: VisitOutcome = field(
        default=VisitOutcome.DONE,
        metadata=about("结果", "done; shut, moved, refused: nobody looked; withdrawn"),
    )
    planned_id: str = field(
        default="", metadata=about("计划走访", "planned visit that it was made for")
    )
    clock_offset_s: float | None = field(
        default=None,
        metadata=about("时钟校正秒数", "seconds added to what the phone's clock said"),
    )
    note: str = field(default="", metadata=personal("备注", "note", "record of a visit"))

    @property
    def looked(self) -> bool:
        """Whether somebody looked: a shut gate says nothing of what is behind it."""
        return self.outcome is VisitOutcome.DONE

    def __post_init__(self) -> None:
        """Check times, effort and probability."""
        super().__post_init__()
        check_order(self.id, "start", self.start, "end", self.end)
        check_at_least(self.id, "items_checked", self.items_checked)
        check_at_least(self.id, "items_standard", self.items_standard)
        p = self.selection_probability
        if p is not None and not 0 < p <= 1:
            raise InputError(
                f"Visit {self.id!r}: selection probability {p}.", "Give a number in (0, 1]."
            )


@dataclass(frozen=True, kw_only=True)
class Report(Located):
    """上报: a hazard, dispute, fraud, incident..., by whatever channel it came."""

    collection: ClassVar[str] = "reports"
    title_zh: ClassVar[str] = "上报"

    kind: str = field(metadata=about("类别", "kind of report"))
    channel: str = field(default="", metadata=about("渠道", "channel it came by"))
    category: str = field(default="", metadata=about("子类", "the source's own category"))
    premises_id: str = field(default="", metadata=about("场所", "premises"))
    enterprise_id: str = field(default="", metadata=about("企业", "enterprise"))
    visit_id: str = field(default="", metadata=about("走访", "visit that found it"))
    occurred_from: datetime = field(metadata=about("发生时间起", "earliest time (UTC)"))
    occurred_to: datetime = field(metadata=about("发生时间止", "latest time, exclusive (UTC)"))
    occurred_mid: datetime | None = field(
        default=None, metadata=about("发生时间", "the source's own best single time (UTC)")
    )
    reported_at: datetime | None = field(
        default=None, metadata=about("上报时间", "reported at (UTC)")
    )
    closed_at: datetime | None = field(default=None, metadata=about("办结时间", "closed at (UTC)"))
    interim_at: datetime | None = field(
        default=None, metadata=about("临时防护时间", "interim protection in place at (UTC)")
    )
    rectified_at: datetime | None = field(
        default=None, metadata=about("整改完成时间", "rectified at, before the recheck (UTC)")
    )
    extended_at: datetime | None = field(
        default=None, metadata=about("延期时间", "when the one extension was given (UTC)")
    )
    severity: Severity | None = field(
        default=None, metadata=about("严重程度", "major, general, minor")
    )
    self_reported: bool = field(
        default=False, metadata=about("自查自报", "the enterprise said it first")
    )
    state: str = field(default=CaseState.REPORTED.value, metadata=about("状态", "case state"))
    due: datetime | None = field(default=None, metadata=about("期限", "due (UTC)"))
    station_id: str = field(default="", metadata=about("办理阵地", "station that handles it now"))
    level: str = field(
        default="", metadata=about("调解层级", "of a dispute: village, street or county")
    )
    reopened: int = field(default=0, metadata=about("重新打开次数", "times reopened"))
    legal_grade: str = field(default="", metadata=about("重大事故隐患条款", "number of the clause"))
    referred_to: str = field(default="", metadata=about("移送", "who else enforces it"))
    duplicate_of: str = field(default="", metadata=about("重复于", "report it repeats"))
    text: str = field(default="", metadata=personal("内容", "free text", "handle the report"))
    reporter: str = field(
        default="", metadata=personal("上报人", "reporter", "answer the reporter")
    )

    def __post_init__(self) -> None:
        """Check the interval."""
        super().__post_init__()
        check_order(self.id, "occurred_from", self.occurred_from, "occurred_to", self.occurred_to)
        check_at_least(self.id, "reopened", self.reopened)

    @property
    def time(self) -> datetime:
        """The one time used in models: the source's own, else the middle of the interval."""
        if self.occurred_mid is not None:
            return self.occurred_mid
        return self.occurred_from + (self.occurred_to - self.occurred_from) / 2
