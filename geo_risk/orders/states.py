"""The diagram of an order: asked for, accepted, a time agreed, done; or refused with a reason.

As data: which step leads from where to where, who takes it, what it needs. What a step changes is
decided in `decide`; the docs' table is made of this.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from geo_risk.records import Role


class OrderState(StrEnum):
    """Where an order stands."""

    ORDERED = "ordered"
    ACCEPTED = "accepted"
    COMPLETED = "completed"
    MISSED = "missed"
    DECLINED = "declined"
    CANCELLED = "cancelled"


ACCEPT, AGREE, COMPLETE, MISS = "accept", "agree", "complete", "miss"
DECLINE, CANCEL, CONFIRM, REOPEN = "decline", "cancel", "confirm", "reopen"

S = OrderState
WAITING = (S.ORDERED, S.ACCEPTED)
"""Somebody is still to come: what a visit plan takes in."""

SATISFIED, UNSATISFIED, NOT_DONE = "satisfied", "unsatisfied", "not_done"
ANSWERS = (SATISFIED, UNSATISFIED, NOT_DONE)
"""Codes of the enterprise's receipt."""

_STATION = frozenset({Role.OFFICER, Role.CLERK, Role.CHIEF})
_DESK = frozenset({Role.CLERK, Role.CHIEF})


@dataclass(frozen=True)
class Move:
    """One arrow of the diagram.

    Parameters
    ----------
    action
        The word of it.
    sources
        States it leads from.
    target
        The state it leads to; None: it depends on the code.
    roles
        Who may take it; an enterprise its own orders only.
    needs
        Fields of an `Act` that must be given.
    zh, en
        What it is called.
    """

    action: str
    sources: tuple[OrderState, ...]
    target: OrderState | None
    roles: frozenset[Role]
    needs: tuple[str, ...]
    zh: str
    en: str


MACHINE = (
    Move(ACCEPT, (S.ORDERED,), S.ACCEPTED, _STATION, (), "接单", "accept"),
    Move(AGREE, WAITING, S.ACCEPTED, _STATION, ("at",), "约定时间", "agree on a time"),
    Move(COMPLETE, (S.ACCEPTED,), S.COMPLETED, _STATION, (), "办好了", "done"),
    Move(MISS, (S.ACCEPTED,), S.MISSED, _STATION, ("text",), "企业没到", "enterprise missed it"),
    Move(DECLINE, WAITING, S.DECLINED, _DESK, ("text",), "不能办", "decline"),
    Move(
        CANCEL,
        WAITING,
        S.CANCELLED,
        frozenset({Role.ENTERPRISE, Role.CLERK}),
        ("text",),
        "取消点单",
        "cancel",
    ),
    Move(
        CONFIRM,
        (S.COMPLETED,),
        None,
        frozenset({Role.ENTERPRISE}),
        ("code",),
        "确认办结",
        "confirm",
    ),
    Move(
        REOPEN,
        (S.COMPLETED, S.MISSED, S.DECLINED, S.CANCELLED),
        S.ACCEPTED,
        _DESK,
        ("text",),
        "重新办理",
        "reopen",
    ),
)
