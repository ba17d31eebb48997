"""Person data: what belongs to persons, apart from records and events, each piece with its end.

A record and its events hold a random id per field; the text stands in `person_data` under that id,
with purpose and expiry, and is overwritten there, never kept in versions. An import says what its
source says: it replaces what the same source said before, leaves alone what a person has written
since, and never brings back what was forgotten. Removing for good is `forget`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from geo_risk.records import COLLECTIONS, Record
from geo_risk.store.bulk import insert_many
from geo_risk.store.column_types import iso
from geo_risk.store.ids import random_id
from geo_risk.store.queries import id_in
from geo_risk.store.rows import check_text, person_fields_of, text_digest
from geo_risk.store.schema import forgotten, per_kind, person_data

RETENTION_DAYS: dict[str, int] = {
    "reach the enterprise": 3 * 365,
    "name an enterprise": 10 * 365,
    "find the premises": 10 * 365,
    "name an officer": 10 * 365,
    "reach an officer": 3 * 365,
}
"""How long person data is kept after it was last written or confirmed, by purpose."""

OTHER_RETENTION_DAYS = 2 * 365
"""For purposes not named above: free text, notes, reporters, evidence, photos."""

_RENEWED = frozenset(RETENTION_DAYS)  # a later import confirms these; free text only grows older
_RENEW_AFTER = timedelta(days=30)

Kept = Mapping[Any, Any]


@dataclass
class PersonChanges:
    """What is to be written to `person_data`, gathered over many records."""

    new: list[dict[str, Any]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    confirmed: list[dict[str, Any]] = field(default_factory=list)

    def write(self, connection: sa.Connection) -> None:
        """Write all of it."""
        if self.gone:
            delete = person_data.delete().where(person_data.c.id == sa.bindparam("b_id"))
            connection.execute(delete, [{"b_id": one} for one in self.gone])
        if self.new:
            insert_many(connection, person_data, self.new)
        if self.confirmed:
            update = (
                person_data.update()
                .where(person_data.c.id == sa.bindparam("b_id"))
                .values(
                    source=sa.bindparam("b_source"),
                    origin_digest=sa.bindparam("b_origin_digest"),
                    expires_at=sa.bindparam("b_expires_at"),
                )
            )
            connection.execute(update, self.confirmed)


@dataclass(frozen=True)
class PersonWriter:
    """Compares what is said of a record's persons with what is kept.

    Parameters
    ----------
    kind
        Record class.
    at
        Time of the write.
    source
        Name of the source; '' for a person's own act.
    blocked
        (record id, field) that an import must not bring back.
    changes
        Where the outcome goes.
    """

    kind: type[Record]
    at: datetime
    source: str
    blocked: frozenset[tuple[str, str]]
    changes: PersonChanges

    def compare(
        self,
        record_id: str,
        said: Mapping[str, str],
        refs: Mapping[str, str],
        kept: Mapping[str, Kept],
        *,
        empty_removes: bool = False,
    ) -> dict[str, str | None]:
        """Give the fields whose random id changes; None where the data goes away.

        Parameters
        ----------
        record_id
            Whose.
        said
            Field to text; '' = nothing said, unless `empty_removes`.
        refs
            Field to random id as the record has it.
        kept
            Random id to row of `person_data`.
        empty_removes
            A person has emptied the field.
        """
        changed: dict[str, str | None] = {}
        for name, value in said.items():
            old = kept.get(refs.get(name, ""))
            if self.source:
                if (record_id, name) in self.blocked or self._says_nothing_new(name, value, old):
                    continue
                removes = not value and old is not None and old["source"] == self.source
            else:
                if old is not None and old["value"] == value:
                    continue
                removes = not value and empty_removes
            if not value and (not removes or name not in refs):
                continue
            if old is not None:
                self.changes.gone.append(old["id"])
            changed[name] = self._add(record_id, name, value, old) if value else None
        return changed

    def _says_nothing_new(self, name: str, value: str, old: Kept | None) -> bool:
        """Whether the source says what it said before; if so its word is confirmed, unwritten."""
        if old is None:
            return not value
        mine = old["source"] == self.source
        if not value:
            return not mine or old["origin_digest"] is None
        origin = text_digest(value)
        same = bool(old["value"] == value) or (mine and old["origin_digest"] == origin)
        if same:
            self._confirm(name, old, origin)
        return same

    def _confirm(self, name: str, old: Kept, origin: str) -> None:
        expires = old["expires_at"]
        if _purposes(self.kind)[name] in _RENEWED:
            later = self._expiry(name)
            expires = later if later > expires + _RENEW_AFTER else expires
        new = (self.source, origin, expires)
        if new != (old["source"], old["origin_digest"], old["expires_at"]):
            names = ("b_source", "b_origin_digest", "b_expires_at")
            self.changes.confirmed.append({"b_id": old["id"], **dict(zip(names, new, strict=True))})

    def _add(self, record_id: str, name: str, value: str, old: Kept | None) -> str:
        ref = random_id()
        by_source = bool(self.source)
        self.changes.new.append(
            {
                "id": ref,
                "collection": self.kind.collection,
                "record_id": record_id,
                "field": name,
                "value": check_text(value),
                "purpose": _purposes(self.kind)[name],
                "source": self.source if by_source else old["source"] if old else "",
                "origin_digest": text_digest(value)
                if by_source
                else old["origin_digest"]
                if old
                else None,
                "written_at": iso(self.at),
                "expires_at": iso(self._expiry(name)),
            }
        )
        return ref

    def _expiry(self, name: str) -> datetime:
        return self.at + timedelta(days=retention_days(_purposes(self.kind)[name]))


def retention_days(purpose: str) -> int:
    """Give how many days person data of a purpose is kept."""
    return RETENTION_DAYS.get(purpose, OTHER_RETENTION_DAYS)


def kept_persons(
    connection: sa.Connection, collection: str, ids: Sequence[str], *, sqlite: bool
) -> dict[str, Kept]:
    """Give the person data of records: random id to row."""
    if not person_fields_of(COLLECTIONS[collection]):
        return {}
    chosen = sa.select(person_data).where(
        person_data.c.collection == collection,
        person_data.c.file == "",
        id_in(person_data.c.record_id, ids, sqlite=sqlite),
    )
    return {row["id"]: row for row in connection.execute(chosen).mappings()}


def blocked_fields(connection: sa.Connection, collection: str) -> frozenset[tuple[str, str]]:
    """Give (record id, field) of what was forgotten and must not come back by an import."""
    chosen = sa.select(forgotten.c.record_id, forgotten.c.field, forgotten.c.reason).where(
        forgotten.c.collection == collection
    )
    purposes = _purposes(COLLECTIONS[collection])
    return frozenset(
        (record_id, name)
        for record_id, name, reason in connection.execute(chosen)
        if reason == "forgotten" or purposes.get(name) not in _RENEWED
    )


def texts_of(
    kind: type[Record], refs: Mapping[str, str], kept: Mapping[str, Kept]
) -> dict[str, str]:
    """Give the texts of a record's person fields; '' where there is none, or none any more."""
    return {
        name: kept[refs[name]]["value"] if refs.get(name) in kept else ""
        for name in person_fields_of(kind)
    }


@per_kind
def _purposes(kind: type[Record]) -> dict[str, str]:
    return {
        one.name: one.metadata["purpose"] for one in fields(kind) if one.metadata.get("personal")
    }
