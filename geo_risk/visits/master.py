"""The packing of routes, as a linear programme over the routes found so far.

Takes routes with the class of shifts that each is for; gives the prices at which the best packing
of them pays for itself: one a visit, one a class of shifts. Every visit is in at most one route
(those that are required in exactly one), every shift has at most one route.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csc_array, eye_array, hstack, vstack

from geo_risk.visits.linear import solve_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from geo_risk.visits.shift_classes import ShiftClass

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_TRADED = 1e-7  # of a visit, bought or sold at the edge of the box: none


class Master:
    """Routes found so far, each once, and their linear programme."""

    def __init__(self, classes: Sequence[ShiftClass], required: NDArray[np.bool_]) -> None:
        """Begin without a route.

        Parameters
        ----------
        classes
            Of the shifts.
        required
            (candidates,): whether a visit must be in a route.
        """
        self.classes = classes
        self.required = required
        self.routes: list[tuple[int, ...]] = []
        self.owner = np.empty(0, np.int64)
        self.worth = np.empty(0)
        self.counts = csc_array((len(required), 0))
        self._known: set[tuple[int, tuple[int, ...]]] = set()

    def add(self, found: Iterable[tuple[int, tuple[int, ...]]]) -> int:
        """Add routes, each with its class's number; give how many were new."""
        fresh = [one for one in dict.fromkeys(found) if one not in self._known and one[1]]
        if not fresh:
            return 0
        self._known.update(fresh)
        self.routes += [route for _, route in fresh]
        owner = np.array([k for k, _ in fresh], np.int64)
        worth = np.array([self.classes[k].worth[list(route)].sum() for k, route in fresh])
        rows = np.concatenate([np.array(route, np.int64) for _, route in fresh])
        cols = np.repeat(np.arange(len(fresh)), [len(route) for _, route in fresh])
        counts = csc_array((np.ones(len(rows)), (rows, cols)), (len(self.required), len(fresh)))
        counts.sum_duplicates()
        self.owner = np.concatenate((self.owner, owner))
        self.worth = np.concatenate((self.worth, worth))
        self.counts = csc_array(hstack((self.counts, counts)))
        return len(fresh)

    def keep(self, which: NDArray[np.bool_]) -> None:
        """Forget the other routes."""
        self.routes = [route for route, kept in zip(self.routes, which, strict=True) if kept]
        self.owner, self.worth = self.owner[which], self.worth[which]
        self.counts = csc_array(self.counts[:, which])
        self._known = set(zip(self.owner.tolist(), self.routes, strict=True))

    def gains(self, price: Floats) -> Floats:
        """Give each route's worth less the prices of its visits."""
        return self.worth - self.counts.T @ price

    def best(self, price: Floats) -> Floats:
        """Give the most that a known route of each class gains, at least 0."""
        most = np.zeros(len(self.classes))
        np.maximum.at(most, self.owner, self.gains(price))
        return most

    def solve(self, low: Floats, high: Floats) -> tuple[float, Floats, bool]:
        """Find the best prices within a box.

        Parameters
        ----------
        low, high
            (candidates,): each price's box; 0 or more, less than 0 only where required.

        Returns
        -------
        value, price, held
            Sum of prices and of what the shifts gain at them; (candidates,); whether the box holds
            them back: beyond it there are better ones.
        """
        n, sizes = len(self.required), np.array([float(one.size) for one in self.classes])
        shifts = csc_array(
            (np.ones(len(self.owner)), (self.owner, np.arange(len(self.owner)))),
            (len(sizes), len(self.owner)),
        )
        # Visits bought at the low price and sold at the high one keep the prices between.
        bought, blank = eye_array(n, format="csc"), csc_array((len(sizes), n))
        table = vstack(
            (hstack((self.counts, bought, -bought)), hstack((shifts, blank, blank))), format="csr"
        )
        once = np.append(self.required, np.zeros(len(sizes), bool))
        cost = np.concatenate((-self.worth, -low, high))
        solved = solve_rows(cost, table, np.concatenate((np.ones(n), sizes)), once)
        if solved is None:  # numbers too far apart for the solver: the box's middle will do
            return -np.inf, 0.5 * (low + high), True
        _, x, dual = solved
        price, rent = np.clip(dual[:n], low, high), dual[n:]
        traded = x[len(self.routes) :] * np.concatenate((low != 0.0, np.ones(n)))
        return float(price.sum() + sizes @ rent), price, bool(traded.max(initial=0.0) > _TRADED)
