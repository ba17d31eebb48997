"""Visits at the gate: how each ended, for which planned visit it was made, whose clock was wrong.

Frozen, as 0001. What is added to a table that may hold rows has a default.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geo_risk.store.column_types import Code

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add what the record of a visit needs: every visit so far was done."""
    op.add_column("visits", sa.Column("outcome", sa.Text(), nullable=False, server_default="done"))
    op.add_column("visits", sa.Column("planned_id", Code, nullable=False, server_default=""))
    op.add_column("visits", sa.Column("clock_offset_s", sa.Double(), nullable=True))
