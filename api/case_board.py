"""What the casework board is filled with: open cases of one kind, by state, what is late first.

Takes the filler of pages, gives the frozen values of `maps.month`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.case_lists import Wanted, list_cases
from api.case_pages import case_rows, kind_name
from api.reading import names_of
from geo_risk.casework import open_states
from geo_risk.records import CaseState, Severity
from maps.month import BoardView, Column

if TYPE_CHECKING:
    from api.case_lists import Listed
    from api.pages import Pages

MOST_CARDS = 20
"""So many cards a column shows; the others are in the list."""


def board_view(pages: Pages, kind: str, lang: str, done: str = "") -> BoardView:
    """Fill the board of one kind of report.

    Parameters
    ----------
    pages
        Of the request.
    kind
        Id of the kind.
    lang
        Of the page.
    done
        Name of the step just taken, '' for none.
    """
    service, sight, park = pages.service, pages.sight, pages.service.park
    found = list_cases(service.store, park, sight, Wanted(kind=kind), park.as_of(pages.now))
    some = {state: _of(found, state) for state in open_states(kind)}
    shown = [pair for pairs in some.values() for pair in pairs[:MOST_CARDS]]
    owners = [str(row["enterprise_id"] or "") for row, _ in shown]
    names = names_of(service.store, sight, owners) if any(owners) else {}
    return BoardView(
        columns=tuple(
            Column(
                state.value,
                case_rows(service, pairs[:MOST_CARDS], names, pages.now, lang),
                len(pairs),
            )
            for state, pairs in some.items()
        ),
        kind=kind,
        kinds=tuple((one, kind_name(service, one, lang)) for one in park.kinds),
        total=len(found),
        late=sum(bool(row["level"]) for row, _ in found),
        longest=max((row["days_late"] for row, _ in found), default=0),
        major=sum(row["severity"] == Severity.MAJOR.value for row, _ in found),
        waiting=len(some.get(CaseState.REPORTED, ())),
        done=done,
    )


def _of(found: list[Listed], state: CaseState) -> list[Listed]:
    return [pair for pair in found if pair[0]["state"] == state.value]
