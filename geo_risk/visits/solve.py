"""The search for visit plans: the most prize in the shifts there are, within a stated time.

Takes a `Problem`, gives a `Plan` that `check` accepts. A greedy plan comes first, so that there
always is one; then each officer's own zones are searched, two at a time, then all together with two
seeds of chance, the better of which is given, if officers may cross zones. The loops are in
`loops`. With no time at all the greedy plan is given. Where time is not what ends
the search, the same problem and seed give the same plan.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from geo_risk.errors import InputError
from geo_risk.visits.arrays import Arrays, make_arrays
from geo_risk.visits.assemble import assemble
from geo_risk.visits.problem import Plan, Problem, Shift, Tier, orders_of, timed
from geo_risk.visits.search import (
    Orders,
    SearchParams,
    Watch,
    fill,
    search_all,
    search_alone,
)

_ALONE = 0.4
"""Share of the time for each officer's own zones, where officers may cross them."""


def solve(
    problem: Problem,
    *,
    seconds: float = 4.0,
    seed: int = 0,
    warm: Plan | None = None,
    params: SearchParams | None = None,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Plan:
    """Plan visits.

    Parameters
    ----------
    problem
        Candidates, shifts, travel.
    seconds
        No longer than that; 0 gives the greedy plan.
    seed
        Of chance.
    warm
        A plan to begin with; what of it can still be kept is kept.
    params
        How to search.
    progress
        Told the share that is done, 0 to 1.
    cancelled
        Asked now and then; when it says yes, the best plan so far is given.

    Returns
    -------
    Plan

    Raises
    ------
    InputError
        When the time is negative.
    """
    if not seconds >= 0:
        raise InputError(f"A search of {seconds} s.", "Give 0 seconds or more.")
    params = params or SearchParams()
    tell = progress or (lambda _share: None)
    watch = Watch(time.monotonic(), seconds, cancelled or (lambda: False))
    arrays = make_arrays(problem)
    if not arrays.ids:
        return assemble(problem, {}, solver="none")
    begun = kept(problem, orders_of(warm)) if warm else {}
    arrays = _within_reach(arrays, problem, params.crossing_reach, begun)
    orders = fill(arrays, begun)
    if watch.share() >= 1.0:
        return assemble(problem, orders, solver="greedy")
    groups = _groups(problem.shifts)
    crossed = bool(len(groups) > 1 and (problem.crossing or _anybody(arrays, groups)))
    if len(groups) == 1:
        orders = search_all(arrays, orders, params, watch, seed, tell)
        tell(1.0)
        return assemble(problem, orders, solver="anneal")
    until = _ALONE if crossed else 1.0
    orders = search_alone(
        arrays, orders, groups, params, watch, seed, lambda s: tell(until * s), until
    )
    if crossed and watch.share() < 1.0:
        warm_params = replace(params, hot=params.hot / 8, alone=params.together)
        orders = search_all(
            arrays, orders, warm_params, watch, seed + len(groups),
            lambda s: tell(until + (1 - until) * s), watch.share(),
        )  # fmt: skip
    tell(1.0)
    return assemble(problem, orders, solver="anneal")


def kept(problem: Problem, orders: Mapping[str, Sequence[str]]) -> Orders:
    """Give what of some routes can be kept in a problem: visits that no longer fit are dropped."""
    shifts, seen, found = problem.shift, set[str](), {}
    for name, order in orders.items():
        shift = shifts.get(name)
        if shift is None:
            continue
        stays: list[str] = []
        for one in sorted(
            (one for one in order if one in problem.candidate and one not in seen),
            key=lambda one: (-problem.candidate[one].tier, order.index(one)),
        ):
            if problem.worth(problem.candidate[one], shift) < 0:
                continue
            attempt = sorted([*stays, one], key=list(order).index)
            if timed(problem, shift, attempt) is not None:
                stays = attempt
        seen |= set(stays)
        found[name] = tuple(stays)
    return found


def _groups(shifts: Iterable[Shift]) -> list[list[int]]:
    """Rows of the shifts of officers who share their zones."""
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for row, shift in enumerate(shifts):
        groups[shift.zone_ids or ("",)].append(row)
    return list(groups.values())


def _anybody(arrays: Arrays, groups: Sequence[Sequence[int]]) -> bool:
    """Say whether a candidate may be visited by more than one group."""
    by_group = np.stack([(arrays.worth[:, rows] >= 0).any(axis=1) for rows in groups])
    return bool((by_group.sum(axis=0) > 1).any())


def _within_reach(arrays: Arrays, problem: Problem, reach: int, begun: Orders) -> Arrays:
    """Forget candidates of other zones that an officer would hardly go to.

    Must-visits stay, and what is in the routes to begin with.
    """
    worth = arrays.worth.copy()
    there = {one for some in begun.values() for one in some}
    each = [problem.candidate[one] for one in arrays.ids]
    free = np.array([one.tier == Tier.OPTIONAL and one.id not in there for one in each])
    for rows in _groups(problem.shifts):
        zones = problem.shifts[rows[0]].zone_ids
        if not zones:
            continue
        foreign = np.array([bool(one.zone_id) and one.zone_id not in zones for one in each])
        rate = worth[:, rows].max(axis=1) / arrays.service
        some = np.flatnonzero(foreign & free & (rate >= 0))
        far = some[np.argsort(-rate[some], kind="stable")[reach:]]
        worth[np.ix_(far, np.array(rows))] = -1.0
    return replace(arrays, worth=worth, bonus=np.where(worth >= 0, arrays.bonus, -1.0))
