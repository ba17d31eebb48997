"""Four colours with hysteresis: who moves, and only after two like months.

Takes scores month by month, gives the state of each ranked month: 1 blue, 2 yellow, 3 orange, 4
red. Cuts are fixed, not quotas. Specification, section 7.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geo_risk.safety_index.parameters import IndexParams

COLOURS = ("blue", "yellow", "orange", "red")
ORANGE = 3


@dataclass(frozen=True)
class ColourState:
    """Where an enterprise stands beneath what is shown.

    Parameters
    ----------
    state
        1 to 4; 0 before the first ranked month.
    wants
        The states it wanted in the months in a row before this, on one side, newest last.
    """

    state: int = 0
    wants: tuple[int, ...] = ()


def class_of_score(score: float, params: IndexParams) -> int:
    """g(S) = 1 + number of cuts above S."""
    return 1 + sum(score < cut for cut in params.cuts)


def next_state(
    before: ColourState, score: float | None, params: IndexParams, *, may_improve: bool = True
) -> ColourState:
    """Give the state after one more month.

    Parameters
    ----------
    before
        The state before.
    score
        None: a month without rank, which breaks the run.
    may_improve
        False for one that nobody has visited for six months.

    Returns
    -------
    ColourState
    """
    if score is None:
        return ColourState(before.state)
    if before.state == 0:
        return ColourState(class_of_score(score, params))
    k = before.state
    up, down = (
        class_of_score(score + params.margin, params),
        class_of_score(score - params.margin, params),
    )
    want = up if up > k else min(k, down)
    if want == k or (want < k and not may_improve):
        return ColourState(k)
    same_side = [one for one in before.wants if (one > k) == (want > k)]
    wants = (*same_side, want) if len(same_side) == len(before.wants) else (want,)
    if len(wants) < params.dwell_months:
        return ColourState(k, wants)
    return ColourState(min(wants[-params.dwell_months :], key=lambda one: abs(one - k)))


def states_of(scores: Iterable[float | None], params: IndexParams) -> list[int]:
    """Give the states of months in a row, from the first."""
    state, found = ColourState(), []
    for score in scores:
        state = next_state(state, score, params)
        found.append(state.state)
    return found


def shown_colour(state: int, *, major_overdue: bool) -> str:
    """Give the colour to show: an overdue major hazard shows at best orange; '' without a state."""
    if state == 0 and not major_overdue:
        return ""
    return COLOURS[max(state, ORANGE if major_overdue else 1) - 1]
