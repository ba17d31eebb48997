"""A month looked back at: where reports came from in it, in the unit and classes of the present.

Takes what is published and the events of one month, gives a `Publication` of that month: for each
kind a plain density of what was reported, without decay and without a look ahead, and the zones
under it. Breaks are those of the present density of the same kind, so months can be compared with
each other and with the present. One month has few events, so the kernel is never narrower than
`WIDTH_CELLS` cells; the width that was used is told.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.events import days_since_epoch
from geo_risk.grid import Period, Provenance, Surface, Unit
from geo_risk.published import GradedSurface, Publication, classes_of
from geo_risk.surfaces.kde import KdeParams, fit_kde
from geo_risk.surfaces.summary import summarise

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from numpy.typing import NDArray

    from geo_risk.events import Events
    from geo_risk.published import ZoneSummary

WIDTH_CELLS = 4.0
"""The kernel of one month is at least so many cells wide."""

_FAMILY = "intensity."


def look_back(
    present: Publication,
    events: Mapping[str, Events],
    zones: Mapping[str, NDArray[np.bool_]],
    *,
    name: str,
    start: datetime,
    end: datetime,
) -> Publication | None:
    """Give what was reported in a month.

    Parameters
    ----------
    present
        Gives grid, widths of kernels, class breaks and the zones' counts.
    events
        Kind to the events of the month, in the grid's CRS; weights are severity points.
    zones
        Zone id to its cells, (rows, cols) of bool.
    name
        Of the month, for the ids of its surfaces: `2026_04` gives `month_2026_04.hazard`.
    start, end
        The month, half-open, zone-aware; the running one is cut at the present's as-of.

    Returns
    -------
    Publication or None
        As of the present's as-of; its main surface is the kind with most points. None where there
        is no density to be compared with, or the month has not begun.
    """
    end = min(end, present.as_of)
    if end <= start:
        return None
    kinds = [one.removeprefix(_FAMILY) for one in present.surfaces if one.startswith(_FAMILY)]
    graded = [
        _measure(
            present.surfaces[f"{_FAMILY}{kind}"], events.get(kind), f"month_{name}", start, end
        )
        for kind in kinds
    ]
    if not graded:
        return None
    points = {kind: float(events[kind].weight.sum()) if kind in events else 0.0 for kind in kinds}
    main = max(zip(kinds, graded, strict=True), key=lambda pair: points[pair[0]])[1]
    return replace(
        present,
        surfaces={one.id: one for one in graded},
        main=main.id,
        zones=_zones(present, graded, events, zones),
    )


def _measure(
    like: GradedSurface, events: Events | None, family: str, start: datetime, end: datetime
) -> GradedSurface:
    surface, kind = like.surface, like.id.removeprefix(_FAMILY)
    inside = np.isfinite(surface.values)
    asked = float(surface.provenance.parameters.get("bandwidth_m") or 0.0)
    width = max(asked, WIDTH_CELLS * surface.grid.cell_m)
    values = np.where(inside, 0.0, np.nan)
    if events is not None and len(events):
        values = fit_kde(
            events,
            surface.grid,
            inside,
            KdeParams(width),
            as_of_days=days_since_epoch(end),
            history_days=days_since_epoch(end) - days_since_epoch(start),
        ).mean
    measured = Surface(
        f"{family}.{kind}",
        values,
        surface.grid,
        Unit.SEVERITY_PER_KM2_30D,
        Period(start, end),
        Provenance(
            "kde",
            {"bandwidth_m": width, "reports": 0 if events is None else len(events)},
            "" if events is None else events.digest(),
            surface.provenance.as_of,
        ),
        {"status": "none", "folds": 0},
        ("past_only",),
    )
    return GradedSurface(
        measured, like.breaks, classes_of(values, like.breaks), breaks_version=like.breaks_version
    )


def _zones(
    present: Publication,
    graded: list[GradedSurface],
    events: Mapping[str, Events],
    zones: Mapping[str, NDArray[np.bool_]],
) -> tuple[ZoneSummary, ...]:
    """Summarise the zones under each density; the counts of firms are the present's."""
    counted = {one.zone_id: one for one in present.zones}
    grid = graded[0].surface.grid
    summaries = []
    for zone_id, cells in zones.items():
        if zone_id not in counted:
            continue
        places = [grid.cell_of(one.easting, one.northing) for one in events.values()]
        reports = sum(_count(cells, row, col) for row, col in places)
        for one in graded:
            said = summarise(one, cells & np.isfinite(one.surface.values))
            summaries.append(
                replace(
                    counted[zone_id],
                    surface_id=one.id,
                    area_km2=said.area_km2,
                    mean=said.mean,
                    maximum=said.maximum,
                    total=said.total,
                    risk_class=said.risk_class,
                    class_cells=said.class_cells,
                    reports=reports,
                )
            )
    return tuple(summaries)


def _count(cells: NDArray[np.bool_], row: NDArray[np.int64], col: NDArray[np.int64]) -> int:
    return int(((row >= 0) & cells[row, col]).sum())
