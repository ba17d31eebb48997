"""The compiled loop that closes a table of times: no way is longer than one over a third place.

Compiled at the first call and kept in numba's cache: beside this file, in the user's cache where
that folder cannot be written, in memory where neither can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

FAR = 2**28
"""No way at all, in seconds: two of them, doubled, still add up within 32 bits."""
_NO_WAY, _TIME, _ASSUMED = np.int32(FAR << 1), np.int32(-2), np.int32(1)


def _compiled(loop: Callable[..., Any]) -> Any:
    try:
        return numba.njit(cache=True, nogil=True)(loop)
    except RuntimeError:  # numba: "no locator available", neither folder can be written
        return numba.njit(nogil=True)(loop)


def close(seconds: NDArray[np.int32], straight: NDArray[np.bool_]) -> None:
    """Put the quickest way over other places into each pair.

    Parameters
    ----------
    seconds
        (n, n), overwritten; `FAR` for no way, 0 on the diagonal.
    straight
        (n, n) of bool, overwritten: a way over others is assumed as soon as a part of it is. Of two
        equally quick ways the one that is not assumed counts.
    """
    both = np.ascontiguousarray(seconds << 1 | straight)
    _close(both)
    np.right_shift(both, 1, out=seconds)
    np.not_equal(both & 1, 0, out=straight)


@_compiled
def _shorten(target: NDArray[np.int32], source: NDArray[np.int32], there: np.int32) -> None:
    """Put the ways over one place into a row; 32 bits throughout, so that lanes fill."""
    time, assumed = there & _TIME, there & _ASSUMED
    for column in range(len(source)):
        rest = source[column]
        way = np.int32(np.int32(time + (rest & _TIME)) | assumed | (rest & _ASSUMED))
        target[column] = min(target[column], way)


@_compiled
def _close(both: NDArray[np.int32]) -> None:
    """Close a table of seconds x 2 + assumed (Floyd, 1962)."""
    for over in range(len(both)):
        source = both[over].copy()
        for row in range(len(both)):
            there = both[row, over]
            if there < _NO_WAY and row != over:
                _shorten(both[row], source, there)
