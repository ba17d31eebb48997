"""The nouns: every record of the park, who may create it, and where.

Takes checked values, gives frozen dataclasses; nothing here reads a file or a store. What can
change in the world carries valid time [valid_from, valid_to). A premises or report without a
usable point is a record like any other, with the reason in `unlocated`. Fields made with
`personal` hold what belongs to persons: the store keeps them apart from events, under a random id,
with a purpose and an expiry. `lon`, `lat` are degrees in the park's datum (WGS-84 unless the park
file says GCJ-02); times are UTC. The field's Chinese name and meaning stand beside it, and the
docs' tables are generated from here.
"""

from __future__ import annotations

from geo_risk.records.actors import Actor, Audience, Role
from geo_risk.records.base import Located, Record, about, personal
from geo_risk.records.casework import Flag, Step, in_order, state_after
from geo_risk.records.credit_code import credit_code_check_digit, is_credit_code
from geo_risk.records.doors import COLLECTIONS, DOORS, LISTED, Door, may_create, personal_fields
from geo_risk.records.enterprises import Declaration, Enterprise, Premises
from geo_risk.records.happenings import Findings, Report, Visit
from geo_risk.records.hours import hours_in
from geo_risk.records.officers import Assignment, Officer, Team
from geo_risk.records.places import PatrolZone, Population, Road, Station
from geo_risk.records.services import Campaign, Guidance, Order, ServiceEvent, Slip
from geo_risk.records.words import (
    REPORT_KINDS,
    SENSITIVE_KINDS,
    CaseState,
    Channel,
    PremisesKind,
    Severity,
    Topic,
    VisitOutcome,
    VisitReason,
)

__all__ = [
    "COLLECTIONS",
    "DOORS",
    "LISTED",
    "REPORT_KINDS",
    "SENSITIVE_KINDS",
    "Actor",
    "Assignment",
    "Audience",
    "Campaign",
    "CaseState",
    "Channel",
    "Declaration",
    "Door",
    "Enterprise",
    "Findings",
    "Flag",
    "Guidance",
    "Located",
    "Officer",
    "Order",
    "PatrolZone",
    "Population",
    "Premises",
    "PremisesKind",
    "Record",
    "Report",
    "Road",
    "Role",
    "ServiceEvent",
    "Severity",
    "Slip",
    "Station",
    "Step",
    "Team",
    "Topic",
    "Visit",
    "VisitOutcome",
    "VisitReason",
    "about",
    "credit_code_check_digit",
    "hours_in",
    "in_order",
    "is_credit_code",
    "may_create",
    "personal",
    "personal_fields",
    "state_after",
]
