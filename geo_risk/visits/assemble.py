"""From routes to a plan: times, value, and why each candidate that is left out is left out.

Takes the order of visits in each shift, gives a `Plan` that says something of every candidate.
"""

from __future__ import annotations

from collections import defaultdict
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
    timing: Problem | None = None,
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
    timing
        The same problem with stricter windows, by which visits are timed: a confirmed visit does
        not begin sooner because the one before it fell out.
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
        route = timed(timing or problem, shift, order)
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
    told = _Told(problem, routes)
    return [told.why(one) for one in problem.candidates if one.id not in told.visited]


class _Told:
    """What is looked at for every candidate, put in order once.

    Shifts of one officer, length and places differ in their day alone: a candidate without windows
    is tried in one of each kind.
    """

    def __init__(self, problem: Problem, routes: Sequence[Route]) -> None:
        self.problem = problem
        self.stops = {route.shift_id: route.stops for route in routes}
        self.visited = {stop.candidate_id for some in self.stops.values() for stop in some}
        kinds: dict[tuple[object, ...], list[Shift]] = defaultdict(list)
        for one in problem.shifts:
            length = one.end_s - one.start_s
            kinds[one.officer_id, one.zone_ids, length, one.begin_place, one.end_place].append(one)
        self.kinds = list(kinds.values())
        self.least = [self._least(shifts) for shifts in self.kinds]
        told = [(kind, some) for kind, some in enumerate(self.least) if some is not None]
        self.by_least = [kind for kind, _ in sorted(told, key=lambda two: _rank(two[1]))]

    def why(self, one: Candidate) -> LeftOut:
        """Say why a candidate is left out: the first of `REASONS` that holds."""
        if not one.windows and one.place is not None:
            for kind in self.by_least:  # nearly always one of the first: no need to try them all
                other = self.least[kind]
                if other is not None and self._could(one, one.place, kind):
                    return LeftOut(one.id, "worth_less", other.id)
        reason, kinds = self._never(one)
        if reason:
            return LeftOut(one.id, reason)
        if not one.windows:
            return LeftOut(one.id, "worth_less")
        inside = [
            self.problem.candidate[stop.candidate_id]
            for kind in kinds
            for shift in self.kinds[kind]
            for stop in self.stops.get(shift.id, ())
            if _meets(one, stop)
        ]
        first = [other for other in inside if other.tier >= one.tier and other.windows]
        if first:
            return LeftOut(one.id, "clash", max(first, key=_rank).id)
        return LeftOut(one.id, "worth_less", min(inside, key=_rank).id if inside else "")

    def _never(self, one: Candidate) -> tuple[str, list[int]]:
        """Give why no plan could have it, or the kinds of shifts that could."""
        problem = self.problem
        if not problem.shifts:
            return "no_officers", []
        if one.place is None:
            return "nowhere", []
        kinds = [k for k, some in enumerate(self.kinds) if problem.worth(one, some[0]) >= 0]
        if not kinds:
            return "nobody_may", []
        if one.windows and all(end < begin for begin, end in one.windows):
            return "never_open", []
        within = [k for k in kinds if any(_opens_in(one, shift) for shift in self.kinds[k])]
        if not within:
            return "outside_shifts", []
        reached = [k for k in within if self._has_way(one.place, self.kinds[k][0])]
        if not reached:
            return "unreachable", []
        alone = [k for k in reached if self._fits_alone(one, k)]
        return ("", alone) if alone else ("too_long", [])

    def _could(self, one: Candidate, place: int, kind: int) -> bool:
        shift = self.kinds[kind][0]
        return (
            self.problem.worth(one, shift) >= 0
            and self._has_way(place, shift)
            and self._fits_alone(one, kind)
        )

    def _has_way(self, place: int, shift: Shift) -> bool:
        travel = self.problem.travel_s
        there, back = travel[shift.begin_place, place], travel[place, shift.end_place]
        return bool(there >= 0 and back >= 0)

    def _fits_alone(self, one: Candidate, kind: int) -> bool:
        shifts = self.kinds[kind] if one.windows else self.kinds[kind][:1]
        return any(timed(self.problem, shift, (one.id,)) is not None for shift in shifts)

    def _least(self, shifts: Sequence[Shift]) -> Candidate | None:
        some = [
            self.problem.candidate[stop.candidate_id]
            for shift in shifts
            for stop in self.stops.get(shift.id, ())
        ]
        return min(some, key=_rank, default=None)


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
