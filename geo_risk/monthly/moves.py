"""Who would move under other weights: the last twelve frozen months, scored again.

Takes frozen months and a draft of weights, gives per month who would have another colour and by how
much scores would change. What was measured stays as it was frozen; only the weights differ, and
nothing is kept. People look at this before they sign.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo_risk.monthly.freeze import OUTPUT
from geo_risk.monthly.params import params_of
from geo_risk.safety_index.colours import COLOURS, ColourState, next_state
from geo_risk.safety_index.indicators import Measured
from geo_risk.safety_index.score import score_indicators

if TYPE_CHECKING:
    from geo_risk.park import ParkFile
    from geo_risk.store import Store

MONTHS = 12


@dataclass(frozen=True)
class Mover:
    """One enterprise whose colour would be another."""

    id: str
    colour: str
    would: str
    score: float
    would_score: float


@dataclass(frozen=True)
class MonthMoves:
    """What one month would have been.

    Parameters
    ----------
    month
        YYYY-MM.
    ranked
        How many were ranked.
    movers
        Whose colour would be another, by id.
    median_change
        Median of the absolute change of a score, points; None without anybody ranked.
    """

    month: str
    ranked: int
    movers: tuple[Mover, ...]
    median_change: float | None


def who_would_move(store: Store, park: ParkFile, weights: Mapping[str, float]) -> list[MonthMoves]:
    """Score the last twelve frozen months again.

    Parameters
    ----------
    weights
        Indicator to points, 100 together.

    Returns
    -------
    list of MonthMoves
        Oldest first; colours go on from month to month under the new weights.

    Raises
    ------
    InputError
        When the weights do not hold.
    """
    params = params_of(park, weights)
    newest = {one.key: one for one in store.documents(OUTPUT)}
    states: dict[str, ColourState] = {}
    told = []
    for month in sorted(newest)[-MONTHS:]:
        movers, changes = [], []
        for record_id, said in json.loads(newest[month].body)["results"].items():
            if not said["ranked"]:
                states[record_id] = ColourState(states.get(record_id, ColourState()).state)
                continue
            measured = {name: Measured(float(u)) for name, u in said["u"].items()}
            would = score_indicators(measured, params).points
            before = states.get(record_id, ColourState())
            state = next_state(before, would, params, may_improve="stale" not in said["notes"])
            states[record_id] = state
            now = said["micro"] / 1_000_000
            changes.append(abs(would - now))
            if said["state"] and state.state != said["state"]:
                colours = COLOURS[said["state"] - 1], COLOURS[state.state - 1]
                movers.append(Mover(record_id, *colours, now, would))
        median = statistics.median(changes) if changes else None
        told.append(MonthMoves(month, len(changes), tuple(movers), median))
    return told
