"""Reports as marks on a map: where, what kind, how many, as small columns.

Takes the places of reports and a period, gives JSON-ready columns. Reports of one kind at one place
are one mark with a count. Where there are more marks than a browser should
draw, places are joined in squares, twice as wide each time, until there are few enough: no report
is left out, and the width is told. Words, people and numbers of cases are never in it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from geo_risk.store import ReportPoints

MOST_MARKS = 12_000
"""A weak machine draws so many in one frame."""

_SCALE = 1_000_000
_FIRST_SQUARE_M = 25.0
_DEGREE_M = 111_320.0


def marks_json(
    points: ReportPoints,
    places: NDArray[np.float64],
    *,
    since: datetime,
    until: datetime,
    most: int = MOST_MARKS,
) -> dict[str, Any]:
    """Give the marks of a map.

    Parameters
    ----------
    points
        Reports that this reader may see; those outside [since, until) are left out.
    places
        (n, 2) their longitude and latitude in WGS-84, NaN without a place.
    since, until
        Zone-aware.
    most
        At most so many marks.

    Returns
    -------
    dict
        `reports` (how many are in the marks), `unlocated`, `square_m` (0: places are exact),
        `origin` and the columns `lon`, `lat` (whole millionths of a degree from it), `kind` (place
        in the list `kinds`) and `n`; and the period, `start` to `end`.
    """
    during = (points.seconds >= since.timestamp()) & (points.seconds < until.timestamp())
    located = during & np.isfinite(places[:, 0])
    spots, kinds = places[located], points.kinds[located]
    kind_names, kind = np.unique(kinds, return_inverse=True)
    square_m, (at, rows) = _joined(spots, kind, most)
    origin = np.round(at.min(axis=0), 6) if len(at) else np.zeros(2)
    steps = np.round((at - origin) * _SCALE).astype(np.int64)
    return {
        "reports": int(located.sum()),
        "unlocated": int((during & ~located).sum()),
        "square_m": square_m,
        "origin": origin.tolist(),
        "kinds": kind_names.tolist(),
        "start": since.isoformat(),
        "end": until.isoformat(),
        "lon": steps[:, 0].tolist(),
        "lat": steps[:, 1].tolist(),
        "kind": rows[:, 0].tolist(),
        "n": rows[:, 1].tolist(),
    }


def _joined(
    spots: NDArray[np.float64],
    kind: NDArray[np.int64],
    most: int,
) -> tuple[float, tuple[NDArray[np.float64], NDArray[np.int64]]]:
    found = _grouped(spots, np.round(spots * _SCALE).astype(np.int64), kind)
    square_m = 0.0
    while len(found[0]) > most:
        square_m = _FIRST_SQUARE_M if square_m == 0 else 2 * square_m
        middle = math.radians(float(spots[:, 1].mean()))
        side = np.array([square_m / (_DEGREE_M * math.cos(middle)), square_m / _DEGREE_M])
        found = _grouped(spots, np.floor(spots / side).astype(np.int64), kind)
    return square_m, found


def _grouped(
    spots: NDArray[np.float64],
    squares: NDArray[np.int64],
    kind: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Join what shares a square and a kind: its mean place, and kind and count."""
    if not len(spots):
        return np.zeros((0, 2)), np.zeros((0, 2), np.int64)
    keys = np.column_stack([squares, kind])
    order = np.lexsort(keys.T)
    keys = keys[order]
    starts = np.flatnonzero(np.r_[True, (np.diff(keys, axis=0) != 0).any(axis=1)])
    count = np.diff(np.r_[starts, len(keys)])
    at = np.add.reduceat(spots[order], starts, axis=0) / count[:, None]
    return at, np.column_stack([keys[starts, 2:], count])
