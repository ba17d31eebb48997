"""What holds for every page there is, in both languages, each opened once by who reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from maps.words import HTML_LANG
from tests.live.browser import open_context
from tests.live.conftest import Server
from tests.live.every_route import Lived, join_the_scope, live_a_month
from tests.live.judge import Seen, look_at
from tests.live.pages import PAGES, Page, page_routes

pytest_plugins = ("tests.live.browser_fixtures",)

MONTH = "2026-10"
SHOWN = [pytest.param(page, lang, id=f"{page} {lang}") for page in PAGES for lang in page.langs]
every_page = pytest.mark.parametrize(("page", "lang"), SHOWN)
Look = Callable[[Page, str], Seen]


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, built_sample: Any, server_on: Any
) -> Iterator[Server]:
    """The sample park, lived in for a month: something stands behind every address."""
    with server_on(built_sample(3, tmp_path_factory.mktemp("pages"))) as one:
        yield one


@pytest.fixture(scope="module")
def lived(server: Server) -> Lived:
    """What the month left behind."""
    join_the_scope(server)
    return live_a_month(server, MONTH)


@pytest.fixture(scope="module")
def look(
    server: Server, lived: Lived, chromium: Browser, sign_ins: dict[tuple[str, str], Any]
) -> Iterator[Look]:
    """Look at a page in one language: once, whatever asks; one tab for each reader."""
    tabs: dict[str | None, Any] = {}
    seen: dict[tuple[Page, str], Seen] = {}

    def give(page: Page, lang: str) -> Seen:
        if (page, lang) not in seen:
            if page.role not in tabs:
                tabs[page.role] = open_context(chromium, sign_ins, server, page.role)
            tab, notes = tabs[page.role]
            address = page.address(lang, lived.fills)
            seen[page, lang] = look_at(tab, notes, address, paper=page.paper)
        return seen[page, lang]

    yield give
    for tab, _ in tabs.values():
        tab.context.close()


def test_every_page_of_the_application_is_in_the_list(server: Server) -> None:
    """A new page is judged like the others, or this says which one is not."""
    with server.client() as client:
        there = page_routes(client.get("/openapi.json").json())
    assert there - {one.route for one in PAGES} == set(), "add these to tests/live/pages.py"
    assert {one.route for one in PAGES} - there == set(), "these are gone"


@every_page
def test_a_page_is_quiet_and_asks_only_us(look: Look, page: Page, lang: str) -> None:
    """It opens: no console error, no exception, no request elsewhere; one h1; its own language."""
    seen = look(page, lang)
    assert seen.status == 200
    assert seen.errors == ()
    assert seen.outside == ()
    assert seen.headings >= 1 if page.paper else seen.headings == 1
    assert seen.lang == HTML_LANG[lang]
    assert seen.title.strip(" ·")


@every_page
def test_axe_finds_nothing(look: Look, page: Page, lang: str) -> None:
    """WCAG 2.2 AA and axe's best practice, on a desk and on a phone."""
    assert look(page, lang).violations == ()


@every_page
def test_nobody_scrolls_sideways(look: Look, page: Page, lang: str) -> None:
    """From 320 px to a desk's screen."""
    assert look(page, lang).overflow == ()


@every_page
def test_a_finger_finds_its_target(look: Look, page: Page, lang: str) -> None:
    """On a phone what is pressed is 44 px high, except links inside a line of text."""
    assert look(page, lang).small == ()
