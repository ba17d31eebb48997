"""Is it alive, is it ready, what did it count: for whoever watches the service."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from api import audience
from api.answers import Json
from api.deps import TheShown, TheSight, TheStore
from api.edge import Metrics
from api.problems import responses

router = APIRouter(tags=["health"])


@router.get("/healthz", response_class=Json)
def read_health() -> Json:
    """Say that the process answers."""
    return Json({"status": "ok"})


@router.get("/readyz", response_class=Json, responses=responses(503))
def read_readiness(store: TheStore, shown: TheShown) -> Json:
    """Say that the store answers, and which publication is shown."""
    published = store.publication_seq()
    return Json({"status": "ready", "published": published, "shown": shown.sequence})


@router.get("/metrics", response_class=Response, responses=responses(401, 403, 503))
def read_metrics(request: Request, shown: TheShown, sight: TheSight) -> Response:
    """Give the counts, for Prometheus: with a token, for they tick with every report."""
    audience.check_station(sight)
    metrics: Metrics = request.app.state.metrics
    metrics.sequence.set(shown.sequence)
    if shown.publication is not None:
        metrics.as_of.set(shown.publication.as_of.timestamp())
    return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)
