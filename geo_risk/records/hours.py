"""Opening hours as people write them: `08:00-17:30`, several one after the other."""

from __future__ import annotations

import re

_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—~至]\s*(\d{1,2}):(\d{2})")
_DAY = 24 * 60


def hours_in(text: str) -> list[tuple[int, int]]:
    """Give the spans of a day that a text names, in minutes since midnight, in its order.

    An end that is not after its beginning is on the next day; a text without a span says nothing.

    Examples
    --------
    >>> hours_in("08:30-12:00，13:30至17:00"), hours_in("20:00-02:00"), hours_in("工作日")
    ([(510, 720), (810, 1020)], [(1200, 1560)], [])
    """
    spans = []
    for found in _SPAN.finditer(text):
        begin, end = (int(found[i]) * 60 + int(found[i + 1]) for i in (1, 3))
        spans.append((begin, end if end > begin else end + _DAY))
    return spans
