"""The store's verbs for what is decided: kept documents, one-time links, numbers without gaps.

A document is kept once per kind, key and revision and never changes: the same text again is no
change, another text is refused. A link is known by the hash of its secret and used once. What the
texts mean is decided elsewhere; they hold ids, codes, times and numbers, never person data.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

import sqlalchemy as sa

from geo_risk.errors import ConflictError, NotFoundError
from geo_risk.records import Actor
from geo_risk.store.accounts import write_audit
from geo_risk.store.column_types import iso
from geo_risk.store.engine import Database
from geo_risk.store.rows import check_text
from geo_risk.store.schema import documents, links, series
from geo_risk.store.values import Document, Link


class ProductDesk:
    """What can be done with documents and links; part of `Store`."""

    _database: Database

    def keep_document(
        self, kind: str, key: str, revision: int, body: str, *, actor: Actor, at: datetime
    ) -> Document:
        """Keep a text for ever.

        Parameters
        ----------
        kind, key, revision
            Which, as `index`, `2026-10`, 0. Revisions of a key follow one another from 0.
        body
            Canonical JSON.
        actor, at
            Who, when.

        Returns
        -------
        Document
            As it is kept: with the first one's actor and time, where it was kept before.

        Raises
        ------
        ConflictError
            When another text is kept under it, or a revision before it is missing.
        """
        return self.keep_documents(kind, key, revision, {kind: body}, actor=actor, at=at)[kind]

    def keep_documents(
        self,
        about: str,
        key: str,
        revision: int,
        bodies: dict[str, str],
        *,
        actor: Actor,
        at: datetime,
    ) -> dict[str, Document]:
        """Keep several texts of one key and revision, all or none.

        Parameters
        ----------
        about
            What they are, for the audit.
        bodies
            Kind to text.

        Returns
        -------
        dict
            Kind to document, as of `keep_document`.
        """
        kept = {}
        with self._database.write() as connection:
            for kind, body in bodies.items():
                kept[kind] = _keep(connection, kind, key, revision, body, actor, at)
            subjects = [(f"{about}/{key}/{revision}", len(bodies))]
            write_audit(connection, self._database, actor, "freeze", subjects, at)
        return kept

    def document(self, kind: str, key: str, revision: int | None = None) -> Document | None:
        """Give a kept text; without a revision the newest; None where there is none."""
        chosen = sa.select(documents).where(documents.c.kind == kind, documents.c.key == key)
        if revision is not None:
            chosen = chosen.where(documents.c.revision == revision)
        chosen = chosen.order_by(documents.c.revision.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(chosen).mappings().one_or_none()
        return None if row is None else Document(**row)

    def document_keys(self, kind: str) -> list[str]:
        """Give the keys under which texts of a kind are kept, in order."""
        chosen = sa.select(documents.c.key).where(documents.c.kind == kind).distinct()
        with self._database.read() as connection:
            return sorted(connection.scalars(chosen).all())

    def newest_revisions(self, kind: str) -> dict[str, int]:
        """Give the newest revision under each key of a kind, by key; texts are not read."""
        newest = sa.func.max(documents.c.revision)
        chosen = sa.select(documents.c.key, newest).where(documents.c.kind == kind)
        with self._database.read() as connection:
            rows = connection.execute(chosen.group_by(documents.c.key)).all()
        return dict(sorted((key, int(revision)) for key, revision in rows))

    def documents(self, kind: str, key: str | None = None) -> list[Document]:
        """Give every kept text of a kind, by key and revision."""
        chosen = sa.select(documents).where(documents.c.kind == kind)
        if key is not None:
            chosen = chosen.where(documents.c.key == key)
        chosen = chosen.order_by(documents.c.key, documents.c.revision)
        with self._database.read() as connection:
            return [Document(**row) for row in connection.execute(chosen).mappings()]

    def put_link(self, link: Link) -> None:
        """Keep a link by the hash of its secret."""
        with self._database.write() as connection:
            connection.execute(
                links.insert(),
                {
                    "hash": link.hash,
                    "purpose": link.purpose,
                    "subject": link.subject,
                    "created_at": iso(link.created_at),
                    "expires_at": iso(link.expires_at),
                    "used_at": None,
                },
            )

    def link(self, digest: str, *, now: datetime) -> Link | None:
        """Give a link that still holds at `now`, used or not; None: unknown or expired."""
        chosen = sa.select(links).where(links.c.hash == digest)
        with self._database.read() as connection:
            row = connection.execute(chosen).mappings().one_or_none()
        found = None if row is None else Link(**row)
        return found if found is not None and found.expires_at > now else None

    def use_link(self, digest: str, *, at: datetime) -> None:
        """Mark a link as used.

        Raises
        ------
        NotFoundError, ConflictError
            When it is unknown or expired; when it was used before.
        """
        with self._database.write() as connection:
            chosen = sa.select(links).where(links.c.hash == digest)
            row = connection.execute(chosen).mappings().one_or_none()
            if row is None or row["expires_at"] <= at:
                raise NotFoundError("This address does not hold any more.", "Ask for a new one.")
            free = links.update().where(links.c.hash == digest, links.c.used_at.is_(None))
            if connection.execute(free.values(used_at=iso(at))).rowcount != 1:
                raise ConflictError("This address was used before.", "Ask for a new one.")


def next_number(connection: sa.Connection, name: str) -> int:
    """Give the next number of a series inside a transaction: a failure gives it back."""
    counted = series.update().where(series.c.name == name).values(last=series.c.last + 1)
    if connection.execute(counted).rowcount != 1:
        connection.execute(series.insert(), {"name": name, "last": 1})
    return int(connection.scalars(sa.select(series.c.last).where(series.c.name == name)).one())


def _keep(
    connection: sa.Connection,
    kind: str,
    key: str,
    revision: int,
    body: str,
    actor: Actor,
    at: datetime,
) -> Document:
    digest = hashlib.sha256(check_text(body).encode()).hexdigest()
    chosen = sa.select(documents).where(documents.c.kind == kind, documents.c.key == key)
    there = {row["revision"]: row for row in connection.execute(chosen).mappings()}
    if revision in there:
        if there[revision]["digest"] != digest:
            raise ConflictError(
                f"{kind} {key}, revision {revision}, is kept already and says something else.",
                "What is frozen does not change: make a new revision.",
            )
        return Document(**there[revision])
    if revision != len(there):
        raise ConflictError(
            f"{kind} {key} has {len(there)} revisions, not {revision}.", "Make the next one."
        )
    row = {
        "kind": kind,
        "key": key,
        "revision": revision,
        "digest": digest,
        "body": body,
        "actor_id": actor.id,
    }
    connection.execute(documents.insert(), {**row, "at": iso(at)})
    return Document(**row, at=at)  # type: ignore[arg-type]  # a dict of mixed values
