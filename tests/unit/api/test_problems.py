"""Errors leave as problems: every class has a status, every problem says what to do next."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from api import problems
from api.edge import configure_logs
from geo_risk import errors


def tree(kind: type[errors.GeoRiskError]) -> list[type[errors.GeoRiskError]]:
    return [kind, *(below for one in kind.__subclasses__() for below in tree(one))]


CLASSES = sorted({*tree(errors.GeoRiskError)}, key=lambda one: one.__name__)


def application() -> FastAPI:
    """An application whose routes fail in every way there is."""
    app = FastAPI()
    problems.install(app, lambda _request, status, detail, _hint: f"<h1>{status}</h1>{detail}")

    @app.get("/v1/numbers/{number}")
    def read_number(number: int) -> int:
        return number

    @app.get("/ogc/numbers/{number}")
    def read_ogc_number(number: int) -> int:
        return number

    @app.get("/v1/bug")
    def read_bug() -> None:
        raise ZeroDivisionError("secret of the inner workings")

    def failing(kind: type[errors.GeoRiskError]) -> None:
        def fail() -> None:
            raise kind("What happened.", "What to do.")

        for prefix in ("/v1", "/ogc", ""):
            app.get(f"{prefix}/fail/{kind.__name__}")(fail)

    for kind in CLASSES:
        failing(kind)
    return app


class Client:
    """Asks an application without a socket."""

    def __init__(self, app: FastAPI) -> None:
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    def request(self, method: str, path: str, headers: dict[str, str] | None = None):
        """Give the answer to a request."""

        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=self._transport, base_url="http://park.test"
            ) as client:
                return await client.request(method, path, headers=headers)

        # In a thread of its own: a browser's tests leave a running loop in this one.
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: asyncio.run(ask())).result()

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        """Give the answer to a GET."""
        return self.request("GET", path, headers)


@pytest.fixture(scope="module")
def client() -> Client:
    configure_logs("critical")
    return Client(application())


def test_every_error_class_stands_in_the_table():
    """A new class fails here until somebody decides its status."""
    assert set(CLASSES) == set(problems.STATUS)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda one: one.__name__)
def test_every_error_leaves_as_a_problem_with_its_status(client, kind):
    """Body and status line say the same, and the hint is there."""
    answer = client.get(f"/v1/fail/{kind.__name__}")
    body = answer.json()
    assert answer.status_code == body["status"] == problems.STATUS[kind]
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["type"] == f"urn:geo-risk:problem:{kind.code}"
    assert (body["detail"], body["hint"], body["code"]) == (
        "What happened.",
        "What to do.",
        kind.code,
    )
    assert body["title"]
    assert body["instance"] == f"/v1/fail/{kind.__name__}"


@pytest.mark.parametrize("kind", CLASSES, ids=lambda one: one.__name__)
def test_what_cannot_be_used_is_400_under_ogc_and_nothing_else_changes(client, kind):
    """OGC API - Features wants 400 where FastAPI would say 422."""
    expected = 400 if issubclass(kind, errors.InputError) else problems.STATUS[kind]
    assert client.get(f"/ogc/fail/{kind.__name__}").status_code == expected


def test_codes_are_unique():
    """A program can tell every class by its code."""
    codes = [one.code for one in CLASSES]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(("prefix", "status"), [("/v1", 422), ("/ogc", 400)])
def test_validation_names_field_and_value(client, prefix, status):
    """FastAPI's own validation error becomes the same kind of problem."""
    answer = client.get(f"{prefix}/numbers/seven")
    body = answer.json()
    assert answer.status_code == body["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["code"] == "input"
    assert body["errors"][0]["field"] == "number"
    assert "'seven'" in body["errors"][0]["value"]
    assert "number" in body["hint"]


def test_an_unknown_address_is_a_404_problem(client):
    """Also where there is no route at all."""
    answer = client.get("/v1/没有")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"
    assert "/v1/没有" in answer.json()["detail"]
    assert answer.json()["instance"] == "/v1/%E6%B2%A1%E6%9C%89"


def test_a_wrong_method_is_a_405_problem_that_names_the_right_one(client):
    """The Allow header stays."""
    answer = client.request("DELETE", "/v1/bug")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_nobody_foresaw_is_500_without_inner_workings(client):
    """No class name, no message, no stack."""
    answer = client.get("/v1/bug")
    assert answer.status_code == 500
    assert answer.json()["code"] == "unforeseen"
    assert "secret" not in answer.text
    assert "ZeroDivision" not in answer.text
    assert "Traceback" not in answer.text


def test_busy_and_throttled_say_when_to_come_back(client):
    """503 and 429 carry Retry-After."""
    assert client.get("/v1/fail/BusyError").headers["retry-after"] == "5"
    assert client.get("/v1/fail/RateError").headers["retry-after"] == "60"


def test_not_signed_in_names_the_way_in(client):
    """401 carries a challenge, as HTTP wants; 403 does not."""
    assert client.get("/v1/fail/AuthError").headers["www-authenticate"].startswith("Bearer")
    assert "www-authenticate" not in client.get("/v1/fail/ForbiddenError").headers


def test_a_person_gets_a_page_and_is_led_to_the_sign_in(client):
    """Only where a page was asked for; the API answers problems even to a browser."""
    page = {"Accept": "text/html"}
    assert client.get("/fail/NotFoundError", headers=page).text == "<h1>404</h1>What happened."
    led = client.get("/fail/AuthError", headers=page)
    assert (led.status_code, led.headers["location"]) == (303, "/login?next=/fail/AuthError")
    led = client.get("/fail/AuthError?kind=a%26b&lang=en", headers=page)
    back = parse_qs(urlsplit(led.headers["location"]).query)
    assert back == {"next": ["/fail/AuthError?kind=a%26b&lang=en"]}
    led = client.get(f"/fail/AuthError?q={'a' * 3000}", headers=page)
    assert led.headers["location"] == "/login?next=/fail/AuthError"
    assert client.get("/v1/fail/AuthError", headers=page).status_code == 401
