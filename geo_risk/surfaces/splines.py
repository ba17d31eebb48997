"""Kernel sums by a lattice of B-splines: fast, with an error that is computed, not hoped for.

Takes points, gives sums at cell centres. Points are spread over a coarse lattice by B-splines, the
lattice is convolved with the kernel by one small FFT, and the cells are read off by quintic
B-splines: passes over the points, over the lattice and over the cells, one each. The convolution
takes out what the two splines blur, by least squares (Hockney & Eastwood 1981, eq. 8-22). Which
order and spacing keep which error is worked out in `_error`. What `rtol` means: `kernels`.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from scipy import fft

from geo_risk.surfaces import loops
from geo_risk.surfaces.vectors import spline_pieces

Answer = TypeVar("Answer")

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geo_risk.grid import Grid

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_OUT = 6  # order of the splines the cells are read off by
_ORDERS = (2, 4, 6, 8)
_ONE_THREAD = 300_000  # points below which a second thread costs more than it saves
_STEPS = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0)


@dataclass(frozen=True)
class Scheme:
    """How finely a kernel is represented.

    Parameters
    ----------
    order
        Of the B-splines that points are spread by; the pieces are polynomials of order - 1.
    per_bandwidth
        Nodes of the lattice per bandwidth.
    reach
        Bandwidths beyond which the kernel is left out.
    """

    order: int
    per_bandwidth: float
    reach: float


@dataclass(frozen=True)
class Axis:
    """One axis of a lattice: nodes at start + j x step, j from 0 to n - 1.

    The sums of `gaussian_on_lattice` take it as a ring.
    """

    start: float
    step: float
    n: int

    @classmethod
    def around(cls, low: float, high: float, step: float, margin: float, order: int) -> Axis:
        """Cover centres from low to high, and points up to a margin beyond them."""
        wanted = math.ceil((high - low + 2.0 * margin) / step) + max(order, _OUT) + 1
        spare = order / 2.0 * step
        return cls(low - margin - spare, step, fft.next_fast_len(wanted, real=True))

    def first(self, order: int) -> float:
        """Where a point lies whose first node of `order` is node 0."""
        return self.start + (order // 2 - 1) * self.step

    def taps(self, at: Floats, order: int = _OUT) -> tuple[Integers, Floats]:
        """Give for each position its first node, and what its nodes count."""
        x = (at - self.first(order)) / self.step
        first = np.floor(x).astype(np.int64)
        return first, spline_values(x - first, order)


def gaussian_on_lattice(
    easting: Floats,
    northing: Floats,
    weight: Floats,
    grid: Grid,
    bandwidth_m: float,
    scheme: Scheme,
) -> tuple[Floats, float]:
    """Sum normal densities at every cell centre.

    Returns
    -------
    ndarray, float
        (rows, cols) per m², and the sum of the weights: not finite where a row is not.
    """
    east, north = grid.eastings(), grid.northings()
    step, reach = bandwidth_m / scheme.per_bandwidth, scheme.reach * bandwidth_m
    across = Axis.around(east[0], east[-1], step, reach, scheme.order)
    along = Axis.around(north[-1], north[0], step, reach, scheme.order)
    mass, total = _spread(easting, northing, weight, across, along, scheme.order)
    if not math.isfinite(total):
        return np.zeros(grid.shape), total
    waves = fft.rfft2(mass)
    a, order = scheme.per_bandwidth, scheme.order
    waves *= _gaussian_transfer(fft.fftfreq(along.n), a, order)[:, None]
    waves *= _gaussian_transfer(fft.rfftfreq(across.n), a, order) / step**2
    nodes = fft.irfft2(waves, s=mass.shape)
    return evaluate(nodes, across.taps(east), along.taps(north), grid.shape), total


def _spread(
    easting: Floats, northing: Floats, weight: Floats, across: Axis, along: Axis, order: int
) -> tuple[Floats, float]:
    shape = (along.n, across.n)
    size = (across.first(order), along.first(order), 1.0 / across.step)

    def part(low: int, high: int) -> tuple[Floats, float]:
        lattice = np.zeros(shape)
        rows = easting[low:high], northing[low:high], weight[low:high]
        return lattice, loops.add_points(*rows, *size, order, lattice)

    parts = in_parts(part, len(easting), _parts(len(easting)))
    lattice, total = parts[0]
    for other, more in parts[1:]:
        lattice += other
        total += more
    return lattice, total


def evaluate(
    nodes: Floats,
    across: tuple[Integers, Floats],
    along: tuple[Integers, Floats],
    shape: tuple[int, int],
) -> Floats:
    """Read (rows, cols) cells off a lattice: `taps` along each axis, columns first."""
    turned = np.ascontiguousarray(nodes.T)
    halfway, out = np.empty((nodes.shape[0], shape[1])), np.empty(shape)
    parts = 2 if shape[0] * shape[1] > 1_000_000 else 1
    in_parts(
        lambda low, high: loops.evaluate_columns(turned, *across, low, high, halfway),
        shape[1],
        parts,
    )
    in_parts(
        lambda low, high: loops.evaluate_rows(halfway, *along, low, high, out), shape[0], parts
    )
    return out


def in_parts(work: Callable[[int, int], Answer], n: int, parts: int) -> list[Answer]:
    """Cut 0 to n into equal parts and work on them at the same time; answers in order."""
    cuts = [n * part // parts for part in range(parts + 1)]
    if parts == 1:
        return [work(0, n)]
    with ThreadPoolExecutor(parts - 1) as pool:  # the caller's thread works too
        others = [pool.submit(work, *ends) for ends in pairwise(cuts[1:])]
        return [work(0, cuts[1]), *(one.result() for one in others)]


def _parts(points: int) -> int:
    # The number must not depend on the machine: the order of a sum is part of its result.
    return 1 if points < _ONE_THREAD else 2


def spline_values(x: Floats, order: int) -> Floats:
    """Give the uniform B-splines of an order at fractions of an interval: (n, order)."""
    powers = np.vander(x, order, increasing=True)
    return np.asarray(powers @ spline_pieces(order))


def _gaussian_transfer(waves: Floats, per_bandwidth: float, order: int) -> Floats:
    """Give the kernel over both splines: exp(-2 pi² a² k²) / sinc(k)^(order + 6), k per step."""
    kernel = np.exp(-2.0 * (math.pi * per_bandwidth * waves) ** 2)
    return np.asarray(kernel / np.sinc(waves) ** (order + _OUT))


@lru_cache(maxsize=256)
def schemes_for(rtol: float) -> tuple[Scheme, ...]:
    """Give the coarsest scheme of each order that keeps a tolerance; none where none does."""
    reach = math.sqrt(2.0 * math.log(10.0 / rtol))
    found = []
    for order in _ORDERS:
        steps = [one for one in _STEPS if error_of(order, one) <= 0.9 * rtol]
        if steps:
            found.append(Scheme(order, min(steps), reach))
    return tuple(found)


@lru_cache(maxsize=256)
def error_of(order: int, per_bandwidth: float) -> float:
    """Give the error of one point's kernel in the plane, worked out along one axis.

    A point at each of 16 places between two nodes, read off at 8 places an interval, against the
    normal density: e is the larger of the largest difference over the peak and of the integral of
    the absolute difference. In the plane the kernel is a product of two, so the error is
    2 e + e², twice that for points whose errors add up where their kernels do not.
    """
    nodes, places, reads = 256, 16, 8
    offset = np.arange(places) / places
    at = nodes // 2
    mass = np.zeros((places, nodes))
    mass[:, at : at + order] = spline_values(offset, order)
    waves = fft.rfftfreq(nodes)
    lattice = fft.irfft(fft.rfft(mass) * _gaussian_transfer(waves, per_bandwidth, order), nodes)
    x = np.arange(8 * reads, (nodes - 8) * reads) / reads
    first = np.floor(x).astype(np.int64)
    taps = spline_values(x - first, _OUT)
    read = sum(lattice[:, first + k - (_OUT // 2 - 1)] * taps[:, k] for k in range(_OUT))
    away = (x - (at + order // 2 - 1 + offset[:, None])) / per_bandwidth
    peak = 1.0 / (math.sqrt(2.0 * math.pi) * per_bandwidth)
    difference = np.abs(read - peak * np.exp(-0.5 * away**2))
    e = max(float(difference.max()) / peak, float(difference.sum(axis=1).max()) / reads)
    return 2.0 * (2.0 * e + e * e)
