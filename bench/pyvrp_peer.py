"""PyVRP as a peer: the same visit-planning problem handed to its hybrid search.

Takes a `Problem` in which a candidate is worth the same in every shift that may have it, gives a
plan assembled and timed by us. Prizes are whole numbers there: several scales are tried, each with
a share of the time, and the best is kept.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyvrp
from pyvrp.stop import MaxRuntime

from geo_risk.visits.arrays import Arrays, make_arrays
from geo_risk.visits.assemble import assemble
from geo_risk.visits.problem import Plan, Problem, timed

SCALES = (30.0, 300.0, 3000.0)
"""What the mean prize is worth in seconds of travel."""


def solve_with_pyvrp(
    problem: Problem, *, seconds: float, seed: int = 0, scales: Sequence[float] = SCALES
) -> Plan:
    """Plan visits with PyVRP.

    Parameters
    ----------
    problem
        As for `geo_risk.visits.solve.solve`.
    seconds, seed
        Of all scales together; of chance.
    scales
        See `SCALES`.

    Returns
    -------
    Plan
    """
    arrays = make_arrays(problem)
    plans = [_once(problem, arrays, seconds / len(scales), seed, scale) for scale in scales]
    return max(plans, key=lambda one: one.value)


def _once(problem: Problem, arrays: Arrays, seconds: float, seed: int, scale: float) -> Plan:
    model, travel = pyvrp.Model(), arrays.travel
    places = [model.add_location(0, 0) for _ in range(len(travel))]
    depots = {
        int(place): model.add_depot(places[place]) for place in set(arrays.frames[:, 2:].flat)
    }
    mean = float(arrays.bonus[arrays.bonus > 0].mean())
    for row in range(len(arrays.ids)):
        shifts = np.flatnonzero(arrays.bonus[row] >= 0)
        model.add_client(
            places[arrays.place[row]],
            service_duration=int(arrays.service[row]),
            tw_early=int(arrays.low[row, shifts].min()),
            tw_late=int(arrays.high[row, shifts].max()),
            prize=round(float(arrays.bonus[row].max()) / mean * scale),
            required=False,
        )
    for begin, end, first, last in arrays.frames.tolist():
        model.add_vehicle_type(
            1, start_depot=depots[first], end_depot=depots[last], tw_early=begin, tw_late=end
        )
    for here in range(len(travel)):
        for there in range(len(travel)):
            if here != there and travel[here, there] >= 0:
                way = int(travel[here, there])
                model.add_edge(places[here], places[there], distance=way, duration=way)
    found = model.solve(MaxRuntime(seconds), seed=seed, display=False).best
    orders: dict[str, list[str]] = {}
    clients = arrays.ids
    for route in found.routes():
        shift = arrays.shift_ids[route.vehicle_type()]
        orders[shift] = [clients[one] for one in _clients(route)]
    fits = all(timed(problem, problem.shift[one], order) for one, order in orders.items())
    return assemble(problem, orders if fits else {}, solver="pyvrp")


def _clients(route: pyvrp.Route) -> list[int]:
    return [one.idx for one in route if one.is_client()]
