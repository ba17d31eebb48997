"""Visits as columns: where, when, who looked, what was found, and when that was known.

Takes a park's records, gives one row per visit and one per place (a premises, or an enterprise that
has none). Days are days of the park's own calendar. A visit's findings are its own counts, or the
hazard reports that name it; they are known from the day after the last of them came in. What may be
told about a visit before it takes place is measured from these columns in `visit_history`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.features.denied import DENIED_PREMISES_KINDS
from geo_risk.features.history import FINDINGS_KIND
from geo_risk.features.places import Directory, place
from geo_risk.records import CaseState, Channel, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from numpy.typing import NDArray

    from geo_risk.features.inputs import ParkInputs
    from geo_risk.records import Enterprise, Premises, Report, Visit

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

NO_TEAM = -1
"""The team of a visit whose team is not known."""

_NEVER = 10**7  # a day beyond all days
_LEVELS = (Severity.MAJOR, Severity.GENERAL, Severity.MINOR)
_CODE = re.compile(r"[a-t]?\d{2,4}")


@dataclass(frozen=True)
class Places:
    """Where visits go, one row each.

    Parameters
    ----------
    ids
        Premises id; an enterprise's id where no single premises is known; a visit's where neither.
    easting, northing
        (n,) metres in the working CRS, NaN without a point.
    inherent_class
        (n,) 1 to 4, 0 where it is not known.
    people
        (n,) people on site, else employed; NaN where it is not known.
    industry
        (n,) rows of `industries`; 0 is "not known".
    industries
        Names of branches as the records write them.
    """

    ids: tuple[str, ...]
    easting: Floats
    northing: Floats
    inherent_class: Floats
    people: Floats
    industry: Ints
    industries: tuple[str, ...]

    def __len__(self) -> int:
        """How many places."""
        return len(self.ids)


@dataclass(frozen=True)
class VisitTable:
    """Every visit, in order of day, then id.

    Parameters
    ----------
    ids
        Visit ids.
    day
        (n,) day of the visit, as `date.toordinal` in the park's zone.
    known_day
        (n,) day on which its findings were known: they may be used for a visit of a later day.
    place
        (n,) rows of `places`.
    team
        (n,) rows of `teams`; `NO_TEAM` where it is not known.
    found
        (n, 3) findings by severity: major, general, minor.
    teams
        Ids of the lookers. They never leave the model.
    places
        Where.
    """

    ids: tuple[str, ...]
    day: Ints
    known_day: Ints
    place: Ints
    team: Ints
    found: Floats
    teams: tuple[str, ...]
    places: Places

    def __len__(self) -> int:
        """How many visits."""
        return len(self.ids)

    @property
    def positive(self) -> NDArray[np.bool_]:
        """(n,) at least one `major` finding."""
        return np.asarray(self.found[:, 0] > 0)


@dataclass(frozen=True)
class Calls:
    """What others than visits reported, located, in order of day.

    Parameters
    ----------
    easting, northing
        (n,) metres in the working CRS.
    day
        (n,) day on which it was reported.
    closed_day
        (n,) day on which it was closed; a far day where it is open. Known on a later day only.
    """

    easting: Floats
    northing: Floats
    day: Ints
    closed_day: Ints


def make_visit_table(inputs: ParkInputs) -> VisitTable:
    """Put a park's visits that looked into columns; every premises but a dwelling is a place."""
    zone = inputs.park.zone
    looked = [one for one in inputs.visits if one.looked]
    visits = sorted(looked, key=lambda one: (_day(one.start, zone), one.id))
    directory = Directory(inputs.premises)
    known = [one for one in inputs.premises if one.kind not in DENIED_PREMISES_KINDS]
    known.sort(key=lambda one: one.id)  # sums come in one order, whatever a store's is
    rows = {one.id: row for row, one in enumerate(known)}
    at = np.empty(len(visits), dtype=np.int64)
    extra: list[str] = []
    for number, visit in enumerate(visits):
        premises = directory.premises_of(visit)
        if premises is None:
            key = visit.enterprise_id or visit.premises_id or visit.id
        else:  # a dwelling is no unit of risk: what was found there is not added up
            key = visit.id if premises.kind in DENIED_PREMISES_KINDS else premises.id
        if key not in rows:
            rows[key] = len(known) + len(extra)
            extra.append(key)
        at[number] = rows[key]
    outcomes, heard = _outcomes(visits, inputs.reports, zone)
    teams = tuple(sorted({one.team for one in visits if one.team}))
    team_row = {name: row for row, name in enumerate(teams)}
    days = np.array([_day(one.start, zone) for one in visits], dtype=np.int64)
    ends = np.array([_day(one.end, zone) if one.end else 0 for one in visits], dtype=np.int64)
    return VisitTable(
        tuple(one.id for one in visits),
        days,
        np.maximum(np.maximum(days, ends), heard),
        at,
        np.array([team_row.get(one.team, NO_TEAM) for one in visits], dtype=np.int64),
        outcomes,
        teams,
        _places(inputs, known, extra),
    )


def make_calls(inputs: ParkInputs) -> Calls:
    """Put into columns what was reported by others than visits, where it has a place in the park.

    Neither state nor duplicate marks are looked at: they are set later than the report comes in. A
    kind that may not be forecast (public order, fraud) is left out.
    """
    zone, directory = inputs.park.zone, Directory(inputs.premises)
    barred = {kind for kind, one in inputs.park.kinds.items() if not one.forecast}
    calls = [
        one
        for one in inputs.reports
        if not one.visit_id and one.channel != Channel.VISIT and one.kind not in barred
    ]
    placed = place([directory.place_of(one) for one in calls], inputs.outline, inputs.crs)
    keep = np.flatnonzero(np.isfinite(placed.easting))
    days = np.array([_known(calls[row], zone) for row in keep], dtype=np.int64)
    ends = [calls[row].closed_at for row in keep]
    closed = np.array([_day(one, zone) if one else _NEVER for one in ends], dtype=np.int64)
    order = np.lexsort((closed, placed.northing[keep], placed.easting[keep], days))
    keep = keep[order]
    return Calls(placed.easting[keep], placed.northing[keep], days[order], closed[order])


def _day(moment: datetime, zone: ZoneInfo) -> int:
    return moment.astimezone(zone).toordinal()


def _known(report: Report, zone: ZoneInfo) -> int:
    moment = report.time if report.reported_at is None else max(report.time, report.reported_at)
    return _day(moment, zone)


def _outcomes(
    visits: Sequence[Visit], reports: Sequence[Report], zone: ZoneInfo
) -> tuple[Floats, Ints]:
    """Give findings by severity (n, 3) and the day when the last of them came in (n,)."""
    named: defaultdict[str, list[Report]] = defaultdict(list)
    for one in reports:
        repeated = one.duplicate_of or one.state == CaseState.MERGED
        if one.visit_id and one.kind == FINDINGS_KIND and not repeated:
            named[one.visit_id].append(one)
    found = np.zeros((len(visits), len(_LEVELS)))
    heard = np.zeros(len(visits), dtype=np.int64)
    for row, visit in enumerate(visits):
        if visit.found is not None:
            found[row] = [getattr(visit.found, level.value) for level in _LEVELS]
            continue
        for one in named[visit.id]:
            found[row, _LEVELS.index(one.severity or Severity.MINOR)] += 1
            heard[row] = max(heard[row], _known(one, zone))
    return found, heard


def _places(inputs: ParkInputs, known: Sequence[Premises], extra: Sequence[str]) -> Places:
    enterprises = {one.id: one for one in inputs.enterprises}
    owners = [enterprises.get(one.enterprise_id) for one in known]
    owners += [enterprises.get(one) for one in extra]
    located: list[Premises | None] = [*known, *([None] * len(extra))]
    placed = place(located, inputs.outline, inputs.crs)
    names = [_branch(one) for one in owners]
    industries = ("", *sorted({name for name in names if name}))
    number = {name: row for row, name in enumerate(industries)}
    return Places(
        tuple([one.id for one in known] + list(extra)),
        placed.easting,
        placed.northing,
        np.array([(one.inherent_class or 0) if one else 0 for one in located], dtype=np.float64),
        np.array([_people(*pair) for pair in zip(located, owners, strict=True)], dtype=np.float64),
        np.array([number[name] for name in names], dtype=np.int64),
        industries,
    )


def _branch(owner: Enterprise | None) -> str:
    """Give an enterprise's branch: one spelling, and of a GB/T 4754 code its division."""
    if owner is None:
        return ""
    text = " ".join(owner.industry.split()).casefold()
    return text[:3] if _CODE.fullmatch(text) else text


def _people(premises: Premises | None, owner: Enterprise | None) -> float:
    if premises is not None and premises.people is not None:
        return float(premises.people)
    if owner is not None and owner.employees is not None:
        return float(owner.employees)
    return float("nan")
