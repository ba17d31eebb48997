"""A plan made again when the day changes, with as little change as can be.

Takes the problem as it now is and the plan as it was, gives a plan. What of the old one can be kept
stands first. Only the shifts that the change reaches (`reach`) are filled and exchanged; the others
keep every visit at its second. A confirmed visit is never moved. Of the rest at most a stated share
changes: if the search changes more, staying is worth more, until it does not.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from geo_risk.errors import InputError
from geo_risk.visits.arrays import Arrays
from geo_risk.visits.assemble import assemble
from geo_risk.visits.problem import Candidate, Plan, Problem, Tier, orders_of
from geo_risk.visits.reach import find_reach
from geo_risk.visits.scope import Scope
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
        As it was: what it visited or left out is not new; what is in neither needs a place.
    fixed
        Candidates whose time was confirmed: same officer, same second, or not at all.
    seconds
        No longer than that; 0 keeps what can be kept and fills the gaps.
    seed
        Of chance.
    keep_share
        Of the visits that could stay, at least so many stay in their shift, in [0, 1]; and of those
        in shifts that nothing happened to, so many begin at the same second. Only what must be
        visited may ask more of the latter.

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
    held = hold(problem, plan, fixed)
    stays = kept(held, orders_of(plan))
    reach = find_reach(held, plan, stays)
    scope = Scope(held, stays, reach, frozenset(fixed), 1.0 - keep_share)
    if not scope.arrays.ids:
        return assemble(problem, stays, timing=held, solver="replan" if stays else "none")
    best = _search(scope, begun, seconds, seed)
    return assemble(problem, {**stays, **best}, timing=held, solver="replan")


def changed(before: Mapping[str, Sequence[str]], after: Mapping[str, Sequence[str]]) -> set[str]:
    """Give the candidates of the earlier routes that are not in the same shift any more."""
    return {
        one for shift, some in before.items() for one in some if one not in after.get(shift, ())
    }


def hold(problem: Problem, plan: Plan, fixed: Collection[str]) -> Problem:
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


def _search(scope: Scope, begun: float, seconds: float, seed: int) -> Orders:
    """Fill the open shifts, then exchange; of what changes little enough the best."""
    arrays = scope.arrays
    best = fill(arrays, scope.orders)
    if scope.reach.is_quiet:
        return best
    rank = _rank(scope, best)
    for number, staying in enumerate(_STAYING):
        until = begun + seconds * (number + 1) / len(_STAYING)
        left = until - time.monotonic()
        if left <= 0:
            continue
        watch = Watch(time.monotonic(), left)
        params = SearchParams(hot=0.05)
        found = search_all(_tie(scope, staying), best, params, watch, seed + number)
        found = scope.settled(found)
        if scope.accepts(found) and _rank(scope, found) > rank:
            return found
    return best


def _rank(scope: Scope, orders: Orders) -> tuple[int, bool, float]:
    """Say how good routes are: what must be visited, little delayed, worth."""
    placed = {one for some in orders.values() for one in some}
    musts = sum(scope.held.candidate[one].tier >= Tier.MUST for one in placed)
    return musts, scope.is_calm(orders), value_of(scope.arrays, orders)


def _tie(scope: Scope, staying: float) -> Arrays:
    """Make it worth something that visits stay where they are; confirmed ones, more than all."""
    arrays = scope.arrays
    bonus = arrays.bonus.copy()
    row = {one: k for k, one in enumerate(arrays.shift_ids)}
    number = {one: k for k, one in enumerate(arrays.ids)}
    some = arrays.worth[arrays.worth > 0]
    extra = staying * (float(some.mean()) if some.size else 1.0)
    everything = float(bonus.max(axis=1, initial=0.0).sum()) + 1.0
    for shift, order in scope.orders.items():
        for one in order:
            bonus[number[one], row[shift]] += everything if one in scope.fixed else extra
    return replace(arrays, bonus=bonus)
