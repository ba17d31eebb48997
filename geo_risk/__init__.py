"""geo-risk: from enterprise locations, hazard reports and patrol zones to risk maps.

The public names, sorted. `open_park` is where a notebook begins; each name is imported when it is
first used, so that `import geo_risk` stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geo_risk.errors import GeoRiskError, GeoRiskWarning
    from geo_risk.events import Events
    from geo_risk.grid import Grid, Period, Surface, Unit
    from geo_risk.park import ParkFile, read_park, write_park
    from geo_risk.published import Publication, RiskClass
    from geo_risk.records import Actor, Role
    from geo_risk.workspace import Workspace, open_park

__all__ = [
    "Actor",
    "Events",
    "GeoRiskError",
    "GeoRiskWarning",
    "Grid",
    "ParkFile",
    "Period",
    "Publication",
    "RiskClass",
    "Role",
    "Surface",
    "Unit",
    "Workspace",
    "open_park",
    "read_park",
    "write_park",
]

_HOME = {
    "Actor": "records",
    "Events": "events",
    "GeoRiskError": "errors",
    "GeoRiskWarning": "errors",
    "Grid": "grid",
    "ParkFile": "park",
    "Period": "grid",
    "Publication": "published",
    "RiskClass": "published",
    "Role": "records",
    "Surface": "grid",
    "Unit": "grid",
    "Workspace": "workspace",
    "open_park": "workspace",
    "read_park": "park",
    "write_park": "park",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _HOME:
        raise AttributeError(f"module 'geo_risk' has no attribute {name!r}")
    return getattr(import_module(f"geo_risk.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """Show the public names."""
    return __all__
