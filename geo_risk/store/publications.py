"""Publications: what a build shows, kept as files of numbers and one row that switches to them.

Takes a `Publication`, gives its number; and the other way round. Arrays go into
`surfaces/<id>/<version>.npz`, uncompressed so that they load fast, written and flushed to disk
before the one transaction that makes them the present. The last twelve publications keep their
files; a summary of older ones stays. What is in them is `fitting`'s business.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import math
import os
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

import numpy as np
import sqlalchemy as sa

from geo_risk.errors import StoreError
from geo_risk.grid import Grid, Period, Provenance, Surface, Unit
from geo_risk.published import (
    Factors,
    GradedSurface,
    PremisesSummary,
    Publication,
    RiskClass,
    Rung,
    ZoneSummary,
)
from geo_risk.records import Actor
from geo_risk.store.changes import Changes
from geo_risk.store.engine import Database
from geo_risk.store.schema import iso, publications, published_surfaces

_FRESH_S = 86400
KEPT = 12
"""So many publications keep their arrays."""

_MAY_BE_NONE = ("class_probability", "interval")

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
        _write_surface(folder, position, one)
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
                "rung": _dump(dataclasses.asdict(publication.rung)),
                "zones": _dump_all(publication.zones),
                "premises": _dump_all(publication.premises),
                "sources": _dump([dict(one) for one in publication.sources]),
                "facts": _dump(dict(publication.facts)),
            },
        )
        seq = int(inserted.scalar_one())
        connection.execute(published_surfaces.insert(), [{"seq": seq, **one} for one in heads])
        Changes(connection, database, actor, at).event("published", "publications", str(seq), 1)
        before = files_in_use(connection)
        _prune(connection, seq)
        kept = files_in_use(connection)
    _sweep(folder, kept, before - kept)
    return seq


def sequence(connection: sa.Connection) -> int:
    """Give the number of the present publication, 0 when there is none."""
    return int(connection.scalar(sa.select(sa.func.max(publications.c.seq))) or 0)


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
    surfaces = [_read_surface(folder / one["file"], one, whole=whole) for one in heads]
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


def write_durably(path: Path, content: bytes) -> None:
    """Write a file so that after a power cut it is there whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with part.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write_surface(folder: Path, position: int, graded: GradedSurface) -> dict[str, Any]:
    surface = graded.surface
    arrays: dict[str, Any] = {"values": surface.values, "classes": graded.classes}
    for name in _MAY_BE_NONE:
        if getattr(graded, name) is not None:
            arrays[name] = getattr(graded, name)
    if graded.factors is not None:
        arrays["parts"] = graded.factors.parts
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    content = buffer.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    file = _free_name(folder, surface.id, surface.version, digest)
    if not (folder / file).exists():
        write_durably(folder / file, content)
    factors = graded.factors
    head = {
        "grid": dataclasses.asdict(surface.grid),
        "unit": surface.unit.name,
        "period": [surface.period.start.isoformat(), surface.period.end.isoformat()],
        "provenance": {
            **dataclasses.asdict(surface.provenance),
            "as_of": surface.provenance.as_of.isoformat(),
        },
        "score": dict(surface.score),
        "notes": list(surface.notes),
        "breaks": list(graded.breaks),
        "breaks_version": graded.breaks_version,
        "factors": None
        if factors is None
        else {"names": list(factors.names), "reference": factors.reference},
        "sha256": digest,
    }
    return {
        "position": position,
        "surface_id": surface.id,
        "version": surface.version,
        "file": file,
        "head": _dump(head),
    }


def _free_name(folder: Path, surface_id: str, version: str, digest: str) -> str:
    """Name the file by its version; same values with other classes stand beside it."""
    plain = f"{surface_id}/{version}.npz"
    path = folder / plain
    if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() == digest:
        return plain
    return f"{surface_id}/{version}.{digest[:8]}.npz"


def _read_surface(path: Path, row: Mapping[Any, Any], *, whole: bool) -> GradedSurface:
    head = json.loads(row["head"])
    try:
        with path.open("rb") as stream, np.load(stream) as arrays:
            values, classes = arrays["values"], arrays["classes"]
            others = {name: arrays.get(name) if whole else None for name in _MAY_BE_NONE}
            parts = arrays.get("parts") if whole else None
    except FileNotFoundError:
        raise StoreError(
            f"{path} is missing.", "Build the park again, or restore a backup."
        ) from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise StoreError(
            f"{path} is damaged: {error}.", "Build the park again, or restore a backup."
        ) from None
    provenance = head["provenance"]
    surface = Surface(
        id=row["surface_id"],
        values=values,
        grid=Grid(
            head["grid"]["crs"],
            head["grid"]["cell_m"],
            tuple(head["grid"]["shape"]),
            tuple(head["grid"]["origin"]),
        ),
        unit=Unit[head["unit"]],
        period=Period(*map(datetime.fromisoformat, head["period"])),
        provenance=Provenance(
            **{**provenance, "as_of": datetime.fromisoformat(provenance["as_of"])}
        ),
        score=head["score"],
        notes=tuple(head["notes"]),
    )
    if surface.version != row["version"]:
        raise StoreError(
            f"{path} does not hold what was published.",
            "Build the park again, or restore a backup.",
        )
    factors = head["factors"]
    return GradedSurface(
        surface=surface,
        breaks=tuple(head["breaks"]),
        classes=classes,
        breaks_version=head["breaks_version"],
        factors=None
        if factors is None or parts is None
        else Factors(tuple(factors["names"]), parts, factors["reference"]),
        **others,
    )


def _prune(connection: sa.Connection, newest: int) -> None:
    """Forget which files old publications had."""
    kept = sa.select(publications.c.seq).order_by(publications.c.seq.desc()).limit(KEPT)
    oldest = min(connection.scalars(kept), default=newest)
    connection.execute(published_surfaces.delete().where(published_surfaces.c.seq < oldest))
    old = publications.update().where(publications.c.seq < oldest)
    connection.execute(old.values(zones="[]", premises="[]"))


def _sweep(folder: Path, kept: set[str], gone: set[str]) -> None:
    """Remove the files of old publications, and what killed builds have left behind.

    A file that nobody names yet may be another build's, about to be published: it stays for a day.
    """
    for file in gone:
        (folder / file).unlink(missing_ok=True)
    written = {path: path.stat().st_mtime for path in folder.rglob("*") if path.is_file()}
    yesterday = max(written.values(), default=0.0) - _FRESH_S
    for path, moment in written.items():
        if moment < yesterday and path.relative_to(folder).as_posix() not in kept:
            path.unlink(missing_ok=True)


def _dump(value: Any) -> str:
    # NaN and text of odd values stay as they are: a surface's version is a digest of this spelling
    return json.dumps(value, ensure_ascii=False, default=_odd)


def _odd(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)


def _dump_all(items: tuple[Any, ...]) -> str:
    return _dump([[_told(one) for one in _values(item)] for item in items])


def _values(item: Any) -> Iterator[Any]:
    return (getattr(item, one.name) for one in dataclasses.fields(item))


def _told(value: Any) -> Any:
    if isinstance(value, float) and math.isnan(value):
        return None
    return value.isoformat() if isinstance(value, datetime) else value


def _load_all(kind: type[T], text: str) -> tuple[T, ...]:
    readers = _readers(cast("Any", kind))
    return tuple(
        kind(*(read(value) for read, value in zip(readers, row, strict=True)))
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
