"""Stations (阵地): their kind, whether they are open, whom they served, who mediates a dispute.

Values in, values out. A type is whatever a deployment calls it, in Chinese or English; the kind is
what a map draws. A dispute goes to a mediation studio near by that has less in hand: the list is a
proposal with its reasons, a person assigns.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from geo_risk.records import hours_in

if TYPE_CHECKING:
    from geo_risk.records import ServiceEvent, Station

KINDS = ("room", "four", "bridge", "mediation", "other")
"""Police room in an enterprise, one of the four stations, a Fengqiao unit, a studio, any other."""

_WORDS = (
    ("room", r"警务室|police.?room|in_enterprise"),
    ("mediation", r"调解|老王|德清嫂|mediat"),
    ("bridge", r"枫|fengqiao|unit|police|judicial|enforcement|traffic|veteran"),
    ("bridge", r"派出所|司法|交警|执法|退役"),
    ("four", r"站|station"),
)
_DAY = 24 * 60
_M_PER_DEGREE = 111_320.0
_ONE_CASE_M = 500.0
"""A studio with one more dispute in hand is as good as one so much farther away."""


def kind_of(type_: str) -> str:
    """Give the kind of a station from its type.

    Examples
    --------
    >>> [kind_of(one) for one in ("驻企警务室", "工地服务站", "交警中队", "调解工作室", "专家库")]
    ['room', 'four', 'bridge', 'mediation', 'other']
    """
    found = (kind for kind, words in _WORDS if re.search(words, type_, re.IGNORECASE))
    return next(found, "other")


def is_open(hours: str, moment: datetime) -> bool | None:
    """Say whether a station is open.

    Parameters
    ----------
    hours
        As `08:30-17:30`, several one after the other.
    moment
        In the park's own time zone.

    Returns
    -------
    bool or None
        None where the hours do not say.

    Examples
    --------
    >>> is_open("20:00-02:00", datetime(2026, 5, 1, 1, 30)), is_open("工作日", datetime(2026, 5, 1))
    (True, None)
    """
    spans = hours_in(hours)
    if not spans:
        return None
    now = moment.hour * 60 + moment.minute
    return any(begin <= now < end or begin <= now + _DAY < end for begin, end in spans)


def people_served(
    events: Iterable[ServiceEvent], begin: datetime, end: datetime
) -> dict[str, dict[str, int]]:
    """Count people by station and service in [begin, end)."""
    counted: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in events:
        if begin <= one.at < end:
            counted[one.station_id][one.service] += one.people
    return {station: dict(some) for station, some in counted.items()}


@dataclass(frozen=True)
class Match:
    """A studio for a dispute: how far it is, how much it has in hand, whether it is open now.

    Parameters
    ----------
    station_id
        Which.
    distance_m
        As the crow flies; None where either has no place.
    in_hand
        Disputes that it has open.
    open_now
        None where its hours do not say.
    """

    station_id: str
    distance_m: float | None
    in_hand: int
    open_now: bool | None


def match_studios(
    place: tuple[float, float] | None,
    studios: Iterable[Station],
    in_hand: Mapping[str, int],
    moment: datetime,
) -> list[Match]:
    """Give the studios that could take a dispute, the best first.

    Parameters
    ----------
    place
        (lon, lat) of the dispute, degrees of the park's datum; None: not known.
    studios
        Stations; those of another kind are left out.
    in_hand
        Station id to open disputes.
    moment
        In the park's own time zone.

    Returns
    -------
    list of Match
        By distance and what is in hand: one dispute more weighs as much as 500 m.
    """
    found = []
    for one in studios:
        if kind_of(one.type) != "mediation":
            continue
        far = None
        if place is not None and one.lon is not None and one.lat is not None:
            far = _distance_m(place, (one.lon, one.lat))
        found.append(Match(one.id, far, in_hand.get(one.id, 0), is_open(one.hours, moment)))
    return sorted(
        found,
        key=lambda one: (
            (0.0 if one.distance_m is None else one.distance_m) + _ONE_CASE_M * one.in_hand,
            one.station_id,
        ),
    )


def _distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    east = (other[0] - one[0]) * math.cos(math.radians(one[1]))
    return _M_PER_DEGREE * math.hypot(east, other[1] - one[1])
