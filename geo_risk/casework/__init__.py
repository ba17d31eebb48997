"""Casework: from report to closure without exception; the diagram, one step, due dates, figures.

Values in, values out: reading and writing the store is `casebook`'s.
"""

from geo_risk.casework.decide import Act, Decision, decide, missing_of, possible, replay
from geo_risk.casework.due import (
    due_of,
    due_on,
    end_of_day,
    has_calendar,
    with_due,
    working_days_after,
)
from geo_risk.casework.duplicates import Pair, likely_pairs, near_pairs
from geo_risk.casework.figures import (
    GROUPS,
    MEASURES,
    Case,
    Figures,
    Rate,
    figures,
    was_in_time,
    wilson,
    zones_at,
)
from geo_risk.casework.overdue import Late, late, lateness
from geo_risk.casework.states import (
    ACTIONS,
    CATEGORIES,
    LEVELS,
    Move,
    is_open,
    machine_of,
    open_states,
)

__all__ = [
    "ACTIONS",
    "CATEGORIES",
    "GROUPS",
    "LEVELS",
    "MEASURES",
    "Act",
    "Case",
    "Decision",
    "Figures",
    "Late",
    "Move",
    "Pair",
    "Rate",
    "decide",
    "due_of",
    "due_on",
    "end_of_day",
    "figures",
    "has_calendar",
    "is_open",
    "late",
    "lateness",
    "likely_pairs",
    "machine_of",
    "missing_of",
    "near_pairs",
    "open_states",
    "possible",
    "replay",
    "was_in_time",
    "wilson",
    "with_due",
    "working_days_after",
    "zones_at",
]
