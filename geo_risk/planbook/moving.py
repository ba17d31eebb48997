"""A visit that the chief moves: what is wanted of its candidate, and why it may not be had.

Takes moves and candidates, gives candidates that may begin within their wish only. A move that was
taken holds when the plan is changed again, as long as its officer works then; a new one that cannot
be had is refused with its reason, and nothing is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geo_risk.errors import ConflictError
from geo_risk.visits.assemble import assemble
from geo_risk.visits.moving import make_room, why_not
from geo_risk.visits.problem import Candidate, Plan, Problem, Shift, Tier, first_start, orders_of
from geo_risk.visits.replan import hold
from geo_risk.visits.solve import kept

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from geo_risk.park import ParkFile
    from geo_risk.planbook.clock import Clock
    from geo_risk.planbook.request import Move
    from geo_risk.visits.week import WeekPlan

_NEVER = ((1, 0),)


@dataclass(frozen=True)
class MoveRefused:
    """Why a move is not made.

    Parameters
    ----------
    code
        `gone` (the visit is not in the plan), `told` (its enterprise was told the time), `over` (it
        was, or would be, before now), `no_officer`, `must` (another that must be made would fall
        out), or a reason of `visits.problem.REASONS`.
    other_id
        The candidate that is in the way, '' for none.
    """

    code: str
    other_id: str = ""

    def error(self) -> ConflictError:
        """Give it as the error of a door."""
        other = f" ({self.other_id})" if self.other_id else ""
        return ConflictError(
            f"The visit cannot be moved there: {self.code}{other}.",
            "Take another time, day or officer; the plan is as it was.",
        )


def check_moves(week: WeekPlan, moves: Iterable[Move], now: datetime) -> MoveRefused | None:
    """Say at once what no room could mend: a told time never moves, what is over is over."""
    planned = {one.candidate_id: one for one in week.visits}
    for move in moves:
        visit = planned.get(move.candidate_id)
        if visit is None:
            return MoveRefused("gone")
        if visit.confirmed:
            return MoveRefused("told")
        if visit.arrive <= now or move.at <= now:
            return MoveRefused("over")
        if move.officer_id not in week.officer_ids:
            return MoveRefused("no_officer")
    return None


def wished(
    one: Candidate, move: Move, shifts: Sequence[Shift], clock: Clock, park: ParkFile
) -> Candidate:
    """Give a candidate that may begin within a wish only, and where it may begin at all."""
    begin = clock.seconds(move.at)
    end = begin + 2 * 60 * park.plan.appointment_minutes
    spans = [(max(begin, a), min(end, b)) for a, b in one.windows or ((begin, end),)]
    windows = tuple(span for span in spans if span[0] <= span[1]) or _NEVER
    others = {shift.officer_id for shift in shifts} - {move.officer_id}
    never = tuple(sorted(others | set(one.never)))
    return replace(one, windows=windows, never=never, tier=max(one.tier, Tier.MUST))


def with_moves(
    candidates: Sequence[Candidate],
    moves: Iterable[Move],
    shifts: Sequence[Shift],
    clock: Clock,
    park: ParkFile,
    pinned: Collection[str] = (),
) -> tuple[Candidate, ...]:
    """Hold to moves that were made: those told since have their time, those out of reach none."""
    asked = {one.candidate_id: one for one in moves if one.candidate_id not in pinned}

    def held(one: Candidate) -> Candidate:
        if one.id not in asked:
            return one
        made = wished(one, asked[one.id], shifts, clock, park)
        return made if _is_open(made, asked[one.id], shifts) else one

    return tuple(held(one) for one in candidates)


def move_visits(
    problem: Problem,
    was: Plan,
    moves: Sequence[Move],
    clock: Clock,
    park: ParkFile,
    fixed: Collection[str],
) -> tuple[Problem, Plan, MoveRefused | None]:
    """Make room for what is moved.

    Parameters
    ----------
    problem, was
        As it now is; the plan as it was.
    moves
        The new ones.
    clock, park
        Of the plan.
    fixed
        Candidates that were told their time.

    Returns
    -------
    tuple
        The problem with the wishes in it, the plan to go on from, and why not.
    """
    for move in moves:
        there = problem.candidate.get(move.candidate_id)
        if there is None:
            return problem, was, MoveRefused("gone")
        made = wished(there, move, problem.shifts, clock, park)
        others = tuple(made if one.id == made.id else one for one in problem.candidates)
        problem = replace(problem, candidates=others)
        held = hold(problem, was, fixed)
        found = make_room(held, was, made.id, fixed)
        if found is None:
            return problem, was, _no_room(held, was, made.id)
        was = found
    return problem, was, None


def lost_by(
    before: WeekPlan, problem: Problem, plan: Plan, moves: Sequence[Move]
) -> MoveRefused | None:
    """Say whether a change lost what it was for, or what must be made."""
    for move in moves:
        if left := why_not(plan, move.candidate_id):
            return MoveRefused(left.reason, left.other_id)
    there = {one.candidate_id for one in before.visits}
    for left in plan.left_out:
        if left.candidate_id in there and problem.candidate[left.candidate_id].tier >= Tier.MUST:
            return MoveRefused("must", left.candidate_id)
    return None


def _no_room(problem: Problem, was: Plan, candidate_id: str) -> MoveRefused:
    """Give the reason that the whole plan would give for leaving it out."""
    orders = orders_of(was)
    rest = {shift: [one for one in some if one != candidate_id] for shift, some in orders.items()}
    left = why_not(assemble(problem, kept(problem, rest)), candidate_id)
    return MoveRefused("clash") if left is None else MoveRefused(left.reason, left.other_id)


def _is_open(one: Candidate, move: Move, shifts: Sequence[Shift]) -> bool:
    own = [shift for shift in shifts if shift.officer_id == move.officer_id]
    starts = [(first_start(one, shift.start_s), shift) for shift in own]
    may = not one.only or move.officer_id in one.only
    return may and any(
        start is not None and start + one.service_s <= shift.end_s for start, shift in starts
    )
