"""The audit as its keeper reads it: who looked at, exported or changed what, newest first.

Takes what is asked for, gives lines made of three books: the audit itself, the events that persons
caused, and the files that were read. What was done in one go is one line with a count. Lines hold
ids, codes and times only: what was read or written is not in any of these books.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from geo_risk.store.schema import audit, events, runs

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime


@dataclass(frozen=True)
class AuditQuery:
    """Which lines.

    Parameters
    ----------
    time_from, time_to
        Half-open [from, to); None leaves a side open.
    actor_ids
        Of these only; None: of everybody.
    subject
        Of this record: its id, `collection/id`, or a whole collection as `reports/`; '' for all.
    acts
        Of these kinds only; None: of all.
    limit, offset
        Which part of them.
    """

    time_from: datetime | None = None
    time_to: datetime | None = None
    actor_ids: Collection[str] | None = None
    subject: str = ""
    acts: Collection[str] | None = None
    limit: int = 100
    offset: int = 0


@dataclass(frozen=True)
class AuditLine:
    """What one person did in one go.

    Parameters
    ----------
    at, actor_id, role, door
        When, who, as what, by which door; role and door are '' for the reading of a file.
    act
        One word: read, export, sign_in, created, changed, import, ...
    subject
        The first it was done to.
    count
        Of how many records.
    """

    at: datetime
    actor_id: str
    role: str
    door: str
    act: str
    subject: str
    count: int


def audit_lines(connection: sa.Connection, asked: AuditQuery) -> list[AuditLine]:
    """Give lines, the newest first."""
    books = [_looks(asked), _changes(asked), _files(asked)]
    every = sa.union_all(*books).subquery()
    chosen = (
        sa.select(every)
        .order_by(every.c.at.desc(), every.c.act, every.c.subject)
        .limit(asked.limit)
        .offset(asked.offset)
    )
    return [AuditLine(*row) for row in connection.execute(chosen)]


def _looks(asked: AuditQuery) -> sa.Select[tuple[object, ...]]:
    """Read the audit: what was looked at, exported, done to accounts."""
    one = audit.c
    return _narrowed(
        sa.select(
            *(one.at, one.actor_id, one.role, one.door, one.what.label("act")),
            sa.func.min(one.subject).label("subject"),
            sa.cast(sa.func.sum(one["count"]), sa.BigInteger()).label("count"),
        ).group_by(one.at, one.actor_id, one.role, one.door, one.what),
        asked,
        one.at,
        one.actor_id,
        one.subject,
        one.what,
    )


def _changes(asked: AuditQuery) -> sa.Select[tuple[object, ...]]:
    """Read the events: what a person changed; of one record, what a file changed too."""
    one = events.c
    subject = one.collection + "/" + one.record_id
    chosen = sa.select(
        *(one.at, one.actor_id, one.role, one.door, one.action.label("act")),
        sa.func.min(subject).label("subject"),
        sa.func.count().label("count"),
    ).group_by(one.at, one.actor_id, one.role, one.door, one.action, one.collection)
    if not asked.subject:
        chosen = chosen.where(one.source == "")
    return _narrowed(chosen, asked, one.at, one.actor_id, subject, one.action)


def _files(asked: AuditQuery) -> sa.Select[tuple[object, ...]]:
    """Read the runs: which file was read, for whom."""
    one = runs.c
    subject = sa.literal("sources/", sa.Text()) + one.source
    act = sa.literal("import", sa.Text())
    chosen = sa.select(
        *(
            one.at,
            one.actor_id,
            sa.literal("", sa.Text()).label("role"),
            sa.literal("", sa.Text()).label("door"),
        ),
        *(act.label("act"), subject.label("subject"), sa.literal(1).label("count")),
    )
    return _narrowed(chosen, asked, one.at, one.actor_id, subject, act)


def _narrowed(
    chosen: sa.Select[tuple[object, ...]],
    asked: AuditQuery,
    at: sa.ColumnElement[datetime],
    actor_id: sa.ColumnElement[str],
    subject: sa.ColumnElement[str],
    act: sa.ColumnElement[str],
) -> sa.Select[tuple[object, ...]]:
    if asked.time_from is not None:
        chosen = chosen.where(at >= asked.time_from)
    if asked.time_to is not None:
        chosen = chosen.where(at < asked.time_to)
    if asked.actor_ids is not None:
        chosen = chosen.where(actor_id.in_(asked.actor_ids))
    if asked.acts is not None:
        chosen = chosen.where(act.in_(asked.acts))
    if asked.subject.endswith("/"):
        chosen = chosen.where(subject.startswith(asked.subject, autoescape=True))
    elif asked.subject:
        ends = subject.endswith(f"/{asked.subject}", autoescape=True)
        chosen = chosen.where(sa.or_(subject == asked.subject, ends))
    return chosen
