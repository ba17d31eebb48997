"""Sign-in by form: what a session opens, what it cannot be made to do, and how it ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from api.auth import new_token, new_user
from api.passwords import digest
from geo_risk.records import Role


@pytest.fixture(scope="module")
def server(sample_park, server_on, tmp_path_factory) -> Iterator[object]:
    """A server of its own: failed sign-ins are counted."""
    with server_on(sample_park.copy(tmp_path_factory.mktemp("session") / "state")) as one:
        yield one


@pytest.fixture
def browser(server) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


def mark_in(page: httpx.Response) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found, page.text[:500]
    return found.group(1)


def sign_in(browser: httpx.Client, name: str, password: str, **more: str) -> httpx.Response:
    form = {"csrf": mark_in(browser.get("/login")), "next": "/", **more}
    return browser.post("/login", data={**form, "username": name, "password": password})


def signed_in(browser: httpx.Client, server, role: str) -> str:
    """Sign in; give the mark that pages carry."""
    answer = sign_in(browser, *server.logins[role])
    assert answer.status_code == 303, answer.text
    page = browser.get("/zones")
    found = re.search(r'name="csrf-token" content="([^"]+)"', page.text)
    assert found
    return found.group(1)


def test_a_session_opens_what_the_role_may_see(server, browser):
    """Before: the sign-in. After: the list."""
    page = {"Accept": "text/html"}
    before = browser.get("/enterprises", headers=page)
    assert (before.status_code, before.headers["location"]) == (303, "/login?next=/enterprises")
    answer = sign_in(browser, *server.logins["chief"], next="/enterprises")
    assert (answer.status_code, answer.headers["location"]) == (303, "/enterprises")
    after = browser.get("/enterprises", headers=page)
    assert after.status_code == 200
    assert "样例企业" in after.text


def test_the_cookie_is_for_our_pages_only(server, browser):
    """Scripts cannot read it, other sites cannot send it, and the store knows only its hash."""
    answer = sign_in(browser, *server.logins["chief"])
    cookie = next(
        one
        for one in answer.headers.get_list("set-cookie")
        if one.startswith("geo_risk_sample-park=")
    )
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    secret = cookie.split("=", 1)[1].split(";")[0]
    assert len(secret) == 43
    with server.park.open() as store:
        now = datetime.now(UTC)
        assert store.session(digest(secret), now=now) is not None
        assert store.session(secret, now=now) is None


@pytest.mark.parametrize(("name", "password"), [("chief", "wrong"), ("nobody", "wrong"), ("", "")])
def test_a_wrong_sign_in_says_no_more_than_that(server, browser, name, password):
    """The same words for a wrong name and a wrong password."""
    answer = sign_in(browser, name, password)
    assert answer.status_code in {401, 422}
    assert "geo_risk_sample-park=" not in str(answer.headers.get_list("set-cookie"))
    if answer.status_code == 401:
        assert 'role="alert"' in answer.text


def test_a_form_of_another_site_signs_nobody_in(server, browser):
    """Without the mark, or with a mark of another browser."""
    name, password = server.logins["chief"]
    form = {"username": name, "password": password, "next": "/"}
    assert browser.post("/login", data=form).status_code == 403
    browser.get("/login")
    assert browser.post("/login", data={**form, "csrf": "x.y"}).status_code == 403
    with server.client() as other:
        foreign = mark_in(other.get("/login"))
    assert browser.post("/login", data={**form, "csrf": foreign}).status_code == 403


def test_a_change_by_cookie_needs_the_pages_mark(server, browser):
    """A forged request has the cookie and no mark; a bearer token needs none."""
    mark = signed_in(browser, server, "officer")
    body = {"properties": {"kind": "hazard"}}
    path = "/ogc/collections/reports/items"
    forged = browser.post(path, json=body)
    assert forged.status_code == 403
    assert forged.json()["code"] == "forbidden"
    assert browser.post(path, json=body, headers={"X-CSRF-Token": "x.y"}).status_code == 403
    made = browser.post(path, json=body, headers={"X-CSRF-Token": mark})
    assert made.status_code == 201, made.text
    with server.client("officer") as program:
        assert program.post(path, json=body).status_code == 201


def test_signing_out_ends_the_session_itself(server, browser):
    """A copy of the cookie is worth nothing afterwards."""
    mark = signed_in(browser, server, "chief")
    copy = dict(browser.cookies)
    assert browser.post("/logout", data={"csrf": "x.y"}).status_code == 403
    answer = browser.post("/logout", data={"csrf": mark})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    with server.client() as thief:
        thief.cookies.update(copy)
        assert thief.get("/enterprises").status_code == 401


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_to_our_own_pages_only(server, browser, target):
    """Whatever `next` says."""
    assert sign_in(browser, *server.logins["chief"], next=target).headers["location"] == "/"


def test_a_session_ends_by_itself(server, browser, keeper):
    """And one of a disabled account ends at once."""
    now = datetime.now(UTC)
    with server.park.open() as store:
        user = new_user("temp", "long enough", Role.CHIEF, now)
        store.put_user(user, actor=keeper, at=now)
        past = now - timedelta(hours=1)
        store.put_session(digest("old"), user_id=user.id, at=past, expires_at=past)
        store.put_session(
            digest("fresh"), user_id=user.id, at=now, expires_at=now + timedelta(hours=1)
        )
        for secret, expected in (("old", 401), ("fresh", 200)):
            headers = {"Cookie": f"geo_risk_sample-park={secret}"}
            assert browser.get("/v1/imports", headers=headers).status_code == expected
        store.put_user(replace(user, disabled_at=now), actor=keeper, at=now)
    assert browser.get("/v1/imports", headers=headers).status_code == 401


def test_a_token_is_good_until_it_is_revoked_or_has_run_out(server, browser, keeper):
    """And a bad one is refused, not taken for the public."""
    now = datetime.now(UTC)
    good, token = new_token("good", Role.ANALYST, now)
    old, expired = new_token("old", Role.ANALYST, now - timedelta(days=2), life=timedelta(days=1))
    with server.park.open() as store:
        for one in (token, expired):
            store.put_token(one, actor=keeper, at=now)

        def status(secret: str) -> int:
            headers = {"Authorization": f"Bearer {secret}"}
            return browser.get("/v1/imports", headers=headers).status_code

        assert [status(good), status(old), status("grt_made_up")] == [200, 401, 401]
        store.revoke_token(token.id, actor=keeper, at=now)
        assert status(good) == 401
    for header in ("Bearer", "Bearer  x y", "Basic Y2hpZWY6eA==", "x"):
        answer = browser.get("/ogc/", headers={"Authorization": header})
        assert answer.status_code == 401, header
        assert "geo-risk token" in answer.json()["hint"]


def test_guessing_is_slowed_down_and_says_when_to_come_back(sample_park, server_on, tmp_path):
    """Five wrong ones; then even the right one waits, and others are not shut out."""
    with server_on(sample_park.copy(tmp_path / "state")) as server:
        name, password = server.logins["chief"]
        with server.client() as browser:
            for _ in range(5):
                assert sign_in(browser, name, "wrong").status_code == 401
            refused = sign_in(browser, name, password)
            assert refused.status_code == 429
            assert refused.json()["code"] == "rate"
            assert "Try again in" in refused.json()["hint"]
            assert refused.headers["retry-after"]
            assert sign_in(browser, *server.logins["officer"]).status_code == 303


def test_the_language_is_chosen_and_remembered(server, browser):
    """Chinese by default; `?lang=en` once is enough."""
    assert '<html lang="zh-CN">' in browser.get("/login").text
    assert '<html lang="en">' in browser.get("/login?lang=en").text
    assert '<html lang="en">' in browser.get("/login").text
    assert '<html lang="zh-CN">' in browser.get("/login?lang=zh").text
    assert '<html lang="zh-CN">' in browser.get("/login?lang=xx").text


def test_every_answer_carries_the_headers_that_protect_it(server, browser):
    """Pages, data, failures and assets; and an id by which the log can be found."""
    for path in ("/login", "/ogc/", "/nowhere", "/assets/console/map.js", "/tiles/x/1/0/0.png"):
        headers = browser.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert re.fullmatch(r"[0-9a-f]{16}", headers["x-request-id"])
    given = browser.get("/ogc/", headers={"X-Request-ID": "from-a-proxy-1"})
    assert given.headers["x-request-id"] == "from-a-proxy-1"


def test_what_a_page_loads_may_be_kept_and_the_page_may_not(server, browser):
    """Scripts and styles have the digest of their text in their address."""
    text = browser.get("/login").text
    found = re.findall(r'(?:src|href)="(/assets/[^"]+)"', text)
    assert found
    for address in found:
        assert "immutable" in browser.get(address).headers["cache-control"], address
    assert browser.get("/assets/console/console.css").headers["cache-control"] == "no-cache"
    assert browser.get("/login").headers["cache-control"] == "private, no-store"
    assert browser.get("/assets/bundle/map.000000000000.js").status_code == 404


@pytest.mark.parametrize("path", ["/login", "/ogc/", "/healthz", "/assets/console/map.js"])
def test_what_can_be_read_answers_head_too(server, browser, path):
    """The same headers, no body."""
    asked, read = browser.head(path), browser.get(path)
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["content-type"] == read.headers["content-type"]


def test_counts_are_by_route_and_hold_no_ids(server, browser):
    """For Prometheus; an address with an id in it becomes its template."""
    with server.client("chief") as chief:
        chief.get("/ogc/collections/reports/items/some-secret-id")
        said = chief.get("/metrics").text
    assert browser.get("/metrics").status_code == 401
    assert "some-secret-id" not in said
    assert 'route="/ogc/collections/{collection_id}/items/{feature_id:path}",status="404"' in said
    assert "geo_risk_publication_sequence 1.0" in said


def test_a_large_answer_is_compressed(server):
    """And a body that is too large is refused."""
    with server.client("chief") as chief:
        answer = chief.get("/v1/map")
        assert answer.headers["content-encoding"] == "gzip"
        huge = {"properties": {"kind": "hazard", "text": "x" * 2_000_000}}
        announced = chief.post("/ogc/collections/reports/items", json=huge)
        pieces = (b'{"properties": "' for _ in range(1)), (b"x" * 100_000 for _ in range(30))
        counted = chief.post(
            "/ogc/collections/reports/items",
            content=(piece for part in pieces for piece in part),
            headers={"Content-Type": "application/json"},
        )
        for refused in (announced, counted):
            assert refused.status_code == 413
            assert refused.headers["content-type"] == "application/problem+json"
            assert "1,000,000 bytes" in refused.json()["detail"]
