"""Scores of published months by enterprise, read once: a published revision never changes.

Takes the store, gives for one enterprise its months with what holds now and what was published
first. Kept are numbers and colours by id, no names.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from geo_risk import monthly
from geo_risk.safety_index.shown import MICRO

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo_risk.store import Store

_MOST_MONTHS = 24


@dataclass(frozen=True)
class Scored:
    """A score with its 90 % interval and its colour, '' for none."""

    score: float
    low: float
    high: float
    colour: str


@dataclass(frozen=True)
class MonthOf:
    """One month of an enterprise: what holds now, and what was published first if it differs."""

    month: str
    now: Scored
    first: Scored | None = None


class KeptMonths:
    """The last two years of published months."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[tuple[str, int], Mapping[str, Scored]] = {}

    def of(self, store: Store, enterprise_id: str) -> list[MonthOf]:
        """Give the months in which an enterprise has a score, oldest first.

        Parameters
        ----------
        store
            Of the park.
        enterprise_id
            Whose.
        """
        found = []
        newest = monthly.newest_revisions(store)
        for month, revision in list(newest.items())[-_MOST_MONTHS:]:
            now = self._month(store, month, revision).get(enterprise_id)
            if now is None:
                continue
            first = self._month(store, month, 0).get(enterprise_id) if revision else None
            changed = first is not None and first.score != now.score
            found.append(MonthOf(month, now, first if changed else None))
        return found

    def _month(self, store: Store, month: str, revision: int) -> Mapping[str, Scored]:
        with self._lock:
            if (month, revision) not in self._kept:
                said = monthly.results(store, month, revision)["results"]
                self._kept[month, revision] = {id_: _scored(one) for id_, one in said.items()}
            return self._kept[month, revision]


def _scored(said: Mapping[str, Any]) -> Scored:
    low, high = (float(one) for one in said["interval"])
    return Scored(said["micro"] / MICRO, low, high, said["colour"])
