"""/v1/imports, /v1/jobs: a file is handed in, read in the background, its rejects fetched.

The file is one of a source that the park file declares, read by that description, or of a kind of
its own, whose headings are then recognised. What was read is counted: accepted + rejected = read.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, File, Form, Path, Response, UploadFile
from fastapi.responses import FileResponse

from api import audience
from api.answers import XLSX, Json, attachment
from api.deps import Now, TheService, TheSight
from api.jobs import QUEUED, Job
from api.problems import responses
from api.schemas import JOB, answer
from geo_risk.errors import FileFormatError, ForbiddenError, InputError, NotFoundError
from geo_risk.park import Source
from geo_risk.park.keys import nearest
from geo_risk.park.sections import SOURCE_KINDS
from geo_risk.records import Actor, Channel, Role

if TYPE_CHECKING:
    from pathlib import Path as FilePath

    from api.service import Service

router = APIRouter(prefix="/v1", tags=["imports"], default_response_class=Json)

_REFUSALS = (401, 403, 404, 422, 503)
_MAY = frozenset({Role.KEEPER, Role.CLERK, Role.CHIEF})
_ENDINGS = (".csv", ".xlsx", ".geojson", ".json", ".gpkg", ".parquet", ".gz", ".zip")
JobId = Annotated[str, Path(description="Id of a job.", max_length=64)]
_Text = Annotated[str, Form(max_length=100)]


@router.post(
    "/imports",
    status_code=202,
    responses={202: answer(JOB), **responses(*_REFUSALS)},
)
def hand_in(
    file: Annotated[UploadFile, File(description="CSV, XLSX, GeoJSON, GPKG or Parquet.")],
    service: TheService,
    sight: TheSight,
    now: Now,
    source: _Text = "",
    kind: _Text = "",
    datum: _Text = "",
    channel: _Text = "",
) -> Response:
    """Hand in a file; answers at once with the job that reads it."""
    actor = _allowed(sight)
    job_id = secrets.token_hex(16)
    folder = service.jobs.folder_of(job_id)
    name = PurePath(file.filename or "").name
    endings = "".join(PurePath(name.lower()).suffixes[-2:])
    if not endings.endswith(_ENDINGS):
        raise FileFormatError(
            f"{name or 'The file'}: its ending says no format that is read.",
            f"Send one of {', '.join(_ENDINGS)}.",
        )
    described = _source(service, source, kind, datum, channel, folder / f"file{endings}")
    folder.mkdir(parents=True)
    with described.file.open("wb") as kept:
        while block := file.file.read(1 << 20):
            kept.write(block)
    job = Job(job_id, QUEUED, described.name, described.kind, actor.id, now.isoformat())
    service.jobs.start(job, described, actor, now)
    headers = {"Location": f"/v1/jobs/{job_id}"}
    return Json(job_json(job, folder), 202, headers=headers)


@router.get("/jobs/{job_id}", responses={200: answer(JOB), **responses(*_REFUSALS)})
def read_job(job_id: JobId, service: TheService, sight: TheSight) -> Response:
    """Say how far a job is, and what came of it."""
    _allowed(sight)
    return Json(job_json(service.jobs.find(job_id), service.jobs.folder_of(job_id)))


@router.delete("/jobs/{job_id}", responses={200: answer(JOB), **responses(*_REFUSALS)})
def cancel_job(job_id: JobId, service: TheService, sight: TheSight) -> Response:
    """Call a plan off that is being made; the reading of a file goes on to its end."""
    _allowed(sight)
    job = service.jobs.find(job_id)
    if job.kind == "plan":
        job = service.jobs.cancel(job_id)
    return Json(job_json(job, service.jobs.folder_of(job_id)))


@router.get(
    "/jobs/{job_id}/rejects.xlsx",
    responses={
        200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}},
        **responses(*_REFUSALS),
    },
)
def read_rejects(job_id: JobId, service: TheService, sight: TheSight, now: Now) -> Response:
    """Give the rows that were set aside, each with its reason; corrected, they may come again."""
    actor = _allowed(sight)
    job = service.jobs.find(job_id)
    path = service.jobs.folder_of(job_id) / "rejects.xlsx"
    if not path.is_file():
        raise NotFoundError("No row of this job was set aside.", "There is nothing to fetch.")
    service.store.audit(actor, "export", f"rejects/{job.source}", now)
    return FileResponse(path, media_type=XLSX, headers=attachment(f"rejects-{job.source}.xlsx"))


def _allowed(sight: audience.Sight) -> Actor:
    audience.check_names(sight)
    if sight.actor is None or sight.actor.role not in _MAY:
        role = sight.actor.role if sight.actor else "public"
        raise ForbiddenError(f"The role {role} hands no files in.", "Ask the desk or the keeper.")
    return sight.actor


def _source(
    service: Service, name: str, kind: str, datum: str, channel: str, path: FilePath
) -> Source:
    """Describe the file: as the declared source of that name, else as one of a kind."""
    declared = {one.name: one for one in service.park.source}
    if name in declared:
        return replace(declared[name], file=path)
    if not kind:
        raise InputError(
            f"There is no source {name!r}." if name else "The file says neither source nor kind.",
            f"Give source (one of {', '.join(declared)}), or kind.",
        )
    if kind not in SOURCE_KINDS:
        raise InputError(f"kind is {kind!r}.", nearest(kind, SOURCE_KINDS))
    known = [one.value for one in Channel]
    if channel and channel not in known:
        raise InputError(f"channel is {channel!r}.", f"Give one of {', '.join(known)}.")
    return Source(
        kind=kind,
        file=path,
        name=name or channel or kind,
        datum=datum,
        set={"channel": channel} if channel else {},
    )


def job_json(job: Job, folder: FilePath) -> dict[str, object]:
    """Give a job as it is told: not who asked for it."""
    told: dict[str, object] = {
        name: value for name, value in asdict(job).items() if name != "actor_id"
    }
    there = (folder / "rejects.xlsx").is_file()
    return {**told, "rejects": f"/v1/jobs/{job.id}/rejects.xlsx" if there else None}
