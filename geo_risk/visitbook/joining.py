"""Two officers at one visit are one record: which visit is it, and what the second adds to it.

Takes a visit as written down, gives the one that is there already: at the same premises at the same
time, or of the same planned visit on the same day. Only visits on which somebody looked are joined.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, cast

from geo_risk.records import Actor, Officer, Role, Visit, VisitOutcome
from geo_risk.store import Counted, Query, Stored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_risk.park import ParkFile
    from geo_risk.store import Store

READER = Actor(id="visitbook", role=Role.KEEPER, door="cli")
"""In whose name records are read without person data."""


def found_there(
    store: Store, park: ParkFile, visit: Visit
) -> tuple[Stored[Visit] | None, Counted | None]:
    """Give the visit to join, None for none; and what that rests on, to be checked when writing."""
    if not visit.looked:
        return None, None
    end = visit.end or visit.start
    midnight = datetime.combine(visit.start.astimezone(park.zone).date(), time(), park.zone)
    query = Query(
        "visits",
        time_from=midnight,
        time_to=max(midnight + timedelta(days=1), end + timedelta(seconds=1)),
        filters={"premises_id": visit.premises_id, "outcome": VisitOutcome.DONE.value},
    )
    found = cast("list[Stored[Visit]]", store.find(query, actor=READER))
    same = [one for one in found if one.record.source == "http" and _is_same(one.record, visit)]
    first = min(same, key=lambda one: (one.record.start, one.record.id), default=None)
    return first, Counted(query, len(found))


def added(store: Store, there: Visit, visit: Visit) -> dict[str, Any]:
    """Give what a second record changes in the first: who was there, how long, how much."""
    people = tuple(dict.fromkeys((*there.participant_ids, *visit.participant_ids)))
    ends = [one for one in (there.end, visit.end) if one is not None]
    checked = [one for one in (there.items_checked, visit.items_checked) if one is not None]
    standard = [one for one in (there.items_standard, visit.items_standard) if one is not None]
    said: dict[str, Any] = {
        "participant_ids": people,
        "team": team_of(store, people),
        "start": min(there.start, visit.start),
        "end": max(ends, default=None),
        "items_checked": max(checked, default=None),
        "items_standard": max(standard, default=None),
        "planned_id": there.planned_id or visit.planned_id,
    }
    return {name: value for name, value in said.items() if value != getattr(there, name)}


def team_of(store: Store, participant_ids: Sequence[str]) -> str:
    """Give the looker: the team all participants belong to, else their ids as one; '' for nobody.

    As visits from a file have it that name participants and no team.
    """
    if not participant_ids:
        return ""
    found = store.find(Query("officers", ids=list(participant_ids)), actor=READER)
    teams = {cast("Officer", one.record).team for one in found}
    (team,) = teams if len(teams) == 1 else ("",)
    return team or "+".join(sorted(participant_ids))


def _is_same(there: Visit, visit: Visit) -> bool:
    ends = there.end or there.start, visit.end or visit.start
    overlaps = there.start <= ends[1] and visit.start <= ends[0]
    return overlaps or bool(visit.planned_id and there.planned_id == visit.planned_id)
