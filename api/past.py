"""What was shown before, and months looked back at: one more `Shown` for each moment asked for.

Takes the store, the park and what is shown now, gives the moments there are and what a map shows at
one of them: a publication that is still kept (`p12`), or what was reported in a month (`2026-04`).
A month is measured when first asked for (tens of milliseconds) and kept while it is among the last
few; nothing of it is stored. Who may look back is decided by the audience, not here.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from api.shown import Shown
from api.tileset import TileSet
from geo_risk import crs
from geo_risk.errors import NotFoundError
from geo_risk.events import Events
from geo_risk.records import PatrolZone, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.kept import KeptRecords
    from geo_risk.grid import Grid
    from geo_risk.park import ParkFile
    from geo_risk.published import Publication
    from geo_risk.store import ReportPoints, Store

MONTHS = 24
"""So many months can be looked back at."""

YEAR = timedelta(days=365)
"""Reports of so long are shown with a publication."""

_KEPT = 8
_KEY = re.compile(r"p([1-9][0-9]{0,8})|(199[0-9]|20[0-9]{2})-(0[1-9]|1[0-2])")
_FAMILY = re.compile(r"month_([0-9]{4})_([0-9]{2})\..+")


@dataclass(frozen=True)
class Moment:
    """One stop of the time slider.

    Parameters
    ----------
    key
        `now`, `p12` or `2026-04`.
    kind
        `now`, `publication` or `month`.
    start, end
        Of a month; of a publication both are its as-of.
    """

    key: str
    kind: str
    start: datetime
    end: datetime


class Past:
    """Looks back, for one park.

    Parameters
    ----------
    store, kept, park
        The park's.
    """

    def __init__(self, store: Store, kept: KeptRecords, park: ParkFile) -> None:
        self._store, self._kept, self._park = store, kept, park
        self._shown: OrderedDict[tuple[str, int], Shown] = OrderedDict()
        self._lock = threading.Lock()

    def moments(self, shown: Shown) -> list[Moment]:
        """Give the moments a map may show, oldest first, the present one last.

        Months run from the first report with a place to the one before the as-of's, at most
        `MONTHS`; then come the earlier publications that are still whole.
        """
        publication = shown.publication
        if publication is None:
            return []
        zone = self._park.zone
        known = self._store.publication_times()
        earlier = [
            Moment(f"p{seq}", "publication", as_of, as_of)
            for seq, as_of in known
            if seq < shown.sequence
        ]
        now = Moment("now", "now", publication.as_of, publication.as_of)
        points = self._kept.report_points()
        if not len(points) or not any(one.startswith("intensity.") for one in publication.surfaces):
            return [*earlier, now]
        first = datetime.fromtimestamp(float(points.seconds.min()), zone).date().replace(day=1)
        last = publication.as_of.astimezone(zone).date().replace(day=1)
        months: list[Moment] = []
        while (last := _month_before(last)) >= first and len(months) < MONTHS:
            key = last.strftime("%Y-%m")
            months.append(Moment(key, "month", *self._bounds(last)))
        return [*reversed(months), *earlier, now]

    def span(self, key: str, shown: Shown) -> tuple[datetime, datetime]:
        """Give the time whose reports a map shows: a month, or the year up to a publication.

        Raises
        ------
        NotFoundError
            When there is no such publication.
        """
        found = _KEY.fullmatch(key)
        if found and found[2]:
            return self._bounds(date(int(found[2]), int(found[3]), 1))
        if found:
            as_of = dict(self._store.publication_times()).get(int(found[1]))
        else:
            as_of = shown.publication.as_of if shown.publication else None
        if as_of is None:
            raise NotFoundError(f"The map of {key!r} is not kept.", "/v1/surfaces lists the times.")
        return as_of - YEAR, as_of

    def at(self, key: str, shown: Shown, now: datetime) -> Shown:
        """Give what a map shows at a moment.

        Parameters
        ----------
        key
            Of a moment; `now` and '' give what is shown.
        shown
            What is shown now.
        now
            The present: zones valid now are summarised.

        Raises
        ------
        NotFoundError
            When there is no such moment, or it is no longer kept.
        """
        if key in {"", "now"}:
            return shown
        found = _KEY.fullmatch(key)
        with self._lock:
            kept = self._shown.get((key, shown.sequence))
            if kept is not None:
                self._shown.move_to_end((key, shown.sequence))
                return kept
        publication = None
        if found and found[1]:
            publication = self._store.publication_of(int(found[1]))
        elif found:
            publication = self._month(date(int(found[2]), int(found[3]), 1), shown, now)
        if publication is None:
            raise NotFoundError(f"The map of {key!r} is not kept.", "/v1/surfaces lists the times.")
        return self._keep(key, shown.sequence, publication)

    def tiles_of(self, surface_id: str, version: str, shown: Shown, now: datetime) -> TileSet:
        """Give the tiles of a surface that is no longer shown.

        Raises
        ------
        NotFoundError
            When there is none of this version.
        """
        with self._lock:
            kept = list(self._shown.values())
        found = _FAMILY.fullmatch(surface_id)
        if found:
            kept.append(self.at(f"{found[1]}-{found[2]}", shown, now))
        for one in reversed(kept):
            tiles = one.tiles.get(surface_id)
            if tiles is not None and tiles.version == version:
                return tiles
        for seq, _ in self._store.publication_times():
            tiles = self.at(f"p{seq}", shown, now).tiles.get(surface_id)
            if tiles is not None and tiles.version == version:
                return tiles
        raise NotFoundError(
            f"There are no tiles of {surface_id!r} version {version}.",
            "Take the address from /v1/surfaces.",
        )

    def _keep(self, key: str, sequence: int, publication: Publication) -> Shown:
        tiles = {
            one.id: TileSet(one, self._park.park.datum) for one in publication.surfaces.values()
        }
        made = Shown(sequence, publication, MappingProxyType(tiles), is_present=False)
        with self._lock:
            self._shown[key, sequence] = made
            while len(self._shown) > _KEPT:
                self._shown.popitem(last=False)
        return made

    def _month(self, first: date, shown: Shown, now: datetime) -> Publication | None:
        publication = shown.publication
        if publication is None:
            return None
        grid = publication.surfaces[publication.main].surface.grid
        start, end = self._bounds(first)
        points = self._kept.report_points()
        during = (points.seconds >= start.timestamp()) & (points.seconds < end.timestamp())
        zones = {
            one.record.id: grid.inside(crs.project_geometry(one.record.geometry, grid.crs))
            for one in self._kept.valid("zones", now)
            if isinstance(one.record, PatrolZone)
        }
        from geo_risk.fitting.months import look_back  # noqa: PLC0415  # brings scikit-learn

        return look_back(
            publication,
            self._events(points.where(during & np.isfinite(points.lon)), grid),
            zones,
            name=first.strftime("%Y_%m"),
            start=start,
            end=end,
        )

    def _events(self, points: ReportPoints, grid: Grid) -> Mapping[str, Events]:
        easting, northing = crs.project(points.lon, points.lat, grid.crs)
        row, _ = grid.cell_of(easting, northing)
        table = self._park.severity
        weight = np.array(
            [table.points(Severity(one) if one else None) for one in points.severities]
        )
        columns: Any = (easting, northing, points.seconds / 86400.0, weight.astype(np.float64))
        events = {}
        for kind in np.unique(points.kinds):
            keep = (points.kinds == kind) & (row >= 0)
            events[str(kind)] = Events(grid.crs, *(one[keep] for one in columns))
        return events

    def _bounds(self, first: date) -> tuple[datetime, datetime]:
        zone = self._park.zone
        after = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
        return datetime.combine(first, time(), zone), datetime.combine(after, time(), zone)


def _month_before(first: date) -> date:
    year, month = (first.year, first.month - 1) if first.month > 1 else (first.year - 1, 12)
    return date(year, month, 1)
