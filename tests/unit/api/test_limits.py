"""What an address takes by its schema, it also takes by its length."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from api.limits import MAX_BODY_BYTES, MAX_LIST_BYTES, BodyLimit
from api.routes.channels import TakenOverIn, TheirList
from geo_risk.channelbook import MOST_ITEMS


async def _taken(scope, receive, send):
    """Take a body whole, say how long it was."""
    seen, more = 0, True
    while more:
        message = await receive()
        seen += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(seen).encode()})


def status(path: str, length: int) -> int:
    """Give the answer's status to a body of a length, announced."""
    sent: list[dict] = []
    body = iter([{"type": "http.request", "body": b"x" * length, "more_body": False}])

    async def receive():
        return next(body)

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "headers": [(b"content-length", str(length).encode())],
    }
    # In a thread of its own: a browser's tests leave a running loop in this one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(BodyLimit(_taken)(scope, receive, send))).result()
    return sent[0]["status"]


def test_a_body_has_its_most():
    """One byte more is refused."""
    assert status("/v1/plan", MAX_BODY_BYTES) == 200
    assert status("/v1/plan", MAX_BODY_BYTES + 1) == 413
    assert status("/v1/channels/hotline/outbox", MAX_BODY_BYTES + 1) == 413


@pytest.mark.parametrize("last", ["acknowledged", "reconciliation"])
def test_a_list_is_longer_than_a_form(last):
    """But not without an end."""
    assert status(f"/v1/channels/hotline/{last}", MAX_LIST_BYTES) == 200
    assert status(f"/v1/channels/hotline/{last}", MAX_LIST_BYTES + 1) == 413


def test_the_longest_list_of_results_is_no_longer_than_is_taken():
    """The schema's own limits, and one result more: 422 is the answer then, not 413."""
    line = TakenOverIn.model_json_schema()["$defs"]["TakenOver"]["properties"]
    result = {name: "0" * one["maxLength"] for name, one in line.items()}
    most = TakenOverIn.model_json_schema()["properties"]["items"]["maxItems"]
    assert len(json.dumps({"items": [result] * (most + 1)})) <= MAX_LIST_BYTES


def test_a_source_own_list_of_usual_numbers_is_taken_whole():
    """A number of twenty characters, as the county's."""
    items = [{"number": f"WH{i:018d}", "closed": False} for i in range(MOST_ITEMS)]
    told = json.dumps({"made_at": "2026-05-01T08:00:00+08:00", "items": items})
    assert len(told) <= MAX_LIST_BYTES
    assert len(TheirList.model_validate_json(told).items) == MOST_ITEMS
