"""Publications: what a build shows, kept as files of numbers and one row that switches to them.

Takes a `Publication`, gives its number; and the other way round. Arrays go into
`surfaces/<id>/<version>.npz`, uncompressed so that they load fast, written and flushed to disk
before the one transaction that makes them the present. The last twelve publications keep their
files; a summary of older ones stays. What is in them is `fitting`'s business.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

import sqlalchemy as sa

from geo_risk.published import (
    PremisesSummary,
    Publication,
    RiskClass,
    Rung,
    ZoneSummary,
)
from geo_risk.records import Actor
from geo_risk.store.changes import Changes
from geo_risk.store.column_types import iso
from geo_risk.store.engine import Database
from geo_risk.store.schema import publications, published_surfaces
from geo_risk.store.surface_files import dump_exactly, read_surface, sweep, write_surface

KEPT = 12
"""So many publications keep their arrays."""

T = TypeVar("T")


def publish(
    database: Database, folder: Path, publication: Publication, *, actor: Actor, at: datetime
) -> int:
    """Write the arrays, then switch to them in one transaction.

    Parameters
    ----------
    folder
        The park's `surfaces/`.

    Returns
    -------
    int
        The publication's number; the next one is higher.
    """
    heads = [
        write_surface(folder, position, one)
        for position, one in enumerate(publication.surfaces.values())
    ]
    with database.write() as connection:
        inserted = connection.execute(
            publications.insert().returning(publications.c.seq),
            {
                "at": iso(at),
                "as_of": publication.as_of.isoformat(),
                "actor_id": actor.id,
                "main": publication.main,
                "rung": dump_exactly(dataclasses.asdict(publication.rung)),
                "zones": _dump_all(publication.zones),
                "premises": _dump_all(publication.premises),
                "sources": dump_exactly([dict(one) for one in publication.sources]),
                "facts": dump_exactly(dict(publication.facts)),
            },
        )
        seq = int(inserted.scalar_one())
        connection.execute(published_surfaces.insert(), [{"seq": seq, **one} for one in heads])
        Changes(connection, database, actor, at).event("published", "publications", str(seq), 1)
        before = files_in_use(connection)
        _prune(connection, seq)
        kept = files_in_use(connection)
    sweep(folder, kept, before - kept)
    return seq


def sequence(connection: sa.Connection) -> int:
    """Give the number of the present publication, 0 when there is none."""
    return int(connection.scalar(sa.select(sa.func.max(publications.c.seq))) or 0)


def times(connection: sa.Connection) -> list[tuple[int, datetime]]:
    """Give number and as-of of the publications whose arrays are kept, oldest first."""
    kept = sa.select(published_surfaces.c.seq).distinct()
    chosen = sa.select(publications.c.seq, publications.c.as_of)
    chosen = chosen.where(publications.c.seq.in_(kept)).order_by(publications.c.seq)
    rows = connection.execute(chosen)
    return [(int(seq), datetime.fromisoformat(as_of)) for seq, as_of in rows]


def load(
    connection: sa.Connection, folder: Path, seq: int, *, whole: bool = True
) -> Publication | None:
    """Read a publication.

    Parameters
    ----------
    folder
        The park's `surfaces/`.
    whole
        False: only surfaces, breaks and classes, which is what hysteresis looks at.

    Returns
    -------
    Publication or None
        None when its files are no longer kept.

    Raises
    ------
    StoreError
        When a file is missing that should be there, or does not hold what it held.
    """
    row = (
        connection.execute(sa.select(publications).where(publications.c.seq == seq))
        .mappings()
        .one()
    )
    chosen = sa.select(published_surfaces).where(published_surfaces.c.seq == seq)
    heads = connection.execute(chosen.order_by(published_surfaces.c.position)).mappings().all()
    if not heads:
        return None
    surfaces = [read_surface(folder / one["file"], one, whole=whole) for one in heads]
    return Publication(
        as_of=datetime.fromisoformat(row["as_of"]),
        rung=Rung(**json.loads(row["rung"])),
        surfaces={one.id: one for one in surfaces},
        main=row["main"],
        zones=_load_all(ZoneSummary, row["zones"]) if whole else (),
        premises=_load_all(PremisesSummary, row["premises"]) if whole else (),
        sources=tuple(json.loads(row["sources"])),
        facts=json.loads(row["facts"]),
    )


def files_in_use(connection: sa.Connection) -> set[str]:
    """Give the files that some publication still names, relative to `surfaces/`."""
    return set(connection.scalars(sa.select(published_surfaces.c.file).distinct()))


def _prune(connection: sa.Connection, newest: int) -> None:
    """Forget which files old publications had."""
    kept = sa.select(publications.c.seq).order_by(publications.c.seq.desc()).limit(KEPT)
    oldest = min(connection.scalars(kept), default=newest)
    connection.execute(published_surfaces.delete().where(published_surfaces.c.seq < oldest))
    old = publications.update().where(publications.c.seq < oldest)
    connection.execute(old.values(zones="[]", premises="[]"))


def _dump_all(items: tuple[Any, ...]) -> str:
    return dump_exactly([[_told(one) for one in _values(item)] for item in items])


def _values(item: Any) -> Iterator[Any]:
    return (getattr(item, one.name) for one in dataclasses.fields(item))


def _told(value: Any) -> Any:
    if isinstance(value, float) and math.isnan(value):
        return None
    return value.isoformat() if isinstance(value, datetime) else value


def _load_all(kind: type[T], text: str) -> tuple[T, ...]:
    readers = _readers(cast("Any", kind))
    return tuple(
        # A row of an earlier version has fewer fields; the rest have their defaults.
        kind(*(read(value) for read, value in zip(readers, row, strict=False)))
        for row in json.loads(text)
    )


@lru_cache
def _readers(kind: Any) -> tuple[Any, ...]:
    hints = get_type_hints(kind)
    return tuple(_reader(hints[one.name]) for one in dataclasses.fields(kind))


def _reader(hint: Any) -> Any:
    if hint is RiskClass:
        return RiskClass
    if hint is float:
        return _number
    if get_origin(hint) is tuple:
        return tuple
    if datetime in get_args(hint):
        return _moment
    return _same


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def _moment(value: Any) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _same(value: Any) -> Any:
    return value
