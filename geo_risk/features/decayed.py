"""Decayed sums of what was known before a day: of the same key, and near by.

Takes past values with the day each was known, gives for every target the sum of those known before
its day, each worth half after a half-life. By key: of the same team, premises or branch. Near: a
weighted sum over places, by a sparse matrix of weights. Because the decay is exponential, a site's
past up to a day is one running sum that ages by a scalar: a target costs one step per site near by.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.spatial import cKDTree

from geo_risk.features.decayed_loops import add_near, add_near_of_key, run_up

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

TIED_M = 1.0
"""Points no farther apart than this are one address."""

_FAR = 10**8  # beyond all days
_OLDEST = 20.0  # half-lives
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
    use = np.flatnonzero(past_key >= 0)
    if not use.size or not len(target_day):
        return sums
    use = use[np.lexsort((past.known_day[use], past_key[use]))]
    key, known = past_key[use], past.known_day[use]
    starts = np.append(np.flatnonzero(np.diff(key, prepend=-1)), len(key))
    running, fading = _running(past, use, starts, target_day, half_life_days)
    ordered = key * _FAR + np.minimum(known, _FAR - 1)
    row = np.searchsorted(ordered, target_key * _FAR + target_day) - 1
    seen = np.flatnonzero((row >= 0) & (key[row] == target_key))
    row = row[seen]
    sums[seen] = running[row] * fading[target_day[seen] - known[row]][:, None]
    return sums


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
    if not len(target_day) or not len(past.day) or not weights.nnz:
        return sums
    use = np.lexsort((past.known_day, past_site))
    starts = np.searchsorted(past_site[use], np.arange(weights.shape[1] + 1))
    running, fading = _running(past, use, starts, target_day, half_life_days)
    near = (weights.indptr, weights.indices, weights.data)
    past_sums = (starts, past.known_day[use], running)
    add_near(near, past_sums, (target_day, target_place), fading, sums)
    return sums


def _running(
    past: Past, use: Ints, starts: Ints, target_day: Ints, half_life_days: float
) -> tuple[Floats, Floats]:
    """Give sums of what was known up to each row of its group, aged to that row's day, and ageing.

    The latter is 2^(-days / half-life) for as many days as any target looks back.
    """
    known = past.known_day[use]
    oldest = max(int(target_day.max()) - int(known.min()), 0)
    fading = np.exp2(-np.arange(oldest + 1) / half_life_days)
    running = past.values[use] * np.exp2((past.day[use] - known) / half_life_days)[:, None]
    run_up(running, known, starts, fading)
    return running, fading


def sum_near_of_key(
    past: Past,
    past_key: Ints,
    past_place: Ints,
    target_day: Ints,
    target_key: Ints,
    target_place: Ints,
    *,
    at: Floats,
    sigma_m: float,
    half_life_days: float,
) -> Floats:
    """Sum the past of the same key at other places near by.

    Where few rows have a key and half-lives are short, to look at each row costs less than weights
    between all places that are near each other.

    Parameters
    ----------
    past_key, target_key
        (n,) and (m,) of keys; a negative one has no past.
    past_place, target_place
        (n,) and (m,) rows of `at`; a target's own place is left out.
    at
        (p, 2) metres; a row that is not finite is near nothing.
    sigma_m
        Of a Gaussian, cut at two of it.
    half_life_days
        Finite: what is older than 20 of it, a millionth, is left out.

    Returns
    -------
    ndarray
        (m, k): sum over j with known_j < day of exp(-d^2 / 2 sigma^2) x values_j
        x 2^(-(day - day_j) / half-life).
    """
    sums = np.zeros((len(target_day), past.values.shape[1]))
    seen = np.asarray(np.isfinite(at).all(axis=1))
    use = np.flatnonzero((past_key >= 0) & seen[past_place])
    rows = np.flatnonzero((target_key >= 0) & seen[target_place])
    if not use.size or not rows.size:
        return sums
    use = use[np.lexsort((past.known_day[use], past_key[use]))]
    known, place = past.known_day[use], past_place[use]
    aged = past.values[use] * np.exp2((past.day[use] - known) / half_life_days)[:, None]
    keys = np.arange(int(max(past_key.max(), target_key.max())) + 2)
    oldest = int(np.ceil(_OLDEST * half_life_days))
    near = np.zeros((len(rows), sums.shape[1]))
    add_near_of_key(
        (np.searchsorted(past_key[use], keys), known, place, aged),
        (target_day[rows], target_key[rows], target_place[rows]),
        at,
        (sigma_m, _REACH * sigma_m),
        np.exp2(-np.arange(oldest + 1) / half_life_days),
        near,
    )
    sums[rows] = near
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
