"""Error class to status, one table; every failure leaves as `application/problem+json` (RFC 9457).

Takes what a route raised, gives a body with what happened (`detail`), what to do next (`hint`) and
a `code` that programs can rely on. What cannot be used is 400 under /ogc, as OGC API - Features
wants, and 422 elsewhere. A person who asked for a page gets a page, and the sign-in where that is
what is missing. What nobody foresaw is a 500 without inner workings; those are in the log.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import structlog
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from geo_risk import errors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from fastapi import FastAPI, Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    ErrorPage = Callable[[Request, int, str, str], str]

STATUS: dict[type[errors.GeoRiskError], int] = {
    errors.GeoRiskError: 500,
    errors.InputError: 422,
    errors.FileFormatError: 422,
    errors.EncodingError: 422,
    errors.ColumnError: 422,
    errors.ParkFileError: 422,
    errors.CRSMismatchError: 422,
    errors.GridMismatchError: 422,
    errors.NotFoundError: 404,
    errors.GoneError: 410,
    errors.AuthError: 401,
    errors.ForbiddenError: 403,
    errors.ConflictError: 409,
    errors.IdempotencyError: 422,
    errors.StaleError: 412,
    errors.PreconditionMissingError: 428,
    errors.TooLargeError: 413,
    errors.RateError: 429,
    errors.InfeasiblePlanError: 422,
    errors.StoreError: 503,
    errors.BusyError: 503,
}
"""Every error class has its own line; a test walks the tree and fails when one is missing."""

OGC = "/ogc"
MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = {429: "60", 503: "5"}
_API = ("/ogc", "/v1", "/tiles", "/metrics", "/healthz", "/readyz", "/openapi.json", "/assets")
_KEPT_QUERY = 1500
_HTTP_HINTS = {
    404: "Look the address up in /openapi.json.",
    405: "Use one of the methods in the Allow header.",
    413: "Send less at once.",
}

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "What happened and what to do next (RFC 9457).",
    "required": ["type", "title", "status", "detail", "instance", "code", "hint"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string"},
        "hint": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "value", "message"],
                "properties": {
                    "field": {"type": "string"},
                    "value": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}


def status_of(error: errors.GeoRiskError, path: str) -> int:
    """Give the status of an error at an address: the table's, except that OGC wants 400.

    Parameters
    ----------
    error
        What was raised.
    path
        Path of the request.

    Returns
    -------
    int
        HTTP status.
    """
    if isinstance(error, errors.InputError) and is_ogc(path):
        return 400
    known = next(one for one in type(error).__mro__ if one in STATUS)
    return STATUS[known]


def is_ogc(path: str) -> bool:
    """Say whether a path lies under /ogc."""
    return path == OGC or path.startswith(OGC + "/")


def problem(
    status: int,
    code: str,
    title: str,
    detail: str,
    hint: str,
    instance: str,
    more: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Make the body of a problem.

    Parameters
    ----------
    status, code, title, detail, hint
        What the fields say.
    instance
        Path of the request.
    more
        Further members.

    Returns
    -------
    dict
        JSON-ready, fields of RFC 9457 first.
    """
    return {
        "type": f"urn:geo-risk:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": quote(instance, safe="/:@!$&'()*+,;=-._~"),
        "code": code,
        "hint": hint,
        **(more or {}),
    }


def problem_of(error: errors.GeoRiskError, path: str) -> dict[str, Any]:
    """Make the problem of one of our own errors."""
    status = status_of(error, path)
    return problem(
        status, error.code, title_of(type(error)), error.message, error.hint, instance=path
    )


def title_of(kind: type[errors.GeoRiskError]) -> str:
    """Give an error class's title: the first line of what it says about itself."""
    return (kind.__doc__ or kind.__name__).strip().splitlines()[0]


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Declare problems for OpenAPI: each status with the problem schema.

    Parameters
    ----------
    *statuses
        What the route may answer besides its success.

    Returns
    -------
    dict
        For `responses=` of a route.
    """
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {one: {"description": HTTPStatus(one).phrase, "content": content} for one in statuses}


def wants_page(request: Request) -> bool:
    """Say whether a person with a browser asks, not a program: and not at an address of the API."""
    if request.url.path.startswith(_API):
        return False
    return "text/html" in request.headers.get("accept", "")


def install(app: FastAPI, error_page: ErrorPage | None = None) -> None:
    """Answer every failure of an application with a problem, or with a page where that was asked.

    Parameters
    ----------
    app
        The application.
    error_page
        Makes a page of request, status, detail and hint; None: problems only.
    """
    log = structlog.get_logger("geo_risk.api")

    def answer(request: Request, body: dict[str, Any], headers: Mapping[str, str]) -> Response:
        status: int = body["status"]
        extra = dict(headers)
        if status in RETRY_AFTER_S:
            extra.setdefault("Retry-After", RETRY_AFTER_S[status])
        if status == 401 and not wants_page(request):
            extra["WWW-Authenticate"] = 'Bearer realm="geo-risk"'
        if wants_page(request) and error_page is not None:
            if status == 401 and request.method == "GET":
                return RedirectResponse(_sign_in(request), 303, {"Cache-Control": "no-store"})
            page = error_page(request, status, body["detail"], body["hint"])
            return HTMLResponse(page, status, extra)
        return JSONResponse(body, status, extra, media_type=MEDIA_TYPE)

    async def ours(request: Request, error: Exception) -> Response:
        if not isinstance(error, errors.GeoRiskError):
            raise error
        body = problem_of(error, request.url.path)
        if body["status"] >= 500:
            log.error("failed", code=error.code, detail=error.message, path=request.url.path)
        return answer(request, body, {})

    async def invalid(request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        path = request.url.path
        issues = _issues(error.errors())
        first = issues[0]
        detail = "; ".join(f"{one['field']}: {one['message']}" for one in issues)
        body = problem(
            400 if is_ogc(path) else 422,
            errors.InputError.code,
            title_of(errors.InputError),
            detail,
            f"Correct {first['field']} and send it again.",
            path,
            {"errors": issues},
        )
        return answer(request, body, {})

    async def http(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        status = error.status_code
        phrase = HTTPStatus(status).phrase
        code = errors.NotFoundError.code if status == 404 else phrase.lower().replace(" ", "_")
        detail = {
            404: f"There is nothing at {request.url.path}.",
            405: f"{request.method} is not possible at {request.url.path}.",
        }.get(status, str(error.detail))
        body = problem(
            status,
            code,
            phrase,
            detail,
            _HTTP_HINTS.get(status, "Read the address's entry in /openapi.json."),
            request.url.path,
        )
        headers = dict(error.headers or {})
        if status == 405:
            headers["Allow"] = ", ".join(_methods_at(request))
        return answer(request, body, headers)

    async def unforeseen(request: Request, error: Exception) -> Response:
        log.error("unforeseen", path=request.url.path, exc_info=error)
        body = problem(
            500,
            "unforeseen",
            "Something went wrong on our side",
            "The request could not be answered.",
            "Try again; if it happens again, give the keeper the X-Request-ID of this answer.",
            request.url.path,
        )
        return answer(request, body, {})

    app.add_exception_handler(errors.GeoRiskError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, unforeseen)


def _methods_at(request: Request) -> list[str]:
    """Give the methods of an address: its own, or of every route that answers there."""
    known = getattr(request.app.state, "whole_addresses", {}).get(request.scope["path"])
    tried = ("GET", "POST", "PUT", "PATCH", "DELETE")
    routes = _routes_at(request)
    return [
        method
        for method in tried
        if (known is None or method in known)
        and any(one.matches({**request.scope, "method": method})[0] is Match.FULL for one in routes)
    ]


def _routes_at(request: Request) -> Sequence[BaseRoute]:
    """Give the routes that an address is of: `/visit/{id}/undo` is none of `/visit/{id}`'s."""
    there = [
        (one, getattr(one, "path", ""))
        for one in getattr(request.app.state, "routes", ())
        if one.matches(dict(request.scope))[0] is not Match.NONE
    ]
    own = [
        one for one, path in there if not any(other.startswith(f"{path}/") for _, other in there)
    ]
    return own or request.app.router.routes


def _sign_in(request: Request) -> str:
    """Give the address of the sign-in that leads back: to the page, and to what was looked for."""
    path, query = request.url.path, request.url.query
    if path == "/login" or (path == "/" and not query):
        return "/login"
    wanted = f"{path}?{query}" if query and len(query) < _KEPT_QUERY else path
    return f"/login?next={quote(wanted, safe='/')}"


def _issues(found: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [
        {
            "field": ".".join(str(part) for part in one["loc"] if part not in {"query", "path"}),
            "value": _short(one.get("input")),
            "message": f"{_short(one.get('input'))} cannot be used: {one['msg']}",
        }
        for one in found
    ]


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
