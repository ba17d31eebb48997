"""A file is handed in: kept in a job's folder, described, read. What both doors of it share.

Takes an upload and what was said of it, gives the job. The file is one of a source that the park
file declares, a build's mended rejects of such a source, or a list of a kind of its own, whose
headings are then recognised. Where nothing was said the file is kept and the question stands in the
job, with what its name suggests.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from api.import_jobs import MENDED, start_import
from api.jobs import ASKED, GIVEN, QUEUED, Job, write_job
from geo_risk.errors import ConflictError, FileFormatError, InputError
from geo_risk.park import Source
from geo_risk.park.keys import nearest
from geo_risk.park.sections import SOURCE_KINDS
from geo_risk.records import Channel

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path
    from typing import BinaryIO

    from api.service import Service
    from geo_risk.park import ParkFile
    from geo_risk.records import Actor

ENDINGS = (".csv", ".xlsx", ".geojson", ".json", ".gpkg", ".parquet", ".gz", ".zip")
_LONGEST_NAME = 80


@dataclass(frozen=True)
class Said:
    """What somebody says of a file.

    Parameters
    ----------
    source
        Name of a declared source; of another list, the first part of its ids.
    kind
        Kind of the list, where it is none of a declared source.
    datum, channel
        Of its coordinates; of its reports.
    mended
        Whether it holds the mended rejects of that declared source, as a build wrote them.
    """

    source: str = ""
    kind: str = ""
    datum: str = ""
    channel: str = ""
    mended: bool = False

    @property
    def plain(self) -> dict[str, str]:
        """What a job keeps of it."""
        words = {one: getattr(self, one) for one in ("source", "kind", "datum", "channel")}
        return {**words, **({MENDED: "1"} if self.mended else {})}


def take(
    service: Service,
    name: str,
    content: BinaryIO,
    said: Said,
    actor: Actor,
    now: datetime,
    *,
    may_ask: bool = False,
) -> Job:
    """Keep a file and have it read.

    Parameters
    ----------
    name, content
        Of the file, as they came.
    said
        What it is.
    actor, now
        Who hands it in, and when.
    may_ask
        Where neither source nor kind is said: keep the file, so that its giver can be asked.

    Raises
    ------
    FileFormatError, InputError
        When its ending says no format that is read; when what was said of it does not hold.
    """
    job_id = secrets.token_hex(16)
    folder = service.jobs.folder_of(job_id)
    path = folder / GIVEN / _plain_name(name)
    job = Job(job_id, ASKED, "", "", actor.id, now.isoformat(), file=path.name, said=said.plain)
    asks = may_ask and not (said.source or said.kind)
    source = None if asks else describe(service.park, said, path)
    path.parent.mkdir(parents=True)
    with path.open("wb") as kept:
        while block := content.read(1 << 20):
            kept.write(block)
    if source is None:
        write_job(folder, job)
        return job
    return _start(service, job, source, actor, now)


def answer(service: Service, job: Job, said: Said, actor: Actor, now: datetime) -> Job:
    """Say what a file is that was kept with the question open, and have it read.

    Raises
    ------
    ConflictError, InputError
        When it is being read already; when what was said does not hold.
    """
    path = service.jobs.folder_of(job.id) / GIVEN / job.file
    if job.state != ASKED or not path.is_file():
        raise ConflictError("This file was read already, or is gone.", "Hand it in again.")
    source = describe(service.park, said, path)
    return _start(service, replace(job, said=said.plain), source, actor, now)


def describe(park: ParkFile, said: Said, path: Path) -> Source:
    """Describe a file: as the declared source of that name, else as one of a kind.

    Raises
    ------
    InputError
        When there is no such source or kind, with what there is.
    """
    declared = {one.name: one for one in park.source}
    if said.source in declared:
        return replace(declared[said.source], file=path)
    if not said.kind:
        raise InputError(
            f"There is no source {said.source!r}."
            if said.source
            else "The file says neither source nor kind.",
            f"Give source (one of {', '.join(declared)}), or kind.",
        )
    if said.kind not in SOURCE_KINDS:
        raise InputError(f"kind is {said.kind!r}.", nearest(said.kind, SOURCE_KINDS))
    known = [one.value for one in Channel]
    if said.channel and said.channel not in known:
        raise InputError(f"channel is {said.channel!r}.", f"Give one of {', '.join(known)}.")
    return Source(
        kind=said.kind,
        file=path,
        name=said.source or said.channel or said.kind,
        datum=said.datum,
        set={"channel": said.channel} if said.channel else {},
    )


def guess(park: ParkFile, name: str) -> str:
    """Give the declared source that a file's name suggests, '' where it suggests none.

    The name of the source's own file counts most, then one that begins or ends with its stem: the
    next month's `企业2026-11.xlsx` is the next of `企业.xlsx`.
    """
    stem = _stem(name)
    stems = {one.name: _stem(one.file.name) for one in park.source}
    same = [source for source, own in stems.items() if own == stem]
    near = [
        source
        for source, own in stems.items()
        if own and (stem.startswith(own) or stem.endswith(own))
    ]
    found = same or near
    return found[0] if len(found) == 1 else ""


def _start(service: Service, job: Job, source: Source, actor: Actor, now: datetime) -> Job:
    job = replace(job, state=QUEUED, source=source.name, kind=source.kind)
    start_import(service.jobs, job, source, actor, now)
    return job


def _plain_name(name: str) -> str:
    """Give a name that is safe to keep a file under, and the reader's own wherever it can be."""
    base = PurePath(name.replace("\\", "/")).name
    base = "".join(one for one in base if one.isprintable()).strip()
    endings = "".join(PurePath(base.lower()).suffixes[-2:])
    if not endings.endswith(ENDINGS):
        raise FileFormatError(
            f"{base or 'The file'}: its ending says no format that is read.",
            f"Send one of {', '.join(ENDINGS)}.",
        )
    suffixes = "".join(PurePath(base).suffixes[-2:])[-20:]
    stem = base.removesuffix(suffixes)[:_LONGEST_NAME].strip(".") or "file"
    return f"{stem}{suffixes}"


def _stem(name: str) -> str:
    return name.split(".", 1)[0].strip().casefold()
