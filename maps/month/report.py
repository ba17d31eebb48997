"""A hazard is reported on a phone (自查自报, 随手报): where, what, how grave; and the own list.

Takes a view, gives the page. Each severity says in plain words what it asks for and by which day,
before anything is sent. Open hazards of one's own stand below, with the step that says: rectified.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from maps.console import render_page
from maps.month.cases import last_day
from maps.month.steps import StepForm

if TYPE_CHECKING:
    from maps.views import Frame, Refusal


@dataclass(frozen=True)
class OwnHazard:
    """One open hazard of the enterprise.

    Parameters
    ----------
    id, severity, state, text
        Of the report.
    due, days_late, level
        As of a case.
    self_reported
        Whether the enterprise told of it itself.
    rectify
        The step, None where it cannot be taken now.
    etag
        Goes with it.
    """

    id: str
    severity: str
    state: str
    text: str = ""
    due: datetime | None = None
    days_late: int = 0
    level: int = 0
    unprotected: bool = False
    self_reported: bool = False
    rectify: StepForm | None = None
    etag: str = ""


@dataclass(frozen=True)
class ReportView:
    """The form and the list.

    Parameters
    ----------
    places
        Id and words of the enterprise's own premises.
    dues
        Severity to the first moment after the last day, gravest first.
    categories
        Codes to choose from.
    typed
        What was typed before.
    refusal
        Why it was not taken.
    made
        The one just reported.
    hazards
        Open ones, what is late first.
    key
        Makes a repeat harmless.
    in_words
        Whether the place is said in words: by a volunteer, who has no premises.
    """

    places: tuple[tuple[str, str], ...]
    dues: Mapping[str, datetime]
    categories: tuple[str, ...]
    typed: Mapping[str, str] = field(default_factory=dict)
    refusal: Refusal | None = None
    made: OwnHazard | None = None
    done: bool = False
    hazards: tuple[OwnHazard, ...] = ()
    key: str = ""
    in_words: bool = False


def report_page(frame: Frame, lang: str, view: ReportView) -> str:
    """Give the page.

    Parameters
    ----------
    frame, lang
        As for every page; `frame.csrf` goes with the forms.
    view
        What it shows.
    """
    return render_page(
        "report.html", frame, lang, "report", view=view, last_day=last_day(frame, lang)
    )
