"""Foundation: collections, events, person data, publications, accounts.

Frozen: what a database of this revision looks like does not change when `schema.py` does.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from geo_risk.store.column_types import BigInt, Code, Geometry, UtcTime

revision = "0001"
down_revision = None

KINDS: dict[str, Any] = {
    "code": Code,
    "text": sa.Text(),
    "time": UtcTime(),
    "flag": sa.Boolean(),
    "number": sa.Double(),
    "whole": sa.BigInteger(),
    "geometry": Geometry(),
}
BOX = "west:number? south:number? east:number? north:number?"
COMMON = "source:text number:text valid_from:time? valid_to:time?"
LOCATED = "lon:number? lat:number? unlocated:text located_by:text outside:flag"
TIMES = "t_from:time? t_to:time?"
KEPT = (
    "persons:text digest:text origin_digest:text? origin_source:text? origin:text? "
    "revision:whole created_at:time changed_at:time deleted_at:time?"
)
INDEXED = ("t_from", "enterprise_id", "premises_id", "visit_id")

# Collection: own columns. `@` has a point, `#` has a shape.
COLLECTIONS = {
    "enterprises": "credit_code:text industry:text above_scale:flag sole_trader:flag "
    "employees:whole?",
    "premises": "@ enterprise_id:code kind:text host_premises_id:code people:whole? "
    "inherent_class:whole? dangerous_goods:flag opening_hours:text",
    "officers": "team:text station_id:code",
    "teams": "member_ids:text",
    "assignments": "officer_id:code zone_id:code enterprise_id:code",
    "visits": "premises_id:code enterprise_id:code team:text participant_ids:text start:time "
    "end:time? reason:text selection_probability:number? items_checked:whole? "
    "items_standard:whole? found:text?",
    "reports": "@ kind:text channel:text category:text premises_id:code enterprise_id:code "
    "visit_id:code occurred_from:time occurred_to:time occurred_mid:time? reported_at:time? "
    "closed_at:time? severity:text? self_reported:flag state:text due:time? legal_grade:text "
    "referred_to:text duplicate_of:text",
    "declarations": "enterprise_id:code month:text indicator:text have:number need:number "
    "declared_by:text verified_by:text verified_at:time?",
    "zones": "# name:text patrol_hours:number? shift:text",
    "stations": "@ type:text name:text hours:text services:text languages:text",
    "services": "station_id:code service:text at:time people:whole",
    "orders": "enterprise_id:code service:text ordered_at:time window_from:time? window_to:time? "
    "state:text",
    "slips": "enterprise_id:code month:text reasons:text state:text due:time? decided_by:text",
    "guidance": "enterprise_id:code officer_id:code at:time topics:text",
    "campaigns": "topic:text at:time people:whole enterprise_id:code",
    "roads": "# name:text road_class:text speed_kmh:number?",
    "population": "@ people:number",
}

# Table: primary key, columns, unique columns, indexes, foreign keys.
OTHERS = {
    "events": (
        (
            "id:code at:time actor_id:text role:text door:text action:text collection:text "
            "record_id:code revision:whole source:text changes:text persons:text"
        ),
        ("id",),
        (),
        (("collection", "record_id", "revision"),),
    ),
    "person_data": (
        (
            "id:code collection:text record_id:code field:text value:text file:text purpose:text "
            "source:text origin_digest:text? written_at:time expires_at:time"
        ),
        ("id",),
        (),
        (("collection", "record_id"), ("expires_at",)),
    ),
    "forgotten": (
        "id:code collection:text record_id:code field:text reason:text at:time",
        ("id",),
        (),
        (),
    ),
    "runs": (
        "source:text digest:text summary:text at:time actor_id:text",
        ("seq",),
        (),
        (("source",),),
    ),
    "publications": (
        (
            "at:time as_of:text actor_id:text main:text rung:text zones:text premises:text "
            "sources:text facts:text"
        ),
        ("seq",),
        (),
        (),
    ),
    "published_surfaces": (
        "seq:whole position:whole surface_id:text version:text file:text head:text",
        ("seq", "position"),
        (),
        (),
    ),
    "users": (
        (
            "id:code name:code role:text password_hash:text station_id:text? zone_ids:text "
            "enterprise_id:text? created_at:time disabled_at:time?"
        ),
        ("id",),
        ("name",),
        (),
    ),
    "sessions": (
        "hash:code user_id:code created_at:time expires_at:time",
        ("hash",),
        (),
        (("user_id",),),
    ),
    "tokens": (
        (
            "id:code hash:code label:text role:text user_id:code? station_id:text? zone_ids:text "
            "enterprise_id:text? created_at:time expires_at:time? revoked_at:time?"
        ),
        ("id",),
        ("hash",),
        (),
    ),
    "answers": (
        "actor_id:code key:code body_digest:text status:whole body:text headers:text at:time",
        ("actor_id", "key"),
        (),
        (),
    ),
    "audit": (
        "id:code at:time actor_id:text role:text door:text what:text subject:text count:whole",
        ("id",),
        (),
        (),
    ),
}
FOREIGN = {
    "published_surfaces": ("seq", "publications", "seq"),
    "sessions": ("user_id", "users", "id"),
    "tokens": ("user_id", "users", "id"),
}


# PostgreSQL samples columns into pg_statistic, where forgetting does not reach: not these.
UNSAMPLED = {
    "person_data": ("value",),
    "answers": ("body", "headers"),
    "users": ("name", "password_hash"),
    "tokens": ("label",),
}


def upgrade() -> None:
    """Make every table and index."""
    for name, own in COLLECTIONS.items():
        _make_collection(name, own)
    for name, (columns, key, unique, indexes) in OTHERS.items():
        _make_table(name, columns, key, unique)
        for index in indexes:
            op.create_index(f"ix_{name}_{'_'.join(index)}", name, list(index))
    if op.get_bind().dialect.name == "postgresql":
        for name, texts in UNSAMPLED.items():
            for text in texts:
                op.execute(f"ALTER TABLE {name} ALTER {text} SET STATISTICS 0")


def _make_collection(name: str, own: str) -> None:
    spatial = own[0] in "@#"
    parts = [
        COMMON,
        LOCATED if own[0] == "@" else "",
        own.lstrip("@# "),
        TIMES,
        f"geom:geometry? {BOX}" if spatial else "",
        KEPT,
    ]
    columns = " ".join(["id:code", *(part for part in parts if part)])
    _make_table(name, columns, ("row",), ("id",))
    names = [one.split(":")[0] for one in columns.split()]
    for column in INDEXED:
        if column in names:
            op.create_index(f"ix_{name}_{column}", name, [column])
    if spatial and op.get_bind().dialect.name == "sqlite":
        _make_rtree(name)
    elif spatial:
        op.create_index(f"ix_{name}_geom", name, ["geom"], postgresql_using="gist")


def _make_table(name: str, columns: str, key: tuple[str, ...], unique: tuple[str, ...]) -> None:
    counted = [
        sa.Column(one, BigInt, nullable=False, autoincrement=True)
        for one in key
        if one in {"row", "seq"} and len(key) == 1
    ]
    made: list[sa.Column[Any]] = []
    for one in columns.split():
        column, kind = one.split(":")
        default = (
            "" if (name, column) in {("person_data", "file"), ("person_data", "source")} else None
        )
        made.append(
            sa.Column(
                column, KINDS[kind.rstrip("?")], nullable=kind.endswith("?"), server_default=default
            )
        )
    rules: list[sa.Constraint] = [sa.PrimaryKeyConstraint(*key, name=f"pk_{name}")]
    rules += [sa.UniqueConstraint(one, name=f"uq_{name}_{one}") for one in unique]
    if name in FOREIGN:
        column, table, other = FOREIGN[name]
        rules.append(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.{other}"], name=f"fk_{name}_{column}_{table}"
            )
        )
    op.create_table(name, *counted, *made, *rules, sqlite_autoincrement=name == "publications")


def _make_rtree(name: str) -> None:
    """Make the R*Tree of a collection, and triggers for updates and deletions.

    Rows are inserted by `bulk.insert_many` only, which fills the tree. The tree rounds outwards to
    32 bits, so it finds candidates; queries compare the exact columns.
    """
    op.execute(f'CREATE VIRTUAL TABLE {name}_box USING rtree("row", west, east, south, north)')
    put = (
        f'INSERT INTO {name}_box SELECT NEW."row", NEW.west, NEW.east, NEW.south, NEW.north '
        "WHERE NEW.west IS NOT NULL;"
    )
    drop = f'DELETE FROM {name}_box WHERE "row" = OLD."row";'  # noqa: S608 (names of ours)
    op.execute(
        f"CREATE TRIGGER {name}_box_update AFTER UPDATE OF west, south, east, north ON {name} "
        "WHEN NEW.west IS NOT OLD.west OR NEW.south IS NOT OLD.south "
        "OR NEW.east IS NOT OLD.east OR NEW.north IS NOT OLD.north "
        f"BEGIN {drop} {put} END"
    )
    op.execute(f"CREATE TRIGGER {name}_box_delete AFTER DELETE ON {name} BEGIN {drop} END")
