"""Scores of probabilities that visits find a `major` hazard (design, section 6, scores of visits).

Takes probabilities, outcomes and teams, gives AUC, Brier, log loss, AUC within teams, and the share
of positive visits in the first half; with bootstrap intervals where asked. Ties count at their
expectation. Which visits are scored, and what was known of them, is decided in `evaluation`.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import rankdata

from geo_risk.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_LEAST = 1e-12  # log loss of a probability of 0 or 1 is finite


@dataclass(frozen=True)
class VisitScores:
    """Scores of one model; NaN where there is nothing to compare.

    Parameters
    ----------
    auc
        Share of (positive, negative) pairs in the right order.
    brier
        Mean squared difference of probability and outcome.
    log_loss
        Mean negative log likelihood, nats.
    auc_within_team
        Of the pairs within one team, pooled: teams weigh positives x negatives. Visits without a
        team are left out.
    first_half_share
        Share of positive visits among the floor(n / 2) with the highest probability.
    """

    auc: float
    brier: float
    log_loss: float
    auc_within_team: float
    first_half_share: float

    def as_json(self) -> dict[str, float | None]:
        """Give the scores rounded to 6 places; None where there are none."""
        return {
            name: None if math.isnan(value) else round(value, 6)
            for name, value in asdict(self).items()
        }


def score_visits(probability: Floats, positive: NDArray[np.bool_], team: Ints) -> VisitScores:
    """Score one model.

    Parameters
    ----------
    probability
        (n,) of a `major` finding, 0 to 1.
    positive
        (n,) what came.
    team
        (n,) number of the team; negative without one.

    Returns
    -------
    VisitScores

    Raises
    ------
    InputError
        Without a visit, or with a probability that is none.
    """
    if not probability.size:
        raise InputError("There is no visit to score.", "Give a period with visits.")
    if not ((probability >= 0) & (probability <= 1)).all():
        raise InputError("A probability is not between 0 and 1.", "Check the model.")
    likely = np.where(positive, probability, 1.0 - probability)
    teams = sorted({one for one in team.tolist() if one >= 0})
    within = [_pairs(probability[team == one], positive[team == one]) for one in teams]
    return VisitScores(
        auc=_share(*_pairs(probability, positive)),
        brier=float(np.mean((probability - positive) ** 2)),
        log_loss=float(-np.mean(np.log(np.maximum(likely, _LEAST)))),
        auc_within_team=_share(sum(a for a, _ in within), sum(b for _, b in within)),
        first_half_share=_first_half(probability, positive),
    )


def resample_scores(
    probability: Floats,
    positive: NDArray[np.bool_],
    team: Ints,
    *,
    rng: np.random.Generator,
    draws: int = 200,
) -> dict[str, tuple[float, float]]:
    """Give 5 % and 95 % bootstrap quantiles of each score, visits drawn with replacement."""
    n = len(probability)
    scores = []
    for _ in range(draws):
        rows = rng.integers(0, n, n)
        scores.append(asdict(score_visits(probability[rows], positive[rows], team[rows])))
    return {
        name: tuple(float(q) for q in np.nanquantile([one[name] for one in scores], (0.05, 0.95)))  # type: ignore[misc]  # two quantiles are two numbers
        for name in scores[0]
    }


def _pairs(probability: Floats, positive: NDArray[np.bool_]) -> tuple[float, float]:
    """Give concordant pairs (a tie is half of one) and all pairs, by ranks (Mann, Whitney 1947)."""
    many = int(positive.sum())
    pairs = many * (len(positive) - many)
    if not pairs:
        return 0.0, 0.0
    above = rankdata(probability)[positive].sum() - many * (many + 1) / 2
    return float(above), float(pairs)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def _first_half(probability: Floats, positive: NDArray[np.bool_]) -> float:
    """Count those above the cut whole, and those that tie with it at their expected share."""
    many, half = int(positive.sum()), len(probability) // 2
    if not many or not half:
        return math.nan
    cut = np.sort(probability)[::-1][half - 1]
    above, tied = probability > cut, probability == cut
    room = (half - int(above.sum())) / int(tied.sum())
    return float((positive[above].sum() + room * positive[tied].sum()) / many)
