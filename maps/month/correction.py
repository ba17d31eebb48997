"""Corrections of a published month (更正版): what stood, what stands now, and the form for one.

Takes views already cut to their reader, gives pages. The page of a correction is its bulletin too:
printed it has a number, who made it, when and why, and every figure before beside after. What was
published first is never changed and stays one link away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from maps.bulletin import COLOURS, colour_word, ranks_text
from maps.console import render_page
from maps.views import Listing, Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from geo_risk.safety_index.corrected import Changed
    from maps.views import Frame


@dataclass(frozen=True)
class CorrectionNote:
    """One correction: its number, when, by whom, why, and which records it took out.

    `left_out` is id, what it is ('' for a record that is there no more) and its page ('' for none);
    `through` the earlier month whose correction this one only follows.
    """

    revision: int
    at: datetime
    by: str
    reason: str
    left_out: tuple[tuple[str, str, str], ...] = ()
    through: str = ""


@dataclass(frozen=True)
class SlipNote:
    """A slip that was drawn on figures which were corrected since, and what the index says now."""

    id: str
    number: str
    name: str
    state: str
    still_named: bool


@dataclass(frozen=True, kw_only=True)
class CorrectionView:
    """One correction, or that there is none.

    Parameters
    ----------
    month
        Which.
    note
        The one shown, None where there is none.
    all
        Every one, the first one first.
    since
        Revision it is compared with.
    changes, names
        Who stands differently, of this page; names by id.
    listing
        Which page of how many.
    recoloured, unnamed
        How many changed colour; how many more changed whose score is theirs alone.
    slips, newly
        Routine slips of the month; names of those whom only the corrected month names.
    later
        Later months that were corrected with it.
    may_correct
        Whether the reader may make one.
    """

    month: str
    note: CorrectionNote | None = None
    all: tuple[CorrectionNote, ...] = ()
    since: int = 0
    changes: tuple[Changed, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    listing: Listing = Listing(0)
    recoloured: int = 0
    unnamed: int = 0
    slips: tuple[SlipNote, ...] = ()
    newly: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    may_correct: bool = False


@dataclass(frozen=True)
class Counted:
    """A report or visit that counts in a month: its id, what it is, when, whether a visit."""

    id: str
    what: str
    at: datetime
    is_visit: bool = False


@dataclass(frozen=True, kw_only=True)
class CorrectView:
    """The form of a correction: an enterprise is found, its records are ticked, a reason is given.

    Parameters
    ----------
    month, number
        Which month; the number the correction would have.
    later
        Later published months that would be corrected with it.
    asked
        What was searched for.
    found
        Id and name of the enterprises that match.
    objections
        Slips of the month whose objection was upheld: enterprise and its name, number of the slip.
    enterprise
        Id and name of the one chosen, None before.
    counted
        Its records.
    ticked, reason
        As they were typed.
    refusal
        Why the last try was not taken.
    """

    month: str
    number: int
    later: tuple[str, ...] = ()
    asked: str = ""
    found: tuple[tuple[str, str], ...] = ()
    objections: tuple[tuple[str, str, str], ...] = ()
    enterprise: tuple[str, str] | None = None
    counted: tuple[Counted, ...] = ()
    ticked: frozenset[str] = frozenset()
    reason: str = ""
    refusal: Refusal | None = None


def correction_page(frame: Frame, lang: str, view: CorrectionView) -> str:
    """Give the page of one correction, to read and to print; parameters as of every page."""
    return render_page(
        "index_correction.html",
        frame,
        lang,
        "index",
        view=view,
        names=dict(view.names),
        colours=COLOURS,
        colour_word=lambda colour: colour_word(colour, lang),
        ranks=ranks_text,
    )


def correct_page(frame: Frame, lang: str, view: CorrectView) -> str:
    """Give the form of a correction; parameters as of every page."""
    return render_page("index_correct.html", frame, lang, "index", view=view)
