"""A page looked at once, and everything that must hold of any page read off in that one visit.

axe-core (built from `tests/axe`, never served) is put into the page as text, since the pages'
policy lets no script in; it judges by the rules of WCAG 2.2 AA and by its own best practice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from maps.words import HTML_LANG, LANGS
from tests.axe.__main__ import BUILT
from tests.conftest import missing
from tests.live.browser import DESKTOP, PHONE, READY_MS
from tests.live.pages import WIDTHS

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

    from tests.live.browser import Notes

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
FINGER_PX = 43.5
"""44 px, less what a fraction of a pixel rounds off."""

_AXE = """async (rules) => {
  const found = await axe.run(document, {runOnly: {type: 'tag', values: rules},
    resultTypes: ['violations'], elementRef: false});
  return found.violations.map((one) => `${one.id}: ${one.help} | ` +
    one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | '));
}"""
# What stands in a line of text may be as high as the line (WCAG 2.5.8, inline); a box counts with
# the words that belong to it.
_SMALL = """(least) => {
  const inText = (one) => one.matches('a') && one.parentElement.matches('p, li, dd, td, th, small')
    && one.parentElement.textContent.trim() !== one.textContent.trim();
  const box = (one) => {
    const words = one.labels && [...one.labels].filter((label) => label.contains(one))[0];
    return (words || one).getBoundingClientRect();
  };
  return [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, ' +
    'textarea, summary')]
    .filter((one) => one.checkVisibility({visibilityProperty: true, opacityProperty: true}))
    .filter((one) => !one.matches('.skip, .leaflet-container *') && !inText(one))
    .filter((one) => { const r = box(one); return r.width > 0 && r.height < least; })
    .map((one) => `${one.outerHTML.slice(0, 120)} ${box(one).height.toFixed(1)}`);
}"""


@dataclass(frozen=True)
class Seen:
    """What one visit to a page showed.

    Parameters
    ----------
    status
        Of the answer.
    lang, headings, title
        Of the document: its language, how many h1 it has, its title.
    violations
        What axe-core found on a desk and on a phone, a line each.
    overflow
        Widths at which one has to scroll sideways, with the width there is.
    small
        What a finger may miss on a phone.
    errors, outside
        What the console said; addresses elsewhere that were asked for.
    """

    status: int
    lang: str
    headings: int
    title: str
    violations: tuple[str, ...]
    overflow: tuple[tuple[int, int], ...]
    small: tuple[str, ...]
    errors: tuple[str, ...]
    outside: tuple[str, ...]


def axe_text() -> str:
    """Give the text of axe-core; without it the test skips and says what to do."""
    file = BUILT / "axe-core" / "axe.min.js"
    if not file.is_file():
        missing("There is no axe-core.", "Run `make setup`: it builds it.")
    return file.read_text(encoding="utf-8")


def look_at(tab: Tab, notes: Notes, address: str, *, paper: bool = False) -> Seen:
    """Open a page and judge it: at its desk first, then narrower down to 320 px.

    Parameters
    ----------
    tab, notes
        Where, and what happens meanwhile; both may serve many pages.
    address
        Of the page.
    paper
        Whether it is a sheet: it has no widths and no targets.
    """
    notes.errors.clear()
    notes.requests.clear()
    tab.set_viewport_size(DESKTOP)
    answer = tab.goto(address)
    assert answer is not None
    _wait(tab)
    lang, headings = tab.evaluate(
        "() => [document.documentElement.lang, document.querySelectorAll('h1').length]"
    )
    tab.evaluate(axe_text())
    found = dict.fromkeys(_judge(tab))
    overflow: list[tuple[int, int]] = []
    small: list[str] = []
    if not paper:
        for width in sorted(WIDTHS, reverse=True):
            tab.set_viewport_size({"width": width, "height": PHONE["height"]})
            wide = tab.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                overflow.append((width, wide))
            if width == PHONE["width"]:
                if lang == HTML_LANG[LANGS[0]]:  # where things stand is the same in any language
                    found |= dict.fromkeys(_judge(tab))
                small = tab.evaluate(_SMALL, FINGER_PX)
    return Seen(
        status=answer.status,
        lang=lang,
        headings=headings,
        title=tab.title(),
        violations=tuple(found),
        overflow=tuple(overflow),
        small=tuple(small),
        errors=tuple(notes.unforgiven()),
        outside=tuple(notes.outside()),
    )


def _wait(tab: Tab) -> None:
    """Wait for a map, where there is one."""
    if tab.locator(".folium-map").count():
        tab.wait_for_selector("html[data-ready]", timeout=READY_MS)


def _judge(tab: Tab) -> list[Any]:
    return list(tab.evaluate(_AXE, list(RULES)))
