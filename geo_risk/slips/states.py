"""The diagram of a reminder slip: drawn up, checked, issued or withheld, answered, verified.

As data: which step leads from where to where, who takes it, what it needs. Nothing is sent without
a named person's decision, and a slip closes by a verification visit only. What a step changes is
decided in `decide`; the docs' table is made of this.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from geo_risk.records import Role

AT_ONCE, ROUTINE = "at_once", "routine"


class SlipState(StrEnum):
    """Where a slip stands."""

    DRAWN = "drawn"
    CHECKED = "checked"
    WITHHELD = "withheld"
    ISSUED = "issued"
    RECEIVED = "received"
    ANSWERED = "answered"
    OBJECTED = "objected"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


CHECK, ISSUE, WITHHOLD = "check", "issue", "withhold"
RECEIVE, ANSWER, OBJECT = "receive", "answer", "object"
DECIDE, VERIFY, WITHDRAW = "decide_objection", "verify", "withdraw"
PLAN_VISIT = "plan_visit"
"""Not taken by hand: written beside an issue, it asks for the verification visit."""

S = SlipState
UNDER_WAY = (S.ISSUED, S.RECEIVED, S.ANSWERED, S.OBJECTED)
"""Sent, and not yet ended."""

OPEN = (S.DRAWN, S.CHECKED, *UNDER_WAY)
"""Something is still to be done; never two of these for one reason."""

SENT = (*UNDER_WAY, S.CLOSED, S.WITHDRAWN)
"""What the enterprise sees: a slip that was not issued is nobody's but the station's."""

_STATION = frozenset({Role.OFFICER, Role.CLERK, Role.CHIEF})
_CHIEF = frozenset({Role.CHIEF})
_LOOKS = frozenset({Role.OFFICER, Role.CHIEF})
_HEARS = _STATION | {Role.ENTERPRISE}


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
        Who may take it.
    needs
        Fields of an `Act` that must be given.
    zh, en
        What it is called.
    """

    action: str
    sources: tuple[SlipState, ...]
    target: SlipState | None
    roles: frozenset[Role]
    needs: tuple[str, ...]
    zh: str
    en: str


MACHINE = (
    Move(CHECK, (S.DRAWN,), S.CHECKED, _STATION, (), "核对", "check"),
    Move(ISSUE, (S.CHECKED,), S.ISSUED, _CHIEF, ("text",), "签发", "issue"),
    Move(WITHHOLD, (S.DRAWN, S.CHECKED), S.WITHHELD, _CHIEF, ("text",), "不发", "withhold"),
    Move(RECEIVE, (S.ISSUED,), S.RECEIVED, _HEARS, (), "签收", "confirm receipt"),
    Move(ANSWER, (S.ISSUED, S.RECEIVED), S.ANSWERED, _HEARS, ("text",), "回复", "answer"),
    Move(
        OBJECT,
        (S.ISSUED, S.RECEIVED, S.ANSWERED),
        S.OBJECTED,
        _HEARS,
        ("text",),
        "提出异议",
        "object",
    ),
    Move(
        DECIDE,
        (S.OBJECTED,),
        None,
        _CHIEF,
        ("code", "text"),
        "异议处理",
        "decide on the objection",
    ),
    Move(
        VERIFY,
        (S.ISSUED, S.RECEIVED, S.ANSWERED),
        None,
        _LOOKS,
        ("other_id", "code"),
        "上门核验",
        "verify on a visit",
    ),
    Move(WITHDRAW, UNDER_WAY, S.WITHDRAWN, _CHIEF, ("text",), "撤回", "withdraw"),
)

UPHELD, REJECTED = "upheld", "rejected"
"""Codes of a decision on an objection."""

FIXED, NOT_FIXED = "fixed", "not_fixed"
"""Codes of a verification."""
