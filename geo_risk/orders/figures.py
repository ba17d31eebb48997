"""What became of a period's orders: how many, how long until an answer, how they ended.

Takes orders with their steps, gives counts; every count is of orders placed in the period, and says
how they stand now. Orders that a file brought have no steps: they count, their waiting is unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import TYPE_CHECKING

from geo_risk.orders.states import ACCEPT, AGREE, CONFIRM, DECLINE, SATISFIED, OrderState

if TYPE_CHECKING:
    from geo_risk.records import Order, Step

_ANSWERED = frozenset({ACCEPT, AGREE, DECLINE})


@dataclass(frozen=True)
class OrderFigures:
    """Orders of a period.

    Parameters
    ----------
    placed
        How many were placed.
    by_state
        State to how many stand in it now.
    by_service
        Service to how many were for it, most first.
    answered
        Of how many it is known when they were answered.
    median_hours
        Middle of their hours until then; None: of none.
    confirmed, satisfied
        Completed ones that the enterprise confirmed, and those it was content with.
    """

    placed: int
    by_state: Mapping[str, int]
    by_service: Mapping[str, int]
    answered: int
    median_hours: float | None
    confirmed: int
    satisfied: int


def measure_orders(
    orders: Iterable[Order], steps: Mapping[str, Sequence[Step]], begin: datetime, end: datetime
) -> OrderFigures:
    """Count the orders placed in [begin, end).

    Parameters
    ----------
    orders
        Any; those placed at other times are left out.
    steps
        Order id to its steps.
    begin, end
        Zone-aware.
    """
    mine = [one for one in orders if begin <= one.ordered_at < end]
    waited, confirmed, satisfied = [], 0, 0
    for order in mine:
        taken = sorted(steps.get(order.id, ()), key=lambda one: one.at)
        first = next((one.at for one in taken if one.action in _ANSWERED), None)
        if first is not None:
            waited.append((first - order.ordered_at).total_seconds() / 3600)
        last = next((one for one in reversed(taken) if one.action == CONFIRM), None)
        if last is not None and order.state == OrderState.COMPLETED:
            confirmed += 1
            satisfied += last.code == SATISFIED
    services = Counter(one.service for one in mine)
    return OrderFigures(
        placed=len(mine),
        by_state=dict(Counter(one.state for one in mine)),
        by_service=dict(sorted(services.items(), key=lambda pair: (-pair[1], pair[0]))),
        answered=len(waited),
        median_hours=max(0.0, median(waited)) if waited else None,
        confirmed=confirmed,
        satisfied=satisfied,
    )
