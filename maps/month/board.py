"""The casework board (看板): a column for each state, what is late first, worked from the keyboard.

Takes rows already cut to their reader, gives the page. On top it says what is late, who holds it,
and the month's rates, of which every number opens; the last column is what ended in the month. A
card is a link to its case; the steps that keys open are the case's own forms, so that what may be
done, and what is missing, is said once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from maps.bundle import bundle_url
from maps.console import render_page
from maps.month.cases import CaseRow, last_day
from maps.words.figures import share_text

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


@dataclass(frozen=True)
class BoardRate:
    """A rate of one kind of report with its 90 % interval; share None where nothing fell due.

    `hit` and `whole` are the figures of which numerator and denominator are made, `open_not_due`
    how many are open and not yet due.
    """

    kind: str
    hits: int
    of: int
    share: float | None
    low: float | None
    high: float | None
    open_not_due: int
    hit: str
    whole: str


@dataclass(frozen=True, kw_only=True)
class BoardView:
    """A board.

    Parameters
    ----------
    columns
        In the order of the diagram.
    ended
        What ended in the month, the last first.
    kind, kinds
        Which kind of report; id and name of all.
    month, months
        Of the rates and of what ended; those to choose from, the newest first.
    since, until
        First and last day of it.
    rates
        Of this kind, and the other one of the two.
    total, late, longest
        Open cases; of them late, and the longest of these in days.
    held
        Who holds what is late: id and name of a station ('' for nobody yet) and how many, the most
        first.
    major, waiting
        Major hazards that are open; cases that wait for somebody to be sent.
    done
        Name of the step just taken, '' for none.
    """

    columns: tuple[Column, ...]
    ended: Column
    kind: str
    kinds: tuple[tuple[str, str], ...]
    month: str
    months: tuple[str, ...]
    since: str
    until: str
    rates: tuple[BoardRate, ...] = ()
    total: int = 0
    late: int = 0
    longest: int = 0
    held: tuple[tuple[str, str, int], ...] = ()
    major: int = 0
    waiting: int = 0
    done: str = ""

    def address(self, path: str, **more: object) -> str:
        """Give an address of the same kind of report."""
        said = {"kind": self.kind, **more}
        return f"{path}?{urlencode({name: value for name, value in said.items() if value})}"

    def here(self, lang: str) -> str:
        """Give the board's own address: kind, month where it is not the newest, language."""
        month = "" if self.month == self.months[0] else self.month
        return self.address("/cases/board", month=month, lang=lang)

    def items(self, figure: str, lang: str, kind: str = "") -> str:
        """Give the address of the list of cases that a figure of the month is made of."""
        days = {"from": self.since, "to": self.until}
        return self.address("/cases", kind=kind or self.kind, figure=figure, **days, lang=lang)


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
        share=share_text,
        names=dict(view.kinds),
        last_day=last_day(frame, lang),
        script=bundle_url("board.js"),
    )
