"""The plan's clock: whole seconds since midnight of its first day, on the park's wall clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Clock:
    """Turns moments into seconds of a plan and back.

    Parameters
    ----------
    first_day
        Of the plan.
    zone
        The park's.
    """

    first_day: date
    zone: ZoneInfo

    def seconds(self, moment: datetime) -> int:
        """Give seconds of the wall clock since the first midnight; may be below 0."""
        wall = moment.astimezone(self.zone).replace(tzinfo=None)
        return int((wall - datetime.combine(self.first_day, time())).total_seconds())

    def moment(self, seconds: int) -> datetime:
        """Give the moment at which the park's wall clocks show it, in the park's zone."""
        wall = datetime.combine(self.first_day, time()) + timedelta(seconds=seconds)
        return wall.replace(tzinfo=self.zone)

    def day(self, number: int) -> date:
        """Give the day so many days after the first."""
        return self.first_day + timedelta(days=number)
