"""Work that takes longer than a request: done in another process, asked for by its id.

Takes what to do, gives a job whose state is a file of its own in the state folder: any process of
the service may be asked for it, and a service that was killed finds it again. A job that was under
way then has failed and says so; the store is as before it, for a file goes in whole or not at all.
Files are read one after the other; other work (`launch`) has a process of its own and can be
called off: whoever does it looks for the file that says so.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import platform
import re
import threading
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo_risk import intake
from geo_risk.errors import GeoRiskError, NotFoundError
from geo_risk.ingest import write_rejects
from geo_risk.park import read_park
from geo_risk.records import Actor, Role
from geo_risk.settings import Settings
from geo_risk.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from multiprocessing.process import BaseProcess

    from geo_risk.park import ParkFile, Source

QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
CANCELLED = "cancelled"
UNDER_WAY = frozenset({QUEUED, RUNNING})
_CANCEL = "cancel"
_CANCEL_WAIT_S = 3.0
_LOOK_S = 0.1
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Job:
    """One piece of work.

    Parameters
    ----------
    id
        32 hex digits.
    state
        queued, running, done, failed, cancelled.
    source, kind
        What is read, and as which kind of source.
    actor_id
        Who asked for it.
    process
        Host and process of the service that took it on.
    at
        When it was asked for (ISO, UTC).
    counts
        read, accepted, rejected, unlocated, outside; empty until done.
    odd
        What else to know, code to count.
    error, hint
        Why it failed and what to do next; empty otherwise.
    seconds, percent
        The time it was given, and how far it is; 0 where nobody knows how long it takes.
    """

    id: str
    state: str
    source: str
    kind: str
    actor_id: str
    at: str
    process: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    odd: dict[str, int] = field(default_factory=dict)
    error: str = ""
    hint: str = ""
    seconds: float = 0.0
    percent: int = 0


class Jobs:
    """The jobs of one service.

    Parameters
    ----------
    settings, park
        Its own.
    """

    def __init__(self, settings: Settings, park: ParkFile) -> None:
        self._settings, self._park = settings, park
        self._folder = settings.state_dir(park) / "imports"
        self._pool: ProcessPoolExecutor | None = None
        self._launched: dict[str, BaseProcess] = {}

    def folder_of(self, job_id: str) -> Path:
        """Give the folder of a job: its file, its state, its rejects."""
        if not _ID.fullmatch(job_id):
            raise NotFoundError(f"There is no job {job_id!r}.", "Check the id.")
        return self._folder / job_id

    def start(self, job: Job, source: Source, actor: Actor, now: datetime) -> None:
        """Queue the reading of a file that lies in the job's folder."""
        folder = self.folder_of(job.id)
        job = replace(job, process=f"{platform.node()}:{os.getpid()}")
        write_job(folder, job)
        if self._pool is None:
            spawned = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(max_workers=1, mp_context=spawned)
        told = (actor.id, actor.role.value, actor.door)
        self._pool.submit(
            read_file, self._settings.model_dump(), self._park.path, source, folder, job, told, now
        )

    def launch(self, job: Job, work: Callable[..., None], *told: Any) -> None:
        """Start work in a process of its own, which is called off when the service ends.

        Parameters
        ----------
        job
            What is started.
        work
            Called with the settings, the park file, the job's folder, the job, then `told`.
        *told
            What it needs; values that can be sent to another process.
        """
        folder = self.folder_of(job.id)
        job = replace(job, process=f"{platform.node()}:{os.getpid()}")
        write_job(folder, job)
        self._launched = {one: own for one, own in self._launched.items() if own.is_alive()}
        process = multiprocessing.get_context("spawn").Process(
            target=work,
            args=(self._settings.model_dump(), self._park.path, folder, job, *told),
            daemon=True,
        )
        process.start()
        self._launched[job.id] = process

    def cancel(self, job_id: str) -> Job:
        """Call work off, and give the job as it stands then; what has ended stays as it is.

        Raises
        ------
        NotFoundError
            When there is none with this id.
        """
        job, folder = self.find(job_id), self.folder_of(job_id)
        (folder / _CANCEL).touch()
        own = self._launched.pop(job_id, None)
        if own is not None:  # what it would keep goes into the store whole or not at all
            own.terminate()
            own.join(_CANCEL_WAIT_S)
            job = self.find(job_id)
            if job.state in UNDER_WAY:
                write_job(folder, replace(job, state=CANCELLED))
        until = time.monotonic() + _CANCEL_WAIT_S
        while job.state in UNDER_WAY and time.monotonic() < until:
            time.sleep(_LOOK_S)
            job = self.find(job_id)
        return job

    def find(self, job_id: str) -> Job:
        """Give a job as it stands.

        Raises
        ------
        NotFoundError
            When there is none with this id.
        """
        try:
            text = (self.folder_of(job_id) / "job.json").read_text(encoding="utf-8")
        except OSError:
            raise NotFoundError(f"There is no job {job_id!r}.", "Check the id.") from None
        return Job(**json.loads(text))

    def mend(self) -> None:
        """Mark what a killed service left: nothing of such a file was kept."""
        for path in self._folder.glob("*/job.json"):
            job = Job(**json.loads(path.read_text(encoding="utf-8")))
            if job.state in UNDER_WAY and not _is_alive(job.process):
                said = "The service stopped before it was done."
                write_job(
                    path.parent, replace(job, state=FAILED, error=said, hint="Ask for it again.")
                )

    def close(self) -> None:
        """Let what is under way end; what waits is given up, and says so at the next start."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)


def heed_cancel(folder: Path, job: Job) -> None:
    """End this process, and say so in the job, as soon as somebody calls the job off."""

    def look() -> None:
        while not (folder / _CANCEL).exists():
            time.sleep(_LOOK_S)
        write_job(folder, replace(job, state=CANCELLED))
        os._exit(0)  # nothing is kept before the end, and the store takes it whole or not at all

    threading.Thread(target=look, daemon=True).start()


def _is_alive(process: str) -> bool:
    """Say whether the service that took a job on still runs; one on another host may."""
    host, _, pid = process.rpartition(":")
    if host != platform.node():
        return True
    try:
        os.kill(int(pid), 0)
    except (OSError, ValueError):
        return False
    return int(pid) != os.getpid()


def read_file(
    settings: dict[str, Any],
    park_file: Path,
    source: Source,
    folder: Path,
    job: Job,
    told: tuple[str, str, str],
    now: datetime,
) -> None:
    """Read one file in a process of its own, and write down what came of it."""
    warnings.simplefilter("ignore")
    write_job(folder, replace(job, state=RUNNING))
    own = Settings(**settings)
    try:
        park = read_park(park_file, own.shared_data)
        actor = Actor(id=told[0], role=Role(told[1]), door=told[2])
        state_dir = own.state_dir(park)
        url = own.url_of_store(park)
        with open_store(url, park_id=park.park.id, state_dir=state_dir) as store:
            batch = intake.import_file(
                park, store, source, actor=actor, now=now, state_dir=state_dir
            )
    except GeoRiskError as error:
        write_job(folder, replace(job, state=FAILED, error=error.message, hint=error.hint))
        return
    except Exception as error:  # noqa: BLE001  # whatever it was, the job must not hang
        said = f"{type(error).__name__}: {error}"
        write_job(folder, replace(job, state=FAILED, error=said, hint="Tell the keeper."))
        return
    if batch.rejected_rows:
        write_rejects(folder / "rejects.xlsx", batch)
    counts = {name: getattr(batch, name) for name in intake.COUNTS}
    odd = {code: count for code, count in batch.odd.items() if count}
    source.file.unlink(missing_ok=True)  # names are in it: they stand in the store now
    write_job(folder, replace(job, state=DONE, counts=counts, odd=odd))


def write_job(folder: Path, job: Job) -> None:
    """Write down how far a job is, in one step."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / "job.part"
    part.write_text(json.dumps(asdict(job), ensure_ascii=False), encoding="utf-8")
    part.replace(folder / "job.json")
