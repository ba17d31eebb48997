"""The desk of visit plans: candidates gathered from the store; plans kept, changed, confirmed.

Reads and writes the store for `visits`, which decides. `make_week` makes a week's plan, `change`
does it again when the day has changed (`preview` says what it would do, `take_back` undoes it),
`confirm` holds a visit that an enterprise was told of; `latest_week` and `week_of_officer` read;
`linked` and `planned_for` give a visit that is written down its reason and its probability,
`prevalence` tells from them how often hazards occur. A plan is kept under its first day, every
version of it. Who may plan is checked here; what a page or file shows of it is theirs.
"""

from geo_risk.planbook.changing import Changed, change, preview, take_back
from geo_risk.planbook.gather import Gathered, gather
from geo_risk.planbook.held import HeldMove, held_moves, moves_of
from geo_risk.planbook.keeping import Basis, Kept, kept_plan, moves_in, newest
from geo_risk.planbook.linking import Planned, linked, planned_for, served_steps
from geo_risk.planbook.making import (
    PLANNERS,
    confirm,
    latest_week,
    make_week,
    week_of_officer,
)
from geo_risk.planbook.moving import MoveRefused
from geo_risk.planbook.notes import NOTES
from geo_risk.planbook.request import Absence, Appointment, Change, Move, PlanRequest
from geo_risk.planbook.telling import prevalence
from geo_risk.planbook.ways import Ways

__all__ = [
    "NOTES",
    "PLANNERS",
    "Absence",
    "Appointment",
    "Basis",
    "Change",
    "Changed",
    "Gathered",
    "HeldMove",
    "Kept",
    "Move",
    "MoveRefused",
    "PlanRequest",
    "Planned",
    "Ways",
    "change",
    "confirm",
    "gather",
    "held_moves",
    "kept_plan",
    "latest_week",
    "linked",
    "make_week",
    "moves_in",
    "moves_of",
    "newest",
    "planned_for",
    "prevalence",
    "preview",
    "served_steps",
    "take_back",
    "week_of_officer",
]
