"""The figures on top of the casework board: one month's rates, what they are made of, what ended.

Takes the filler of pages, a kind of report and a month, gives the rates of `casework` with the
address of the list behind each number. Cases are read once, for the reader: a mediator's figures
are of the mediator's own.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from api import casework
from api.audience import without_persons
from api.reading import find_all
from geo_risk import casebook, monthly
from geo_risk.casework import figures
from geo_risk.store import Query
from maps.month import BoardRate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.case_lists import Listed
    from api.pages import Pages
    from geo_risk.casework import Figures

DISPUTE = "dispute"
_MOST_MONTHS = 6
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class MonthFigures:
    """One month: its days as text, its rates, and what ended in it, the last first."""

    month: str
    since: str
    until: str
    rates: tuple[BoardRate, ...]
    ended: tuple[Listed, ...]


def months_of(pages: Pages) -> tuple[str, ...]:
    """Give the months a board may show, the newest first: that of the last day there is data of."""
    park = pages.service.park
    newest = monthly.month_of(park.as_of(pages.now) - _INSTANT, park)
    return tuple(monthly.shift_month(newest, -n) for n in range(_MOST_MONTHS))


def month_figures(pages: Pages, kind: str, month: str) -> MonthFigures:
    """Give the figures of one month for a board.

    Parameters
    ----------
    pages
        Of the request.
    kind
        Of the board. Disputes are told by what is settled, all else by what is closed in time; the
        other of the two stands beside.
    month
        One of `months_of`.
    """
    service, sight, park = pages.service, pages.sight, pages.service.park
    as_of = park.as_of(pages.now)
    first, last = _days(month)
    start, end, said = casework.period(park, first, last, as_of)
    asked = Query("reports", filters={"kind": tuple({kind, DISPUTE, "hazard"})})
    found = find_all(service.store, without_persons(sight), asked)
    cases = casebook.cases_of(service.store, park, found, actor=sight.reader)
    rows = {one.group: one for one in figures(cases, start, end, as_of=as_of, by="kind")}
    beside = "hazard" if kind == DISPUTE else DISPUTE
    ids = frozenset(rows[kind].items["closed"]) if kind in rows else frozenset()
    ended = [one for one in cases if one.report.id in ids]
    ended.sort(key=lambda one: (one.report.closed_at or end, one.report.id), reverse=True)
    listed = casework.case_rows(ended, (), as_of)
    return MonthFigures(
        month=month,
        since=said["from"],
        until=said["to"],
        rates=tuple(_rate(one, rows) for one in (kind, beside)),
        ended=tuple(zip(listed, ended, strict=True)),
    )


def _days(month: str) -> tuple[date, date]:
    first = date.fromisoformat(f"{month}-01")
    return first, first.replace(day=monthrange(first.year, first.month)[1])


def _rate(kind: str, rows: Mapping[str, Figures]) -> BoardRate:
    """Give the rate of a kind; where nothing of it is known, a rate of nothing."""
    row = rows.get(kind)
    settles = kind == DISPUTE
    rate = None if row is None else row.settled if settles else row.closed_in_time
    return BoardRate(
        kind=kind,
        hits=rate.hits if rate else 0,
        of=rate.of if rate else 0,
        share=rate.share if rate else None,
        low=rate.low if rate else None,
        high=rate.high if rate else None,
        open_not_due=len(row.items["open_not_due"]) if row else 0,
        hit="settled" if settles else "in_time",
        whole="taken_up" if settles else "due",
    )
