"""/v1/live: what changed, pushed to who listens (server-sent events)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import StreamingResponse

from api import audience
from api.deps import TheService, TheSight
from api.live import AT_ONCE, checked_position, messages_of, place_line, stream
from api.live_feed import news_of
from api.problems import responses

router = APIRouter(prefix="/v1", tags=["map"])

_MEDIA_TYPE = "text/event-stream"


@router.get(
    "/live",
    response_class=Response,
    responses={
        200: {"description": "OK", "content": {_MEDIA_TYPE: {"schema": {"type": "string"}}}},
        **responses(401, 403, 422, 503),
    },
)
def read_live(
    request: Request,
    service: TheService,
    sight: TheSight,
    last: Annotated[str, Header(alias="Last-Event-ID", max_length=64)] = "",
) -> Response:
    """Tell of new reports, of tiles that they changed, and of publications, as they come.

    Who asks for text/event-stream by name listens until it goes; anybody else gets at once what
    came after Last-Event-ID.
    """
    audience.check_map(sight, service.park.map)
    since = checked_position(last)
    if _MEDIA_TYPE in request.headers.get("accept", ""):
        return StreamingResponse(stream(service, sight, since), media_type=_MEDIA_TYPE)
    events = service.store.events(since=since, limit=AT_ONCE) if since else []
    position = events[-1].id if events else since or service.live.position()
    told = messages_of(service, sight, news_of(events))
    body = f"{place_line(sight, position)}\n" + "".join(one.text() for one in told)
    return Response(body, media_type=_MEDIA_TYPE)
