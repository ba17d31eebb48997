"""The compiled search for the best route of one shift, at given gains of the visits.

Labels are grown in order of time: (last visit, what it remembers, gain). What a visit remembers are
the visits before it that are among its neighbours, so a route may come back to a place only after
having been far from it (ng-routes: Baldacci, Mingozzi & Roberti 2011). Because time only rises, a
label is beaten when the best gain so far, at its visit and for any subset of its memory, is no
less: one look at a table. A knapsack of what the rest of the time could bring cuts off labels that
cannot exceed a threshold. Arrays in, arrays out; which routes to look for is said by `pricing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo_risk.surfaces.loops import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Seconds = NDArray[np.int32]


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
    way: Seconds,
    out: Seconds,
    home: Seconds,
    service: Integers,
    gain: Floats,
    first: Integers,
    opens: Integers,
    closes: Integers,
    near: Seconds,
    seat: Seconds,
    rest: Floats,
    unit: int,
    spare: Integers,
    length: int,
    threshold: float,
    within: float,
    exact: bool,
    head: Seconds,
    front: Floats,
    node: Seconds,
    memory: Seconds,
    parent: Seconds,
    after: Seconds,
    got: Floats,
    ends: Seconds,
) -> tuple[float, int, int]:
    """Grow labels in order of time; leave those that end a route that gains enough.

    Parameters
    ----------
    way, out, home
        Seconds between visits (n, n), from the start and to the end (n,); below 0: no way.
    service, gain, first, opens, closes
        Seconds, gain, and the windows of each visit, sorted, as in `ShiftClass`.
    near, seat
        Neighbours of each visit (n, bits), -1 for none; seat[i, j]: where j is among those of i.
    rest, unit, spare
        What can be gained in q units of half-seconds, and the half-seconds of visit i that are lost
        to it when a route goes on from there.
    length, threshold
        Seconds of the shift; only routes that gain more are looked for.
    within
        Share of the best gain below which routes are no longer looked for, at most 1.
    exact
        False: memory is not compared (some routes are missed), and no visit comes twice.
    head, front, node, memory, parent, after, got
        Room: (length + 1,), (n, 2^bits), and labels.
    ends
        Out: labels that end a route, in order of time.

    Returns
    -------
    bound, number, ended
        No route gains more than `bound`, where `exact` (infinite where the labels ran out); how
        many labels and how many ends there are.
    """
    n, bits, room = len(gain), near.shape[1], len(node)
    head[: length + 1] = -1
    front[:n, :] = -1.0e300
    bound, number, ended = threshold, 0, 0
    seen = np.full(n, -1, np.int64)
    stack = np.empty(4096 if exact else 1, np.int32)
    for j in range(n):
        if out[j] < 0:
            continue
        end = -1
        for k in range(first[j], first[j + 1]):
            if out[j] <= closes[k]:
                end = max(np.int64(out[j]), opens[k]) + service[j]
                break
        if end < 0 or end > length:
            continue
        if number == room:
            return np.inf, number, ended
        node[number], memory[number], parent[number], got[number] = j, 0, -1, gain[j]
        after[number], head[end] = head[end], number
        number += 1
    for now in range(length + 1):
        label = head[now]
        while label >= 0:
            i, held, worth = node[label], memory[label], got[label]
            slot = held if exact else 0
            if front[i, slot] >= worth:
                label = after[label]
                continue
            if home[i] >= 0 and now + home[i] <= length and worth > threshold:
                if ended < len(ends):
                    ends[ended] = label
                    ended += 1
                bound = max(bound, worth)
                threshold = max(threshold, bound * within)
            left = 2 * (length - now) - spare[i]
            more = rest[left // unit] if left >= 0 else 0.0
            if more <= 0.0 or worth + more <= threshold:
                label = after[label]
                continue
            # All supersets of this memory are beaten by it from now on.
            front[i, slot] = worth
            if exact:
                stack[0], high = slot, 1
                while high > 0:
                    high -= 1
                    at = stack[high]
                    for b in range(bits):
                        if near[i, b] >= 0 and not (at >> b) & 1:
                            to = at | (1 << b)
                            if front[i, to] < worth:
                                front[i, to] = worth
                                if high < 4096:
                                    stack[high] = to
                                    high += 1
            seen[i] = label
            if exact:
                for b in range(bits):
                    if (held >> b) & 1:
                        seen[near[i, b]] = label
            else:
                up = parent[label]
                while up >= 0:
                    seen[node[up]] = label
                    up = parent[up]
            for j in range(n):
                if seen[j] == label or way[i, j] < 0:
                    continue
                arrive = now + np.int64(way[i, j])
                end = -1
                for k in range(first[j], first[j + 1]):
                    if arrive <= closes[k]:
                        end = max(arrive, opens[k]) + service[j]
                        break
                if end < 0 or end > length:
                    continue
                total = worth + gain[j]
                left = 2 * (length - end) - spare[j]
                more = rest[left // unit] if left >= 0 else 0.0
                if total + more <= threshold:
                    continue
                keep = 0
                if exact:
                    if seat[j, i] >= 0:
                        keep |= 1 << seat[j, i]
                    for b in range(bits):
                        if (held >> b) & 1:
                            p = seat[j, near[i, b]]
                            if p >= 0:
                                keep |= 1 << p
                if front[j, keep] >= total:
                    continue
                if number == room:
                    return np.inf, number, ended
                node[number], memory[number], parent[number] = j, keep, label
                got[number], after[number], head[end] = total, head[end], number
                number += 1
            label = after[label]
    return bound, number, ended
