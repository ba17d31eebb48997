"""A plan made again when the day changes, with as little change as can be.

Takes the problem as it now is and the plan as it was, gives a plan. What of the old one can be kept
stands first; gaps are filled; then visits are exchanged where that brings more than it disturbs. A
confirmed visit is never moved. Of the others at most a stated share changes its shift: if the
search changes more, staying is worth more, until it does not.
"""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from geo_risk.errors import InputError
from geo_risk.visits.arrays import Arrays, make_arrays
from geo_risk.visits.assemble import assemble
from geo_risk.visits.problem import Candidate, Plan, Problem, Tier, orders_of
from geo_risk.visits.search import Orders, SearchParams, Watch, fill, search_all, value_of
from geo_risk.visits.solve import kept

_STAYING = (0.3, 1.0, 3.0)
"""What it is worth that a visit stays in its shift, in mean prizes; tried one after the other."""


def replan(
    problem: Problem,
    plan: Plan,
    *,
    fixed: Collection[str] = (),
    seconds: float = 0.3,
    seed: int = 0,
    keep_share: float = 0.9,
) -> Plan:
    """Change a plan.

    Parameters
    ----------
    problem
        As it now is: without the shifts of who is absent, without visits that are done, with new
        candidates; a shift that is under way begins now, where the officer is.
    plan
        As it was.
    fixed
        Candidates whose time was confirmed: same officer, same second, or not at all.
    seconds
        No longer than that; 0 keeps what can be kept and fills the gaps.
    seed
        Of chance.
    keep_share
        Of the visits that could stay, at least so many stay in their shift, in [0, 1].

    Returns
    -------
    Plan
        Checked against the problem given, fixed visits where they were.

    Raises
    ------
    InputError
        When `keep_share` is no share.
    """
    if not 0 <= keep_share <= 1:
        raise InputError(f"A share of {keep_share} to keep.", "Give a share between 0 and 1.")
    begun = time.monotonic()
    held = _hold(problem, plan, fixed)
    before = orders_of(plan)
    stays = kept(held, before)
    arrays = make_arrays(held)
    if not arrays.ids:
        return assemble(problem, {}, solver="none")
    best = fill(arrays, stays)
    free = {one: shift for shift, some in stays.items() for one in some if one not in fixed}
    may_move = math.floor((1.0 - keep_share) * len(free) + 1e-9)
    value = value_of(arrays, best)
    for number, staying in enumerate(_STAYING):
        until = begun + seconds * (number + 1) / len(_STAYING)
        left = until - time.monotonic()
        if left <= 0:
            continue
        tied = _tie(arrays, free, staying)
        found = search_all(
            tied, best, SearchParams(hot=0.05), Watch(time.monotonic(), left), seed + number
        )
        if _moved(found, free) <= may_move and value_of(arrays, found) > value:
            best, value = found, value_of(arrays, found)
    return assemble(problem, best, timing=held, solver="replan")


def changed(before: Mapping[str, Sequence[str]], after: Mapping[str, Sequence[str]]) -> set[str]:
    """Give the candidates of the earlier routes that are not in the same shift any more."""
    return {
        one for shift, some in before.items() for one in some if one not in after.get(shift, ())
    }


def _hold(problem: Problem, plan: Plan, fixed: Collection[str]) -> Problem:
    """Tie confirmed visits to their officer and their second."""
    officer = {shift: one.officer_id for shift, one in problem.shift.items()}
    times = {
        stop.candidate_id: (stop.start_s, officer.get(shift, ""))
        for shift, stop in plan.visits
        if stop.candidate_id in fixed
    }

    def held(one: Candidate) -> Candidate:
        if one.id not in times:
            return one
        start, who = times[one.id]
        return replace(one, windows=((start, start),), only=(who,), tier=Tier.APPOINTMENT)

    return replace(problem, candidates=tuple(held(one) for one in problem.candidates))


def _tie(arrays: Arrays, where: Mapping[str, str], staying: float) -> Arrays:
    """Make it worth something that visits stay where they are."""
    bonus = arrays.bonus.copy()
    row = {one: k for k, one in enumerate(arrays.shift_ids)}
    some = arrays.worth[arrays.worth > 0]
    extra = staying * (float(some.mean()) if some.size else 1.0)
    for number, one in enumerate(arrays.ids):
        if one in where:
            bonus[number, row[where[one]]] += extra
    return replace(arrays, bonus=bonus)


def _moved(orders: Orders, where: Mapping[str, str]) -> int:
    now = {one: shift for shift, some in orders.items() for one in some}
    return sum(now.get(one) != shift for one, shift in where.items())
