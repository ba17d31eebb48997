"""Stations as their page shows them: rows, kinds, whom they reach, which studio takes a dispute.

Takes a service and a `Sight`, gives the frozen values of `maps.month`. Some stations stand in an
enterprise: who is not of the station is told kinds only. What mediates is proposed, not assigned.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import shapely

from api.audience import without_persons
from api.reading import find_all, names_of
from geo_risk import monthly
from geo_risk.casework import is_open as is_case_open
from geo_risk.records import Actor, CaseState, PatrolZone, Role, ServiceEvent, Station
from geo_risk.stations import KINDS, is_open, kind_of, match_studios, people_served
from geo_risk.store import Query
from maps.month import KindRow, Reach, StationRow, Waiting, ZoneReach

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from api.audience import Sight
    from api.service import Service
    from geo_risk.planbook.proposals import StationsProposed
    from geo_risk.records import Report
    from geo_risk.store import Stored

_READER = Actor(id="stations", role=Role.KEEPER, door="http")
_INSTANT = timedelta(microseconds=1)
_MOST_WAITING = 12
_UNTAKEN = frozenset({CaseState.REPORTED.value, CaseState.ASSIGNED.value})


def month_shown(service: Service, now: datetime) -> str:
    """Give the month whose services are counted: the running one, or the last of ended data."""
    return monthly.month_of(service.park.as_of(now) - _INSTANT, service.park)


def stations_there(service: Service, now: datetime) -> list[Station]:
    """Give the stations that hold now."""
    found = (one.record for one in service.kept.valid("stations", now))
    return [one for one in found if isinstance(one, Station)]


def station_rows(service: Service, stations: Sequence[Station], now: datetime) -> list[StationRow]:
    """Give stations as rows, by kind and name."""
    month = month_shown(service, now)
    served, before = (_served(service, one) for one in (month, monthly.shift_month(month, -1)))
    zones = _zones(service, now)
    local = now.astimezone(service.park.zone)
    rows = [
        StationRow(
            id=one.id,
            name=one.name,
            type=one.type,
            kind=kind_of(one.type),
            zone=_zone_of(one, zones),
            hours=one.hours,
            open_now=is_open(one.hours, local),
            services=one.services,
            languages=one.languages,
            people=served.get(one.id, 0),
            people_before=before.get(one.id, 0),
        )
        for one in stations
    ]
    return sorted(rows, key=lambda one: (KINDS.index(one.kind), one.name, one.id))


def kind_rows(rows: Sequence[StationRow]) -> tuple[KindRow, ...]:
    """Give what may be told of stations to everybody: kinds, never a name or a place."""
    by_kind: defaultdict[str, list[StationRow]] = defaultdict(list)
    for one in rows:
        by_kind[one.kind].append(one)
    return tuple(
        KindRow(
            kind,
            len(some),
            sum(bool(one.open_now) for one in some),
            tuple(sorted({name for one in some for name in one.services})),
            tuple(sorted({name for one in some for name in one.languages})),
            tuple(sorted({one.hours for one in some if one.hours})),
        )
        for kind in KINDS
        if (some := by_kind.get(kind))
    )


def reach_of(found: StationsProposed) -> Reach:
    """Give whom the stations reach, zones with most beyond first, and what one more would bring."""
    survey, siting = found.survey, found.siting
    names = {one.id: survey.zone_name(one.id) for one in survey.zones}
    near = found.today.covered
    counts = Counter(survey.zone_of)
    far = Counter(
        zone for zone, covered in zip(survey.zone_of, near.tolist(), strict=True) if not covered
    )
    zones = [ZoneReach(names.get(one, ""), counts[one], far[one]) for one in counts]
    zones.sort(key=lambda one: (-one.beyond, one.name))
    brings = siting.adds[0] if siting is not None and siting.adds else None
    left = int((~siting.covered).sum()) if siting is not None and brings else None
    return Reach(found.minutes, tuple(zones), found.today.share, brings, left, found.notes)


def disputes_waiting(
    service: Service, sight: Sight, stations: Sequence[Station], now: datetime
) -> tuple[tuple[Waiting, ...], dict[str, int]]:
    """Give disputes that no studio has yet, each with the one proposed; and what each has in hand.

    A dispute that has waited longest comes first. Readers of no reports get nothing.
    """
    studios = [one for one in stations if kind_of(one.type) == "mediation"]
    if not studios:
        return (), {}
    query = Query("reports", filters={"kind": "dispute"})
    every = cast("Sequence[Stored[Report]]", find_all(service.store, without_persons(sight), query))
    found = [one for one in every if is_case_open("dispute", one.record.state)]
    in_hand = Counter(one.record.station_id for one in found if one.record.station_id)
    known = {one.id: in_hand.get(one.id, 0) for one in studios}
    loose = [one for one in found if not one.record.station_id and one.record.state in _UNTAKEN]
    loose.sort(key=lambda one: (one.record.occurred_to, one.record.id))
    owners = [one.record.enterprise_id for one in loose[:_MOST_WAITING]]
    names = names_of(service.store, sight, owners) if any(owners) else {}
    local = now.astimezone(service.park.zone)
    titles = {one.id: one.name or one.id for one in studios}
    waiting = []
    for one in loose[:_MOST_WAITING]:
        best = match_studios(one.place, studios, in_hand, local)[0]
        waiting.append(
            Waiting(
                one.record.id,
                names.get(one.record.enterprise_id, ""),
                one.record.level,
                titles[best.station_id],
                best.distance_m,
                best.in_hand,
            )
        )
    return tuple(waiting), known


def _served(service: Service, month: str) -> dict[str, int]:
    begin, end = monthly.begin_of(month, service.park), monthly.end_of(month, service.park)
    found = service.store.find(Query("services", time_from=begin, time_to=end), actor=_READER)
    events = [cast("ServiceEvent", one.record) for one in found]
    return {one: sum(some.values()) for one, some in people_served(events, begin, end).items()}


def _zones(service: Service, now: datetime) -> list[PatrolZone]:
    found = (one.record for one in service.kept.valid("zones", now))
    return [one for one in found if isinstance(one, PatrolZone)]


def _zone_of(one: Station, zones: Sequence[PatrolZone]) -> str:
    if one.lon is None or one.lat is None:
        return ""
    here = shapely.Point(one.lon, one.lat)
    return next((zone.name or zone.id for zone in zones if zone.geometry.covers(here)), "")
