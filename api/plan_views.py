"""A kept visit plan for one reader, as JSON, with the names of what it names.

Takes a `Sight` and a `WeekPlan`, gives plain values cut to that reader. An officer reads its own
part; who sees no names (the analyst) reads neither officers nor times of day, for by these visits
could be sorted by who made them. Names, addresses and phones are read, and audited, only where the
sight allows it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from api.audience import without_persons
from api.reading import find_all
from geo_risk import crs
from geo_risk.records import Assignment, Enterprise, Officer, Order, PatrolZone, Premises, Role
from geo_risk.store import Query
from maps.stops import LeftView

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from api.audience import Sight
    from api.kept import KeptRecords
    from geo_risk.planbook import HeldMove
    from geo_risk.records import Actor
    from geo_risk.store import Store
    from geo_risk.visits.prevalence import Prevalence
    from geo_risk.visits.week import NotPlanned, PlannedVisit, WeekPlan

FIRST_TIERS = ("appointment", "must", "drawn")
"""What a reader must hear of by name when it is left out, in this order."""


@dataclass(frozen=True)
class PlanNames:
    """Records of what a plan names, as far as this reader may read them; `ordered` is services."""

    enterprises: Mapping[str, Enterprise]
    premises: Mapping[str, Premises]
    officers: Mapping[str, str]
    ordered: Mapping[str, str] = field(default_factory=dict)

    def of(self, enterprise_id: str) -> str:
        """Give the name of an enterprise, '' for those who see none."""
        one = self.enterprises.get(enterprise_id)
        return one.name if one else ""


def own_officers(kept: KeptRecords, actor: Actor, now: datetime) -> tuple[str, ...]:
    """Give the officers for whom a user speaks: the one of its id, else those of its zones."""
    officers = [one.record.id for one in kept.valid("officers", now)]
    if actor.id in officers:
        return (actor.id,)
    assigned = [one.record for one in kept.valid("assignments", now)]
    named = {
        one.officer_id: None
        for one in assigned
        if isinstance(one, Assignment) and one.zone_id in actor.zone_ids
    }
    return tuple(named)


def may_open(kept: KeptRecords, sight: Sight, officer_id: str, now: datetime) -> bool:
    """Say whether a reader may open one officer's plan."""
    actor = sight.actor
    if actor is None or "officers" not in sight.collections:
        return False
    return actor.role is not Role.OFFICER or officer_id in own_officers(kept, actor, now)


def cut_plan(plan: WeekPlan, kept: KeptRecords, sight: Sight, now: datetime) -> WeekPlan:
    """Give the part of a plan that a reader may see: all of it, or an officer's own."""
    if sight.actor is None or sight.actor.role is not Role.OFFICER:
        return plan
    own = set(own_officers(kept, sight.actor, now))
    return replace(
        plan,
        officer_ids=tuple(one for one in plan.officer_ids if one in own),
        visits=tuple(one for one in plan.visits if one.officer_id in own),
    )


def names_in(store: Store, sight: Sight, plan: WeekPlan) -> PlanNames:
    """Read what a plan names: enterprises and premises with person data, officers' names."""
    told = [one.enterprise_id for one in plan.visits]
    told += [one.enterprise_id for one in plan.left_out if one.tier in FIRST_TIERS]
    enterprises = _read(store, sight, "enterprises", told)
    premises = _read(store, sight, "premises", [one.premises_id for one in plan.visits])
    officers = _read(store, sight, "officers", list(plan.officer_ids))
    asked = [source for one in plan.visits for source in one.source_ids]
    orders = _read(store, without_persons(sight), "orders", asked)
    return PlanNames(
        {one.id: one for one in enterprises if isinstance(one, Enterprise)},
        {one.id: one for one in premises if isinstance(one, Premises)},
        {one.id: one.name or one.id for one in officers if isinstance(one, Officer)},
        {one.id: one.service for one in orders if isinstance(one, Order)},
    )


def plan_json(plan: WeekPlan, sight: Sight, names: PlanNames, datum: str) -> dict[str, Any]:
    """Give a plan as JSON; places in WGS-84.

    Parameters
    ----------
    plan
        Already cut to its reader.
    sight, names
        Who reads; what the plan names.
    datum
        The park's.
    """
    told = {
        "week": plan.first_day.isoformat(),
        "days": plan.days,
        "timezone": plan.timezone,
        "made_at": plan.made_at,
        "as_of": plan.as_of,
        "notes": plan.notes,
        "covered": plan.covered,
        "bound": plan.bound,
        "gap": gap_of(plan),
        "solver": plan.solver,
        "seconds": plan.seconds,
        "drawn": sum(one.selection_probability is not None for one in plan.visits),
        "left_out": [_left_json(one, names) for one in plan.left_out],
        "left_out_by_reason": left_by_reason(plan),
    }
    if "officers" not in sight.collections:
        rows = [_visit_json(one, plan, names, datum, whole=False) for one in plan.visits]
        return {**told, "officers": [], "visits": sorted(rows, key=lambda one: str(one["id"]))}
    officers = [
        {
            "id": one,
            "name": names.officers.get(one, ""),
            "visits": [
                _visit_json(visit, plan, names, datum)
                for visit in plan.visits
                if visit.officer_id == one
            ],
        }
        for one in plan.officer_ids
    ]
    return {**told, "officers": officers}


def moves_json(plan: WeekPlan, sight: Sight, moves: Sequence[HeldMove]) -> list[dict[str, Any]]:
    """Give what was moved by hand and whether the plan keeps it: nothing to who sees no officers.

    Parameters
    ----------
    plan
        Already cut to its reader: an officer reads of visits wanted of it only.
    sight, moves
        Who reads; of the whole plan.
    """
    if "officers" not in sight.collections:
        return []
    return [
        {
            "candidate_id": one.move.candidate_id,
            "visit_id": f"{plan.first_day.isoformat()}.{one.move.candidate_id}",
            "officer_id": one.move.officer_id,
            "at": one.move.at,
            "kept": one.kept,
            "reason": one.reason,
        }
        for one in moves
        if sight.reader.role is not Role.OFFICER or one.move.officer_id in plan.officer_ids
    ]


def gap_of(plan: WeekPlan) -> float | None:
    """Give how far the bound is above what the plan covers, as a share; None where not known."""
    if plan.bound is None or plan.covered <= 0:
        return None
    return max(0.0, plan.bound / plan.covered - 1.0)


def left_by_reason(plan: WeekPlan) -> dict[str, int]:
    """Count what was left out by reason, most first."""
    return dict(Counter(one.reason for one in plan.left_out).most_common())


def left_views(some: Sequence[NotPlanned], names: PlanNames) -> tuple[LeftView, ...]:
    """Give what was left out in words, in the order of tiers, then of what it would bring."""
    order = {tier: n for n, tier in enumerate(FIRST_TIERS)}
    told = sorted(some, key=lambda one: (order.get(one.tier, len(order)), -one.prize))
    return tuple(
        LeftView(names.of(one.enterprise_id) or one.enterprise_id, one.reason, one.tier)
        for one in told
    )


def difference(before: WeekPlan, after: WeekPlan) -> dict[str, Any]:
    """Say what a change did: visits by what became of them, and what the plan covers."""
    old = {one.id: (one.officer_id, one.start) for one in before.visits}
    new = {one.id: (one.officer_id, one.start) for one in after.visits}
    both = old.keys() & new.keys()
    kept = sum(old[one] == new[one] for one in both)
    return {
        "kept": kept,
        "moved": len(both) - kept,
        "added": len(new.keys() - old.keys()),
        "dropped": len(old.keys() - new.keys()),
        "covered_before": before.covered,
        "covered_after": after.covered,
    }


_COUNTS = ("kept", "moved", "added", "dropped")


def cost_text(before: WeekPlan, after: WeekPlan) -> str:
    """Give what a change did as a page hands it on: four counts, what is covered before, after."""
    told = difference(before, after)
    numbers = [str(told[one]) for one in _COUNTS]
    numbers += [f"{told[one]:.1f}" for one in ("covered_before", "covered_after")]
    return ",".join(numbers)


def prevalence_rows(
    found: Sequence[Prevalence], kept: KeptRecords, now: datetime
) -> list[dict[str, Any]]:
    """Give how often hazards occur as rows: the park first, then its zones."""
    zones = {
        one.record.id: one.record.name
        for one in kept.valid("zones", now)
        if isinstance(one.record, PatrolZone)
    }
    return [
        {
            "zone_id": one.zone_id,
            "zone": "全区" if one.zone_id is None else zones.get(one.zone_id) or one.zone_id,
            "hazards": one.hazards.value,
            "hazards_low": one.hazards.low,
            "hazards_high": one.hazards.high,
            "with_major": one.with_major.value,
            "with_major_low": one.with_major.low,
            "with_major_high": one.with_major.high,
            "visits": one.visits,
            "not_visited": one.not_visited,
        }
        for one in found
    ]


def _read(store: Store, sight: Sight, collection: str, ids: Sequence[str]) -> list[Any]:
    wanted = [one for one in dict.fromkeys(ids) if one]
    if not wanted:
        return []
    found = find_all(store, sight, Query(collection, ids=wanted))
    return [one.record for one in found]


def _visit_json(
    visit: PlannedVisit, plan: WeekPlan, names: PlanNames, datum: str, *, whole: bool = True
) -> dict[str, Any]:
    """Give a visit; without `whole` nothing by which it could be told who goes."""
    lon, lat = visit.lon, visit.lat
    if lon is not None and lat is not None:
        lon, lat = (round(float(one), 7) for one in crs.to_wgs84(lon, lat, datum))
    day = visit.start.astimezone(ZoneInfo(plan.timezone)).date().isoformat()
    told = {
        "id": visit.id,
        "day": day,
        "premises_id": visit.premises_id,
        "enterprise_id": visit.enterprise_id,
        "name": names.of(visit.enterprise_id),
        "zone_id": visit.zone_id,
        "reason": visit.reason,
        "tier": visit.tier,
        "prize": visit.prize,
        "parts": dict(visit.parts),
        "selection_probability": visit.selection_probability,
        "place_guessed": visit.place_guessed,
        "lon": lon,
        "lat": lat,
        "source_ids": visit.source_ids,
        "confirmed": visit.confirmed,
    }
    if not whole:
        return told
    return {
        **told,
        "shift_id": visit.shift_id,
        "order": visit.order,
        "arrive": visit.arrive,
        "start": visit.start,
        "end": visit.end,
        "travel_s": visit.travel_s,
        "window": visit.window,
    }


def _left_json(one: NotPlanned, names: PlanNames) -> dict[str, Any]:
    return {
        "candidate_id": one.candidate_id,
        "premises_id": one.premises_id,
        "enterprise_id": one.enterprise_id,
        "name": names.of(one.enterprise_id),
        "reason": one.reason,
        "gave_way_to": one.other_id,
        "tier": one.tier,
        "prize": one.prize,
        "source_ids": one.source_ids,
    }
