"""Scores of a forecast over cells: information gain, PAI, PEI*, Brier.

Takes a density over the park's cells and the number of events that then fell in each, gives
`Scores` as in the design, section 6. Ties count at their expectation under random order. Whose
density it is, and what was known when it was made, belongs to `forecast`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo_risk.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

UNIFORM_SHARE = 0.001
"""Share of the uniform density mixed into every forecast, so that no event is impossible."""

AREAS_PERCENT = (1, 5, 10)


@dataclass(frozen=True)
class Scores:
    """How good one forecast was.

    Parameters
    ----------
    ig_nats
        Mean over events of log(p(cell) x number of cells); 0 = no better than uniform. NaN without
        events.
    pai
        By percent of area: share of events in the top cells over the share of cells.
    pei_star
        By percent of area: share of events in the top cells over the best possible share.
    brier
        Mean squared error of the probability of at least one event per cell.
    """

    ig_nats: float
    pai: dict[int, float]
    pei_star: dict[int, float]
    brier: float

    def as_json(self) -> dict[str, Any]:
        """Give the `SCORES` of the design, None for what is not defined."""
        return {
            "ig_nats": _finite(self.ig_nats),
            "pai": {str(key): _finite(value) for key, value in self.pai.items()},
            "pei_star": {str(key): _finite(value) for key, value in self.pei_star.items()},
            "brier": _finite(self.brier),
        }


def mixed(density: Floats) -> Floats:
    """Normalise a density over cells and mix it with 0.1 % uniform.

    Parameters
    ----------
    density
        (cells,) at least 0, any scale; all zero is taken as uniform.

    Returns
    -------
    ndarray
        (cells,) above 0, sums to 1.
    """
    n = len(density)
    total = float(density.sum())
    p = density / total if total > 0 else np.full(n, 1.0 / n)
    return (1.0 - UNIFORM_SHARE) * p + UNIFORM_SHARE / n


def measure_scores(density: Floats, outcome: Floats, expected: float) -> Scores:
    """Score a density against what came.

    Parameters
    ----------
    density
        (cells,) forecast made before, any scale.
    outcome
        (cells,) number of events in each cell.
    expected
        E, expected number of events in all cells, for the Brier score.

    Returns
    -------
    Scores

    Raises
    ------
    InputError
        When the two differ in shape, or a density is negative or not finite.

    References
    ----------
    Chainey, Tompson and Uhlig (2008), Security Journal 21, 4-28: PAI. Hunt (2016), "Do crime hot
    spots move?": PEI, what was reached of what so many cells could reach; Mohler and Porter (2018),
    Statistical Analysis and Data Mining 11, 227-236: PEI* with the same number of cells. Brier
    (1950), Monthly Weather Review 78, 1-3.
    """
    if density.shape != outcome.shape or density.ndim != 1:
        raise InputError(
            f"Forecast of {density.shape} cells, outcome of {outcome.shape}.", "Give one each."
        )
    if not (np.isfinite(density).all() and (density >= 0).all()):
        raise InputError("A forecast is negative or not finite.", "Give a density of at least 0.")
    p = mixed(density)
    n, events = len(p), float(outcome.sum())
    gain = float(outcome @ np.log(p * n) / events) if events else np.nan
    pai, pei = {}, {}
    for percent in AREAS_PERCENT:
        k = max(1, round(percent * n / 100))
        hits = expected_hits(p, outcome, k)
        best = expected_hits(outcome, outcome, k)
        pai[percent] = hits / events / (k / n) if events else np.nan
        pei[percent] = hits / best if events else np.nan
    chance = -np.expm1(-p * expected)
    return Scores(gain, pai, pei, float(np.mean((chance - (outcome > 0)) ** 2)))


def expected_hits(value: Floats, outcome: Floats, k: int) -> float:
    """Give the expected number of events in the k cells of highest value, ties in random order."""
    bound = np.partition(value, len(value) - k)[len(value) - k]
    above, tied = value > bound, value == bound
    rest = (k - int(above.sum())) / int(tied.sum())
    return float(outcome[above].sum() + rest * outcome[tied].sum())


def mean_scores(scores: Sequence[Scores]) -> Scores:
    """Give the plain mean of folds; a score that a fold could not have is left out of its mean."""
    return Scores(
        _mean([one.ig_nats for one in scores]),
        {key: _mean([one.pai[key] for one in scores]) for key in AREAS_PERCENT},
        {key: _mean([one.pei_star[key] for one in scores]) for key in AREAS_PERCENT},
        _mean([one.brier for one in scores]),
    )


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else np.nan


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
