"""The store: records, events, person data, publications and accounts of one park.

Two engines with one schema: SQLite in the state folder, or PostgreSQL with PostGIS. SQL is here and
nowhere else.
"""

from geo_risk.store.audit_log import AuditLine, AuditQuery
from geo_risk.store.backup import restore
from geo_risk.store.embed_desk import Embed
from geo_risk.store.points import ReportPoints
from geo_risk.store.store import Store, open_store
from geo_risk.store.values import (
    Answer,
    AuditEntry,
    Counted,
    Delete,
    Document,
    Event,
    Forgotten,
    Idempotency,
    Link,
    Numbered,
    Page,
    PutResult,
    Query,
    Session,
    SourceRun,
    Stored,
    Token,
    Update,
    User,
)

__all__ = [
    "Answer",
    "AuditEntry",
    "AuditLine",
    "AuditQuery",
    "Counted",
    "Delete",
    "Document",
    "Embed",
    "Event",
    "Forgotten",
    "Idempotency",
    "Link",
    "Numbered",
    "Page",
    "PutResult",
    "Query",
    "ReportPoints",
    "Session",
    "SourceRun",
    "Store",
    "Stored",
    "Token",
    "Update",
    "User",
    "open_store",
    "restore",
]
