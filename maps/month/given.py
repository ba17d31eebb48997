"""Guidance and campaigns on a screen: who, when, about what, what was agreed, what came of it.

Takes views already cut to their reader, gives pages with a form and a list each. What an officer
promised stands with its last day until it is settled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from maps.console import render_page
from maps.month.cases import last_day
from maps.month.orders import Whose
from maps.month.steps import StepForm
from maps.views import Listing, Refusal

if TYPE_CHECKING:
    from maps.views import Frame


@dataclass(frozen=True)
class GuidanceRow:
    """One guidance.

    Parameters
    ----------
    id, at, topics
        Which, when, about what (codes).
    name, officer
        At whose, by whom; '' where the reader is not told.
    text
        What was agreed.
    next_text, next_due
        What is promised; the moment after its last day.
    late
        Whether that is over, and nothing came of it.
    outcome, outcome_text
        What came of it; '' for nothing yet.
    settle
        The step that says so, None where it cannot be taken now.
    refusal
        Why the last one was not taken.
    typed
        Its words.
    """

    id: str
    at: datetime
    topics: tuple[str, ...]
    name: str = ""
    officer: str = ""
    text: str = ""
    next_text: str = ""
    next_due: datetime | None = None
    late: bool = False
    outcome: str = ""
    outcome_text: str = ""
    settle: StepForm | None = None
    refusal: Refusal | None = None
    typed: str = ""


@dataclass(frozen=True)
class GivenForm:
    """The form by which guidance or a campaign is written down.

    Parameters
    ----------
    topics
        Codes to choose from.
    whose
        At which enterprise.
    officers
        Id and name of who may have given it.
    now
        When, as the field begins.
    first_day
        The earliest day of a next step.
    typed
        What was typed before; several topics stand joined by a comma.
    refusal
        Why it was not taken.
    """

    topics: tuple[str, ...]
    whose: Whose
    now: str
    first_day: date
    officers: tuple[tuple[str, str], ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)
    refusal: Refusal | None = None

    @property
    def chosen(self) -> tuple[str, ...]:
        """The topics that were ticked."""
        return tuple(self.typed.get("topics", "").split(","))


@dataclass(frozen=True)
class GuidanceView:
    """One page of guidance.

    Parameters
    ----------
    rows, listing
        Of this page; which page of how many.
    form
        To write one down, None where the reader does not.
    waiting, late
        How many promises are open, and of these over their day.
    key
        Makes a repeat harmless.
    made, done
        One was just written down, or settled.
    """

    rows: tuple[GuidanceRow, ...]
    listing: Listing
    form: GivenForm | None = None
    waiting: int = 0
    late: int = 0
    key: str = ""
    made: bool = False
    done: bool = False

    @property
    def refused(self) -> bool:
        """Whether something on the page was just refused."""
        by_form = self.form is not None and self.form.refusal is not None
        return by_form or any(one.refusal for one in self.rows)


@dataclass(frozen=True)
class CampaignRow:
    """One campaign: when, about what, how many it reached, in which enterprise."""

    id: str
    at: datetime
    topic: str
    people: int
    name: str = ""


@dataclass(frozen=True)
class CampaignsView:
    """One page of campaigns.

    Parameters
    ----------
    rows, listing
        Of this page; which page of how many.
    month
        YYYY-MM, of the counts.
    held, people
        How many were held in it, and how many people they reached.
    by_topic
        Topic to people reached in it, most first.
    form
        To write one down, None where the reader does not.
    key
        Makes a repeat harmless.
    made
        One was just written down.
    """

    rows: tuple[CampaignRow, ...]
    listing: Listing
    month: str
    held: int = 0
    people: int = 0
    by_topic: tuple[tuple[str, int], ...] = ()
    form: GivenForm | None = None
    key: str = ""
    made: bool = False


def guidance_page(frame: Frame, lang: str, view: GuidanceView) -> str:
    """Give the page of guidance; `frame.csrf` goes with the forms."""
    return render_page(
        "guidance.html", frame, lang, "guidance", view=view, last_day=last_day(frame, lang)
    )


def campaigns_page(frame: Frame, lang: str, view: CampaignsView) -> str:
    """Give the page of campaigns; `frame.csrf` goes with the form."""
    return render_page("campaigns.html", frame, lang, "campaigns", view=view)
