"""The console's pages: map, zones, enterprises, to-locate, sources; lists also as XLSX (`?f=xlsx`).

Without sign-in the map and the zones are the public's, where the park file has a map approval
number or a declared exemption; everything else leads to the sign-in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

from api import audience, schemas, sheets
from api.answers import XLSX, attachment
from api.deps import TheShown, TimeKey
from api.enterprise_views import enterprise_path
from api.figures import CLASS_NAMES
from api.languages import Lang, remember_lang
from api.page_deps import ThePages, ThePagesAt
from api.pages import Pages
from api.problems import responses
from geo_risk.errors import NotFoundError
from geo_risk.records import Premises, may_create
from maps.console import enterprises_page, locate_page, sources_page, zones_page
from maps.page import map_page
from maps.times import time_links, time_said
from maps.views import Listing

if TYPE_CHECKING:
    from geo_risk.export import Sheet

router = APIRouter(tags=["console"], default_response_class=HTMLResponse)

PageFormat = Annotated[
    str, Query(alias="f", pattern="^(html|xlsx)$", description="html, or xlsx to download.")
]
_REFUSALS = (401, 403, 404, 422, 503)
_PIN = "PATCH /ogc/collections/premises/items/{fid}"
_PAGE_SIZE = 50


@router.get("/", responses=responses(*_REFUSALS))
def show_map(
    request: Request, pages: ThePagesAt, shown: TheShown, lang: Lang, time: TimeKey = "now"
) -> Response:
    """Show the risk map, now or as it was at another time."""
    audience.check_map(pages.sight, pages.service.park.map)
    page = map_page(pages.map_view(time, shown), lang)
    return remember_lang(HTMLResponse(page), request)


@router.get("/zones", responses={200: schemas.LIST_PAGE, **responses(*_REFUSALS)})
def show_zones(
    request: Request,
    pages: ThePagesAt,
    shown: TheShown,
    lang: Lang,
    form: PageFormat = "html",
    time: TimeKey = "now",
) -> Response:
    """Show the zones as a table."""
    audience.check_map(pages.sight, pages.service.park.map)
    rows = pages.zone_rows()
    if form == "xlsx":
        plain = [{**vars(one), "class": CLASS_NAMES[one.risk_class]} for one in rows]
        return _download(pages, "巡区风险", [sheets.table("巡区风险", sheets.ZONE_COLUMNS, plain)])
    view = pages.map_view(time, shown)
    page = zones_page(
        view.frame,
        lang,
        rows,
        unit=view.unit if lang == "en" else view.unit_zh,
        download=f"/zones?f=xlsx&time={time}",
        said=time_said(view, lang),
        times=time_links(view, lang, "/zones"),
    )
    return remember_lang(HTMLResponse(page), request)


@router.get(
    "/enterprises",
    responses={
        200: schemas.LIST_PAGE,
        303: {"description": "One enterprise has all of this as its name, code or id."},
        **responses(*_REFUSALS),
    },
)
def show_enterprises(
    request: Request,
    pages: ThePages,
    lang: Lang,
    form: PageFormat = "html",
    q: Annotated[str, Query(max_length=100)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Show the enterprises, the gravest first; a search that can mean one only opens it."""
    audience.check_station(pages.sight)
    rows = pages.enterprise_rows(q)
    exact = [one for one in rows if one.why and one.rank == 0]
    opens = audience.opens_enterprises(pages.sight)
    if form == "xlsx":
        rows = pages.with_names(rows)
        plain = [{**vars(one), "class": CLASS_NAMES[one.risk_class]} for one in rows]
        sheet = sheets.table("企业", sheets.ENTERPRISE_COLUMNS, plain)
        return _download(pages, "企业", [sheet], {"查找": q} if q else {})
    typing = request.headers.get("hx-request") == "true"  # the list may not run away meanwhile
    if opens and len(exact) == 1 and not typing:
        return RedirectResponse(f"{enterprise_path(exact[0].id)}?lang={lang}", 303)
    listing = Listing(len(rows), page, _PAGE_SIZE, q)
    shown = pages.with_names(rows[(page - 1) * _PAGE_SIZE : page * _PAGE_SIZE])
    download = f"/enterprises?{urlencode({'f': 'xlsx', 'q': q} if q else {'f': 'xlsx'})}"
    html = enterprises_page(pages.frame(), lang, shown, listing, download=download, opens=opens)
    return remember_lang(HTMLResponse(html, headers={"Vary": "HX-Request"}), request)


@router.get("/to-locate", responses={200: schemas.LIST_PAGE, **responses(*_REFUSALS)})
def show_unlocated(
    request: Request, pages: ThePages, lang: Lang, form: PageFormat = "html"
) -> Response:
    """Show who waits for a place, and the map on which to put it."""
    audience.check_station(pages.sight)
    rows = pages.unlocated_rows()
    if form == "xlsx":
        columns = sheets.UNLOCATED_COLUMNS
        sheet = sheets.table("待定位场所", columns, [vars(one) for one in rows])
        return _download(pages, "待定位场所", [sheet])
    may_save = may_create(pages.sight.reader.role, Premises, _PIN)
    page = locate_page(pages.frame(), lang, rows, may_save=may_save)
    return remember_lang(HTMLResponse(page), request)


@router.get("/sources", responses={200: schemas.LIST_PAGE, **responses(*_REFUSALS)})
def show_sources(
    request: Request, pages: ThePages, lang: Lang, form: PageFormat = "html"
) -> Response:
    """Show what the last build read."""
    audience.check_station(pages.sight)
    rows = pages.source_rows()
    if form == "xlsx":
        sheet = sheets.table("数据来源", sheets.SOURCE_COLUMNS, [vars(one) for one in rows])
        return _download(pages, "数据来源", [sheet])
    return remember_lang(HTMLResponse(sources_page(pages.frame(), lang, rows)), request)


@router.get(
    "/v1/imports/{source}/rejects.xlsx",
    response_class=Response,
    responses={200: {"description": "OK", "content": schemas.XLSX}, **responses(*_REFUSALS)},
)
def read_rejects(source: str, pages: ThePages) -> Response:
    """Give the rejected rows of a source as they came, to be corrected in place."""
    audience.check_station(pages.sight)
    audience.check_names(pages.sight)
    known = {one.name for one in pages.service.park.source}
    path = pages.service.store.rejects_dir / f"{source}.xlsx"
    if source not in known or not path.is_file():
        raise NotFoundError(f"Source {source!r} has no rejected rows.", "See /v1/imports.")
    pages.service.store.audit(pages.sight.reader, "export", f"rejects/{source}", pages.now)
    headers = dict(attachment(f"{source}-rejects.xlsx"))
    return FileResponse(path, headers=headers, media_type=XLSX)


def _download(
    pages: Pages, name: str, tables: list[Sheet], filters: dict[str, str] | None = None
) -> Response:
    publication = pages.shown.publication
    asked: dict[str, Any] = filters or {}
    return sheets.download(
        name,
        tables,
        store=pages.service.store,
        park=pages.service.park,
        sight=pages.sight,
        as_of=publication.as_of if publication else pages.now,
        now=pages.now,
        filters=asked,
    )
