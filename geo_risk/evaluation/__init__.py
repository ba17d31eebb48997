"""Evaluation: how good are the forecasts, by what came after them.

Events are scored in `events`, enterprise risk in `visits`. What `geo-risk evaluate` writes is made
here; nothing is published.
"""

from geo_risk.evaluation.events import MODELS, evaluate_events
from geo_risk.evaluation.visits import VisitEvaluation, evaluate_visits

__all__ = ["MODELS", "VisitEvaluation", "evaluate_events", "evaluate_visits"]
