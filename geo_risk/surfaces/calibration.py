"""Calibration: the probability of at least one event in a cell, as often right as it says.

Takes expected numbers of events per cell as they were forecast, and whether any came, gives a
`Chance` that turns later expectations into probabilities. Events of one cell come in clusters, so
that a count is wider than Poisson's: the zero class of a negative binomial, its level, slope
and dispersion fitted on outcomes the forecasts had not seen. What is expected belongs to `stack`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

from geo_risk.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_GROUPS = 200
_LEAST = 1e-12  # of what may be expected of a cell
_LEVEL_DOUBT, _DISPERSION_DOUBT = 20.0, 2.0  # events' worth of level and slope, of dispersion
_LEVELS, _DISPERSIONS, _SLOPES = (-2.0, 2.0), (1e-4, 20.0), (0.5, 2.0)


@dataclass(frozen=True)
class Chance:
    """From what is expected in a cell to the probability of at least one.

    Parameters
    ----------
    level
        What expectations are multiplied by: 1 where as many came as were expected.
    dispersion
        a of the negative binomial: variance = mu + a mu²; 0 = Poisson.
    slope
        Power of the expectation: above 1 where forecasts were too even.
    """

    level: float = 1.0
    dispersion: float = 0.0
    slope: float = 1.0

    def probability(self, expected: Floats) -> Floats:
        """Give 1 - (1 + a mu)^(-1/a), mu = level x expected^slope: in [0, 1).

        References
        ----------
        McCullagh and Nelder (1989), Generalized Linear Models, section 6.2.3: the negative
        binomial; at a = 0 it is 1 - exp(-mu). Cox (1958), Biometrika 45, 562-565: recalibration by
        level and slope.
        """
        mu = self.level * np.asarray(expected, dtype=np.float64) ** self.slope
        if self.dispersion < _DISPERSIONS[0]:
            return np.asarray(-np.expm1(-mu))
        return np.asarray(-np.expm1(-np.log1p(self.dispersion * mu) / self.dispersion))


@dataclass(frozen=True)
class Outcomes:
    """Cells in groups of like expectation: what was expected of each, how many, how many were hit.

    Parameters
    ----------
    expected, cells, hit
        (groups,) mean expectation of a cell, number of cells, number with at least one event.
    """

    expected: Floats
    cells: Floats
    hit: Floats


def group_outcomes(expected: Floats, count: Floats, groups: int = _GROUPS) -> Outcomes:
    """Put cells in groups of like expectation.

    Parameters
    ----------
    expected, count
        (cells,) expected and real number of events.
    groups
        How many at most; of equal numbers of cells but for the highest fifth, cut five times as
        fine, where events are.

    Returns
    -------
    Outcomes

    Raises
    ------
    InputError
        When the two differ in shape or an expectation is negative or not finite.
    """
    if expected.shape != count.shape or not (np.isfinite(expected) & (expected >= 0)).all():
        raise InputError("Expectations are not one finite number per cell, 0 or more.", "Check.")
    order = np.argsort(expected, kind="stable")
    n, half = len(order), max(groups // 2, 1)
    cuts = np.unique(
        np.concatenate(
            [np.linspace(0, 0.8 * n, half + 1), np.linspace(0.8 * n, n, half + 1)]
        ).astype(int)
    )
    cuts = cuts[cuts < n]
    cells = np.diff(np.append(cuts, n)).astype(np.float64)
    return Outcomes(
        np.add.reduceat(expected[order], cuts) / cells,
        cells,
        np.add.reduceat((count[order] > 0).astype(np.float64), cuts),
    )


def fit_chance(seen: Sequence[Outcomes]) -> Chance:
    """Fit level, slope and dispersion on what came.

    Parameters
    ----------
    seen
        One per past window, each forecast before it.

    Returns
    -------
    Chance
        Maximises the Bernoulli likelihood of hit cells, with a prior on a level and a slope
        of 1 and no dispersion; that prior itself without windows.
    """
    if not seen:
        return Chance()
    mean, cells, hit = (
        np.concatenate([getattr(one, name) for one in seen])
        for name in ("expected", "cells", "hit")
    )

    log_mean = np.log(np.maximum(mean, _LEAST))

    def loss(free: Floats) -> tuple[float, Floats]:
        """Give what is minimised and its gradient; 1 - P = exp(-h), h = log(1 + a mu) / a."""
        level, a, slope = free
        mu = np.exp(level + slope * log_mean)
        h = np.maximum(np.log1p(a * mu) / a, _LEAST)
        any_at_all = -np.expm1(-h)
        said = hit @ np.log(any_at_all) - (cells - hit) @ h
        far = level**2 + (slope - 1.0) ** 2
        by_h = hit * np.exp(-h) / any_at_all - (cells - hit)
        by_level = by_h * mu / (1.0 + a * mu)
        by_a = by_h @ ((mu / (1.0 + a * mu) - h) / a)
        gradient = np.array(
            [
                2.0 * _LEVEL_DOUBT * level - by_level.sum(),
                _DISPERSION_DOUBT - by_a,
                2.0 * _LEVEL_DOUBT * (slope - 1.0) - by_level @ log_mean,
            ]
        )
        return float(_LEVEL_DOUBT * far + _DISPERSION_DOUBT * a - said), gradient

    start, bounds = np.array([0.0, 0.5, 1.0]), (_LEVELS, _DISPERSIONS, _SLOPES)
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return Chance(float(np.exp(best.x[0])), float(best.x[1]), float(best.x[2]))


def measure_reliability(
    probability: Floats, count: Floats, edges: Sequence[float] = (0.05, 0.1, 0.2, 0.4)
) -> list[dict[str, float]]:
    """Compare said with seen, in classes of probability.

    Parameters
    ----------
    probability, count
        (n,) what was said of each cell, and how many events came.
    edges
        Bounds between classes.

    Returns
    -------
    list of dict
        Per class that is not empty `said` (mean probability), `seen` (share of cells with an event)
        and `cells`.

    References
    ----------
    Murphy (1973), Journal of Applied Meteorology 12, 595-600: reliability as the distance of these.
    """
    group = np.digitize(probability, edges)
    return [
        {
            "said": float(probability[group == one].mean()),
            "seen": float((count[group == one] > 0).mean()),
            "cells": float((group == one).sum()),
        }
        for one in np.unique(group)
    ]
