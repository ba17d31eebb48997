"""Where everybody is when a plan is changed: in a visit, on the way to one, or where the last was.

Takes the plan as it was and the moment, gives visits that go on as planned and where each officer
is free again. A visit that was written down is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from geo_risk.planbook.linking import visited_in

if TYPE_CHECKING:
    from datetime import datetime

    from geo_risk.planbook.clock import Clock
    from geo_risk.planbook.keeping import Kept
    from geo_risk.planbook.request import Change, PlanRequest
    from geo_risk.store import Store
    from geo_risk.visits.week import PlannedVisit


@dataclass(frozen=True)
class Standing:
    """Where everybody is.

    Parameters
    ----------
    under_way
        Visits that are being made, or that somebody is on the way to.
    held
        Officer to (premises, until when on the plan's clock).
    """

    under_way: tuple[PlannedVisit, ...]
    held: dict[str, tuple[str, int]]

    @property
    def under_way_ids(self) -> frozenset[str]:
        """Their candidates."""
        return frozenset(one.candidate_id for one in self.under_way)


def standing_at(
    store: Store, old: Kept, request: PlanRequest, what: Change, clock: Clock, now: datetime
) -> Standing:
    """Say who is where now.

    Parameters
    ----------
    store
        Visits written down.
    old, request, what
        The plan as it was; what is asked of it now; what is new in that.
    clock, now
        Of the plan.

    Returns
    -------
    Standing
        A visit whose planned time is now is under way unless it was written down already. Who has
        left for the next one goes there, unless away by then. Anybody else is where the last visit
        was.
    """
    visited = visited_in(store, clock, now)
    agreed = {one.premises_id for one in what.appointments}
    under_way, held = [], {}
    for one in sorted(old.plan.visits, key=lambda one: one.start):
        if one.premises_id not in visited and (
            one.start <= now < one.end
            or (one.premises_id not in agreed and _is_bound_for(one, request, now))
        ):
            under_way.append(one)
            held[one.officer_id] = (one.premises_id, clock.seconds(one.end))
        elif one.start <= now and _same_day(one.start, now, clock):
            held[one.officer_id] = (one.premises_id, clock.seconds(now))
    return Standing(tuple(under_way), held)


def _is_bound_for(one: PlannedVisit, request: PlanRequest, now: datetime) -> bool:
    """Say whether the officer has left for a visit, and will be there."""
    left = one.arrive - timedelta(seconds=one.travel_s)
    away = any(
        some.begin < one.end and some.end > now
        for some in request.absences
        if some.officer_id == one.officer_id
    )
    return left <= now < one.start and not away


def _same_day(one: datetime, other: datetime, clock: Clock) -> bool:
    return one.astimezone(clock.zone).date() == other.astimezone(clock.zone).date()
