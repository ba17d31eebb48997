"""From routes to a plan: times, value, and why each candidate that is left out is left out.

Takes the order of visits in each shift, gives a `Plan` that says something of every candidate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from geo_risk.errors import InfeasiblePlanError
from geo_risk.visits.problem import (
    Candidate,
    LeftOut,
    Plan,
    Problem,
    Route,
    Shift,
    Stop,
    first_start,
    timed,
)


def assemble(
    problem: Problem,
    orders: Mapping[str, Sequence[str]],
    *,
    bound: float = float("inf"),
    solver: str = "",
) -> Plan:
    """Give the plan of routes given by the order of their visits.

    Parameters
    ----------
    problem
        What is planned.
    orders
        Shift id to candidate ids; shifts that are not named are empty.
    bound, solver
        As in `Plan`.

    Returns
    -------
    Plan

    Raises
    ------
    InfeasiblePlanError
        When a route cannot be kept.
    """
    routes, value = [], 0.0
    for shift in problem.shifts:
        order = orders.get(shift.id, ())
        route = timed(problem, shift, order)
        if route is None:
            raise InfeasiblePlanError(
                f"The visits {', '.join(order)} do not fit in shift {shift.id}.",
                "Leave one out, or give the shift more time.",
            )
        routes.append(route)
        value += sum(max(0.0, problem.worth(problem.candidate[one], shift)) for one in order)
    left = explain(problem, routes)
    return Plan(tuple(routes), tuple(left), value, max(bound, value), solver)


def explain(problem: Problem, routes: Sequence[Route]) -> list[LeftOut]:
    """Say of every candidate that is in no route why, in the problem's order."""
    stops = {route.shift_id: route.stops for route in routes}
    visited = {stop.candidate_id for some in stops.values() for stop in some}
    least = {
        name: min((problem.candidate[stop.candidate_id] for stop in some), key=_rank)
        for name, some in stops.items()
        if some
    }
    return [_why(problem, one, stops, least) for one in problem.candidates if one.id not in visited]


def _why(
    problem: Problem,
    one: Candidate,
    stops: Mapping[str, Sequence[Stop]],
    least: Mapping[str, Candidate],
) -> LeftOut:
    reason, shifts = _never(problem, one)
    if reason:
        return LeftOut(one.id, reason)
    if not one.windows:
        others = [least[shift.id] for shift in shifts if shift.id in least]
        return LeftOut(one.id, "worth_less", min(others, key=_rank).id if others else "")
    inside = [
        problem.candidate[stop.candidate_id]
        for shift in shifts
        for stop in stops.get(shift.id, ())
        if _meets(one, stop)
    ]
    first = [other for other in inside if other.tier >= one.tier and other.windows]
    if first:
        return LeftOut(one.id, "clash", max(first, key=_rank).id)
    return LeftOut(one.id, "worth_less", min(inside, key=_rank).id if inside else "")


def _never(problem: Problem, one: Candidate) -> tuple[str, list[Shift]]:
    """Give why no plan could have it, or the shifts that could."""
    if not problem.shifts:
        return "no_officers", []
    if one.place is None:
        return "nowhere", []
    shifts = [shift for shift in problem.shifts if problem.worth(one, shift) >= 0]
    if not shifts:
        return "nobody_may", []
    if one.windows and all(end < begin for begin, end in one.windows):
        return "never_open", []
    within = [shift for shift in shifts if _opens_in(one, shift)]
    if not within:
        return "outside_shifts", []
    travel, place = problem.travel_s, one.place
    reached = [
        shift
        for shift in within
        if travel[shift.begin_place, place] >= 0 and travel[place, shift.end_place] >= 0
    ]
    if not reached:
        return "unreachable", []
    alone = [shift for shift in reached if timed(problem, shift, (one.id,)) is not None]
    return ("", alone) if alone else ("too_long", [])


def _opens_in(one: Candidate, shift: Shift) -> bool:
    start = first_start(one, shift.start_s)
    return start is not None and start < shift.end_s


def _meets(one: Candidate, stop: Stop) -> bool:
    """Say whether a stop takes time in which the candidate could have begun or been under way."""
    return any(
        begin < stop.end_s and stop.start_s < end + one.service_s for begin, end in one.windows
    )


def _rank(one: Candidate) -> tuple[int, float]:
    return int(one.tier), one.prize / one.service_s
