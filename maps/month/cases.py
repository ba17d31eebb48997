"""Casework on a screen (隐患闭环): what is late and who must know, and one case with its steps.

Takes views already cut to their reader, gives pages. The list has what is late first; a case says
where it stands, by when, what was done, and offers what this reader may do next as small forms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from maps.console import render_page
from maps.month.steps import StepForm, StepTaken
from maps.views import Listing, Refusal
from maps.words.figures import day_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from maps.views import Frame

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class CaseRow:
    """One case of the list; names are '' where the reader sees none.

    `level` is 0 in time, 1 station, 2 chief, 3 county; `unprotected` a major hazard without interim
    protection after 24 hours. Of one that ended: when, after how many days, whether in time.
    """

    id: str
    kind: str
    state: str
    channel: str = ""
    severity: str = ""
    name: str = ""
    station: str = ""
    due: datetime | None = None
    days_late: int = 0
    level: int = 0
    unprotected: bool = False
    closed_at: datetime | None = None
    took_days: int | None = None
    in_time: bool = False


@dataclass(frozen=True)
class CasesView:
    """One page of the list.

    Parameters
    ----------
    rows
        Of this page.
    listing
        Which page of how many.
    late
        How many of all that match are late.
    asked
        The filters: kind, channel, state, station, severity, overdue; the figure whose cases they
        are, with its first and last day; '' for all.
    kinds
        Id and name of every kind of report.
    channels, states
        Codes to choose from.
    """

    rows: tuple[CaseRow, ...]
    listing: Listing
    late: int = 0
    asked: Mapping[str, str] = field(default_factory=dict)
    kinds: tuple[tuple[str, str], ...] = ()
    channels: tuple[str, ...] = ()
    states: tuple[str, ...] = ()

    def address(self, path: str, **more: object) -> str:
        """Give an address with the filters that are set, and more."""
        said = {name: value for name, value in {**self.asked, **more}.items() if value}
        return f"{path}?{urlencode(said)}"


@dataclass(frozen=True)
class CaseView:
    """One case, as its reader may see it.

    Parameters
    ----------
    id, kind, state, severity, category, channel
        Codes of the report; `kind` is its name.
    name, address, station, zone
        Whose, where, with whom; '' where the reader is not told.
    text
        The words of the report.
    reported_at, due
        When; `due` is the first moment after the last day.
    days_late, level, unprotected
        As of `CaseRow`.
    extended, protected
        Whether the one extension was given, whether there is interim protection.
    other_id
        What it was merged into.
    photos
        Their addresses.
    taken, forms
        Steps so far, oldest first; steps that may be taken now.
    etag, key
        Go with every form: the state it is decided on, and what makes a repeat harmless.
    back
        Page that the forms lead back to.
    done
        Name of the step just taken, '' for none.
    refusal
        Why the last one was not taken.
    typed
        Words of a refused step that cannot be taken any more.
    """

    id: str
    kind: str
    state: str
    severity: str = ""
    category: str = ""
    channel: str = ""
    name: str = ""
    address: str = ""
    station: str = ""
    text: str = ""
    reported_at: datetime | None = None
    due: datetime | None = None
    days_late: int = 0
    level: int = 0
    unprotected: bool = False
    extended: bool = False
    protected: bool = False
    other_id: str = ""
    photos: tuple[str, ...] = ()
    taken: tuple[StepTaken, ...] = ()
    forms: tuple[StepForm, ...] = ()
    etag: str = ""
    key: str = ""
    back: str = ""
    done: str = ""
    refusal: Refusal | None = None
    typed: str = ""


def cases_page(frame: Frame, lang: str, view: CasesView) -> str:
    """Give the list.

    Parameters
    ----------
    frame, lang
        As for every page.
    view
        What it shows.
    """
    return render_page(
        "cases.html", frame, lang, "cases", view=view, last_day=last_day(frame, lang)
    )


def case_page(frame: Frame, lang: str, view: CaseView) -> str:
    """Give one case.

    Parameters
    ----------
    frame, lang
        As for every page; `frame.csrf` goes with the forms.
    view
        What it shows.
    """
    return render_page("case.html", frame, lang, "cases", view=view, last_day=last_day(frame, lang))


def last_day(frame: Frame, lang: str) -> Callable[[datetime | None], str]:
    """Give the words of the last day before a deadline, which is the first moment after it."""
    return lambda end: day_text(end - _INSTANT, frame.zone, lang) if end else "–"
