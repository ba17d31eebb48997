"""/v1/reports/{id}/photos: what was found, as a picture; person data, for who may read the report.

A photo loses place, time, device and all other metadata before it is kept; the same one handed in
again is the one that is there. Whoever may create a report adds photos to those that it may see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, File, Path, Response, UploadFile
from fastapi.responses import FileResponse

from api import audience
from api.answers import Json
from api.deps import Now, TheService, TheSight
from api.problems import responses
from api.reading import get_one, photo_path
from api.schemas import PHOTO, PHOTOS, answer
from geo_risk.errors import AuthError, ForbiddenError, NotFoundError
from geo_risk.ingest import clean_picture
from geo_risk.photobook import add_photo
from geo_risk.records import Report, may_create

if TYPE_CHECKING:
    from api.service import Service
    from geo_risk.records import Actor

router = APIRouter(prefix="/v1", tags=["casework"], default_response_class=Json)

_REFUSALS = (401, 403, 404, 422, 503)
_ENTRY = "POST /ogc/collections/reports/items"
PhotoId = Annotated[str, Path(description="Id of a photo.", max_length=64)]


@router.post(
    "/reports/{report_id:path}/photos",
    status_code=201,
    responses={201: answer(PHOTO), **responses(*_REFUSALS, 409)},
)
def send_photo(
    report_id: str,
    file: Annotated[UploadFile, File(description="JPEG, PNG or WebP.")],
    service: TheService,
    sight: TheSight,
    now: Now,
) -> Response:
    """Add a photo to a report; the same photo again is the one that is there."""
    actor = _reader(service, sight, report_id)
    if not may_create(actor.role, Report, _ENTRY):
        raise ForbiddenError(f"The role {actor.role} adds no photos.", "Ask the station.")
    picture = clean_picture(file.file.read())
    photo_id = add_photo(service.store, report_id, picture, actor=actor, at=now)
    told = _told(report_id, photo_id)
    return Json(told, 201, headers={"Location": told["href"]})


@router.get(
    "/reports/{report_id:path}/photos", responses={200: answer(PHOTOS), **responses(*_REFUSALS)}
)
def read_photos(report_id: str, service: TheService, sight: TheSight) -> Response:
    """List the photos of a report, oldest first."""
    _reader(service, sight, report_id)
    kept = service.store.photos_of("reports", report_id)
    return Json({"photos": [_told(report_id, one) for one in kept]})


@router.get(
    "/reports/{report_id:path}/photos/{photo_id}",
    responses={
        200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}},
        **responses(*_REFUSALS),
    },
)
def read_photo(report_id: str, photo_id: PhotoId, service: TheService, sight: TheSight) -> Response:
    """Give one photo; the reading is in the audit."""
    actor = _reader(service, sight, report_id)
    if photo_id not in service.store.photos_of("reports", report_id):
        raise NotFoundError(
            f"There is no photo {photo_id!r} of {report_id!r}.", "It may have been forgotten."
        )
    path = service.store.photo(photo_id, actor=actor)
    return FileResponse(path, headers={"Cache-Control": "private, no-store"})


def _reader(service: Service, sight: audience.Sight, report_id: str) -> Actor:
    """Give who asks, where both the report and its words may be read."""
    if sight.actor is None:
        raise AuthError("Nobody is signed in.", "Sign in at /login, or send a bearer token.")
    audience.check_personal(sight, "reports")
    get_one(service.store, audience.without_persons(sight), "reports", report_id)
    return sight.actor


def _told(report_id: str, photo_id: str) -> dict[str, str]:
    return {"id": photo_id, "href": photo_path(report_id, photo_id)}
