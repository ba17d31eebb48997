"""Accounts: users, sessions and tokens, by hash only; and what was answered and looked at.

Takes hashes, never a password or a token's text: hashing is the door's work. A session or token
that has run out, was revoked, or whose user is disabled is as good as none. Answers to writes with
an idempotency key are kept 30 days; the audit is only ever added to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from geo_risk.errors import ConflictError, IdempotencyError, NotFoundError
from geo_risk.records import Actor, Role
from geo_risk.store.column_types import iso
from geo_risk.store.engine import Database, moment_of
from geo_risk.store.rows import dump
from geo_risk.store.schema import answers, audit, sessions, tokens, users
from geo_risk.store.values import Answer, AuditEntry, Session, Token, User

ANSWERS_KEPT = timedelta(days=30)


def put_user(connection: sa.Connection, user: User, at: datetime) -> User:
    """Create or replace an account; a name belongs to one account.

    Raises
    ------
    ConflictError
        When another account has the name; when it is the last keeper's and would be one no more.
    """
    other = user_where(connection, users.c.name == user.name)
    if other is not None and other.id != user.id:
        raise ConflictError(f"There is a user {user.name!r} already.", "Choose another name.")
    known = user_where(connection, users.c.id == user.id)
    _keep_a_keeper(connection, known, user)
    created = user.created_at or (known.created_at if known else None) or at
    values = {**asdict(user), "zone_ids": dump(list(user.zone_ids)), "role": user.role.value}
    values["created_at"] = created
    if known is None:
        connection.execute(users.insert(), values)
    else:
        connection.execute(users.update().where(users.c.id == user.id), values)
    changed = known is not None and known.password_hash != user.password_hash
    if changed or user.disabled_at is not None:
        connection.execute(sessions.delete().where(sessions.c.user_id == user.id))
    return _user(values)


def act_of(known: User | None, user: User) -> str:
    """Give the audit's word for what an account became."""
    if known is None:
        return "put_user"
    if (known.disabled_at is None) != (user.disabled_at is None):
        return "enable_user" if user.disabled_at is None else "disable_user"
    return "put_user" if known.password_hash == user.password_hash else "change_password"


def _keep_a_keeper(connection: sa.Connection, known: User | None, user: User) -> None:
    """Refuse to take the last account away that can give others one."""
    if known is None or not _is_keeper(known) or _is_keeper(user):
        return
    others = sa.select(sa.func.count()).where(
        users.c.role == Role.KEEPER.value, users.c.disabled_at.is_(None), users.c.id != user.id
    )
    if not connection.scalar(others):
        raise ConflictError(
            f"{user.name} is the last keeper who can sign in.", "Make another keeper first."
        )


def _is_keeper(user: User) -> bool:
    return user.role is Role.KEEPER and user.disabled_at is None


def user_where(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> User | None:
    """Give the one account for which a condition holds."""
    row = connection.execute(sa.select(users).where(condition)).mappings().one_or_none()
    return None if row is None else _user(row)


def all_users(connection: sa.Connection) -> list[User]:
    """Give every account, by name."""
    rows = connection.execute(sa.select(users).order_by(users.c.name)).mappings()
    return [_user(row) for row in rows]


def put_session(
    connection: sa.Connection, digest: str, user_id: str, at: datetime, expires_at: datetime
) -> None:
    """Keep a sign-in; those that have run out are swept away."""
    connection.execute(sessions.delete().where(sessions.c.expires_at <= at))
    connection.execute(
        sessions.insert(),
        {"hash": digest, "user_id": user_id, "created_at": at, "expires_at": expires_at},
    )


def session_of(connection: sa.Connection, digest: str, now: datetime) -> Session | None:
    """Give the sign-in with this hash, if it still holds."""
    chosen = sa.select(
        users, sessions.c.created_at.label("since"), sessions.c.expires_at.label("until")
    ).join_from(sessions, users)
    chosen = chosen.where(
        sessions.c.hash == digest, sessions.c.expires_at > now, users.c.disabled_at.is_(None)
    )
    row = connection.execute(chosen).mappings().one_or_none()
    return None if row is None else Session(_user(row), row["since"], row["until"])


def put_token(connection: sa.Connection, token: Token) -> None:
    """Keep a token."""
    values = {**asdict(token), "zone_ids": dump(list(token.zone_ids)), "role": token.role.value}
    connection.execute(tokens.insert(), values)


def token_of(connection: sa.Connection, digest: str, now: datetime) -> Token | None:
    """Give the token with this hash, if it still holds."""
    chosen = sa.select(tokens).outerjoin(users, users.c.id == tokens.c.user_id)
    chosen = chosen.where(
        tokens.c.hash == digest,
        tokens.c.revoked_at.is_(None),
        sa.or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > now),
        users.c.disabled_at.is_(None),
    )
    row = connection.execute(chosen).mappings().one_or_none()
    return None if row is None else _token(row)


def all_tokens(connection: sa.Connection) -> list[Token]:
    """Give every token, oldest first."""
    rows = connection.execute(
        sa.select(tokens).order_by(tokens.c.created_at, tokens.c.id)
    ).mappings()
    return [_token(row) for row in rows]


def revoke_token(connection: sa.Connection, token_id: str, at: datetime) -> None:
    """Make a token worthless.

    Raises
    ------
    NotFoundError
        When there is none with this id.
    """
    chosen = tokens.update().where(tokens.c.id == token_id)
    done = connection.execute(
        chosen.values(
            revoked_at=sa.func.coalesce(
                tokens.c.revoked_at, sa.literal(iso(at), tokens.c.revoked_at.type)
            )
        )
    )
    if not done.rowcount:
        raise NotFoundError(f"There is no token {token_id!r}.", "`geo-risk token list` shows them.")


def answer_of(
    connection: sa.Connection, actor_id: str, key: str, now: datetime | None
) -> Answer | None:
    """Give what was answered to an actor's key, within 30 days of `now` (None: whenever)."""
    chosen = sa.select(answers).where(answers.c.actor_id == actor_id, answers.c.key == key)
    row = connection.execute(chosen).mappings().one_or_none()
    if row is None or (now is not None and row["at"] <= now - ANSWERS_KEPT):
        return None
    return Answer(
        row["status"], row["body"], json.loads(row["headers"]), row["body_digest"], row["at"]
    )


def check_key(answer: Answer | None, key: str, body_digest: str) -> None:
    """Refuse a key that came with another body before."""
    if answer is not None and answer.body_digest != body_digest:
        raise IdempotencyError(
            f"Idempotency-Key {key!r} was used with another body.",
            "Send the first body again, or take a new key.",
        )


def remember_answer(
    connection: sa.Connection, actor_id: str, key: str, answer: Answer, at: datetime
) -> None:
    """Keep an answer; those older than 30 days are swept away."""
    old = sa.or_(
        answers.c.at <= at - ANSWERS_KEPT,
        sa.and_(answers.c.actor_id == actor_id, answers.c.key == key),
    )
    connection.execute(answers.delete().where(old))
    connection.execute(
        answers.insert(),
        {
            "actor_id": actor_id,
            "key": key,
            "body_digest": answer.body_digest,
            "status": answer.status,
            "body": answer.body,
            "headers": dump(dict(answer.headers)),
            "at": at,
        },
    )


def write_audit(
    connection: sa.Connection,
    database: Database,
    actor: Actor,
    what: str,
    subjects: Sequence[tuple[str, int]],
    at: datetime | None,
) -> None:
    """Add (subject, count) lines to the audit, by the database's clock where no time is given."""
    moment = at or moment_of(connection)
    rows = [
        {
            "id": database.ids.next(moment),
            "at": moment,
            "actor_id": actor.id,
            "role": actor.role.value,
            "door": actor.door,
            "what": what,
            "subject": subject,
            "count": count,
        }
        for subject, count in subjects
    ]
    if rows:
        connection.execute(audit.insert(), rows)


def last_audited(connection: sa.Connection, what: str) -> dict[str, datetime]:
    """Give the last time of each subject of one kind of line."""
    last = sa.func.max(audit.c.at, type_=audit.c.at.type)
    chosen = sa.select(audit.c.subject, last).where(audit.c.what == what).group_by(audit.c.subject)
    return {row[0]: row[1] for row in connection.execute(chosen)}


def audit_since(
    connection: sa.Connection, since: datetime | None, subject: str | None
) -> list[AuditEntry]:
    """Give the audit, oldest first."""
    chosen = sa.select(audit).order_by(audit.c.at, audit.c.id)
    if since is not None:
        chosen = chosen.where(audit.c.at >= since)
    if subject is not None:
        chosen = chosen.where(audit.c.subject == subject)
    return [AuditEntry(**row) for row in connection.execute(chosen).mappings()]


def _user(row: Mapping[Any, Any]) -> User:
    return User(
        id=row["id"],
        name=row["name"],
        role=Role(row["role"]),
        password_hash=row["password_hash"],
        station_id=row["station_id"],
        zone_ids=tuple(json.loads(row["zone_ids"])),
        enterprise_id=row["enterprise_id"],
        created_at=row["created_at"],
        disabled_at=row["disabled_at"],
    )


def _token(row: Mapping[Any, Any]) -> Token:
    zone_ids = tuple(json.loads(row["zone_ids"]))
    return Token(**{**row, "role": Role(row["role"]), "zone_ids": zone_ids})
