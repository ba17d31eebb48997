"""Slips for one reader: as JSON, as rows of a workbook, as what a printed sheet is filled with.

Takes a `Sight` and records, gives plain values cut to that reader. An enterprise sees its own,
once issued, without who decided and without the station's steps; the station sees all, those
withheld and withdrawn counted apart. Names and the words of hazards are read, and audited, only
where the sight allows it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, cast

from api.reading import find_all, get_one, names_of
from geo_risk.records import Report, Slip
from geo_risk.slipbook import after_of, content_of, steps_of
from geo_risk.slips import SENT, SlipState, objection_ends, possible
from geo_risk.store import Query
from maps.slip_sheet import SheetItem, SheetView

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.audience import Sight
    from geo_risk.park import ParkFile
    from geo_risk.records import Step
    from geo_risk.slips import SlipContent
    from geo_risk.store import Store, Stored

_FIELDS = (
    "id",
    "slip_no",
    "enterprise_id",
    "month",
    "basis",
    "state",
    "reasons",
    "item_ids",
    "due",
    "drawn_at",
    "decided_by",
    "decided_at",
    "decision",
    "received_at",
    "answered_at",
    "answer",
    "objected_at",
    "objection",
    "closed_at",
    "visit_id",
)
SLIP_COLUMNS = {
    "slip_no": "文号",
    "name": "企业名称",
    "enterprise_id": "企业编号",
    "month": "月份",
    "basis": "触发",
    "state": "状态",
    "reasons": "事由",
    "item_ids": "所涉隐患",
    "due": "期限",
    "drawn_at": "拟单时间",
    "decided_at": "签发时间",
    "decision": "签发意见",
    "received_at": "签收时间",
    "answered_at": "回复时间",
    "answer": "企业回复",
    "objected_at": "异议时间",
    "objection": "异议",
    "closed_at": "办结时间",
    "visit_id": "核验走访",
    "id": "标识",
}
OWN_TEXTS = frozenset({"decide_objection", "withdraw"})
_INNER = frozenset({"draw", "check", "withhold"})


def find_slips(
    store: Store, sight: Sight, month: str | None, state: str | None, enterprise: str | None
) -> Sequence[Stored[Slip]]:
    """Read the slips of a list, in the order of ids; each reader its own."""
    asked = {"month": month, "state": state, "enterprise_id": enterprise}
    filters = {name: value for name, value in asked.items() if value}
    return cast("Sequence[Stored[Slip]]", find_all(store, sight, Query("slips", filters=filters)))


def slip_json(stored: Stored[Slip], sight: Sight, name: str = "") -> dict[str, Any]:
    """Give a slip as JSON, cut to its reader."""
    slip = stored.record
    shown = {key: getattr(slip, key) for key in _FIELDS if sight.shows("slips", key)}
    return {**shown, "name": name, "etag": stored.etag}


def slip_rows(found: Sequence[Stored[Slip]], sight: Sight, store: Store) -> list[dict[str, Any]]:
    """Give slips as rows, with the names of enterprises where they may be seen."""
    names = names_of(store, sight, [one.record.enterprise_id for one in found]) if found else {}
    return [slip_json(one, sight, names.get(one.record.enterprise_id, "")) for one in found]


def counts_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Count slips by state; every state is there, withheld and withdrawn among them."""
    counted = Counter(row["state"] for row in rows)
    return {state.value: counted.get(state.value, 0) for state in SlipState}


def slip_whole(store: Store, park: ParkFile, sight: Sight, slip_id: str) -> dict[str, Any]:
    """Give one slip with what it says, its steps, and what the reader may do next."""
    stored = cast("Stored[Slip]", get_one(store, sight, "slips", slip_id))
    slip = stored.record
    moves = possible(slip, sight.actor) if sight.actor else []
    ends = objection_ends(slip, after_of(park))
    steps = steps_of(store, slip_id, actor=sight.reader if "slips" in sight.personal else None)
    content = content_of(store, slip_id)
    return {
        **slip_rows([stored], sight, store)[0],
        "objection_ends": ends,
        "says": None if content is None else _says(content),
        "possible": [
            {"action": one.action, "needs": one.needs, "zh": one.zh, "en": one.en} for one in moves
        ],
        "steps": [_step_json(one, sight) for one in steps if sight.is_station or is_own(one)],
    }


def sheet_view(
    store: Store, park: ParkFile, sight: Sight, stored: Stored[Slip], link: str = ""
) -> SheetView:
    """Fill a printed slip.

    Parameters
    ----------
    stored
        The slip, as this reader may see it.
    link
        Address behind the QR code, '' for none.
    """
    slip = stored.record
    content = content_of(store, slip.id)
    items = content.items if content else ()
    query = Query("reports", ids=[one.id for one in items])
    told = {one.record.id: one.record for one in find_all(store, sight, query)} if items else {}
    return SheetView(
        name=names_of(store, sight, [slip.enterprise_id]).get(slip.enterprise_id, ""),
        slip_no=slip.slip_no,
        state=slip.state,
        month=slip.month,
        basis=slip.basis,
        reasons=slip.reasons,
        items=tuple(
            SheetItem(
                severity=one.severity,
                text=_words(told.get(one.id)) or one.category,
                found=one.found,
                due=one.due,
            )
            for one in items
        ),
        deficits=content.deficits if content else (),
        lifts=content.lifts if content else (),
        leaves_window=content.leaves_window if content else "",
        issued=slip.decided_at if slip.state in SENT else None,
        due=slip.due,
        objection_ends=objection_ends(slip, after_of(park)),
        link=link,
    )


def _words(record: object) -> str:
    return record.text if isinstance(record, Report) else ""


def is_own(step: Step) -> bool:
    """Say whether the enterprise sees a step: what came after the issue."""
    return step.action not in _INNER


def _step_json(step: Step, sight: Sight) -> dict[str, Any]:
    said = {
        "action": step.action,
        "state_from": step.state_from,
        "state_to": step.state_to,
        "at": step.at,
        "due": step.due,
        "code": step.code,
        "other_id": step.other_id,
    }
    if sight.is_station:
        return {**said, "actor_id": step.actor_id, "role": step.role, "text": step.text}
    told = step.role == "enterprise" or step.action in OWN_TEXTS
    return {**said, "text": step.text if told else ""}


def _says(content: SlipContent) -> dict[str, Any]:
    return {
        "reasons": content.reasons,
        "items": [
            {
                "id": one.id,
                "severity": one.severity,
                "category": one.category,
                "found": one.found,
                "due": one.due,
                "reasons": one.reasons,
            }
            for one in content.items
        ],
        "deficits": [{"part": name, "points": points} for name, points in content.deficits],
        "lifts": dict(content.lifts),
        "leaves_window": content.leaves_window,
        "index_revision": content.revision,
    }
