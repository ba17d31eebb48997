"""Choices by earlier outcomes: the penalty of a model, and whether it beats its baselines.

Takes features and outcomes of all visits with their days, and origins; at each origin every
candidate is fitted on what was known before it and tells the visits of the days up to the next.
What told those best is what is used later. After Bergmeir and Benitez (2012), rolling-origin
evaluation. Which days are origins is decided by who calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.enterprises.scores import VisitScores, score_visits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Teller = Callable[[Ints, Ints], Floats]
    """Rows to learn from, rows to tell: gives the probabilities of the latter."""

LEAST_VISITS, LEAST_POSITIVES = 100, 10
"""An origin needs so many visits, and positive ones, to learn from."""


@dataclass(frozen=True)
class Origin:
    """A day at which a model is fitted, and the day (exclusive) up to which it tells visits."""

    start: int
    end: int


@dataclass(frozen=True)
class Told:
    """What some models told of visits after their origins.

    Parameters
    ----------
    rows
        (m,) visits told, of all origins.
    probability
        By model, (m,).
    folds
        Number of origins with visits.
    """

    rows: Ints
    probability: Mapping[str, Floats]
    folds: int

    def scores(self, positive: NDArray[np.bool_], team: Ints) -> dict[str, VisitScores]:
        """Score every model on what came; `positive` and `team` are of all visits."""
        return {
            name: score_visits(one, positive[self.rows], team[self.rows])
            for name, one in self.probability.items()
        }

    def best(self, positive: NDArray[np.bool_], otherwise: str) -> str:
        """Name the model with the least log loss; `otherwise` where nothing was told."""
        if not self.folds:
            return otherwise
        came = positive[self.rows]
        losses = {
            name: float(-np.mean(np.log(np.clip(np.where(came, p, 1.0 - p), 1e-12, 1.0))))
            for name, p in self.probability.items()
        }
        return min(losses, key=lambda name: losses[name])


def tell_rolling(
    models: Mapping[str, Teller],
    origins: Sequence[Origin],
    *,
    day: Ints,
    known_day: Ints,
    positive: NDArray[np.bool_],
) -> Told:
    """Let every model tell the visits after each origin.

    Parameters
    ----------
    models
        By name.
    origins
        In order; one with too little to learn from, or nothing to tell, is passed over.
    day, known_day, positive
        (n,) of all visits.

    Returns
    -------
    Told
    """
    rows: list[Ints] = []
    told: dict[str, list[Floats]] = {name: [] for name in models}
    for origin in origins:
        learn = np.flatnonzero(known_day < origin.start)
        tell = np.flatnonzero((day >= origin.start) & (day < origin.end))
        enough = len(learn) >= LEAST_VISITS and positive[learn].sum() >= LEAST_POSITIVES
        if not enough or not tell.size:
            continue
        rows.append(tell)
        for name, model in models.items():
            told[name].append(model(learn, tell))
    return Told(
        np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64),
        {name: np.concatenate(some) if some else np.zeros(0) for name, some in told.items()},
        len(rows),
    )
