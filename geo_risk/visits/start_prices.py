"""First prices of visits: what they would be if a shift were only a sum of times.

Takes classes of shifts, gives a price a visit. The time of a visit is its
service and the way to its nearest neighbours; visits may be split among officers (the linear
programme of generalised assignment). What it says of prices is close enough for a search by boxes
to begin there; it is no bound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array

from geo_risk.visits.linear import solve_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.visits.pricing import Pricing
    from geo_risk.visits.shift_classes import ShiftClass

    Floats = NDArray[np.float64]

_NEIGHBOURS = 3  # whose mean distance is taken for the way to a visit
_FAR_S = 1 << 30


def start_prices(pricing: Pricing, required: NDArray[np.bool_]) -> Floats:
    """Give first prices.

    Returns
    -------
    ndarray
        (candidates,), negative only where required.
    """
    classes, n = pricing.classes, len(required)
    pay_s = pricing.service + _way_s(pricing)
    rows, cols, shares, cost, at = [], [], [], [], 0
    for k, one in enumerate(classes):
        able = np.flatnonzero(one.worth >= 0)
        here = at + np.arange(len(able))
        rows += [able, np.full(len(able), n + k)]
        cols += [here, here]
        shares += [np.ones(len(able)), pay_s[able] / one.length_s]
        cost.append(-one.worth[able])
        at += len(able)
    # A required visit that nobody has time for costs more than any visit brings.
    lack = np.flatnonzero(required)
    rows.append(lack)
    cols.append(at + np.arange(len(lack)))
    shares.append(np.ones(len(lack)))
    dearest = max((float(one.worth.max(initial=0.0)) for one in classes), default=0.0)
    cost.append(np.full(len(lack), 10.0 * dearest + 1.0))
    if not at:
        return np.zeros(n)
    table = coo_array(
        (np.concatenate(shares), (np.concatenate(rows), np.concatenate(cols))),
        (n + len(classes), at + len(lack)),
    ).tocsr()
    most = np.concatenate((np.ones(n), [one.size * _share(one) for one in classes]))
    exact = np.append(required, np.zeros(len(classes), bool))
    solved = solve_rows(np.concatenate(cost), table, most, exact)
    return np.zeros(n) if solved is None else solved[2][:n]


def _way_s(pricing: Pricing) -> Floats:
    ways = np.where(pricing.ways < 0, _FAR_S, pricing.ways).astype(float)
    np.fill_diagonal(ways, _FAR_S)
    near = np.sort(ways, axis=1)[:, :_NEIGHBOURS]
    return np.minimum(near.mean(axis=1), pricing.service) if near.size else np.zeros(len(ways))


def _share(one: ShiftClass) -> float:
    # Of a shift, what is left when a near visit has been gone to and come from.
    ways = np.where((one.out_s < 0) | (one.home_s < 0), _FAR_S, one.out_s + one.home_s)
    near = float(np.quantile(ways, 0.25)) if len(ways) else 0.0
    return max(0.5, 1.0 - 0.35 * near / one.length_s)
