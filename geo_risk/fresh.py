"""What a publication does not know yet: which surfaces take a report at once, and what it counts.

Takes a publication, gives for each surface the rule by which a report is stamped on it, or none;
takes records entered since, gives them as `Fresh` reports. A report counts as `features.history`
says, one record at a time. Surfaces that are not sums over reports (stacked, blended, shrunk,
corrected, combined, hot spots) have no rule: they wait for the next publication. Stands beside
`fitting` and not in it: who serves needs no model that is fitted.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from geo_risk.events import days_since_epoch
from geo_risk.features.history import FINDINGS_KIND, is_known_visit, reason_to_leave_out
from geo_risk.features.open_cases import CASE_KINDS, is_case
from geo_risk.features.places import Directory, place
from geo_risk.records import Severity
from geo_risk.surfaces.inherent import INHERENT_ID
from geo_risk.surfaces.stamped import Fresh, StampRule

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from shapely.geometry.base import BaseGeometry

    from geo_risk.park import SeverityTable
    from geo_risk.published import Publication
    from geo_risk.records import Located, Premises, Report, Visit

_WEIGHTED, _COUNTED, _RAW = "intensity", "count", "raw"
_PLAIN = "kde"  # the model of what is a sum over reports


def stamp_rule(publication: Publication, surface_id: str) -> StampRule | None:
    """Say how a report is stamped on a published surface; None where it is not.

    Parameters
    ----------
    publication
        What is shown.
    surface_id
        One of its surfaces.

    Returns
    -------
    StampRule or None
        A rule for `intensity.<kind>` that is a plain kernel density, for `count.<kind>` and for
        `raw.<kind>`.
    """
    family, _, kind = surface_id.partition(".")
    provenance = publication.surfaces[surface_id].surface.provenance
    if provenance.model != _PLAIN or family not in {_WEIGHTED, _COUNTED, _RAW}:
        return None
    told, as_of = provenance.parameters, days_since_epoch(publication.as_of)
    if family == _RAW:
        life, history = math.inf, max(float(told["days"]), 1.0)
    else:
        life = math.inf if told["half_life_days"] is None else float(told["half_life_days"])
        whole = publication.surfaces[f"{_WEIGHTED}.{kind}"].surface.provenance.parameters
        begun = publication.surfaces[INHERENT_ID].surface.period.start
        history = min(float(whole["window_days"]), as_of - days_since_epoch(begun))
    return StampRule(
        kind=kind,
        bandwidth_m=float(told["bandwidth_m"]),
        half_life_days=life,
        since_days=as_of - history,
        as_of_days=as_of,
        weighted=family == _WEIGHTED,
        standing=family == _WEIGHTED and kind in CASE_KINDS,
    )


def measure_fresh(
    *,
    reports: Sequence[Report],
    visits: Sequence[Visit],
    counted: Collection[str],
    premises: Sequence[Premises],
    severity: SeverityTable,
    boundary: BaseGeometry,
    crs: str,
    now: datetime,
) -> dict[str, tuple[Fresh, ...]]:
    """Turn records that were entered or changed since a publication into what is stamped.

    Parameters
    ----------
    reports, visits
        As they are now.
    counted
        Ids of all visits, old ones too, that bring their own counts of findings: reports of such a
        visit do not count again.
    premises
        Every premises.
    severity
        The park's table of points; a report without a severity counts as minor.
    boundary
        Polygon in `crs`, metres; what lies outside, or nowhere, counts nothing.
    crs
        Working CRS.
    now
        What is not known yet counts nothing.

    Returns
    -------
    dict
        Record id to its stamps, for every record given; none where it does not count.
    """
    rows: list[tuple[str, Located | None, Fresh]] = []
    directory, found = Directory(premises), set(counted)
    for visit in visits:
        if visit.found is None or not is_known_visit(visit, now):
            continue
        at = directory.premises_of(visit)
        for level in Severity:
            number = getattr(visit.found, level.value)
            if number > 0:
                points = number * severity.points(level)
                rows.append((visit.id, at, _fresh(FINDINGS_KIND, visit.start, points, number)))
    for report in reports:
        if not reason_to_leave_out(report, found, now):
            points, case = severity.points(report.severity), is_case(report)
            row = _fresh(report.kind, report.time, points, 1, is_case=case)
            rows.append((report.id, directory.place_of(report), row))
    placed = place([at for _, at, _ in rows], boundary, crs)
    told: dict[str, list[Fresh]] = {one.id: [] for one in (*visits, *reports)}
    for n, (record_id, _, row) in enumerate(rows):
        if placed.inside[n]:
            east, north = float(placed.easting[n]), float(placed.northing[n])
            told[record_id].append(replace(row, easting=east, northing=north))
    return {record_id: tuple(some) for record_id, some in told.items()}


def _fresh(
    kind: str, moment: datetime, points: float, count: float, *, is_case: bool = False
) -> Fresh:
    nowhere = math.nan
    return Fresh(kind, nowhere, nowhere, days_since_epoch(moment), points, count, is_case)
