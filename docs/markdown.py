"""Markdown from Python: tables, and the first sentence of what a thing says about itself."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any


def table(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Set rows under headings; a bar in a cell is escaped."""

    def line(cells: Sequence[Any]) -> str:
        return "| " + " | ".join(str(one or "").replace("|", "\\|") for one in cells) + " |"

    return "\n".join((line(headings), "|" + "---|" * len(headings), *(line(row) for row in rows)))


def first_line(thing: Any) -> str:
    """Give the first paragraph of a docstring on one line."""
    return (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")
