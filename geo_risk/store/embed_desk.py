"""The store's verbs for embeds: what portals show in frames, and the secret that signs addresses.

An embed never changes after it is made, but for being revoked. Which of its addresses hold is
decided at the door; here are the rows, and one secret per name that is made once.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from geo_risk.errors import NotFoundError
from geo_risk.records import Actor
from geo_risk.store.accounts import write_audit
from geo_risk.store.column_types import iso
from geo_risk.store.engine import Database
from geo_risk.store.rows import check_text, dump
from geo_risk.store.schema import embeds, secrets

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Embed:
    """What a portal shows in a frame; nothing of it changes but that it is revoked.

    Parameters
    ----------
    id
        Random, part of its address.
    what
        `reports` or `risk`.
    month
        YYYY-MM, or `latest`.
    lang, theme, title, height
        How it looks; the height in CSS pixels is what the code to copy says.
    ancestors
        Origins whose pages may frame it.
    created_by, created_at
        Who made it (an actor's id), when.
    expires_at, revoked_at
        From when on its addresses do not hold.
    """

    id: str
    what: str
    month: str
    lang: str
    theme: str
    title: str
    height: int
    ancestors: tuple[str, ...]
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Say whether its addresses hold at a moment."""
        return self.revoked_at is None and now < self.expires_at


class EmbedDesk:
    """What can be done with embeds; part of `Store`."""

    _database: Database

    def put_embed(self, embed: Embed, *, actor: Actor) -> None:
        """Keep a new embed."""
        values = {**asdict(embed), "ancestors": dump(list(embed.ancestors))}
        values["title"] = check_text(embed.title)
        with self._database.write() as connection:
            connection.execute(embeds.insert(), values)
            subjects = [(f"embeds/{embed.id}", 1)]
            at = embed.created_at
            write_audit(connection, self._database, actor, "put_embed", subjects, at)

    def embed(self, embed_id: str) -> Embed | None:
        """Give an embed by its id, expired and revoked ones too; None where there is none."""
        chosen = sa.select(embeds).where(embeds.c.id == embed_id)
        with self._database.read() as connection:
            row = connection.execute(chosen).mappings().one_or_none()
        return None if row is None else _embed(row)

    def embeds(self) -> list[Embed]:
        """Give every embed, the newest first."""
        chosen = sa.select(embeds).order_by(embeds.c.created_at.desc(), embeds.c.id)
        with self._database.read() as connection:
            return [_embed(row) for row in connection.execute(chosen).mappings()]

    def revoke_embed(self, embed_id: str, *, actor: Actor, at: datetime) -> None:
        """Make every address of an embed worthless; a second time changes nothing.

        Raises
        ------
        NotFoundError
            When there is none with this id.
        """
        moment = sa.literal(iso(at), embeds.c.revoked_at.type)
        chosen = embeds.update().where(embeds.c.id == embed_id)
        with self._database.write() as connection:
            revoked = chosen.values(revoked_at=sa.func.coalesce(embeds.c.revoked_at, moment))
            if not connection.execute(revoked).rowcount:
                raise NotFoundError(f"There is no embed {embed_id!r}.", "/v1/embeds lists them.")
            subjects = [(f"embeds/{embed_id}", 1)]
            write_audit(connection, self._database, actor, "revoke_embed", subjects, at)

    def secret(self, name: str, fresh: str) -> str:
        """Give the deployment's secret of a name; where there is none yet, `fresh` becomes it.

        Parameters
        ----------
        name
            What it is for.
        fresh
            At least 128 random bits, made by the caller.
        """
        chosen = sa.select(secrets.c.value).where(secrets.c.name == name)
        with self._database.read() as connection:
            kept = connection.scalars(chosen).one_or_none()
        if kept is not None:
            return str(kept)
        with self._database.write() as connection:  # one writer at a time: the first one's holds
            kept = connection.scalars(chosen).one_or_none()
            if kept is None:
                connection.execute(secrets.insert(), {"name": name, "value": fresh})
            return str(kept or fresh)


def _embed(row: Mapping[Any, Any]) -> Embed:
    return Embed(**{**row, "ancestors": tuple(json.loads(row["ancestors"]))})
