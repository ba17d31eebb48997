"""A list that answers while one types, in a weak browser: what a typed word costs.

From the last letter to the list in place, the 0.3 s included that are waited for another letter;
what comes over the wire for it; and how long the server takes. Chromium as in `bench.browser`.
"""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

from bench.table import Line

if TYPE_CHECKING:
    from playwright.sync_api import Page

WORDS = ("y", "yl", "样例", "样例企业 00", "00", "企业 1", "样")
_SHOWN = "q => new URLSearchParams(location.search).get('q') === q && performance.now()"
_LAST = """() => performance.getEntriesByType('resource')
  .filter((one) => one.initiatorType === 'xmlhttprequest').at(-1)"""


def type_into_list(page: Page, slower: int) -> Line:
    """Type words into the search of the enterprises, one after another.

    Parameters
    ----------
    page
        A page of somebody who may see them, its processor slowed already.
    slower
        How many times, for the note.
    """
    page.goto("/enterprises", wait_until="load")
    took, answered, weights = [], [], []
    for word in WORDS:
        begun: float = page.evaluate("performance.now()")
        page.fill("#q", word)
        shown: float = page.wait_for_function(_SHOWN, arg=word).json_value()
        asked: dict[str, Any] = page.evaluate(f"({_LAST})().toJSON()")
        took.append((shown - begun) / 1000)
        answered.append((asked["responseEnd"] - asked["startTime"]) / 1000)
        weights.append(asked["transferSize"] / 1000)
    note = (
        f"0.3 s of it waiting for another letter, {statistics.median(answered):.2f} s the answer; "
        f"{statistics.median(weights):.0f} kB over the wire, processor {slower}x slower"
    )
    return Line("a word typed, to its list", statistics.median(took), len(took), 1.0, note=note)
