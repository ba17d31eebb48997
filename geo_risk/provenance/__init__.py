"""Provenance: which entries look filled in by a robot or at a desk, and why.

Takes entries of one stretch of time, gives doubts: machine-regular times, one photo used twice, the
same words, impossible travel. Each check compares people with how the others write, or with what
nobody can do, so that habits shared by honest people (rounded times, entry in one go after a shift,
a photo of a common gate, a wrong clock) raise none. A doubt is a question to the person concerned,
never a verdict; nothing here counts or ranks people. Reading the store belongs to `flagbook`.
"""

from geo_risk.provenance.checks import CHECKS, check_entries
from geo_risk.provenance.entries import Doubt, Entry, pixels_digest

__all__ = ["CHECKS", "Doubt", "Entry", "check_entries", "pixels_digest"]
