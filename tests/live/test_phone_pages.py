"""What a phone keeps: the day's pages of whoever is signed in, and of nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.live.browser import PHONE, Browse
from tests.live.conftest import Server
from tests.live.planned_park import planned_park

pytest_plugins = ("tests.live.browser_fixtures",)

NO_SIGNAL = ("ERR_INTERNET_DISCONNECTED", "failed:", "ERR_FAILED", "Failed to fetch")
KEPT = (
    "async () => (await Promise.all((await caches.keys()).filter(name => name.startsWith('pages-'))"
    ".map(async name => (await (await caches.open(name)).keys()).map(one => new URL(one.url)"
    ".pathname)))).flat().sort()"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, server_on: Any) -> Iterator[Server]:
    """The park of two officers, served: sign-ins and sign-outs are its own."""
    with server_on(planned_park(tmp_path_factory.mktemp("phone"))) as one:
        yield one


def sign_in(page: Page, server: Server, role: str) -> None:
    """Sign in by the form, as a person does."""
    name, password = server.logins[role]
    page.goto("/login?next=/today")
    page.fill("#username", name)
    page.fill("#password", password)
    page.click("main button[type=submit]")
    page.wait_for_url("**/today*")


def keep(page: Page) -> None:
    """Wait until the day is on the phone."""
    page.wait_for_selector("html[data-kept]")


def test_without_signal_the_days_pages_open_and_others_say_so(
    server: Server, browse: Browse
) -> None:
    """Kept pages come up as they were; any other is a calm page with the ways that still work."""
    page, notes = browse(server, viewport=PHONE)
    notes.forgiven = NO_SIGNAL
    sign_in(page, server, "officer")
    keep(page)
    page.context.set_offline(True)
    page.goto("/today")
    assert page.locator("h1").inner_text() == "今日走访"
    page.get_by_text("无信号").wait_for()
    page.goto("/queue")
    page.get_by_text("没有要上传的").wait_for()
    page.goto("/enterprises")
    assert page.locator("h1").inner_text() == "没有信号，这一页没存在手机里"
    page.get_by_role("link", name="今日走访").last.click()
    page.wait_for_url("**/today")
    page.context.set_offline(False)
    page.goto("/enterprises")
    assert page.locator("h1").inner_text() != "没有信号，这一页没存在手机里"
