"""The schema: one set of SQLAlchemy Core tables for SQLite and for PostgreSQL with PostGIS.

A table per collection, made from the record class: a column per field that is not person data, and
beside them what the store itself keeps (revision, digests, main time, place). Times are ISO text
in SQLite, timestamptz in PostgreSQL; geometry is WKB in a BLOB, or a PostGIS column. Spatial
indexes (an R*Tree with triggers, GiST) are made by the migrations, which are frozen copies of this
page; a test holds the two together. Add a field to a record and a migration is due: see
migrations/versions.
"""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry

from geo_risk.records import COLLECTIONS, Located, Record
from geo_risk.store.column_types import BigInt, Code, Geometry, UtcTime

HEAD = "0004"
"""Newest migration; a test compares it with the scripts."""


T = TypeVar("T")


def per_kind(function: Callable[[type[Record]], T]) -> Callable[[type[Record]], T]:
    """Remember what a function says of each record class."""
    known: dict[type[Record], T] = {}

    @functools.wraps(function)
    def remembered(kind: type[Record]) -> T:
        if kind not in known:
            known[kind] = function(kind)
        return known[kind]

    return remembered


METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


@per_kind
def hints_of(kind: type[Record]) -> dict[str, Any]:
    """Give the types of a record's fields, resolved."""
    return get_type_hints(kind, localns={"BaseGeometry": BaseGeometry})


def bare(hint: Any) -> tuple[Any, bool]:
    """Split `X | None` into X and whether None is allowed."""
    if get_origin(hint) in {types.UnionType, typing.Union}:
        inner = [one for one in get_args(hint) if one is not types.NoneType]
        return inner[0], True
    return hint, False


def is_spatial(kind: type[Record]) -> bool:
    """Say whether a record has a geometry of its own."""
    return issubclass(kind, Located) or "geometry" in hints_of(kind)


def _column(name: str, hint: Any) -> sa.Column[Any]:
    inner, optional = bare(hint)
    kind: Any = sa.Text()
    if inner is datetime:
        kind = UtcTime()
    elif inner is bool:
        kind = sa.Boolean()
    elif inner is int:
        kind = sa.BigInteger()
    elif inner is float:
        kind = sa.Double()
    elif name == "id" or name.endswith("_id"):
        kind = Code
    elif not (inner is str or get_origin(inner) is tuple or issubclass(inner, Enum)):
        optional = True  # a small value of its own, kept as JSON
    return sa.Column(name, kind, nullable=optional)


INDEXED = ("enterprise_id", "premises_id", "visit_id", "subject_id")
"""Fields by which records are looked up from other places."""


def _table_of(kind: type[Record]) -> sa.Table:
    hints = hints_of(kind)
    own = [
        _column(one.name, hints[one.name])
        for one in fields(kind)
        if one.name not in {"id", "geometry"} and not one.metadata.get("personal")
    ]
    place = (
        [
            sa.Column("geom", Geometry()),
            sa.Column("west", sa.Double()),
            sa.Column("south", sa.Double()),
            sa.Column("east", sa.Double()),
            sa.Column("north", sa.Double()),
        ]
        if is_spatial(kind)
        else []
    )
    table = sa.Table(
        kind.collection,
        METADATA,
        sa.Column("row", BigInt, primary_key=True, autoincrement=True),
        sa.Column("id", Code, nullable=False, unique=True),
        *own,
        sa.Column("t_from", UtcTime()),
        sa.Column("t_to", UtcTime()),
        *place,
        sa.Column("persons", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("origin_digest", sa.Text()),
        sa.Column("origin_source", sa.Text()),
        sa.Column("origin", sa.Text()),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.Column("deleted_at", UtcTime()),
    )
    for name in ("t_from", *(name for name in INDEXED if name in table.c)):
        sa.Index(None, table.c[name])
    return table


TABLES: dict[str, sa.Table] = {name: _table_of(kind) for name, kind in COLLECTIONS.items()}
"""Collection name to its table."""

events = sa.Table(
    "events",
    METADATA,
    sa.Column("id", Code, primary_key=True),
    sa.Column("at", UtcTime(), nullable=False),
    sa.Column("actor_id", sa.Text(), nullable=False),
    sa.Column("role", sa.Text(), nullable=False),
    sa.Column("door", sa.Text(), nullable=False),
    sa.Column("action", sa.Text(), nullable=False),
    sa.Column("collection", sa.Text(), nullable=False),
    sa.Column("record_id", Code, nullable=False),
    sa.Column("revision", sa.BigInteger(), nullable=False),
    sa.Column("source", sa.Text(), nullable=False),
    sa.Column("changes", sa.Text(), nullable=False),
    sa.Column("persons", sa.Text(), nullable=False),
    sa.Index(None, "collection", "record_id", "revision"),
)

person_data = sa.Table(
    "person_data",
    METADATA,
    sa.Column("id", Code, primary_key=True),
    sa.Column("collection", sa.Text(), nullable=False),
    sa.Column("record_id", Code, nullable=False),
    sa.Column("field", sa.Text(), nullable=False),
    sa.Column("value", sa.Text(), nullable=False),
    sa.Column("file", sa.Text(), nullable=False, server_default=""),
    sa.Column("purpose", sa.Text(), nullable=False),
    sa.Column("source", sa.Text(), nullable=False, server_default=""),
    sa.Column("origin_digest", sa.Text()),
    sa.Column("written_at", UtcTime(), nullable=False),
    sa.Column("expires_at", UtcTime(), nullable=False),
    sa.Index(None, "collection", "record_id"),
    sa.Index(None, "expires_at"),
)

forgotten = sa.Table(
    "forgotten",
    METADATA,
    sa.Column("id", Code, primary_key=True),
    sa.Column("collection", sa.Text(), nullable=False),
    sa.Column("record_id", Code, nullable=False),
    sa.Column("field", sa.Text(), nullable=False),
    sa.Column("reason", sa.Text(), nullable=False),
    sa.Column("at", UtcTime(), nullable=False),
)

runs = sa.Table(
    "runs",
    METADATA,
    sa.Column("seq", BigInt, primary_key=True, autoincrement=True),
    sa.Column("source", sa.Text(), nullable=False, index=True),
    sa.Column("digest", sa.Text(), nullable=False),
    sa.Column("summary", sa.Text(), nullable=False),
    sa.Column("at", UtcTime(), nullable=False),
    sa.Column("actor_id", sa.Text(), nullable=False),
)

publications = sa.Table(
    "publications",
    METADATA,
    sa.Column("seq", BigInt, primary_key=True, autoincrement=True),
    sa.Column("at", UtcTime(), nullable=False),
    sa.Column("as_of", sa.Text(), nullable=False),
    sa.Column("actor_id", sa.Text(), nullable=False),
    sa.Column("main", sa.Text(), nullable=False),
    sa.Column("rung", sa.Text(), nullable=False),
    sa.Column("zones", sa.Text(), nullable=False),
    sa.Column("premises", sa.Text(), nullable=False),
    sa.Column("sources", sa.Text(), nullable=False),
    sa.Column("facts", sa.Text(), nullable=False),
    sqlite_autoincrement=True,
)

published_surfaces = sa.Table(
    "published_surfaces",
    METADATA,
    sa.Column("seq", sa.BigInteger(), sa.ForeignKey("publications.seq"), primary_key=True),
    sa.Column("position", sa.BigInteger(), primary_key=True),
    sa.Column("surface_id", sa.Text(), nullable=False),
    sa.Column("version", sa.Text(), nullable=False),
    sa.Column("file", sa.Text(), nullable=False),
    sa.Column("head", sa.Text(), nullable=False),
)

users = sa.Table(
    "users",
    METADATA,
    sa.Column("id", Code, primary_key=True),
    sa.Column("name", Code, nullable=False, unique=True),
    sa.Column("role", sa.Text(), nullable=False),
    sa.Column("password_hash", sa.Text(), nullable=False),
    sa.Column("station_id", sa.Text()),
    sa.Column("zone_ids", sa.Text(), nullable=False),
    sa.Column("enterprise_id", sa.Text()),
    sa.Column("created_at", UtcTime(), nullable=False),
    sa.Column("disabled_at", UtcTime()),
)

sessions = sa.Table(
    "sessions",
    METADATA,
    sa.Column("hash", Code, primary_key=True),
    sa.Column("user_id", Code, sa.ForeignKey("users.id"), nullable=False, index=True),
    sa.Column("created_at", UtcTime(), nullable=False),
    sa.Column("expires_at", UtcTime(), nullable=False),
)

tokens = sa.Table(
    "tokens",
    METADATA,
    sa.Column("id", Code, primary_key=True),
    sa.Column("hash", Code, nullable=False, unique=True),
    sa.Column("label", sa.Text(), nullable=False),
    sa.Column("role", sa.Text(), nullable=False),
    sa.Column("user_id", Code, sa.ForeignKey("users.id")),
    sa.Column("station_id", sa.Text()),
    sa.Column("zone_ids", sa.Text(), nullable=False),
    sa.Column("enterprise_id", sa.Text()),
    sa.Column("created_at", UtcTime(), nullable=False),
    sa.Column("expires_at", UtcTime()),
    sa.Column("revoked_at", UtcTime()),
)

answers = sa.Table(
    "answers",
    METADATA,
    sa.Column("actor_id", Code, primary_key=True),
    sa.Column("key", Code, primary_key=True),
    sa.Column("body_digest", sa.Text(), nullable=False),
    sa.Column("status", sa.BigInteger(), nullable=False),
    sa.Column("body", sa.Text(), nullable=False),
    sa.Column("headers", sa.Text(), nullable=False),
    sa.Column("at", UtcTime(), nullable=False),
)

audit = sa.Table(
    "audit",
    METADATA,
    sa.Column("id", Code, primary_key=True),
    sa.Column("at", UtcTime(), nullable=False),
    sa.Column("actor_id", sa.Text(), nullable=False),
    sa.Column("role", sa.Text(), nullable=False),
    sa.Column("door", sa.Text(), nullable=False),
    sa.Column("what", sa.Text(), nullable=False),
    sa.Column("subject", sa.Text(), nullable=False),
    sa.Column("count", sa.BigInteger(), nullable=False),
)

documents = sa.Table(
    "documents",
    METADATA,
    sa.Column("kind", Code, primary_key=True),
    sa.Column("key", Code, primary_key=True),
    sa.Column("revision", sa.BigInteger(), primary_key=True),
    sa.Column("digest", sa.Text(), nullable=False),
    sa.Column("body", sa.Text(), nullable=False),
    sa.Column("at", UtcTime(), nullable=False),
    sa.Column("actor_id", sa.Text(), nullable=False),
)

links = sa.Table(
    "links",
    METADATA,
    sa.Column("hash", Code, primary_key=True),
    sa.Column("purpose", sa.Text(), nullable=False),
    sa.Column("subject", Code, nullable=False, index=True),
    sa.Column("created_at", UtcTime(), nullable=False),
    sa.Column("expires_at", UtcTime(), nullable=False),
    sa.Column("used_at", UtcTime()),
)

series = sa.Table(
    "series",
    METADATA,
    sa.Column("name", Code, primary_key=True),
    sa.Column("last", sa.BigInteger(), nullable=False),
)

embeds = sa.Table(
    "embeds",
    METADATA,
    sa.Column("id", Code, primary_key=True),
    sa.Column("what", sa.Text(), nullable=False),
    sa.Column("month", sa.Text(), nullable=False),
    sa.Column("lang", sa.Text(), nullable=False),
    sa.Column("theme", sa.Text(), nullable=False),
    sa.Column("title", sa.Text(), nullable=False),
    sa.Column("height", sa.BigInteger(), nullable=False),
    sa.Column("ancestors", sa.Text(), nullable=False),
    sa.Column("created_by", sa.Text(), nullable=False),
    sa.Column("created_at", UtcTime(), nullable=False),
    sa.Column("expires_at", UtcTime(), nullable=False),
    sa.Column("revoked_at", UtcTime()),
)

secrets = sa.Table(
    "secrets",
    METADATA,
    sa.Column("name", Code, primary_key=True),
    sa.Column("value", sa.Text(), nullable=False),
)
