"""Reminder slips on a screen (提醒单): what each says, and its next step, one by one.

Takes views already cut to their reader, gives the page. A slip says what it says on paper; a named
person issues or withholds it with a reason. An enterprise sees its own once they are issued.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from maps.console import render_page
from maps.month.cases import last_day
from maps.month.steps import StepForm, StepTaken
from maps.slip_sheet import SheetView
from maps.views import Listing, Refusal

if TYPE_CHECKING:
    from maps.views import Frame


@dataclass(frozen=True)
class SlipCard:
    """One slip.

    Parameters
    ----------
    id, etag
        Go with its forms.
    sheet
        What it says.
    decision, answer, objection
        In words; '' for none, or where the reader is not told.
    forms, taken
        Steps that may be taken now; those that were.
    refusal
        Why the last one was not taken.
    typed
        Words of a refused step that cannot be taken any more.
    """

    id: str
    etag: str
    sheet: SheetView
    decision: str = ""
    answer: str = ""
    objection: str = ""
    forms: tuple[StepForm, ...] = ()
    taken: tuple[StepTaken, ...] = ()
    refusal: Refusal | None = None
    typed: str = ""


@dataclass(frozen=True)
class SlipsView:
    """One page of slips.

    Parameters
    ----------
    cards, listing
        Of this page.
    counts
        State to how many, of all that match.
    month, state
        The filters, '' for all.
    months, states
        To choose from.
    query
        Of this page's address: forms lead back to it.
    key
        Makes a repeat harmless.
    draws
        Whether the reader draws slips up; `draw_month` is the frozen month they are drawn for.
    drawn, needs_visit
        How many were drawn up just now, how many hazards need an officer's look first.
    done
        Name of the step just taken.
    """

    cards: tuple[SlipCard, ...]
    listing: Listing
    counts: Mapping[str, int] = field(default_factory=dict)
    month: str = ""
    state: str = ""
    months: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    query: str = ""
    key: str = ""
    draws: bool = False
    draw_month: str = ""
    drawn: int | None = None
    needs_visit: int = 0
    done: str = ""

    @property
    def refused(self) -> bool:
        """Whether a step was refused just now."""
        return any(one.refusal for one in self.cards)


def slips_page(frame: Frame, lang: str, view: SlipsView) -> str:
    """Give the page.

    Parameters
    ----------
    frame, lang
        As for every page; `frame.csrf` goes with the forms.
    view
        What it shows.
    """
    return render_page(
        "slips.html", frame, lang, "slips", view=view, last_day=last_day(frame, lang)
    )
