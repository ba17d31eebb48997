"""What a map draws besides tiles: boundary, zones, roads, stations, premises, cut to the reader.

Takes the store, what is shown and a `Sight`, gives GeoJSON in WGS-84. A premises has the value and
class of the cell it stands in now, so a pin is on the map as soon as it is saved. Zones of the
public are the merged areas of `publicbook`, with geometries to match.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from api.audience import own_filters
from api.figures import CLASS_NAMES, premises_risk_json, public_json, zone_json
from api.reading import find_all, names_of
from api.rounding import decimals_of, finite
from geo_risk import crs
from geo_risk.published import RiskClass
from geo_risk.records import PatrolZone, Premises, Road, Station
from geo_risk.stations import kind_of
from geo_risk.store import Query

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from api.audience import Sight
    from api.kept import KeptRecords
    from api.ogc.wire import Wire
    from geo_risk.disclosure import Area
    from geo_risk.park import ParkFile
    from geo_risk.publicbook import PublicBook, PublicSurface
    from geo_risk.published import GradedSurface, Publication
    from geo_risk.store import Store, Stored

NEARBY_M = 500.0
_NEARBY_MOST = 50
_LANDMARKS = 60
MERGED = "merged"
"""Id of the area that the public sees instead of several zones too small to show."""


@dataclass(frozen=True)
class Board:
    """Reads for one reader at one moment.

    Parameters
    ----------
    store, kept, park, wire
        The park's.
    sight
        Who reads.
    now
        Records valid at this moment are drawn.
    public
        What everybody outside the station sees of zones.
    """

    store: Store
    kept: KeptRecords
    park: ParkFile
    wire: Wire
    sight: Sight
    now: datetime
    public: PublicBook

    def zones(self) -> list[PatrolZone]:
        """Give the zones; an officer's own first, else in the order of ids."""
        found = self.kept.valid("zones", self.now)
        zones = [one.record for one in found if isinstance(one.record, PatrolZone)]
        own = self.sight.actor.zone_ids if self.sight.actor else ()
        return sorted(zones, key=lambda one: one.id not in own)

    def zone_figures(self, publication: Publication, graded: GradedSurface) -> dict[str, Any]:
        """Give the zones of one surface as JSON: rows, and the total where it may be seen."""
        zones = self.zones()
        names = {one.id: one.name for one in zones}
        if self.sight.is_station:
            order = {one.id: n for n, one in enumerate(zones)}
            of_surface = [one for one in publication.zones if one.surface_id == graded.id]
            of_surface.sort(key=lambda one: order.get(one.zone_id, len(order)))
            return {"zones": [zone_json(one, names) for one in of_surface], "total": None}
        seen = self.public_surface(publication)
        return {
            "zones": [_area_json(one, names) for one in seen.areas],
            "total": _area_json(seen.total, names) if seen.total else None,
        }

    def public_surface(self, publication: Publication) -> PublicSurface:
        """Give the main surface as everybody may see it until another month closes."""
        return self.public.surface(
            publication, lambda: public_json(publication, self.park), self.now
        )

    def zone_features(self, publication: Publication | None) -> list[dict[str, Any]]:
        """Give the zones as features with id, name, class and mean under the main surface."""
        zones = {one.id: one for one in self.zones()}
        areas: list[dict[str, Any]]
        if publication is None:
            areas = [{"id": one.id, "name": one.name, "merged": []} for one in zones.values()]
        else:
            main = publication.surfaces[publication.main]
            areas = self.zone_figures(publication, main)["zones"]
        shapes, kept = [], []
        for area in areas:
            ids: Sequence[str] = area["merged"] or [area["id"]]
            members = [zones[one] for one in ids if one in zones]
            if members:
                shapes.append(shapely.union_all([one.geometry for one in members]))
                kept.append(area)
        return _features(
            self.wire.geometries_out(shapes),
            [
                {
                    "id": area["id"],
                    "name": area["name"],
                    "class": area.get("class", "none"),
                    "mean": area.get("mean"),
                    "withheld": area.get("withheld", False),
                }
                for area in kept
            ],
        )

    def roads(self) -> list[dict[str, Any]]:
        """Give the roads as features."""
        found = self.kept.valid("roads", self.now)  # part of the public's map too
        roads = [one.record for one in found if isinstance(one.record, Road)]
        named = self.sight.is_station
        return _features(
            self.wire.geometries_out([one.geometry for one in roads]),
            [{"name": one.name if named else "", "class": one.road_class} for one in roads],
        )

    def stations(self) -> list[dict[str, Any]]:
        """Give the stations as features; some stand in an enterprise, so they are not public."""
        if "stations" not in self.sight.collections:
            return []
        found = self.located("stations")
        stations = [one.record for one in found if isinstance(one.record, Station)]
        return _features(
            self._points([(one.lon, one.lat) for one in stations]),
            [
                {
                    "id": one.id,
                    "name": one.name,
                    "type": one.type,
                    "kind": kind_of(one.type),
                    "hours": one.hours,
                    "services": list(one.services),
                }
                for one in stations
            ],
        )

    def premises(self, publication: Publication | None) -> list[dict[str, Any]]:
        """Give the located premises as features: [] for the public, its own for an enterprise.

        Without names: a map of a thousand dots shows none before somebody presses one, and reading
        a thousand names would be written down as such each time that a map is opened.
        """
        if "premises" not in self.sight.collections:
            return []
        return self._premises_features(publication, self.located("premises"))

    def premises_points(self) -> dict[str, list[Any]]:
        """Give the located premises as columns of id, longitude and latitude: what a dot needs."""
        if "premises" not in self.sight.collections:
            return {"id": [], "lon": [], "lat": []}
        premises = [one.record for one in self.located("premises")]
        points = self._points([(one.lon, one.lat) for one in premises])
        places = [one["coordinates"] for one in points]
        return {
            "id": [one.id for one in premises],
            "lon": [lon for lon, _ in places],
            "lat": [lat for _, lat in places],
        }

    def landmarks(self) -> list[dict[str, Any]]:
        """Give the largest premises with their names, for a map on which people find their way."""
        if "premises" not in self.sight.collections or not self.sight.cells:
            return []
        premises = [one.record for one in self.located("premises")]
        known = [one for one in premises if isinstance(one, Premises) and one.people]
        known.sort(key=lambda one: (-(one.people or 0), one.id))
        largest = known[:_LANDMARKS]
        names = names_of(self.store, self.sight, [one.enterprise_id for one in largest])
        named = [one for one in largest if names.get(one.enterprise_id)]
        return _features(
            self._points([(one.lon, one.lat) for one in named]),
            [{"id": one.id, "name": names[one.enterprise_id]} for one in named],
        )

    def nearby(self, publication: Publication, lon: float, lat: float) -> list[dict[str, Any]]:
        """Give the premises within 500 m of a point (WGS-84), nearest first, each with its risk."""
        inside_lon, inside_lat = self.wire.point_in(lon, lat)
        east, north = crs.project([inside_lon], [inside_lat], self.park.park.crs)
        corners = crs.unproject(
            [float(east[0]) - NEARBY_M, float(east[0]) + NEARBY_M],
            [float(north[0]) - NEARBY_M, float(north[0]) + NEARBY_M],
            self.park.park.crs,
        )
        (west, right), (south, top) = (sorted(one.tolist()) for one in corners)
        box = (max(-180.0, west), max(-90.0, south), min(180.0, right), min(90.0, top))
        found = [
            one
            for one in self._read("premises", located=True, bbox=box)
            if isinstance(one.record, Premises)
        ]
        there = crs.project(
            [one.record.lon for one in found], [one.record.lat for one in found], self.park.park.crs
        )
        distances = np.hypot(there[0] - east[0], there[1] - north[0])
        order = [n for n in np.argsort(distances, kind="stable") if distances[n] <= NEARBY_M]
        nearest = [found[n] for n in order[:_NEARBY_MOST]]
        features = self._premises_features(publication, nearest)
        owners = [feature["properties"]["enterprise_id"] for feature in features]
        names = names_of(self.store, self.sight, owners) if owners else {}
        summaries = publication.premises_by_id
        told = publication.facts.get("enterprise_risk", {})
        return [
            {
                **feature["properties"],
                "name": names.get(feature["properties"]["enterprise_id"], ""),
                "risk": premises_risk_json(summaries.get(feature["properties"]["id"]), told),
                "lon": feature["geometry"]["coordinates"][0],
                "lat": feature["geometry"]["coordinates"][1],
                "distance_m": round(float(distances[n])),
            }
            for feature, n in zip(features, order[:_NEARBY_MOST], strict=True)
        ]

    def zone_at(self, lon: float, lat: float) -> str | None:
        """Give the id of the zone that a point (WGS-84) lies in, None outside of all."""
        inside_lon, inside_lat = self.wire.point_in(lon, lat)
        box = (inside_lon, inside_lat, inside_lon, inside_lat)
        query = Query("zones", bbox=box, valid_at=self.now, limit=1)
        found = self.store.find(query, actor=self.sight.reader)
        return found[0].record.id if found else None

    def unlocated(self) -> int:
        """Count the premises that wait for a place; 0 for those who may not place them."""
        if not self.sight.is_station:
            return 0
        return self.store.count(Query("premises", located=False, valid_at=self.now))

    def located(self, collection: str) -> Sequence[Stored[Any]]:
        """Give a collection's records that have a point: what is kept, or a reader's own few."""
        if own_filters(self.sight, collection):
            return self._read(collection, located=True)
        return [one for one in self.kept.valid(collection, self.now) if one.place is not None]

    def _read(self, collection: str, **asked: Any) -> Sequence[Stored[Any]]:
        query = Query(collection, valid_at=self.now, **asked)
        # A map's points need no address, so it is not read: names are, with the enterprises.
        sight = replace(self.sight, personal=self.sight.personal - {"premises"})
        return find_all(self.store, sight, query)

    def _points(self, places: Sequence[tuple[Any, Any]]) -> list[dict[str, Any]]:
        if not places:
            return []
        lon_lat = np.array(places, dtype=np.float64)
        out = self.wire.points_out(lon_lat[:, 0], lon_lat[:, 1]).tolist()
        return [{"type": "Point", "coordinates": one} for one in out]

    def _premises_features(
        self, publication: Publication | None, found: Sequence[Stored[Any]]
    ) -> list[dict[str, Any]]:
        premises = [one.record for one in found if isinstance(one.record, Premises)]
        if not premises:
            return []
        summaries = publication.premises_by_id if publication else {}
        graded = publication.surfaces[publication.main] if publication else None
        levels = self._levels(graded, premises)
        rows = []
        for one, (value, risk_class) in zip(premises, levels, strict=True):
            summary = summaries.get(one.id)
            last = summary.last_visit if summary else None
            rows.append(
                {
                    "id": one.id,
                    "enterprise_id": one.enterprise_id,
                    "class": CLASS_NAMES[risk_class],
                    "value": finite(value, decimals_of(value)) if self.sight.cells else None,
                    "people": one.people,
                    "inherent_class": one.inherent_class,
                    "last_visit": last.isoformat() if last else None,
                    "outside": one.outside,
                }
            )
        return _features(self._points([(one.lon, one.lat) for one in premises]), rows)

    def _levels(
        self, graded: GradedSurface | None, premises: Sequence[Premises]
    ) -> list[tuple[float, RiskClass]]:
        """Give value and class of the cells in which premises stand."""
        if graded is None:
            return [(float("nan"), RiskClass.NONE)] * len(premises)
        grid = graded.surface.grid
        lon, lat = [one.lon for one in premises], [one.lat for one in premises]
        row, col = grid.cell_of(
            *crs.project(np.array(lon, np.float64), np.array(lat, np.float64), grid.crs)
        )
        values = np.where(row >= 0, graded.surface.values[row, col], np.nan)
        classes = np.where(row >= 0, graded.classes[row, col], 0)
        return [
            (float(value), RiskClass(int(one))) for value, one in zip(values, classes, strict=True)
        ]


def _features(
    geometries: Sequence[dict[str, Any]], properties: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    return [
        {"type": "Feature", "geometry": geometry, "properties": one}
        for geometry, one in zip(geometries, properties, strict=True)
    ]


def _area_json(area: Area, names: Mapping[str, str]) -> dict[str, Any]:
    """Give one area as the public sees it: no counts of cells, of visits, of premises."""
    merged = len(area.zone_ids) > 1
    first = area.zone_ids[0]
    return {
        "id": MERGED if merged else first,
        "name": "" if merged else names.get(first, ""),
        "class": CLASS_NAMES[area.risk_class],
        "mean": finite(area.mean, decimals_of(area.mean)) if area.mean is not None else None,
        "area_km2": finite(area.area_km2, 2),
        "enterprises": area.enterprises,
        "reports": area.reports,
        "withheld": area.withheld,
        "merged": list(area.zone_ids) if merged else [],
    }
