"""/doubts (存疑说明): what looks filled in at a desk, and the word of who wrote it.

Takes doubts already cut to their reader, gives the page. Nobody's name stands on it, and nothing
is counted or sorted by person: whom a doubt concerns answers first, the chief settles after.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from maps.console import render_page

if TYPE_CHECKING:
    from maps.views import Frame, Refusal


@dataclass(frozen=True)
class DoubtCard:
    """One doubt.

    Parameters
    ----------
    id, check
        Which; what was looked at, a word of `doubt_check`.
    at
        When it was raised.
    visits
        Ids of the entries that it asks about.
    state
        `raised`, `answered` or `settled`.
    answer, outcome
        What was said; how it was settled; '' for nothing yet.
    """

    id: str
    check: str
    at: datetime
    visits: tuple[str, ...]
    state: str
    answer: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class DoubtsView:
    """What the page shows.

    Parameters
    ----------
    own
        Doubts about the reader's own entries.
    others
        To the chief: those of others that were answered or waited a week.
    typed
        Id of the doubt whose form was refused, and what was typed.
    refusal
        Why it was not taken.
    said
        Whether something was kept just now.
    """

    own: tuple[DoubtCard, ...] = ()
    others: tuple[DoubtCard, ...] = ()
    typed: tuple[str, str] = field(default=("", ""))
    refusal: Refusal | None = None
    said: bool = False


def doubts_page(frame: Frame, lang: str, view: DoubtsView) -> str:
    """Give the page.

    Parameters
    ----------
    frame, lang
        As for every page; `frame.csrf` goes with the forms.
    view
        What it shows.
    """
    return render_page("doubts.html", frame, lang, "doubts", view=view)
