"""Space-time kernel density: how much to expect, where, next.

Takes `Events` and a grid, gives the mean and variance of an intensity per km² and 30 days. Gaussian
in space unless another kernel is asked for, exact at cell centres; exponential decay in time, so
that a whole surface ages by one scalar; one bandwidth, or one per event (`adaptive`); corrected at
the park's edge after Diggle (1985). Which bandwidth and decay to use is chosen in `bandwidth` (one
kernel) and `forecast` (a blend), from what came after.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.crs import check_same_crs
from geo_risk.errors import GeoRiskWarning, InputError
from geo_risk.surfaces.adaptive import (
    adapt_bandwidths,
    check_kernel,
    kernel_share,
    kernel_sum,
)
from geo_risk.surfaces.kernels import Kernel, gaussian_sum, sum_kernels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.events import Events
    from geo_risk.grid import Grid

    Floats = NDArray[np.float64]

M2_PER_KM2 = 1e6
PERIOD_DAYS = 30.0
"""Rates are per 30 days."""


@dataclass(frozen=True)
class KdeParams:
    """What a kernel density depends on.

    Parameters
    ----------
    bandwidth_m
        Standard deviation of a Gaussian, radius of the other kernels, metres.
    half_life_days
        Age at which an event counts half; `inf` for no decay.
    kernel
        `gaussian`, `quartic` or `epanechnikov`.
    adaptive
        Whether each event has a bandwidth of its own, whose geometric mean is `bandwidth_m`.
    """

    bandwidth_m: float
    half_life_days: float = math.inf
    kernel: Kernel = "gaussian"
    adaptive: bool = False

    def __post_init__(self) -> None:
        """Refuse a kernel without width and a decay without length."""
        if not (math.isfinite(self.bandwidth_m) and self.bandwidth_m > 0):
            raise InputError(f"Bandwidth is {self.bandwidth_m} m.", "Give metres above 0.")
        if not self.half_life_days > 0:
            raise InputError(f"Half-life is {self.half_life_days} days.", "Give days above 0.")
        check_kernel(self.kernel)

    def at_least(self, cell_m: float) -> KdeParams:
        """Give the same with a bandwidth of at least one cell, and warn where that raised it."""
        if self.bandwidth_m >= cell_m:
            return self
        warnings.warn(
            f"Bandwidth {self.bandwidth_m:g} m is below the cell of {cell_m:g} m: {cell_m:g} m is "
            "used. Give a larger bandwidth_m, or a smaller cell_m.",
            GeoRiskWarning,
            stacklevel=2,
        )
        return replace(self, bandwidth_m=cell_m)


@dataclass(frozen=True)
class Density:
    """An intensity and how uncertain it is.

    Parameters
    ----------
    mean
        (rows, cols) per km² and 30 days, NaN outside the study area.
    variance
        (rows, cols) its sampling variance where events are a Poisson process: the sum of squares of
        what each event adds.
    """

    mean: Floats
    variance: Floats

    def __add__(self, other: Density) -> Density:
        """Add two independent intensities."""
        return Density(self.mean + other.mean, self.variance + other.variance)

    def scaled(self, factor: Floats | float) -> Density:
        """Multiply by a known factor."""
        return Density(self.mean * factor, self.variance * np.square(factor))


def fit_kde(
    events: Events,
    grid: Grid,
    inside: NDArray[np.bool_],
    params: KdeParams,
    *,
    as_of_days: float,
    history_days: float,
) -> Density:
    """Estimate the intensity of events at an as-of.

    lambda(c) = 30 / p(c) x sum_i w_i g(T - t_i) K_h(c - x_i), with K_h the normal density of
    standard deviation h in the plane (or another kernel), p(c) the share of K_h(c - .) within the
    park, and g of `decay`. Where adaptive, K has the bandwidth of its event, and p that of an event
    in the cell.

    Parameters
    ----------
    events
        In the grid's CRS; those at or after the as-of, and older than the history, are left out.
    grid
        Where.
    inside
        (rows, cols) of bool: the park's cells, which are also the window of the edge correction.
    params
        Bandwidth and half-life; the bandwidth is raised to one cell with a warning.
    as_of_days
        T, days since the epoch.
    history_days
        For how long before T events were recorded.

    Returns
    -------
    Density
        Per km² and 30 days. The mean, times p, times the cell's area, sums to
        30 x sum_i w_i g_i p(x_i): the weighted expected count. Linear in the weights.

    Raises
    ------
    CRSMismatchError
        When events and grid are in two systems.

    References
    ----------
    Diggle (1985), Applied Statistics 34, 138-147: sum_i K_h(c - x_i) / p(c), the estimate divided
    by the kernel's mass within the region at the point of estimation (spatstat's `edge=TRUE,
    diggle=FALSE`). A park without spatial risk is then flat, at its edge too. Brunsdon, Corcoran
    and Higgs (2007), Computers, Environment and Urban Systems 31, 52-75: the product of a kernel in
    space and one in time. Adaptive bandwidths: see `adaptive`.
    """
    check_same_crs(events.crs, grid.crs, "Kernel density")
    params = params.at_least(grid.cell_m)
    age = as_of_days - events.time_days
    recent = events.where((age > 0) & (age <= history_days))
    weight = recent.weight * decay(
        as_of_days - recent.time_days, params.half_life_days, history_days
    )
    fixed = _fixed(recent, weight, grid, inside, params)
    if not params.adaptive or not len(recent):
        return fixed
    widths = adapt_bandwidths(
        recent.easting, recent.northing, weight, fixed.mean, grid, params.bandwidth_m
    )
    scale = _scale(kernel_share(inside, grid, widths.cells, params.kernel), inside)
    where = (recent.easting, recent.northing)
    mean = kernel_sum(*where, weight, grid, widths.events, params.kernel)
    squares = kernel_sum(*where, weight**2, grid, widths.events, params.kernel, power=2)
    return Density(mean * scale, squares * scale**2)


def _fixed(
    events: Events, weight: Floats, grid: Grid, inside: NDArray[np.bool_], params: KdeParams
) -> Density:
    h, where = params.bandwidth_m, (events.easting, events.northing)
    scale = _scale(kernel_share(inside, grid, h, params.kernel), inside)
    if params.kernel == "gaussian":
        mean = gaussian_sum(*where, weight, grid, h)
        # The square of a normal density of deviation h is one of h / sqrt(2), over 4 pi h².
        squares = gaussian_sum(*where, weight**2, grid, h / math.sqrt(2)) / (4.0 * math.pi * h * h)
    else:
        mean = sum_kernels(*where, weight, grid, params.kernel, h)
        widths = np.full(len(weight), h)
        squares = kernel_sum(*where, weight**2, grid, widths, params.kernel, power=2)
    return Density(mean * scale, squares * scale**2)


def _scale(share: Floats, inside: NDArray[np.bool_]) -> Floats:
    scale = np.full(inside.shape, np.nan)
    scale[inside] = PERIOD_DAYS * M2_PER_KM2 / share[inside]
    return scale


def decay(age_days: Floats, half_life_days: float, history_days: float) -> Floats:
    """Give what an event of some age adds to a rate per day.

    g(a) = r exp(-r a) / (1 - exp(-r H)), r = ln 2 / half-life, which integrates to 1 over the H
    days of history (the time axis has an edge too); 1 / H without decay.

    Parameters
    ----------
    age_days
        (n,) days before the as-of, 0 to H.
    half_life_days, history_days
        Days; H is at least one day.

    Returns
    -------
    ndarray
        (n,) per day.
    """
    span = max(history_days, 1.0)
    if math.isinf(half_life_days):
        return np.full(np.shape(age_days), 1.0 / span)
    rate = math.log(2.0) / half_life_days
    return np.asarray(rate * np.exp(-rate * np.asarray(age_days)) / -math.expm1(-rate * span))
