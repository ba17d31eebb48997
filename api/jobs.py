"""Work that takes longer than a request: done in another process, asked for by its id.

Takes what to do, gives a job whose state is a file of its own in the state folder: any process of
the service may be asked for it, and a service that was killed finds it again. A job that was under
way then has failed and says so; the store is as before it, for a file goes in whole or not at all.
Files are read one after the other (`queue`); other work (`launch`) has a process of its own and can
be called off: whoever does it looks for the file that says so.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import platform
import re
import shutil
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo_risk.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess

    from geo_risk.park import ParkFile
    from geo_risk.settings import Settings

QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
CANCELLED = "cancelled"
UNDER_WAY = frozenset({QUEUED, RUNNING})
ASKED = "asked"
"""The file lies there; what it is has still to be said."""

PLAN = "plan"
"""The kind of a job that makes a plan and reads no file."""

_FILES_KEPT = timedelta(days=30)
_ASKED_KEPT = timedelta(days=1)
GIVEN, REJECTS, FIRST_REJECTS = "given", "rejects.xlsx", "rejects.json"
"""In a job's folder: the file that was handed in, and the rows of it that were set aside."""

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
        asked, queued, running, done, failed, cancelled.
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
    written
        How many records are new, changed, unchanged; empty where nothing was written.
    error, hint, code
        Why it failed, what to do next, and the kind of error; empty otherwise.
    file, said
        Name of the file that was handed in, and how it was described: read again alike.
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
    written: dict[str, int] = field(default_factory=dict)
    error: str = ""
    hint: str = ""
    code: str = ""
    file: str = ""
    said: dict[str, str] = field(default_factory=dict)
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

    def queue(self, job: Job, work: Callable[..., None], *told: Any) -> None:
        """Queue work that is done one after the other: the reading of files.

        Parameters
        ----------
        job, work, told
            As for `launch`.
        """
        folder = self.folder_of(job.id)
        job = replace(job, process=f"{platform.node()}:{os.getpid()}")
        write_job(folder, job)
        if self._pool is None:
            spawned = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(max_workers=1, mp_context=spawned)
        self._pool.submit(work, self._settings.model_dump(), self._park.path, folder, job, *told)

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

    def latest(self, most: int) -> list[Job]:
        """Give the jobs asked for last, the newest first; those of plans are not among them."""
        found = [self.find(path.parent.name) for path in self._folder.glob("*/job.json")]
        found = [one for one in found if one.kind != PLAN]
        return sorted(found, key=lambda one: one.at, reverse=True)[:most]

    def mend(self, now: datetime) -> None:
        """Mark what a killed service left, for nothing of it was kept; drop files of long ago."""
        for path in self._folder.glob("*/job.json"):
            job = Job(**json.loads(path.read_text(encoding="utf-8")))
            age = now - datetime.fromisoformat(job.at)
            if age > _FILES_KEPT or (job.state == ASKED and age > _ASKED_KEPT):
                drop_files(path.parent)
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


def drop_files(folder: Path) -> None:
    """Remove what a job's folder holds besides its state: names are in it."""
    shutil.rmtree(folder / GIVEN, ignore_errors=True)
    for name in (REJECTS, FIRST_REJECTS):
        (folder / name).unlink(missing_ok=True)


def write_job(folder: Path, job: Job) -> None:
    """Write down how far a job is, in one step."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / "job.part"
    part.write_text(json.dumps(asdict(job), ensure_ascii=False), encoding="utf-8")
    part.replace(folder / "job.json")
