"""What sources say comes into the store: every declared file, one handed in, a corrected one.

Takes a park file, an open store and files, gives counts: accepted + rejected = read. Each source
goes in in one transaction of its own, so that a build killed half-way leaves the store as it was
before that file; a file that was read before, with the same bytes and the same description, is not
read again. What a row means is `ingest`'s.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from geo_risk.casework import with_due
from geo_risk.errors import ConflictError, FileFormatError
from geo_risk.ingest import (
    Batch,
    Known,
    ingest_source,
    missing_files,
    read_boundary,
    source_digest,
    write_rejects,
)
from geo_risk.records import Report
from geo_risk.store import PutResult, SourceRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from geo_risk.park import ParkFile, Source
    from geo_risk.records import Actor
    from geo_risk.store import Store

    Progress = Callable[[str, int, int | None], None]

COUNTS = ("read", "accepted", "rejected", "unlocated", "outside")
"""The counts of a source in `build --json`; accepted + rejected = read."""

HANDED_IN = "@handed-in"
"""Ends the name of a run whose file was handed in at the service, not declared in the park file."""


def ingest_park(
    park: ParkFile,
    store: Store,
    *,
    actor: Actor,
    now: datetime,
    state_dir: Path,
    progress: Progress,
) -> BaseGeometry:
    """Read the boundary and every source that is new or changed; give the boundary in degrees.

    Raises
    ------
    FileFormatError
        When files are missing: all of them in one message, with where each comes from.
    """
    _refuse_missing(park)
    boundary = read_boundary(park)
    known = _known(store)
    for source in park.sources_in_order():
        digest = source_digest(park, source)
        run = store.run_of(source.name)
        if run is not None and run.digest == digest and not _may_resolve_now(run, known):
            continue
        progress(source.name, 0, None)
        batch = ingest_source(
            park,
            source,
            known,
            boundary=boundary,
            progress=partial(progress, source.name),
        )
        readmitted = run.summary.get("readmitted", []) if run and run.digest == digest else []
        batch = _without_readmitted(batch, readmitted)
        _keep(
            park,
            store,
            batch,
            known,
            actor=actor,
            now=now,
            state_dir=state_dir,
            readmitted=readmitted,
        )
        known = _known_after(store, known, batch)
    return boundary


def readmit(
    park: ParkFile,
    store: Store,
    source_name: str,
    corrected: Path,
    *,
    actor: Actor,
    now: datetime,
    state_dir: Path,
) -> Batch:
    """Read a corrected rejects file: its good rows go in, the others stay rejected.

    Parameters
    ----------
    source_name
        Which source the rows belong to.
    corrected
        The rejects file as `build` wrote it, corrected in place or saved elsewhere.

    Returns
    -------
    Batch
        What was read of the corrected file.

    Raises
    ------
    ConflictError
        When the source was never read, or its file has changed since the rejects were written.
    """
    source = next((one for one in park.source if one.name == source_name), None)
    run = store.run_of(source_name)
    if source is None or run is None:
        names = ", ".join(one.name for one in park.source)
        raise ConflictError(
            f"Source {source_name!r} has not been read.", f"Build the park first. Sources: {names}."
        )
    if run.digest != source_digest(park, source):
        raise ConflictError(
            f"The file of source {source_name!r} has changed since these rows were rejected.",
            "Build the park again and correct the new rejects file.",
        )
    with store.park_lock():
        known = _known(store)
        batch = ingest_source(park, source, known, boundary=read_boundary(park), file=corrected)
        summary = _after_readmission(dict(run.summary), batch)
        records = [with_due(one, park) if isinstance(one, Report) else one for one in batch.records]
        store.put(records, actor=actor, at=now, run=replace(run, summary=summary, at=now))
        _write_rejects(state_dir, batch)
    return batch


def import_file(
    park: ParkFile,
    store: Store,
    source: Source,
    *,
    actor: Actor,
    now: datetime,
    state_dir: Path,
    progress: Progress | None = None,
) -> tuple[Batch, PutResult]:
    """Read one file that was handed in: by the description of a source, or by one of its own.

    Parameters
    ----------
    source
        `file` is what was handed in; `name` that of a declared source, where it is one's next file.
    actor, now, state_dir, progress
        As for `build`.

    Returns
    -------
    batch, put
        accepted + rejected = read; how many records are new, changed, as they were. The same file
        twice changes nothing. Its own run stands beside the declared file's, so the next build does
        not read that one again.

    Raises
    ------
    FileFormatError, ColumnError, ParkFileError, BusyError
        As `build`.
    """
    say = progress or (lambda _stage, _done, _total: None)
    with store.park_lock():
        known = _known(store)
        batch = ingest_source(
            park, source, known, boundary=read_boundary(park), progress=partial(say, source.name)
        )
        handed_in = replace(batch, source=replace(source, name=f"{source.name}{HANDED_IN}"))
        put = _keep(
            park, store, handed_in, known, actor=actor, now=now, state_dir=state_dir, readmitted=[]
        )
    return batch, put


def _refuse_missing(park: ParkFile) -> None:
    missing = missing_files(park)
    if not missing:
        return
    lines = [
        f"{one.file} (source {one.name})"
        + (f", from {one.origin}" if one.origin else "")
        + (f", SHA-256 {one.sha256}" if one.sha256 else "")
        for one in missing
    ]
    raise FileFormatError(
        f"{park.path.name}: {len(lines)} file(s) missing:\n  " + "\n  ".join(lines) + "\n",
        "Put them there, or name their folder with --data or GEO_RISK_SHARED_DATA.",
    )


def _known(store: Store) -> Known:
    ids, premises_of = store.known()
    return Known(ids=ids, premises_of=premises_of)


def _known_after(store: Store, known: Known, batch: Batch) -> Known:
    """Give what is known once a batch is kept: only the collections that it wrote are read anew."""
    written = {one.collection for one in batch.records}
    ids, premises_of = store.known(written)
    return Known(
        ids={**known.ids, **ids},
        premises_of=premises_of if "premises" in written else known.premises_of,
    )


def _references_digest(known: Known) -> str:
    text = json.dumps({name: sorted(ids) for name, ids in sorted(known.ids.items())})
    return hashlib.sha256(text.encode()).hexdigest()


def _may_resolve_now(run: SourceRun, known: Known) -> bool:
    """Whether rows rejected for what they refer to might be good now: what is known has changed."""
    waits = _waits(run.summary.get("codes", {}))
    return waits and run.summary.get("references") != _references_digest(known)


def _waits(codes: Iterable[str]) -> bool:
    """Whether rows were rejected for what they refer to, and not for what they are."""
    return any(code.startswith("unknown_") for code in codes)


def _without_readmitted(batch: Batch, rows: Iterable[int]) -> Batch:
    """Leave out rejected rows that were corrected and are in the store already."""
    done = set(rows)
    gone = sum(one.row in done for one in batch.rejected_rows)
    return replace(
        batch,
        accepted=batch.accepted + gone,
        rejected=batch.rejected - gone,
        rejects=tuple(one for one in batch.rejects if one.row not in done),
        rejected_rows=tuple(one for one in batch.rejected_rows if one.row not in done),
    )


def _accepted_rows(batch: Batch) -> set[int]:
    """Give the original row numbers of a corrected file's good rows."""
    bad = {one.row for one in batch.rejected_rows}
    return {row for row in batch.rows if row not in bad}


def _after_readmission(before: dict[str, Any], batch: Batch) -> dict[str, Any]:
    """Count a corrected file's rows, each once: a copy that is read again adds nothing."""
    done = set(before.get("readmitted", ()))
    new = _accepted_rows(batch) - done
    counted_before = bool(_accepted_rows(batch) & done)
    return {
        **before,
        "accepted": before["accepted"] + len(new),
        "rejected": before["rejected"] - len(new),
        "unlocated": before["unlocated"] + (0 if counted_before else batch.unlocated),
        "outside": before["outside"] + (0 if counted_before else batch.outside),
        "codes": dict(Counter(one.code for one in batch.rejects)),
        "readmitted": sorted(done | new),
    }


def _keep(
    park: ParkFile,
    store: Store,
    batch: Batch,
    known: Known,
    *,
    actor: Actor,
    now: datetime,
    state_dir: Path,
    readmitted: list[int],
) -> PutResult:
    codes = dict(Counter(one.code for one in batch.rejects))
    summary = {
        "name": batch.source.name,
        "kind": batch.source.kind,
        **{name: getattr(batch, name) for name in COUNTS},
        "odd": dict(batch.odd),
        "codes": codes,
        "references": _references_digest(known) if _waits(codes) else "",
        "readmitted": readmitted,
    }
    run = SourceRun(name=batch.source.name, digest=batch.digest, summary=summary, at=now)
    records = [with_due(one, park) if isinstance(one, Report) else one for one in batch.records]
    put = store.put(records, actor=actor, at=now, run=run)
    _write_rejects(state_dir, batch)
    return put


def _write_rejects(state_dir: Path, batch: Batch) -> None:
    path = state_dir / "rejects" / f"{batch.source.name}.xlsx"
    if batch.rejected_rows:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.xlsx")
        write_rejects(part, batch)
        part.replace(path)
    else:
        path.unlink(missing_ok=True)
