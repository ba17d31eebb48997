"""The running month's index as it stands, worked out once and shown for a while.

Takes a month and the clock, gives what the month says and when it was worked out. Working it out
takes seconds, so whoever looks within ten minutes sees the same; nothing of it is kept on disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any

from geo_risk import monthly

if TYPE_CHECKING:
    from geo_risk.park import ParkFile
    from geo_risk.store import Store

LIFE = timedelta(minutes=10)


@dataclass(frozen=True)
class Preview:
    """What a month says, and when it was worked out."""

    said: Mapping[str, Any]
    at: datetime


class Previews:
    """The last preview of each month; of several who ask at once, one works it out."""

    def __init__(self) -> None:
        self._made: dict[str, Preview] = {}
        self._lock = Lock()

    def of(
        self, store: Store, park: ParkFile, month: str, now: datetime, *, fresh: bool = False
    ) -> Preview:
        """Give a month as it stands, or stood a moment ago.

        Parameters
        ----------
        store, park
            Of the park.
        month
            YYYY-MM; it must have begun.
        now
            Time of the request.
        fresh
            Work it out again.

        Raises
        ------
        InputError, NotFoundError
            As `monthly.preview`.
        """
        with self._lock:
            there = self._made.get(month)
            if there is None or fresh or not timedelta(0) <= now - there.at < LIFE:
                said = monthly.said_by(monthly.preview(store, park, month, now=now))
                there = self._made[month] = Preview(said, now)
            return there
