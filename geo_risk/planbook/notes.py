"""What a reader of a plan must know: codes, said in words by whoever shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from geo_risk.casework import has_calendar
from geo_risk.visits.candidates import MORE_OVERDUE
from geo_risk.visits.prizes import Site, has_history

if TYPE_CHECKING:
    from geo_risk.park import ParkFile
    from geo_risk.planbook.duties import Duties
    from geo_risk.planbook.request import PlanRequest
    from geo_risk.published import Publication
    from geo_risk.visits.problem import Shift

NOTES = (
    "no_officers",
    "nobody_works",
    "no_premises",
    "no_history",
    "provisional",
    "baseline",
    "no_calendar",
    "guessed_places",
    MORE_OVERDUE,
    "no_roads",
    "off_road",
    "not_connected",
    "greedy",
)
"""Codes of `plan_note.<code>`; those of travel are `travel.NOTES`."""

_OWN_RISK = "premises_risk"
"""The model that tells premises apart; any other is a baseline."""


def notes_of(
    duties: Duties,
    shifts: Sequence[Shift],
    sites: Sequence[Site],
    publication: Publication | None,
    park: ParkFile,
    request: PlanRequest,
) -> list[str]:
    """Give codes of `NOTES` for a plan's officers, shifts, premises, risk and calendar."""
    told = publication.facts.get("enterprise_risk", {}) if publication else {}
    history = has_history(sites)
    years = {request.first_day.year, request.last_day.year}
    found = {
        "no_officers": not duties.officers,
        "nobody_works": bool(duties.officers) and not shifts,
        "no_premises": not sites,
        "no_history": bool(sites) and not history,
        "provisional": history and told.get("status") == "provisional",
        "baseline": history and told.get("model") != _OWN_RISK,
        "no_calendar": not all(has_calendar(year, park) for year in years),
        "guessed_places": any(one.place_guessed for one in sites),
    }
    return [code for code in NOTES if found.get(code)]
