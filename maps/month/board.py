"""The casework board (看板): a column for each state, what is late first, worked from the keyboard.

Takes rows already cut to their reader, gives the page. A card is a link to its case; the steps that
keys open are the case's own forms, so that what may be done, and what is missing, is said once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from maps.bundle import bundle_url
from maps.console import render_page
from maps.month.cases import CaseRow, last_day

if TYPE_CHECKING:
    from maps.views import Frame

KEYS = ("down_up", "columns", "open", "assign", "next", "due", "filter", "help", "back")
"""What the strip below the board says; the keys themselves are in the words."""


@dataclass(frozen=True)
class Column:
    """The cases of one state: the first of them as cards, what is late on top; how many in all."""

    state: str
    cards: tuple[CaseRow, ...]
    many: int

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.many - len(self.cards)


@dataclass(frozen=True, kw_only=True)
class BoardView:
    """A board.

    Parameters
    ----------
    columns
        In the order of the diagram.
    kind, kinds
        Which kind of report; id and name of all.
    total, late, longest
        Open cases; of them late, and the longest of these in days.
    major, waiting
        Major hazards that are open; cases that wait for somebody to be sent.
    done
        Name of the step just taken, '' for none.
    """

    columns: tuple[Column, ...]
    kind: str
    kinds: tuple[tuple[str, str], ...]
    total: int = 0
    late: int = 0
    longest: int = 0
    major: int = 0
    waiting: int = 0
    done: str = ""

    def address(self, path: str, **more: object) -> str:
        """Give an address of the same kind of report."""
        said = {"kind": self.kind, **more}
        return f"{path}?{urlencode({name: value for name, value in said.items() if value})}"


def board_page(frame: Frame, lang: str, view: BoardView) -> str:
    """Give the page.

    Parameters
    ----------
    frame, lang
        As for every page.
    view
        What it shows.
    """
    return render_page(
        "board.html",
        frame,
        lang,
        "cases",
        view=view,
        keys=KEYS,
        last_day=last_day(frame, lang),
        script=bundle_url("board.js"),
    )
