"""Everything a publication is made from, in one value.

Takes a park file, its boundary and the records a store holds, gives nothing but them, and the
boundary in metres. What is measured of it stands beside this in `features`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from geo_risk.crs import project_geometry

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from geo_risk.park import ParkFile
    from geo_risk.records import (
        Assignment,
        Enterprise,
        Officer,
        PatrolZone,
        Population,
        Premises,
        Report,
        Road,
        Station,
        Visit,
    )


@dataclass(frozen=True)
class ParkInputs:
    """The park and its records.

    Parameters
    ----------
    park
        The park file.
    boundary
        Degrees in the park's datum.
    enterprises, premises, visits, reports, zones, stations, officers, assignments
        Records of any time; what was not known at an as-of is left out later.
    population, roads
        Records of any time; what was not known at an as-of is left out later.
    """

    park: ParkFile
    boundary: BaseGeometry
    enterprises: Sequence[Enterprise] = ()
    premises: Sequence[Premises] = ()
    visits: Sequence[Visit] = ()
    reports: Sequence[Report] = ()
    zones: Sequence[PatrolZone] = ()
    stations: Sequence[Station] = ()
    officers: Sequence[Officer] = ()
    assignments: Sequence[Assignment] = ()
    population: Sequence[Population] = ()
    roads: Sequence[Road] = ()

    @property
    def crs(self) -> str:
        """The park's working CRS."""
        return self.park.park.crs

    @cached_property
    def outline(self) -> BaseGeometry:
        """The boundary in the working CRS, metres."""
        return project_geometry(self.boundary, self.crs)
