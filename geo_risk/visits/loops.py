"""The compiled search for visit plans: ruin a few routes, fill them again, keep what is better.

Takes a problem as arrays, changes routes in place. Ruin and recreate after Schrimpf et al. (2000),
strings of neighbours taken out as in Christiaens & Vanden Berghe (2020), put in by prize for the
time taken as in Vansteenwegen et al. (2009), accepted by simulated annealing. One iteration costs
what the ruined shifts cost, not the plan: everything else is untouched, and nothing can be put in
there that could not be before.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo_risk.surfaces.loops import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shorts = NDArray[np.int32]

NEVER = 2**30
"""Later than any time of a plan."""
BLINK = 0.02
"""Probability with which a position is passed over."""
SPREAD = 0.25
"""Scores of candidates are multiplied by chance between 1 - spread and 1 + spread."""


class Case(NamedTuple):
    """A problem as the loops read it.

    `worth` float64 (candidates, shifts), negative where a visit may not be; `place`, `service`
    int32 (candidates,): row of the matrix, seconds; `travel` int32 (places, places), negative where
    there is no way; `low`, `high` int32 (candidates, shifts): first and last start; `frames` int32
    (shifts, 4): begin, end, begin place, end place; `near` int32 (candidates, k): nearest others.
    """

    worth: Floats
    place: Shorts
    service: Shorts
    travel: Shorts
    low: Shorts
    high: Shorts
    frames: Shorts
    near: Shorts


class Tour(NamedTuple):
    """Routes as the loops change them.

    `orders` int32 (shifts, longest), `lengths` int32 (shifts,): candidates in order; `where` int32
    (candidates,): the shift of each, -1 in none; `start`, `latest` int32 (candidates,): earliest
    and latest start of those in a route.
    """

    orders: Shorts
    lengths: Shorts
    where: Shorts
    start: Shorts
    latest: Shorts


class Desk(NamedTuple):
    """Room to work in: `cost`, `position` int32 (candidates, shifts), `outside`, `noise`."""

    cost: Shorts
    position: Shorts
    outside: Ints
    noise: Floats


class Cooling(NamedTuple):
    """How to anneal.

    `hot`, `cold`: temperature at the first and the last iteration, in units of worth;
    `per_second`: what a second of a shift costs, so that short routes are preferred; `size`: mean
    number of visits taken out.
    """

    hot: float
    cold: float
    per_second: float
    size: float


@compiled
def retime(shift: int, case: Case, tour: Tour) -> int:
    """Write the earliest and the latest start of each visit of a shift; give when it is over.

    `NEVER` where it cannot be kept.
    """
    order, many, frame = tour.orders[shift], tour.lengths[shift], case.frames[shift]
    now, here = frame[0], frame[2]
    for k in range(many):
        one = order[k]
        way = case.travel[here, case.place[one]]
        begin = max(now + way, case.low[one, shift])
        if way < 0 or begin > case.high[one, shift]:
            return NEVER
        tour.start[one] = begin
        now, here = begin + case.service[one], case.place[one]
    if many == 0:
        return int(now)
    back = case.travel[here, frame[3]]
    if back < 0 or now + back > frame[1]:
        return NEVER
    then, there = frame[1], frame[3]
    for k in range(many - 1, -1, -1):
        one = order[k]
        at = case.place[one]
        then = min(case.high[one, shift], then - case.travel[at, there] - case.service[one])
        tour.latest[one], there = then, at
    return int(now + back)


@compiled
def best_place(one: int, shift: int, case: Case, tour: Tour, blink: float) -> tuple[int, int]:
    """Give where in a shift a visit costs least time, and how much; -1: nowhere."""
    best, where = NEVER, -1
    low, high = case.low[one, shift], case.high[one, shift]
    if case.worth[one, shift] < 0.0 or low > high:
        return where, best
    order, many, frame = tour.orders[shift], tour.lengths[shift], case.frames[shift]
    if many >= len(order):
        return where, best
    at, free, here = case.place[one], frame[0], frame[2]
    for k in range(many + 1):
        if k:
            before = order[k - 1]
            free, here = tour.start[before] + case.service[before], case.place[before]
        way = case.travel[here, at]
        begin = max(free + way, low)
        if way < 0:
            continue
        if begin > high:
            break  # at later positions it would begin later still
        if blink > 0.0 and np.random.random() < blink:  # noqa: NPY002  # numba's own generator
            continue
        if k < many:
            after = order[k]
            there, limit = case.place[after], tour.latest[after]
        else:
            there, limit = frame[3], frame[1]
        on, direct = case.travel[at, there], case.travel[here, there] if many else 0
        arrive = begin + case.service[one] + on
        if on >= 0 and arrive <= limit and arrive - free - direct < best:
            best, where = arrive - free - direct, k
    return where, int(max(best, 1))


@compiled
def put_in(one: int, shift: int, position: int, case: Case, tour: Tour) -> None:
    """Put a visit into a shift and time it anew."""
    for k in range(tour.lengths[shift], position, -1):
        tour.orders[shift, k] = tour.orders[shift, k - 1]
    tour.orders[shift, position] = one
    tour.lengths[shift] += 1
    tour.where[one] = shift
    retime(shift, case, tour)


@compiled
def refill(
    shifts: Ints, case: Case, tour: Tour, desk: Desk, powers: tuple[float, float], spread: float
) -> float:
    """Put visits into shifts, the best of worth^a / seconds^b first; give what they bring.

    `powers` are a and b. With a `spread` of 0 chance has no part in it.
    """
    by_worth, by_cost = powers
    blink = BLINK if spread > 0.0 else 0.0
    gained, many = 0.0, 0
    for one in range(len(tour.where)):
        if tour.where[one] >= 0:
            continue
        useful = False
        for shift in shifts:
            position, cost = best_place(one, shift, case, tour, blink)
            desk.position[one, shift], desk.cost[one, shift] = position, cost
            useful = useful or position >= 0
        if useful:
            desk.outside[many] = one
            desk.noise[one] = 1.0 + spread * (2.0 * np.random.random() - 1.0)  # noqa: NPY002
            many += 1
    while many:
        top, pick, into = -1.0, -1, -1
        for k in range(many):
            one = desk.outside[k]
            for shift in shifts:
                cost = desk.cost[one, shift]
                if cost >= NEVER:
                    continue
                score = desk.noise[one] * case.worth[one, shift] ** by_worth / cost**by_cost
                if score > top:
                    top, pick, into = score, k, shift
        if pick < 0:
            break
        one = desk.outside[pick]
        put_in(one, into, desk.position[one, into], case, tour)
        gained += case.worth[one, into]
        many -= 1
        desk.outside[pick] = desk.outside[many]
        for k in range(many):
            other = desk.outside[k]
            if desk.cost[other, into] < NEVER:  # what did not fit before does not fit now
                position, cost = best_place(other, into, case, tour, blink)
                desk.position[other, into], desk.cost[other, into] = position, cost
    return gained


@compiled
def ruin(
    size: float, case: Case, tour: Tour, touched: Ints, is_touched: NDArray[np.bool_]
) -> tuple[int, float]:
    """Take strings of visits that are near one another out of up to four shifts.

    Gives how many shifts are touched, and what the visits brought; which they are is written to
    `touched`. One more is touched now and then, so that an empty one is filled.
    """
    many_touched, lost = 0, 0.0
    strings = 1 + int(np.random.random() * 4.0)  # noqa: NPY002
    longest = 1 + int(np.random.random() * 2.0 * size / strings)  # noqa: NPY002
    middle = int(np.random.random() * len(tour.where))  # noqa: NPY002
    for step in range(case.near.shape[1] + 1):
        if many_touched >= strings:
            break
        one = middle if step == 0 else case.near[middle, step - 1]
        shift = tour.where[one]
        if shift < 0 or is_touched[shift]:
            continue
        is_touched[shift] = True
        touched[many_touched] = shift
        many_touched += 1
        many, at = tour.lengths[shift], 0
        while tour.orders[shift, at] != one:
            at += 1
        length = min(many, 1 + int(np.random.random() * longest))  # noqa: NPY002
        first = min(max(0, at - int(np.random.random() * length)), many - length)  # noqa: NPY002
        for k in range(first, first + length):
            gone = tour.orders[shift, k]
            tour.where[gone] = -1
            lost += case.worth[gone, shift]
        for k in range(first + length, many):
            tour.orders[shift, k - length] = tour.orders[shift, k]
        tour.lengths[shift] = many - length
    if np.random.random() < 0.3 or many_touched == 0:  # noqa: NPY002
        shift = int(np.random.random() * len(tour.lengths))  # noqa: NPY002
        if not is_touched[shift]:
            is_touched[shift] = True
            touched[many_touched] = shift
            many_touched += 1
    return many_touched, lost


@compiled
def length_of(shift: int, orders: Shorts, lengths: Shorts, case: Case, tour: Tour) -> int:
    """Give how long a shift's round takes by the times in `tour`, seconds; 0 for an empty one."""
    if lengths[shift] == 0:
        return 0
    last, frame = orders[shift, lengths[shift] - 1], case.frames[shift]
    back = case.travel[case.place[last], frame[3]]
    return int(tour.start[last] + case.service[last] + back - frame[0])


@compiled
def take_over(shift: int, orders: Shorts, lengths: Shorts, case: Case, tour: Tour) -> None:
    """Put a shift back to what it was; its visits must be in no route."""
    tour.lengths[shift] = lengths[shift]
    for k in range(lengths[shift]):
        tour.orders[shift, k] = orders[shift, k]
        tour.where[orders[shift, k]] = shift
    retime(shift, case, tour)


@compiled
def make_desk(case: Case) -> Desk:
    """Give room to work in."""
    shape = case.worth.shape
    return Desk(
        np.empty(shape, np.int32), np.empty(shape, np.int32), np.empty(shape[0], np.int64),
        np.empty(shape[0]),
    )  # fmt: skip


@compiled
def begin_tour(orders: Shorts, lengths: Shorts, case: Case) -> Tour:
    """Time routes that can be kept."""
    many = len(case.place)
    tour = Tour(
        orders, lengths, np.full(many, -1, np.int32), np.zeros(many, np.int32),
        np.zeros(many, np.int32),
    )  # fmt: skip
    for shift in range(len(lengths)):
        take_over(shift, orders, lengths, case, tour)
    return tour


@compiled
def fill(orders: Shorts, lengths: Shorts, case: Case, powers: tuple[float, float]) -> float:
    """Put in what fits, the best of worth^a / seconds^b first; give what that brings."""
    tour = begin_tour(orders, lengths, case)
    return float(refill(np.arange(len(lengths)), case, tour, make_desk(case), powers, 0.0))


@compiled
def anneal(
    orders: Shorts, lengths: Shorts, case: Case, cooling: Cooling, iterations: int, seed: int,
    best_orders: Shorts, best_lengths: Shorts,
) -> float:  # fmt: skip
    """Ruin and refill so many times from routes that can be kept; give the worth of the best.

    `orders` and `lengths` are changed in place; the best routes are written to `best_orders` and
    `best_lengths`.
    """
    np.random.seed(seed)  # noqa: NPY002  # numba's own generator, this thread's
    tour, desk = begin_tour(orders, lengths, case), make_desk(case)
    worth = 0.0
    for one in range(len(tour.where)):
        if tour.where[one] >= 0:
            worth += case.worth[one, tour.where[one]]
    best = worth
    best_orders[:], best_lengths[:] = orders, lengths
    old_orders, old_lengths = orders.copy(), lengths.copy()
    touched, is_touched = np.empty(len(lengths) + 1, np.int64), np.zeros(len(lengths), np.bool_)
    heat, step = cooling.hot, (cooling.cold / cooling.hot) ** (1.0 / max(iterations, 1))
    for _ in range(iterations):
        heat *= step
        many, lost = ruin(cooling.size, case, tour, touched, is_touched)
        shifts, saved = touched[:many], 0
        for shift in shifts:  # the times are still those before
            saved += length_of(shift, old_orders, old_lengths, case, tour)
        for shift in shifts:
            retime(shift, case, tour)
        powers = (1.0 + np.random.random(), 1.0)  # noqa: NPY002
        change = refill(shifts, case, tour, desk, powers, SPREAD) - lost
        for shift in shifts:
            saved -= length_of(shift, tour.orders, tour.lengths, case, tour)
        uphill = change + cooling.per_second * saved
        if uphill >= 0.0 or np.random.random() < math.exp(uphill / heat):  # noqa: NPY002
            worth += change
            for shift in shifts:
                old_lengths[shift] = lengths[shift]
                old_orders[shift] = orders[shift]
            if worth > best + 1e-9:
                best = worth
                best_orders[:], best_lengths[:] = orders, lengths
        else:
            for shift in shifts:
                for k in range(lengths[shift]):
                    tour.where[orders[shift, k]] = -1
            for shift in shifts:
                take_over(shift, old_orders, old_lengths, case, tour)
        is_touched[shifts] = False
    return float(best)
