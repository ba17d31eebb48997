"""Decayed sums of what was known before a day: of the same key, and near by.

Takes past values with the day each was known, gives for every target the sum of those known before
its day, each worth half after a half-life. By key: of the same team, premises or branch. Near: a
weighted sum over places, by a sparse matrix of weights. Because the decay is exponential, all of
the past ages by one scalar from one day to the next, so that a sum costs what its day's targets do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

TIED_M = 1.0
"""Points no farther apart than this are one address."""

_REACH = 2.0  # standard deviations of a Gaussian: 86 % of its mass in the plane


@dataclass(frozen=True)
class Past:
    """What happened, in any order.

    Parameters
    ----------
    day, known_day
        (n,) when it happened, and the day on which it was known: it counts from the next day.
    values
        (n, k) what is summed.
    """

    day: Ints
    known_day: Ints
    values: Floats

    def where(self, keep: NDArray[np.bool_]) -> Past:
        """Keep the rows whose flag is set."""
        return Past(self.day[keep], self.known_day[keep], self.values[keep])


def sum_by_key(
    past: Past, past_key: Ints, target_day: Ints, target_key: Ints, half_life_days: float
) -> Floats:
    """Sum the past of the same key.

    Parameters
    ----------
    past_key, target_key
        (n,) and (m,) of keys; a negative one has no past.
    target_day
        (m,) of days: what was known before counts.
    half_life_days
        inf: nothing fades.

    Returns
    -------
    ndarray
        (m, k): sum over j with known_j < day of values_j x 2^(-(day - day_j) / half-life).
    """
    sums = np.zeros((len(target_day), past.values.shape[1]))
    if not len(past.day) or not len(target_day):
        return sums
    last = max(int(past.day.max()), int(target_day.max()))
    grown = past.values * np.exp2((past.day - last) / half_life_days)[:, None]
    order = np.lexsort((past.known_day, past_key))
    keys, starts = np.unique(past_key[order], return_index=True)
    ends = np.append(starts[1:], len(order))
    by_target = np.argsort(target_key, kind="stable")
    low = np.searchsorted(target_key[by_target], keys, side="left")
    high = np.searchsorted(target_key[by_target], keys, side="right")
    for number in np.flatnonzero((keys >= 0) & (low < high)):
        rows = order[starts[number] : ends[number]]
        targets = by_target[low[number] : high[number]]
        running = np.vstack([np.zeros(sums.shape[1]), np.cumsum(grown[rows], axis=0)])
        seen = np.searchsorted(past.known_day[rows], target_day[targets], side="left")
        sums[targets] = running[seen]
    return sums * np.exp2((last - target_day) / half_life_days)[:, None]


def sum_near(
    weights: sparse.csr_array,
    past: Past,
    past_site: Ints,
    target_day: Ints,
    target_place: Ints,
    half_life_days: float,
) -> Floats:
    """Sum the past of all sites, weighted by the target's place.

    Parameters
    ----------
    weights
        (places, sites), as of `gaussian_weights` or `tie_weights`.
    past_site
        (n,) columns of `weights`.
    target_day, target_place
        (m,) of days and of rows of `weights`.

    Returns
    -------
    ndarray
        (m, k): sum over j with known_j < day of weight x values_j x 2^(-(day - day_j) / half-life).
    """
    sums = np.zeros((len(target_day), past.values.shape[1]))
    if not len(past.day) or not weights.nnz:
        return sums
    state = np.zeros((weights.shape[1], past.values.shape[1]))
    order = np.argsort(past.known_day, kind="stable")
    by_day = np.argsort(target_day, kind="stable")
    days, starts = np.unique(target_day[by_day], return_index=True)
    done, before = 0, 0
    for day, rows in zip(days.tolist(), np.split(by_day, starts[1:]), strict=True):
        state *= np.exp2((before - day) / half_life_days) if before else 1.0
        upto = int(np.searchsorted(past.known_day[order], day, side="left"))
        new = order[done:upto]
        aged = past.values[new] * np.exp2((past.day[new] - day) / half_life_days)[:, None]
        np.add.at(state, past_site[new], aged)
        sums[rows] = weights[target_place[rows]] @ state
        done, before = upto, day
    return sums


def gaussian_weights(
    places: Floats, sites: Floats, sigma_m: float, *, apart: bool = False
) -> sparse.csr_array:
    """Give exp(-d^2 / 2 sigma^2) within two sigma.

    Parameters
    ----------
    places, sites
        (p, 2) and (s, 2) metres; a row that is not finite is near nothing.
    sigma_m
        Standard deviation, metres.
    apart
        Leave out pairs of one row: places are sites, and a place is not its own neighbour.

    Returns
    -------
    csr_array
        (p, s) of float64.
    """
    row, col, metres = _pairs(places, sites, _REACH * sigma_m, apart=apart)
    return _matrix(row, col, np.exp(-0.5 * (metres / sigma_m) ** 2), len(places), len(sites))


def tie_weights(places: Floats) -> sparse.csr_array:
    """Give 1 for other places at one point, 0 elsewhere: (p, p)."""
    row, col, metres = _pairs(places, places, TIED_M, apart=True)
    return _matrix(row, col, np.ones_like(metres), len(places), len(places))


def _pairs(
    places: Floats, sites: Floats, reach_m: float, *, apart: bool
) -> tuple[Ints, Ints, Floats]:
    here = np.flatnonzero(np.isfinite(places).all(axis=1))
    there = np.flatnonzero(np.isfinite(sites).all(axis=1))
    if not here.size or not there.size:
        return here[:0], there[:0], np.zeros(0)
    found = cKDTree(places[here]).sparse_distance_matrix(
        cKDTree(sites[there]), reach_m, output_type="ndarray"
    )
    row, col = here[found["i"]], there[found["j"]]
    keep = row != col if apart else np.ones(len(row), dtype=bool)
    return row[keep], col[keep], found["v"][keep]


def _matrix(row: Ints, col: Ints, value: Floats, rows: int, cols: int) -> sparse.csr_array:
    return sparse.csr_array((value, (row, col)), shape=(rows, cols))
