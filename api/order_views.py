"""Orders for one reader: as JSON, as rows of a workbook; newest unanswered first.

Takes a `Sight` and records, gives plain values cut to that reader. An enterprise sees its own and
when somebody comes, not which account did what; the words of the station's steps stay inside, but
for the reasons that are written to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from api.reading import find_all, get_one, names_of
from geo_risk import orderbook
from geo_risk.orders import OrderState, agreed_of, possible
from geo_risk.orders.states import CONFIRM, DECLINE, MISS
from geo_risk.records import in_order
from geo_risk.store import Query

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from api.audience import Sight
    from geo_risk.records import Order, Step
    from geo_risk.store import Store, Stored

ORDER_COLUMNS = {
    "id": "点单编号",
    "name": "企业名称",
    "enterprise_id": "企业",
    "service": "服务事项",
    "state": "状态",
    "ordered_at": "下单时间",
    "hours": "已等小时",
    "window_from": "期望时间起",
    "window_to": "期望时间止",
    "agreed": "约定时间",
    "answered_at": "接单时间",
    "ended_at": "办结时间",
    "answer": "企业确认",
    "text": "说明",
}
"""Key to heading; those that an order file has are spelled as it spells them."""

_FIELDS = ("id", "enterprise_id", "service", "state", "ordered_at", "window_from", "window_to")
_TOLD = frozenset({DECLINE, MISS})
"""Steps of the station whose words are written to the enterprise."""

_ORDER = (OrderState.ORDERED, OrderState.ACCEPTED)


def find_orders(
    store: Store, sight: Sight, state: str = "", enterprise: str = ""
) -> Sequence[Stored[Order]]:
    """Read the orders of a list: unanswered first, the newest of them on top; then what waits."""
    asked = {"state": state, "enterprise_id": enterprise}
    filters = {name: value for name, value in asked.items() if value}
    found = cast(
        "Sequence[Stored[Order]]", find_all(store, sight, Query("orders", filters=filters))
    )
    newest = sorted(found, key=lambda one: (one.record.ordered_at, one.record.id), reverse=True)
    return sorted(newest, key=lambda one: _place(one.record.state))


def order_rows(
    store: Store, sight: Sight, found: Sequence[Stored[Order]], now: datetime
) -> list[dict[str, Any]]:
    """Give orders as rows, with names where they may be seen, and the hours that one waits."""
    owners = [one.record.enterprise_id for one in found]
    names = names_of(store, sight, owners) if owners else {}
    steps = orderbook.steps_of(store, [one.record.id for one in found])
    return [order_json(one, sight, steps[one.record.id], names, now) for one in found]


def order_json(
    stored: Stored[Order],
    sight: Sight,
    steps: Sequence[Step],
    names: Mapping[str, str],
    now: datetime,
) -> dict[str, Any]:
    """Give one order as JSON, cut to its reader."""
    order = stored.record
    agreed = agreed_of(steps)
    taken = in_order(steps)
    answered = next((one.at for one in taken if one.state_from == OrderState.ORDERED), None)
    ended = [one.at for one in taken if one.state_to == order.state and order.state not in _ORDER]
    answer = [one.code for one in taken if one.action == CONFIRM]
    waits = order.state == OrderState.ORDERED
    said = {
        **{name: getattr(order, name) for name in _FIELDS},
        "name": names.get(order.enterprise_id, ""),
        "hours": hours_since(order, now) if waits else None,
        "agreed": agreed.due if agreed else None,
        "answered_at": answered,
        "ended_at": ended[0] if ended else None,
        "answer": answer[-1] if answer else "",
        "etag": stored.etag,
    }
    if sight.shows("orders", "text"):
        said["text"] = order.text
    if sight.is_station:
        said["officer_id"] = agreed.other_id if agreed else ""
        said["station_id"] = next((one.station_id for one in reversed(taken) if one.station_id), "")
    return said


def order_whole(store: Store, sight: Sight, order_id: str, now: datetime) -> dict[str, Any]:
    """Give one order with its steps, and what the reader may do next."""
    stored = cast("Stored[Order]", get_one(store, sight, "orders", order_id))
    steps = orderbook.steps_of(
        store, [order_id], actor=sight.reader if "orders" in sight.personal else None
    )[order_id]
    names = names_of(store, sight, [stored.record.enterprise_id])
    moves = possible(stored.record, steps, sight.actor) if sight.actor else []
    return {
        **order_json(stored, sight, steps, names, now),
        "possible": [
            {"action": one.action, "needs": one.needs, "zh": one.zh, "en": one.en} for one in moves
        ],
        "steps": [_step_json(one, sight) for one in steps],
    }


def hours_since(order: Order, now: datetime) -> int:
    """Give the full hours since an order was placed."""
    return max(0, int((now - order.ordered_at).total_seconds() // 3600))


def is_told(step: Step) -> bool:
    """Say whether an enterprise reads the words of a step: its own, and reasons given to it."""
    return step.role == "enterprise" or step.action in _TOLD


def _step_json(step: Step, sight: Sight) -> dict[str, Any]:
    said = {
        "action": step.action,
        "state_from": step.state_from,
        "state_to": step.state_to,
        "at": step.at,
        "due": step.due,
        "code": step.code,
    }
    if sight.is_station:
        inside = {
            "actor_id": step.actor_id,
            "role": step.role,
            "station_id": step.station_id,
            "other_id": step.other_id,
        }
        words = {"text": step.text} if "orders" in sight.personal else {}
        return {**said, **inside, **words}
    return {**said, "text": step.text if is_told(step) else ""}


def _place(state: str) -> int:
    return _ORDER.index(OrderState(state)) if state in _ORDER else len(_ORDER)
