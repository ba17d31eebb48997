"""The month of the safety index: counted from the store, previewed, frozen, published, revised.

What was known when a month closed is read from events, so that a month can be counted again; what
a score is, is `safety_index`'s. Frozen are inputs, numbers, reference table and output; lookers'
effects are in the reference and leave by no function here.
"""

from geo_risk.monthly.corrections import Correction, correct, corrections_of, preview_correction
from geo_risk.monthly.freeze import canonical
from geo_risk.monthly.gather import gather, is_empty
from geo_risk.monthly.known import Books
from geo_risk.monthly.months import (
    begin_of,
    check_month,
    closing_of,
    end_of,
    month_of,
    shift_month,
)
from geo_risk.monthly.moves import MonthMoves, Mover, who_would_move
from geo_risk.monthly.params import params_of
from geo_risk.monthly.publish import (
    freeze,
    frozen_months,
    newest_revisions,
    preview,
    results,
    revise,
    said_by,
)
from geo_risk.monthly.weights import Weights, all_weights, draft, sign, weights_of

__all__ = [
    "Books",
    "Correction",
    "MonthMoves",
    "Mover",
    "Weights",
    "all_weights",
    "begin_of",
    "canonical",
    "check_month",
    "closing_of",
    "correct",
    "corrections_of",
    "draft",
    "end_of",
    "freeze",
    "frozen_months",
    "gather",
    "is_empty",
    "month_of",
    "newest_revisions",
    "params_of",
    "preview",
    "preview_correction",
    "results",
    "revise",
    "said_by",
    "shift_month",
    "sign",
    "weights_of",
    "who_would_move",
]
