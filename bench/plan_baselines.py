"""How a visit is chosen without a search: riskiest first, nearest first, best for its time first.

An officer stands somewhere and goes to the next visit; `next_first` takes the first of a rule that
can still be made in time, appointments kept. `inserted` is kinder to the rule: the next visit may
stand anywhere in the week where it costs least. All keep the windows, service times, tiers and
zones of the problem, and the same judge looks at them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from geo_risk.visits.arrays import make_arrays
from geo_risk.visits.assemble import assemble
from geo_risk.visits.problem import Candidate, Plan, Problem, Shift, Tier, timed
from geo_risk.visits.search import fill

Rule = Callable[[Candidate, float, int], float]
"""Candidate, what it brings here, seconds until it is over: the larger, the sooner it is made."""


def riskiest(_one: Candidate, worth: float, _seconds: int) -> float:
    """Go down the list of prizes."""
    return worth


def nearest(one: Candidate, _worth: float, seconds: int) -> float:
    """Go next door."""
    return -float(seconds - one.service_s)


def best_for_time(_one: Candidate, worth: float, seconds: int) -> float:
    """Go where an hour brings most."""
    return worth / seconds


def next_first(problem: Problem, rule: Rule, name: str) -> Plan:
    """Give the plan of officers who choose their next visit by a rule, tiers first."""
    orders: dict[str, tuple[str, ...]] = {}
    free = {one.id: one for one in problem.candidates if one.place is not None}
    for shift in sorted(problem.shifts, key=lambda one: (one.start_s, one.id)):
        may = [one for one in free.values() if problem.worth(one, shift) >= 0]
        kept = _appointments(problem, shift, may)
        order = _one_shift(problem, shift, [one for one in may if one.id not in kept], kept, rule)
        orders[shift.id] = order
        for one in order:
            del free[one]
    return assemble(problem, orders, solver=name)


def inserted(problem: Problem, by_worth: float, by_cost: float, name: str) -> Plan:
    """Give the plan of a rule whose next visit may stand anywhere in the week."""
    arrays = make_arrays(problem)
    return assemble(problem, fill(arrays, {}, by_worth, by_cost), solver=name)


def _appointments(problem: Problem, shift: Shift, may: Sequence[Candidate]) -> list[str]:
    kept: list[str] = []
    for one in sorted(
        (one for one in may if one.tier == Tier.APPOINTMENT), key=lambda one: one.windows
    ):
        if timed(problem, shift, [*kept, one.id]) is not None:
            kept.append(one.id)
    return kept


def _one_shift(
    problem: Problem, shift: Shift, may: Sequence[Candidate], kept: list[str], rule: Rule
) -> tuple[str, ...]:
    order, ahead, left = [], list(kept), list(may)
    while True:
        route = timed(problem, shift, order)
        if route is None:
            raise AssertionError(order)
        now = route.stops[-1].end_s if route.stops else shift.start_s
        here = shift.begin_place
        if order:
            here = problem.candidate[order[-1]].place or 0
        ranked = sorted(
            left,
            key=lambda one: (
                int(one.tier),
                rule(one, problem.worth(one, shift), _until(problem, here, now, one)),
                one.id,
            ),
            reverse=True,
        )
        chosen = next(
            (one for one in ranked if timed(problem, shift, [*order, one.id, *ahead]) is not None),
            None,
        )
        if chosen is not None:
            order.append(chosen.id)
            left.remove(chosen)
        elif ahead:
            order.append(ahead.pop(0))
        else:
            return tuple(order)


def _until(problem: Problem, here: int, now: int, one: Candidate) -> int:
    way = int(problem.travel_s[here, one.place or 0])
    begin = max([now + way, *(low for low, _ in one.windows[:1])])
    return max(1, begin - now + one.service_s) if way >= 0 else 10**9
