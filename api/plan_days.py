"""The days of a visit plan in words and pictures: what sheets and pages are made of.

Takes a plan already cut to its reader and the names it may see, gives the frozen values of
`maps.stops`. A visit whose place is not known has no point on the map and no way to be led there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from shapely.geometry.base import BaseGeometry

from api.plan_views import FIRST_TIERS, PlanNames, left_by_reason, left_views
from geo_risk.published import PremisesSummary, RiskClass
from geo_risk.records import PatrolZone, Road
from geo_risk.visits.navigation import navigation_links
from geo_risk.visits.week import WeekPlan
from maps.sketch import Pin, Sketch, draw_sketch
from maps.stops import DayView, LeftView, StopView

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.service import Service
    from api.shown import Shown
    from geo_risk.published import Publication
    from geo_risk.records import Record
    from geo_risk.visits.week import PlannedVisit


@dataclass(frozen=True)
class Ground:
    """What a day's map is drawn on, and what is known of the premises on it.

    Parameters
    ----------
    boundary
        Degrees in the park's datum, as all geometries here.
    datum
        The park's.
    zones, roads
        Valid now.
    summaries
        Of the last build, by premises; empty before the first.
    """

    boundary: BaseGeometry
    datum: str
    zones: tuple[PatrolZone, ...] = ()
    roads: tuple[Road, ...] = ()
    summaries: Mapping[str, PremisesSummary] = field(default_factory=dict)


def make_ground(
    boundary: BaseGeometry,
    datum: str,
    records: Iterable[Record],
    publication: Publication | None,
) -> Ground:
    """Make the ground from records of any kind: zones and roads are taken."""
    some = list(records)
    return Ground(
        boundary,
        datum,
        tuple(one for one in some if isinstance(one, PatrolZone)),
        tuple(one for one in some if isinstance(one, Road)),
        publication.premises_by_id if publication else {},
    )


def ground_of(service: Service, shown: Shown, now: datetime) -> Ground:
    """Give the ground as the running service knows it."""
    kept = [*service.kept.valid("zones", now), *service.kept.valid("roads", now)]
    return make_ground(
        service.boundary,
        service.park.park.datum,
        [one.record for one in kept],
        shown.publication,
    )


@dataclass(frozen=True)
class DayMaker:
    """Puts the days of one plan into words and pictures, for one reader.

    Parameters
    ----------
    ground
        What the map is drawn on.
    plan, names
        Already cut to the reader.
    base
        Address of the service for QR codes, without a slash at its end; '' for none.
    """

    ground: Ground
    plan: WeekPlan
    names: PlanNames
    base: str = ""

    @property
    def dates(self) -> tuple[date, ...]:
        """The days of the plan."""
        return tuple(self.plan.first_day + timedelta(days=n) for n in range(self.plan.days))

    def day(self, officer_id: str, day: date, *, drawn: bool = True) -> DayView:
        """Give one officer's day; `drawn`: with its map and the ways to be led to each stop."""
        zone = ZoneInfo(self.plan.timezone)
        visits = sorted(
            (
                one
                for one in self.plan.visits
                if one.officer_id == officer_id and one.start.astimezone(zone).date() == day
            ),
            key=lambda one: one.start,
        )
        stops = tuple(self._stop(one, n, day, led=drawn) for n, one in enumerate(visits, 1))
        return DayView(
            officer_id=officer_id,
            officer=self.names.officers.get(officer_id, officer_id),
            day=day,
            stops=stops,
            sketch=self._sketch(stops) if drawn else None,
            left=self._left,
            left_by_reason=self._left_by_reason,
        )

    def _stop(self, visit: PlannedVisit, number: int, day: date, *, led: bool) -> StopView:
        enterprise = self.names.enterprises.get(visit.enterprise_id)
        premises = self.names.premises.get(visit.premises_id)
        risk = self.ground.summaries.get(visit.premises_id)
        placed = visit.lon is not None and visit.lat is not None and not visit.place_guessed
        lon, lat = (visit.lon, visit.lat) if placed else (None, None)
        return StopView(
            id=visit.id,
            number=number,
            shift_id=visit.shift_id,
            premises_id=visit.premises_id,
            enterprise_id=visit.enterprise_id,
            name=enterprise.name if enterprise else "",
            address=premises.address if premises else "",
            contact=enterprise.contact if enterprise else "",
            phone=enterprise.phone if enterprise else "",
            hours=premises.opening_hours if premises else "",
            zone=self._zones.get(visit.zone_id, visit.zone_id),
            risk_class=risk.risk_class if risk else RiskClass.NONE,
            arrive=visit.arrive,
            start=visit.start,
            end=visit.end,
            window=visit.window,
            travel_s=visit.travel_s,
            reason=visit.reason,
            ordered=tuple(
                self.names.ordered[one] for one in visit.source_ids if one in self.names.ordered
            ),
            tier=visit.tier,
            parts=visit.parts,
            probability=visit.selection_probability,
            place_guessed=visit.place_guessed,
            confirmed=visit.confirmed,
            lon=lon,
            lat=lat,
            links=navigation_links(lon, lat, self.ground.datum, number)
            if led and lon is not None and lat is not None
            else {},
            link=f"{self.base}/today?day={day}#stop-{number}" if self.base else "",
        )

    @cached_property
    def _left(self) -> tuple[LeftView, ...]:
        first = [one for one in self.plan.left_out if one.tier in FIRST_TIERS]
        return left_views(first, self.names)

    @cached_property
    def _left_by_reason(self) -> dict[str, int]:
        return left_by_reason(self.plan)

    @cached_property
    def _zones(self) -> dict[str, str]:
        return {one.id: one.name or one.id for one in self.ground.zones}

    def _sketch(self, stops: Sequence[StopView]) -> Sketch | None:
        ways: dict[str, list[Pin]] = {}
        for one in stops:
            if one.lon is not None and one.lat is not None:
                pin = Pin(one.number, one.lon, one.lat, one.risk_class)
                ways.setdefault(one.shift_id, []).append(pin)
        if not ways:
            return None
        return draw_sketch(
            self.ground.boundary,
            [one.geometry for one in self.ground.zones],
            [one.geometry for one in self.ground.roads],
            list(ways.values()),
        )
