"""/today (今日走访): where to go now and why, then the rest of the day; made for a phone.

Takes a day already cut to its reader, gives the page. One framed card holds the next stop with at
most three reasons and the ways to be led there; everything works without a script.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from maps.console import render_page
from maps.stops import DayView, StopView, stop_words

if TYPE_CHECKING:
    from maps.views import Frame, Refusal

LATE_MINUTES = (15, 30, 60, 90)


@dataclass(frozen=True, kw_only=True)
class TodayView:
    """One officer's day on a screen.

    Parameters
    ----------
    day
        Whose, which day, its stops.
    week
        First day of the plan it is of; None: there is no plan for this day.
    made_at
        When that plan was made.
    dates
        Days of the plan.
    officers
        Id and name of those whose day this reader may open; () for their own alone.
    done
        Ids of the stops that were visited already.
    notes
        Codes of what a reader of the plan must know.
    may_change
        Whether this reader confirms times and reports delays.
    now
        The present moment: a visit that has begun may run long.
    key
        Makes a repeat harmless.
    said
        Code of what was done just now, '' for nothing.
    refusal
        Why a form was not taken.
    """

    day: DayView
    week: date | None = None
    made_at: datetime | None = None
    dates: tuple[date, ...] = ()
    officers: tuple[tuple[str, str], ...] = ()
    done: frozenset[str] = field(default_factory=frozenset)
    notes: tuple[str, ...] = ()
    may_change: bool = False
    now: datetime | None = None
    key: str = ""
    said: str = ""
    refusal: Refusal | None = None

    @property
    def next(self) -> StopView | None:
        """The first stop that was not visited yet."""
        return next((one for one in self.day.stops if one.id not in self.done), None)

    @property
    def may_run_long(self) -> bool:
        """Whether the next stop has begun, and its delay may be said."""
        here = self.next
        begun = here is not None and self.now is not None and here.start <= self.now
        return self.may_change and begun

    @property
    def later(self) -> tuple[StopView, ...]:
        """What comes after it."""
        here = self.next
        left = [one for one in self.day.stops if one.id not in self.done]
        return tuple(one for one in left if one is not here)

    @property
    def visited(self) -> tuple[StopView, ...]:
        """The stops that were visited."""
        return tuple(one for one in self.day.stops if one.id in self.done)


def today_page(frame: Frame, lang: str, view: TodayView) -> str:
    """Give the page.

    Parameters
    ----------
    frame, lang
        As for every page; `frame.csrf` goes with the forms.
    view
        What it shows.
    """
    return render_page(
        "today.html",
        frame,
        lang,
        "today",
        view=view,
        **stop_words(frame.zone, lang),
        minutes=LATE_MINUTES,
    )
