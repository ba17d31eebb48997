"""The store's verbs for accounts and the audit: users, sessions, tokens, who looked at what.

Each verb is one transaction. Only hashes come in; see `accounts` for what holds.
"""

from __future__ import annotations

from datetime import datetime

from geo_risk.records import Actor
from geo_risk.store import accounts
from geo_risk.store.engine import Database
from geo_risk.store.schema import sessions, users
from geo_risk.store.values import AuditEntry, Session, Token, User


class AccountDesk:
    """What can be done with accounts; part of `Store`."""

    _database: Database

    def put_user(self, user: User, *, actor: Actor, at: datetime) -> User:
        """Create or replace an account; disabling it or another password ends its sessions.

        Raises
        ------
        ConflictError
            When another account has the name; when no keeper would be left who can sign in.
        """
        with self._database.write() as connection:
            known = accounts.user_where(connection, users.c.id == user.id)
            kept = accounts.put_user(connection, user, at)
            subjects, act = [(f"users/{user.id}", 1)], accounts.act_of(known, kept)
            accounts.write_audit(connection, self._database, actor, act, subjects, at)
            return kept

    def user(self, user_id: str) -> User | None:
        """Give an account by its id."""
        with self._database.read() as connection:
            return accounts.user_where(connection, users.c.id == user_id)

    def user_by_name(self, name: str) -> User | None:
        """Give an account by what is typed at sign-in; disabled ones too: look at `disabled_at`."""
        with self._database.read() as connection:
            return accounts.user_where(connection, users.c.name == name)

    def users(self) -> list[User]:
        """Give every account, by name."""
        with self._database.read() as connection:
            return accounts.all_users(connection)

    def put_session(self, digest: str, *, user_id: str, at: datetime, expires_at: datetime) -> None:
        """Keep a sign-in by the hash of its secret; audited."""
        with self._database.write() as connection:
            accounts.put_session(connection, digest, user_id, at, expires_at)
            user = accounts.user_where(connection, users.c.id == user_id)
            if user is not None:
                actor = Actor(user.id, user.role, "console")
                subjects = [(f"users/{user_id}", 1)]
                accounts.write_audit(connection, self._database, actor, "sign_in", subjects, at)

    def session(self, digest: str, *, now: datetime) -> Session | None:
        """Give a sign-in that still holds at `now`."""
        with self._database.read() as connection:
            return accounts.session_of(connection, digest, now)

    def drop_session(self, digest: str) -> None:
        """End a sign-in; ending it twice is no error."""
        with self._database.write() as connection:
            connection.execute(sessions.delete().where(sessions.c.hash == digest))

    def put_token(self, token: Token, *, actor: Actor, at: datetime) -> None:
        """Keep a token by its hash."""
        with self._database.write() as connection:
            accounts.put_token(connection, token)
            subjects = [(f"tokens/{token.id}", 1)]
            accounts.write_audit(connection, self._database, actor, "put_token", subjects, at)

    def token(self, digest: str, *, now: datetime) -> Token | None:
        """Give a token that still holds at `now`."""
        with self._database.read() as connection:
            return accounts.token_of(connection, digest, now)

    def tokens(self) -> list[Token]:
        """Give every token, oldest first, revoked and expired ones too."""
        with self._database.read() as connection:
            return accounts.all_tokens(connection)

    def revoke_token(self, token_id: str, *, actor: Actor, at: datetime) -> None:
        """Make a token worthless.

        Raises
        ------
        NotFoundError
            When there is none with this id.
        """
        with self._database.write() as connection:
            accounts.revoke_token(connection, token_id, at)
            subjects = [(f"tokens/{token_id}", 1)]
            accounts.write_audit(connection, self._database, actor, "revoke_token", subjects, at)

    def audit(self, actor: Actor, what: str, subject: str, at: datetime, *, count: int = 1) -> None:
        """Add a line to the audit.

        Parameters
        ----------
        what
            One word: `export`, `read`, `render`, ...
        subject
            Ids only, as `reports/hotline:17`, or the name of a list.
        count
            Of how many records.
        """
        with self._database.write() as connection:
            accounts.write_audit(connection, self._database, actor, what, [(subject, count)], at)

    def last_audited(self, what: str) -> dict[str, datetime]:
        """Give when something was last done, subject to time, as `token_used` of every token."""
        with self._database.read() as connection:
            return accounts.last_audited(connection, what)

    def audits(
        self, *, since: datetime | None = None, subject: str | None = None
    ) -> list[AuditEntry]:
        """Give the audit, oldest first."""
        with self._database.read() as connection:
            return accounts.audit_since(connection, since, subject)
