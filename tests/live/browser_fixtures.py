"""A browser that can reach nothing but 127.0.0.1, for tests: `browse` opens pages in it.

A context has an empty profile, is signed in as a role if asked, and at the end of the test fails on
any console error, any exception in a page, and any request to another host.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from tests.live.browser import FLAGS, Browse, Notes, open_context


@pytest.fixture(scope="session")
def chromium(chromium_path: str) -> Iterator[Browser]:
    """Chromium, headless, every host but 127.0.0.1 refused."""
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        for owner, method in ((Locator, "click"), (Locator, "press"), (Page, "click")):
            patch.setattr(owner, method, _settled(getattr(owner, method)))
        browser = playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield browser
        browser.close()


def _settled(act: Callable[..., None]) -> Callable[..., None]:
    """Let an act end when the page that it led to is read: until then there may be no document.

    A click that follows a link returns when the next page begins to come in; what a test then asks
    of it at once (`evaluate`, `count`) would meet an empty or a half read page on a busy machine.
    """

    def settled(where: Locator | Page, *args: Any, **options: Any) -> None:
        act(where, *args, **options)
        page = where.page if isinstance(where, Locator) else where
        if not page.is_closed():
            page.wait_for_load_state("domcontentloaded")

    return settled


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
        page, notes = open_context(chromium, sign_ins, server, role, **options)
        opened.append((page.context, notes))
        return page, notes

    yield open_page
    for context, _ in opened:
        context.close()
    for _, notes in opened:
        assert notes.outside() == []
        assert notes.unforgiven() == []
