"""The desk of visits at the gate: what an officer saves there is one record, whole or not at all.

`save` writes a visit with what was found, what was seen of open hazards, and what the officer says
of the place, in one transaction; two officers at one visit are one record. `undo` takes it back
within seconds, and withdraws it later. What a plan says of a visit is `planbook`'s, what a step of
a case leads to `casebook`'s.
"""

from geo_risk.visitbook.rechecks import Conflict, Rechecked
from geo_risk.visitbook.said import Gate, Pin, Seen
from geo_risk.visitbook.saving import Saved, receipt_of, save
from geo_risk.visitbook.undoing import UNDO_S, Undone, undo

__all__ = [
    "UNDO_S",
    "Conflict",
    "Gate",
    "Pin",
    "Rechecked",
    "Saved",
    "Seen",
    "Undone",
    "receipt_of",
    "save",
    "undo",
]
