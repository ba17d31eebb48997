"""The store's verbs for its keeper: forget, expire, backup, the audit; and photos: person data too.

What is person data, and how it is found and removed, is `persons`' and `forgetting`'s; files are
`scrub`'s. Restoring stands beside the store, in `backup`: there may be no store to open yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from geo_risk.errors import NotFoundError
from geo_risk.records import Actor
from geo_risk.store import backup, forgetting
from geo_risk.store.accounts import ANSWERS_KEPT, write_audit
from geo_risk.store.audit_log import AuditLine, AuditQuery, audit_lines
from geo_risk.store.changes import Changes
from geo_risk.store.column_types import iso
from geo_risk.store.engine import Database
from geo_risk.store.ids import random_id
from geo_risk.store.persons import OTHER_RETENTION_DAYS
from geo_risk.store.schema import answers, forgotten, person_data, sessions
from geo_risk.store.scrub import remove_photos, scrub_folder
from geo_risk.store.surface_files import write_durably
from geo_risk.store.values import Forgotten


class KeeperDesk:
    """What the keeper does; part of `Store`."""

    _database: Database
    park_id: str
    state_dir: Path

    def forget(self, subject: str, *, actor: Actor, at: datetime) -> Forgotten:
        """Remove a person's data for good: from database, log, photos, exports and rejects.

        No record, event, count or digest changes; an import does not bring the data back, and a
        backup made before is cleaned when it is restored. Doing it twice does no harm.

        Parameters
        ----------
        subject
            Id of a record (an enterprise with all that was written about it, an officer, a report,
            ...; as `collection/id` where one of several is meant), of a piece of person data, or
            id or name of a user.

        Returns
        -------
        Forgotten

        Raises
        ------
        NotFoundError
            When nothing is known under that id.
        StoreError
            When the data is removed and a reader kept the log from being cut; run it again.
        """
        with self._database.read() as connection:
            found = forgetting.find_subject(connection, subject, at)
        return self._remove(found, "forget", actor, at)

    def expire(self, now: datetime, *, actor: Actor) -> Forgotten:
        """Do for all person data whose time is over what `forget` does; drop old answers too."""
        with self._database.read() as connection:
            found = forgetting.find_expired(connection, now)
        with self._database.write() as connection:
            connection.execute(answers.delete().where(answers.c.at <= now - ANSWERS_KEPT))
            connection.execute(sessions.delete().where(sessions.c.expires_at <= now))
        return self._remove(found, "expire", actor, now) if found.entries else Forgotten(0, 0)

    def forgotten_count(self) -> int:
        """Count what was ever forgotten: who keeps person data in memory drops it when it grows."""
        with self._database.read() as connection:
            return int(connection.scalar(sa.select(sa.func.count()).select_from(forgotten)) or 0)

    def backup(self, to: Path, *, at: datetime) -> Path:
        """Write everything into one file, while others go on writing; see `backup.restore`.

        Parameters
        ----------
        to
            The file, or a folder in which it is named after park and time.

        Returns
        -------
        Path
        """
        return backup.back_up(self._database, self.park_id, self.state_dir, Path(to), at)

    def audit_lines(self, asked: AuditQuery) -> list[AuditLine]:
        """Give who looked at, exported or changed what, the newest first; never what was in it."""
        with self._database.read() as connection:
            return audit_lines(connection, asked)

    def put_photo(
        self,
        collection: str,
        record_id: str,
        content: bytes,
        *,
        suffix: str,
        actor: Actor,
        at: datetime,
    ) -> str:
        """Keep a photo of a record, as person data with an expiry.

        Parameters
        ----------
        content
            The bytes, without EXIF: taking that out is the door's work.
        suffix
            `.jpg`, `.png` or `.webp`.

        Returns
        -------
        str
            Its random id.

        Raises
        ------
        NotFoundError
            When there is no such record.
        """
        ref = random_id()
        name = f"{ref}{suffix}"
        path = self.state_dir / "photos" / name
        write_durably(path, content)
        try:
            with self._database.write() as connection:
                changes = Changes(connection, self._database, actor, at)
                revision = changes.revision_of(collection, record_id)
                connection.execute(
                    person_data.insert(),
                    {
                        "id": ref,
                        "collection": collection,
                        "record_id": record_id,
                        "field": "photo",
                        "value": "",
                        "file": name,
                        "purpose": "show what was found",
                        "source": "",
                        "written_at": iso(at),
                        "expires_at": iso(at + timedelta(days=OTHER_RETENTION_DAYS)),
                    },
                )
                changes.event("photo_added", collection, record_id, revision, photo=ref)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return ref

    def photos_of(self, collection: str, record_id: str) -> list[str]:
        """Give the random ids of a record's photos, oldest first."""
        chosen = (
            sa.select(person_data.c.id)
            .where(
                person_data.c.collection == collection,
                person_data.c.record_id == record_id,
                person_data.c.file != "",
            )
            .order_by(person_data.c.written_at, person_data.c.id)
        )
        with self._database.read() as connection:
            return list(connection.scalars(chosen))

    def photo(self, ref: str, *, actor: Actor) -> Path:
        """Give the file of a photo; audited.

        Raises
        ------
        NotFoundError
            When there is none, or it was forgotten.
        """
        with self._database.write() as connection:
            chosen = sa.select(person_data.c.file).where(person_data.c.id == ref)
            name: str | None = connection.scalar(chosen)
            if name:
                write_audit(connection, self._database, actor, "read", [(f"photos/{ref}", 1)], None)
        if not name:
            raise NotFoundError(f"There is no photo {ref!r}.", "It may have been forgotten.")
        return self.state_dir / "photos" / name

    def _remove(self, found: forgetting.Found, what: str, actor: Actor, at: datetime) -> Forgotten:
        # List and files first: killed in between, the next opening finds the texts and goes on.
        forgetting.append_list(self.state_dir, found.entries)
        with self._database.read() as connection:
            texts = forgetting.texts_to_scrub(connection, found)
        files = scrub_state(self.state_dir, found, texts)
        with self._database.write() as connection:
            values = forgetting.remove(connection, found.entries)
            forgetting.blank_answers(connection, found)
            subjects = _subjects(found)
            write_audit(connection, self._database, actor, what, subjects, at)
        forgetting.compact(self._database)
        with backup.kept_aside(self._database, self.state_dir) as others:
            for other in others:
                with other.write() as connection:
                    forgetting.remove(connection, found.entries)
                    forgetting.blank_answers(connection, found)
                forgetting.compact(other)
        return Forgotten(len(subjects), values, tuple(files))


def forget_again(database: Database, state_dir: Path) -> None:
    """Finish a forgetting that was killed, and clean a database that was copied back by hand."""
    entries = forgetting.read_list(state_dir)
    if not entries:
        return
    with database.read() as connection:
        known = set(connection.scalars(sa.select(forgotten.c.id)))
        missing = [one for one in entries if one["id"] not in known]
        if not missing:
            return
        found = forgetting.recall(connection, missing)
        texts = forgetting.texts_to_scrub(connection, found)
    scrub_state(state_dir, found, texts)
    with database.write() as connection:
        forgetting.remove(connection, missing)
        forgetting.blank_answers(connection, found)
    forgetting.compact(database)


def scrub_state(state_dir: Path, found: forgetting.Found, texts: Sequence[str]) -> list[str]:
    """Look through the state folder, and through what earlier restores kept aside in it."""
    touched = []
    for folder in (state_dir, *sorted(state_dir.glob(f"{backup.ASIDE}*"))):
        changed = [
            *remove_photos(folder, sorted(found.photos)),
            *scrub_folder(folder, texts, found.marks),
        ]
        touched += [(folder / one).relative_to(state_dir).as_posix() for one in changed]
    return touched


def _subjects(found: forgetting.Found) -> Sequence[tuple[str, int]]:
    counted: dict[str, int] = {}
    for one in found.entries:
        key = f"{one['collection']}/{one['record_id']}"
        counted[key] = counted.get(key, 0) + 1
    return sorted(counted.items())
