"""All that is measured of a park at one moment, in one value.

Takes the park's records and its cells, gives events, effort, reach and counts: what surfaces are
fitted on. Each measure has its own module; this one knows only which of them a publication needs,
and that nothing on the deny-list is among them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.crs import project_geometry
from geo_risk.features.counts import Counts, measure_counts
from geo_risk.features.denied import check_inputs
from geo_risk.features.effort import Effort, measure_effort, measure_patrol
from geo_risk.features.history import History, measure_history
from geo_risk.features.open_cases import measure_open_cases
from geo_risk.features.places import holds
from geo_risk.features.proximity import (
    Sites,
    measure_coverage,
    measure_reach,
    measure_sites,
    measure_stations,
)

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo_risk.events import OpenCases
    from geo_risk.features.inputs import ParkInputs
    from geo_risk.grid import Grid

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ground:
    """What is known of a park at one moment.

    Parameters
    ----------
    history
        Events per kind.
    effort
        Visits as events.
    sites
        Places with people and class.
    layers
        By name, (rows, cols), NaN outside: `people`, `inherent_class`, `patrol`, `stations`, and
        `coverage` (NaN also where no premises is within reach).
    zones
        Zone id to polygon in metres, those that hold at the moment.
    counts
        Per zone and per premises.
    open_cases
        Kind to the cases that were open, where there are any.
    """

    history: History
    effort: Effort
    sites: Sites
    layers: Mapping[str, Floats]
    zones: Mapping[str, BaseGeometry]
    counts: Counts
    open_cases: Mapping[str, OpenCases] = field(default_factory=dict)

    def digest(self) -> str:
        """Give the SHA-256 (hex) of all that a model is fitted on."""
        digest = hashlib.sha256()
        for kind, one in sorted(self.history.kinds.items()):
            digest.update(f"{kind}:{one.severity.digest()}:{one.count.digest()};".encode())
        digest.update(self.effort.visits.digest().encode())
        for kind, cases in sorted(self.open_cases.items()):
            digest.update(f"open {kind}:{cases.digest()};".encode())
        for name in sorted(self.layers):
            digest.update(name.encode() + np.ascontiguousarray(self.layers[name]).tobytes())
        return digest.hexdigest()


def measure_ground(
    inputs: ParkInputs, grid: Grid, inside: NDArray[np.bool_], as_of: datetime
) -> Ground:
    """Measure a park.

    Parameters
    ----------
    inputs
        The park's records.
    grid, inside
        Where; (rows, cols) of bool.
    as_of
        What was known by then goes in.

    Returns
    -------
    Ground
    """
    park, outline, crs = inputs.park, inputs.outline, inputs.crs
    model = park.model
    history = measure_history(
        reports=inputs.reports,
        visits=inputs.visits,
        premises=inputs.premises,
        severity=park.severity,
        boundary=outline,
        crs=crs,
        as_of=as_of,
    )
    effort = measure_effort(
        visits=inputs.visits, premises=inputs.premises, boundary=outline, crs=crs, as_of=as_of
    )
    sites = measure_sites(
        enterprises=inputs.enterprises,
        premises=inputs.premises,
        population=inputs.population,
        boundary=outline,
        crs=crs,
        as_of=as_of,
    )
    held = [one for one in inputs.zones if holds(one, as_of)]
    zones = {one.id: project_geometry(one.geometry, crs) for one in held}
    counts = measure_counts(
        zones=zones,
        premises=inputs.premises,
        reports=inputs.reports,
        visits=inputs.visits,
        history=history,
        effort=effort,
        boundary=outline,
        crs=crs,
        as_of=as_of,
    )
    people, gravest = measure_reach(sites, grid, inside, model.reach_m)
    layers = {
        "people": people,
        "inherent_class": gravest,
        "patrol": measure_patrol(held, zones, grid, inside),
        "stations": measure_stations(
            inputs.stations,
            grid,
            inside,
            reach_m=model.station_reach_m,
            as_of=as_of,
            boundary=outline,
        ),
        "coverage": measure_coverage(
            counts.premises,
            grid,
            inside,
            reach_m=model.reach_m,
            as_of=as_of,
            coverage_days=model.coverage_days,
        ),
    }
    check_inputs(layers)
    open_cases = measure_open_cases(
        reports=inputs.reports,
        premises=inputs.premises,
        severity=park.severity,
        boundary=outline,
        crs=crs,
        as_of=as_of,
    )
    return Ground(history, effort, sites, layers, zones, counts, open_cases)
