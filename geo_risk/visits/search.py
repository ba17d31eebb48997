"""The search of routes: annealed in blocks, on two threads, until iterations or time are used up.

Takes arrays and routes that can be kept, gives better routes. The loops are in `loops`; what is a
problem and what a plan is `solve`'s to know.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from geo_risk.visits import loops
from geo_risk.visits.arrays import Arrays, read_orders, write_orders

Orders = dict[str, tuple[str, ...]]

_THREADS = 2
_BLOCK = 50_000
"""Iterations x candidates between two looks at the clock: some hundredths of a second."""


@dataclass(frozen=True)
class SearchParams:
    """How a plan is searched for.

    Parameters
    ----------
    alone, together
        Iterations for each candidate: of each officer's own zones, and of all together.
    hot, cold
        Temperatures at the beginning and the end, in mean prizes.
    size
        Mean number of visits taken out at a time.
    hour
        What an hour of a shift is worth, in mean prizes, so that short routes are preferred.
    crossing_reach
        How many candidates of other zones an officer is considered for, the best for their time.
    """

    alone: int = 250
    together: int = 300
    hot: float = 0.5
    cold: float = 0.02
    size: float = 8.0
    hour: float = 0.01
    crossing_reach: int = 100


@dataclass
class Watch:
    """Until when to search, and who may end it before."""

    begun: float
    seconds: float
    cancelled: Callable[[], bool] = lambda: False

    def share(self) -> float:
        """Share of the time that is over; 1 when somebody has had enough."""
        if self.cancelled():
            return 1.0
        return (time.monotonic() - self.begun) / self.seconds if self.seconds > 0 else 1.0


def fill(arrays: Arrays, orders: Orders, by_worth: float = 1.0, by_cost: float = 1.0) -> Orders:
    """Put what fits into routes, the best of worth^a / seconds^b first; nothing is taken out.

    Parameters
    ----------
    arrays
        The problem.
    orders
        Routes that can be kept.
    by_worth, by_cost
        1 and 1: the most prize for its time; 1 and 0: the largest prize; 0 and 1: the quickest.
    """
    routes, lengths = read_orders(arrays, orders)
    loops.fill(routes, lengths, arrays.case, (by_worth, by_cost))
    return write_orders(arrays, routes, lengths)


def search_alone(
    arrays: Arrays,
    orders: Orders,
    groups: Sequence[Sequence[int]],
    params: SearchParams,
    watch: Watch,
    seed: int,
    tell: Callable[[float], None],
    until: float,
) -> Orders:
    """Search the shifts of each group with the candidates no other group has in its routes."""
    taken = {one: shift for shift, some in orders.items() for one in some}
    done = 0

    def search(number: int) -> Orders:
        nonlocal done
        rows = groups[number]
        own = {arrays.shift_ids[row] for row in rows}
        may = arrays.worth[:, rows].max(axis=1) >= 0
        mine = [k for k, one in enumerate(arrays.ids) if may[k] and taken.get(one, "") in own]
        home = arrays.worth[:, rows].max(axis=1) >= arrays.worth.max(axis=1)
        free = [k for k, one in enumerate(arrays.ids) if one not in taken and may[k] and home[k]]
        part = _part(arrays, sorted(mine + free), rows)
        share = until * (number // _THREADS + 1) / -(-len(groups) // _THREADS)
        found = _anneal(
            part, {one: orders.get(one, ()) for one in own}, params, params.alone, watch,
            seed + number, share,
        )  # fmt: skip
        done += 1
        tell(done / len(groups))
        return found

    with ThreadPoolExecutor(_THREADS) as pool:
        every = list(pool.map(search, range(len(groups))))
    return {name: order for found in every for name, order in found.items()}


def search_all(
    arrays: Arrays,
    orders: Orders,
    params: SearchParams,
    watch: Watch,
    seed: int,
    tell: Callable[[float], None] = lambda _share: None,
    begun: float = 0.0,
) -> Orders:
    """Search all shifts at once, from two seeds; give the better."""

    def search(number: int) -> Orders:
        told = tell if number == 0 else (lambda _share: None)
        return _anneal(arrays, orders, params, params.alone, watch, seed + number, 1.0, told, begun)

    with ThreadPoolExecutor(_THREADS) as pool:
        every = list(pool.map(search, range(_THREADS)))
    return max(every, key=lambda one: value_of(arrays, one))


def value_of(arrays: Arrays, orders: Mapping[str, Sequence[str]]) -> float:
    """Give what routes bring, tiers counted."""
    number = {one: k for k, one in enumerate(arrays.ids)}
    row = {one: k for k, one in enumerate(arrays.shift_ids)}
    return float(
        sum(arrays.bonus[number[one], row[shift]] for shift, some in orders.items() for one in some)
    )


def _part(arrays: Arrays, candidates: Sequence[int], rows: Sequence[int]) -> Arrays:
    """Give the arrays of some candidates and some shifts."""
    some = np.array(candidates, dtype=np.int64)
    cut = np.ix_(some, np.array(rows, dtype=np.int64))
    kept_near = np.full(len(arrays.ids), -1, dtype=np.int64)
    kept_near[some] = np.arange(len(some))
    near = kept_near[arrays.near[some]]
    width = int((near >= 0).sum(axis=1).min(initial=near.shape[1])) if len(some) else 0
    order = np.argsort(near < 0, axis=1, kind="stable")
    near = np.take_along_axis(near, order, axis=1)[:, :width]
    return Arrays(
        ids=tuple(arrays.ids[k] for k in some),
        shift_ids=tuple(arrays.shift_ids[row] for row in rows),
        worth=np.ascontiguousarray(arrays.worth[cut]),
        bonus=np.ascontiguousarray(arrays.bonus[cut]),
        place=arrays.place[some],
        service=arrays.service[some],
        travel=arrays.travel,
        low=np.ascontiguousarray(arrays.low[cut]),
        high=np.ascontiguousarray(arrays.high[cut]),
        frames=np.ascontiguousarray(arrays.frames[np.array(rows, dtype=np.int64)]),
        near=np.ascontiguousarray(near, dtype=np.int32),
    )


def _anneal(
    arrays: Arrays,
    orders: Orders,
    params: SearchParams,
    each: int,
    watch: Watch,
    seed: int,
    until: float,
    tell: Callable[[float], None] = lambda _share: None,
    begun: float = 0.0,
) -> Orders:
    """Run the loop in blocks, hot to cold, until the iterations or the time are used up."""
    routes, lengths = read_orders(arrays, orders)
    best_routes, best_lengths = routes.copy(), lengths.copy()
    if not arrays.ids:
        return orders
    optional = arrays.worth[arrays.worth > 0]
    mean = float(optional.mean()) if optional.size else 1.0
    block = max(20, _BLOCK // len(arrays.ids))
    blocks = -(-each * len(arrays.ids) // block)
    best, cooled = -1.0, 0.0
    begun = watch.share() if begun == 0.0 else begun
    for number in range(blocks):
        spent = (watch.share() - begun) / max(until - begun, 1e-9)
        if spent >= 1.0:
            break
        ahead = min(1.0, max((number + 1) / blocks, spent + 1.0 / blocks))
        hot, cold = (_heat(params, share) * mean for share in (cooled, ahead))
        cooled = ahead
        block_routes, block_lengths = best_routes.copy(), best_lengths.copy()
        cooling = loops.Cooling(hot, cold, params.hour * mean / 3600, params.size)
        found = loops.anneal(
            routes, lengths, arrays.case, cooling, block, seed * 100_003 + number, block_routes,
            block_lengths,
        )  # fmt: skip
        if found > best:
            best, best_routes, best_lengths = found, block_routes, block_lengths
        tell((number + 1) / blocks)
    return write_orders(arrays, best_routes, best_lengths)


def _heat(params: SearchParams, share: float) -> float:
    return params.hot * float((params.cold / params.hot) ** share)
