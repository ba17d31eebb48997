"""What a visit plan is made of: candidates, shifts, travel, the plan, and what was left out.

Plain values, checked when built. Times are whole seconds since midnight of the plan's first day on
the park's wall clock; places are rows of one matrix of travel times. Who is worth how much is said
by `prizes`, the search is in `solve`, the judge in `check`. The problem is the team orienteering
problem with time windows (Chao, Golden & Wasil 1996; Vansteenwegen, Souffriau & Van Oudheusden
2011): several routes, each place at most once, the sum of prizes as large as can be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.errors import InputError
from geo_risk.records import VisitReason

if TYPE_CHECKING:
    from numpy.typing import NDArray

DAY_S = 86_400
NO_WAY = -1
"""In a matrix of travel times: there is no way from here to there."""


class Tier(IntEnum):
    """What comes first: nothing of a lower tier is worth giving up one of a higher."""

    OPTIONAL = 0
    DRAWN = 1
    MUST = 2
    APPOINTMENT = 3


@dataclass(frozen=True)
class Candidate:
    """One visit that might take place.

    Parameters
    ----------
    id
        Unique in the plan; the premises' id where there is one visit to it.
    premises_id, enterprise_id, zone_id
        Which premises, whose, where; '' unknown.
    place
        Row of the matrix of travel times; None: it is nowhere yet.
    service_s
        How long the visit takes, seconds, at least 1.
    prize
        What it brings: expected severity points, 0 or more.
    parts
        Name to share of the prize; they add up to it.
    tier
        What comes first.
    windows
        [from, to] within which the visit must begin, seconds; empty: at any time of a shift.
    only, never
        Officers who alone may make it; officers who may not. Empty: anybody, nobody.
    free_of_zones
        True: an officer from another zone loses nothing by going (a cross-visit).
    reason
        Why it would take place.
    selection_probability
        With which it was drawn, of a visit drawn by lot.
    place_guessed
        True: where it is is not known; the travel is an assumption.
    """

    id: str
    place: int | None
    service_s: int
    prize: float
    premises_id: str = ""
    enterprise_id: str = ""
    zone_id: str = ""
    parts: Mapping[str, float] = field(default_factory=dict)
    tier: Tier = Tier.OPTIONAL
    windows: tuple[tuple[int, int], ...] = ()
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    free_of_zones: bool = False
    reason: VisitReason = VisitReason.ROUTINE
    selection_probability: float | None = None
    place_guessed: bool = False

    def __post_init__(self) -> None:
        """Refuse what no plan could use."""
        if not (self.prize >= 0 and np.isfinite(self.prize)):
            raise InputError(f"Candidate {self.id!r}: prize {self.prize}.", "Give 0 or more.")
        if self.service_s < 1:
            raise InputError(f"Candidate {self.id!r}: {self.service_s} s of visit.", "Give 1 s.")
        if self.parts and abs(sum(self.parts.values()) - self.prize) > 1e-9 * max(1, self.prize):
            raise InputError(
                f"Candidate {self.id!r}: its parts are {sum(self.parts.values())} together, "
                f"its prize is {self.prize}.",
                "Let the parts add up.",
            )


@dataclass(frozen=True)
class Shift:
    """Half a day of one officer: between two shifts there is lunch, or the night.

    Parameters
    ----------
    id, officer_id
        Unique in the plan; whose.
    start_s, end_s
        On the plan's clock; a shift that crosses midnight ends beyond the day.
    begin_place, end_place
        Rows of the matrix: where it starts, where it must be back by its end.
    zone_ids
        The officer's own zones; empty: every zone is.
    """

    id: str
    officer_id: str
    start_s: int
    end_s: int
    begin_place: int = 0
    end_place: int = 0
    zone_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a shift that ends before it starts."""
        if self.end_s <= self.start_s:
            raise InputError(
                f"Shift {self.id!r} ends at {clock(self.end_s)} and starts at "
                f"{clock(self.start_s)}.",
                "Give an end after the start; past midnight it is more than 24:00.",
            )


@dataclass(frozen=True, eq=False)
class Problem:
    """Everything a plan is made from.

    Parameters
    ----------
    candidates, shifts
        Ids are unique in each.
    travel_s
        int32 (places, places): seconds from row to column; `NO_WAY` where there is none.
    crossing
        Share of a prize that an officer of another zone brings, in [0, 1]; 0: zones are closed.
    """

    candidates: tuple[Candidate, ...]
    shifts: tuple[Shift, ...]
    travel_s: NDArray[np.int32]
    crossing: float = 0.8

    def __post_init__(self) -> None:
        """Refuse ids that repeat and places that are not in the matrix."""
        for what, some in (("candidate", self.candidates), ("shift", self.shifts)):
            twice = [one for one, many in Counter(one.id for one in some).items() if many > 1]
            if twice:
                raise InputError(f"Two {what}s are called {twice[0]!r}.", "Name each differently.")
        travel = self.travel_s
        if travel.ndim != 2 or travel.shape[0] != travel.shape[1]:
            raise InputError(f"Travel times of shape {travel.shape}.", "Give a square matrix.")
        if not 0 <= self.crossing <= 1:
            raise InputError(f"Crossing {self.crossing}.", "Give a share between 0 and 1.")
        named = [one.place for one in self.candidates if one.place is not None]
        named += [place for one in self.shifts for place in (one.begin_place, one.end_place)]
        if named and not (min(named) >= 0 and max(named) < len(travel)):
            raise InputError(
                f"Place {max(named)} is not one of the matrix's {len(travel)}.",
                "Give every place a row of travel times.",
            )

    @cached_property
    def candidate(self) -> Mapping[str, Candidate]:
        """Each candidate by its id."""
        return {one.id: one for one in self.candidates}

    @cached_property
    def shift(self) -> Mapping[str, Shift]:
        """Each shift by its id."""
        return {one.id: one for one in self.shifts}

    def worth(self, one: Candidate, shift: Shift) -> float:
        """Give what a visit brings in a shift: less outside the officer's own zones.

        Returns
        -------
        float
            -1 where this officer may not make it.
        """
        if (one.only and shift.officer_id not in one.only) or shift.officer_id in one.never:
            return -1.0
        own = not shift.zone_ids or not one.zone_id or one.zone_id in shift.zone_ids
        if own or one.free_of_zones or one.only:
            return one.prize
        return one.prize * self.crossing if self.crossing else -1.0


@dataclass(frozen=True)
class Stop:
    """One visit of a plan: when the officer arrives, begins and ends, on the plan's clock."""

    candidate_id: str
    arrive_s: int
    start_s: int
    end_s: int


@dataclass(frozen=True)
class Route:
    """The visits of one shift in order, and when it is over."""

    shift_id: str
    stops: tuple[Stop, ...]
    back_s: int


@dataclass(frozen=True)
class LeftOut:
    """A candidate that is not in the plan, and why.

    Parameters
    ----------
    candidate_id
        Which.
    reason
        A key of the words catalogue: `left_out.<reason>`; one of `REASONS`.
    other_id
        The candidate it gave way to, where there is one.
    """

    candidate_id: str
    reason: str
    other_id: str = ""


REASONS = (
    "no_officers",
    "nowhere",
    "nobody_may",
    "never_open",
    "outside_shifts",
    "unreachable",
    "too_long",
    "clash",
    "worth_less",
)
"""Why a candidate is left out, the first that holds: nobody works; it is nowhere yet; nobody may
go; its window never opens; the window is outside all shifts; there is no way; the visit is longer
than any shift; something at the same time comes first; the time went to visits that bring more."""


@dataclass(frozen=True)
class Plan:
    """A plan: routes that can be kept, what was left out, and how far from the best it may be.

    Parameters
    ----------
    routes
        One for each shift, empty ones included, in the problem's order.
    left_out
        Every candidate that is in no route.
    value
        Sum of prizes of the visits, as `Problem.worth` has them.
    bound
        No plan brings more than this; infinite where none was worked out.
    solver
        Which search found it.
    """

    routes: tuple[Route, ...]
    left_out: tuple[LeftOut, ...]
    value: float
    bound: float = float("inf")
    solver: str = ""

    @property
    def visits(self) -> list[tuple[str, Stop]]:
        """Every stop with its shift's id, by shift and time."""
        return [(one.shift_id, stop) for one in self.routes for stop in one.stops]

    @property
    def gap(self) -> float:
        """How far the bound is above the value, as a share of the value; infinite without one."""
        if self.value <= 0:
            return 0.0 if self.bound <= 0 else float("inf")
        return max(0.0, self.bound / self.value - 1.0)


def orders_of(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Give the candidates of each shift in order: all that a plan decides."""
    return {one.shift_id: tuple(stop.candidate_id for stop in one.stops) for one in plan.routes}


def timed(problem: Problem, shift: Shift, order: Sequence[str]) -> Route | None:
    """Time the visits of a shift as early as can be; None where the order cannot be kept."""
    travel, now, here = problem.travel_s, shift.start_s, shift.begin_place
    stops = []
    for name in order:
        one = problem.candidate[name]
        if one.place is None or travel[here, one.place] < 0:
            return None
        arrive = now + int(travel[here, one.place])
        start = first_start(one, arrive)
        if start is None:
            return None
        now, here = start + one.service_s, one.place
        stops.append(Stop(name, arrive, start, now))
    if travel[here, shift.end_place] < 0:
        return None
    back = now + int(travel[here, shift.end_place]) if stops else shift.start_s
    return Route(shift.id, tuple(stops), back) if back <= shift.end_s else None


def first_start(one: Candidate, arrive_s: int) -> int | None:
    """Give the first second from `arrive_s` on at which a visit may begin; None: there is none."""
    if not one.windows:
        return arrive_s
    starts = [max(arrive_s, begin) for begin, end in one.windows if max(arrive_s, begin) <= end]
    return min(starts, default=None)


def clock(seconds: int) -> str:
    """Write a time of the plan's clock as day and HH:MM, `0 08:30`."""
    day, rest = divmod(seconds, DAY_S)
    return f"{day} {rest // 3600:02d}:{rest % 3600 // 60:02d}"
