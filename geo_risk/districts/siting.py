"""Where stations help most: the maximal covering location problem (Church & ReVelle 1974).

Takes how long it takes from places to demand, gives the k places that bring most demand within a
standard, beside the stations there are. Greedy, then exchanges of one place or two, then HiGHS,
whose bound says how much better any choice could be at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack, vstack

from geo_risk.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

_EPSILON = 1e-9
_MOST_PAIRS = 2_000_000  # pairs of places x candidates that are tried as exchanges of two


@dataclass(frozen=True)
class Coverage:
    """How much demand some stations reach.

    Parameters
    ----------
    covered
        (n,) of bool: within the standard of a station.
    nearest, away
        (n,) row of the nearest station, and how far it is, in the standard's unit; -1 and inf
        without a station.
    share
        Demand covered / all demand; NaN without demand.
    """

    covered: Mask
    nearest: NDArray[np.int64]
    away: Floats
    share: float


@dataclass(frozen=True)
class Siting:
    """Places proposed for stations.

    Parameters
    ----------
    sites
        Rows of candidates, what adds most first.
    adds
        Demand that each brings within the standard beside those before it.
    before, after, total
        Demand covered today, covered with the sites, and all there is.
    covered
        (n,) of bool: covered with the sites.
    bound
        No choice of as many places covers more than this.
    """

    sites: tuple[int, ...]
    adds: tuple[float, ...]
    before: float
    after: float
    total: float
    covered: Mask
    bound: float

    @property
    def gap(self) -> float:
        """How much better any choice could be, as a share of all demand; 0: proven the best."""
        return max(0.0, self.bound - self.after) / self.total if self.total > 0 else 0.0


def measure_coverage(away: ArrayLike, weights: ArrayLike, standard: float) -> Coverage:
    """Say which demand is within the standard of a station.

    Parameters
    ----------
    away
        (s, n) seconds or metres from each station to each demand; below 0 or NaN: no way.
    weights
        (n,) demand, 0 or more.
    standard
        Largest time or distance that counts as reached, in the same unit.

    Returns
    -------
    Coverage

    Raises
    ------
    InputError
        When shapes do not fit, a weight is negative, or the standard is not above 0.
    """
    table, demand = _checked(away, weights, standard)
    if not len(table):
        nobody = np.full(len(demand), -1, dtype=np.int64)
        none = np.zeros(len(demand), dtype=np.bool_)
        return Coverage(none, nobody, np.full(len(demand), np.inf), _share(0.0, demand))
    nearest = table.argmin(axis=0)
    least = table[nearest, np.arange(len(demand))]
    nearest = np.where(np.isfinite(least), nearest, -1)
    covered = np.asarray(least <= standard, dtype=np.bool_)
    return Coverage(covered, nearest, least, _share(float(demand[covered].sum()), demand))


def site_stations(
    away: ArrayLike,
    weights: ArrayLike,
    standard: float,
    *,
    count: int,
    covered: ArrayLike | None = None,
    seconds: float = 10.0,
) -> Siting:
    """Choose places that bring most demand within the standard.

    Parameters
    ----------
    away, weights, standard
        As for `measure_coverage`, from (m,) candidates.
    count
        So many places; fewer where no further place adds anything.
    covered
        (n,) of bool: demand that stations reach today.
    seconds
        Time for the exact solver; 0 leaves it out, and a plain bound stands.

    Returns
    -------
    Siting

    Raises
    ------
    InputError
        As `measure_coverage`, and for a negative count.

    Examples
    --------
    >>> found = site_stations([[1, 9, 9], [9, 1, 1]], [5, 2, 1], 3, count=1)
    >>> found.sites, found.after, found.gap
    ((0,), 5.0, 0.0)
    """
    table, demand = _checked(away, weights, standard)
    if count < 0:
        raise InputError(f"{count} stations are to be sited.", "Give 0 or more.")
    held = np.zeros(len(demand), dtype=np.bool_)
    if covered is not None:
        held = np.asarray(covered, dtype=np.bool_)
    reach = table <= standard
    open_demand = np.where(held, 0.0, demand)
    useful, merged, gains = _reduced(reach, open_demand)
    count = min(count, len(useful))
    chosen = _exchange(merged, gains, _greedy(merged, gains, count))
    worth = _worth(merged, gains, chosen)
    bound = _plain_bound(merged, gains, count)
    if bound > worth + _EPSILON and seconds > 0:
        exact, proven = _by_highs(merged, gains, count, seconds)
        bound = min(bound, proven)
        if _worth(merged, gains, exact) > worth + _EPSILON:
            chosen = exact
    order, adds = _ordered(merged, gains, chosen)
    sites = tuple(int(useful[one]) for one in order)
    now = held | reach[list(sites)].any(axis=0) if sites else held
    before = float(demand[held].sum())
    after = float(demand[now].sum())
    return Siting(sites, adds, before, after, float(demand.sum()), now, max(after, before + bound))


def _checked(away: ArrayLike, weights: ArrayLike, standard: float) -> tuple[Floats, Floats]:
    demand = np.asarray(weights, dtype=np.float64)
    table = np.asarray(away, dtype=np.float64).reshape(-1, len(demand)) if len(demand) else None
    if table is None:
        table = np.zeros((len(np.asarray(away)), 0))
    elif np.asarray(away).size and np.asarray(away).shape != table.shape:
        raise InputError(
            f"Ways are {np.asarray(away).shape}, demand is {demand.shape}.",
            "Give a row for each place and a column for each demand.",
        )
    if not (np.isfinite(demand).all() and (demand >= 0).all()):
        raise InputError("A demand is negative or no number.", "Give 0 or more.")
    if not standard > 0:
        raise InputError(f"The standard is {standard}.", "Give a time or distance above 0.")
    return np.where(np.isfinite(table) & (table >= 0), table, np.inf), demand


def _share(covered: float, demand: Floats) -> float:
    total = float(demand.sum())
    return covered / total if total > 0 else float("nan")


def _reduced(reach: Mask, demand: Floats) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Give candidates that reach something, and demand in classes that the same of them reach."""
    counts = (demand > 0) & reach.any(axis=0)
    reach = reach[:, counts]
    useful = np.flatnonzero(reach.any(axis=1))
    if not useful.size:
        return useful, np.zeros((0, 0)), np.zeros(0)
    kinds, which = np.unique(reach[useful], axis=1, return_inverse=True)
    gains = np.bincount(which.ravel(), demand[counts], minlength=kinds.shape[1])
    return useful.astype(np.int64), kinds.astype(np.float64), gains.astype(np.float64)


def _worth(reach: Floats, gains: Floats, chosen: list[int]) -> float:
    return float(gains[reach[chosen].any(axis=0)].sum()) if chosen else 0.0


def _greedy(reach: Floats, gains: Floats, count: int, start: tuple[int, ...] = ()) -> list[int]:
    chosen = list(start)
    left = gains.copy()
    for one in chosen:
        left = left * (1.0 - reach[one])
    while len(chosen) < count:
        adds = reach @ left
        best = int(adds.argmax())
        if adds[best] <= _EPSILON:
            break
        chosen.append(best)
        left = left * (1.0 - reach[best])
    return chosen


def _exchange(reach: Floats, gains: Floats, chosen: list[int]) -> list[int]:
    """Put other places for one or two as long as that covers more (Teitz & Bart 1968)."""
    worth = _worth(reach, gains, chosen)
    sizes = [1]
    if len(chosen) ** 2 * reach.size <= _MOST_PAIRS:
        sizes.append(2)
    better = True
    while better:
        better = False
        for size in sizes:
            for out in combinations(range(len(chosen)), size):
                kept = tuple(one for n, one in enumerate(chosen) if n not in out)
                tried = _refilled(reach, gains, kept, size)
                now = _worth(reach, gains, tried)
                if now > worth + _EPSILON:
                    chosen, worth, better = tried, now, True
                    break
            if better:
                break
    return chosen


def _refilled(reach: Floats, gains: Floats, kept: tuple[int, ...], size: int) -> list[int]:
    """Give the best filling of one free place; of two, the best second for every first."""
    if size == 1:
        return _greedy(reach, gains, len(kept) + 1, kept)
    left = gains * (1.0 - reach[list(kept)].max(axis=0)) if kept else gains
    both = reach * left
    pairs = both.sum(axis=1)[:, None] + both.sum(axis=1) - both @ reach.T
    first, second = np.unravel_index(int(pairs.argmax()), pairs.shape)
    return [*kept, int(first), int(second)]


def _plain_bound(reach: Floats, gains: Floats, count: int) -> float:
    """Give the smaller of everything reachable and the largest single reaches together."""
    single = np.sort(reach @ gains)[::-1][:count] if count else np.zeros(0)
    return float(min(gains.sum() if count else 0.0, single.sum()))


def _by_highs(reach: Floats, gains: Floats, count: int, seconds: float) -> tuple[list[int], float]:
    """Give HiGHS's choice and its bound; the choice may be empty where time ran out."""
    places, kinds = reach.shape
    cost = np.concatenate([np.zeros(places), -gains])
    covers = hstack([csr_array(reach.T), -eye_array(kinds)])
    many = csr_array(np.concatenate([np.ones(places), np.zeros(kinds)])[None])
    low = np.concatenate([np.zeros(kinds), [0.0]])
    high = np.concatenate([np.full(kinds, np.inf), [float(count)]])
    integral = np.concatenate([np.ones(places), np.zeros(kinds)])
    found = milp(
        cost,
        integrality=integral,
        bounds=Bounds(0.0, 1.0),
        constraints=LinearConstraint(vstack([covers, many], format="csr"), low, high),
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    dual = getattr(found, "mip_dual_bound", None)
    bound = np.inf if dual is None or not np.isfinite(dual) else -float(dual)
    if found.x is None:
        return [], bound
    return [int(one) for one in np.flatnonzero(found.x[:places] > 0.5)], bound


def _ordered(
    reach: Floats, gains: Floats, chosen: list[int]
) -> tuple[list[int], tuple[float, ...]]:
    """Put places in the order of what each adds; those that add nothing are left out."""
    order: list[int] = []
    adds: list[float] = []
    left, waiting = gains.copy(), sorted(chosen)
    while waiting:
        worth = [float(reach[one] @ left) for one in waiting]
        best = int(np.argmax(worth))
        if worth[best] <= _EPSILON:
            break
        order.append(waiting.pop(best))
        adds.append(worth[best])
        left = left * (1.0 - reach[order[-1]])
    return order, tuple(adds)
