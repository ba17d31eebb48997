"""Districts of areas, of equal load and in one piece each: annealing, then descent by short chains.

Takes a graph of areas with loads, today's district of each and a target per district, gives a
better division. A move takes one area over a border; no move takes a district apart or empties it.
Annealing (Kirkpatrick et al. 1983; for districts Bozkaya, Erkut & Laporte 2003 have the moves)
gets over single moves that do not pay, the descent after it also tries two moves at once: a swap,
or a chain through a third district.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HOT, _COLD = 0.1, 1e-4
_EPSILON = 1e-12
_SWEEPS = 1000  # a stop, far above what is ever needed
_FEW = 1000


@dataclass(frozen=True, kw_only=True)
class BalanceParams:
    """What a good division is, and how long to look for it.

    The cost is sum over zones of ((hours - target) / mean target)² + `change_penalty` x share of
    hours whose zone changes + `compactness` x length of borders between zones / today's.

    Parameters
    ----------
    change_penalty
        What it costs to give all hours to another officer.
    compactness
        What today's length of borders costs.
    unit_premises
        Premises in one of the small areas that change hands, at most.
    steps_per_unit
        Moves tried per area while annealing.
    """

    change_penalty: float = 0.5
    compactness: float = 0.3
    unit_premises: int = 4
    steps_per_unit: int = 200

    def __post_init__(self) -> None:
        """Refuse negative weights and areas of nothing."""
        if min(self.change_penalty, self.compactness, self.steps_per_unit) < 0:
            raise InputError("A penalty or number of steps is negative.", "Give 0 or more.")
        if self.unit_premises < 1:
            raise InputError("An area of no premises cannot be cut.", "Give 1 or more.")


class Division:
    """Areas in districts, with what a move would cost; moves keep districts in one piece.

    Parameters
    ----------
    load
        (u,) hours of each area.
    home, district
        (u,) district of each area today, and now.
    pairs, border_m
        (k, 2) areas that touch; (k,) along how many metres.
    target
        (d,) hours each district should have.
    params
        Weights of the cost.
    """

    def __init__(
        self,
        load: Sequence[float] | NDArray[np.float64],
        home: Sequence[int] | NDArray[np.int64],
        district: Sequence[int] | NDArray[np.int64],
        pairs: NDArray[np.int64],
        border_m: NDArray[np.float64],
        target: Sequence[float] | NDArray[np.float64],
        params: BalanceParams,
    ) -> None:
        self.load = [float(one) for one in load]
        self.home = [int(one) for one in home]
        self.district = [int(one) for one in district]
        self.target = [float(one) for one in target]
        self.near: list[dict[int, float]] = [{} for _ in self.load]
        today = 0.0
        for (a, b), metres in zip(pairs.tolist(), border_m.tolist(), strict=True):
            self.near[a][b] = self.near[b][a] = metres
            today += metres * (self.home[a] != self.home[b])
        self.members: list[set[int]] = [set() for _ in self.target]
        self.hours = [0.0] * len(self.target)
        for unit, one in enumerate(self.district):
            self.members[one].add(unit)
            self.hours[one] += self.load[unit]
        total = sum(self.load)
        self._scale = (total / len(self.target)) ** -2 if total > 0 else 0.0
        self._change = params.change_penalty / total if total > 0 else 0.0
        self._border = params.compactness / max(today, 1.0)

    def cost(self) -> float:
        """Give the cost, added up anew."""
        uneven = sum((h - t) ** 2 for h, t in zip(self.hours, self.target, strict=True))
        changed = sum(
            load
            for load, home, now in zip(self.load, self.home, self.district, strict=True)
            if home != now
        )
        border = sum(
            metres
            for unit, others in enumerate(self.near)
            for other, metres in others.items()
            if other < unit and self.district[other] != self.district[unit]
        )
        return uneven * self._scale + changed * self._change + border * self._border

    def change_of(self, unit: int, to: int) -> float:
        """Give what moving an area to a district adds to the cost."""
        here, load = self.district[unit], self.load[unit]
        gap = self.hours[to] - self.target[to] - self.hours[here] + self.target[here]
        uneven = 2 * load * (gap + load)
        changed = load * ((to != self.home[unit]) - (here != self.home[unit]))
        border = 0.0
        for other, metres in self.near[unit].items():
            now = self.district[other]
            border += metres * ((now == here) - (now == to))
        return uneven * self._scale + changed * self._change + border * self._border

    def may_leave(self, unit: int) -> bool:
        """Say whether a district stays in as many pieces, and not empty, without an area."""
        here = self.district[unit]
        if len(self.members[here]) == 1:
            return False
        kin = [other for other in self.near[unit] if self.district[other] == here]
        if len(kin) < 2:
            return True
        missing, seen, waiting = set(kin[1:]), {unit, kin[0]}, [kin[0]]
        while waiting and missing:
            for other in self.near[waiting.pop()]:
                if other not in seen and self.district[other] == here:
                    seen.add(other)
                    missing.discard(other)
                    waiting.append(other)
        return not missing

    def move(self, unit: int, to: int) -> None:
        """Give an area to a district."""
        here = self.district[unit]
        self.members[here].remove(unit)
        self.members[to].add(unit)
        self.hours[here] -= self.load[unit]
        self.hours[to] += self.load[unit]
        self.district[unit] = to

    def offers(self, unit: int) -> list[int]:
        """Give the other districts an area touches, in order."""
        here = self.district[unit]
        return sorted({self.district[other] for other in self.near[unit]} - {here})

    def moves(self, units: Iterable[int]) -> list[tuple[float, int, int]]:
        """Give (change, area, district) of every move of some areas, the best first."""
        return sorted(
            (self.change_of(unit, to), unit, to) for unit in units for to in self.offers(unit)
        )


def mend(division: Division) -> bool:
    """Give all pieces of a district but the one with most hours to whom they border on most.

    Returns
    -------
    bool
        Whether there was such a piece; an island that borders on nobody stays.
    """
    mended = False
    for here in range(len(division.members)):
        pieces = _pieces(division, here)
        pieces.sort(key=lambda some: (sum(division.load[u] for u in some), len(some), -min(some)))
        for piece in pieces[:-1]:
            touched: defaultdict[int, float] = defaultdict(float)
            for unit in piece:
                for other, metres in division.near[unit].items():
                    if division.district[other] != here:
                        touched[division.district[other]] += metres
            if touched:
                to = max(touched, key=lambda one: (touched[one], -one))
                for unit in sorted(piece):
                    division.move(unit, to)
                mended = True
    return mended


def improve(division: Division, params: BalanceParams, rng: np.random.Generator) -> None:
    """Look for a better division, and leave the best one found.

    Parameters
    ----------
    division
        Changed in place; never made worse.
    params
        How long to look.
    rng
        Chance; the same gives the same.
    """
    _descend(division)
    best, kept = division.cost(), list(division.district)
    _anneal(division, params.steps_per_unit * len(division.load), rng)
    _descend(division)
    if division.cost() > best - _EPSILON:
        for unit, to in enumerate(kept):
            if division.district[unit] != to:
                division.move(unit, to)


def _pieces(division: Division, here: int) -> list[set[int]]:
    left, found = set(division.members[here]), []
    while left:
        first = min(left)
        piece, waiting = {first}, [first]
        while waiting:
            for other in division.near[waiting.pop()]:
                if other in left and other not in piece:
                    piece.add(other)
                    waiting.append(other)
        left -= piece
        found.append(piece)
    return found


def _anneal(division: Division, steps: int, rng: np.random.Generator) -> None:
    """Take moves at random, worse ones ever more seldom; leave the best division met."""
    cost = lowest = division.cost()
    since: list[tuple[int, int]] = []  # moves after the best, to be taken back
    units = rng.integers(0, len(division.load), steps).tolist()
    picks, odds = rng.random(steps).tolist(), rng.random(steps).tolist()
    cooling = (_COLD / _HOT) ** (1 / max(1, steps))
    heat = _HOT
    for unit, pick, chance in zip(units, picks, odds, strict=True):
        heat *= cooling
        offers = division.offers(unit)
        if not offers:
            continue
        to = offers[int(pick * len(offers))]
        change = division.change_of(unit, to)
        if change > 0 and chance >= math.exp(-change / heat):
            continue
        if division.may_leave(unit):
            since.append((unit, division.district[unit]))
            division.move(unit, to)
            cost += change
            if cost < lowest - _EPSILON:
                lowest = cost
                since.clear()
    for unit, back in reversed(since):
        division.move(unit, back)


def _descend(division: Division) -> None:
    """Take moves that pay, then pairs of moves that pay, until none does.

    Looking at everything again after each one is better; with thousands of areas it takes minutes,
    and a round through all of them is taken at a time.
    """
    single = len(division.load) <= _FEW
    for _ in range(_SWEEPS):
        while _sweep(division, single=single):
            pass
        if not _sweep_pairs(division, single=single):
            return


def _sweep(division: Division, *, single: bool) -> bool:
    """Take the best move, or every move, that pays; say whether there was one."""
    found = False
    for told, unit, to in division.moves(range(len(division.load))):
        if told >= -_EPSILON:
            break
        if _still(division, unit, to) and division.change_of(unit, to) < -_EPSILON:
            division.move(unit, to)
            found = True
            if single:
                break
    return found


def _sweep_pairs(division: Division, *, single: bool) -> bool:
    """Move an area to a district and one of that district's on: a swap, or a chain."""
    found = False
    for _, unit, to in division.moves(range(len(division.load))):
        if not _still(division, unit, to):
            continue
        here, change = division.district[unit], division.change_of(unit, to)
        division.move(unit, to)
        for more, next_unit, beyond in division.moves(sorted(division.members[to] - {unit})):
            if change + more >= -_EPSILON:
                division.move(unit, here)
                break
            if division.may_leave(next_unit):
                division.move(next_unit, beyond)
                found = True
                break
        else:
            division.move(unit, here)
        if found and single:
            break
    return found


def _still(division: Division, unit: int, to: int) -> bool:
    """Say whether a move is still possible after those taken before it."""
    return to in division.offers(unit) and division.may_leave(unit)
