"""/sw.js, /queue, /offline: what a phone needs to work without signal."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from api import audience, schemas
from api.languages import Lang, remember_lang
from api.page_deps import ThePages
from api.problems import responses
from maps.month import offline_page, queue_page
from maps.worker import worker_script

router = APIRouter(tags=["console"], default_response_class=HTMLResponse)


@router.get("/sw.js", include_in_schema=False)
def give_worker() -> Response:
    """Give the service worker; asked for anew each time, for its address stays the same."""
    return Response(
        worker_script(), media_type="text/javascript", headers={"Cache-Control": "no-cache"}
    )


@router.get("/queue", responses={200: schemas.PAGE, **responses(401, 403, 422, 503)})
def show_queue(request: Request, pages: ThePages, lang: Lang) -> Response:
    """Show the frame of the send queue; what is in it is on the phone."""
    audience.check_staff(pages.sight)
    return remember_lang(HTMLResponse(queue_page(pages.frame(), lang)), request)


@router.get("/offline", responses={200: schemas.PAGE, **responses(401, 422, 503)})
def show_offline(pages: ThePages, lang: Lang) -> Response:
    """Show the page for when there is no signal; the phone fetches it beforehand, as nobody."""
    return HTMLResponse(offline_page(pages.frame(), lang))
