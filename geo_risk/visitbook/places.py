"""What an officer says of the place: the pin is wrong, nobody is there any more, here it is.

Takes the premises and what was saved, gives its changes, and the new row of an enterprise that has
moved: it waits to be located, as every premises without a point. What somebody changed after the
officer was there stays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from geo_risk.records import Premises, VisitOutcome
from geo_risk.store import Stored, Update

if TYPE_CHECKING:
    from geo_risk.park import ParkFile
    from geo_risk.visitbook.said import Gate

PIN_WRONG, MOVED = "pin_wrong", "moved"
"""Reasons for which a premises waits to be located."""

_CELLS = 2.0
"""A pin less sure than so many cells of the park's grid would move a premises at random."""


@dataclass(frozen=True)
class Placed:
    """What becomes of the premises.

    Parameters
    ----------
    word
        `moved_away`, `pinned`, `waits` (to be located), `newer` (somebody changed it since), ''.
    changes
        Of the premises itself.
    premises
        As it is then: reports of this visit lie there.
    new
        The row that follows it.
    """

    word: str
    changes: dict[str, Any]
    premises: Premises
    new: Premises | None = None

    def update(self, stored: Stored[Premises]) -> list[Update]:
        """Give the change to be written."""
        if not self.changes:
            return []
        return [Update("premises", self.premises.id, self.changes, stored.etag)]


def placed(stored: Stored[Premises], gate: Gate, park: ParkFile) -> Placed:
    """Say what becomes of a premises."""
    one, visit = stored.record, gate.visit
    moved = visit.outcome is VisitOutcome.MOVED
    sure = gate.pin is not None and gate.pin.accuracy_m <= _CELLS * park.park.cell_m
    if not moved and not gate.pin_wrong and (one.is_located or not sure):
        return Placed("", {}, one)
    end = visit.end or visit.start
    if stored.changed_at > end and (moved or one.is_located):
        return Placed("newer", {}, one)
    if moved:
        return _moved(one, gate)
    if gate.pin is not None and sure:
        by = "pin" if one.is_located else "visit"
        return _at(one, "pinned", gate.pin.lon, gate.pin.lat, "", by, outside=gate.pin.outside)
    return _at(one, "waits", None, None, PIN_WRONG, one.located_by, outside=False)


def _at(
    one: Premises,
    word: str,
    lon: float | None,
    lat: float | None,
    unlocated: str,
    by: str,
    *,
    outside: bool,
) -> Placed:
    changes: dict[str, Any] = {
        "lon": lon,
        "lat": lat,
        "unlocated": unlocated,
        "located_by": by,
        "outside": outside,
    }
    return Placed(word, changes, replace(one, **changes))


def _moved(one: Premises, gate: Gate) -> Placed:
    """End the premises, and begin the next one of its enterprise without a place."""
    end = gate.visit.end or gate.visit.start
    if one.valid_to is not None and one.valid_to <= end:
        return Placed("", {}, one)
    new = Premises(
        id=f"http:{gate.visit.number}",
        source="http",
        number=gate.visit.number,
        enterprise_id=one.enterprise_id,
        kind=one.kind,
        people=one.people,
        inherent_class=one.inherent_class,
        dangerous_goods=one.dangerous_goods,
        unlocated=MOVED,
        valid_from=end,
    )
    return Placed("moved_away", {"valid_to": end}, one, new if one.enterprise_id else None)
