"""The compiled loops of decayed sums: running sums of groups, and what is near of them.

Takes plain arrays, adds into an array it is handed. Compiled at the first call and kept in numba's
cache: beside this file, in the user's cache where that folder cannot be written, in memory where
neither can. What the sums mean stands in `decayed`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numba

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


def _compiled(loop: Callable[..., Any]) -> Any:
    try:
        return numba.njit(cache=True, nogil=True)(loop)
    except RuntimeError:  # numba: "no locator available", neither folder can be written
        return numba.njit(nogil=True)(loop)


@_compiled
def run_up(values: Floats, known: Ints, starts: Ints, fading: Floats) -> None:
    """Turn each group's values, in order of day, into sums of what was known up to then.

    Parameters
    ----------
    values
        (n, k), overwritten.
    known
        (n,) days, in order within a group.
    starts
        (groups + 1,) first row of each group, and n.
    fading
        (d,) what is left after so many days; nobody looks back on rows farther apart.
    """
    for group in range(len(starts) - 1):
        for row in range(starts[group] + 1, starts[group + 1]):
            days = known[row] - known[row - 1]
            if days < len(fading):
                for column in range(values.shape[1]):
                    values[row, column] += values[row - 1, column] * fading[days]


@_compiled
def add_near(
    near: tuple[Ints, Ints, Floats],
    past: tuple[Ints, Ints, Floats],
    target: tuple[Ints, Ints],
    fading: Floats,
    sums: Floats,
) -> None:
    """Add up, for each target, the last sum before its day of every site that has a weight.

    Parameters
    ----------
    near
        Row pointers, columns and values of a sparse matrix of places and sites.
    past
        Starts of sites, days and running sums of their rows, as of `run_up`.
    target
        Days and places.
    """
    indptr, indices, weight = near
    starts, known, running = past
    days, places = target
    for one in range(len(days)):
        for at in range(indptr[places[one]], indptr[places[one] + 1]):
            first = starts[indices[at]]
            row = _last_before(known, first, starts[indices[at] + 1], days[one])
            if row >= first:
                share = weight[at] * fading[days[one] - known[row]]
                for column in range(sums.shape[1]):
                    sums[one, column] += share * running[row, column]


@_compiled
def add_near_of_key(
    past: tuple[Ints, Ints, Ints, Floats],
    target: tuple[Ints, Ints, Ints],
    at: Floats,
    reach: tuple[float, float],
    fading: Floats,
    sums: Floats,
) -> None:
    """Go back in time from each target through the rows of its key.

    Parameters
    ----------
    past
        Starts of keys, and of their rows in order of day: days, places, values.
    target
        Days, keys and places.
    at
        (p, 2) metres of places.
    reach
        Standard deviation of a Gaussian, and where it is cut, metres.
    fading
        As of `run_up`; older rows are left out.
    """
    starts, known, place, values = past
    sigma_m, farthest_m = reach
    days, keys, places = target
    for one in range(len(days)):
        day, here, first = days[one], places[one], starts[keys[one]]
        row = _last_before(known, first, starts[keys[one] + 1], day)
        while row >= first and day - known[row] < len(fading):
            there = place[row]
            apart = (at[here, 0] - at[there, 0]) ** 2 + (at[here, 1] - at[there, 1]) ** 2
            if there != here and apart <= farthest_m**2:
                share = math.exp(-0.5 * apart / sigma_m**2) * fading[day - known[row]]
                for column in range(sums.shape[1]):
                    sums[one, column] += share * values[row, column]
            row -= 1


@_compiled
def _last_before(known: Ints, first: int, after: int, day: int) -> int:
    """Give the last row from `first` that was known before the day; `first` - 1 without one."""
    low = first
    while low < after:
        middle = (low + after) // 2
        if known[middle] < day:
            low = middle + 1
        else:
            after = middle
    return low - 1
