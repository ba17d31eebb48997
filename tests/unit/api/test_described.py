"""What /openapi.json says of methods and bodies is what the application answers."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.addresses import reading_of
from docs.declared_pages import application

READERS = ("application/json", "multipart/form-data; boundary=x")
"""Bodies that can be written so that nobody can read them; any text is some form."""


@pytest.fixture(scope="module")
def app() -> FastAPI:
    """The whole application, of a park that is nowhere: what it refuses needs none."""
    return application()


def described(app: FastAPI) -> list[tuple[str, str, dict[str, Any]]]:
    """Give method, address and description of every operation."""
    return [
        (method.upper(), path, operation)
        for path, item in app.openapi()["paths"].items()
        for method, operation in item.items()
    ]


def answers(app: FastAPI, *asked: tuple[str, str, dict[str, Any]]) -> list[httpx.Response]:
    """Ask an application without a socket: method, address, what else httpx takes."""

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://park.test") as client:
            return [await client.request(method, path, **more) for method, path, more in asked]

    # In a thread of its own: a browser's tests leave a running loop in this one.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(ask())).result()


def test_an_address_names_exactly_its_documented_methods(app):
    """Also where a route with a parameter would match it: there is no slip called draw."""
    whole = {path: item for path, item in app.openapi()["paths"].items() if "{" not in path}
    assert "/v1/slips/draw" in whole
    said = answers(app, *(("OPTIONS", path, {}) for path in whole))
    for (path, item), answer in zip(whole.items(), said, strict=True):
        assert answer.status_code == 405, path
        assert set(answer.headers["allow"].split(", ")) == {one.upper() for one in item}, path


def test_an_address_takes_no_method_of_another(app):
    """Reading what is only posted to is 405 there, not 404 of a record of that name."""
    (answer,) = answers(app, ("GET", "/v1/slips/draw", {}))
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("path", "reading"),
    [
        ("/ogc/collections/visits/items", "/ogc/collections/{collection_id}/items"),
        (
            "/ogc/collections/premises/items/{feature_id}",
            "/ogc/collections/{collection_id}/items/{feature_id}",
        ),
        ("/ogc/collections/{collection_id}/items", None),
        ("/ogc/collections", None),
        ("/v1/slips/draw", None),
    ],
)
def test_records_are_read_by_the_route_of_all_collections(path, reading):
    """What is written at its own address is read at the general one."""
    assert reading_of(path) == reading


def test_a_body_that_is_too_large_is_refused_as_described(app):
    """413 at every address that changes something, whether it reads a body or not."""
    changing = [one for one in described(app) if one[0] != "GET"]
    huge = {"headers": {"Content-Length": "99000000", "Expect": "100-continue"}}
    said = answers(app, *((method, path, huge) for method, path, _ in changing))
    for (method, path, operation), answer in zip(changing, said, strict=True):
        assert answer.status_code == 413, (method, path)
        assert "413" in operation["responses"], (method, path)


@pytest.mark.parametrize("reader", READERS)
def test_a_body_that_cannot_be_read_is_refused_as_described(app, reader):
    """400 is declared wherever a body is read."""
    media_type = reader.split(";")[0]
    reading = [one for one in described(app) if "requestBody" in one[2]]
    assert all("400" in operation["responses"] for _, _, operation in reading)
    told = [one for one in reading if media_type in one[2]["requestBody"]["content"]]
    assert told
    torn = {"headers": {"Content-Type": reader}, "content": b"\xff--x\r\n[]--x--\r\n"}
    said = answers(app, *((method, path, torn) for method, path, _ in told))
    for (method, path, _), answer in zip(told, said, strict=True):
        assert answer.status_code == 400, (method, path, answer.text)


def test_who_is_led_elsewhere_is_given_no_body(app):
    """303 has a place to go and nothing to read."""
    leading = [one["responses"]["303"] for _, _, one in described(app) if "303" in one["responses"]]
    assert leading
    assert not any("content" in one for one in leading)
