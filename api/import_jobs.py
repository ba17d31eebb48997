"""The reading of one file that was handed in: done in a process of its own, told in its job.

Takes a source with its file, gives a job that ends with counts, what was written, and the rows set
aside: all of them as a workbook to mend, the first of them for the page. The file itself is gone
when the job ends, read or not: names are in it, and they stand in the store now.
"""

from __future__ import annotations

import json
import time
import warnings
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from api.jobs import DONE, FAILED, FIRST_REJECTS, REJECTS, RUNNING, Job, Jobs, write_job
from geo_risk import intake
from geo_risk.errors import GeoRiskError
from geo_risk.ingest import Reject, write_rejects
from geo_risk.park import read_park
from geo_risk.records import Actor, Role
from geo_risk.settings import Settings
from geo_risk.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from geo_risk.ingest import Batch
    from geo_risk.park import ParkFile, Source
    from geo_risk.store import Store

FIRST = 20
"""So many rejected rows stand on the page; the rest are in the workbook."""

MENDED = "mended"
"""Said of a file that holds the mended rejects of a declared source, as a build wrote them."""

_SAY_EVERY_S = 0.5


def start_import(jobs: Jobs, job: Job, source: Source, actor: Actor, now: datetime) -> None:
    """Queue the reading of a file that lies in the job's folder."""
    told = (actor.id, actor.role.value, actor.door)
    jobs.queue(job, read_file, source, told, now)


def read_file(
    settings: dict[str, Any],
    park_file: Path,
    folder: Path,
    job: Job,
    source: Source,
    told: tuple[str, str, str],
    now: datetime,
) -> None:
    """Read one file in a process of its own, and write down what came of it."""
    warnings.simplefilter("ignore")
    running = replace(job, state=RUNNING)
    write_job(folder, running)
    own = Settings(**settings)
    try:
        park = read_park(park_file, own.shared_data)
        actor = Actor(id=told[0], role=Role(told[1]), door=told[2])
        state_dir = own.state_dir(park)
        url = own.url_of_store(park)
        with open_store(url, park_id=park.park.id, state_dir=state_dir) as store:
            batch, written = _take_in(
                park,
                store,
                source,
                actor,
                now,
                state_dir,
                mended=MENDED in job.said,
                say=_teller(folder, running),
            )
    except GeoRiskError as error:
        failed = replace(job, state=FAILED, error=error.message, hint=error.hint, code=error.code)
        write_job(folder, failed)
        return
    except Exception as error:  # noqa: BLE001  # whatever it was, the job must not hang
        said = f"{type(error).__name__}: {error}"
        write_job(folder, replace(job, state=FAILED, error=said, hint="Tell the keeper."))
        return
    finally:
        source.file.unlink(missing_ok=True)
    if batch.rejected_rows:
        write_rejects(folder / REJECTS, batch)
        first = [asdict(one) for one in batch.rejects[:FIRST]]
        (folder / FIRST_REJECTS).write_text(json.dumps(first, ensure_ascii=False), "utf-8")
    counts = {name: getattr(batch, name) for name in intake.COUNTS}
    odd = {code: count for code, count in batch.odd.items() if count}
    write_job(
        folder, replace(job, state=DONE, percent=100, counts=counts, odd=odd, written=written)
    )


def first_rejects(folder: Path) -> tuple[Reject, ...]:
    """Give the first rejected rows of a job, in the order of the file."""
    path = folder / FIRST_REJECTS
    if not path.is_file():
        return ()
    return tuple(Reject(**one) for one in json.loads(path.read_text("utf-8")))


def _take_in(
    park: ParkFile,
    store: Store,
    source: Source,
    actor: Actor,
    now: datetime,
    state_dir: Path,
    *,
    mended: bool,
    say: Callable[[str, int, int | None], None],
) -> tuple[Batch, dict[str, int]]:
    """Read the file by the verb that is meant: as a list, or as a build's mended rejects."""
    if mended:
        batch = intake.readmit(
            park, store, source.name, source.file, actor=actor, now=now, state_dir=state_dir
        )
        return batch, {}
    batch, put = intake.import_file(
        park, store, source, actor=actor, now=now, state_dir=state_dir, progress=say
    )
    return batch, {"new": put.new, "changed": put.changed, "unchanged": put.unchanged}


def _teller(folder: Path, running: Job) -> Callable[[str, int, int | None], None]:
    """Give what is told how far the reading is: it writes that down, and not too often."""
    last = 0.0

    def say(_stage: str, done: int, total: int | None) -> None:
        nonlocal last
        if total and time.monotonic() - last > _SAY_EVERY_S:
            last = time.monotonic()
            write_job(folder, replace(running, percent=min(99, 100 * done // total)))

    return say
