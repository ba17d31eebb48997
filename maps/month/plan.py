"""/plan (走访计划): the chief's week: who goes where, what was left out, how good it is.

Takes a plan already cut to its reader, gives the page. A plan says how much expected risk it
covers, how far the best may be above it, how many visits were drawn by lot, and why anything was
left out; a change says what it cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from maps.bundle import bundle_url
from maps.console import render_page
from maps.stops import DayView, LeftView, stop_words
from maps.words.figures import share_text

if TYPE_CHECKING:
    from maps.views import Frame, Refusal

HALVES = ("day", "morning", "afternoon")


@dataclass(frozen=True)
class PlanTask:
    """A plan that is being made: its id, how far it is in percent, and why it failed."""

    id: str
    percent: int
    state: str
    error: str = ""


@dataclass(frozen=True)
class ChangeView:
    """What a change did: visits that stayed, moved, came in and fell out; risk before and after."""

    kept: int
    moved: int
    added: int
    dropped: int
    before: float
    after: float


@dataclass(frozen=True, kw_only=True)
class PlanView:
    """A week's plan on a screen.

    Parameters
    ----------
    week
        First day asked for.
    planned
        Whether there is a plan for it.
    weeks
        First days of the plans there are, newest first.
    dates
        Days of the plan.
    officers
        Id and name; () for those who are told no officers.
    days
        (officer id, day) to the day.
    made_at, as_of
        When it was made; up to when things were known.
    visits, drawn
        How many there are; how many of them by lot.
    covered, bound, gap
        Expected severity points; the most any plan could bring; by what share that is more.
    left, left_by_reason
        What was left out, what comes first on top; reason to how many of all.
    notes
        Codes of what a reader must know.
    makes, changes
        Whether this reader makes plans; changes them.
    undo
        Number of the version that may still be taken back; None for none.
    opens
        When an empty day begins, HH:MM.
    moved
        What was moved by hand: enterprise, officer, and when it may begin, in the order of times.
    typed
        The form of a new plan as it was typed.
    key
        Makes a repeat harmless.
    task
        A plan being made; None for none.
    change
        What the last change did; None for none.
    refusal
        Why a form was not taken.
    """

    week: date
    planned: bool = False
    weeks: tuple[date, ...] = ()
    dates: tuple[date, ...] = ()
    officers: tuple[tuple[str, str], ...] = ()
    days: Mapping[tuple[str, date], DayView] = field(default_factory=dict)
    made_at: datetime | None = None
    as_of: datetime | None = None
    visits: int = 0
    drawn: int = 0
    covered: float = 0.0
    bound: float | None = None
    gap: float | None = None
    left: tuple[LeftView, ...] = ()
    left_by_reason: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    makes: bool = False
    changes: bool = False
    undo: int | None = None
    opens: str = "08:30"
    moved: tuple[tuple[str, str, datetime], ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)
    key: str = ""
    task: PlanTask | None = None
    change: ChangeView | None = None
    refusal: Refusal | None = None


def plan_page(frame: Frame, lang: str, view: PlanView) -> str:
    """Give the page.

    Parameters
    ----------
    frame, lang
        As for every page; `frame.csrf` goes with the forms.
    view
        What it shows.
    """
    return render_page(
        "plan.html",
        frame,
        lang,
        "plan",
        view=view,
        **stop_words(frame.zone, lang),
        share=share_text,
        halves=HALVES,
        script=bundle_url("lanes.js") if view.changes else "",
    )
