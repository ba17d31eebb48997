"""The score: a sum of rounded parts, its interval, who ties with whom, and ranges of ranks.

Takes measured indicators, gives integer micro-points per indicator, which add up exactly to the
score. Specification, section 5; Goldstein and Spiegelhalter (1996), JRSS A 159, 385, on ranks as
ranges.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.safety_index.indicators import Measured, measured_share

if TYPE_CHECKING:
    from geo_risk.safety_index.parameters import IndexParams

MICRO = 1_000_000


@dataclass(frozen=True)
class Score:
    """A score that is the sum of its parts.

    Parameters
    ----------
    parts
        Indicator to micro-points; an indicator that was left out is absent.
    weights
        Indicator to micro-points at most, rescaled to 100 where one was left out.
    sd
        Standard deviation, points.
    measured
        Share of the weight that was measured.
    imputed
        Indicators filled in from peers.
    """

    parts: Mapping[str, int]
    weights: Mapping[str, float]
    sd: float
    measured: float
    imputed: tuple[str, ...] = ()

    @property
    def micro(self) -> int:
        """The score in micro-points."""
        return sum(self.parts.values())

    @property
    def points(self) -> float:
        """The score in points, 0 to 100."""
        return self.micro / MICRO

    def deficits(self) -> dict[str, int]:
        """Give what each indicator lacks of its weight, in micro-points, largest first."""
        lacks = {
            name: round(MICRO * self.weights[name]) - part for name, part in self.parts.items()
        }
        return dict(sorted(lacks.items(), key=lambda one: -one[1]))

    def interval(self, params: IndexParams) -> tuple[float, float]:
        """Give the 90 % interval, clipped to [0, 100]."""
        reach = params.z * self.sd
        return max(0.0, self.points - reach), min(100.0, self.points + reach)


def score_indicators(measured: Mapping[str, Measured], params: IndexParams) -> Score:
    """Add up.

    Parameters
    ----------
    measured
        Of `measure_indicators`.
    params
        Weights.

    Returns
    -------
    Score
        p_k = round half even (10^6 w_k u_k); S = sum of p_k / 10^6. Where an indicator is left out
        the weights of the others are rescaled to 100.
    """
    there = {name: one for name, one in measured.items() if one.u is not None}
    weights = rescaled(there, params)
    parts = {
        name: round(MICRO * weights[name] * one.u)
        for name, one in there.items()
        if one.u is not None
    }
    variance = math.fsum(weights[name] ** 2 * one.variance for name, one in there.items())
    return Score(
        parts,
        weights,
        math.sqrt(variance),
        measured_share(measured, params),
        tuple(name for name, one in there.items() if one.imputed),
    )


def rescaled(names: Mapping[str, object], params: IndexParams) -> dict[str, float]:
    """Give the weights of these indicators, rescaled to 100 together.

    In whole micro-points that add up to 10^8, so that parts and deficits do too: what rounding
    leaves over goes to the largest remainders (Hamilton's rule), in the order of the indicators.
    """
    total = math.fsum(params.weights[name] for name in names)
    if total <= 0:
        return {name: params.weights[name] for name in names}
    exact = {name: params.weights[name] * 100.0 * MICRO / total for name in names}
    whole = {name: round(one) for name, one in exact.items()}
    over = 100 * MICRO - sum(whole.values())
    step = 1 if over > 0 else -1
    by_remainder = sorted(exact, key=lambda name: step * (whole[name] - exact[name]))
    for name in by_remainder[: abs(over)]:
        whole[name] += step
    return {name: one / MICRO for name, one in whole.items()}


def ties(first: float, first_sd: float, second: float, second_sd: float, z: float) -> bool:
    """Say whether two scores cannot be told apart."""
    return abs(first - second) <= z * math.sqrt(first_sd**2 + second_sd**2)


def rank_ranges(scores: Sequence[float], sds: Sequence[float], z: float) -> list[tuple[int, int]]:
    """Give the range of ranks of each: 1 + clearly better ... n - clearly worse; 1 is best."""
    points, spread = np.asarray(scores, dtype=np.float64), np.asarray(sds, dtype=np.float64)
    apart = points[None, :] - points[:, None]
    beyond = np.abs(apart) > z * np.hypot(spread[None, :], spread[:, None])
    better = (beyond & (apart > 0)).sum(axis=1)
    worse = (beyond & (apart < 0)).sum(axis=1)
    many = len(points)
    return [(1 + int(up), many - int(down)) for up, down in zip(better, worse, strict=True)]
