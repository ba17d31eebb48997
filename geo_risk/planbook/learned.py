"""What past visits tell a plan: how long one takes, how often one comes, since when.

Takes visits and premises, gives a few numbers, each shrunk to the park file's where visits are few.
They are kept with the plan, so that a change on the day reads no history.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from geo_risk.visits.prizes import PrizeParams

if TYPE_CHECKING:
    from geo_risk.park import ParkFile
    from geo_risk.records import Premises, Visit

SERVICE_WORTH = 20.0
"""The park file's minutes of a visit are worth so many past visits."""

GAP_WORTH = 50.0
FOUND_WORTH = 50.0
_SHORTEST_MIN, _LONGEST_MIN = 5.0, 480.0


@dataclass(frozen=True)
class Learned:
    """Numbers that past visits tell.

    Parameters
    ----------
    service_s
        Seconds of a visit by inherent class, 1 to 4.
    usual_days
        Days between two visits of one premises.
    other_points
        Severity points of the mean hazard that is not `major`.
    history_from
        When the first visit was; None: there was none.
    timed
        How many visits the lengths rest on.
    """

    service_s: Mapping[int, int]
    usual_days: float
    other_points: float
    history_from: datetime | None = None
    timed: int = 0

    def as_plain(self) -> dict[str, Any]:
        """Give it as values that JSON knows."""
        return {
            "service_s": {str(grade): length for grade, length in self.service_s.items()},
            "usual_days": self.usual_days,
            "other_points": self.other_points,
            "history_from": self.history_from.isoformat() if self.history_from else None,
            "timed": self.timed,
        }


def learned_from(plain: Mapping[str, Any]) -> Learned:
    """Read what `Learned.as_plain` gave."""
    begun = plain["history_from"]
    return Learned(
        {int(grade): length for grade, length in plain["service_s"].items()},
        plain["usual_days"],
        plain["other_points"],
        datetime.fromisoformat(begun) if begun else None,
        plain["timed"],
    )


def learn(visits: Sequence[Visit], premises: Mapping[str, Premises], park: ParkFile) -> Learned:
    """Learn from past visits.

    Parameters
    ----------
    visits
        Known ones; their length counts where it is between 5 minutes and 8 hours.
    premises
        By id, for the inherent class.
    park
        Minutes and severity points that few visits are shrunk to: (sum + worth x default) / (n +
        worth).
    """
    plan = park.plan
    minutes: dict[int, list[float]] = defaultdict(list)
    starts: dict[str, list[float]] = defaultdict(list)
    points = count = 0.0
    for one in visits:
        starts[one.premises_id].append(one.start.timestamp() / 86_400.0)
        if one.found is not None:
            points += park.severity.general.points * one.found.general
            points += park.severity.minor.points * one.found.minor
            count += one.found.general + one.found.minor
        if one.end is None or one.premises_id not in premises:
            continue
        length = (one.end - one.start).total_seconds() / 60.0
        if _SHORTEST_MIN <= length <= _LONGEST_MIN:
            grade = premises[one.premises_id].inherent_class or plan.unknown_class
            minutes[grade].append(length)
    gaps = [gap for days in starts.values() for gap in np.diff(np.sort(days)) if gap >= 1.0]
    usual = float(np.median(gaps)) if gaps else 0.0
    before = PrizeParams()
    return Learned(
        service_s={
            grade: round(60.0 * _shrunk(minutes[grade], plan.service_minutes[str(grade)]))
            for grade in (1, 2, 3, 4)
        },
        usual_days=(len(gaps) * usual + GAP_WORTH * before.usual_days) / (len(gaps) + GAP_WORTH),
        other_points=(points + FOUND_WORTH * before.other_points) / (count + FOUND_WORTH),
        history_from=min((one.start for one in visits), default=None),
        timed=sum(len(some) for some in minutes.values()),
    )


def _shrunk(values: Sequence[float], default: float) -> float:
    return (sum(values) + SERVICE_WORTH * default) / (len(values) + SERVICE_WORTH)
