"""A browser that can reach nothing but 127.0.0.1, for tests: `browse` opens pages in it.

A context has an empty profile, is signed in as a role if asked, and at the end of the test fails on
any console error, any exception in a page, and any request to another host.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.live.browser import DESKTOP, FLAGS, READY_MS, TAKEN_BACK, Browse, Notes


@pytest.fixture(scope="session")
def chromium(chromium_path: str) -> Iterator[Browser]:
    """Chromium, headless, every host but 127.0.0.1 refused."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sign_ins() -> dict[tuple[str, str], Any]:
    """Sessions by (server, role): a person signs in once, not before every page."""
    return {}


@pytest.fixture
def browse(chromium: Browser, sign_ins: dict[tuple[str, str], Any]) -> Iterator[Browse]:
    """Open a page: `browse(server, role, viewport=...)` gives the page and its notes."""
    opened: list[tuple[BrowserContext, Notes]] = []

    def open_page(
        server: Any = None, role: str | None = None, **options: Any
    ) -> tuple[Page, Notes]:
        options.setdefault("viewport", DESKTOP)
        if server is not None:
            options["base_url"] = server.url
        if role is not None:
            if (server.url, role) not in sign_ins:
                sign_ins[server.url, role] = _sign_in(chromium, server, role)
            options["storage_state"] = sign_ins[server.url, role]
        context = chromium.new_context(**options)
        notes = Notes()
        opened.append((context, notes))
        context.on("request", lambda request: notes.requests.append(request.url))
        context.on("requestfailed", lambda request: notes.errors.append(_failed(request)))
        context.on(
            "console",
            lambda message: (
                message.type in {"error", "warning"}
                and notes.errors.append(f"{message.type}: {message.text}")
            ),
        )
        context.on("weberror", lambda error: notes.errors.append(str(error.error)))
        page = context.new_page()
        page.set_default_timeout(READY_MS)
        return page, notes

    yield open_page
    for context, _ in opened:
        context.close()
    for _, notes in opened:
        assert notes.outside() == []
        assert notes.unforgiven() == []


def _failed(request: Any) -> str:
    """Describe a failed request; a tile that is no longer wanted is taken back, not failed."""
    if "ERR_ABORTED" in (request.failure or ""):
        return TAKEN_BACK
    return f"failed: {request.url} {request.failure}"


def _sign_in(chromium: Browser, server: Any, role: str) -> Any:
    name, password = server.logins[role]
    context = chromium.new_context(base_url=server.url)
    page = context.new_page()
    page.goto("/login")
    page.fill("#username", name)
    page.fill("#password", password)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda address: "/login" not in address)
    state = context.storage_state()
    context.close()
    return state
