"""The desk of public figures: what was shown of a month once is what is shown of it ever after.

Reads records for `disclosure`, which cuts them, and keeps what came out. A month is public from the
moment it closes, as it was known then; the main surface's areas are public as they stood when the
first person looked after a month had closed, until the next one closes. So a new report changes
nothing that the public sees before then, and asking often, by whatever door, tells no more than
asking once.
"""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from geo_risk.crs import project_geometry
from geo_risk.disclosure import Area, aggregate, month_areas, shown_reports
from geo_risk.errors import ConflictError, NotFoundError
from geo_risk.features.counts import measure_month
from geo_risk.features.history import measure_history
from geo_risk.features.places import holds
from geo_risk.monthly.months import (
    begin_of,
    check_month,
    closing_of,
    end_of,
    month_of,
    shift_month,
)
from geo_risk.published import RiskClass, class_of
from geo_risk.records import Actor, PatrolZone, Role
from geo_risk.store import Query

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from geo_risk.park import ParkFile
    from geo_risk.published import Publication
    from geo_risk.store import Store

    Described = Callable[[], Mapping[str, Any]]

TABLE = "public_month"
SURFACE = "public_surface"
YEAR_MONTHS = 12
_READER = Actor(id="public", role=Role.PORTAL, door="http")
_EMPTY_FOR = timedelta(minutes=10)
_SIGNIFICANT = 2


@dataclass(frozen=True)
class PublicMonth:
    """A month's reports by area, cut for everybody.

    Parameters
    ----------
    month
        YYYY-MM.
    as_of
        When it closed: what was recorded later is in none of its figures.
    areas
        As `disclosure.month_areas` gives them.
    breaks, breaks_version
        By which they were classed: a later change of the park file recolours no month.
    """

    month: str
    as_of: datetime
    areas: tuple[Area, ...]
    breaks: tuple[float, float, float]
    breaks_version: str


@dataclass(frozen=True)
class PublicSurface:
    """The main surface by area, cut for everybody.

    Parameters
    ----------
    month
        The last month that had closed.
    as_of
        As-of of the publication it is from.
    areas, total
        As `disclosure.aggregate` gives them; means with two significant digits.
    described
        What the caller keeps beside it: title, unit, breaks, score.
    """

    month: str
    as_of: datetime
    areas: tuple[Area, ...]
    total: Area | None
    described: Mapping[str, Any]


def last_closed(moment: datetime, park: ParkFile) -> str:
    """Give the last month that had closed at a moment."""
    month = shift_month(month_of(moment, park), -1)
    return month if closing_of(month, park) <= moment else shift_month(month, -1)


def zones_at(store: Store, moment: datetime) -> list[PatrolZone]:
    """Give the zones that hold at a moment, in the order of ids."""
    found = (one.record for one in store.find(Query("zones"), actor=_READER))
    return [one for one in found if isinstance(one, PatrolZone) and holds(one, moment)]


class PublicBook:
    """Reads, and keeps what it gives out.

    Parameters
    ----------
    store, park
        The park's.
    boundary
        The park's edge, degrees in its datum.
    """

    def __init__(self, store: Store, park: ParkFile, boundary: BaseGeometry) -> None:
        self._store = store
        self._park = park
        self._boundary = boundary
        self._lock = threading.Lock()
        self._empty: dict[str, tuple[datetime, PublicMonth]] = {}

    def month(self, month: str, now: datetime) -> PublicMonth:
        """Give a month's table.

        Parameters
        ----------
        month
            YYYY-MM.
        now
            Zone-aware.

        Raises
        ------
        InputError, NotFoundError
            When it is no month; when it has not closed yet.
        """
        if closing_of(check_month(month), self._park) > self._park.as_of(now):
            raise NotFoundError(
                f"{month} has not closed yet.", "Ask for a month before, or for the latest."
            )
        return self._months([month], now)[0]

    def latest(self, now: datetime) -> PublicMonth:
        """Give the table of the last month that has closed."""
        return self.month(last_closed(self._park.as_of(now), self._park), now)

    def surface(
        self, publication: Publication, describe: Described, now: datetime
    ) -> PublicSurface:
        """Give the main surface's areas.

        Parameters
        ----------
        publication
            What is shown to the station; looked at only where nothing is kept for the month.
        describe
            Gives what is kept beside the areas, JSON-ready.
        now
            Zone-aware.
        """
        month = last_closed(publication.as_of, self._park)
        kept = self.kept_surface(month)
        if kept is None:
            with self._lock:
                kept = self.kept_surface(month) or self._make_surface(
                    month, publication, describe, now
                )
        return kept

    def kept_for(self, publication: Publication) -> PublicSurface | None:
        """Give what `surface` gives, where somebody looked at it before."""
        return self.kept_surface(last_closed(publication.as_of, self._park))

    def kept_surface(self, month: str) -> PublicSurface | None:
        """Give a month's areas where somebody looked at them before."""
        found = self._store.document(SURFACE, month)
        return None if found is None else _surface_of(json.loads(found.body))

    def _make_surface(
        self, month: str, publication: Publication, describe: Described, now: datetime
    ) -> PublicSurface:
        year = [shift_month(month, -n) for n in range(YEAR_MONTHS)]
        tables = [one.areas for one in self._months(year, now, locked=True)]
        main = publication.surfaces[publication.main]
        zones = [one for one in publication.zones if one.surface_id == main.id]
        told = partial(shown_reports, tables)
        seen = aggregate(zones, main.breaks, self._park.map, told)
        merged = any(len(one.zone_ids) > 1 for one in seen.areas)
        made = PublicSurface(
            month,
            publication.as_of,
            tuple(_coarse(one, main.breaks, len(one.zone_ids) > 1) for one in seen.areas),
            _coarse(seen.total, main.breaks, merged) if seen.total else None,
            describe(),
        )
        return _surface_of(self._keep(SURFACE, month, asdict(made), now))

    def _months(
        self, months: Sequence[str], now: datetime, *, locked: bool = False
    ) -> list[PublicMonth]:
        found = {month: self._known(month, now) for month in months}
        missing = [month for month, one in found.items() if one is None]
        if missing and not locked:
            with self._lock:
                return self._months(months, now, locked=True)
        counts = _Counts(self._store, self._park, self._boundary)
        made = {month: self._make_month(month, counts, now) for month in missing}
        return [found[month] or made[month] for month in months]

    def _known(self, month: str, now: datetime) -> PublicMonth | None:
        kept = self._store.document(TABLE, month)
        if kept is not None:
            return _month_of(json.loads(kept.body))
        since, empty = self._empty.get(month, (None, None))
        return empty if since is not None and since <= now < since + _EMPTY_FOR else None

    def _make_month(self, month: str, counts: _Counts, now: datetime) -> PublicMonth:
        rules = self._park.map
        areas = month_areas(*counts.of(month), rules)
        closed = closing_of(month, self._park)
        made = PublicMonth(month, closed, areas, rules.report_breaks, rules.report_breaks_version)
        if all(one.withheld for one in areas):
            # Nothing is told, so nothing is fixed: a history may still be read in.
            self._empty[month] = (now, made)
            return made
        return _month_of(self._keep(TABLE, month, asdict(made), now))

    def _keep(self, kind: str, month: str, value: Any, now: datetime) -> Any:
        """Keep what is about to be shown; what another process kept a moment before wins."""
        body = json.dumps(value, ensure_ascii=False, sort_keys=True, default=datetime.isoformat)
        try:
            return json.loads(
                self._store.keep_document(kind, month, 0, body, actor=_READER, at=now).body
            )
        except ConflictError:
            found = self._store.document(kind, month)
            if found is None:
                raise
            return json.loads(found.body)


class _Counts:
    """Counts by month, from records that are read once, when the first month asks."""

    def __init__(self, store: Store, park: ParkFile, boundary: BaseGeometry) -> None:
        self._store = store
        self._park = park
        self._edge = boundary

    def of(self, month: str) -> tuple[dict[str, int], dict[str, int]]:
        """Give enterprises and reports by zone: those of the month, as known when it closed."""
        crs, end = self._park.park.crs, end_of(month, self._park)
        zones = [one for one in self._records["zones"] if holds(one, end - timedelta(seconds=1))]
        ground: dict[str, Any] = {
            "premises": self._records["premises"],
            "boundary": self._outline,
            "crs": crs,
        }
        history = measure_history(
            reports=self._records["reports"],
            visits=self._records["visits"],
            severity=self._park.severity,
            as_of=closing_of(month, self._park),
            **ground,
        )
        return measure_month(
            zones={one.id: project_geometry(one.geometry, crs) for one in zones},
            history=history,
            begin=begin_of(month, self._park),
            end=end,
            **ground,
        )

    @cached_property
    def _records(self) -> dict[str, list[Any]]:
        return {
            name: [one.record for one in self._store.find(Query(name), actor=_READER)]
            for name in ("zones", "premises", "reports", "visits")
        }

    @cached_property
    def _outline(self) -> BaseGeometry:
        return project_geometry(self._edge, self._park.park.crs)


def _coarse(area: Area, breaks: tuple[float, float, float], merged: bool) -> Area:  # noqa: FBT001
    """Round a mean, and class it by what is shown; where areas merged, enterprises are not said."""
    if area.mean is None:
        return area
    mean = float(f"{area.mean:.{_SIGNIFICANT}g}")
    enterprises = None if merged else area.enterprises
    return replace(area, mean=mean, risk_class=class_of(mean, breaks), enterprises=enterprises)


def _month_of(said: Mapping[str, Any]) -> PublicMonth:
    areas = tuple(_area_of(one) for one in said["areas"])
    low, middle, high = said["breaks"]
    as_of = datetime.fromisoformat(said["as_of"])
    return PublicMonth(said["month"], as_of, areas, (low, middle, high), said["breaks_version"])


def _surface_of(said: Mapping[str, Any]) -> PublicSurface:
    return PublicSurface(
        said["month"],
        datetime.fromisoformat(said["as_of"]),
        tuple(_area_of(one) for one in said["areas"]),
        _area_of(said["total"]) if said["total"] else None,
        said["described"],
    )


def _area_of(said: Mapping[str, Any]) -> Area:
    known = {"zone_ids": tuple(said["zone_ids"]), "risk_class": RiskClass(said["risk_class"])}
    return Area(**{**said, **known})
