"""The bench: events in cells, and every density that may be made of them before a cut.

Takes the events of one kind and the park's cells, gives a `Snapshot` at any cut: what each member
puts into each cell, and how uncertain that is. Kernels work on events binned to cells (their
bandwidth is a cell or more); `kde_200m` is exact at cell centres. Which members there are stands in
`members`; what to make of them is learnt in `forecast`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.errors import InputError
from geo_risk.surfaces.kde import PERIOD_DAYS, decay
from geo_risk.surfaces.kernels import edge_share, gaussian_spread, gaussian_sum
from geo_risk.surfaces.members import COUNT_365D, KDE_200M, UNIFORM, Members

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo_risk.events import Events
    from geo_risk.grid import Grid
    from geo_risk.surfaces.kde import KdeParams
    from geo_risk.surfaces.predictors import Traits

    Floats = NDArray[np.float64]

_BASELINE_SIGMA_M = 200.0
_YEAR_DAYS = 365.0


@dataclass(frozen=True)
class Window:
    """What came after a cut: [start, end) in days since the epoch."""

    start_days: float
    end_days: float

    @property
    def days(self) -> float:
        """Length, days."""
        return self.end_days - self.start_days


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
    traits
        What is known of the cells beside events; None = nothing, and one zone.
    """

    def __init__(
        self,
        events: Events,
        known_days: Floats,
        grid: Grid,
        inside: NDArray[np.bool_],
        kernels: Sequence[KdeParams],
        window_days: float = math.inf,
        traits: Traits | None = None,
    ) -> None:
        if known_days.shape != events.time_days.shape:
            raise InputError("Events and known_days differ in length.", "Give one each.")
        if (events.weight < 0).any():
            raise InputError("An event has a negative weight.", "Leave it out, or give 0.")
        row, col = grid.cell_of(events.easting, events.northing)
        keep = row >= 0
        keep[keep] = inside[row[keep], col[keep]]
        self.grid, self.inside, self.window_days = grid, inside, window_days
        self.n_cells = int(inside.sum())
        self.events, self.known_days = events.where(keep), known_days[keep]
        self.members = Members(tuple(kernels), grid.cell_m)
        self._flat = row[keep] * grid.shape[1] + col[keep]
        self.edge = cache(lambda width: edge_share(inside, grid, width)[inside])
        self.traits = traits
        self.zone = np.zeros(self.n_cells, np.int64) if traits is None else traits.zone
        metres = np.rint(np.column_stack([self.events.easting, self.events.northing]))
        _, self._place = np.unique(metres, axis=0, return_inverse=True)
        self.start_over()

    def at(self, cut_days: float) -> Snapshot:
        """Give what can be made of the events that were known by a cut."""
        return Snapshot(self, cut_days)

    def outcome(self, window: Window, known_days: float) -> Floats:
        """Give the number of events in each cell within a window, as known later: (cells,)."""
        time = self.events.time_days
        came = (time >= window.start_days) & (time < window.end_days)
        came &= self.known_days <= known_days
        return self.binned(np.where(came, self.events.weight, 0.0))[self.inside]

    def binned(self, weight: Floats) -> Floats:
        """Add up weights per cell: (rows, cols)."""
        binned = np.bincount(self._flat, weight, minlength=self.grid.size)
        return np.asarray(binned, dtype=np.float64).reshape(self.grid.shape)

    def places(self, known: NDArray[np.bool_]) -> Floats:
        """Count distinct places (metres) per cell among some events: (rows, cols)."""
        rows = np.flatnonzero(known)
        _, first = np.unique(self._place[rows], return_index=True)
        weight = np.zeros(len(known))
        weight[rows[first]] = 1.0
        return self.binned(weight)

    def last_days(self, known: NDArray[np.bool_], otherwise: float) -> Floats:
        """Give the time of the last of some events in each cell: (cells,) days since the epoch."""
        last = np.full(self.grid.size, otherwise)
        np.maximum.at(last, self._flat[known], self.events.time_days[known])
        return np.asarray(last.reshape(self.grid.shape)[self.inside])

    def smooth(self, binned: Floats, width_m: float) -> Floats:
        """Spread binned weights by a Gaussian: (cells,) mass, not corrected at the edge."""
        return np.asarray(gaussian_spread(binned, self.grid.cell_m, width_m)[self.inside])

    def start_over(self) -> None:
        """Forget sums carried from cut to cut, so that rounding does not depend on earlier cuts."""
        self._last_exact = (np.zeros(len(self.events)), np.zeros(self.grid.shape))

    def exact_200m(self, weight: Floats) -> Floats:
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

    def on_grid(self, values: Floats) -> Floats:
        """Put (cells,) values on the grid: (rows, cols), NaN outside."""
        whole = np.full(self.grid.shape, np.nan)
        whole[self.inside] = values
        return whole


class Snapshot:
    """A bench at a cut: only what was known by then, and each sum made once.

    Parameters
    ----------
    bench
        Events in cells.
    cut_days
        Days since the epoch; events at the cut or later are not known.
    """

    def __init__(self, bench: Bench, cut_days: float) -> None:
        self.bench, self.members, self.cut_days = bench, bench.members, cut_days
        self._age = cut_days - bench.events.time_days
        self.known = (
            (self._age > 0) & (self._age <= bench.window_days) & (bench.known_days <= cut_days)
        )
        self._plain = np.where(self.known, bench.events.weight, 0.0)
        total = float(self._plain.sum())
        self._one = float((self._plain**2).sum()) / total if total else 1.0  # weight of one event
        self._aged = cache(self._age_weights)
        self._binned = cache(lambda life: bench.binned(self._aged(life)))
        self._around = cache(self._kernel_mass)

    def densities(self) -> Floats:
        """Give every member's density: (members, cells), rows sum to 1."""
        return np.array([self.density(row) for row in range(len(self.members.names))])

    def density(self, row: int) -> Floats:
        """Give one member's density: (cells,), uniform where there was no event."""
        mass = self.mass(row)
        total = float(mass.sum())
        return mass / total if total > 0 else np.full(len(mass), 1.0 / len(mass))

    def mass(self, row: int) -> Floats:
        """Give what one member puts into each cell, unnormalised: (cells,)."""
        members, inside = self.members, self.bench.inside
        if row in members.kernel_rows:
            return self._around(row)
        if row in members.pool_rows:
            kernel, worth = members.pool_of(row)
            return self._pooled(kernel, worth * self._one)
        if members.names[row] == UNIFORM:
            return np.full(self.bench.n_cells, self._plain.sum() / self.bench.n_cells)
        if members.names[row] == KDE_200M:
            return self.bench.exact_200m(self._plain)
        return self.bench.binned(self._counted(row))[inside]

    def variance(self, row: int) -> Floats:
        """Give the sampling variance of `mass`, events being a Poisson process: (cells,)."""
        members, bench = self.members, self.bench
        if row in members.kernel_rows:
            kernel = members.kernel_of(row)
            squares = self._aged(kernel.half_life_days) ** 2
            edge = bench.edge(kernel.bandwidth_m)
            return self._squares(squares, kernel.bandwidth_m) / edge**2
        if row in members.pool_rows:
            kernel_row, worth = members.pool_of(row)
            own = self._own(kernel_row)
            a = worth * self._one
            return self._pooled(kernel_row, a) ** 2 * self._one / (own + a)
        if members.names[row] == UNIFORM:
            return np.full(bench.n_cells, (self._plain**2).sum() / bench.n_cells**2)
        if members.names[row] == KDE_200M:
            return self._squares(self._plain**2, _BASELINE_SIGMA_M)
        return bench.binned(self._counted(row) ** 2)[bench.inside]

    def rate(self, row: int, history_days: float) -> float:
        """Give the weight to expect in all cells in 30 days, aged as a member ages events."""
        life = math.inf
        if row in self.members.pool_rows:
            row, _ = self.members.pool_of(row)
        if row in self.members.kernel_rows:
            life = self.members.kernel_of(row).half_life_days
        span = min(history_days, self.bench.window_days)
        if self.members.names[row] == COUNT_365D:
            span = min(span, _YEAR_DAYS)
        recent = self.known & (self._age <= span)
        per_day = decay(self._age[recent], life, span)
        return PERIOD_DAYS * float(self._plain[recent] @ per_day)

    def expected(self, days: float) -> float:
        """Give E of the Brier score: weight of the 365 days before the cut, for so many days."""
        return float(self._plain[self._age <= _YEAR_DAYS].sum()) * days / _YEAR_DAYS

    def likely(self, days: float) -> float:
        """Give the weight to expect in so many days, also where there is less than a year."""
        known = self._age[self.known]
        span = min(_YEAR_DAYS, float(known.max(initial=1.0)))
        return float(self._plain[self._age <= span].sum()) * days / max(span, 1.0)

    def aged(self, above_days: float, up_to_days: float) -> Floats:
        """Add up the weights of events of some age, (above, up to] days: (rows, cols)."""
        some = (self._age > above_days) & (self._age <= up_to_days)
        return self.bench.binned(np.where(some, self._plain, 0.0))

    def places(self) -> Floats:
        """Count distinct places where something was known to have happened: (rows, cols)."""
        return self.bench.places(self.known & (self._plain > 0))

    def days_since_last(self) -> Floats:
        """Give the age of each cell's last event: (cells,) days; infinite without one."""
        known = self.known & (self._plain > 0)
        return np.asarray(self.cut_days - self.bench.last_days(known, -math.inf))

    def _age_weights(self, life_days: float) -> Floats:
        aged = np.exp2(-np.where(self.known, self._age, 0.0) / life_days)  # 1 where life is inf
        return np.asarray(self._plain * aged)

    def _counted(self, row: int) -> Floats:
        yearly = self.members.names[row] == COUNT_365D
        return self._plain * (self._age <= _YEAR_DAYS) if yearly else self._plain

    def _kernel_mass(self, row: int) -> Floats:
        kernel = self.members.kernel_of(row)
        spread = self.bench.smooth(self._binned(kernel.half_life_days), kernel.bandwidth_m)
        return spread / self.bench.edge(kernel.bandwidth_m)

    def _own(self, kernel_row: int) -> Floats:
        life = self.members.kernel_of(kernel_row).half_life_days
        return np.asarray(self._binned(life)[self.bench.inside])

    def _pooled(self, kernel_row: int, shape: float) -> Floats:
        """Give the posterior mean of a gamma-Poisson cell whose prior mean is the kernel density.

        around x (own + a) / (around + a): the (O + nu) / (E + alpha) of Clayton and Kaldor (1987),
        Biometrics 43, 671-681, with nu = alpha = a, so that cells of much risk trust their own
        count more.
        """
        around = self._around(kernel_row)
        return np.asarray(around * (self._own(kernel_row) + shape) / (around + shape))

    def _squares(self, squares: Floats, width_m: float) -> Floats:
        """Sum squares of a kernel: that of deviation h is one of h / sqrt(2), over 4 pi h²."""
        spread = self.bench.smooth(self.bench.binned(squares), width_m / math.sqrt(2.0))
        return np.asarray(spread * self.bench.grid.cell_m**2 / (4.0 * math.pi * width_m**2))
