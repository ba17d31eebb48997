"""Four colours: fixed breaks, hysteresis, and how probable the class shown is.

Takes values and earlier publications, gives breaks and classes. Breaks are quantiles over cells and
time of the first year and then stay; a lower bound belongs to the class above it. A cell changes
class when it is beyond the margin in this and the previous publication. The rule of moving is that
of the safety index, section 7, with shares of a break in place of points.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import gamma

from geo_risk.published import GradedSurface, classes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo_risk.grid import Surface
    from geo_risk.published import Factors, Publication
    from geo_risk.surfaces.kde import Density

    Floats = NDArray[np.float64]
    Classes = NDArray[np.uint8]
    Breaks = tuple[float, float, float]

PROVISIONAL = "provisional"
"""Version of breaks before there is a year."""

INTERVAL = (0.05, 0.95)
"""Quantiles of the interval that goes with a value."""


@dataclass(frozen=True)
class Grader:
    """Grades a deployment's surfaces, with memory of what was shown.

    Parameters
    ----------
    previous
        Earlier publications, oldest first.
    final
        Whether there is a year: breaks made now are then fixed.
    quantiles, margin, dwell
        As for `measure_breaks` and `grade`.
    """

    previous: tuple[Publication, ...]
    final: bool
    quantiles: Breaks
    margin: float
    dwell: int

    def grade(
        self,
        surface: Surface,
        pool: Floats,
        density: Density | None = None,
        factors: Factors | None = None,
    ) -> GradedSurface:
        """Give a surface its classes.

        Parameters
        ----------
        surface
            What is to be graded.
        pool
            Values over cells and time, any shape, from which breaks are made where none are fixed.
        density
            Its uncertainty; without it there is no class probability.
        factors
            Its explanation.

        Returns
        -------
        GradedSurface
            Breaks that an earlier publication fixed stay as long as grid and unit do; classes move
            from what was shown with breaks of the same version.
        """
        earlier = [one.surfaces[surface.id] for one in self.previous if surface.id in one.surfaces]
        breaks, version = self._breaks(surface, pool, earlier)
        same = list(
            takewhile(
                lambda one: one.breaks_version == version and one.surface.grid == surface.grid,
                reversed(earlier),
            )
        )
        classes = grade(surface.values, breaks, same[::-1], margin=self.margin, dwell=self.dwell)
        chance = band = None
        if density is not None:
            chance = class_probability(density, classes, breaks)
            band = np.stack(interval(density)).astype(np.float32)
        return GradedSurface(surface, breaks, classes, chance, version, factors, band)

    def _breaks(
        self, surface: Surface, pool: Floats, earlier: Sequence[GradedSurface]
    ) -> tuple[Breaks, str]:
        last = earlier[-1] if earlier else None
        number = 1
        if last is not None and last.breaks_version != PROVISIONAL:
            if last.surface.grid == surface.grid and last.surface.unit == surface.unit:
                return last.breaks, last.breaks_version
            number = int(last.breaks_version.removeprefix("v")) + 1
        breaks = measure_breaks(pool, self.quantiles, self.margin)
        return breaks, f"v{number}" if self.final else PROVISIONAL


def measure_breaks(values: Floats, quantiles: Breaks, margin: float) -> Breaks:
    """Give the breaks of a deployment.

    Parameters
    ----------
    values
        Any shape, over cells and time; NaN is left out.
    quantiles
        Rising, as (0.80, 0.95, 0.99).
    margin
        No break is below the median x (1 + margin), or below the smallest value above 0: where all
        is flat nothing is red, and where most is 0, 0 is blue.

    Returns
    -------
    tuple of float
        Lower bounds of yellow, orange, red; (1, 2, 3) where there is no value above 0.
    """
    known = values[np.isfinite(values)]
    positive = known[known > 0]
    if not positive.size:
        return (1.0, 2.0, 3.0)
    floor = max(float(np.median(known)) * (1.0 + margin), float(positive.min()))
    low, middle, high = (max(float(np.quantile(known, q)), floor) for q in quantiles)
    return (low, middle, high)


def grade(
    values: Floats,
    breaks: Breaks,
    previous: Sequence[GradedSurface] = (),
    *,
    margin: float = 0.05,
    dwell: int = 2,
) -> Classes:
    """Give the classes to show, so that no cell flickers.

    State k; want = class with the breaks raised by the margin if that is above k, else with the
    breaks lowered by it if that is below k, else k. A cell whose want was on one side of k in this
    and the `dwell` - 1 publications before moves to the nearest of these wants, and starts counting
    afresh.

    Parameters
    ----------
    values
        (rows, cols), NaN outside.
    breaks
        Lower bounds of yellow, orange, red.
    previous
        The same surface in earlier publications, oldest first. Those with another grid, and all
        before them, do not count.
    margin
        Share of a break.
    dwell
        Publications in a row.

    Returns
    -------
    ndarray
        uint8 (rows, cols) of `RiskClass`.
    """
    run = _comparable(values, previous)
    fresh = classes_of(values, breaks)
    if not run:
        return fresh
    state = run[-1].classes.astype(np.int64)
    moved = _moved(run)
    want = wanted(values, state, breaks, margin)
    side = np.sign(want - state)
    step = np.abs(want - state)
    ready = (side != 0) & (len(run) >= dwell - 1)
    for back in range(1, dwell):
        if back > len(run):
            break
        before = run[-back]
        earlier = wanted(before.surface.values, state, breaks, margin)
        ready &= (np.sign(earlier - state) == side) & ~moved[-back]
        step = np.minimum(step, np.abs(earlier - state))
    shown = np.where(ready, state + side * step, state)
    new = (state == 0) | (fresh == 0)
    return np.where(new, fresh, shown).astype(np.uint8)


def wanted(
    values: Floats, state: NDArray[np.int64], breaks: Breaks, margin: float
) -> NDArray[np.int64]:
    """Give the class each cell wants to have, from the one it has: see `grade`."""
    raised = classes_of(values / (1.0 + margin), breaks).astype(np.int64)
    lowered = classes_of(values / (1.0 - margin), breaks).astype(np.int64)
    return np.where(raised > state, raised, np.where(lowered < state, lowered, state))


def interval(density: Density) -> tuple[Floats, Floats]:
    """Give the 5 % and 95 % quantiles of each cell's true value.

    A gamma with the density's mean and variance: exact for a count of equal weights, and never
    below 0.
    """
    low, high = (_gamma_quantile(density, q) for q in INTERVAL)
    return low, high


def class_probability(density: Density, classes: Classes, breaks: Breaks) -> NDArray[np.float32]:
    """Give the probability that a cell's true value lies in the class shown.

    Parameters
    ----------
    density
        Mean and variance of the value.
    classes
        (rows, cols) classes shown.
    breaks
        Lower bounds of yellow, orange, red.

    Returns
    -------
    ndarray
        float32 (rows, cols), NaN where there is no class.

    References
    ----------
    The gamma posterior of a Poisson mean, matched by moments: Clayton and Kaldor (1987), section 2.
    """
    probability = np.full(classes.shape, np.nan, dtype=np.float32)
    bounds = (0.0, *breaks, np.inf)
    for shown in range(1, 5):
        at = classes == shown
        if at.any():
            shape, scale = _gamma(density.mean[at], density.variance[at])
            low, high = (
                np.where(bound == np.inf, 1.0, gamma.cdf(bound, shape, scale=scale))
                for bound in bounds[shown - 1 : shown + 1]
            )
            probability[at] = np.clip(high - low, 0.0, 1.0)
    return probability


def _gamma(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Give shape and scale; a cell without any event has shape 1 and next to no mean."""
    mean = np.maximum(mean, 1e-12)
    shape = np.where(variance > 0, mean**2 / np.maximum(variance, 1e-300), 1.0)
    shape = np.clip(shape, 1e-2, 1e6)
    return shape, mean / shape


def _gamma_quantile(density: Density, q: float) -> Floats:
    values = np.full(density.mean.shape, np.nan)
    at = np.isfinite(density.mean)
    shape, scale = _gamma(density.mean[at], density.variance[at])
    values[at] = gamma.ppf(q, shape, scale=scale)
    return values


def _comparable(values: Floats, previous: Sequence[GradedSurface]) -> list[GradedSurface]:
    run: list[GradedSurface] = []
    for one in reversed(previous):
        if one.surface.values.shape != values.shape:
            break
        run.insert(0, one)
    return run


def _moved(run: Sequence[GradedSurface]) -> list[NDArray[np.bool_]]:
    """Say for each publication which cells changed class in it; none did in the first there is."""
    changes = [before.classes != after.classes for before, after in pairwise(run)]
    return [np.zeros(run[0].classes.shape, dtype=bool), *changes]
