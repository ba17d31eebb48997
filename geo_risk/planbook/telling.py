"""How often hazards occur, told from what the store holds of visits drawn by lot.

Takes days, gives estimates of `visits.prevalence`. A week with a plan is told from its draws, made
or not; visits by lot of other days, from a file say, by the probability that stands on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, cast

from geo_risk.casework import zones_at
from geo_risk.planbook.keeping import PLAN, Kept, kept_plan
from geo_risk.planbook.linking import random_visits
from geo_risk.planbook.reading import READER
from geo_risk.records import PatrolZone, Report, Visit, VisitReason
from geo_risk.store import Query, Stored
from geo_risk.visits.prevalence import Prevalence, RandomVisit, estimate_prevalence

if TYPE_CHECKING:
    from geo_risk.park import ParkFile
    from geo_risk.store import Store


def prevalence(store: Store, park: ParkFile, first: date, last: date) -> list[Prevalence]:
    """Estimate how often hazards occur from what was drawn by lot in some days.

    Parameters
    ----------
    store, park
        Whose.
    first, last
        Days, both included; a plan counts on its first day, whole.

    Returns
    -------
    list of Prevalence
        As `estimate_prevalence`; what a plan drew and nobody visited is counted there.
    """
    told: list[RandomVisit] = []
    planned: set[date] = set()
    for key in store.document_keys(PLAN):
        begin = date.fromisoformat(key)
        if begin > last:
            continue
        kept = kept_plan(store, key)
        planned |= {begin + timedelta(days=number) for number in range(kept.plan.days)}
        if begin >= first:
            told += _of_week(store, park, kept)
    return estimate_prevalence([*told, *_without_plan(store, park, first, last, planned)])


def _without_plan(
    store: Store, park: ParkFile, first: date, last: date, planned: set[date]
) -> list[RandomVisit]:
    begin, end = (
        datetime.combine(day, time(), tzinfo=park.zone) for day in (first, last + timedelta(days=1))
    )
    query = Query(
        "visits", time_from=begin, time_to=end, filters={"reason": VisitReason.RANDOM.value}
    )
    found = cast("list[Stored[Visit]]", store.find(query, actor=READER))
    found = [
        one
        for one in found
        if one.record.looked
        and one.record.selection_probability is not None
        and begin <= one.record.start < end
        and one.record.start.astimezone(park.zone).date() not in planned
    ]
    if not found:
        return []
    everywhere = store.find(Query("zones"), actor=READER)
    zones = zones_at(
        [one.place for one in found],
        [one.record.start for one in found],
        cast("list[PatrolZone]", [one.record for one in everywhere]),
    )
    visits = [one.record for one in found]
    counts = _counts(store, visits)
    return [
        RandomVisit(one.premises_id, zone, one.selection_probability or 1.0, *counts[one.id])
        for one, zone in zip(visits, zones, strict=True)
    ]


def _of_week(store: Store, park: ParkFile, kept: Kept) -> list[RandomVisit]:
    made = {one.premises_id: one for one in reversed(random_visits(store, park, kept))}
    counts = _counts(store, list(made.values()))
    told = []
    for drawn in kept.basis.drawn:
        visit = made.get(drawn.premises_id)
        found = (None, None) if visit is None else counts[visit.id]
        told.append(RandomVisit(drawn.premises_id, drawn.zone_id, drawn.probability, *found))
    return told


def _counts(store: Store, visits: Sequence[Visit]) -> dict[str, tuple[int, int]]:
    """Count hazards, and majors among them: as the visit says, else as reports that name it."""
    told = _reported(store, [one.id for one in visits if one.found is None])
    for one in visits:
        if one.found is not None:
            all_ = one.found.major + one.found.general + one.found.minor
            told[one.id] = (all_, one.found.major)
    return {one.id: told.get(one.id, (0, 0)) for one in visits}


def _reported(store: Store, visit_ids: list[str]) -> dict[str, tuple[int, int]]:
    """Count hazards, and majors among them, that reports say visits found."""
    if not visit_ids:
        return {}
    query = Query("reports", filters={"kind": "hazard", "visit_id": tuple(visit_ids)})
    counts: dict[str, tuple[int, int]] = {}
    for one in store.find(query, actor=READER):
        report = cast("Report", one.record)
        if report.duplicate_of:
            continue
        hazards, majors = counts.get(report.visit_id, (0, 0))
        counts[report.visit_id] = (hazards + 1, majors + (report.severity == "major"))
    return counts
