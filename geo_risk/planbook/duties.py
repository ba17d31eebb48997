"""Who works when, and whose zones are whose: the shifts of a plan.

Takes officers and assignments as they hold in the plan's days, absences and the working calendar,
gives shifts. An absence cuts a shift; what is left of it and too short for a visit is no shift.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geo_risk.casework.due import is_worked
from geo_risk.visits.problem import DAY_S, Shift

if TYPE_CHECKING:
    from geo_risk.park import ParkFile
    from geo_risk.planbook.clock import Clock
    from geo_risk.planbook.request import PlanRequest
    from geo_risk.records import Assignment, Officer

LEAST_SHIFT_S = 600


@dataclass(frozen=True)
class Duties:
    """Officers of a plan.

    Parameters
    ----------
    officers
        Those asked for who are there, in the order of ids.
    zones_of
        Officer to zones looked after.
    enterprises_of
        Officer to enterprises looked after.
    usual
        Zone to the officers who usually come: those assigned, and their team.
    """

    officers: tuple[Officer, ...]
    zones_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    enterprises_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    usual: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def usual_of(self, zone_id: str, enterprise_id: str) -> tuple[str, ...]:
        """Give who usually comes to an enterprise in a zone."""
        own = {one for one, some in self.enterprises_of.items() if enterprise_id in some}
        return tuple(sorted({*self.usual.get(zone_id, ()), *own}))


def gather_duties(
    officers: Sequence[Officer], assignments: Sequence[Assignment], only: Sequence[str] = ()
) -> Duties:
    """Say who looks after what.

    Parameters
    ----------
    officers, assignments
        As they hold in the plan's days.
    only
        For whom; empty: for all.
    """
    there = sorted((one for one in officers if not only or one.id in only), key=lambda one: one.id)
    zones: dict[str, set[str]] = defaultdict(set)
    firms: dict[str, set[str]] = defaultdict(set)
    usual: dict[str, set[str]] = defaultdict(set)
    mates: dict[str, set[str]] = defaultdict(set)
    team = {one.id: one.team for one in officers}
    for one in officers:
        mates[one.team or one.id].add(one.id)
    for said in assignments:
        if said.zone_id:
            zones[said.officer_id].add(said.zone_id)
            usual[said.zone_id] |= {said.officer_id} | mates[team.get(said.officer_id) or ""]
        else:
            firms[said.officer_id].add(said.enterprise_id)
    return Duties(
        tuple(there),
        {one: tuple(sorted(some)) for one, some in zones.items()},
        {one: tuple(sorted(some)) for one, some in firms.items()},
        {one: tuple(sorted(some)) for one, some in usual.items()},
    )


def make_shifts(
    duties: Duties,
    request: PlanRequest,
    park: ParkFile,
    clock: Clock,
    begin_places: Mapping[str, int],
    *,
    not_before_s: int = 0,
) -> tuple[Shift, ...]:
    """Give the shifts of a plan, by officer and time.

    Parameters
    ----------
    duties, request, park, clock
        Who, which days and absences, hours and calendar.
    begin_places
        Officer to the row of the matrix where a shift begins and ends.
    not_before_s
        Now, on the plan's clock: what is over is no shift.

    Returns
    -------
    tuple of Shift
        Ids are officer, day and hour, and stay when a shift is cut.
    """
    away = defaultdict(list)
    for one in request.absences:
        away[one.officer_id].append((clock.seconds(one.begin), clock.seconds(one.end)))
    worked = [day for day in range(request.days) if is_worked(clock.day(day), park)]
    hours = sorted(park.plan.hours)
    shifts = []
    for officer in duties.officers:
        for day in worked:
            for begin, end in hours:
                span = (day * DAY_S + begin * 60, day * DAY_S + end * 60)
                name = f"{officer.id}.{clock.day(day)}.{begin // 60:02d}{begin % 60:02d}"
                left = _without(span, away[officer.id])
                for number, (begun, last) in enumerate(left):
                    first = max(begun, not_before_s)
                    if last - first < LEAST_SHIFT_S:
                        continue
                    place = begin_places[officer.id]
                    shifts.append(
                        Shift(
                            id=name if not number else f"{name}.{number + 1}",
                            officer_id=officer.id,
                            start_s=first,
                            end_s=last,
                            begin_place=place,
                            end_place=place,
                            zone_ids=_own_zones(duties, officer.id),
                        )
                    )
    return tuple(shifts)


def firm_zone(enterprise_id: str) -> str:
    """Name the zone that an enterprise with an officer of its own is."""
    return f"enterprise:{enterprise_id}"


def _own_zones(duties: Duties, officer_id: str) -> tuple[str, ...]:
    firms = tuple(firm_zone(one) for one in duties.enterprises_of.get(officer_id, ()))
    zones = duties.zones_of.get(officer_id, ())
    return (*zones, *firms) if zones else ()


def _without(span: tuple[int, int], away: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give what is left of a span, pieces too short for anything left out."""
    left = [span]
    for begin, end in away:
        left = (
            [
                piece
                for first, last in left
                for piece in ((first, min(last, begin)), (max(first, end), last))
                if piece[0] < piece[1]
            ]
            if end > begin
            else left
        )
    return sorted(one for one in left if one[1] - one[0] >= LEAST_SHIFT_S)
