"""Hot spots: which cells hold more than chance puts there, and whether that is new.

Takes counts per cell in one or several periods, gives Gi* z, p-values adjusted once for all cells
and periods together, and one of four classes per cell. Gi* after Ord and Getis (1995), false
discovery after Benjamini and Hochberg (1995). Which kinds and periods are looked at is decided in
`fitting`; a forecast belongs to `forecast`: a hot spot is a statement about the past.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import pearson3

from geo_risk.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]


_LARGEST_CLUMP = 4.0  # reports of one event; see `hot_chance`


class HotSpot(IntEnum):
    """What a cell's history says; the number is the surface's value."""

    NONE = 0
    FADING = 1
    PERSISTENT = 2
    EMERGING = 3


@dataclass(frozen=True)
class HotSpots:
    """Hot spots over a series of periods, oldest first.

    Parameters
    ----------
    z
        (periods, rows, cols) Gi*, NaN outside the park; 0 where nothing varies.
    adjusted
        (periods, rows, cols) p-value that the cell is hot, adjusted over all cells and periods.
    classes
        int8 (rows, cols) of `HotSpot`, -1 outside.
    band_m
        Distance within which cells are neighbours, metres.
    """

    z: Floats
    adjusted: Floats
    classes: NDArray[np.int8]
    band_m: float


def fit_hotspots(
    counts: Floats, inside: Mask, cell_m: float, band_m: float, *, rate: float = 0.05
) -> HotSpots:
    """Find the hot spots of a series of periods.

    Parameters
    ----------
    counts
        (periods, rows, cols) events per cell, oldest period first; what lies outside is not read.
    inside
        (rows, cols) the park's cells.
    cell_m, band_m
        Side of a cell and distance of a neighbour, metres.
    rate
        Share of false ones among the cells called hot that is put up with.

    Returns
    -------
    HotSpots
        One family of tests, adjusted once: the Gi* of every cell in every period, one-sided. The
        classes of `classify` are read off that one decision; the trend in them is a sign, not a
        test, so that nothing is adjusted twice and nothing goes unadjusted.

    Raises
    ------
    InputError
        When shapes do not match, a count within the park is negative or not finite, or a distance
        is not above 0.

    References
    ----------
    Benjamini and Yekutieli (2001), Annals of Statistics 29, 1165-1188, theorem 1.2: the adjustment
    holds where tests depend on each other positively, as sums over overlapping bands do.
    """
    counts = np.asarray(counts, dtype=np.float64)
    if counts.ndim != 3 or counts.shape[1:] != inside.shape or not counts.shape[0]:
        raise InputError(
            f"Counts are {counts.shape}, the park's cells {inside.shape}.",
            "Give (periods, rows, cols).",
        )
    if (counts[:, inside] < 0).any():
        raise InputError("A count of events is below 0.", "Give counts, not differences.")
    z = np.array([getis_ord(one, inside, cell_m, band_m) for one in counts])
    chance = np.array(
        [hot_chance(gi, one, inside, cell_m, band_m) for gi, one in zip(z, counts, strict=True)]
    )
    adjusted = np.full(counts.shape, np.nan)
    adjusted[:, inside] = adjust(chance[:, inside])
    classes = np.full(inside.shape, -1, dtype=np.int8)
    classes[inside] = classify(adjusted[:, inside] <= rate, z[:, inside])
    return HotSpots(z, adjusted, classes, band_m)


def getis_ord(values: Floats, inside: Mask, cell_m: float, band_m: float) -> Floats:
    """Give Gi* of each cell: how far the sum around it is from what its number of cells holds.

    z_i = (sum_j w_ij x_j - W_i m) / (s sqrt((n W_i - W_i²) / (n - 1))), with w_ij = 1 for cells of
    the park whose centres are at most a band apart, the cell itself among them, W_i their number, m
    and s mean and standard deviation (divisor n) over the park's n cells.

    Parameters
    ----------
    values
        (rows, cols) any quantity; what lies outside is not read.
    inside
        (rows, cols) the park's cells.
    cell_m, band_m
        Metres; a band below a cell leaves the cell alone.

    Returns
    -------
    ndarray
        (rows, cols), NaN outside; 0 where all cells are alike or a band holds the whole park.

    Raises
    ------
    InputError
        When a value within the park is not finite, or a distance is not above 0.

    References
    ----------
    Ord and Getis (1995), Geographical Analysis 27, 286-306, equation 14.
    """
    x = _checked(values, inside)
    n = int(inside.sum())
    z = np.full(inside.shape, np.nan)
    around = band_sum(inside.astype(np.float64), cell_m, band_m)[inside]
    known = x[inside]
    mean, deviation = (float(known.mean()), float(known.std())) if n else (0.0, 0.0)
    spread = around * (n - around)
    if n < 2 or deviation <= 1e-12 * max(1.0, abs(mean)):
        z[inside] = 0.0
        return z
    excess = band_sum(np.where(inside, x - mean, 0.0), cell_m, band_m)[inside]
    scale = deviation * np.sqrt(spread / (n - 1))
    z[inside] = np.divide(excess, scale, out=np.zeros(n), where=scale > 0)
    return z


def hot_chance(z: Floats, counts: Floats, inside: Mask, cell_m: float, band_m: float) -> Floats:
    """Give the chance of a Gi* as high as this or higher, if all cells of the park were alike.

    In units of z the count of a band has mean 0, deviation 1, and skewness
    (1 - 2f) sqrt(D / (N f (1 - f))), f = W / n the band's share of the park and N the park's
    events: that of a binomial of N / D clumps of D events. D is variance over mean of the cells'
    counts, from 1 to 4: several reports of one event are a clump; more than that in a cell is heat.
    A gamma with these three moments (Pearson III) stands for the distribution. The normal that is
    used elsewhere is the case of skewness 0: where few events are to be expected in a band, it
    calls any two of them a hot spot.

    Parameters
    ----------
    z
        (rows, cols) of `getis_ord`.
    counts, inside, cell_m, band_m
        As there; events, at least 0.

    Returns
    -------
    ndarray
        (rows, cols) in [0, 1], NaN outside; 1 where nothing varies.

    References
    ----------
    Pearson (1895), Philosophical Transactions A 186, 343-414: type III. That few expected events
    mislead the normal z: Ord and Getis (1995), page 289; Zhang (2008), Computational Statistics and
    Data Analysis 52, 3025-3043, section 3.
    """
    known = _checked(counts, inside)[inside]
    total = float(known.sum())
    chance = np.full(inside.shape, np.nan)
    chance[inside] = 1.0
    gi = z[inside]
    if not (total > 0 and gi.any()):
        return chance
    share = band_sum(inside.astype(np.float64), cell_m, band_m)[inside] / len(gi)
    some = share < 1.0
    share = np.where(some, share, 0.5)
    clump = min(max(float(known.var()) / float(known.mean()), 1.0), _LARGEST_CLUMP)
    skew = (1.0 - 2.0 * share) * np.sqrt(clump / (total * share * (1.0 - share)))
    chance[inside] = np.where(some, np.clip(pearson3.sf(gi, skew), 0.0, 1.0), 1.0)
    return chance


def adjust(chance: Floats) -> Floats:
    """Adjust p-values for the share of false discoveries among all of them.

    q_(i) = min over j >= i of p_(j) m / j, at most 1, with p_(1) <= ... <= p_(m).

    Parameters
    ----------
    chance
        Any shape; one family.

    Returns
    -------
    ndarray
        The same shape.

    References
    ----------
    Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57, 289-300: the
    procedure (1), as adjusted p-values.
    """
    flat = np.asarray(chance, dtype=np.float64).ravel()
    order = np.argsort(flat)[::-1]
    scaled = flat[order] * len(flat) / np.arange(len(flat), 0, -1)
    adjusted = np.empty(len(flat))
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled), 1.0)
    return adjusted.reshape(np.shape(chance))


def classify(hot: Mask, z: Floats) -> NDArray[np.int8]:
    """Say of each cell whether its heat is new, old, or going.

    Hot in the last period: `PERSISTENT` where it was hot in at least half of the earlier ones, else
    `EMERGING`. Not hot in the last: `FADING` where it was hot in at least half of the earlier ones,
    or in any of them while its z falls (Mann-Kendall's S below 0), else `NONE`. With one period
    alone, what is hot is `EMERGING`: nothing is known of before.

    Parameters
    ----------
    hot
        (periods, n) significant after adjustment, oldest first.
    z
        (periods, n) Gi*.

    Returns
    -------
    ndarray
        int8 (n,) of `HotSpot`.

    References
    ----------
    Emerging hot spot analysis (Esri, ArcGIS Pro, "How Emerging Hot Spot Analysis works") joins Gi*
    per period with a Mann-Kendall trend and names seventeen patterns; these are the three that lead
    to different acts. Mann (1945), Econometrica 13, 245-259: S = sum over i < j of sign(z_j - z_i).
    """
    periods = hot.shape[0]
    now, before = hot[-1], hot[:-1].sum(axis=0)
    often = (before > 0) & (2 * before >= periods - 1)
    trend = np.zeros(hot.shape[1])
    for first in range(periods - 1):
        trend += np.sign(z[first + 1 :] - z[first]).sum(axis=0)
    fading = ~now & (often | ((before > 0) & (trend < 0)))
    classes = np.select(
        [now & often, now, fading], [HotSpot.PERSISTENT, HotSpot.EMERGING, HotSpot.FADING], 0
    )
    return np.asarray(classes, dtype=np.int8)


def choose_band(total: float, n_cells: int, cell_m: float, *, expected: float = 4.0) -> float:
    """Give the narrowest band, in whole cells, in which so many events are to be expected.

    Narrower, and one event among empty cells decides; wider, and a hot spot says nothing of where.

    Parameters
    ----------
    total
        Events in one period.
    n_cells, cell_m
        Number and side of the park's cells.
    expected
        Events in a band of a flat park.

    Returns
    -------
    float
        Metres: at least 1.5 cells (the eight around), at most a tenth of the park in a band.
    """
    cells = expected * n_cells / max(total, 1e-9)
    cells = min(cells, n_cells / 10.0)
    return max(1.5, math.ceil(math.sqrt(cells / math.pi))) * cell_m


def band_sum(values: Floats, cell_m: float, band_m: float) -> Floats:
    """Sum over the cells whose centres are within a band of each: a disc swept row by row.

    Parameters
    ----------
    values
        (rows, cols), 0 where nothing is to be counted.
    cell_m, band_m
        Metres, above 0.

    Returns
    -------
    ndarray
        (rows, cols). Running sums, so the time is cells x (2 band / cell + 1), and whole numbers
        stay exact.
    """
    if not (cell_m > 0 and math.isfinite(cell_m) and band_m > 0 and math.isfinite(band_m)):
        raise InputError(f"Band {band_m} m over cells of {cell_m} m.", "Give metres above 0.")
    rows, cols = values.shape
    running = np.zeros((rows, cols + 1))
    np.cumsum(values, axis=1, out=running[:, 1:])
    across = np.arange(cols)
    total = np.zeros((rows, cols))
    far = band_m / cell_m + 1e-9  # a centre exactly a band away is a neighbour
    for step in range(min(int(far), rows - 1) + 1):
        half = int(math.sqrt(max(far * far - step * step, 0.0)))
        chord = (
            running[:, np.minimum(across + half + 1, cols)]
            - running[:, np.maximum(across - half, 0)]
        )
        total[: rows - step] += chord[step:]
        if step:
            total[step:] += chord[: rows - step]
    return total


def _checked(values: Floats, inside: Mask) -> Floats:
    x = np.asarray(values, dtype=np.float64)
    if x.shape != inside.shape:
        raise InputError(
            f"Values are {x.shape}, the park's cells {inside.shape}.", "Give one grid."
        )
    bad = inside & ~np.isfinite(x)
    if bad.any():
        row, col = np.argwhere(bad)[0]
        raise InputError(
            f"The value of cell ({row}, {col}) is {x[row, col]}.", "Give finite values in the park."
        )
    return x
