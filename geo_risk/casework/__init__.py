"""Casework: from report to closure without exception; the diagram, one step, due dates.

Values in, values out: reading and writing the store is `casebook`'s.
"""

from geo_risk.casework.decide import Act, Decision, decide, possible, replay
from geo_risk.casework.due import due_of, end_of_day, has_calendar, working_days_after
from geo_risk.casework.states import LEVELS, Move, is_open, machine_of, open_states

__all__ = [
    "LEVELS",
    "Act",
    "Decision",
    "Move",
    "decide",
    "due_of",
    "end_of_day",
    "has_calendar",
    "is_open",
    "machine_of",
    "open_states",
    "possible",
    "replay",
    "working_days_after",
]
