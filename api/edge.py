"""What every answer carries and every request leaves: headers, request id, log line, counts.

Raw ASGI around the whole application. A log line names the route's template, never the address
itself, for addresses hold ids. Counts are kept in a registry of their own and read at /metrics.
"""

from __future__ import annotations

import logging
import re
import secrets
import sys
import time
from typing import TYPE_CHECKING, Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """Counters of one application, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "geo_risk_http_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "geo_risk_http_request_seconds",
            "Time to answer.",
            ("route",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.sequence = Gauge(
            "geo_risk_publication_sequence",
            "Number of the publication that is shown.",
            registry=self.registry,
        )
        self.as_of = Gauge(
            "geo_risk_publication_as_of_seconds",
            "As-of of the publication that is shown, seconds since 1970.",
            registry=self.registry,
        )


class Edge:
    """Wraps an application.

    Parameters
    ----------
    app
        What to wrap.
    headers
        Name to value: set on every answer that does not set them itself.
    metrics
        Counts requests.
    """

    def __init__(self, app: ASGIApp, headers: Mapping[str, str], metrics: Metrics) -> None:
        self._app = app
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        self._metrics = metrics
        self._log = structlog.get_logger("geo_risk.http")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"  # every address that can be read answers HEAD too
        if head:
            scope["method"] = "GET"
        request_id = _request_id(scope)
        start, status = time.perf_counter(), 500

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = self._complete(message["headers"], request_id)
            elif head:
                message = {**message, "body": b""}
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id.decode()):
            try:
                await self._app(scope, receive, send_on)
            finally:
                self._count(scope, status, time.perf_counter() - start)

    def _complete(self, sent: Any, request_id: bytes) -> list[tuple[bytes, bytes]]:
        headers = list(sent)
        there = {name.lower() for name, _ in headers}
        framed = _says_who_may_frame(headers)
        headers += [
            pair
            for pair in self._headers
            if pair[0] not in there and not (framed and pair[0] == b"x-frame-options")
        ]
        if b"cache-control" not in there:
            headers.append((b"cache-control", b"private, no-store"))
        headers.append((b"x-request-id", request_id))
        return headers

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        route = scope.get("geo_risk.route") or getattr(scope.get("route"), "path", "other")
        self._metrics.requests.labels(scope["method"], route, str(status)).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        self._log.info(
            "answered",
            method=scope["method"],
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
        )


def security_headers(content_security_policy: str) -> dict[str, str]:
    """Give the headers of every answer.

    Parameters
    ----------
    content_security_policy
        What a page may load and who may frame it.
    """
    return {
        "Content-Security-Policy": content_security_policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=()",
    }


def configure_logs(level: str) -> None:
    """Write log lines as JSON to standard error, from a level up."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _says_who_may_frame(headers: list[tuple[bytes, bytes]]) -> bool:
    """Say whether an answer names its own frames: the older header would only speak against it."""
    return any(
        name.lower() == b"content-security-policy" and b"frame-ancestors" in value
        for name, value in headers
    )


def _request_id(scope: Scope) -> bytes:
    """Take the id that a proxy gave, where it is harmless; else make one."""
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    if isinstance(given, bytes) and _REQUEST_ID.fullmatch(given):
        return given
    return secrets.token_hex(8).encode()
