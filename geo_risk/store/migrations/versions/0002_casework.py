"""Casework: steps and flags, more of reports, slips and declarations, kept documents, links.

Frozen, as 0001. What is added to a table that may hold rows has a default.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from geo_risk.store.column_types import BigInt, Code, UtcTime

revision = "0002"
down_revision = "0001"

NEW = {
    "enterprises": "key_listed:flag",
    "reports": "interim_at:time? rectified_at:time? extended_at:time? station_id:code level:text "
    "reopened:whole",
    "declarations": "declared_at:time?",
    "slips": "basis:text slip_no:text item_ids:text drawn_at:time? decided_at:time? "
    "received_at:time? answered_at:time? objected_at:time? closed_at:time? visit_id:code",
}
DEFAULTS: dict[str, Any] = {
    "key_listed": sa.false(),
    "reopened": sa.text("0"),
    "basis": "routine",
    "item_ids": "[]",
}
COMMON = "id:code source:text number:text valid_from:time? valid_to:time?"
KEPT = (
    "t_from:time? t_to:time? persons:text digest:text origin_digest:text? origin_source:text? "
    "origin:text? revision:whole created_at:time changed_at:time deleted_at:time?"
)
COLLECTIONS = {
    "steps": "subject:text subject_id:code action:text state_from:text state_to:text at:time "
    "actor_id:code role:text second_id:code station_id:code other_id:code due:time? code:text",
    "flags": "check:text subject:text subject_ids:text person_id:code at:time state:text "
    "answered_at:time? settled_at:time? outcome:text",
}


def upgrade() -> None:
    """Add what casework, declarations, index and slips need."""
    for table, columns in NEW.items():
        for column in _columns(columns, defaults=True):
            op.add_column(table, column)
    op.create_index("ix_slips_visit_id", "slips", ["visit_id"])
    for name, own in COLLECTIONS.items():
        row = sa.Column("row", BigInt, nullable=False, autoincrement=True)
        op.create_table(
            name,
            row,
            *_columns(f"{COMMON} {own} {KEPT}"),
            sa.PrimaryKeyConstraint("row", name=f"pk_{name}"),
            sa.UniqueConstraint("id", name=f"uq_{name}_id"),
        )
        op.create_index(f"ix_{name}_t_from", name, ["t_from"])
    op.create_index("ix_steps_subject_id", "steps", ["subject_id"])
    op.create_table(
        "documents",
        *_columns("kind:code key:code revision:whole digest:text body:text at:time actor_id:text"),
        sa.PrimaryKeyConstraint("kind", "key", "revision", name="pk_documents"),
    )
    op.create_table(
        "links",
        *_columns(
            "hash:code purpose:text subject:code created_at:time expires_at:time used_at:time?"
        ),
        sa.PrimaryKeyConstraint("hash", name="pk_links"),
    )
    op.create_index("ix_links_subject", "links", ["subject"])
    op.create_table(
        "series",
        *_columns("name:code last:whole"),
        sa.PrimaryKeyConstraint("name", name="pk_series"),
    )


def _columns(text: str, *, defaults: bool = False) -> list[sa.Column[Any]]:
    kinds: dict[str, Any] = {
        "code": Code,
        "text": sa.Text(),
        "time": UtcTime(),
        "flag": sa.Boolean(),
        "whole": sa.BigInteger(),
    }
    made: list[sa.Column[Any]] = []
    for one in text.split():
        name, kind = one.split(":")
        optional = kind.endswith("?")
        default = DEFAULTS.get(name, "") if defaults and not optional else None
        made.append(
            sa.Column(name, kinds[kind.rstrip("?")], nullable=optional, server_default=default)
        )
    return made
