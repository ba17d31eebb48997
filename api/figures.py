"""Surfaces as JSON: what is published, the value at a point, and why it is so.

Takes what is shown, gives the bodies of /v1/surfaces and below. A value is the cell's, its class
the one that the map draws there, and both carry unit and as-of. Contributions and the reference add
up to the value at the precision that is printed. Numbers that do not exist are null, never NaN.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from api.audience import public_metadata
from api.rounding import decimals_of, finite, json_ready, round_parts
from api.tileset import TileSet
from geo_risk import crs
from geo_risk.published import RiskClass
from maps.words import factor_name, surface_title

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo_risk.park import ParkFile
    from geo_risk.published import GradedSurface, PremisesSummary, Publication, ZoneSummary

CLASS_NAMES = {
    RiskClass.RED: "red",
    RiskClass.ORANGE: "orange",
    RiskClass.YELLOW: "yellow",
    RiskClass.BLUE: "blue",
    RiskClass.NONE: "none",
}
"""From the gravest down, as a legend lists them."""

_RISK_DECIMALS = 4


def surface_json(
    graded: GradedSurface,
    tiles: TileSet,
    publication: Publication,
    park: ParkFile,
    *,
    live: bool | None = None,
) -> dict[str, Any]:
    """Describe one surface.

    Parameters
    ----------
    graded
        The surface.
    tiles
        Its tiles: they know version and revision, and have counted the classes.
    publication
        What it is part of: gives as-of and the rung of the ladder.
    park
        Names the kinds of reports.
    live
        Whether a report counts on it at once; None: nothing is said of that.

    Returns
    -------
    dict
        JSON-ready; see /openapi.json.
    """
    surface, version = graded.surface, tiles.version
    kinds = {one.id: (one.name, one.en) for one in park.kinds.values()}
    return {
        "id": graded.id,
        "title": surface_title(graded.id, "zh", kinds),
        "title_en": surface_title(graded.id, "en", kinds),
        "unit": surface.unit.value,
        "unit_zh": surface.unit.zh,
        "period": {
            "start": surface.period.start.isoformat(),
            "end": surface.period.end.isoformat(),
        },
        "as_of": publication.as_of.isoformat(),
        "version": version,
        "breaks": [float(one) for one in graded.breaks],
        "breaks_version": graded.breaks_version,
        "classes": _classes(graded, tiles),
        "score": json_ready(dict(surface.score)),
        "rung": rung_json(publication),
        "notes": list(surface.notes),
        "explained": graded.factors is not None,
        "factors": _terrain_factors(graded),
        "cell_m": surface.grid.cell_m,
        "tiles": f"/tiles/{graded.id}@{version}.{tiles.rev}/{{z}}/{{x}}/{{y}}.png",
        **({} if live is None else {"live": live}),
    }


def public_json(publication: Publication, park: ParkFile) -> dict[str, Any]:
    """Describe the main surface for everybody: nothing in it counts single cells.

    Returns
    -------
    dict
        `surface` and `scorecard`, as /v1/surfaces gives them outside the station.
    """
    main = publication.surfaces[publication.main]
    tiles = TileSet(main, park.park.datum)
    described = surface_json(main, tiles, publication, park)
    return {
        "surface": public_metadata(described),
        "scorecard": scorecard_json(main, tiles.version, publication),
    }


def rung_json(publication: Publication) -> dict[str, Any]:
    """Say where the park stands between no history and a full year."""
    rung = publication.rung
    return {"months": rung.months, "key": rung.key, "folds": rung.folds, "served": rung.served}


def scorecard_json(graded: GradedSurface, version: str, publication: Publication) -> dict[str, Any]:
    """Say how far to trust a surface: its own score, its model, what went in."""
    provenance = graded.surface.provenance
    parameters = dict(provenance.parameters)
    if "factors" in parameters:
        parameters["factors"] = _terrain_factors(graded)
    return {
        "surface": graded.id,
        "version": version,
        "as_of": publication.as_of.isoformat(),
        "rung": rung_json(publication),
        "score": json_ready(dict(graded.surface.score)),
        "model": provenance.model,
        "parameters": json_ready(parameters),
        "inputs_digest": provenance.inputs_digest,
        "breaks": [float(one) for one in graded.breaks],
        "breaks_version": graded.breaks_version,
        "notes": list(graded.surface.notes),
    }


def premises_risk_json(
    one: PremisesSummary | None, told: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Say how likely a visit to a premises finds a `major` hazard, and why.

    Parameters
    ----------
    one
        The premises' summary.
    told
        `facts["enterprise_risk"]`: status, model, names of the factors, reference.

    Returns
    -------
    dict or None
        `probability` with `low` and `high`, the expected number of findings, and contributions that
        with the reference add up to the probability; None where there is no such risk.
    """
    if one is None or math.isnan(one.probability):
        return None
    reference = told.get("reference", one.probability)
    total, parts = round_parts(one.probability, (reference, *one.contributions), _RISK_DECIMALS)
    return {
        "status": told.get("status", "none"),
        "model": told.get("model", ""),
        "probability": total,
        "low": finite(one.probability_low, _RISK_DECIMALS),
        "high": finite(one.probability_high, _RISK_DECIMALS),
        "expected_findings": finite(one.expected_findings, 2),
        "reference": parts[0],
        "contributions": [
            {
                "factor": name,
                "name": factor_name(name, "zh"),
                "name_en": factor_name(name, "en"),
                "value": value,
            }
            for name, value in zip(told.get("factors", ()), parts[1:], strict=False)
        ],
    }


def value_json(
    graded: GradedSurface, version: str, lon: float, lat: float, datum: str
) -> dict[str, Any]:
    """Give the value of the cell under a point.

    Parameters
    ----------
    graded
        The surface.
    version
        Its version.
    lon, lat
        Degrees, WGS-84.
    datum
        The park's own, `wgs84` or `gcj02`.

    Returns
    -------
    dict
        Value null and class `none` outside the study area.
    """
    cell = cell_at(graded, lon, lat, datum)
    value = float(graded.surface.values[cell]) if cell else math.nan
    chance = graded.class_probability
    return {
        "surface": graded.id,
        "version": version,
        "lon": lon,
        "lat": lat,
        "value": finite(value, decimals_of(value)),
        "decimals": decimals_of(value),
        "class": CLASS_NAMES[RiskClass(int(graded.classes[cell]))] if cell else "none",
        "class_probability": finite(float(chance[cell]), 3)
        if cell and chance is not None
        else None,
        "unit": graded.surface.unit.value,
        "unit_zh": graded.surface.unit.zh,
        "as_of": graded.surface.provenance.as_of.isoformat(),
    }


def contributions_json(graded: GradedSurface, lon: float, lat: float, datum: str) -> dict[str, Any]:
    """Say why the cell under a point has its value; parameters as for `value_json`.

    Returns
    -------
    dict
        `reference` and `contributions`, which add up to the value as printed; reference null and no
        contributions where the surface is a plain count or density, or there is no value.
    """
    cell = cell_at(graded, lon, lat, datum)
    value = float(graded.surface.values[cell]) if cell else math.nan
    factors = graded.factors
    if factors is None or cell is None or math.isnan(value):
        return {"reference": None, "contributions": []}
    parts = [float(part[cell]) for part in factors.parts]
    _, (reference, *shares) = round_parts(value, [factors.reference, *parts], decimals_of(value))
    order = sorted(range(len(shares)), key=lambda n: -abs(shares[n]))
    return {
        "reference": reference,
        "contributions": [
            {
                "factor": factors.names[n],
                "name": factor_name(factors.names[n], "zh"),
                "name_en": factor_name(factors.names[n], "en"),
                "value": shares[n],
            }
            for n in order
        ],
    }


def zone_json(zone: ZoneSummary, names: Mapping[str, str]) -> dict[str, Any]:
    """Give one zone under one surface, as the station sees it."""
    decimals = decimals_of(zone.mean)
    return {
        "id": zone.zone_id,
        "name": names.get(zone.zone_id, ""),
        "class": CLASS_NAMES[zone.risk_class],
        "mean": finite(zone.mean, decimals),
        "maximum": finite(zone.maximum, decimals_of(zone.maximum)),
        "total": finite(zone.total, decimals_of(zone.total)),
        "area_km2": finite(zone.area_km2, 4),
        "class_cells": dict(
            zip(("blue", "yellow", "orange", "red"), zone.class_cells, strict=True)
        ),
        "enterprises": zone.enterprises,
        "premises": zone.premises,
        "reports": zone.reports,
        "visits": zone.visits,
        "withheld": False,
        "merged": [],
    }


def cell_at(graded: GradedSurface, lon: float, lat: float, datum: str) -> tuple[int, int] | None:
    """Give row and column of the cell under a point in WGS-84 degrees; None outside the grid."""
    grid = graded.surface.grid
    easting, northing = crs.project(*crs.to_datum([lon], [lat], "wgs84", datum), grid.crs)
    row, col = grid.cell_of(easting, northing)
    return (int(row[0]), int(col[0])) if row[0] >= 0 else None


def _terrain_factors(graded: GradedSurface) -> list[dict[str, Any]]:
    """Name the kinds of places of a risk terrain, with relative risk and interval; else none."""
    told = graded.surface.provenance.parameters.get("factors", ())
    return [
        {
            **one,
            "title": factor_name(one["name"], "zh"),
            "title_en": factor_name(one["name"], "en"),
        }
        for one in told
    ]


def _classes(graded: GradedSurface, tiles: TileSet) -> list[dict[str, Any]]:
    low, middle, high = (float(one) for one in graded.breaks)
    bounds = {
        RiskClass.RED: (high, None),
        RiskClass.ORANGE: (middle, high),
        RiskClass.YELLOW: (low, middle),
        RiskClass.BLUE: (None, low),
    }
    return [
        {
            "class": CLASS_NAMES[one],
            "from": start,
            "to": end,
            "cells": tiles.class_cells[one],
        }
        for one, (start, end) in bounds.items()
    ]
