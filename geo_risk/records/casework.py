"""What is done about a case: steps, and marks of doubt about how something was recorded."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from geo_risk.errors import ConflictError
from geo_risk.records.base import Record, about, personal

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, kw_only=True)
class Step(Record):
    """办理步骤: one transition of a case, slip or declaration; appended, never changed."""

    collection: ClassVar[str] = "steps"
    title_zh: ClassVar[str] = "办理步骤"

    subject: str = field(
        metadata=about(
            "所属类别", "collection: reports, slips, declarations, orders, guidance; or the index"
        )
    )
    subject_id: str = field(metadata=about("所属记录", "record it belongs to"))
    action: str = field(metadata=about("动作", "what was done, as assign"))
    state_from: str = field(default="", metadata=about("原状态", "state before"))
    state_to: str = field(default="", metadata=about("新状态", "state after"))
    at: datetime = field(metadata=about("时间", "when (UTC)"))
    actor_id: str = field(default="", metadata=about("办理人", "account that did it"))
    role: str = field(default="", metadata=about("角色", "as what"))
    second_id: str = field(
        default="", metadata=about("复核人", "account of the second person, where one is needed")
    )
    station_id: str = field(default="", metadata=about("阵地", "station it was handed to"))
    other_id: str = field(
        default="", metadata=about("相关记录", "case merged with, visit that verified, ...")
    )
    due: datetime | None = field(default=None, metadata=about("新期限", "new due date (UTC)"))
    code: str = field(default="", metadata=about("事由代码", "code of the reason"))
    text: str = field(default="", metadata=personal("说明", "reason in words", "handle the report"))


@dataclass(frozen=True, kw_only=True)
class Flag(Record):
    """存疑标记: what looks filled in by a robot or a desk; the person concerned answers first."""

    collection: ClassVar[str] = "flags"
    title_zh: ClassVar[str] = "存疑标记"

    check: str = field(metadata=about("检查", "which check raised it"))
    subject: str = field(metadata=about("所属类别", "collection: visits or reports"))
    subject_ids: tuple[str, ...] = field(default=(), metadata=about("所涉记录", "records"))
    person_id: str = field(default="", metadata=about("当事人", "officer concerned"))
    at: datetime = field(metadata=about("时间", "when it was raised (UTC)"))
    state: str = field(default="raised", metadata=about("状态", "raised, answered, settled"))
    answered_at: datetime | None = field(default=None, metadata=about("答复时间", "when (UTC)"))
    settled_at: datetime | None = field(default=None, metadata=about("处理时间", "when (UTC)"))
    outcome: str = field(default="", metadata=about("结论", "explained or corrected"))
    answer: str = field(
        default="", metadata=personal("答复", "the person's own words", "hear the person concerned")
    )


def in_order(steps: Iterable[Step]) -> list[Step]:
    """Put steps in the order in which they were taken: by time, then by their number."""
    return sorted(steps, key=lambda one: (one.at, one.id))


def state_after(steps: Iterable[Step], first: str) -> str:
    """Give the state that steps lead to.

    Parameters
    ----------
    steps
        Oldest first.
    first
        The state before any.

    Raises
    ------
    ConflictError
        When a step does not begin where the one before it ended.
    """
    state = first
    for one in steps:
        if one.state_from != state:
            raise ConflictError(
                f"Step {one.id!r} begins at {one.state_from}, the one before it ended at {state}.",
                "Restore the store from a backup: a step is missing.",
            )
        state = one.state_to
    return state
