"""A surface that is carried forward: aged by one scalar, and one report stamped on it at a time.

Takes a grid, the park's cells, a kernel in space and a half-life; gives the intensity at any later
time without a refit. With exponential decay every report loses the same share in the same time, so
the sum of all kernels ages as one number (Brown 1959's exponential smoothing, in the plane). A
report, or one taken back, touches only the cells in its kernel's reach: it says which. Choosing
kernel and half-life is for `forecast`; telling open maps is for the service.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from geo_risk.errors import InputError
from geo_risk.surfaces import stamps
from geo_risk.surfaces.adaptive import Kernel, check_kernel, kernel_share
from geo_risk.surfaces.sums import CellSum, NodeSum, empty_sum, fade

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.grid import Grid

    Floats = NDArray[np.float64]

Touched = tuple[slice, slice]
"""Rows and columns of the cells that changed; both empty where the kernel does not reach."""

_SPAN = 200.0  # half-lives after which the scalar is folded in: 2^200 is far from overflow
_PERIOD_DAYS = 30.0
_M2_PER_KM2 = 1e6


@dataclass
class LiveSurface:
    """An intensity per km² and 30 days that takes one report at a time.

    Equals `kde.fit_kde` on the same reports, at the same as-of, with all of the time since
    `since_days` as history, to 1e-6 of its maximum.

    Parameters
    ----------
    grid
        Where.
    inside
        (rows, cols) of bool: the park's cells, which are also the window of the edge correction.
    bandwidth_m
        Standard deviation of the Gaussian, or the other kernels' radius, metres; at least one cell.
    half_life_days
        Age at which a report counts half; finite.
    since_days
        From when on reports were recorded, days since the epoch.
    as_of_days
        T: now, days since the epoch; only `age` moves it.
    kernel
        As in `kernels.sum_kernels`.

    Examples
    --------
    >>> from geo_risk.grid import Grid
    >>> grid = Grid("EPSG:4549", 25.0, (40, 40), (0.0, 1000.0))
    >>> live = LiveSurface(grid, np.ones(grid.shape, bool), 100.0, 60.0, 0.0, 365.0)
    >>> rows, cols = live.stamp(500.0, 500.0, 364.0, weight=4.0)
    >>> live.age(395.0)
    >>> live.values()[rows, cols].shape
    (40, 40)
    """

    grid: Grid
    inside: NDArray[np.bool_]
    bandwidth_m: float
    half_life_days: float
    since_days: float
    as_of_days: float
    kernel: Kernel = "gaussian"
    _kept: CellSum | NodeSum = field(init=False, repr=False)
    _correction: Floats = field(init=False, repr=False)
    _zero_days: float = field(init=False, repr=False)
    _stamp: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse a kernel narrower than a cell and a decay without end; begin with nothing."""
        check_kernel(self.kernel)
        if not self.grid.cell_m <= self.bandwidth_m < math.inf:
            raise InputError(
                f"Bandwidth is {self.bandwidth_m} m on cells of {self.grid.cell_m} m.",
                "Give at least one cell.",
            )
        if not 0 < self.half_life_days < math.inf:
            raise InputError(
                f"Half-life is {self.half_life_days} days.", "Give finite days above 0."
            )
        if not -math.inf < self.since_days <= self.as_of_days < math.inf:
            raise InputError(
                f"Recorded since day {self.since_days}, as of day {self.as_of_days}.",
                "Give an as-of that is not before the first recorded day.",
            )
        if self.inside.shape != self.grid.shape:
            raise InputError(
                f"Cells of shape {self.inside.shape} on a grid of {self.grid.shape}.",
                "Give the grid's own cells, as of Grid.inside.",
            )
        self._kept = empty_sum(self.grid, self.kernel, self.bandwidth_m)
        self._stamp = self._kept.stamp
        self._correction = np.full(self.grid.shape, np.nan)
        share = kernel_share(self.inside, self.grid, self.bandwidth_m, self.kernel)
        self._correction[self.inside] = _PERIOD_DAYS * _M2_PER_KM2 / share[self.inside]
        self._zero_days = self.as_of_days
        numbers = self._kept.numbers
        numbers[stamps.SINCE], numbers[stamps.AS_OF] = self.since_days, self.as_of_days
        numbers[stamps.ZERO] = self._zero_days
        numbers[stamps.PER_HALF_LIFE] = 1.0 / self.half_life_days

    def age(self, as_of_days: float) -> None:
        """Let time pass: every value loses the same share, 1 - 2^(-days / half-life).

        Raises
        ------
        InputError
            When the time is before the present as-of, or not finite.
        """
        if not self.as_of_days <= as_of_days < math.inf:
            raise InputError(
                f"As of day {as_of_days} is before day {self.as_of_days}.",
                "Age forward; fit anew for an earlier time.",
            )
        self.as_of_days = self._kept.numbers[stamps.AS_OF] = float(as_of_days)
        if as_of_days - self._zero_days > _SPAN * self.half_life_days:
            self._fold()

    def stamp(
        self, easting: float, northing: float, time_days: float, weight: float = 1.0
    ) -> Touched:
        """Add one report.

        Parameters
        ----------
        easting, northing
            Metres, in the grid's CRS; a report beside the grid counts where its kernel reaches it.
        time_days
            When it happened, days since the epoch: from `since_days` to before the as-of.
        weight
            What it counts.

        Returns
        -------
        slice, slice
            Rows and columns of the cells that changed.

        Raises
        ------
        InputError
            When a value is not finite, or the time is outside what the surface knows.
        """
        kept = self._kept
        top, bottom, left, right = self._stamp(
            kept.numbers,
            kept.sums,
            float(easting),  # a whole number would be compiled for anew
            float(northing),
            float(time_days),
            float(weight),
        )
        if top < 0:
            raise self._refused(top, easting, northing, time_days, weight)
        return slice(top, bottom), slice(left, right)

    def retract(
        self, easting: float, northing: float, time_days: float, weight: float = 1.0
    ) -> Touched:
        """Take one report back: the very values that it was stamped with.

        Parameters, what comes back and what it raises are as for `stamp`. What is left of it is
        rounding of the largest value that stood there meanwhile.
        """
        return self.stamp(easting, northing, time_days, -weight)

    def values(self, rows: slice = slice(None), cols: slice = slice(None)) -> Floats:
        """Give the intensity now, of all cells or of some: per km² and 30 days, NaN outside.

        lambda(c) = 30 / p(c) x r / (1 - exp(-r (T - since))) x sum_i w_i exp(-r (T - t_i)) K_h(c -
        x_i), r = ln 2 / half-life and p(c) the share of the kernel within the park: `kde.fit_kde`.
        """
        rate = math.log(2.0) / self.half_life_days
        history = max(self.as_of_days - self.since_days, 1.0)
        scalar = rate / -math.expm1(-rate * history) * self._faded()
        part = self._kept.read(rows, cols)
        part *= scalar
        part *= self._correction[rows, cols]
        return part

    def _faded(self) -> float:
        return math.exp2((self._zero_days - self.as_of_days) / self.half_life_days)

    def _fold(self) -> None:
        fade(self._kept, self._faded())
        self._zero_days = self._kept.numbers[stamps.ZERO] = self.as_of_days

    def _refused(
        self, why: int, easting: float, northing: float, time_days: float, weight: float
    ) -> InputError:
        if why == stamps.NOT_KNOWN:
            return InputError(
                f"A report of day {time_days}, recorded since day {self.since_days}, "
                f"as of day {self.as_of_days}.",
                "Age the surface first, or leave the report out.",
            )
        return InputError(
            f"A report at ({easting}, {northing}) that counts {weight}.", "Give finite numbers."
        )
