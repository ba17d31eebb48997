"""/figures (看数): the park's rates, funnels, coverage and the reliability of its forecasts."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from api import audience, schemas, sheets
from api.enterprise_sheets import chart_sheet
from api.figure_views import figures_view
from api.languages import Lang, remember_lang
from api.page_deps import ThePages
from api.problems import responses
from api.routes.console import PageFormat
from maps.month import figures_page

router = APIRouter(tags=["console"], default_response_class=HTMLResponse)

_REFUSALS = (401, 403, 404, 422, 503)


@router.get("/figures", responses={200: schemas.LIST_PAGE, **responses(*_REFUSALS)})
def show_figures(
    request: Request, pages: ThePages, lang: Lang, form: PageFormat = "html"
) -> Response:
    """Show the park's figures to the desk and to analysts."""
    audience.check_figures(pages.sight)
    if form == "html":
        page = figures_page(pages.frame(), lang, figures_view(pages, lang))
        return remember_lang(HTMLResponse(page), request)
    view = figures_view(pages, "zh")
    named = {
        "销号率": view.rates,
        "各巡区按期销号": view.closing,
        "各巡区上报": view.told,
        "走访覆盖": view.coverage,
        "抽签走访": view.prevalence,
    }
    named |= {f"预测核对 {n}": one for n, one in enumerate(view.reliability, 1)}
    return sheets.download(
        "看数",
        [chart_sheet(title, one) for title, one in named.items()],
        store=pages.service.store,
        park=pages.service.park,
        sight=pages.sight,
        as_of=pages.service.park.as_of(pages.now),
        now=pages.now,
        filters={"从": view.first, "到": view.last},
    )
