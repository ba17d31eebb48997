"""The audit (留痕): who looked at, exported or changed what, and when; ids only, never content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from maps.console import render_page

if TYPE_CHECKING:
    from maps.views import Frame


@dataclass(frozen=True)
class AuditRow:
    """One line: `who` is a name where it is known, `subject` the first id, `count` of how many."""

    at: datetime
    who: str
    role: str
    door: str
    act: str
    subject: str
    count: int = 1


@dataclass(frozen=True)
class AuditView:
    """One page of the audit.

    Parameters
    ----------
    rows
        The newest first.
    asked
        The filters: person, since, until, record, act; '' for all.
    persons
        Id and name of who may be asked for.
    acts
        Codes of what may be asked for.
    page
        Which page, from 1.
    has_more
        Whether another follows.
    unread
        Filters that were not understood, so that nothing was looked for.
    """

    rows: tuple[AuditRow, ...]
    asked: Mapping[str, str] = field(default_factory=dict)
    persons: tuple[tuple[str, str], ...] = ()
    acts: tuple[str, ...] = ()
    page: int = 1
    has_more: bool = False
    unread: tuple[str, ...] = ()

    def address(self, **more: object) -> str:
        """Give the address of this list with other parameters."""
        query = {name: value for name, value in {**self.asked, **more}.items() if value}
        return f"/audit?{urlencode(query)}"


def audit_page(frame: Frame, lang: str, view: AuditView) -> str:
    """Give the page.

    Parameters
    ----------
    frame, lang
        As for every page.
    view
        What it shows.
    """
    return render_page("audit.html", frame, lang, "audit", view=view)
