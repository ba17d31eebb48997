"""Who asked for a visit: overdue hazards, slips, orders, promises; and where another should go.

Takes records and the plan's clock, gives asks of `candidates`. What was visited since the plan
began is not asked for again, but for a time that was agreed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo_risk.casework import due_of
from geo_risk.orders import OrderState
from geo_risk.records import CaseState, Channel, Severity, VisitReason
from geo_risk.records.deadlines import is_overdue
from geo_risk.visits.candidates import Ask
from geo_risk.visits.problem import DAY_S, Tier

if TYPE_CHECKING:
    from datetime import datetime

    from geo_risk.park import ParkFile
    from geo_risk.planbook.clock import Clock
    from geo_risk.planbook.reading import Shelf
    from geo_risk.planbook.request import Appointment, PlanRequest
    from geo_risk.records import Order, Report

_SEEN = frozenset({Channel.VISIT.value, Channel.SELF_REPORT.value})


@dataclass(frozen=True)
class Now:
    """The moment a plan is made, its clock, and how long it is."""

    at: datetime
    clock: Clock
    days: int

    @property
    def seconds(self) -> int:
        """Now, or the plan's beginning where that is later, on the plan's clock."""
        return max(0, self.clock.seconds(self.at))

    @property
    def end_s(self) -> int:
        """Where the plan ends."""
        return self.days * DAY_S


def gather_asks(
    shelf: Shelf,
    park: ParkFile,
    request: PlanRequest,
    now: Now,
    visited: Collection[str] = (),
) -> list[Ask]:
    """Give everything that asks for a visit in a plan's days.

    Parameters
    ----------
    shelf, park, request
        Records; due dates, minutes of an appointment; agreed times.
    now
        What is overdue, and what is over.
    visited
        Premises visited since the plan began.

    Returns
    -------
    list of Ask
        Hazards past their due date (`MUST`), majors that only others told of (`MUST`), rectified
        hazards to see again; slips under way (`MUST`); orders: an accepted one with a time is an
        appointment, without one owed; guidance to be followed up (`MUST`); agreed times.
    """
    asks = [
        *_of_hazards(shelf, park, now),
        *(
            Ask(home, VisitReason.SLIP, Tier.MUST, one.slip_id)
            for one in shelf.slips
            if (home := shelf.homes.get(one.enterprise_id))
        ),
        *_of_orders(shelf, park, now, {one.source_id for one in request.appointments}),
        *(
            Ask(home, VisitReason.GUIDANCE, Tier.MUST, one.guidance_id)
            for one in shelf.follow_ups
            if (home := shelf.homes.get(one.enterprise_id))
            and now.clock.seconds(one.due) <= now.end_s
        ),
    ]
    asks = [one for one in asks if one.windows or one.premises_id not in visited]
    agreed = (_agreed(one, park, now) for one in request.appointments)
    return [*asks, *(one for one in agreed if not _is_done(one, visited, now))]


def cross_wanted(shelf: Shelf) -> dict[str, str]:
    """Give premises where another looker is wanted, with their enterprise."""
    return {
        home: firm for firm in shelf.cross_visits if (home := shelf.homes.get(firm)) is not None
    }


def _of_hazards(shelf: Shelf, park: ParkFile, now: Now) -> Iterable[Ask]:
    for one in shelf.open_hazards:
        where = one.premises_id or shelf.homes.get(one.enterprise_id, "")
        if where not in shelf.premises:
            continue
        due = one.due or due_of(one, park)
        overdue = is_overdue(due, now.at)
        seen = one.channel in _SEEN or bool(one.visit_id)
        grave = one.severity is Severity.MAJOR and not seen
        waits = one.state == CaseState.RECHECKING.value
        if not (overdue or waits or not seen):
            continue
        yield Ask(
            where,
            VisitReason.RECHECK if seen or waits else VisitReason.COMPLAINT,
            Tier.MUST if overdue or grave else Tier.OPTIONAL,
            one.id,
            _points(one, park),
        )


def _points(one: Report, park: ParkFile) -> float:
    return park.severity.points(one.severity.value if one.severity else None)


def _is_done(one: Ask, visited: Collection[str], now: Now) -> bool:
    return one.premises_id in visited and max(end for _, end in one.windows) < now.seconds


def _of_orders(shelf: Shelf, park: ParkFile, now: Now, agreed: Collection[str]) -> Iterable[Ask]:
    for one in shelf.orders:
        home = shelf.homes.get(one.enterprise_id)
        if home is None or one.id in agreed:
            continue
        window = _window(one, park, now)
        if window is not None and window[0] >= now.end_s:
            continue  # of a later plan
        if window is not None and window[1] < now.seconds:
            window = None  # it passed, and nobody came
        accepted = one.state == OrderState.ACCEPTED
        tier = Tier.OPTIONAL
        if accepted:
            tier = Tier.MUST if window is None else Tier.APPOINTMENT
        who = shelf.promised.get(one.id) if window is not None else None
        yield Ask(
            home,
            VisitReason.ORDER,
            tier,
            one.id,
            windows=() if window is None else (window,),
            officer_ids=(who,) if who else (),
        )


def _window(one: Order, park: ParkFile, now: Now) -> tuple[int, int] | None:
    """Give when a visit may begin: as wished; one time alone holds some minutes either side."""
    if one.window_from is None and one.window_to is None:
        return None
    moments = [moment for moment in (one.window_from, one.window_to) if moment is not None]
    begin, end = now.clock.seconds(moments[0]), now.clock.seconds(moments[-1])
    slack = 60 * park.plan.appointment_minutes
    return (begin - slack, begin + slack) if end - begin < 2 * slack else (begin, end)


def _agreed(one: Appointment, park: ParkFile, now: Now) -> Ask:
    at, slack = now.clock.seconds(one.at), 60 * park.plan.appointment_minutes
    return Ask(
        one.premises_id,
        VisitReason.ORDER,
        Tier.APPOINTMENT,
        one.source_id,
        windows=((at - slack, at + slack),),
        officer_ids=one.officer_ids,
    )
