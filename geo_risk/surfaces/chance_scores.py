"""How good a probability of at least one event was: Brier score, and said beside seen.

Takes what a model expected of cells in past windows and what came, gives scores of the probability
it would have said in each: calibrated by the windows before that one, and by nothing later. Every
model, a baseline too, is calibrated by the same rule. What is said now belongs to `at_least_one`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo_risk.surfaces.calibration import Chance, Outcomes, fit_chance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_CLASSES = 5


@dataclass(frozen=True)
class ChanceScores:
    """How good one model's probabilities were.

    Parameters
    ----------
    brier
        Mean over windows of the mean squared error over cells; NaN without windows.
    gap
        Mean over cells of |said - seen| by class of `reliability`.
    reliability
        Five classes from the lowest probability up, a fifth of all that was said in each: `said`
        (mean probability), `seen` (share of cells with an event), `cells`.
    """

    brier: float
    gap: float
    reliability: tuple[dict[str, float], ...]

    def as_json(self) -> dict[str, Any]:
        """Give plain values, None for what is not defined."""
        return {
            "brier": self.brier if np.isfinite(self.brier) else None,
            "gap": self.gap if np.isfinite(self.gap) else None,
            "reliability": [dict(one) for one in self.reliability],
        }


def score_chances(turned_out: Sequence[Outcomes]) -> ChanceScores:
    """Score the probabilities a model would have said of past windows.

    Parameters
    ----------
    turned_out
        One per window, oldest first; each expected before its window.

    Returns
    -------
    ChanceScores
        The first window is judged without calibration, as 1 - exp(-expected).

    References
    ----------
    Brier (1950), Monthly Weather Review 78, 1-3. Dawid (1984), Journal of the Royal Statistical
    Society A 147, 278-292: each forecast from what was known before it. Murphy (1973), Journal of
    Applied Meteorology 12, 595-600: reliability by classes of what was said.
    """
    if not turned_out:
        return ChanceScores(np.nan, np.nan, ())
    chances = [fit_chance(turned_out[:before]) for before in range(len(turned_out))]
    said = [
        chance.probability(one.expected) for chance, one in zip(chances, turned_out, strict=True)
    ]
    brier = [_brier(p, one) for p, one in zip(said, turned_out, strict=True)]
    cells, hit = (
        np.concatenate([getattr(one, name) for one in turned_out]) for name in ("cells", "hit")
    )
    classes = _classes(np.concatenate(said), cells, hit)
    gap = sum(one["cells"] * abs(one["said"] - one["seen"]) for one in classes) / cells.sum()
    return ChanceScores(float(np.mean(brier)), float(gap), classes)


def all_alike(turned_out: Sequence[Outcomes]) -> list[Outcomes]:
    """Give the same windows as a forecast that expects as much of every cell: the plainest rival.

    Parameters
    ----------
    turned_out
        Of any model: the total it expected, spread evenly over cells.

    Returns
    -------
    list of Outcomes
        One group each.
    """
    return [
        Outcomes(
            np.array([float(one.expected @ one.cells) / float(one.cells.sum())]),
            np.array([float(one.cells.sum())]),
            np.array([float(one.hit.sum())]),
        )
        for one in turned_out
    ]


def plain_brier(turned_out: Sequence[Outcomes]) -> float:
    """Give the mean Brier score of 1 - exp(-expected), without calibration; NaN without windows."""
    some = [_brier(Chance().probability(one.expected), one) for one in turned_out]
    return float(np.mean(some)) if some else np.nan


def _brier(said: Floats, came: Outcomes) -> float:
    """Give the mean of (p - hit)² over cells: p is one number within a group, hit 0 or 1."""
    squares = came.cells * said**2 - 2.0 * said * came.hit + came.hit
    return float(squares.sum() / came.cells.sum())


def _classes(said: Floats, cells: Floats, hit: Floats) -> tuple[dict[str, float], ...]:
    order = np.argsort(said, kind="stable")
    mass = np.cumsum((said * cells)[order])
    share = (mass - (said * cells)[order] / 2.0) / max(float(mass[-1]), 1e-300)
    group = np.empty(len(said), dtype=np.int64)
    group[order] = np.minimum((_CLASSES * share).astype(np.int64), _CLASSES - 1)
    found = []
    for one in np.unique(group):
        some = group == one
        many = float(cells[some].sum())
        found.append(
            {
                "said": float((said * cells)[some].sum() / many),
                "seen": float(hit[some].sum() / many),
                "cells": many,
            }
        )
    return tuple(found)
