"""The desk of reminder slips: drawn up from the store, one step at a time, links, visits asked for.

Reads and writes the store for `slips`, which decides. Whether a slip goes out is a person's
decision; nothing here sends anything.
"""

from geo_risk.slipbook.drawing import Drawn, draw, is_in_scope
from geo_risk.slipbook.links import LINK_PURPOSE, Opened, make_link, open_link, secret_digest
from geo_risk.slipbook.taking import (
    MustVisit,
    act,
    after_of,
    content_of,
    finders_of,
    must_visits,
    steps_of,
    visible_slip,
)

__all__ = [
    "LINK_PURPOSE",
    "Drawn",
    "MustVisit",
    "Opened",
    "act",
    "after_of",
    "content_of",
    "draw",
    "finders_of",
    "is_in_scope",
    "make_link",
    "must_visits",
    "open_link",
    "secret_digest",
    "steps_of",
    "visible_slip",
]
