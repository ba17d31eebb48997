"""Which bandwidth and decay: the ones under which later events were least surprising.

Takes events and candidates, gives the candidate with the highest prospective likelihood and what
each scored. Every fold is fitted on what was known before its cut and judged on what came after, so
that events at one place do not vouch for each other as they do when one at a time is left out: tied
coordinates do not draw the bandwidth to nothing, and no bandwidth is below a cell. Blending several
belongs to `forecast`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.errors import InputError
from geo_risk.surfaces.evaluate import mixed
from geo_risk.surfaces.kde import KdeParams, fit_kde

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo_risk.events import Events
    from geo_risk.grid import Grid

    Floats = NDArray[np.float64]

FOLDS = 6


@dataclass(frozen=True)
class Choice:
    """What earlier outcomes say of some candidates.

    Parameters
    ----------
    params
        The best candidate; of equals the first.
    candidates
        All of them.
    gain
        (candidates,) mean log of density over uniform at later events, nats; NaN without any.
    events
        Weight of the events that judged.
    """

    params: KdeParams
    candidates: tuple[KdeParams, ...]
    gain: Floats
    events: float


def choose_bandwidth(
    events: Events,
    grid: Grid,
    inside: NDArray[np.bool_],
    candidates: Sequence[KdeParams],
    *,
    as_of_days: float,
    history_days: float,
    horizon_days: float = 30.0,
    folds: int = FOLDS,
) -> Choice:
    """Choose among kernels by prospective likelihood.

    For each cut T_k = as-of - k x horizon, k = folds ... 1, the candidate is fitted on what came
    before T_k, normalised over the park's cells and mixed with 0.1 % of the uniform density (an
    event is nowhere impossible). gain = sum_k sum_i w_i log(p_k(cell of i) x cells) / sum_i w_i,
    over events i in [T_k, T_k + horizon).

    Parameters
    ----------
    events
        In the grid's CRS, of any time; what is not before the as-of is left out.
    grid, inside
        Where; (rows, cols) of bool.
    candidates
        In order of preference where they are equal, as where there is nothing to judge by.
    as_of_days
        Days since the epoch.
    history_days
        For how long before it events were recorded; cuts with less than one horizon, or 30 days,
        of history before them are left out.
    horizon_days
        Length of a fold, days.
    folds
        At most so many.

    Returns
    -------
    Choice

    Raises
    ------
    InputError
        Without candidates, or with a horizon that is not above 0.

    References
    ----------
    Prequential likelihood: Dawid (1984), Journal of the Royal Statistical Society A 147, 278-292,
    section 5; for kernels in space and time, Mohler et al. (2011), JASA 106, 100-108, section 4.
    That leaving one out collapses under ties: Silverman (1986), section 3.4.3.
    """
    if not candidates or not horizon_days > 0:
        raise InputError(
            f"{len(candidates)} candidates, a horizon of {horizon_days} days.",
            "Give at least one, and days above 0.",
        )
    row, col = grid.cell_of(events.easting, events.northing)
    lies = row >= 0
    lies[lies] = inside[row[lies], col[lies]]
    total, judged = np.zeros(len(candidates)), 0.0
    start = as_of_days - history_days
    cells = int(inside.sum())
    index = (np.cumsum(inside) - 1).reshape(inside.shape)  # of a cell among the park's
    for back in range(folds, 0, -1):
        cut = as_of_days - back * horizon_days
        end = cut + horizon_days
        came = lies & (events.time_days >= cut) & (events.time_days < end) & (events.weight > 0)
        if cut - start < max(horizon_days, 30.0) or not came.any():
            continue
        at, weight = (row[came], col[came]), events.weight[came]
        judged += float(weight.sum())
        for one, params in enumerate(candidates):
            density = fit_kde(
                events, grid, inside, params, as_of_days=cut, history_days=cut - start
            ).mean
            share = mixed(np.maximum(density[inside], 0.0))
            total[one] += weight @ np.log(share[index[at]] * cells)
    gain = total / judged if judged else np.full(len(candidates), math.nan)
    best = int(np.argmax(gain)) if judged else 0
    return Choice(candidates[best], tuple(candidates), gain, judged)
