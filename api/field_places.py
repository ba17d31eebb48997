"""What an officer must know of a premises before going in: whose, whom to call, what is open there.

Takes ids of premises and who asks, gives what was read of each: names, telephones and words are
person data, and the reading is audited. What another officer found is there as hazards of the
place, never as somebody's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from api.audience import without_persons
from api.reading import find_all
from geo_risk.casework import due_of, is_open
from geo_risk.records import Enterprise, Premises, Report, Visit
from geo_risk.store import Query

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from api.audience import Sight
    from api.service import Service
    from geo_risk.store import Stored

_LAST = 3
_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class LastVisit:
    """A visit of before: when, why, how it ended, how many hazards it found."""

    id: str
    start: datetime
    reason: str
    outcome: str
    found: int


@dataclass(frozen=True)
class PlaceRead:
    """One premises, as its visitor may read it.

    Parameters
    ----------
    premises, enterprise
        With names; no enterprise where it has none.
    hazards
        Open ones with their words, what is due first first.
    visits
        The last ones, newest first.
    """

    premises: Stored[Premises]
    enterprise: Enterprise | None = None
    hazards: tuple[Stored[Report], ...] = ()
    visits: tuple[LastVisit, ...] = ()
    dues: Mapping[str, datetime | None] = field(default_factory=dict)


def places_of(
    service: Service, sight: Sight, premises_ids: Sequence[str], now: datetime
) -> dict[str, PlaceRead]:
    """Read some premises, by id; one that is not there is left out."""
    ids = [one for one in dict.fromkeys(premises_ids) if one]
    if not ids:
        return {}
    store = service.store
    premises = cast("list[Stored[Premises]]", find_all(store, sight, Query("premises", ids=ids)))
    owners = list({one.record.enterprise_id for one in premises if one.record.enterprise_id})
    firms: dict[str, Enterprise] = {}
    if owners:
        found = find_all(store, sight, Query("enterprises", ids=owners))
        firms = {one.record.id: cast("Enterprise", one.record) for one in found}
    hazards = _open_hazards(service, sight, premises)
    visits = _last_visits(service, sight, ids, now)
    return {
        one.record.id: PlaceRead(
            one,
            firms.get(one.record.enterprise_id),
            tuple(hazards[one.record.id]),
            visits.get(one.record.id, ()),
            {
                some.record.id: some.record.due or due_of(some.record, service.park)
                for some in hazards[one.record.id]
            },
        )
        for one in premises
    }


def _open_hazards(
    service: Service, sight: Sight, premises: Sequence[Stored[Premises]]
) -> defaultdict[str, list[Stored[Report]]]:
    """Give what is open at each premises; what names only the enterprise is open at all of its."""
    of_firm: defaultdict[str, list[str]] = defaultdict(list)
    for one in premises:
        of_firm[one.record.enterprise_id].append(one.record.id)
    quiet = without_persons(sight)
    asked: list[dict[str, Any]] = [{"premises_id": tuple(one.record.id for one in premises)}]
    if firms := tuple(one for one in of_firm if one):
        asked.append({"enterprise_id": firms, "premises_id": ""})
    ids = [
        one.record.id
        for filters in asked
        for one in find_all(
            service.store, quiet, Query("reports", filters={"kind": "hazard", **filters})
        )
        if isinstance(one.record, Report)
        and is_open(one.record.kind, one.record.state)
        and not one.record.duplicate_of
    ]
    found: defaultdict[str, list[Stored[Report]]] = defaultdict(list)
    if not ids:
        return found
    read = cast("list[Stored[Report]]", find_all(service.store, sight, Query("reports", ids=ids)))
    for hazard in sorted(read, key=lambda one: (_due_key(one.record, service), one.record.id)):
        here = [hazard.record.premises_id] if hazard.record.premises_id else []
        for place in here or of_firm[hazard.record.enterprise_id]:
            found[place].append(hazard)
    return found


def _due_key(report: Report, service: Service) -> str:
    due = report.due or due_of(report, service.park)
    return due.isoformat() if due else "~"


def _last_visits(
    service: Service, sight: Sight, ids: Sequence[str], now: datetime
) -> dict[str, tuple[LastVisit, ...]]:
    quiet = without_persons(sight)
    query = Query("visits", time_from=now - _YEAR, filters={"premises_id": tuple(ids)})
    made: defaultdict[str, list[Visit]] = defaultdict(list)
    for one in find_all(service.store, quiet, query):
        visit = cast("Visit", one.record)
        made[visit.premises_id].append(visit)
    last = {
        place: sorted(some, key=lambda one: (one.start, one.id), reverse=True)[:_LAST]
        for place, some in made.items()
    }
    told = _reported(service, sight, [one.id for some in last.values() for one in some])
    return {
        place: tuple(
            LastVisit(one.id, one.start, one.reason.value, one.outcome.value, _found(one, told))
            for one in some
        )
        for place, some in last.items()
    }


def _found(visit: Visit, told: Mapping[str, int]) -> int:
    if visit.found is None:
        return told.get(visit.id, 0)
    return visit.found.major + visit.found.general + visit.found.minor


def _reported(service: Service, sight: Sight, visit_ids: Sequence[str]) -> Counter[str]:
    if not visit_ids:
        return Counter()
    query = Query("reports", filters={"kind": "hazard", "visit_id": tuple(visit_ids)})
    found = find_all(service.store, without_persons(sight), query)
    return Counter(
        one.record.visit_id
        for one in found
        if isinstance(one.record, Report) and not one.record.duplicate_of
    )
