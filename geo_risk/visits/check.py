"""The judge of a visit plan: adds every time, window, zone and prize up again, and says what fails.

Takes a problem and a plan, gives faults. It shares nothing with the search but the values, and it
believes no number that it was handed: arrival, start and end are added up anew.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from geo_risk.visits.problem import Candidate, Plan, Problem, Route, Shift


@dataclass(frozen=True)
class Fault:
    """What is wrong with a plan.

    Parameters
    ----------
    code
        `unknown`, `twice`, `early`, `late`, `window`, `too_short`, `no_way`, `may_not`, `back`,
        `untold`, `told_twice`, `value`, `bound`.
    where
        Shift and candidate.
    """

    code: str
    where: str


def check(problem: Problem, plan: Plan) -> list[Fault]:
    """Give everything that is wrong with a plan; empty: it can be kept.

    Parameters
    ----------
    problem
        What was to be planned.
    plan
        What somebody says is a plan for it.

    Returns
    -------
    list of Fault
        By route and time; of the whole plan last.
    """
    faults: list[Fault] = []
    value = 0.0
    for route in plan.routes:
        shift = problem.shift.get(route.shift_id)
        if shift is None:
            faults.append(Fault("unknown", route.shift_id))
            continue
        faults += _of_route(problem, shift, route)
        value += sum(
            max(0.0, problem.worth(problem.candidate[stop.candidate_id], shift))
            for stop in route.stops
            if stop.candidate_id in problem.candidate
        )
    shifts = Counter(route.shift_id for route in plan.routes)
    faults += [Fault("twice", one) for one, many in shifts.items() if many > 1]
    visited = Counter(stop.candidate_id for _, stop in plan.visits)
    faults += [Fault("twice", one) for one, many in visited.items() if many > 1]
    told = Counter(one.candidate_id for one in plan.left_out)
    for one in problem.candidates:
        if not visited[one.id] and not told[one.id]:
            faults.append(Fault("untold", one.id))
        elif visited[one.id] and told[one.id]:
            faults.append(Fault("told_twice", one.id))
    if not math.isclose(value, plan.value, rel_tol=1e-9, abs_tol=1e-9):
        faults.append(Fault("value", f"{plan.value} is said, {value} is right"))
    if plan.bound < value * (1 - 1e-9) - 1e-9:
        faults.append(Fault("bound", f"{plan.bound} is below {value}"))
    return faults


def _of_route(problem: Problem, shift: Shift, route: Route) -> list[Fault]:
    faults = []
    free, here = shift.start_s, shift.begin_place
    for stop in route.stops:
        where = f"{shift.id} / {stop.candidate_id}"
        one = problem.candidate.get(stop.candidate_id)
        if one is None or one.place is None:
            faults.append(Fault("unknown", where))
            continue
        way = int(problem.travel_s[here, one.place])
        if way < 0:
            faults.append(Fault("no_way", where))
        elif stop.arrive_s < free + way:
            faults.append(Fault("early", where))
        if stop.start_s < stop.arrive_s:
            faults.append(Fault("early", where))
        if not _is_open(one, stop.start_s):
            faults.append(Fault("window", where))
        if stop.end_s < stop.start_s + one.service_s:
            faults.append(Fault("too_short", where))
        if problem.worth(one, shift) < 0:
            faults.append(Fault("may_not", where))
        free, here = max(free, stop.end_s), one.place
    way = int(problem.travel_s[here, shift.end_place]) if route.stops else 0
    if way < 0:
        faults.append(Fault("no_way", f"{shift.id} / back"))
    elif route.back_s < free + way:
        faults.append(Fault("back", shift.id))
    if max(free + max(way, 0), route.back_s) > shift.end_s:
        faults.append(Fault("late", shift.id))
    return faults


def _is_open(one: Candidate, start_s: int) -> bool:
    return not one.windows or any(begin <= start_s <= end for begin, end in one.windows)
