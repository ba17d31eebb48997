"""What the safety index is made of: indicators, weights, cuts; every number of the specification.

Gives frozen values, checked when built. The defaults are those of docs/safety-index-rules.md,
section 10; a park file's `[safety_index]` changes them, and weights only from the month after two
persons signed them. Nothing here looks at data.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from geo_risk.errors import InputError

SEVERITIES = ("major", "general", "minor")
"""The order of every triple of severities."""

COVERAGE = ("guards", "rules", "training", "drills", "services", "participation", "outreach")
SHARES = ("self_found", "timeliness", "recurrence", "resolution")
FOUND_RATES = ("rate_major", "rate_general", "rate_minor")
MONTHLY_RATES = ("incidents", "disputes", "fraud_loss")
BURDEN = "overdue"

INDICATORS = (
    "guards",
    "rules",
    "training",
    "drills",
    "services",
    "participation",
    "self_found",
    "rate_major",
    "rate_general",
    "rate_minor",
    "overdue",
    "timeliness",
    "recurrence",
    "incidents",
    "disputes",
    "resolution",
    "fraud_loss",
    "outreach",
)
"""Every indicator in the order of the specification, section 2."""

DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "self_governance": INDICATORS[:7],
    "hazards": INDICATORS[7:13],
    "incidents": INDICATORS[13:16],
    "fraud": INDICATORS[16:],
}
"""Dimension to its indicators."""

_WEIGHTS = (4, 4, 5, 4, 3, 4, 6, 8, 6, 6, 10, 8, 7, 6, 4, 5, 5, 5)

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class IndexParams:
    """Every number of the index.

    Parameters
    ----------
    weights
        Indicator to points; all of them, summing to 100.
    window_months, incident_window_months
        Visits and hazards; incidents, disputes and fraud.
    z
        Of the 90 % interval and of ties.
    theta_scale
        u = 1 / (1 + theta / scale).
    kappa
        Cases by which a share is shrunk to its peers'.
    burden_scale
        u = 1 / (1 + b / scale).
    severity_points, due_days
        By severity: major, general, minor.
    extension_days
        The one extension: major, general; a minor has none.
    self_overdue_factor, month_cap_points, recheck_share
        Of self-reported hazards (section 6).
    cuts, margin, dwell_months
        Colours and their hysteresis (section 7).
    worst_share, slip_months, repeat_days
        Of routine slips (section 8).
    least_measured
        Share of the weight that must be measured for a rank.
    """

    weights: Mapping[str, float] = field(
        default_factory=lambda: dict(zip(INDICATORS, map(float, _WEIGHTS), strict=True))
    )
    window_months: int = 24
    incident_window_months: int = 12
    z: float = 1.6448536269514722
    theta_scale: float = 3.0
    kappa: float = 4.0
    burden_scale: float = 4.0
    severity_points: Triple = (4.0, 2.0, 1.0)
    due_days: tuple[int, int, int] = (30, 15, 7)
    extension_days: tuple[int, int] = (90, 30)
    self_overdue_factor: float = 0.25
    month_cap_points: float = 6.0
    recheck_share: float = 0.10
    cuts: Triple = (80.0, 70.0, 60.0)
    margin: float = 1.0
    dwell_months: int = 2
    worst_share: float = 0.10
    slip_months: int = 2
    repeat_days: int = 90
    least_measured: float = 0.60

    def __post_init__(self) -> None:
        """Refuse weights that are not all there, negative, or not 100 together; reversed cuts."""
        missing = [one for one in INDICATORS if one not in self.weights]
        unknown = [one for one in self.weights if one not in INDICATORS]
        if missing or unknown:
            raise InputError(
                f"Weights of the safety index: missing {missing}, unknown {unknown}.",
                f"Give a weight to each of {', '.join(INDICATORS)}.",
            )
        values = list(self.weights.values())
        if not all(math.isfinite(one) and one >= 0 for one in values):
            raise InputError("A weight of the safety index is negative.", "Give 0 or more.")
        if abs(sum(values) - 100.0) > 1e-9:
            raise InputError(
                f"The weights of the safety index sum to {sum(values):g}.", "They must sum to 100."
            )
        if not self.cuts[0] > self.cuts[1] > self.cuts[2]:
            raise InputError(f"Cuts {self.cuts} do not fall.", "Give them from the highest.")

    def points_of(self, severity: str) -> float:
        """Give the points of a severity."""
        return self.severity_points[SEVERITIES.index(severity)]
