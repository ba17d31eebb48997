"""The bench: events in cells, and every density that may be made of them before a cut.

Takes the events of one kind and the park's cells, gives at any cut the normalised densities of all
members: the design's three baselines, kernels of a small ladder of bandwidths and decays, and the
uniform. Kernels work on events binned to cells (their bandwidth is a cell or more); `kde_200m` is
exact at cell centres. What to make of the members is learnt in `forecast`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.errors import InputError
from geo_risk.surfaces.kde import (
    PERIOD_DAYS,
    KdeParams,
    decay,
    edge_share,
    gaussian_factor,
    gaussian_sum,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo_risk.events import Events
    from geo_risk.grid import Grid

    Floats = NDArray[np.float64]

BASELINES = ("count_365d", "count_all", "kde_200m")
UNIFORM = "uniform"
HALF_LIVES_DAYS = (45.0, 180.0, math.inf)
"""Decays a kernel may have when the park file leaves it open."""

_BASELINE_SIGMA_M = 200.0
_YEAR_DAYS = 365.0
_POOL_CELLS = 4.0
_POOL_LIFE_DAYS = 90.0
_POOL_EVENTS = (1.0, 3.0, 10.0)
_STEPS = (1.0, 1.5, 2.0, 3.0, 4.0, 8.0, 16.0, 32.0)  # bandwidths in cells
_LARGEST_SHARE = 8.0  # no bandwidth above this part of the park's diagonal


@dataclass(frozen=True)
class Window:
    """What came after a cut: [start, end) in days since the epoch."""

    start_days: float
    end_days: float

    @property
    def days(self) -> float:
        """Length, days."""
        return self.end_days - self.start_days


def candidate_kernels(
    grid: Grid, bandwidth_m: float = 0.0, half_life_days: float = 0.0
) -> tuple[KdeParams, ...]:
    """Give the kernels to choose from.

    Parameters
    ----------
    grid
        Bandwidths run from one cell to an eighth of the grid's diagonal.
    bandwidth_m, half_life_days
        As the park file says; 0 = open.

    Returns
    -------
    tuple of KdeParams
        One, where both are given.
    """
    diagonal = grid.cell_m * math.hypot(*grid.shape)
    open_ = [
        step * grid.cell_m for step in _STEPS if step * grid.cell_m <= diagonal / _LARGEST_SHARE
    ]
    widths = [bandwidth_m] if bandwidth_m > 0 else open_ or [grid.cell_m]
    lives = (half_life_days,) if half_life_days > 0 else HALF_LIVES_DAYS
    return tuple(KdeParams(width, life).at_least(grid.cell_m) for width in widths for life in lives)


class Bench:
    """Events of one kind in the park's cells.

    Parameters
    ----------
    events
        All events; weights are counts, or severity points for a surface in points.
    known_days
        (n,) when each became known, days since the epoch.
    grid, inside
        Where; (rows, cols) of bool. Events outside these cells are dropped.
    kernels
        Candidates, as of `candidate_kernels`.
    window_days
        How far back from a cut events count.
    """

    def __init__(
        self,
        events: Events,
        known_days: Floats,
        grid: Grid,
        inside: NDArray[np.bool_],
        kernels: Sequence[KdeParams],
        window_days: float = math.inf,
    ) -> None:
        if known_days.shape != events.time_days.shape:
            raise InputError("Events and known_days differ in length.", "Give one each.")
        row, col = grid.cell_of(events.easting, events.northing)
        keep = row >= 0
        keep[keep] = inside[row[keep], col[keep]]
        self.grid, self.inside = grid, inside
        self.events, self.known_days = events.where(keep), known_days[keep]
        self._flat = row[keep] * grid.shape[1] + col[keep]
        self.kernels = tuple(kernels)
        self.pools = tuple(
            (row, events)
            for row, one in enumerate(kernels)
            if one.bandwidth_m <= _POOL_CELLS * grid.cell_m and one.half_life_days > _POOL_LIFE_DAYS
            for events in _POOL_EVENTS
        )
        self.members = (
            *BASELINES,
            UNIFORM,
            *(_name("kde", one) for one in kernels),
            *(f"{_name('pool', kernels[row])}_{events:g}" for row, events in self.pools),
        )
        self.window_days = window_days
        self._factor = cache(lambda n, width: gaussian_factor(n, grid.cell_m, width))
        self._edge = cache(lambda width: edge_share(inside, grid, width)[inside])
        total = float(self.events.weight.sum())
        self._unit = float((self.events.weight**2).sum()) / total if total else 1.0
        self._last_exact = (np.zeros(len(self.events)), np.zeros(grid.shape))

    @cached_property
    def n_cells(self) -> int:
        """How many cells the park has."""
        return int(self.inside.sum())

    @cached_property
    def kernel_rows(self) -> list[int]:
        """Rows of the members that are kernels of ours."""
        first = len(BASELINES) + 1
        return list(range(first, first + len(self.kernels)))

    @cached_property
    def default_kernel(self) -> int:
        """Row of the kernel to use before any outcome: nearest 250 m and 180 days, in ratio."""

        def far(row: int) -> float:
            one = self.kernel_of(row)
            life = min(one.half_life_days, 3650.0)
            return abs(math.log(one.bandwidth_m / 250.0)) + abs(math.log(life / 180.0))

        return min(self.kernel_rows, key=far)

    def kernel_of(self, row: int) -> KdeParams:
        """Give the kernel of a member's row."""
        at = row - len(BASELINES) - 1
        return self.kernels[at if at < len(self.kernels) else self.pools[at - len(self.kernels)][0]]

    def even_weights(self) -> Floats:
        """Give weights before any outcome: nine tenths even over kernels and pools."""
        others = len(BASELINES) + 1
        weights = np.full(len(self.members), 0.9 / (len(self.members) - others))
        weights[:others] = 0.1 / others
        return weights

    def densities(self, cut_days: float) -> Floats:
        """Give every member's density before a cut: (members, cells), rows sum to 1."""
        return np.array([_normalised(self.mass(row, cut_days)) for row in range(len(self.members))])

    def mass(self, row: int, cut_days: float) -> Floats:
        """Give what one member puts into each cell, unnormalised: (cells,)."""
        weight = self._weight(row, cut_days)
        if self.members[row] == UNIFORM:
            return np.full(self.n_cells, weight.sum() / self.n_cells)
        if self.members[row] == "kde_200m":
            return self._exact(weight)
        if row > self.kernel_rows[-1]:
            return self._pooled(row, weight)
        if row not in self.kernel_rows:
            return self._binned(weight)[self.inside]
        width = self.kernel_of(row).bandwidth_m
        return self._smooth(self._binned(weight), width) / self._edge(width)

    def variance(self, row: int, cut_days: float) -> Floats:
        """Give the sampling variance of `mass`, events being a Poisson process: (cells,)."""
        weight = self._weight(row, cut_days)
        name, squares = self.members[row], weight**2
        if name == UNIFORM:
            return np.full(self.n_cells, squares.sum() / self.n_cells**2)
        if row > self.kernel_rows[-1]:
            own = self._binned(weight)[self.inside]
            a = self._prior(row)
            return self._pooled(row, weight) ** 2 / (own + a) * self._unit
        if name in BASELINES and name != "kde_200m":
            return self._binned(squares)[self.inside]
        exact = name == "kde_200m"
        width = _BASELINE_SIGMA_M if exact else self.kernel_of(row).bandwidth_m
        smooth = self._smooth(self._binned(squares), width / math.sqrt(2.0))
        edge = 1.0 if exact else self._edge(width)
        return np.asarray(smooth * self.grid.cell_m**2 / (4.0 * math.pi * width**2) / edge**2)

    def rate(self, row: int, cut_days: float, history_days: float) -> float:
        """Give the weight to expect in all cells in 30 days, aged as a member ages events."""
        life = self.kernel_of(row).half_life_days if row >= self.kernel_rows[0] else math.inf
        span = min(history_days, self.window_days)
        if self.members[row] == "count_365d":
            span = min(span, _YEAR_DAYS)
        age = cut_days - self.events.time_days
        known = (age > 0) & (age <= span) & (self.known_days < cut_days)
        return PERIOD_DAYS * float(self.events.weight[known] @ decay(age[known], life, span))

    def outcome(self, window: Window, known_days: float) -> Floats:
        """Give the number of events in each cell within a window, as known later: (cells,)."""
        time = self.events.time_days
        came = (time >= window.start_days) & (time < window.end_days)
        came &= self.known_days < known_days
        return self._binned(np.where(came, self.events.weight, 0.0))[self.inside]

    def expected(self, window: Window) -> float:
        """Give E of the Brier score: events of the 365 days before, for the window's length."""
        age = window.start_days - self.events.time_days
        last = (age > 0) & (age <= _YEAR_DAYS) & (self.known_days < window.start_days)
        return float(self.events.weight[last].sum()) * window.days / _YEAR_DAYS

    def _weight(self, row: int, cut_days: float) -> Floats:
        age = cut_days - self.events.time_days
        known = (age > 0) & (age <= self.window_days) & (self.known_days < cut_days)
        if self.members[row] == "count_365d":
            known &= age <= _YEAR_DAYS
        weight = np.where(known, self.events.weight, 0.0)
        if row >= self.kernel_rows[0]:
            life = self.kernel_of(row).half_life_days
            weight = weight * np.exp2(-np.where(known, age, 0.0) / life)  # inf: no decay
        return weight

    def _binned(self, weight: Floats) -> Floats:
        binned = np.bincount(self._flat, weight, minlength=self.grid.size)
        return np.asarray(binned, dtype=np.float64).reshape(self.grid.shape)

    def _smooth(self, binned: Floats, width_m: float) -> Floats:
        down = self._factor(self.grid.shape[0], width_m)
        across = self._factor(self.grid.shape[1], width_m)
        return np.asarray((down @ binned @ across)[self.inside])

    def _prior(self, row: int) -> float:
        return self.pools[row - self.kernel_rows[-1] - 1][1] * self._unit

    def _pooled(self, row: int, weight: Floats) -> Floats:
        """Give the posterior mean of a gamma-Poisson cell whose prior mean is the kernel density.

        around x (own + a) / (around + a): Clayton and Kaldor (1987), eq. (2.4), with the prior's
        shape a.
        """
        binned = self._binned(weight)
        width = self.kernel_of(row).bandwidth_m
        around = self._smooth(binned, width) / self._edge(width)
        a = self._prior(row)
        return np.asarray(around * (binned[self.inside] + a) / (around + a))

    def _exact(self, weight: Floats) -> Floats:
        """Sum the 200 m kernel; from one cut to the next only what changed is summed anew."""
        before, total = self._last_exact
        changed = np.flatnonzero(weight != before)
        if changed.size:
            total = total + gaussian_sum(
                self.events.easting[changed],
                self.events.northing[changed],
                (weight - before)[changed],
                self.grid,
                _BASELINE_SIGMA_M,
            )
            self._last_exact = (weight, total)
        return np.maximum(total[self.inside], 0.0) * self.grid.cell_m**2


def _name(family: str, kernel: KdeParams) -> str:
    return f"{family}_{kernel.bandwidth_m:g}m_{kernel.half_life_days:g}d"


def _normalised(mass: Floats) -> Floats:
    total = float(mass.sum())
    return mass / total if total > 0 else np.full(len(mass), 1.0 / len(mass))
