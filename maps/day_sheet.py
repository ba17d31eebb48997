"""The printed day sheet (走访单): A4 across, order, times, why, boxes to tick, lines to write on.

Takes days already cut to their reader, gives HTML with a print style of its own, or a PDF through
the extra `pdf`. It works without a phone: a map drawn here, who to ask for, why, a QR code a stop
that opens the visit. It carries names, so it says that it is destroyed at the station when used.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from markupsafe import Markup

from maps.console import render_page
from maps.stops import stop_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from maps.stops import DayView, StopView
    from maps.views import Frame

FIRST_ROWS, MORE_ROWS = 6, 6
"""Rows of 25 mm: beside the map, and on a page of their own."""

_STYLE = "day_sheet.css"


@dataclass(frozen=True)
class SheetPage:
    """One page: its rows, which page of how many of this day, whether the map is on it."""

    day: DayView
    stops: tuple[StopView, ...]
    number: int
    of: int

    @property
    def first(self) -> bool:
        """Whether it is the day's first: the map and what was left out are on it."""
        return self.number == 1


def pages_of_day(day: DayView) -> list[SheetPage]:
    """Cut a day into pages; a day without visits is one page."""
    cuts = [day.stops[:FIRST_ROWS]]
    rest = day.stops[FIRST_ROWS:]
    cuts += [rest[n : n + MORE_ROWS] for n in range(0, len(rest), MORE_ROWS)]
    return [SheetPage(day, cut, n, len(cuts)) for n, cut in enumerate(cuts, 1)]


def day_sheets(
    frame: Frame,
    lang: str,
    days: Sequence[DayView],
    *,
    as_of: datetime,
    printed_at: datetime,
    linked: bool = True,
) -> str:
    """Give days as one document.

    Parameters
    ----------
    frame
        Park, time zone, whether the data is synthetic.
    lang
        One of the catalogue's languages; names are not translated.
    days
        In the order of the pages; none: a page that says so.
    as_of, printed_at
        Up to when things were known; now.
    linked
        Whether the page names its style and icon by address; else they are in it.
    """
    style = "" if linked else _style()
    return render_page(
        "day_sheet.html",
        frame,
        lang,
        "",
        pages=[page for day in days for page in pages_of_day(day)],
        as_of=as_of,
        printed_at=printed_at,
        linked=linked,
        style=Markup(style),  # noqa: S704 - our own file
        **stop_words(frame.zone, lang),
    )


def _style() -> str:
    return files("maps.console").joinpath("static", _STYLE).read_text(encoding="utf-8")
