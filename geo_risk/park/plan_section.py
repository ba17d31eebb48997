"""`[plan]`: every number of a visit plan, in the words of whoever keeps the park file.

What the numbers do stands in `docs/plan.md`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from geo_risk.errors import ParkFileError
from geo_risk.park.keys import key as _key

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAST_EXPLORED, MOST_EXPLORED = 0.05, 0.5
"""Bounds of the share of visits drawn by lot."""

CLASSES = ("1", "2", "3", "4")
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
_DAY_MIN = 24 * 60


def _by_class(*values: int) -> dict[str, int]:
    return dict(zip(CLASSES, values, strict=True))


@dataclass(frozen=True)
class PlanSection:
    """`[plan]`: whom to visit, when and by whom (走访计划)."""

    shifts: tuple[str, ...] = _key(
        "HH:MM-HH:MM of a working day, the gap is lunch; may cross midnight",
        ("08:30-12:00", "13:30-17:30"),
    )
    service_minutes: dict[str, int] = _key(
        "minutes of a visit by inherent class, until past visits tell",
        factory=lambda: _by_class(30, 40, 55, 75),
    )
    revisit_min_days: dict[str, int] = _key(
        "not sooner again, unless something asks for it; by inherent class",
        factory=lambda: _by_class(120, 90, 45, 21),
    )
    revisit_max_days: dict[str, int] = _key(
        "due at the latest after so many days; by inherent class",
        factory=lambda: _by_class(730, 365, 180, 90),
    )
    unknown_class: int = _key("inherent class of premises that nobody classed", 2)
    explore_share: float = _key("share of visits drawn by lot, 0.05 to 0.5", 0.10)
    rotate_share: float = _key("share of those made by another than the usual team", 0.5)
    overdue_share: float = _key(
        "visits owed, hazards and slips included, until the latest day asks for no more", 0.5
    )
    crossing: float = _key("share of a visit's worth outside the own zones, 0 to 1", 0.8)
    appointment_minutes: int = _key("an appointment holds so many minutes either side", 15)
    memory_days: float = _key("mean days that a hazard stands if nobody comes", 90.0)
    left_share: float = _key("share of what stands that a visit leaves standing", 0.7)
    learning_share: float = _key("worth of what is not known: share of the interval's half", 0.05)
    surface_share: float = _key("worth of the site's surface: share of the mean premises'", 0.05)
    asked_points: float = _key("severity points that a slip or an order is worth", 2.0)
    cross_points: float = _key("severity points that another looker is worth", 0.5)
    locate_points: float = _key("severity points that finding out the place is worth", 0.5)
    inherent_points: float = _key("expected severity points of the mean visit, no history", 1.5)
    start: Literal["station", "centre"] = _key("where a shift begins and ends", "station")
    straight_factor: float = _key("way / straight line where there are no roads", 1.3)
    speed_kmh: float = _key("speed where no road says one", 25.0)
    speeds_kmh: dict[str, float] = _key(
        "speed by class of road, where a road says none", factory=dict
    )
    budget_seconds: float = _key("time for the search of a plan and its proof", 3.5)

    def __post_init__(self) -> None:
        """Refuse hours, classes and shares that no plan can be made from."""
        if not LEAST_EXPLORED <= self.explore_share <= MOST_EXPLORED:
            raise ParkFileError(
                f"[plan] explore_share is {self.explore_share}.",
                "Give 0.05 to 0.5: without visits by lot nobody knows how often hazards occur.",
            )
        for name in ("service_minutes", "revisit_min_days", "revisit_max_days"):
            _check_classes(name, getattr(self, name))
        for one in CLASSES:
            if self.revisit_min_days[one] >= self.revisit_max_days[one]:
                raise ParkFileError(
                    f"[plan] class {one}: revisit_min_days is not below revisit_max_days.",
                    "Leave time between the two.",
                )
        if str(self.unknown_class) not in CLASSES:
            raise ParkFileError(f"[plan] unknown_class is {self.unknown_class}.", "Give 1 to 4.")
        for name in ("rotate_share", "overdue_share", "crossing", "left_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ParkFileError(f"[plan] {name} is {getattr(self, name)}.", "Give 0 to 1.")
        for name in ("memory_days", "straight_factor", "speed_kmh", "appointment_minutes"):
            if not getattr(self, name) > 0:
                raise ParkFileError(f"[plan] {name} is {getattr(self, name)}.", "Give more than 0.")
        names = ("learning_share", "surface_share", "asked_points", "cross_points")
        for name in (*names, "locate_points", "inherent_points", "budget_seconds"):
            if not getattr(self, name) >= 0:
                raise ParkFileError(f"[plan] {name} is {getattr(self, name)}.", "Give 0 or more.")
        _check_apart(self.shifts)

    @property
    def hours(self) -> tuple[tuple[int, int], ...]:
        """[from, to] of each shift in minutes after midnight; beyond 24 h it crosses midnight."""
        return tuple(_hours_of(one) for one in self.shifts)


def _check_classes(name: str, given: Mapping[str, int]) -> None:
    for one in CLASSES:
        if one not in given:
            raise ParkFileError(f"[plan] {name}: class {one} is missing.", "Give all of 1 to 4.")
        if given[one] < 1:
            raise ParkFileError(f"[plan] {name}: class {one} has {given[one]}.", "Give 1 or more.")
    for one in given:
        if one not in CLASSES:
            raise ParkFileError(f"[plan] {name}: class {one!r} is not known.", "Give 1 to 4.")


def _hours_of(text: str) -> tuple[int, int]:
    begin, _, end = text.replace(" ", "").partition("-")
    minutes = []
    for one in (begin, end):
        found = _CLOCK.fullmatch(one)
        if found is None or int(found[1]) * 60 + int(found[2]) > _DAY_MIN:
            raise ParkFileError(f"[plan] shift {text!r} is not understood.", "Write 08:30-12:00.")
        minutes.append(int(found[1]) * 60 + int(found[2]))
    if minutes[0] == minutes[1]:
        raise ParkFileError(f"[plan] shift {text!r} has no time.", "Write 08:30-12:00.")
    return minutes[0], minutes[1] + (_DAY_MIN if minutes[1] < minutes[0] else 0)


def _check_apart(shifts: tuple[str, ...]) -> None:
    """Refuse two shifts of one officer at once, on the same day or past midnight."""
    hours = sorted(_hours_of(one) for one in shifts)
    again = [(begin + _DAY_MIN, end + _DAY_MIN) for begin, end in hours[:1]]
    for (_, end), (begin, _) in zip(hours, [*hours[1:], *again], strict=True):
        if begin < end:
            raise ParkFileError(
                f"[plan] shifts {', '.join(shifts)}: two at once.", "Let one begin after the other."
            )
