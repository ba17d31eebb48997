"""The part of a problem that a change reaches, and whether routes for it change little enough.

Takes what is kept of a plan and the reach of the change, gives the arrays of the open shifts with
the visits that may be in them. Of those left out before the best fill gaps; into the shifts of
others goes only what needs a place.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from geo_risk.visits.arrays import Arrays, make_arrays
from geo_risk.visits.problem import Problem, timed
from geo_risk.visits.reach import Reach, open_shifts

Orders = Mapping[str, tuple[str, ...]]

_FREE = 80
"""So many candidates that were left out before are looked at for the gaps, the best for their time;
visits that need a place all are."""


@dataclass(frozen=True)
class Scope:
    """The part of a problem that a change reaches.

    Parameters
    ----------
    held, stays, reach
        The problem, confirmed visits tied; what is kept; what is touched.
    fixed
        What was confirmed.
    share
        Of the visits that may change.
    """

    held: Problem
    stays: Orders
    reach: Reach
    fixed: frozenset[str]
    share: float

    @cached_property
    def shifts(self) -> frozenset[str]:
        """Open to change."""
        most = self._most(len(self.reach.others))
        return open_shifts(self.held, self.reach, self.stays, self.fixed, most)

    @cached_property
    def orders(self) -> dict[str, tuple[str, ...]]:
        """What is kept in the open shifts."""
        return {shift: some for shift, some in self.stays.items() if shift in self.shifts}

    @cached_property
    def arrays(self) -> Arrays:
        """The open shifts, their visits, and what is free: what is not wanted only fills gaps."""
        placed = {name for some in self.stays.values() for name in some}
        inside = {name for some in self.orders.values() for name in some}
        wanted = set(self.reach.wanted)
        free = [one for one in self.held.candidates if one.id not in placed | wanted]
        free.sort(key=lambda one: (-one.tier, -one.prize / one.service_s))
        some = inside | wanted | {one.id for one in free[:_FREE]}
        arrays = make_arrays(
            replace(
                self.held,
                candidates=tuple(one for one in self.held.candidates if one.id in some),
                shifts=tuple(one for one in self.held.shifts if one.id in self.shifts),
            )
        )
        extra = [one not in inside | wanted for one in arrays.ids]
        others = [one not in self.reach.struck for one in arrays.shift_ids]
        closed = np.outer(np.array(extra, dtype=bool), np.array(others, dtype=bool))
        return replace(
            arrays,
            worth=np.where(closed, -1.0, arrays.worth),
            bonus=np.where(closed, -1.0, arrays.bonus),
        )

    def accepts(self, orders: Orders) -> bool:
        """Say whether few visits change their shift, no confirmed one, and nobody is robbed."""
        now = {one: shift for shift, some in orders.items() for one in some}
        free = [(one, shift) for shift, some in self.orders.items() for one in some]
        if any(now.get(one) != shift for one, shift in free if one in self.fixed):
            return False
        could = sum(one not in self.fixed for some in self.stays.values() for one in some)
        moved = sum(now.get(one) != shift for one, shift in free)
        return moved <= self._most(could) and not self._robbed(orders)

    def settled(self, orders: Orders) -> dict[str, tuple[str, ...]]:
        """Give routes back their order where nothing came in and nothing fell out."""
        own = {shift: self.stays[shift] for shift in self.shifts - self.reach.struck}
        return {
            shift: own[shift] if shift in own and set(own[shift]) == set(some) else some
            for shift, some in orders.items()
        }

    def is_calm(self, orders: Orders) -> bool:
        """Say whether of the visits that nothing happened to enough begin at the same second."""
        return len(self.delayed(orders)) <= self._most(len(self.reach.others))

    def delayed(self, orders: Orders) -> set[str]:
        """Give visits of shifts that were not struck that begin at another second, or are gone."""
        return {
            one
            for shift in self.shifts - self.reach.struck
            for one, _ in self._starts(shift, self.stays) - self._starts(shift, orders)
        }

    def _robbed(self, orders: Orders) -> bool:
        """Say whether a shift of others lost a visit and was given none."""
        return any(
            set(orders.get(shift, ())) < set(self.stays[shift])
            for shift in self.shifts - self.reach.struck
        )

    def _starts(self, shift: str, orders: Orders) -> set[tuple[str, int]]:
        route = timed(self.held, self.held.shift[shift], orders.get(shift, ()))
        return {(stop.candidate_id, stop.start_s) for stop in route.stops} if route else set()

    def _most(self, many: int) -> int:
        return math.floor(self.share * many + 1e-9)
