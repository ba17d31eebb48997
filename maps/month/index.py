"""The safety index on a screen (安商指数): the months, one month for the station, and one's own.

Takes views already cut to their reader, gives pages. Colours have words beside them, ranks are
ranges, and the parts of a score add up to it as printed. A preview says that it is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from maps.bulletin import COLOURS, note_word, part_word, ranks_text
from maps.console import render_page
from maps.views import Listing, Refusal

if TYPE_CHECKING:
    from geo_risk.safety_index.corrected import Standing
    from maps.charts import Chart
    from maps.views import Frame


@dataclass(frozen=True)
class MonthRow:
    """One published month: counts per colour; of an enterprise, its own score and colour."""

    month: str
    revision: int = 0
    colours: Mapping[str, int] = field(default_factory=dict)
    score: float | None = None
    colour: str = ""


@dataclass(frozen=True)
class OwnCorrection:
    """A correction by which an enterprise stands differently: number, when, before and after."""

    revision: int
    at: datetime
    before: Standing | None
    after: Standing | None


@dataclass(frozen=True)
class MonthsView:
    """The months.

    Parameters
    ----------
    rows
        Published ones, newest first.
    running
        The running month, '' where the reader sees no preview.
    next_month
        The one to publish now, '' for none, or where the reader does not publish.
    waiting
        A month that ended and has not closed yet, and when it closes.
    own
        The rows are the reader's own.
    refusal
        Why the last publication was not made.
    """

    rows: tuple[MonthRow, ...]
    running: str = ""
    next_month: str = ""
    waiting: tuple[str, datetime] | None = None
    own: bool = False
    refusal: Refusal | None = None


@dataclass(frozen=True)
class IndexRow:
    """One enterprise's month.

    Parameters
    ----------
    id, name
        Whose.
    score, low, high
        With its 90 % interval.
    colour, ranks, notes
        Codes; a range of ranks, None without.
    parts
        Indicator, points, most points: they add up to the score as printed.
    lifts
        Colour, acts that reach it (none: nothing does), score after them.
    change
        Against the month before, None where there is none.
    slip
        Whether a slip is to be drawn up: `routine`, `at_once` or ''.
    clean_visit
        Points that one more clean visit would bring, to know.
    leaves_window
        Month in which its oldest finding leaves the window, '' without a finding.
    """

    id: str
    name: str
    score: float
    low: float
    high: float
    colour: str = ""
    ranks: tuple[int, int] | None = None
    notes: tuple[str, ...] = ()
    parts: tuple[tuple[str, float, float], ...] = ()
    lifts: tuple[tuple[str, tuple[str, ...], float], ...] = ()
    change: float | None = None
    slip: str = ""
    clean_visit: float = 0.0
    leaves_window: str = ""

    @property
    def deficits(self) -> tuple[tuple[str, float], ...]:
        """The three parts that lose most, largest first."""
        lost = [(name, most - points) for name, points, most in self.parts]
        lost = [one for one in lost if one[1] >= 0.05]
        return tuple(sorted(lost, key=lambda one: -one[1])[:3])


@dataclass(frozen=True)
class IndexView:
    """One month for the station.

    Parameters
    ----------
    month, revision
        Which; the revision is None for a preview.
    rows, listing
        Of this page.
    counts
        Colour to how many, '' for none.
    colour
        The filter, '' for all.
    notes
        Codes of the month.
    made_at
        When it was frozen, or the preview worked out.
    cuts
        Lowest scores of blue, yellow, orange.
    propose
        Names of the enterprises that another officer should visit.
    may_publish
        Whether the reader may publish it now.
    closes
        When it closes, None where that is past.
    distribution
        How the scores of all who are in scope are spread.
    """

    month: str
    revision: int | None
    rows: tuple[IndexRow, ...]
    listing: Listing
    counts: Mapping[str, int] = field(default_factory=dict)
    colour: str = ""
    notes: tuple[str, ...] = ()
    made_at: datetime | None = None
    cuts: tuple[float, ...] = (80.0, 70.0, 60.0)
    propose: tuple[str, ...] = ()
    may_publish: bool = False
    closes: datetime | None = None
    distribution: Chart | None = None


def months_page(frame: Frame, lang: str, view: MonthsView) -> str:
    """Give the months; parameters as of every page."""
    return render_page("index_months.html", frame, lang, "index", view=view, colours=COLOURS)


def index_page(frame: Frame, lang: str, view: IndexView) -> str:
    """Give one month for the station.

    Parameters
    ----------
    frame, lang
        As for every page.
    view
        What it shows.
    """
    return render_page(
        "index_month.html",
        frame,
        lang,
        "index",
        view=view,
        colours=COLOURS,
        part=lambda name: part_word(name, lang),
        note=lambda code: note_word(code, lang),
        ranks=ranks_text,
    )


def own_index_page(
    frame: Frame,
    lang: str,
    month: str,
    revision: int,
    row: IndexRow,
    corrected: tuple[OwnCorrection, ...] = (),
) -> str:
    """Give an enterprise its own month.

    Parameters
    ----------
    frame, lang
        As for every page.
    month, revision
        Which.
    row
        Its own, what others told of it as one sum.
    corrected
        Corrections by which it stands differently, the first one first.
    """
    return render_page(
        "index_own.html",
        frame,
        lang,
        "index",
        month=month,
        revision=revision,
        row=row,
        corrected=corrected,
        part=lambda name: part_word(name, lang),
        note=lambda code: note_word(code, lang),
        ranks=ranks_text,
    )
