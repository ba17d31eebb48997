"""Marks of doubt (存疑): what looks filled in by a robot or a desk; who is asked answers first.

Takes a view, gives the page. It names no person: whom a mark concerns stands in the entries, and
nothing is counted or sorted by person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from maps.console import render_page

if TYPE_CHECKING:
    from maps.views import Frame, Refusal


@dataclass(frozen=True)
class FlagRow:
    """One mark: which check raised it, on which entries, what was answered, how it was settled.

    `may_answer` and `may_settle` say what the reader can do with it now.
    """

    id: str
    check: str
    subject: str
    subject_ids: tuple[str, ...]
    at: datetime
    state: str
    answer: str = ""
    outcome: str = ""
    may_answer: bool = False
    may_settle: bool = False


@dataclass(frozen=True)
class FlagsView:
    """The page.

    Parameters
    ----------
    own
        Marks that ask the reader.
    others
        Those that the chief hears of: answered, or waiting for a week.
    done
        What was just done: answered, settled; '' for nothing.
    refusal, refused_id, typed
        Why a step was not taken, at which mark, and what was written.
    """

    own: tuple[FlagRow, ...] = ()
    others: tuple[FlagRow, ...] = ()
    done: str = ""
    refusal: Refusal | None = None
    refused_id: str = ""
    typed: str = ""


def flags_page(frame: Frame, lang: str, view: FlagsView) -> str:
    """Give the page.

    Parameters
    ----------
    frame, lang
        As for every page; `frame.csrf` goes with its forms.
    view
        What it shows.
    """
    return render_page("flags.html", frame, lang, "flags", view=view)
