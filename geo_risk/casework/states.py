"""The diagram of casework: which step leads from where to where, who takes it, what it needs.

Three machines, as data: of hazards (上报, 派单, 整改, 复查, 销号), of disputes (received, mediated
at village, street or county level, settled or not, followed up), and a plain one for whatever else
is reported. What a step changes in a report is decided in `decide`; the docs' tables are made of
it.
"""

from __future__ import annotations

from dataclasses import dataclass

from geo_risk.records import CaseState, Role

S = CaseState

ASSIGN, START, PROTECT, EXTEND = "assign", "start", "protect", "extend"
RECTIFY, PASS, FAIL, CLOSE, REOPEN = "rectify", "pass", "fail", "close", "reopen"
HAND_OVER, MERGE, UNMERGE = "hand_over", "merge", "unmerge"
VOID, RESTORE, CORRECT, REMARK = "void", "restore", "correct", "remark"
MEDIATE, SETTLE, GIVE_UP, FOLLOW_UP = "mediate", "settle", "give_up", "follow_up"

LEVELS = ("village", "street", "county")
"""Levels of mediation, lowest first."""

_DESK = frozenset({Role.OFFICER, Role.CLERK, Role.CHIEF})
_CHIEF = frozenset({Role.CHIEF})
_LOOKS = frozenset({Role.OFFICER, Role.CHIEF})
_OWNER = frozenset({Role.OFFICER, Role.CHIEF, Role.ENTERPRISE})
_MEDIATES = frozenset({Role.MEDIATOR, Role.CHIEF})
_TAKES = _DESK | _MEDIATES

CATEGORIES = ("fire_exit", "electric", "chemicals", "machinery", "security", "other")
"""What a hazard is about, as forms ask for it."""

STAY = None
"""Target of a step that leaves the state as it is."""

BEFORE = "before"
"""Target of a step that goes back to the state before the last merge or void."""


@dataclass(frozen=True)
class Move:
    """One arrow of a diagram.

    Parameters
    ----------
    action
        The word of it.
    sources
        States it leads from.
    target
        The state it leads to; `STAY`, or `BEFORE`.
    roles
        Who may take it.
    needs
        Fields of an `Act` that must be given.
    zh, en
        What it is called.
    """

    action: str
    sources: tuple[CaseState, ...]
    target: CaseState | str | None
    roles: frozenset[Role]
    needs: tuple[str, ...]
    zh: str
    en: str


OPEN_HAZARD = (S.REPORTED, S.ASSIGNED, S.RECTIFYING, S.RECHECKING)
OPEN_DISPUTE = (S.REPORTED, S.ASSIGNED, S.MEDIATING, S.NOT_SETTLED)
OPEN_PLAIN = (S.REPORTED, S.ASSIGNED)


def _shared(open_: tuple[CaseState, ...], ended: tuple[CaseState, ...]) -> tuple[Move, ...]:
    return (
        Move(HAND_OVER, open_, S.ASSIGNED, _DESK, ("station_id", "text"), "移交", "hand over"),
        Move(MERGE, open_, S.MERGED, _DESK, ("other_id",), "合并", "merge"),
        Move(UNMERGE, (S.MERGED,), BEFORE, _DESK, ("text",), "撤销合并", "undo the merge"),
        Move(VOID, open_, S.VOID, _CHIEF, ("text",), "作废", "void"),
        Move(RESTORE, (S.VOID,), BEFORE, _CHIEF, ("text",), "恢复", "restore"),
        Move(CORRECT, (*open_, *ended), STAY, _DESK, ("text",), "更正", "correct"),
        Move(
            REMARK,
            (*open_, *ended, S.MERGED, S.VOID),
            STAY,
            _DESK,
            ("text",),
            "备注",
            "remark",
        ),
    )


HAZARD = (
    Move(ASSIGN, (S.REPORTED, S.ASSIGNED), S.ASSIGNED, _DESK, ("station_id",), "派单", "assign"),
    Move(START, (S.REPORTED, S.ASSIGNED), S.RECTIFYING, _OWNER, (), "开始整改", "start"),
    Move(PROTECT, OPEN_HAZARD, STAY, _OWNER, ("text",), "临时防护", "protect meanwhile"),
    Move(EXTEND, OPEN_HAZARD, STAY, _CHIEF, ("text",), "延期", "extend"),
    Move(
        RECTIFY,
        (S.REPORTED, S.ASSIGNED, S.RECTIFYING),
        S.RECHECKING,
        _OWNER,
        (),
        "整改完成",
        "rectified",
    ),
    Move(PASS, (S.RECHECKING,), S.CLOSED, _LOOKS, (), "复查销号", "recheck passed: close"),
    Move(FAIL, (S.RECHECKING,), S.RECTIFYING, _LOOKS, ("text",), "复查未过", "recheck failed"),
    Move(REOPEN, (S.CLOSED,), S.RECTIFYING, _DESK, ("text",), "重新打开", "reopen"),
    *_shared(OPEN_HAZARD, (S.CLOSED,)),
)

DISPUTE = (
    Move(ASSIGN, (S.REPORTED, S.ASSIGNED), S.ASSIGNED, _DESK, ("station_id",), "派单", "assign"),
    Move(
        MEDIATE,
        (S.REPORTED, S.ASSIGNED, S.MEDIATING, S.NOT_SETTLED),
        S.MEDIATING,
        _TAKES,
        ("level",),
        "调解",
        "mediate",
    ),
    Move(SETTLE, (S.MEDIATING,), S.SETTLED, _MEDIATES, ("text",), "化解", "settled"),
    Move(GIVE_UP, (S.MEDIATING,), S.NOT_SETTLED, _MEDIATES, ("text",), "未化解", "not settled"),
    Move(FOLLOW_UP, (S.SETTLED, S.NOT_SETTLED), S.FOLLOWED_UP, _TAKES, (), "回访", "follow up"),
    Move(
        REOPEN,
        (S.SETTLED, S.FOLLOWED_UP),
        S.MEDIATING,
        _TAKES,
        ("text",),
        "重新打开",
        "reopen",
    ),
    *_shared(OPEN_DISPUTE, (S.SETTLED, S.FOLLOWED_UP)),
)

PLAIN = (
    Move(ASSIGN, OPEN_PLAIN, S.ASSIGNED, _DESK, ("station_id",), "派单", "assign"),
    Move(CLOSE, OPEN_PLAIN, S.CLOSED, _DESK, ("text",), "办结", "close"),
    Move(REOPEN, (S.CLOSED,), S.ASSIGNED, _DESK, ("text",), "重新打开", "reopen"),
    *_shared(OPEN_PLAIN, (S.CLOSED,)),
)


def machine_of(kind: str) -> tuple[Move, ...]:
    """Give the diagram of a kind of report."""
    return {"hazard": HAZARD, "dispute": DISPUTE}.get(kind, PLAIN)


def open_states(kind: str) -> tuple[CaseState, ...]:
    """Give the states in which something is still to be done."""
    return {"hazard": OPEN_HAZARD, "dispute": OPEN_DISPUTE}.get(kind, OPEN_PLAIN)


def is_open(kind: str, state: str) -> bool:
    """Say whether something is still to be done; a state the source made up counts as open."""
    ended = {S.CLOSED, S.SETTLED, S.FOLLOWED_UP, S.MERGED, S.VOID}
    return state in open_states(kind) or state not in ended


ACTIONS = tuple(dict.fromkeys(one.action for one in (*HAZARD, *DISPUTE, *PLAIN)))
"""Every word of the three diagrams."""
