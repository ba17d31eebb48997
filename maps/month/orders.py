"""Orders on a screen (点单): ordered on a phone, answered at the desk, newest unanswered first.

Takes views already cut to their reader, gives the page. An enterprise orders and sees where its own
stand; the desk sees how long each has waited, and accepts with one press.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from maps.console import render_page
from maps.month.steps import StepForm, StepTaken
from maps.views import Listing, Refusal

if TYPE_CHECKING:
    from maps.views import Frame

PARTS = ("any", "morning", "afternoon")
"""Parts of a day that may be wished for."""


@dataclass(frozen=True)
class OrderCard:
    """One order.

    Parameters
    ----------
    id, etag
        Go with its forms.
    service, state
        Codes; a service may be the deployment's own words.
    ordered_at, window_from, window_to
        When it was placed; when it would suit.
    hours
        How long it has waited for an answer; None: it has one.
    agreed
        When somebody comes.
    name, officer, station
        Whose; who comes, from where; '' where nobody is named or the reader is not told.
    text
        In words.
    answer
        Code of the enterprise's receipt.
    press
        The step that one press takes, None for none.
    forms, more
        Further steps that may be taken now: in sight, and behind one press.
    taken
        Those that were.
    refusal
        Why the last one was not taken.
    typed
        Words of a refused step that cannot be taken any more.
    """

    id: str
    etag: str
    service: str
    state: str
    ordered_at: datetime
    window_from: datetime | None = None
    window_to: datetime | None = None
    hours: int | None = None
    agreed: datetime | None = None
    name: str = ""
    officer: str = ""
    station: str = ""
    text: str = ""
    answer: str = ""
    press: StepForm | None = None
    forms: tuple[StepForm, ...] = ()
    more: tuple[StepForm, ...] = ()
    taken: tuple[StepTaken, ...] = ()
    refusal: Refusal | None = None
    typed: str = ""


@dataclass(frozen=True)
class Whose:
    """The enterprise that a form is about, or the search for it.

    Parameters
    ----------
    id, name
        Chosen; '' for none yet.
    query
        What was searched for.
    found
        Id, name and credit code of the first ones that match.
    more
        How many more do.
    """

    id: str = ""
    name: str = ""
    query: str = ""
    found: tuple[tuple[str, str, str], ...] = ()
    more: int = 0


@dataclass(frozen=True)
class OrderForm:
    """The form by which an order is placed.

    Parameters
    ----------
    services
        Codes to choose from.
    first_day
        The earliest day that may be wished for.
    whose
        For whom a clerk orders; None: the enterprise itself does.
    typed
        What was typed before.
    refusal
        Why it was not taken.
    """

    services: tuple[str, ...]
    first_day: date
    whose: Whose | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    refusal: Refusal | None = None


@dataclass(frozen=True)
class OrdersView:
    """One page of orders.

    Parameters
    ----------
    cards
        Of this page.
    listing
        Which page of how many.
    counts
        State to how many.
    state
        The filter; '' for all.
    states
        To choose from.
    form
        To order by; None: this reader does not order.
    query
        Of this page's address: forms lead back to it.
    key
        Makes a repeat harmless.
    made
        An order was just placed.
    done
        Name of the step just taken, '' for none.
    oldest_hours
        How long the oldest unanswered one has waited.
    """

    cards: tuple[OrderCard, ...]
    listing: Listing
    counts: Mapping[str, int] = field(default_factory=dict)
    state: str = ""
    states: tuple[str, ...] = ()
    form: OrderForm | None = None
    query: str = ""
    key: str = ""
    made: bool = False
    done: str = ""
    oldest_hours: int = 0

    @property
    def refused(self) -> bool:
        """Whether something on the page was just refused."""
        by_form = self.form is not None and self.form.refusal is not None
        return by_form or any(one.refusal for one in self.cards)


def orders_page(frame: Frame, lang: str, view: OrdersView) -> str:
    """Give the page.

    Parameters
    ----------
    frame, lang
        As for every page; `frame.csrf` goes with the forms.
    view
        What it shows.
    """
    return render_page("orders.html", frame, lang, "orders", view=view, parts=PARTS)
