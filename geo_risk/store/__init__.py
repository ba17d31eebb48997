"""The store: records, events, person data, publications and accounts of one park.

Two engines with one schema: SQLite in the state folder, or PostgreSQL with PostGIS. SQL is here and
nowhere else.
"""

from geo_risk.store.backup import restore
from geo_risk.store.store import Store, open_store
from geo_risk.store.values import (
    Answer,
    AuditEntry,
    Event,
    Forgotten,
    Idempotency,
    Page,
    PutResult,
    Query,
    Session,
    SourceRun,
    Stored,
    Token,
    User,
)

__all__ = [
    "Answer",
    "AuditEntry",
    "Event",
    "Forgotten",
    "Idempotency",
    "Page",
    "PutResult",
    "Query",
    "Session",
    "SourceRun",
    "Store",
    "Stored",
    "Token",
    "User",
    "open_store",
    "restore",
]
