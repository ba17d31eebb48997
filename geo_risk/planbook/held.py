"""What became of the visits that were moved by hand, in a plan as it is kept.

Takes a version of a plan with what was asked of it, gives each move with whether it was kept, and
why it could not be. A week made anew keeps its moves unless they are let go: which were lost is
never left unsaid.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from geo_risk.planbook.keeping import newest

if TYPE_CHECKING:
    from geo_risk.park import ParkFile
    from geo_risk.planbook.keeping import Kept
    from geo_risk.planbook.request import Move
    from geo_risk.store import Store
    from geo_risk.visits.week import WeekPlan


@dataclass(frozen=True)
class HeldMove:
    """One move and what became of it.

    Parameters
    ----------
    move
        What was wanted.
    reason
        '' where the visit is made as wanted; else why not: a code of `moving.MoveRefused`.
    """

    move: Move
    reason: str = ""

    @property
    def kept(self) -> bool:
        """Whether the visit is made as wanted."""
        return not self.reason


def held_moves(kept: Kept, park: ParkFile) -> tuple[HeldMove, ...]:
    """Give each visit moved by hand and whether a version of the plan keeps it, by time."""
    slack = timedelta(minutes=2 * park.plan.appointment_minutes)
    moves = sorted(kept.basis.request.moves, key=lambda one: (one.at, one.candidate_id))
    return tuple(HeldMove(one, _why_lost(one, kept.plan, slack)) for one in moves)


def moves_of(store: Store, park: ParkFile, plan: WeekPlan) -> tuple[HeldMove, ...]:
    """Give what became of the moves of the plan that covers a plan's first day."""
    found = newest(store, plan.first_day)
    return () if found is None else held_moves(found, park)


def _why_lost(move: Move, plan: WeekPlan, slack: timedelta) -> str:
    visit = next((one for one in plan.visits if one.candidate_id == move.candidate_id), None)
    if visit and visit.officer_id == move.officer_id and move.at <= visit.start <= move.at + slack:
        return ""
    if visit and visit.confirmed:
        return "told"
    if move.at <= plan.made_at:
        return "over"
    if move.officer_id not in plan.officer_ids:
        return "no_officer"
    if visit:
        return "outside_shifts"
    left = next((one for one in plan.left_out if one.candidate_id == move.candidate_id), None)
    return "gone" if left is None else left.reason
