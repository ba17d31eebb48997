"""Patrol zones balanced by workload (巡区均衡): a proposal, with who changes and what it is worth.

Takes zones, premises and the hours each takes, gives zones of more equal hours: every one in one
piece, together covering what they covered, as few hours as may be given to another officer. It is
the districting problem (Hess et al. 1965; Kalcsics 2015 for a survey) on small areas around a few
premises each. Nothing is applied: a person decides.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo_risk.districts.search import BalanceParams, Division, improve, mend
from geo_risk.districts.units import Units, make_units
from geo_risk.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray
    from shapely.geometry.base import BaseGeometry

BALANCE_NOTES = (
    "one_zone",
    "no_premises",
    "zone_without_premises",
    "outside_zones",
    "zone_in_parts",
    "still_in_parts",
    "nothing_better",
)
"""What a reader must know of a proposal, in the order `Proposal.notes` gives them."""
_SNAP_M = 0.01  # corners of dissolved areas lie on a lattice of so many metres
_SAME_M2 = 10.0  # areas that differ by less are one: cells leave slivers out


@dataclass(frozen=True)
class ZoneProposed:
    """One zone, today and as proposed.

    Parameters
    ----------
    zone_id
        Which.
    shape
        Polygon as proposed, metres; a MultiPolygon only where the park leaves no other way.
    officers
        Its share of all hours is its share of all officers.
    hours_before, hours_after, target
        A month.
    premises_before, premises_after
        Number of them.
    """

    zone_id: str
    shape: BaseGeometry
    officers: float
    hours_before: float
    hours_after: float
    target: float
    premises_before: int
    premises_after: int


@dataclass(frozen=True)
class Change:
    """A premises whose zone changes: its row, from, to, hours a month."""

    row: int
    from_zone: str
    to_zone: str
    hours: float


@dataclass(frozen=True)
class Proposal:
    """A division of the park.

    Parameters
    ----------
    zones
        In the order they came.
    zone_of
        n zone ids, one per premises, as proposed.
    changes
        By from, to and row.
    cost_before, cost_after
        As `BalanceParams` has it; both with today's borders as measure.
    notes
        Codes, of `BALANCE_NOTES`.
    outside
        Rows of premises that lie in no zone: they count with the nearest.
    """

    zones: tuple[ZoneProposed, ...]
    zone_of: tuple[str, ...]
    changes: tuple[Change, ...]
    cost_before: float
    cost_after: float
    notes: tuple[str, ...] = ()
    outside: tuple[int, ...] = ()

    @property
    def hours_changed(self) -> float:
        """Hours a month that another officer takes over."""
        return sum(one.hours for one in self.changes)

    def spread(self, *, after: bool) -> tuple[float, float]:
        """Give the least and the most hours per officer of any zone."""
        hours = [
            (one.hours_after if after else one.hours_before) / one.officers for one in self.zones
        ]
        return min(hours), max(hours)


def balance_zones(
    zones: Mapping[str, BaseGeometry],
    easting: ArrayLike,
    northing: ArrayLike,
    hours: ArrayLike,
    *,
    rng: np.random.Generator,
    officers: Mapping[str, float] | None = None,
    params: BalanceParams | None = None,
) -> Proposal:
    """Propose zones of more equal workload.

    Parameters
    ----------
    zones
        Id to Polygon or MultiPolygon, metres of the working CRS.
    easting, northing, hours
        (n,) premises: metres, and hours a month each takes.
    rng
        Chance of the search.
    officers
        Zone id to number of officers; 1 where it is not said.
    params
        What a good division is.

    Returns
    -------
    Proposal
        Today's division where there is nothing better.

    Raises
    ------
    InputError
        Without a zone, for a zone that lies within others, for hours that are negative or no
        number, for a place without coordinates, or for officers below 0 or of no zone.
    """
    params = params or BalanceParams()
    east, north, load = (np.asarray(one, dtype=np.float64) for one in (easting, northing, hours))
    ids = list(zones)
    strength = _checked(ids, (east, north, load), officers or {})
    units = make_units([zones[one] for one in ids], east, north, premises=params.unit_premises)
    _check_ground(ids, units)
    unit_load = np.zeros(len(units.shapes))
    np.add.at(unit_load, units.of_premises, load)
    target = load.sum() * strength / strength.sum()
    division = Division(
        unit_load, units.zone, units.zone, units.pairs, units.border_m, target, params
    )
    before = division.cost()
    mended = mend(division)
    if len(ids) > 1 and load.sum() > 0:
        improve(division, params, rng)
    now = np.array(division.district, dtype=np.int64)
    return _proposal(ids, zones, units, now, load, strength, before, division.cost(), mended=mended)


def _checked(
    ids: Sequence[str],
    columns: tuple[NDArray[np.float64], ...],
    officers: Mapping[str, float],
) -> NDArray[np.float64]:
    if not ids:
        raise InputError("There is no patrol zone to balance.", "Bring the zones in first.")
    if len({one.shape for one in columns}) > 1:
        raise InputError(
            "Premises, places and hours are not equally many.", "Give one of each per premises."
        )
    east, north, load = columns
    lost = np.flatnonzero(~(np.isfinite(east) & np.isfinite(north)))
    if lost.size:
        raise InputError(
            f"{lost.size} premises have no coordinates, the first is row {lost[0]}.",
            "Leave out what is not located yet.",
        )
    wrong = np.flatnonzero(~(np.isfinite(load) & (load >= 0)))
    if wrong.size:
        raise InputError(
            f"Premises in row {wrong[0]} takes {load[wrong[0]]} hours.", "Give 0 or more."
        )
    unknown = sorted(officers.keys() - set(ids))
    if unknown:
        raise InputError(f"There are officers for {unknown[0]!r}, which is no zone.", "Correct it.")
    strength = np.array([float(officers.get(one, 1.0)) for one in ids])
    if not (np.isfinite(strength).all() and (strength > 0).all()):
        raise InputError("A zone has no officer.", "Give each zone more than 0 officers.")
    return strength


def _check_ground(ids: Sequence[str], units: Units) -> None:
    bare = sorted(set(range(len(ids))) - set(units.zone.tolist()))
    if bare:
        raise InputError(
            f"Zone {ids[bare[0]]} has no ground that another zone does not have.",
            "End the zone that no longer holds, or correct the borders.",
        )


def _proposal(
    ids: Sequence[str],
    zones: Mapping[str, BaseGeometry],
    units: Units,
    now: NDArray[np.int64],
    load: NDArray[np.float64],
    strength: NDArray[np.float64],
    before: float,
    after: float,
    *,
    mended: bool,
) -> Proposal:
    was, will = units.zone[units.of_premises], now[units.of_premises]
    size = len(ids)
    hours = [np.bincount(one, load, minlength=size) for one in (was, will)]
    many = [np.bincount(one, minlength=size) for one in (was, will)]
    shapes = [_shape(units, now, row, zones[one]) for row, one in enumerate(ids)]
    target = load.sum() * strength / strength.sum()
    proposed = tuple(
        ZoneProposed(
            one,
            shapes[row],
            float(strength[row]),
            float(hours[0][row]),
            float(hours[1][row]),
            float(target[row]),
            int(many[0][row]),
            int(many[1][row]),
        )
        for row, one in enumerate(ids)
    )
    moved = np.flatnonzero(was != will)
    changes = sorted(
        (Change(int(row), ids[was[row]], ids[will[row]], float(load[row])) for row in moved),
        key=lambda one: (one.from_zone, one.to_zone, one.row),
    )
    outside = tuple(int(row) for row in np.flatnonzero(~units.inside))
    parts = Counter(len(shapely.get_parts(one)) > 1 for one in shapes)
    said = {
        "one_zone": size == 1,
        "no_premises": not len(load) or load.sum() <= 0,
        "zone_without_premises": bool(len(load)) and bool((many[0] == 0).any()),
        "outside_zones": bool(outside),
        "zone_in_parts": mended,
        "still_in_parts": parts[True] > 0,
        "nothing_better": size > 1 and bool((now == units.zone).all()),
    }
    return Proposal(
        proposed,
        tuple(ids[row] for row in will),
        tuple(changes),
        before,
        after,
        tuple(code for code in BALANCE_NOTES if said[code]),
        outside,
    )


def _shape(units: Units, now: NDArray[np.int64], row: int, today: BaseGeometry) -> BaseGeometry:
    """Dissolve a zone's areas; one that keeps exactly its own keeps its very polygon.

    Not so where it overlapped an earlier zone: proposed zones do not.
    """
    own = now == row
    area = float(shapely.area(units.shapes[own]).sum())
    if (own == (units.zone == row)).all() and abs(today.area - area) < _SAME_M2:
        return today
    return shapely.union_all(units.shapes[own], grid_size=_SNAP_M)
