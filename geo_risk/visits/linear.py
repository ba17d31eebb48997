"""A linear programme with sparse rows, and the prices of its rows, by HiGHS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linprog

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]


def solve_rows(
    cost: Floats,
    table: csr_array,
    high: Floats,
    exact: Flags | None = None,
    *,
    seconds: float = np.inf,
) -> tuple[float, Floats, Floats] | None:
    """Minimise cost @ x over x >= 0 with table @ x <= high, or = high in exact rows.

    Returns
    -------
    value, x, price
        price (rows,): what one more of each row's `high` saves, 0 or more but for exact rows; None
        where no solution was found in time.
    """
    exact = np.zeros(len(high), bool) if exact is None else exact
    some = bool(exact.any())
    result = linprog(  # type: ignore[call-overload] # the stubs know no sparse tables
        cost,
        A_ub=table[~exact],
        b_ub=high[~exact],
        A_eq=table[exact] if some else None,
        b_eq=high[exact] if some else None,
        bounds=(0, None),
        method="highs-ds",
        options={"time_limit": seconds} if np.isfinite(seconds) else {},
    )
    if result.status != 0:
        return None
    price = np.empty(len(high))
    price[~exact] = np.maximum(0.0, -result.ineqlin.marginals)
    if some:
        price[exact] = -result.eqlin.marginals
    return float(result.fun), np.asarray(result.x), price
