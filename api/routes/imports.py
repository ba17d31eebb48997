"""/v1/imports, /v1/jobs: a file is handed in, read in the background, its rejects fetched.

What a file is taken for is `handed_in`'s. What was read is counted: accepted + rejected = read.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, File, Form, Path, Response, UploadFile
from fastapi.responses import FileResponse

from api import audience
from api.answers import XLSX, Json, attachment
from api.deps import Now, TheService, TheSight
from api.handed_in import Said, take
from api.jobs import PLAN, REJECTS, Job
from api.problems import responses
from api.schemas import JOB, answer
from geo_risk.errors import NotFoundError

if TYPE_CHECKING:
    from pathlib import Path as FilePath

router = APIRouter(prefix="/v1", tags=["imports"], default_response_class=Json)

_REFUSALS = (401, 403, 404, 422, 503)
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
    actor = audience.check_desk(sight)
    said = Said(source, kind, datum, channel)
    job = take(service, file.filename or "", file.file, said, actor, now)
    folder = service.jobs.folder_of(job.id)
    headers = {"Location": f"/v1/jobs/{job.id}"}
    return Json(job_json(job, folder), 202, headers=headers)


@router.get("/jobs/{job_id}", responses={200: answer(JOB), **responses(*_REFUSALS)})
def read_job(job_id: JobId, service: TheService, sight: TheSight) -> Response:
    """Say how far a job is, and what came of it."""
    audience.check_desk(sight)
    return Json(job_json(service.jobs.find(job_id), service.jobs.folder_of(job_id)))


@router.delete("/jobs/{job_id}", responses={200: answer(JOB), **responses(*_REFUSALS)})
def cancel_job(job_id: JobId, service: TheService, sight: TheSight) -> Response:
    """Call a plan off that is being made; the reading of a file goes on to its end."""
    audience.check_desk(sight)
    job = service.jobs.find(job_id)
    if job.kind == PLAN:
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
    actor = audience.check_desk(sight)
    job = service.jobs.find(job_id)
    path = service.jobs.folder_of(job_id) / REJECTS
    if not path.is_file():
        raise NotFoundError("No row of this job was set aside.", "There is nothing to fetch.")
    service.store.audit(actor, "export", f"rejects/{job.source}", now)
    return FileResponse(path, media_type=XLSX, headers=attachment(f"rejects-{job.source}.xlsx"))


def job_json(job: Job, folder: FilePath) -> dict[str, object]:
    """Give a job as it is told: not who asked for it."""
    told: dict[str, object] = {
        name: value for name, value in asdict(job).items() if name != "actor_id"
    }
    there = (folder / REJECTS).is_file()
    return {**told, "rejects": f"/v1/jobs/{job.id}/rejects.xlsx" if there else None}
