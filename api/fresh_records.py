"""Records that came, or changed, since a publication: read again, and measured as what is stamped.

Takes the store's events, gives for each record they touch what it counts now. Of the records that a
publication knows already nothing is said: they are counted in it. The rule of what counts is
`geo_risk.fresh`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo_risk.crs import project_geometry
from geo_risk.fresh import measure_fresh
from geo_risk.records import Actor, Premises, Report, Role, Visit
from geo_risk.store import Query

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime

    from shapely.geometry.base import BaseGeometry

    from api.kept import KeptRecords
    from geo_risk.park import ParkFile
    from geo_risk.store import Event, Store
    from geo_risk.surfaces.stamped import Fresh

_READER = Actor(id="serve", role=Role.ANALYST, door="http")


class FreshRecords:
    """Reads what is new in one park.

    Parameters
    ----------
    store, kept, park
        The park's.
    boundary
        The park's edge, degrees in its datum.
    clock
        Gives the present, zone-aware.
    """

    def __init__(
        self,
        store: Store,
        kept: KeptRecords,
        park: ParkFile,
        boundary: BaseGeometry,
        clock: Callable[[], datetime],
    ) -> None:
        self._store, self._kept, self._park, self._clock = store, kept, park, clock
        self._outline = project_geometry(boundary, park.park.crs)

    def measured(
        self, known: Collection[str], events: Sequence[Event]
    ) -> dict[str, tuple[Fresh, ...]]:
        """Give what records count now.

        Parameters
        ----------
        known
            Ids of the records that came since the publication: of others, only new ones count.
        events
            What happened, in their order.

        Returns
        -------
        dict
            Record id to its stamps; none for those that are no longer there.
        """
        wanted = _touched(known, events)
        if not any(wanted.values()):
            return {}
        reports = self._found("reports", wanted["reports"])
        visits = self._found("visits", wanted["visits"])
        named = {one.visit_id for one in reports if isinstance(one, Report) and one.visit_id}
        looked = [*visits, *self._found("visits", named - wanted["visits"])]
        told = measure_fresh(
            reports=[one for one in reports if isinstance(one, Report)],
            visits=[one for one in visits if isinstance(one, Visit)],
            counted=[one.id for one in looked if isinstance(one, Visit) and one.found is not None],
            premises=[
                one.record
                for one in self._kept.every("premises")
                if isinstance(one.record, Premises)
            ],
            severity=self._park.severity,
            boundary=self._outline,
            crs=self._park.park.crs,
            now=self._clock(),
        )
        return {one: told.get(one, ()) for some in wanted.values() for one in some}

    def _found(self, collection: str, ids: Collection[str]) -> list[Any]:
        if not ids:
            return []
        return [
            one.record
            for one in self._store.find(Query(collection, ids=sorted(ids)), actor=_READER)
        ]


def _touched(known: Collection[str], events: Sequence[Event]) -> dict[str, set[str]]:
    """Give the records to be measured: new ones, and new ones that were changed since."""
    wanted: dict[str, set[str]] = {"reports": set(), "visits": set()}
    for one in events:
        if one.collection in wanted and (one.action == "created" or one.record_id in known):
            wanted[one.collection].add(one.record_id)
    return wanted
