"""Evaluation: how good are the forecasts, by what came after them.

Events are scored in `events`. What `geo-risk evaluate` writes is made here; nothing is published.
"""

from geo_risk.evaluation.events import MODELS, evaluate_events

__all__ = ["MODELS", "evaluate_events"]
