"""The month's pages with everything on them, for the tests that walk every page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from maps.month import DeclareRow, DeclareView, choose_page, declare_page
from maps.views import Frame

NOW = datetime(2026, 5, 13, 6, tzinfo=UTC)


def _declare(frame: Frame, name: str, lang: str) -> str:
    rows = (
        DeclareRow("guards", name, name, name, "declared", NOW, None, "not_a_number", "have"),
        DeclareRow("rules", "1", "2", name, "verified", NOW, NOW),
        DeclareRow("drills"),
    )
    view = DeclareView(name, name, "2026-05", rows, "2026-04", "2026-06", True, True, 1)
    return declare_page(frame, lang, view)


MONTH_PAGES: dict[str, Callable[[Frame, str, str], str]] = {
    "declare": _declare,
    "declare_choose": lambda frame, name, lang: choose_page(
        frame, lang, name, [(name, name, name)], 3
    ),
}
