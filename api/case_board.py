"""What the casework board is filled with: one kind by state, what is late first, what ended last.

Takes the filler of pages, gives the frozen values of `maps.month`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from api.case_figures import month_figures, months_of
from api.case_lists import Wanted, list_cases
from api.case_pages import case_rows, kind_name, station_names
from api.reading import names_of
from geo_risk.casework import open_states
from geo_risk.records import CaseState, Severity
from maps.month import BoardView, Column

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.case_lists import Listed
    from api.pages import Pages
    from maps.month import CaseRow

MOST_CARDS = 20
"""So many cards a column shows; the others are in the list."""


def board_view(pages: Pages, kind: str, month: str, lang: str, done: str = "") -> BoardView:
    """Fill the board of one kind of report.

    Parameters
    ----------
    pages
        Of the request.
    kind, month
        Id of the kind; one of `months_of`, '' for the newest.
    lang
        Of the page.
    done
        Name of the step just taken, '' for none.
    """
    service, sight, park = pages.service, pages.sight, pages.service.park
    found = list_cases(service.store, park, sight, Wanted(kind=kind), park.as_of(pages.now))
    some = {state: _of(found, state) for state in open_states(kind)}
    months = months_of(pages)
    told = month_figures(pages, kind, month or months[0])
    shown = [pair for pairs in (*some.values(), told.ended) for pair in pairs[:MOST_CARDS]]
    owners = [str(row["enterprise_id"] or "") for row, _ in shown]
    names = names_of(service.store, sight, owners) if any(owners) else {}

    def cards(pairs: Sequence[Listed]) -> tuple[CaseRow, ...]:
        return case_rows(service, pairs[:MOST_CARDS], names, pages.now, lang)

    return BoardView(
        columns=tuple(
            Column(state.value, cards(pairs), len(pairs)) for state, pairs in some.items()
        ),
        ended=Column("ended", cards(told.ended), len(told.ended)),
        kind=kind,
        kinds=tuple((one, kind_name(service, one, lang)) for one in park.kinds),
        month=told.month,
        months=months,
        since=told.since,
        until=told.until,
        rates=told.rates,
        total=len(found),
        held=_held(found, station_names(service, pages.now)),
        late=sum(bool(row["level"]) for row, _ in found),
        longest=max((row["days_late"] for row, _ in found), default=0),
        major=sum(row["severity"] == Severity.MAJOR.value for row, _ in found),
        waiting=len(some.get(CaseState.REPORTED, ())),
        done=done,
    )


def _held(found: Sequence[Listed], stations: Mapping[str, str]) -> tuple[tuple[str, str, int], ...]:
    """Count what is late by who holds it, the most first."""
    counts = Counter(str(row["station_id"] or "") for row, _ in found if row["level"])
    most = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return tuple((id_, stations.get(id_, id_), many) for id_, many in most)


def _of(found: list[Listed], state: CaseState) -> list[Listed]:
    return [pair for pair in found if pair[0]["state"] == state.value]
