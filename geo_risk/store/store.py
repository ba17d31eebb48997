"""The store: everything that is kept of one park, behind plain verbs.

`open_store` takes a URL, brings the tables to the newest schema and gives a `Store`; several
processes may hold one at once and write at once. Records, events, person data and accounts are in
the database; arrays, photos, rejects and exports in the state folder beside it. What the verbs
promise is in the six desks; SQL is nowhere else in the project.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import sqlalchemy as sa

from geo_risk.published import Publication
from geo_risk.records import Actor
from geo_risk.store import publications
from geo_risk.store.account_desk import AccountDesk
from geo_risk.store.embed_desk import EmbedDesk
from geo_risk.store.engine import Database, open_database
from geo_risk.store.hearing import Hearing
from geo_risk.store.keeper_desk import KeeperDesk, forget_again
from geo_risk.store.ledger_desk import LedgerDesk
from geo_risk.store.locks import park_lock
from geo_risk.store.migrate import migrate
from geo_risk.store.points import ReportPoints, report_points
from geo_risk.store.product_desk import ProductDesk
from geo_risk.store.record_desk import RecordDesk
from geo_risk.store.schema import publications as publications_table

HEARD_S = 5.0
"""So often the store is asked though nothing was heard: a net under what should not happen."""


class Store(RecordDesk, LedgerDesk, AccountDesk, KeeperDesk, ProductDesk, EmbedDesk):
    """One park's store. Use it in a `with` block, or close it.

    Parameters
    ----------
    database
        Open, and at the newest schema.
    park_id
        Whose it is.
    state_dir
        The park's state folder.
    """

    def __init__(self, database: Database, park_id: str, state_dir: Path) -> None:
        self._database = database
        self.park_id = park_id
        self.state_dir = state_dir
        self._published: tuple[int, datetime, Publication] | None = None
        self._hearing: Hearing | None = None

    def __enter__(self) -> Self:
        """Give the store itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close every connection."""
        if self._hearing is not None:
            self._hearing.stop()
            self._hearing = None
        self._database.close()

    def hear(self, on_publication: Callable[[], None], on_state: Callable[[str], None]) -> None:
        """Hear of what other processes commit, until closed; on SQLite nothing is to be heard.

        Parameters
        ----------
        on_publication
            Called from another thread when there may be another publication.
        on_state
            Called when hearing begins, with '', and when it breaks off, with the reason.
        """
        if self._database.is_sqlite or self._hearing is not None:
            return

        def on_news(collection: str) -> None:
            self._database.commits.add()
            if collection in {"", "publications"}:
                on_publication()

        self._hearing = Hearing(self._database, on_news, on_state)
        self._hearing.start()

    @property
    def news(self) -> int:
        """A number that moves with each write committed here, and with each that was heard of."""
        return self._database.commits.number

    def patience_s(self, otherwise: float) -> float:
        """Give how long who waits for news looks at `news` alone before asking the store again.

        Parameters
        ----------
        otherwise
            Seconds, where nothing is heard of what other processes commit.
        """
        is_hearing = self._hearing is not None and self._hearing.is_hearing
        return max(HEARD_S, otherwise) if is_hearing else otherwise

    def publish(self, publication: Publication, *, actor: Actor, at: datetime) -> int:
        """Make a publication the present one: its arrays are on disk before anybody sees it.

        Returns
        -------
        int
            Its sequence number.
        """
        folder = self.surfaces_dir
        return publications.publish(self._database, folder, publication, actor=actor, at=at)

    def publication_seq(self) -> int:
        """Give the present publication's number; 0: nothing was published. Cheap enough to poll.

        After a restore the number may fall: compare with `!=`.
        """
        with self._database.read() as connection:
            return publications.sequence(connection)

    def publication(self) -> Publication | None:
        """Give the present publication; kept in memory until there is another.

        Raises
        ------
        StoreError
            When one of its files is missing or damaged.
        """
        with self._database.read(one_state=True) as connection:
            seq = publications.sequence(connection)
            if not seq:
                return None
            table = publications_table
            at = connection.scalars(sa.select(table.c.at).where(table.c.seq == seq)).one()
            if self._published is None or self._published[:2] != (seq, at):
                loaded = publications.load(connection, self.surfaces_dir, seq)
                if loaded is None:
                    return None
                self._published = (seq, at, loaded)
            return self._published[2]

    def publication_times(self) -> list[tuple[int, datetime]]:
        """Give number and as-of of the publications that are still whole, oldest first."""
        with self._database.read() as connection:
            return publications.times(connection)

    def publication_of(self, seq: int) -> Publication | None:
        """Give a publication by its number, whole; None when it is no longer kept."""
        with self._database.read(one_state=True) as connection:
            known = {one for one, _ in publications.times(connection)}
            return publications.load(connection, self.surfaces_dir, seq) if seq in known else None

    def report_points(self) -> ReportPoints:
        """Give the places and times of all reports that count, without person data."""
        with self._database.read() as connection:
            return report_points(connection)

    def past_publications(self, limit: int = 2) -> list[Publication]:
        """Give the last publications, newest first, the present one included.

        They hold surfaces, breaks and classes, which is what hysteresis looks at; no summaries, no
        factors, no class probabilities.
        """
        with self._database.read(one_state=True) as connection:
            table = publications_table
            chosen = sa.select(table.c.seq).order_by(table.c.seq.desc()).limit(limit)
            found = [
                publications.load(connection, self.surfaces_dir, seq, whole=False)
                for seq in connection.scalars(chosen).all()
            ]
        return [one for one in found if one is not None]

    def park_lock(self) -> AbstractContextManager[None]:
        """Hold the park's lock: one build or restore at a time; it survives no killed process.

        Raises
        ------
        BusyError
            When somebody else holds it.
        """
        return park_lock(self._database, self.state_dir)

    @property
    def surfaces_dir(self) -> Path:
        """Folder of the surfaces' arrays."""
        return self.state_dir / "surfaces"

    @property
    def photos_dir(self) -> Path:
        """Folder of photos, named by the random ids of their person data."""
        return self.state_dir / "photos"

    @property
    def exports_dir(self) -> Path:
        """Folder of exported lists: `forget` looks through it."""
        return self.state_dir / "exports"

    @property
    def rejects_dir(self) -> Path:
        """Folder of rejected rows: `forget` looks through it."""
        return self.state_dir / "rejects"


def open_store(url: str, *, park_id: str, state_dir: Path) -> Store:
    """Open a park's store and bring its tables to the newest schema.

    Parameters
    ----------
    url
        `sqlite:///<state_dir>/store.sqlite`, or `postgresql+psycopg://user:secret@host/database`.
    park_id
        Names the schema in PostgreSQL.
    state_dir
        Folder of surfaces, photos, rejects and exports; made if need be.

    Returns
    -------
    Store
        Close it, or use it in a `with` block.

    Raises
    ------
    StoreError
        When the database cannot be reached, or was written by a newer geo-risk.
    """
    state_dir = Path(state_dir)
    state_dir.mkdir(parents=True, exist_ok=True)
    database = open_database(url, park_id)
    with _closing_on_error(database):
        migrate(database)
        forget_again(database, state_dir)
    return Store(database, park_id, state_dir)


@contextmanager
def _closing_on_error(database: Database) -> Iterator[None]:
    try:
        yield
    except BaseException:
        database.close()
        raise
