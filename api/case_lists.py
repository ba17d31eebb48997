"""Lists of cases for one reader: what is open or in one state, what is late first.

Takes a `Sight` and what was asked for, gives rows with their cases: the JSON list, the workbook and
the page are made of the same. Person data is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api import casework
from api.audience import without_persons
from api.reading import find_all
from geo_risk import casebook
from geo_risk.casework import figures, is_open
from geo_risk.records import CaseState
from geo_risk.store import Query

if TYPE_CHECKING:
    from datetime import date, datetime

    from api.audience import Sight
    from geo_risk.casework import Case
    from geo_risk.park import ParkFile
    from geo_risk.records import Record
    from geo_risk.store import Store, Stored

_OPEN = tuple(
    one.value for one in CaseState if any(is_open(kind, one) for kind in ("hazard", "dispute", ""))
)
"""Most reports are closed: only these are read for the list of what is open."""

Listed = tuple[dict[str, Any], "Case"]


@dataclass(frozen=True)
class Wanted:
    """Which cases: those of a state, of a figure, else the open ones; '' for all of the others.

    A figure is a word of `casework.MEASURES`, of the days from `since` to `until`, both included;
    by default of the running month.
    """

    state: CaseState | None = None
    kind: str = ""
    channel: str = ""
    zone: str = ""
    station: str = ""
    overdue: bool = False
    severity: str = ""
    figure: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def filters(self) -> dict[str, str]:
        """The filters that records are read by."""
        asked = {
            "kind": self.kind,
            "channel": self.channel,
            "station_id": self.station,
            "severity": self.severity,
            "state": self.state.value if self.state else "",
        }
        return {name: value for name, value in asked.items() if value}


def list_cases(
    store: Store, park: ParkFile, sight: Sight, wanted: Wanted, as_of: datetime
) -> list[Listed]:
    """Give rows with their cases: highest level of escalation first, then longest late.

    Of those that ended the last comes first.
    """
    filters: dict[str, Any] = dict(wanted.filters)
    only_open = wanted.state is None and not wanted.figure
    if only_open:
        filters["state"] = _OPEN
    found = find_all(store, without_persons(sight), Query("reports", filters=filters))
    if only_open:
        found = [one for one in found if _is_open(one)]
    cases = casebook.cases_of(store, park, found, actor=sight.reader, steps=bool(wanted.figure))
    if wanted.figure:
        cases = _counted(cases, park, wanted, as_of)
    zones = casebook.zones_of(store, actor=sight.reader)
    both = list(zip(casework.case_rows(cases, zones, as_of), cases, strict=True))
    if wanted.zone:
        both = [pair for pair in both if pair[0]["zone_now"] == wanted.zone]
    if wanted.overdue:
        both = [pair for pair in both if pair[0]["level"]]
    both.sort(key=_rank)
    return both


def _rank(pair: Listed) -> tuple[int, int, float, str]:
    row, case = pair
    ended = case.report.closed_at
    return -row["level"], -row["days_late"], -ended.timestamp() if ended else 0.0, row["id"]


def _counted(cases: list[Case], park: ParkFile, wanted: Wanted, as_of: datetime) -> list[Case]:
    """Give the cases that a figure is made of."""
    start, end, _ = casework.period(park, wanted.since, wanted.until, as_of)
    (row,) = figures(cases, start, end, as_of=as_of)
    ids = frozenset(row.items[wanted.figure])
    return [one for one in cases if one.report.id in ids]


def _is_open(stored: Stored[Record]) -> bool:
    report: Any = stored.record
    return is_open(report.kind, report.state) and not report.duplicate_of
