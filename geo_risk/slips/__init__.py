"""Reminder slips (提醒单): the diagram, one step, the rule that draws them up, what they say.

A slip is help offered, not a penalty. Values in, values out: reading and writing is `slipbook`'s.
"""

from geo_risk.slips.content import SlipContent, SlipItem, content_from, content_text, top_deficits
from geo_risk.slips.decide import (
    Act,
    Circumstances,
    Decision,
    decide,
    objection_ends,
    possible,
    replay,
)
from geo_risk.slips.rule import Candidate, OpenMajor, at_once_reasons, without_open
from geo_risk.slips.states import (
    AT_ONCE,
    MACHINE,
    OPEN,
    ROUTINE,
    SENT,
    UNDER_WAY,
    Move,
    SlipState,
)

__all__ = [
    "AT_ONCE",
    "MACHINE",
    "OPEN",
    "ROUTINE",
    "SENT",
    "UNDER_WAY",
    "Act",
    "Candidate",
    "Circumstances",
    "Decision",
    "Move",
    "OpenMajor",
    "SlipContent",
    "SlipItem",
    "SlipState",
    "at_once_reasons",
    "content_from",
    "content_text",
    "decide",
    "objection_ends",
    "possible",
    "replay",
    "top_deficits",
    "without_open",
]
