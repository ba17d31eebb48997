"""Proposals as plain values: JSON figures, and GeoJSON in CRS84 to draw them elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from geo_risk.districts import Coverage
    from geo_risk.planbook.proposals import StationsProposed, ZonesProposed
    from geo_risk.planbook.survey import Survey


def zones_json(found: ZonesProposed) -> dict[str, Any]:
    """Give the figures of a proposal of zones as plain values."""
    survey, proposal = found.survey, found.proposal
    low, high = proposal.spread(after=False)
    least, most = proposal.spread(after=True)
    return {
        "notes": list(found.notes),
        "unlocated": survey.unlocated,
        "outside": [survey.premises[row].id for row in proposal.outside],
        "hours": float(found.hours.sum()),
        "hours_changed": proposal.hours_changed,
        "per_officer": {"before": [low, high], "after": [least, most]},
        "cost": {"before": proposal.cost_before, "after": proposal.cost_after},
        "zones": [
            {
                "id": one.zone_id,
                "name": survey.zone_name(one.zone_id),
                "officers": one.officers,
                "hours_before": one.hours_before,
                "hours_after": one.hours_after,
                "target": one.target,
                "premises_before": one.premises_before,
                "premises_after": one.premises_after,
            }
            for one in proposal.zones
        ],
        "changes": [
            {
                "premises_id": survey.premises[one.row].id,
                "enterprise_id": survey.premises[one.row].enterprise_id,
                "from": one.from_zone,
                "to": one.to_zone,
                "hours": one.hours,
            }
            for one in proposal.changes
        ],
    }


def zones_geojson(found: ZonesProposed) -> dict[str, Any]:
    """Give proposed zones as GeoJSON features, CRS84, with their figures."""
    figures = {one["id"]: one for one in zones_json(found)["zones"]}
    return _collection(
        {
            "type": "Feature",
            "id": one.zone_id,
            "geometry": found.survey.on_wire(one.shape),
            "properties": {"proposed": True, **figures[one.zone_id]},
        }
        for one in found.proposal.zones
    )


def stations_json(found: StationsProposed) -> dict[str, Any]:
    """Give coverage and sites as plain values."""
    survey, siting, total = found.survey, found.siting, float(found.survey.people.sum())
    body: dict[str, Any] = {
        "notes": list(found.notes),
        "minutes": found.minutes,
        "type": found.type,
        "people": total,
        "unlocated": survey.unlocated,
        "stations": [
            {
                "id": survey.stations[row].id,
                "type": survey.stations[row].type,
                "nearest_to": float(survey.people[found.today.nearest == n].sum()),
            }
            for n, row in enumerate(found.stations)
        ],
        "covered": {"people": _covered(survey, found.today), "share": found.today.share},
        "zones": [
            {
                "id": one.zone_id,
                "name": survey.zone_name(one.zone_id),
                "people": one.people,
                "covered": one.today,
                "covered_with_sites": one.proposed,
                "premises": one.premises,
                "premises_beyond": one.beyond,
            }
            for one in found.by_zone
        ],
    }
    if siting is not None:
        body["sites"] = [
            {**_point(survey, at), "adds": adds}
            for at, adds in zip(found.site_at, siting.adds, strict=True)
        ]
        body["covered_with_sites"] = {
            "people": siting.after,
            "share": siting.after / total if total else None,
            "bound": siting.bound,
            "gap": siting.gap,
        }
    return body


def stations_geojson(found: StationsProposed) -> dict[str, Any]:
    """Give proposed sites as GeoJSON features, CRS84, the one that adds most first."""
    siting = found.siting
    adds: Sequence[float] = siting.adds if siting else ()
    return _collection(
        {
            "type": "Feature",
            "id": f"site-{number}",
            "geometry": found.survey.on_wire(shapely.Point(at)),
            "properties": {"proposed": True, "rank": number, "adds": one, "minutes": found.minutes},
        }
        for number, (at, one) in enumerate(zip(found.site_at, adds, strict=True), start=1)
    )


def _collection(features: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def _point(survey: Survey, at: NDArray[np.float64]) -> dict[str, float]:
    lon, lat = survey.on_wire(shapely.Point(at))["coordinates"]
    return {"lon": lon, "lat": lat}


def _covered(survey: Survey, coverage: Coverage) -> float:
    return float(survey.people[coverage.covered].sum())
