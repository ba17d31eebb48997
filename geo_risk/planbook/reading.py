"""What a plan reads of the store: records as they hold in its days, without person data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from geo_risk import guidancebook, monthly, orderbook, slipbook
from geo_risk.casework import is_open, open_states
from geo_risk.features.denied import DENIED_PREMISES_KINDS
from geo_risk.orders import WAITING
from geo_risk.records import Actor, Premises, Role
from geo_risk.store import Query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo_risk.guidance import FollowUp
    from geo_risk.records import (
        Assignment,
        Enterprise,
        Officer,
        Order,
        PatrolZone,
        Record,
        Report,
        Road,
        Station,
        Visit,
    )
    from geo_risk.store import Store

READER = Actor(id="planbook", role=Role.KEEPER, door="cli")
"""In whose name records are read; person data is not."""

_OPEN = tuple(sorted(open_states("hazard")))


class Shelf:
    """Records of a store that hold at some time of a plan, each collection read once.

    Parameters
    ----------
    store
        The park's.
    begin, end
        The plan's days, half-open.
    """

    def __init__(self, store: Store, begin: datetime, end: datetime) -> None:
        self._store, self._begin, self._end = store, begin, end

    @cached_property
    def premises(self) -> Mapping[str, Premises]:
        """By id; of enterprises that are there, dwellings too."""
        gone = {one.id for one in self._enterprises if not self._holds(one)}
        found = cast("list[Premises]", self._valid("premises"))
        return {one.id: one for one in found if one.enterprise_id not in gone}

    @cached_property
    def enterprises(self) -> Mapping[str, Enterprise]:
        """By id."""
        return {one.id: one for one in self._enterprises if self._holds(one)}

    @cached_property
    def _enterprises(self) -> list[Enterprise]:
        return cast("list[Enterprise]", self._all("enterprises"))

    @cached_property
    def homes(self) -> Mapping[str, str]:
        """Enterprise to the premises where it is visited: no dwelling, most people, first id."""
        best: dict[str, tuple[Any, ...]] = {}
        for one in self.premises.values():
            rank = (is_dwelling(one), -(one.people or 0), one.id)
            if one.enterprise_id and rank < best.get(one.enterprise_id, (True, 1, "")):
                best[one.enterprise_id] = rank
        return {firm: str(rank[2]) for firm, rank in best.items()}

    @cached_property
    def officers(self) -> list[Officer]:
        """Who is there."""
        return cast("list[Officer]", self._valid("officers"))

    @cached_property
    def assignments(self) -> list[Assignment]:
        """Who looks after what."""
        return cast("list[Assignment]", self._valid("assignments"))

    @cached_property
    def zones(self) -> list[PatrolZone]:
        """Zones as they are."""
        return cast("list[PatrolZone]", self._valid("zones"))

    @cached_property
    def stations(self) -> Mapping[str, Station]:
        """By id."""
        return {one.id: one for one in cast("list[Station]", self._valid("stations"))}

    @cached_property
    def roads(self) -> list[Road]:
        """Roads as they are."""
        return cast("list[Road]", self._valid("roads"))

    def visits(self, since: datetime | None = None) -> list[Visit]:
        """Give visits that looked and were not over at a moment; without one, all of them."""
        found = cast("list[Visit]", self._found(Query("visits", time_from=since)))
        return [one for one in found if one.looked]

    @cached_property
    def open_hazards(self) -> list[Report]:
        """Hazards that are neither closed, void nor the same as another."""
        query = Query("reports", filters={"kind": "hazard", "state": _OPEN})
        found = cast("list[Report]", self._found(query))
        return [one for one in found if is_open(one.kind, one.state) and not one.duplicate_of]

    @cached_property
    def orders(self) -> list[Order]:
        """Orders that wait for somebody."""
        query = Query("orders", filters={"state": tuple(one.value for one in WAITING)})
        return cast("list[Order]", self._found(query))

    @cached_property
    def promised(self) -> Mapping[str, str]:
        """Order to the officer who was promised for it, where that officer is there."""
        there = {one.id for one in self.officers}
        found = orderbook.officers_promised(self._store, [one.id for one in self.orders])
        return {order: who for order, who in found.items() if who in there}

    @cached_property
    def follow_ups(self) -> list[FollowUp]:
        """What officers promised to come back for."""
        return guidancebook.follow_ups(self._store)

    @cached_property
    def slips(self) -> list[slipbook.MustVisit]:
        """Visits that slips ask for."""
        return slipbook.must_visits(self._store)

    @cached_property
    def cross_visits(self) -> tuple[str, ...]:
        """Enterprises where the last frozen month of the index wants another looker."""
        months = monthly.frozen_months(self._store)
        if not months:
            return ()
        return tuple(monthly.results(self._store, months[-1]).get("propose_cross_visits", ()))

    def _all(self, collection: str) -> list[Record]:
        return self._found(Query(collection))

    def _valid(self, collection: str) -> list[Record]:
        return [one for one in self._all(collection) if self._holds(one)]

    def _holds(self, one: Record) -> bool:
        """Say whether it holds at some time of the plan's days."""
        begun = one.valid_from is None or one.valid_from < self._end
        return begun and (one.valid_to is None or one.valid_to > self._begin)

    def _found(self, query: Query) -> list[Any]:
        return [one.record for one in self._store.find(query, actor=READER)]


def is_dwelling(one: Premises) -> bool:
    """Say whether a premises is a dwelling: no unit of risk, visited only where asked for."""
    return one.kind in DENIED_PREMISES_KINDS


@dataclass(frozen=True)
class Last:
    """When a premises was visited last, and which visits were made in the plan's days."""

    at: Mapping[str, datetime]
    in_plan: tuple[Visit, ...]


def last_visits(
    shelf: Shelf, told: Mapping[str, datetime | None], since: datetime | None, begin: datetime
) -> Last:
    """Give the last visit of each premises.

    Parameters
    ----------
    shelf
        For visits.
    told
        What the publication says, by premises.
    since
        Up to when it says so, None: nothing was published.
    begin
        Of the plan's days.
    """
    from_ = None if since is None else min(since, begin) - timedelta(days=1)
    later: Sequence[Visit] = shelf.visits(from_)
    at = {name: moment for name, moment in told.items() if moment is not None}
    for one in later:
        if one.premises_id and one.start > at.get(one.premises_id, one.start - timedelta(1)):
            at[one.premises_id] = one.start
    return Last(at, tuple(one for one in later if one.start >= begin))
