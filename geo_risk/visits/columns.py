"""The compiled search for the best route of one shift, at given gains of the visits.

Labels are grown in order of time: (last visit, what it remembers, gain). What a visit remembers are
the visits before it that are among its neighbours, so a route may come back to a place only after
having been far from it (ng-routes: Baldacci, Mingozzi & Roberti 2011). Because time only rises, a
label is beaten when the best gain so far, at its visit and for any subset of its memory, is no
less: one look at a table. A knapsack of what the rest of the time could bring cuts off labels that
cannot exceed a threshold. Arrays in, arrays out; which routes to look for is said by `pricing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo_risk.surfaces.loops import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Seconds = NDArray[np.int32]


class Visits(NamedTuple):
    """What a route may visit in one shift.

    Parameters
    ----------
    length
        Of the shift, seconds.
    way, out, home
        Seconds between visits (n, n), from the start and to the end (n,); below 0: no way.
    service, gain
        (n,): seconds; what a visit brings.
    first, opens, closes
        The windows of each visit, sorted, as in `ShiftClass`.
    near, seat
        Neighbours that a visit remembers (n, bits), -1 for none; seat[i, j]: where j is among
        those of i.
    unit, rest, spare
        What can be gained in q units of half-seconds, and the half-seconds of visit i that are
        lost to it when a route goes on from there.
    """

    length: int
    way: Seconds
    out: Seconds
    home: Seconds
    service: Integers
    gain: Floats
    first: Integers
    opens: Integers
    closes: Integers
    near: Seconds
    seat: Seconds
    unit: int
    rest: Floats
    spare: Integers


class Labels(NamedTuple):
    """Room for labels.

    Parameters
    ----------
    head, after
        First label at each second (length + 1,), and the next one after each; -1: none.
    node, memory, parent, got
        Visit, what it remembers as bits, the label before, and the gain so far.
    front
        (n, 2^bits): the best gain so far at a visit, for any subset of a memory.
    ends
        Labels that end a route, in order of time.
    """

    head: Seconds
    after: Seconds
    node: Seconds
    memory: Seconds
    parent: Seconds
    got: Floats
    front: Floats
    ends: Seconds


@compiled
def fill_knapsack(weight: Integers, gain: Floats, best: Floats) -> None:
    """Set best[q] to the most that visits of at most q units of time together gain."""
    best[:] = 0.0
    for i in range(len(weight)):
        w = max(weight[i], 0)
        for q in range(len(best) - 1, w - 1, -1):
            best[q] = max(best[q], best[q - w] + gain[i])


@compiled
def choose_routes(
    ends: Seconds, node: Seconds, parent: Seconds, used: Integers, shared: float, chosen: Seconds
) -> int:
    """Choose routes, in the order of their last labels, that share few visits with those chosen.

    Parameters
    ----------
    ends, node, parent
        Last labels, best first; each label's visit and the label before it.
    used
        (visits,), zeros: becomes in how many chosen routes each is.
    shared
        What the mean of `used` over a route's visits may be.
    chosen
        Out: their last labels, as many as there is room for.

    Returns
    -------
    number
        Of routes chosen.
    """
    number = 0
    for end in ends:
        if number == len(chosen):
            break
        label, visits, already = end, 0, 0
        while label >= 0:
            visits += 1
            already += used[node[label]]
            label = parent[label]
        if already <= shared * visits:
            label = end
            while label >= 0:
                used[node[label]] += 1
                label = parent[label]
            chosen[number] = end
            number += 1
    return number


@compiled
def find_routes(
    visits: Visits,
    labels: Labels,
    threshold: float,
    within: float,
    exact: int,
) -> tuple[float, int, int]:
    """Grow labels in order of time; leave those that end a route that gains enough.

    Parameters
    ----------
    visits, labels
        What there is, and room; `labels` holds what was found.
    threshold
        Only routes that gain more are looked for.
    within
        Share of the best gain below which routes are no longer looked for, at most 1.
    exact
        0: memory is not compared (some routes are missed), and no visit comes twice.

    Returns
    -------
    bound, number, ended
        No route gains more than `bound`, where `exact` (infinite where the labels ran out); how
        many labels and how many ends there are.
    """
    n, room = len(visits.gain), len(labels.node)
    home, way, gain = visits.home, visits.way, visits.gain
    front, after = labels.front, labels.after
    front[:n, :] = -1.0e300
    seen, stack = np.full(n, -1, np.int64), np.empty(front.shape[1], np.int32)
    bound, ended = threshold, 0
    number = _begin(visits, labels)
    for now in range(visits.length + 1):
        label = np.int64(labels.head[now])
        while label >= 0 and number < room:
            i, held, worth = labels.node[label], labels.memory[label], labels.got[label]
            if front[i, held] >= worth:
                label = np.int64(after[label])
                continue
            if home[i] >= 0 and now + home[i] <= visits.length and worth > threshold:
                if ended < len(labels.ends):
                    labels.ends[ended] = label
                    ended += 1
                bound = max(bound, worth)
                threshold = max(threshold, bound * within)
            more = _more(visits, i, now)
            if more > 0.0 and worth + more > threshold:
                _beat(visits.near, front, stack, i, held, worth)
                _mark(visits.near, labels, seen, label, exact)
                for j in range(n):
                    if seen[j] == label or way[i, j] < 0:
                        continue
                    end = _end(visits, j, now + np.int64(way[i, j]))
                    total = worth + gain[j]
                    if end < 0 or total + _more(visits, j, end) <= threshold:
                        continue
                    keep = _kept(visits, i, held, j) if exact else 0
                    if front[j, keep] < total and number < room:
                        _put(labels, number, j, keep, label, total, end)
                        number += 1
            label = np.int64(after[label])
        if number == room:
            return np.inf, number, ended
    return bound, number, ended


@compiled
def _begin(visits: Visits, labels: Labels) -> int:
    """Put a label for each visit that a route can begin with."""
    labels.head[: visits.length + 1] = -1
    number = 0
    for j in range(len(visits.gain)):
        if visits.out[j] >= 0 and number < len(labels.node):
            end = _end(visits, j, np.int64(visits.out[j]))
            if end >= 0:
                _put(labels, number, j, 0, -1, visits.gain[j], end)
                number += 1
    return number


@compiled
def _put(
    labels: Labels, number: int, j: int, keep: int, parent: int, total: float, end: int
) -> None:
    labels.node[number], labels.memory[number], labels.parent[number] = j, keep, parent
    labels.got[number] = total
    labels.after[number], labels.head[end] = labels.head[end], number


@compiled
def _end(visits: Visits, j: int, arrive: int) -> int:
    """Give when a visit ends that is come to at a second; -1: it cannot be in this shift."""
    for k in range(visits.first[j], visits.first[j + 1]):
        if arrive <= visits.closes[k]:
            end = max(arrive, visits.opens[k]) + visits.service[j]
            return end if end <= visits.length else -1
    return -1


@compiled
def _more(visits: Visits, i: int, now: int) -> float:
    """Give the most that can be gained after visit i, which ends now."""
    left = 2 * (visits.length - now) - visits.spare[i]
    return visits.rest[left // visits.unit] if left >= 0 else 0.0


@compiled
def _beat(near: Seconds, front: Floats, stack: Seconds, i: int, held: int, worth: float) -> None:
    """Beat what is no better at visit i with this memory or more."""
    front[i, held] = worth
    stack[0], high = held, 1
    while high > 0:
        high -= 1
        at = stack[high]
        for b in range(near.shape[1]):
            to = at | (1 << b)
            if near[i, b] >= 0 and to < front.shape[1] and front[i, to] < worth:
                front[i, to] = worth
                stack[high] = to
                high += 1


@compiled
def _mark(near: Seconds, labels: Labels, seen: Integers, label: int, exact: int) -> None:
    """Mark where the route of a label may not go: what it remembers, or all that it visits."""
    i, held = labels.node[label], labels.memory[label]
    seen[i] = label
    if exact:
        for b in range(near.shape[1]):
            if (held >> b) & 1:
                seen[near[i, b]] = label
    else:
        up = labels.parent[label]
        while up >= 0:
            seen[labels.node[up]] = label
            up = labels.parent[up]


@compiled
def _kept(visits: Visits, i: int, held: int, j: int) -> int:
    """Give what visit j remembers when come to from visit i."""
    seat, keep = visits.seat, 0
    if seat[j, i] >= 0:
        keep |= 1 << seat[j, i]
    for b in range(visits.near.shape[1]):
        if (held >> b) & 1:
            place = seat[j, visits.near[i, b]]
            if place >= 0:
                keep |= 1 << place
    return keep
