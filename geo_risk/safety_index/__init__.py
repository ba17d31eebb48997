"""Safety index (安商指数): a monthly score of each enterprise, its interval, colour and reminder.

Values in, values out: nothing here reads a store. The formula is docs/safety-index-rules.md,
an open design of our own that claims nothing about another index.
"""

from geo_risk.safety_index.lifting import ACTS, Lift
from geo_risk.safety_index.month import Month, Result, compute_month, state_after
from geo_risk.safety_index.parameters import DIMENSIONS, INDICATORS, IndexParams
from geo_risk.safety_index.reference import Reference, fit_reference
from geo_risk.safety_index.score import Score
from geo_risk.safety_index.values import (
    CountedVisit,
    Coverage,
    EnterpriseMonth,
    MonthCount,
    Overdue,
    PastMonth,
    Share,
)

__all__ = [
    "ACTS",
    "DIMENSIONS",
    "INDICATORS",
    "CountedVisit",
    "Coverage",
    "EnterpriseMonth",
    "IndexParams",
    "Lift",
    "Month",
    "MonthCount",
    "Overdue",
    "PastMonth",
    "Reference",
    "Result",
    "Score",
    "Share",
    "compute_month",
    "fit_reference",
    "state_after",
]
