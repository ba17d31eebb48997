"""The sample park: a synthetic park street, drawn from a known truth."""

from data.sample_park.park import Park, simulate
from data.sample_park.truth import Truth

__all__ = ["Park", "Truth", "simulate"]
