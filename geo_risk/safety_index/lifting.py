"""What would lift an enterprise: the fewest acts of its own that reach the next colours.

Takes its month, gives the set of acts and the score they lead to. Acts are: close all overdue
hazards; complete one named coverage; settle all open disputes; report and fix three general hazards
first. A clean visit is no act: nobody orders one. Specification, section 5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from geo_risk.safety_index.indicators import measure_burden, measure_share
from geo_risk.safety_index.parameters import BURDEN, COVERAGE, INDICATORS
from geo_risk.safety_index.score import MICRO, score_indicators
from geo_risk.safety_index.values import Coverage

if TYPE_CHECKING:
    from geo_risk.safety_index.indicators import Measured
    from geo_risk.safety_index.parameters import IndexParams
    from geo_risk.safety_index.reference import Reference
    from geo_risk.safety_index.score import Score
    from geo_risk.safety_index.values import EnterpriseMonth

CLOSE_OVERDUE, SETTLE_DISPUTES, SELF_REPORT = "close_overdue", "settle_disputes", "self_report"
MOST_ACTS = 6
SELF_REPORTED = 3

ACTS = (
    CLOSE_OVERDUE,
    *(f"complete.{name}" for name in INDICATORS if name in COVERAGE),
    SETTLE_DISPUTES,
    SELF_REPORT,
)
"""The catalogue, in the order in which ties are broken."""


@dataclass(frozen=True)
class Lift:
    """What reaches a target: the acts and the score in micro-points; no acts: nothing does."""

    target: float
    acts: tuple[str, ...]
    micro: int


def apply_acts(one: EnterpriseMonth, acts: Sequence[str], params: IndexParams) -> EnterpriseMonth:
    """Give the month as it would be after these acts."""
    for act in acts:
        if act == CLOSE_OVERDUE:
            one = replace(
                one.with_share("recurrence", len(one.overdue), len(one.overdue)),
                overdue=(),
                major_overdue=(),
            )
        elif act == SETTLE_DISPUTES:
            one = replace(one.with_share("resolution", one.open_disputes, 0), open_disputes=0)
        elif act == SELF_REPORT:
            points = min(
                SELF_REPORTED * params.points_of("general"),
                max(0.0, params.month_cap_points - one.credited_points),
            )
            one = one.with_share("self_found", points, points)
            for name in ("timeliness", "recurrence"):
                one = one.with_share(name, SELF_REPORTED, SELF_REPORTED)
        else:
            name = act.removeprefix("complete.")
            said = one.coverage.get(name, Coverage(missing=1))
            need = said.need if said.need > 0 else 1.0
            one = replace(one, coverage={**one.coverage, name: Coverage(need, need)})
    return one


def find_lift(
    one: EnterpriseMonth,
    measured: Mapping[str, Measured],
    reference: Reference,
    params: IndexParams,
    target: float,
) -> Lift:
    """Find the fewest acts that reach a target; then the highest score, then catalogue order.

    Parameters
    ----------
    one, measured
        The enterprise's month and its indicators.
    reference, params
        Of that month.
    target
        Points: a cut + the margin.

    Returns
    -------
    Lift
    """
    return find_lifts(one, measured, reference, params, {"": target})[""]


def find_lifts(
    one: EnterpriseMonth,
    measured: Mapping[str, Measured],
    reference: Reference,
    params: IndexParams,
    targets: Mapping[str, float],
) -> dict[str, Lift]:
    """Find the acts for several targets, by name; as `find_lift` for each."""
    now = score_indicators(measured, params)
    gains = None
    lifts = {}
    for name, target in targets.items():
        wanted = round(target * MICRO)
        if now.micro >= wanted:
            lifts[name] = Lift(target, (), now.micro)
            continue
        gains = gains or _Gains(one, reference, params, now)
        lifts[name] = gains.reach(target, wanted - now.micro)
    return lifts


class _Gains:
    """What acts add, in micro-points; two of them touch one indicator and are not added up."""

    def __init__(
        self, one: EnterpriseMonth, reference: Reference, params: IndexParams, now: Score
    ) -> None:
        self._one, self._reference, self._params, self._now = one, reference, params, now
        self._group = reference.group_of(one.id)
        shared = (CLOSE_OVERDUE, SELF_REPORT)
        self._single = {act: self._gain((act,)) for act in ACTS if act not in shared}
        self._pair = {acts: self._gain(acts) for acts in ((), *((act,) for act in shared), shared)}
        self._useful = tuple(
            act for act in ACTS if (self._pair[(act,)] if act in shared else self._single[act]) > 0
        )

    def reach(self, target: float, lacks: int) -> Lift:
        """Give the fewest acts that gain what is lacking."""
        for many in range(1, MOST_ACTS + 1):
            best: tuple[int, tuple[str, ...]] | None = None
            for acts in combinations(self._useful, many):
                gain = self._of(acts)
                if gain >= lacks and (best is None or gain > best[0]):
                    best = (gain, acts)
            if best is not None:
                return Lift(target, best[1], self._now.micro + best[0])
        return Lift(target, (), self._now.micro)

    def _of(self, acts: tuple[str, ...]) -> int:
        shared = tuple(act for act in (CLOSE_OVERDUE, SELF_REPORT) if act in acts)
        return self._pair[shared] + sum(self._single[act] for act in acts if act in self._single)

    def _gain(self, acts: tuple[str, ...]) -> int:
        """Measure again what these acts touch; every other part of the score stays."""
        after = apply_acts(self._one, acts, self._params)
        gain = 0
        for name in dict.fromkeys(name for act in acts for name in _touched(act)):
            if name not in self._now.parts:
                return 0  # left out for all: completing it alone would change the weights
            if name == BURDEN:
                u = measure_burden(after.overdue, self._params).u
            elif name in COVERAGE:
                u = 1.0
            else:
                mean = self._reference.share_mean(self._group, name)
                u = measure_share(after.share(name), mean, self._params).u
            assert u is not None  # noqa: S101  (burden and shares always are)
            gain += round(MICRO * self._now.weights[name] * u) - self._now.parts[name]
        return gain


def _touched(act: str) -> tuple[str, ...]:
    """Give the indicators that an act changes."""
    if act == CLOSE_OVERDUE:
        return (BURDEN, "recurrence")
    if act == SELF_REPORT:
        return ("self_found", "timeliness", "recurrence")
    return ("resolution",) if act == SETTLE_DISPUTES else (act.removeprefix("complete."),)
