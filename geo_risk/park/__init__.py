"""The park file: one TOML file describes a deployment. Read, check, and write with every default.

Takes TOML text or a path, gives a frozen `ParkFile`; paths in it are made absolute. An unknown key
is an error that names the nearest known word; a value of the wrong type says what was expected.
Each key's comment stands beside it here once: `geo-risk init` writes it, the docs' table is
generated from it. Nothing about a city or a park is in code; sources are described, never opened,
here.
"""

from __future__ import annotations

from geo_risk.park.map_section import MapSection
from geo_risk.park.plan_section import PlanSection
from geo_risk.park.read import parse_park, read_park
from geo_risk.park.sections import (
    READING_ORDER,
    SOURCE_KINDS,
    Boundary,
    Calendar,
    DaskSection,
    ModelSection,
    ParkFile,
    ParkSection,
    ReportKind,
    SafetyIndexSection,
    SeverityRule,
    SeverityTable,
    Source,
    StoreSection,
)
from geo_risk.park.write import write_park

__all__ = [
    "READING_ORDER",
    "SOURCE_KINDS",
    "Boundary",
    "Calendar",
    "DaskSection",
    "MapSection",
    "ModelSection",
    "ParkFile",
    "ParkSection",
    "PlanSection",
    "ReportKind",
    "SafetyIndexSection",
    "SeverityRule",
    "SeverityTable",
    "Source",
    "StoreSection",
    "parse_park",
    "read_park",
    "write_park",
]
