"""How people travel in a park, where nobody has said otherwise."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from geo_risk.errors import InputError

_MAY_BE_ZERO = frozenset({"stop_s", "snap_m", "join_m"})


@dataclass(frozen=True, kw_only=True)
class TravelParams:
    """Speeds, and what counts as near.

    Parameters
    ----------
    drive_kmh
        Speed on a road whose own speed is not given, and along a straight line.
    straight_factor
        A way without roads is so many times the straight line, at least 1.
    walk_kmh
        Speed on foot: from the door to the road, and all the way where that is quicker.
    stop_s
        Seconds to park and to set off again, once for every drive from one place to another.
    snap_m
        A place farther than so many metres from every road is off the roads.
    join_m
        Ends of roads that miss each other by so many metres were meant to meet.
    """

    drive_kmh: float = 25.0
    straight_factor: float = 1.3
    walk_kmh: float = 4.5
    stop_s: float = 60.0
    snap_m: float = 250.0
    join_m: float = 2.0

    def __post_init__(self) -> None:
        """Refuse what is no speed, no time and no distance."""
        for field in fields(self):
            value = getattr(self, field.name)
            low = 0.0 if field.name in _MAY_BE_ZERO else 1e-6
            if not (math.isfinite(value) and value >= low):
                raise InputError(
                    f"Travel parameter {field.name} is {value}.", "Give a positive number."
                )
        if self.straight_factor < 1.0:
            raise InputError(
                f"Travel parameter straight_factor is {self.straight_factor}.",
                "Give at least 1: no way is shorter than the straight line.",
            )

    @property
    def drive_m_s(self) -> float:
        """Driving speed, metres per second."""
        return self.drive_kmh / 3.6

    @property
    def walk_m_s(self) -> float:
        """Walking speed, metres per second."""
        return self.walk_kmh / 3.6
