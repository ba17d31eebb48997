"""Figures of casework: how much was closed in time, how much was settled and stayed so.

Takes cases and a period, gives a row per group; every count is the length of a list of ids, so each
figure opens into its items and the groups add up to the whole. 按期销号率 = closed by the due date
/ fallen due in the period; 有效化解率 = settled and not reopened within 90 days / taken up and due
in the period; both as known now, with Wilson's (1927) 90 % interval. By team there are counts of
casework only: no rate, and not how many were found.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo_risk.casework.states import HAND_OVER, REOPEN, SETTLE, is_open
from geo_risk.errors import InputError
from geo_risk.records import CaseState
from geo_risk.records.deadlines import ended_in_time, falls_due_in, is_overdue

if TYPE_CHECKING:
    from geo_risk.records import PatrolZone, Report, Step

GROUPS = ("all", "kind", "channel", "zone", "zone_now", "station", "team")
"""What figures are given by; `zone` is the zone that held when it was reported."""

MEASURES = (
    "reported",
    "due",
    "in_time",
    "late",
    "overdue",
    "not_taken_up",
    "taken_up",
    "settled",
    "closed",
    "open_not_due",
    "merged",
    "void",
    "handed_over",
)
_Z90 = 1.6448536269514722  # two-sided 90 %
_STAYS_DAYS = 90


@dataclass(frozen=True)
class Case:
    """A report as a case.

    Parameters
    ----------
    report
        As it is now, without person data.
    due
        Its own due date, or by the rule; None for a kind without one.
    place
        (lon, lat) degrees of itself or of its premises.
    team
        Team of the visit that found it.
    steps
        Oldest first.
    """

    report: Report
    due: datetime | None
    place: tuple[float, float] | None = None
    team: str = ""
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Rate:
    """A share with its Wilson 90 % interval; all None where nothing fell due."""

    hits: int
    of: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Figures:
    """One row.

    Parameters
    ----------
    group
        The key; '' = none.
    items
        Measure to ids, in order.
    closed_in_time
        按期销号率 of what is not a dispute; None by team.
    settled
        有效化解率 of disputes; None by team.
    """

    group: str
    items: Mapping[str, tuple[str, ...]]
    closed_in_time: Rate | None
    settled: Rate | None

    @property
    def counts(self) -> dict[str, int]:
        """How many of each measure."""
        return {name: len(ids) for name, ids in self.items.items()}


def figures(
    cases: Sequence[Case],
    start: datetime,
    end: datetime,
    *,
    as_of: datetime,
    by: str = "all",
    zones: Sequence[PatrolZone] = (),
) -> list[Figures]:
    """Give the figures of a period.

    Parameters
    ----------
    cases
        Every case there is; a case handed over between stations is one case, of the station that
        has it now.
    start, end
        [start, end), of whole days: a case belongs to the period in which its last day lies.
    as_of
        Now: what is not due by then is open and not yet due.
    by
        One of `GROUPS`.
    zones
        Every zone there is or was, where grouped by zone.

    Returns
    -------
    list of Figures
        By group key; the rows' items are disjoint, and together those of `all`.

    Raises
    ------
    InputError
        When the period ends before it starts, or the grouping does not exist.
    """
    if by not in GROUPS:
        raise InputError(f"by is {by!r}.", f"Give one of {', '.join(GROUPS)}.")
    if end <= start:
        raise InputError(f"The period {start} to {end} is none.", "Give an end after its start.")
    grouped: dict[str, list[Case]] = {} if by != "all" else {"": []}
    for case, key in zip(cases, _keys(cases, by, zones, as_of), strict=True):
        grouped.setdefault(key, []).append(case)
    rows = [_row(key, grouped[key], start, end, as_of, by) for key in sorted(grouped)]
    return [one for one in rows if by == "all" or any(one.items.values())]


def wilson(hits: int, of: int) -> Rate:
    """Give a share with its 90 % interval.

    (p + z²/2n ± z sqrt(p(1 - p)/n + z²/4n²)) / (1 + z²/n), z = 1.645: the score interval of Wilson
    (1927), Journal of the American Statistical Association 22, 209-212.
    """
    if of == 0:
        return Rate(hits, of, None, None, None)
    p, z2 = hits / of, _Z90 * _Z90
    middle = p + z2 / (2 * of)
    half = _Z90 * math.sqrt(p * (1 - p) / of + z2 / (4 * of * of))
    scale = 1 + z2 / of
    low, high = max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)
    return Rate(hits, of, p, low, high)


def is_closed(case: Case) -> bool:
    """Say whether a case came to its end: closed, settled, or followed up."""
    return not is_open(case.report.kind, case.report.state)


def was_in_time(case: Case) -> bool:
    """Say whether a case ended by its due date; where nobody knows when it ended, it did not."""
    return ended_in_time(case.report.closed_at, case.due)


def stays_settled(case: Case) -> bool:
    """Say whether a dispute is settled and was not reopened within 90 days of a settlement."""
    if not is_closed(case) or case.report.closed_at is None:
        return False
    stays, settled = timedelta(days=_STAYS_DAYS), None
    seen = 0
    for step in case.steps:
        if step.action == SETTLE:
            settled = step.at
        if step.action == REOPEN:
            seen += 1
            if settled is None or step.at < settled + stays:
                return False
    return seen >= case.report.reopened  # reopened before it came here: nobody knows how soon


def _row(
    key: str, cases: Sequence[Case], start: datetime, end: datetime, as_of: datetime, by: str
) -> Figures:
    found: dict[str, list[str]] = {name: [] for name in MEASURES}
    for case in cases:
        for name in _measures(case, start, end, as_of):
            found[name].append(case.report.id)
    items = {name: tuple(sorted(ids)) for name, ids in found.items()}
    if by == "team":
        items.pop("reported")  # how many a team found is no figure of casework
        return Figures(key, items, None, None)
    disputes = {one.report.id for one in cases if one.report.kind == "dispute"}

    def but_disputes(name: str) -> int:
        return sum(one not in disputes for one in items[name])

    return Figures(
        key,
        items,
        wilson(but_disputes("in_time"), but_disputes("due")),
        wilson(len(items["settled"]), len(items["taken_up"])),
    )


def _measures(case: Case, start: datetime, end: datetime, as_of: datetime) -> list[str]:
    """Give what one case counts as; one that was closed nobody knows when counts as late."""
    report, due = case.report, case.due
    begun = report.reported_at or report.occurred_to
    names = ["reported"] if start <= begun < end else []
    if report.state == CaseState.MERGED or report.duplicate_of:
        return [*names, "merged"] if names else []
    if report.state == CaseState.VOID:
        return [*names, "void"] if names else []
    if any(one.action == HAND_OVER and start <= one.at < end for one in case.steps):
        names.append("handed_over")  # counted once, however often
    if is_closed(case) and report.closed_at is not None and start <= report.closed_at < end:
        names.append("closed")
    if due is None:
        return names
    if not is_overdue(due, as_of):
        return names if is_closed(case) else [*names, "open_not_due"]
    if not falls_due_in(due, start, end):
        return names
    names.append("due")
    if report.kind == "dispute":
        waits = report.state == CaseState.REPORTED
        names.append("not_taken_up" if waits else "taken_up")
    if not is_closed(case):
        return [*names, "overdue"]
    names.append("in_time" if was_in_time(case) else "late")
    if report.kind == "dispute" and stays_settled(case):
        names.append("settled")
    return names


def _keys(
    cases: Sequence[Case], by: str, zones: Sequence[PatrolZone], as_of: datetime
) -> list[str]:
    told: Mapping[str, Callable[[Case], str]] = {
        "all": lambda _: "",
        "kind": lambda one: one.report.kind,
        "channel": lambda one: one.report.channel,
        "station": lambda one: one.report.station_id,
        "team": lambda one: one.team,
    }
    if by in told:
        return [told[by](one) for one in cases]
    moments = [
        as_of if by == "zone_now" else one.report.reported_at or one.report.occurred_to
        for one in cases
    ]
    return zones_at([one.place for one in cases], moments, zones)


def zones_at(
    places: Sequence[tuple[float, float] | None],
    moments: Sequence[datetime],
    zones: Sequence[PatrolZone],
) -> list[str]:
    """Give the zone that held at each place at its moment; '' in none, or without a place.

    Parameters
    ----------
    places, moments
        (n,) (lon, lat) degrees, and zone-aware times.
    zones
        Every zone there is or was; where two hold at once, the first of their ids.
    """
    ordered = sorted(zones, key=lambda one: one.id)
    keys = [""] * len(places)
    known = [(n, one) for n, one in enumerate(places) if one is not None]
    if not ordered or not known:
        return keys
    tree = shapely.STRtree([one.geometry for one in ordered])
    points = np.asarray(shapely.points(np.array([place for _, place in known])))
    best: dict[int, int] = {}
    for row, zone in zip(*tree.query(points, predicate="intersects"), strict=True):
        n, number = known[int(row)][0], int(zone)
        if _holds(ordered[number], moments[n]):
            best[n] = min(number, best.get(n, number))
    for n, number in best.items():
        keys[n] = ordered[number].id
    return keys


def _holds(zone: PatrolZone, moment: datetime) -> bool:
    begun = zone.valid_from is None or zone.valid_from <= moment
    return begun and (zone.valid_to is None or moment < zone.valid_to)
