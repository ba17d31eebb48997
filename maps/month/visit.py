"""/visit (走访): one question after another at a gate, on a phone; then: it is saved, go on.

Takes views, gives pages. The form is one plain post with photos and works without a script; a
script shows one question at a time. What was typed stays when something is missing, and the same
words say so on top and at the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from maps.bundle import bundle_url
from maps.console import render_page
from maps.month.cases import last_day
from maps.shell import json_block
from maps.stops import StopView, stop_words
from maps.words import browser_words

if TYPE_CHECKING:
    from maps.views import Frame, Refusal

BLOCKS = 3
"""So many new hazards fit on the form; more are another visit's, or the phone's own."""

OUTCOMES = ("done", "shut", "moved", "refused")


@dataclass(frozen=True)
class OpenHazard:
    """A hazard that was open when the form was made.

    Parameters
    ----------
    id, severity, category, text, state
        Of the report.
    found_at, due, days_late, level, unprotected
        As of a case.
    photo
        Address of the last photo, '' for none.
    """

    id: str
    severity: str
    category: str = ""
    text: str = ""
    state: str = ""
    found_at: datetime | None = None
    due: datetime | None = None
    days_late: int = 0
    level: int = 0
    unprotected: bool = False
    photo: str = ""


@dataclass(frozen=True)
class PastVisit:
    """A visit of before: when, and how many hazards it found; None where nobody looked."""

    start: datetime
    found: int | None


@dataclass(frozen=True, kw_only=True)
class VisitView:
    """The form of one visit.

    Parameters
    ----------
    premises_id, name, address, contact, phone, hours
        Where; '' where nobody knows.
    action
        Address that takes the form.
    hazards
        Open ones, what is due first first.
    past
        The last visits, newest first.
    categories
        Codes to choose from.
    dues
        Severity to the first moment after the last day, gravest first.
    today
        First day that a deadline may be.
    keys
        Of the form, then of each new hazard: they make a repeat harmless.
    start
        When the form was made.
    week, planned_id
        Which planned visit it is; '' for none.
    typed
        Name of a field to what was typed in it.
    wrong
        Id of a field to the code of what is wrong there.
    refusal
        Why it was not taken, where that is no field's.
    undone
        `taken_back` or `withdrawn`: what was just undone here; '' for nothing.
    """

    premises_id: str
    name: str
    action: str
    dues: Mapping[str, datetime]
    categories: tuple[str, ...]
    today: date
    keys: tuple[str, ...]
    start: datetime
    address: str = ""
    contact: str = ""
    phone: str = ""
    hours: str = ""
    located: bool = True
    hazards: tuple[OpenHazard, ...] = ()
    past: tuple[PastVisit, ...] = ()
    week: str = ""
    planned_id: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    refusal: Refusal | None = None
    undone: str = ""


@dataclass(frozen=True)
class SavedHazard:
    """A new hazard as it was kept: its id, by when it is due."""

    id: str
    due: datetime | None


@dataclass(frozen=True)
class SavedConflict:
    """A recheck that met another's step: the case, how it stands, who, when, in which words."""

    id: str
    state: str
    by: str
    at: datetime
    said: str


@dataclass(frozen=True, kw_only=True)
class SavedView:
    """What was saved.

    Parameters
    ----------
    receipt
        Its number.
    visit_id, action
        What undo takes back, and where.
    seconds
        So long nothing of it counts when it is undone; 0: it is withdrawn.
    hazards, conflicts
        New ones; rechecks that met another's step.
    joined
        Whether it went into a colleague's record.
    place
        What became of the premises: `pinned`, `waits`, `moved_away`, `newer`, ''.
    next
        Where to go now.
    """

    receipt: str
    visit_id: str
    action: str
    name: str
    seconds: int
    hazards: tuple[SavedHazard, ...] = ()
    conflicts: tuple[SavedConflict, ...] = ()
    joined: bool = False
    place: str = ""
    week: str = ""
    next: StopView | None = None


def visit_page(frame: Frame, lang: str, view: VisitView) -> str:
    """Give the form.

    Parameters
    ----------
    frame, lang
        As for every page; `frame.csrf` goes with the form.
    view
        What it shows.
    """
    said = {"lang": lang, "csrf": frame.csrf, "words": browser_words(lang, ("gate", "gate_wrong"))}
    latest = {
        code: (end - timedelta(seconds=1)).astimezone(frame.zone).date()
        for code, end in view.dues.items()
    }
    return render_page(
        "visit.html",
        frame,
        lang,
        "today",
        view=view,
        blocks=range(BLOCKS),
        outcomes=OUTCOMES,
        latest=latest,
        last_day=last_day(frame, lang),
        script=bundle_url("visit.js"),
        page_data=json_block(said),
    )


def saved_page(frame: Frame, lang: str, view: SavedView) -> str:
    """Give the page that says saved; parameters as for `visit_page`."""
    return render_page(
        "visit_saved.html",
        frame,
        lang,
        "today",
        view=view,
        last_day=last_day(frame, lang),
        script=bundle_url("undo.js"),
        **stop_words(frame.zone, lang),
    )
