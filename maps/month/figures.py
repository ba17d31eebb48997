"""The park's figures on one page (看数): rates with intervals, funnels, coverage, reliability.

Takes a view of pictures already drawn in the page's language, gives the page. Every picture has its
numbers as a table and its definition beside it; where history is too short it says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from maps.console import render_page

if TYPE_CHECKING:
    from maps.charts import Chart
    from maps.views import Frame


@dataclass(frozen=True)
class FiguresView:
    """What the page shows.

    Parameters
    ----------
    made_at
        When the figures were worked out.
    first, last
        Days of the rates, both included.
    months
        Whole months of history.
    rates
        Shares closed in time and settled, by kind.
    closing, told
        Funnels by zone: closed in time; reports against enterprises.
    coverage
        Premises visited in time, by zone and month.
    prevalence
        Premises with a major hazard, from visits by lot.
    reliability
        Said and seen of each forecast.
    """

    made_at: datetime
    first: str
    last: str
    months: int
    rates: Chart
    closing: Chart
    told: Chart
    coverage: Chart
    prevalence: Chart
    reliability: tuple[Chart, ...]


def figures_page(frame: Frame, lang: str, view: FiguresView) -> str:
    """Give the page; parameters as of every page."""
    return render_page("figures.html", frame, lang, "figures", view=view)
