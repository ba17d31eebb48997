"""The application factory: everything is wired here.

Takes settings and a checked park file, gives an ASGI application. Opening the store, watching for
publications and closing both again is the lifespan's. From the outside in: headers and counts
(`edge`), tiles, compression, then FastAPI with its routes. The clock is read here and handed down.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import structlog
from fastapi import Depends, FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.middleware.gzip import GZipMiddleware

from api import audience, problems
from api.addresses import whole_addresses
from api.asset_files import give_asset
from api.auth import PUBLIC, Throttles
from api.deps import check_request
from api.edge import Edge, Metrics, configure_logs, security_headers
from api.jobs import Jobs
from api.kept import KeptRecords
from api.languages import lang_of
from api.limits import BodyLimit
from api.live_feed import LiveFeed
from api.live_map import LiveMap
from api.ogc.wire import wire_of
from api.openapi import describe
from api.pages import pages_of
from api.past import Past
from api.previews import Previews
from api.routes import (
    audit_pages,
    case_pages,
    cases,
    channels,
    console,
    correction_pages,
    declarations,
    declare,
    doubt_pages,
    embed_pages,
    embeds,
    enterprise_pages,
    entries,
    field,
    figure_pages,
    flags,
    given,
    given_pages,
    health,
    import_pages,
    imports,
    index,
    index_pages,
    live,
    map,  # noqa: A004 (a module)
    ogc,
    order_pages,
    orders,
    phone,
    photos,
    plan,
    plan_files,
    plan_moves,
    plan_pages,
    proposals,
    receipts,
    report,
    session,
    slip_pages,
    slips,
    station_pages,
    surfaces,
    user_pages,
    visit_pages,
)
from api.service import Service
from api.shown import Watcher
from api.tiles import Tiles
from geo_risk.ingest import read_boundary
from geo_risk.publicbook import PublicBook
from geo_risk.store import open_store
from maps.basemap import online_base
from maps.console import error_page
from maps.page import content_security_policy

if TYPE_CHECKING:
    from geo_risk.park import ParkFile
    from geo_risk.settings import Settings

_ROUTERS = (
    health,
    ogc,
    entries,
    photos,
    cases,
    index,
    surfaces,
    map,
    live,
    imports,
    import_pages,
    console,
    session,
    channels,
    flags,
    slips,
    plan,
    plan_files,
    receipts,
    declarations,
    declare,
    orders,
    order_pages,
    given,
    given_pages,
    station_pages,
    report,
    case_pages,
    index_pages,
    correction_pages,
    enterprise_pages,
    figure_pages,
    slip_pages,
    plan_pages,
    plan_moves,
    proposals,
    phone,
    field,
    visit_pages,
    user_pages,
    audit_pages,
    embeds,
    embed_pages,
    doubt_pages,
)
_ERROR_WORDS = {401: "auth", 403: "forbidden", 404: "not_found", 503: "busy"}


Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Give the present moment: the clock of a service that is told no other."""
    return datetime.now(UTC)


def create_app(settings: Settings, park: ParkFile, clock: Clock = utc_now) -> FastAPI:
    """Make the service of one park.

    Parameters
    ----------
    settings
        As read at the door.
    park
        The checked park file.
    clock
        Gives the moment, zone-aware, that a request takes as now; it never runs backwards. What
        tells the story of a month in a minute brings its own, everything else the machine's.

    Returns
    -------
    FastAPI
        Opens the park's store when it starts, closes it when it ends.
    """
    configure_logs(settings.log_level)
    base = online_base(park.map, settings.base_key)
    app = FastAPI(
        title=park.park.name,
        summary="Risk maps of an industrial park",
        version="0.1.0",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        lifespan=lambda one: _lifespan(one, settings, park, clock),
        dependencies=[Depends(check_request)],
    )
    app.state.metrics = Metrics()
    for module in _ROUTERS:
        app.include_router(module.router)
    app.state.routes = tuple(route for module in _ROUTERS for route in module.router.routes)
    app.state.whole_addresses = whole_addresses(app.state.routes)
    app.mount("/assets", give_asset)
    problems.install(app, _error_page)
    describe(app, park)
    app.add_middleware(BodyLimit)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(Tiles, service=lambda: _service_of(app))
    app.add_middleware(
        Edge,
        headers=security_headers(content_security_policy(pictures=base.origins if base else ())),
        metrics=app.state.metrics,
    )
    return app


@asynccontextmanager
async def _lifespan(
    app: FastAPI, settings: Settings, park: ParkFile, clock: Clock
) -> AsyncIterator[None]:
    service = await run_in_threadpool(_open, settings, park, clock)
    app.state.service = service
    try:
        yield
    finally:
        await run_in_threadpool(_close, service)


def _open(settings: Settings, park: ParkFile, clock: Clock) -> Service:
    boundary = read_boundary(park)
    store = open_store(
        settings.url_of_store(park), park_id=park.park.id, state_dir=settings.state_dir(park)
    )
    kept = KeptRecords(store)
    watcher = Watcher(store, park.park.datum, on_swap=kept.clear)
    watcher.start()
    store.hear(watcher.wake, _log_hearing)
    jobs = Jobs(settings, park)
    jobs.mend(clock())
    live_map = LiveMap(store, kept, park, boundary, watcher, clock)
    return Service(
        settings=settings,
        park=park,
        store=store,
        kept=kept,
        boundary=boundary,
        wire=wire_of(park),
        watcher=watcher,
        past=Past(store, kept, park),
        live=LiveFeed(store),
        live_map=live_map,
        throttles=Throttles(),
        clock=clock,
        jobs=jobs,
        previews=Previews(),
        public=PublicBook(store, park, boundary),
    )


def _log_hearing(reason: str) -> None:
    log = structlog.get_logger("geo_risk.hearing")
    if reason:
        log.warning("not hearing other processes: asking the store instead", reason=reason)
    else:
        log.info("hearing other processes")


def _close(service: Service) -> None:
    service.jobs.close()
    service.watcher.stop()
    service.store.close()


def _service_of(app: FastAPI) -> Service:
    return cast("Service", app.state.service)


def _error_page(request: Request, status: int, detail: str, hint: str) -> str:
    """Make a page of a failure; as nobody in particular, for the failure may be about who asks."""
    service = _service_of(request.app)
    sight = audience.sight_of(None)
    now = service.clock()
    pages = pages_of(request, service, service.watcher.shown, PUBLIC, sight, now)
    code = _ERROR_WORDS.get(status, "other")
    return error_page(pages.frame(), lang_of(request), code=code, message=detail, hint=hint)
