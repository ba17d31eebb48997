"""The closed lists of words in records: severities, reasons, channels, kinds, states."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """Severity of a hazard; deadlines and points stand in the park file."""

    MAJOR = "major"
    GENERAL = "general"
    MINOR = "minor"


class VisitReason(StrEnum):
    """Why a visit took place; only routine and random ones say how often hazards occur."""

    ROUTINE = "routine"
    RANDOM = "random"
    SLIP = "slip"
    ORDER = "order"
    COMPLAINT = "complaint"
    RECHECK = "recheck"
    GUIDANCE = "guidance"


class VisitOutcome(StrEnum):
    """How a visit ended: only one that was done looked, so only that can have found nothing."""

    DONE = "done"
    SHUT = "shut"
    MOVED = "moved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Channel(StrEnum):
    """The nine ways by which a report reaches the park."""

    VISIT = "visit"
    GRID = "grid"
    PETITION = "petition"
    COUNTY_APP = "county_app"
    ANTI_FRAUD_CODE = "anti_fraud_code"
    SELF_REPORT = "self_report"
    VOLUNTEERS = "volunteers"
    HOTLINE = "hotline"
    SENSOR = "sensor"


class PremisesKind(StrEnum):
    """What a premises is used for."""

    PLANT = "plant"
    LEASED_WORKSHOP = "leased_workshop"
    CONSTRUCTION_SITE = "construction_site"
    DORMITORY = "dormitory"
    OFFICE = "office"
    OTHER = "other"


class Topic(StrEnum):
    """What guidance at an enterprise, or a campaign, is about."""

    PRODUCTION = "production"
    FIRE = "fire"
    ELECTRIC = "electric"
    CHEMICALS = "chemicals"
    FRAUD = "fraud"
    LABOUR = "labour"
    DISPUTE = "dispute"
    SECURITY = "security"
    TRAFFIC = "traffic"
    RULES = "rules"
    OTHER = "other"


class CaseState(StrEnum):
    """Where a hazard or dispute stands on its way to closure."""

    REPORTED = "reported"
    ASSIGNED = "assigned"
    RECTIFYING = "rectifying"
    RECHECKING = "rechecking"
    CLOSED = "closed"
    MEDIATING = "mediating"
    SETTLED = "settled"
    NOT_SETTLED = "not_settled"
    FOLLOWED_UP = "followed_up"
    MERGED = "merged"
    VOID = "void"


REPORT_KINDS: dict[str, str] = {
    "hazard": "隐患",
    "dispute": "矛盾纠纷",
    "fraud": "涉诈",
    "public_order": "治安",
    "fire": "火情",
    "traffic": "交通",
}
"""The kinds every deployment has; `[[kind]]` in the park file adds its own."""

SENSITIVE_KINDS = frozenset({"public_order", "fraud"})
"""Kinds whose forecasts are off until the park file says on, with who decided."""
