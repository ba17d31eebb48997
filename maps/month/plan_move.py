"""/plan/move: one visit to another time, day or officer, and what that would cost.

Takes a plan already cut to its reader and what a change would do, gives the page. The week's table
shows the same section in place while a visit is dragged.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from maps.console import render_page
from maps.stops import stop_words

if TYPE_CHECKING:
    from maps.views import Frame


@dataclass(frozen=True)
class Shifted:
    """Another visit that would be elsewhere: whose, and officer and time before and after."""

    label: str
    officer: str
    start: datetime
    new_officer: str
    new_start: datetime


@dataclass(frozen=True, kw_only=True)
class MoveCost:
    """What a move would do.

    Parameters
    ----------
    officer, start
        Who would go and when it would begin.
    before, after
        Expected severity points of the plan.
    way_before, way_after
        Minutes on the way, of all.
    others
        Who else would be elsewhere.
    dropped, added
        Who would fall out of the plan; who would come in.
    """

    officer: str
    start: datetime
    before: float
    after: float
    way_before: int
    way_after: int
    others: tuple[Shifted, ...] = ()
    dropped: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MoveView:
    """One visit, and where it is wanted.

    Parameters
    ----------
    week, visit_id, label
        The plan's first day; which visit; whose.
    officer, start
        Who goes now, and when.
    officers, dates
        Id and name, days: where it may be put.
    asked_officer, asked_day, asked_time
        Where it is wanted; as it is where nothing was said.
    cost
        What that would do; None: nothing was asked, or it is refused.
    refused, other
        Why not: a code of the catalogue's `move_refused`; whose visit is in the way, '' for none.
    key
        Makes a repeat harmless.
    """

    week: date
    visit_id: str
    label: str
    officer: str
    start: datetime
    officers: tuple[tuple[str, str], ...]
    dates: tuple[date, ...]
    asked_officer: str
    asked_day: date
    asked_time: str
    cost: MoveCost | None = None
    refused: str = ""
    other: str = ""
    key: str = ""


def move_page(frame: Frame, lang: str, view: MoveView) -> str:
    """Give the page.

    Parameters
    ----------
    frame, lang
        As for every page; `frame.csrf` goes with the form.
    view
        What it shows.
    """
    words = stop_words(frame.zone, lang)
    return render_page("plan_move.html", frame, lang, "plan", view=view, **words)
