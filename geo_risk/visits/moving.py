"""Room made in a shift for one visit that is wanted there, at the least cost.

Takes a problem in which the visit may begin within its wish only, and the plan as it was; gives the
plan with the visit in its new place. What had to make way is in no route any more: whether it finds
another place is for `replan` to see. Nothing here depends on time or chance, so what is shown
before a decision is what is kept after it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from geo_risk.visits.problem import LeftOut, Plan, Problem, Route, Shift, orders_of, timed
from geo_risk.visits.solve import kept

MOST_WAY = 3
"""At most so many visits make way for one."""

Cost = tuple[int, float, int, int]


def make_room(
    problem: Problem, plan: Plan, candidate_id: str, fixed: Collection[str] = ()
) -> Plan | None:
    """Put a visit where its windows and officers allow, and nowhere else.

    Parameters
    ----------
    problem
        As it now is: the visit wanted at its new time, confirmed visits tied to theirs.
    plan
        As it was.
    candidate_id
        Which visit.
    fixed
        Candidates that never make way.

    Returns
    -------
    Plan or None
        With the visit in the shift where the least makes way: nothing, else visits of the lowest
        tier, of them those of least worth. None: there is no room whatever makes way.
    """
    before = {
        shift: tuple(one for one in order if one != candidate_id)
        for shift, order in orders_of(plan).items()
    }
    stays = kept(problem, before)
    wanted = problem.candidate[candidate_id]
    best: tuple[Cost, str, tuple[str, ...]] | None = None
    for shift in problem.shifts:
        if problem.worth(wanted, shift) < 0:
            continue
        order = stays.get(shift.id, ())
        for cost, found in _ways(problem, shift, order, candidate_id, fixed):
            if best is None or cost < best[0]:
                best = cost, shift.id, found
    if best is None:
        return None
    return _with_order(problem, plan, {**before, best[1]: best[2]}, candidate_id)


def _ways(
    problem: Problem,
    shift: Shift,
    order: Sequence[str],
    wanted: str,
    fixed: Collection[str],
) -> Iterator[tuple[Cost, tuple[str, ...]]]:
    """Give orders of a shift with the visit in them, what each costs first; the fewest gone."""
    may_go = [one for one in order if one not in fixed]
    for many in range(min(MOST_WAY, len(may_go)) + 1):
        found = False
        for gone in combinations(may_go, many):
            rest = [one for one in order if one not in gone]
            for place in range(len(rest) + 1):
                attempt = (*rest[:place], wanted, *rest[place:])
                route = timed(problem, shift, attempt)
                if route is None:
                    continue
                found = True
                start = next(one.start_s for one in route.stops if one.candidate_id == wanted)
                yield (*_worth(problem, shift, gone), start, route.back_s), attempt
        if found:
            return


def _worth(problem: Problem, shift: Shift, gone: Sequence[str]) -> tuple[int, float]:
    """Say what makes way: the highest tier, and what it all brings; nothing is below any tier."""
    some = [problem.candidate[one] for one in gone]
    tier = max((int(one.tier) for one in some), default=-1)
    return tier, sum(problem.worth(one, shift) for one in some)


def _with_order(
    problem: Problem, plan: Plan, orders: Mapping[str, Sequence[str]], wanted: str
) -> Plan:
    """Give the plan with other orders, at the times it had; the wanted visit is nothing new."""
    times = {stop.candidate_id: stop for _, stop in plan.visits}
    routes = []
    for name, order in orders.items():
        shift = problem.shift.get(name)
        route = None if shift is None or wanted not in order else timed(problem, shift, order)
        stops = route.stops if route else tuple(times[one] for one in order)
        routes.append(Route(name, stops, stops[-1].end_s if stops else 0))
    left = tuple(one for one in plan.left_out if one.candidate_id != wanted)
    return replace(plan, routes=tuple(routes), left_out=left)


def why_not(plan: Plan, candidate_id: str) -> LeftOut | None:
    """Give why a plan leaves a visit out, None where it does not."""
    return next((one for one in plan.left_out if one.candidate_id == candidate_id), None)
