"""How far a change of the day reaches into a plan: shifts it strikes, visits that need a place.

Takes the problem as it now is and the plan as it was, gives the shifts that are open to change. A
shift is struck where its visits can no longer begin when they should, or one fell out; an empty one
is open too. For visits that are new or lost their place a few shifts of others are opened, those
where most is gained. Everything else stays to the second. The exchange itself is `replan`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from geo_risk.visits.problem import (
    Candidate,
    Plan,
    Problem,
    Shift,
    Stop,
    Tier,
    first_start,
    timed,
)

Orders = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Reach:
    """What a change touches.

    Parameters
    ----------
    struck
        Shifts that are not as they were, and empty ones.
    wanted
        Candidates that need a place: new ones and those that lost theirs, the gravest first.
    others
        Visits of the shifts that are not struck.
    is_quiet
        Nothing happened: nobody lost anything, nothing is wanted.
    """

    struck: frozenset[str]
    wanted: tuple[str, ...]
    others: frozenset[str]
    is_quiet: bool


def find_reach(problem: Problem, plan: Plan, stays: Orders) -> Reach:
    """Say what a change touches.

    Parameters
    ----------
    problem
        As it now is.
    plan
        As it was: shifts and candidates that are no more may be in it.
    stays
        What of it can be kept, by shift.

    Returns
    -------
    Reach
    """
    before = {one.shift_id: one.stops for one in plan.routes}
    struck = frozenset(
        one.id
        for one in problem.shifts
        if not stays.get(one.id) or _is_struck(problem, one, before.get(one.id, ()), stays[one.id])
    )
    placed = {name for some in stays.values() for name in some}
    known = {one.candidate_id for one in plan.left_out}
    wanted = [one for one in problem.candidates if one.id not in placed and one.id not in known]
    wanted.sort(key=lambda one: (-one.tier, -one.prize))
    others = (name for shift, some in stays.items() if shift not in struck for name in some)
    happened = any(before.get(one) or stays.get(one) for one in struck)
    return Reach(
        struck, tuple(one.id for one in wanted), frozenset(others), not (wanted or happened)
    )


def open_shifts(
    problem: Problem, reach: Reach, stays: Orders, fixed: Collection[str], most: int
) -> frozenset[str]:
    """Choose the shifts that may change.

    Parameters
    ----------
    problem, reach, stays
        As in `find_reach`.
    fixed
        Candidates that may not be moved.
    most
        The shifts of others that are opened hold at most so many visits; a must-visit or an
        appointment has the best of them opened whatever it holds.

    Returns
    -------
    frozenset of str
        Those struck, and those where a wanted visit gains most.
    """
    opened = set(reach.struck)
    left = most
    others = [
        _legs(problem, one, stays[one.id], fixed)
        for one in problem.shifts
        if one.id not in reach.struck
    ]
    ranked = [(name, _ranked(problem, name, others)) for name in reach.wanted]
    for turn in range(max((len(some) for _, some in ranked), default=0)):
        for name, some in ranked:
            if turn >= len(some) or some[turn] in opened:
                continue
            many = len(stays.get(some[turn], ()))
            must = turn == 0 and problem.candidate[name].tier >= Tier.MUST
            if many <= left or must:
                opened.add(some[turn])
                left -= many
    return frozenset(opened)


def _is_struck(
    problem: Problem, shift: Shift, before: Sequence[Stop], stays: Sequence[str]
) -> bool:
    """Say whether a visit fell out that was still ahead, or one would begin at another second."""
    ahead = [stop for stop in before if stop.end_s > shift.start_s]
    if [stop.candidate_id for stop in ahead] != list(stays):
        return True
    route = timed(problem, shift, stays)
    return route is None or any(
        (old.start_s, old.end_s) != (new.start_s, new.end_s)
        for old, new in zip(ahead, route.stops, strict=True)
    )


@dataclass(frozen=True)
class _Legs:
    """A shift of others with its route: its ways, the time that is left, what each visit frees."""

    shift: Shift
    ways: tuple[tuple[int, int, int], ...]
    left_s: int
    freed: tuple[tuple[Candidate, int], ...]


def _legs(problem: Problem, shift: Shift, order: Sequence[str], fixed: Collection[str]) -> _Legs:
    travel, route = problem.travel_s, timed(problem, shift, order)
    visits = [problem.candidate[name] for name in order]
    inner = [one.place for one in visits if one.place is not None]
    stops = [shift.begin_place, *inner, shift.end_place]
    ways = tuple((a, b, int(travel[a, b])) for a, b in pairwise(stops))
    freed = tuple(
        (one, one.service_s + ways[k][2] + ways[k + 1][2] - int(travel[stops[k], stops[k + 2]]))
        for k, one in enumerate(visits)
        if one.id not in fixed
    )
    return _Legs(shift, ways, shift.end_s - (route.back_s if route else shift.end_s), freed)


def _ranked(problem: Problem, name: str, others: Sequence[_Legs]) -> list[str]:
    """Give the shifts of others in which a visit gains something, the most first."""
    one = problem.candidate[name]
    gains = [(gain, legs.shift.id) for legs in others if (gain := _gain(problem, one, legs)) > 0]
    return [shift for _, shift in sorted(gains, key=lambda two: (-two[0], two[1]))]


def _gain(problem: Problem, one: Candidate, legs: _Legs) -> float:
    """Give about what a visit would bring in a shift, less the cheapest it would push out.

    Windows of the others are not looked at: whether it fits is for the search to see.
    """
    worth = problem.worth(one, legs.shift)
    if one.place is None or worth < 0 or not _opens_in(one, legs.shift):
        return 0.0
    travel = problem.travel_s
    detours = [
        int(travel[a, one.place]) + int(travel[one.place, b]) - way
        for a, b, way in legs.ways
        if travel[a, one.place] >= 0 and travel[one.place, b] >= 0
    ]
    if not detours:
        return 0.0
    lacking = min(detours) + one.service_s - legs.left_s
    if lacking <= 0:
        return worth + 1e-9
    out = [
        (int(other.tier), problem.worth(other, legs.shift))
        for other, seconds in legs.freed
        if seconds >= lacking
    ]
    tier, cost = min(out, default=(int(one.tier) + 1, 0.0))
    if tier > one.tier:
        return 0.0
    return worth + 1e-9 if tier < one.tier else worth - cost


def _opens_in(one: Candidate, shift: Shift) -> bool:
    start = first_start(one, shift.start_s)
    return start is not None and start + one.service_s <= shift.end_s
