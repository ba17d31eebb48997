"""An order as it is placed: who asks for what, when it would suit, in which words.

Takes what was asked and what the stations offer, gives the record or says what to mend. A service
is one that a station offers, never free words: a name written there could not be forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from geo_risk.errors import ForbiddenError, InputError
from geo_risk.records import Order, Role

if TYPE_CHECKING:
    from geo_risk.records import Actor, Station

OTHER = "other"
"""What no station names: said in the order's own words."""

FOR_WANT = ("guidance", "training", "drill", "legal", OTHER)
"""Codes of what may be ordered where no station says what it offers."""

_FURTHEST = timedelta(days=180)


@dataclass(frozen=True)
class Asked:
    """What somebody orders.

    Parameters
    ----------
    service
        One of `offered`.
    enterprise_id
        For whom; '' for an enterprise's own.
    window_from, window_to
        When it would suit, zone-aware; None: at any time.
    text
        In words; kept apart as person data.
    """

    service: str
    enterprise_id: str = ""
    window_from: datetime | None = None
    window_to: datetime | None = None
    text: str = ""


def offered(stations: Iterable[Station]) -> tuple[str, ...]:
    """Give what may be ordered: what the stations offer, and `OTHER` beside it.

    Examples
    --------
    >>> offered([])
    ('guidance', 'training', 'drill', 'legal', 'other')
    """
    known = dict.fromkeys(one for station in stations for one in station.services if one)
    return (*sorted(known), OTHER) if known else FOR_WANT


def place(
    asked: Asked, services: Iterable[str], *, actor: Actor, now: datetime, order_id: str
) -> Order:
    """Make an order.

    Parameters
    ----------
    asked
        What was asked for.
    services
        What may be ordered.
    actor, now
        Who orders, and when (zone-aware).
    order_id
        As `http:...`.

    Raises
    ------
    ForbiddenError
        When an enterprise orders for another.
    InputError
        When something is missing or cannot be.
    """
    services = tuple(services)
    own = actor.enterprise_id or ""
    if actor.role is Role.ENTERPRISE and asked.enterprise_id not in {"", own}:
        raise ForbiddenError("An enterprise orders for itself only.", "Leave enterprise_id out.")
    whose = own if actor.role is Role.ENTERPRISE else asked.enterprise_id
    if not whose:
        raise InputError("The order names no enterprise.", "Give enterprise_id.")
    if asked.service not in services:
        raise InputError(f"service is {asked.service!r}.", f"Give one of: {', '.join(services)}.")
    if asked.service == OTHER and not asked.text.strip():
        raise InputError("service is other: text is missing.", "Say in text what is wanted.")
    begin, end = asked.window_from, asked.window_to
    if begin is not None and end is not None and end < begin:
        raise InputError(
            f"window_to {end.isoformat()} is before window_from {begin.isoformat()}.",
            "Exchange the two.",
        )
    if begin is not None and begin < now - timedelta(days=1):
        raise InputError(
            f"window_from {begin.isoformat()} is over.", "Give a time that lies ahead."
        )
    if end is not None and end <= now:
        raise InputError(f"window_to {end.isoformat()} is over.", "Give a time that lies ahead.")
    last = max([one for one in (begin, end) if one is not None], default=now)
    if last > now + _FURTHEST:
        raise InputError(
            f"{last.isoformat()} is more than {_FURTHEST.days} days ahead.", "Order nearer to it."
        )
    source, _, number = order_id.partition(":")
    return Order(
        id=order_id,
        source=source,
        number=number,
        enterprise_id=whose,
        service=asked.service,
        ordered_at=now,
        window_from=begin,
        window_to=end,
        text=asked.text.strip(),
    )
