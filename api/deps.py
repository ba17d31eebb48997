"""What routes ask for: the service, who asks, what that reader may see, the present.

Each is worked out once per request. A change asked for by a session's cookie is refused here unless
the page's mark came with it; form routes check the mark themselves, for it is in the form.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, cast

from fastapi import Depends, Form, Query, Request
from pydantic import BeforeValidator
from starlette.exceptions import HTTPException

from api import audience, auth
from api.audience import Sight
from api.auth import Identity
from api.ogc.entries import text_only
from api.service import Service
from api.shown import Shown
from geo_risk.park import ParkFile
from geo_risk.store import Store

FORM_ROUTES = frozenset({"/login", "/logout"})
RECEIPT = "/receipt/"
"""Nobody is signed in there: the address itself is what lets somebody in, not a cookie."""


def service_of(request: Request) -> Service:
    """Give the running service."""
    return cast("Service", request.app.state.service)


def now_of(request: Request) -> datetime:
    """Give the time of the request: one and the same wherever it is asked for."""
    if not hasattr(request.state, "now"):
        request.state.now = service_of(request).clock()
    return cast("datetime", request.state.now)


def identity_of(request: Request) -> Identity:
    """Give who asks."""
    if not hasattr(request.state, "identity"):
        service = service_of(request)
        request.state.identity = auth.identify(
            service.store,
            service.uses,
            service.session_cookie,
            request.headers.get("cookie", ""),
            request.headers.get("authorization", ""),
            now_of(request),
        )
    return cast("Identity", request.state.identity)


def sight_of(request: Request) -> Sight:
    """Give what the reader may see."""
    return audience.sight_of(identity_of(request).actor)


def shown_of(request: Request) -> Shown:
    """Give what was published last: one and the same for the whole request."""
    if not hasattr(request.state, "shown"):
        request.state.shown = service_of(request).watcher.shown
    return cast("Shown", request.state.shown)


TimeKey = Annotated[
    str,
    Query(
        pattern=r"^(now|p[1-9][0-9]{0,8}|(199[0-9]|20[0-9]{2})-(0[1-9]|1[0-2]))$",
        description="now, a month (2026-04) or an earlier publication (p12): see /v1/surfaces.",
    ),
]


def shown_at(request: Request, time: TimeKey = "now") -> Shown:
    """Give what is shown at the moment asked for; only the station looks back, by its cells."""
    if time == "now":
        return shown_now(request)
    audience.check_cells(sight_of(request))
    return service_of(request).past.at(time, shown_of(request), now_of(request))


def shown_now(request: Request) -> Shown:
    """Give what is shown, to the station with the reports since it was published."""
    if not sight_of(request).cells:
        return shown_of(request)
    return service_of(request).live_map.shown(request.path_params.get("surface_id"))


def check_mark_in_form(request: Request, csrf: Annotated[str, Form(max_length=200)] = "") -> None:
    """Refuse a page's form that does not hold the page's mark."""
    auth.check_form_mark(identity_of(request), request.method, csrf)


FROM_OUR_PAGE = Depends(check_mark_in_form)
"""Stands in the `dependencies` of every route that a page's form posts to."""


def check_request(request: Request) -> None:
    """Refuse what no address takes: a method that it does not know, a change by a cookie alone."""
    check_method(request)
    check_form_mark(request)


def check_method(request: Request) -> None:
    """Refuse a method that only an address with a parameter in this one's place would take."""
    known = request.app.state.whole_addresses.get(request.scope["path"])
    if known is not None and request.method not in known:
        raise HTTPException(405)


def check_form_mark(request: Request) -> None:
    """Refuse a change that a cookie alone asks for."""
    path = request.url.path
    if request.method in auth.SAFE_METHODS or path in FORM_ROUTES or path.startswith(RECEIPT):
        return
    if FROM_OUR_PAGE in getattr(request.scope.get("route"), "dependencies", ()):
        return  # the form holds the mark, and is checked there
    given = request.headers.get(auth.FORM_HEADER, "")
    auth.check_form_mark(identity_of(request), request.method, given)


def store_of(request: Request) -> Store:
    """Give the park's store."""
    return service_of(request).store


def park_of(request: Request) -> ParkFile:
    """Give the park file."""
    return service_of(request).park


TheService = Annotated[Service, Depends(service_of)]
Day = Annotated[
    date | None,
    BeforeValidator(text_only),
    Query(description="YYYY-MM-DD, the park's own day."),
]
"""A day in an address; a bare number would be taken for seconds since 1970, and is refused."""

TheStore = Annotated[Store, Depends(store_of)]
ThePark = Annotated[ParkFile, Depends(park_of)]
TheSight = Annotated[Sight, Depends(sight_of)]
TheIdentity = Annotated[Identity, Depends(identity_of)]
TheShown = Annotated[Shown, Depends(shown_of)]
TheShownNow = Annotated[Shown, Depends(shown_now)]
TheShownAt = Annotated[Shown, Depends(shown_at)]
Now = Annotated[datetime, Depends(now_of)]
