"""Orders (点单): what may be ordered, the diagram, one step, and a month's figures.

Values in, values out: reading and writing is `orderbook`'s. Whoever orders is served: an order ends
by a visit, by hand, or with a reason in writing.
"""

from geo_risk.orders.decide import (
    Act,
    Decision,
    agreed_of,
    decide,
    may_be_missed,
    possible,
    replay,
)
from geo_risk.orders.figures import OrderFigures, measure_orders
from geo_risk.orders.place import FOR_WANT, OTHER, Asked, offered, place
from geo_risk.orders.states import ANSWERS, MACHINE, NOT_DONE, WAITING, Move, OrderState

__all__ = [
    "ANSWERS",
    "FOR_WANT",
    "MACHINE",
    "NOT_DONE",
    "OTHER",
    "WAITING",
    "Act",
    "Asked",
    "Decision",
    "Move",
    "OrderFigures",
    "OrderState",
    "agreed_of",
    "decide",
    "may_be_missed",
    "measure_orders",
    "offered",
    "place",
    "possible",
    "replay",
]
