"""/enterprises/{id} for the staff, /enterprise for the enterprise itself; both also as XLSX."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse

from api import audience, schemas, sheets
from api.enterprise_sheets import enterprise_sheets
from api.enterprise_views import enterprise_view
from api.languages import Lang, remember_lang
from api.page_deps import ThePages
from api.problems import responses
from api.routes.console import PageFormat
from geo_risk.errors import AuthError, ForbiddenError
from geo_risk.records import Audience
from maps.month import enterprise_page

if TYPE_CHECKING:
    from api.pages import Pages

router = APIRouter(tags=["console"], default_response_class=HTMLResponse)

_REFUSALS = (401, 403, 404, 422, 503)


@router.get(
    "/enterprises/{enterprise_id:path}",
    responses={200: schemas.LIST_PAGE, **responses(*_REFUSALS)},
)
def show_enterprise(
    request: Request,
    enterprise_id: Annotated[str, Path(max_length=200)],
    pages: ThePages,
    lang: Lang,
    form: PageFormat = "html",
) -> Response:
    """Show one enterprise to the station's staff."""
    audience.check_staff(pages.sight)
    return _answer(request, pages, enterprise_id, lang, form)


@router.get("/enterprise", responses={200: schemas.LIST_PAGE, **responses(*_REFUSALS)})
def show_own(request: Request, pages: ThePages, lang: Lang, form: PageFormat = "html") -> Response:
    """Show an enterprise its own page."""
    actor = pages.sight.actor
    if actor is None:
        raise AuthError("This is the enterprise's own page.", "Sign in at /login.")
    if pages.sight.audience is not Audience.ENTERPRISE:
        raise ForbiddenError("This is the enterprise's own page.", "See /enterprises.")
    return _answer(request, pages, actor.enterprise_id or "", lang, form)


def _answer(request: Request, pages: Pages, enterprise_id: str, lang: str, form: str) -> Response:
    if form == "xlsx":
        view = enterprise_view(pages, enterprise_id, "zh", whole=True)
        publication = pages.shown.publication
        return sheets.download(
            f"企业-{enterprise_id}",
            enterprise_sheets(view),
            store=pages.service.store,
            park=pages.service.park,
            sight=pages.sight,
            as_of=publication.as_of if publication else pages.now,
            now=pages.now,
            filters={"企业": enterprise_id},
        )
    view = enterprise_view(pages, enterprise_id, lang, whole=False)
    return remember_lang(HTMLResponse(enterprise_page(pages.frame(), lang, view)), request)
