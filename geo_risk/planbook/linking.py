"""From a plan to the visits that were made: reason and probability of each, what it serves.

What is written on a visit follows from the plan, never from who types it in: a visit is random only
where the lot drew its premises, with the probability with which it did, and once a week.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from geo_risk import guidancebook, orderbook
from geo_risk.errors import InputError
from geo_risk.orders import WAITING, OrderState
from geo_risk.planbook.clock import Clock
from geo_risk.planbook.keeping import Kept, newest
from geo_risk.planbook.reading import READER
from geo_risk.records import Order, Visit, VisitReason
from geo_risk.store import Query, Update

if TYPE_CHECKING:
    from geo_risk.park import ParkFile
    from geo_risk.records import Actor, Record
    from geo_risk.store import Store

_FOLLOWS = frozenset({VisitReason.ROUTINE, VisitReason.RANDOM})
"""A visit said to be one of these is what the plan says it is."""


@dataclass(frozen=True)
class Planned:
    """What a plan says of a visit to a premises.

    Parameters
    ----------
    visit_id
        The planned visit; '' where the lot drew it and the plan had no time for it.
    reason, selection_probability
        As they are to be written on the visit.
    source_ids
        Slips, orders, hazards that asked for it.
    """

    visit_id: str
    reason: VisitReason
    selection_probability: float | None = None
    source_ids: tuple[str, ...] = ()


class Linked(NamedTuple):
    """A visit as the plan has it, orders that it completes, and everything that asked for it."""

    visit: Visit
    updates: list[Update]
    source_ids: tuple[str, ...] = ()


def planned_for(
    store: Store, park: ParkFile, premises_id: str, day: date, wanted: str = ""
) -> Planned | None:
    """Give what the plan that covers a day says of a visit to a premises; None: nothing.

    A premises that the lot drew is random once: the first visit of the plan's days. Of several that
    are planned there it is the `wanted` one, else the one nearest to the day.
    """
    kept = newest(store, day)
    if kept is None:
        return None
    here = [one for one in kept.plan.visits if one.premises_id == premises_id]
    here.sort(
        key=lambda one: (
            one.id != wanted,
            abs((one.start.astimezone(park.zone).date() - day).days),
            one.start,
        )
    )
    drawn = next((one for one in kept.basis.drawn if one.premises_id == premises_id), None)
    is_random = drawn is not None and not _was_random(store, park, kept, premises_id)
    if drawn is not None and is_random:
        planned = here[0] if here else None
        return Planned(
            planned.id if planned else "",
            VisitReason.RANDOM,
            drawn.probability,
            planned.source_ids if planned else (),
        )
    if not here:
        return None
    reason = VisitReason(here[0].reason)
    if reason is VisitReason.RANDOM:
        reason = VisitReason.ROUTINE
    return Planned(here[0].id, reason, None, here[0].source_ids)


def linked(store: Store, park: ParkFile, visit: Visit) -> Linked:
    """Give a visit as the plan has it, and what it serves.

    Parameters
    ----------
    store, park
        Whose.
    visit
        As somebody wrote it down.

    Returns
    -------
    visit
        With the planned visit that it was made for, and reason and probability of the plan where it
        says `routine` or `random`; another reason stays, without a probability.
    updates
        Of orders, to be written with it; none where nobody looked: the order still waits.
    source_ids
        Slips, orders, guidance and hazards that asked for the visit.

    Raises
    ------
    InputError
        When it says `random` and no lot drew it, or gives another probability than the lot's.
    """
    day = visit.start.astimezone(park.zone).date()
    planned = planned_for(store, park, visit.premises_id, day, visit.planned_id)
    drawn = planned is not None and planned.reason is VisitReason.RANDOM
    said = visit.selection_probability
    if visit.reason is VisitReason.RANDOM and not drawn:
        raise InputError(
            f"No lot of this week drew the premises {visit.premises_id!r}.",
            "Write routine: a visit is random only where chance decided.",
        )
    if said is not None and (planned is None or said != planned.selection_probability):
        raise InputError(
            f"selection_probability is {said}: the plan says "
            f"{None if planned is None else planned.selection_probability}.",
            "Leave it out: it is taken from the plan.",
        )
    visit = replace(visit, planned_id=planned.visit_id if planned else "")
    if planned is None:
        return Linked(visit, [])
    if visit.reason in _FOLLOWS:
        visit = replace(
            visit, reason=planned.reason, selection_probability=planned.selection_probability
        )
    updates = _completed(store, planned) if visit.looked else []
    return Linked(visit, updates, planned.source_ids)


def served_steps(store: Store, what: Linked, *, actor: Actor, at: datetime) -> list[Record]:
    """Give the steps of orders and of guidance that a visit serves, to be written with it.

    Parameters
    ----------
    store
        Of the park.
    what
        As `linked` gives it.
    actor, at
        Who writes the visit down, and when (zone-aware).
    """
    if not what.visit.looked:
        return []
    visit = what.visit
    return [
        *orderbook.completing_steps(store, what.updates, visit, actor=actor, at=at),
        *guidancebook.settling_steps(store, what.source_ids, visit, actor=actor, at=at),
    ]


def visited_in(store: Store, clock: Clock, until: datetime) -> frozenset[str]:
    """Give the premises where somebody looked since a plan began."""
    begin = clock.moment(0)
    if until <= begin:
        return frozenset()
    query = Query("visits", time_from=begin, time_to=until + timedelta(seconds=1))
    found = cast("list[Visit]", [one.record for one in store.find(query, actor=READER)])
    return frozenset(one.premises_id for one in found if one.looked and begin <= one.start <= until)


def random_visits(store: Store, park: ParkFile, kept: Kept) -> list[Visit]:
    """Give the visits of a plan's days that looked, written down as random; in order of time."""
    clock = Clock(kept.plan.first_day, park.zone)
    query = Query(
        "visits",
        time_from=clock.moment(0),
        time_to=clock.moment(kept.plan.days * 86_400),
        filters={"reason": VisitReason.RANDOM.value},
    )
    found = cast("list[Visit]", [one.record for one in store.find(query, actor=READER)])
    looked = [one for one in found if one.looked]
    return sorted(looked, key=lambda one: (one.start, one.id))


def _was_random(store: Store, park: ParkFile, kept: Kept, premises_id: str) -> bool:
    return any(one.premises_id == premises_id for one in random_visits(store, park, kept))


def _completed(store: Store, planned: Planned) -> list[Update]:
    if not planned.source_ids:
        return []
    found = store.find(Query("orders", ids=list(planned.source_ids)), actor=READER)
    return [
        Update("orders", one.record.id, {"state": OrderState.COMPLETED.value})
        for one in found
        if cast("Order", one.record).state in WAITING
    ]
