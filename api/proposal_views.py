"""Proposals as their pages are handed them: geometries to draw, figures, names.

Takes what `planbook` proposes, gives the frozen values of `maps.proposal`. Names come from whoever
may read them, and are {} otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geo_risk.planbook.proposal_figures import stations_json, zones_json
from geo_risk.stations import kind_of
from maps.proposal import Ground, Shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from geo_risk.planbook.proposals import StationsProposed, ZonesProposed
    from geo_risk.planbook.survey import Survey as Read

_NOWHERE = np.zeros((0, 2))


def zones_shown(found: ZonesProposed, names: Mapping[str, str], made_at: datetime) -> Shown:
    """Give proposed zones to draw, premises that change marked."""
    survey, proposal = found.survey, found.proposal
    changes = np.zeros(len(survey.premises), dtype=np.bool_)
    changes[[one.row for one in proposal.changes]] = True
    points = np.column_stack([survey.easting, survey.northing])
    drawn = Ground(
        today=dict(survey.shapes),
        shapes={one.zone_id: one.shape for one in proposal.zones},
        labels=_labels(survey),
        roads=survey.roads,
        plain=points[~changes],
        marked=points[changes],
        stations=_NOWHERE,
        sites=_NOWHERE,
    )
    return Shown(drawn, zones_json(found), names, made_at)


def stations_shown(found: StationsProposed, count: int, made_at: datetime) -> Shown:
    """Give proposed sites to draw, premises that stay beyond the standard marked."""
    survey = found.survey
    near = found.siting.covered if found.siting else found.today.covered
    points = np.column_stack([survey.easting, survey.northing])
    drawn = Ground(
        today={},
        shapes=dict(survey.shapes),
        labels=_labels(survey),
        roads=survey.roads,
        plain=points[near],
        marked=points[~near],
        stations=survey.station_at[list(found.stations)].reshape(-1, 2),
        sites=found.site_at,
        kinds=tuple(kind_of(survey.stations[row].type) for row in found.stations),
    )
    types = sorted({one.type for one in survey.stations if one.type})
    figures: dict[str, Any] = {**stations_json(found), "asked": count, "types": types}
    return Shown(drawn, figures, {}, made_at)


def _labels(survey: Read) -> dict[str, str]:
    return {one.id: survey.zone_name(one.id) for one in survey.zones}
