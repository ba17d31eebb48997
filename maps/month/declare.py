"""The enterprise's own form (自治申报): this month's indicators, what it has of what it needs.

Takes a view, gives the page. What an officer has verified is locked; what is not yet verified says
how far it counts. A clerk writes down for an enterprise what came on paper, and chooses it first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from maps.console import render_page

if TYPE_CHECKING:
    from maps.views import Frame


@dataclass(frozen=True)
class DeclareRow:
    """One indicator of the month.

    Parameters
    ----------
    indicator
        Code of the index.
    have, need, evidence
        As typed, or as kept; '' for nothing.
    state
        '' nothing said, `declared`, or `verified`: then it is locked.
    declared_at, verified_at
        When.
    problem
        Which of the words on problems, '' for none.
    at_fault
        `have` or `need`: the field to mend.
    """

    indicator: str
    have: str = ""
    need: str = ""
    evidence: str = ""
    state: str = ""
    declared_at: datetime | None = None
    verified_at: datetime | None = None
    problem: str = ""
    at_fault: str = ""


@dataclass(frozen=True)
class DeclareView:
    """The form of one enterprise and month.

    Parameters
    ----------
    enterprise_id, name
        Whose.
    month
        YYYY-MM.
    rows
        In the order of the index.
    earlier, later
        Months beside it, '' where there is none to declare.
    frozen
        The month's index is published: what is said now does not change it.
    on_paper
        A clerk writes down what came on paper.
    saved
        How many were kept just now; None: nothing was sent.
    """

    enterprise_id: str
    name: str
    month: str
    rows: tuple[DeclareRow, ...]
    earlier: str = ""
    later: str = ""
    frozen: bool = False
    on_paper: bool = False
    saved: int | None = None

    @property
    def problems(self) -> tuple[DeclareRow, ...]:
        """The rows that were not taken."""
        return tuple(one for one in self.rows if one.problem)

    @property
    def said(self) -> int:
        """How many are declared or verified."""
        return sum(bool(one.state) for one in self.rows)


def declare_page(frame: Frame, lang: str, view: DeclareView) -> str:
    """Give the form.

    Parameters
    ----------
    frame, lang
        As for every page; `frame.csrf` goes with the form.
    view
        What it shows.
    """
    return render_page("declare.html", frame, lang, "declare", view=view)


def choose_page(
    frame: Frame, lang: str, query: str, found: Sequence[tuple[str, str, str]], more: int
) -> str:
    """Give the page on which a clerk chooses the enterprise.

    Parameters
    ----------
    frame, lang
        As for every page.
    query
        What was searched for.
    found
        Id, name and credit code of the first ones.
    more
        How many more match.
    """
    return render_page(
        "declare_choose.html", frame, lang, "declare", query=query, found=found, more=more
    )
