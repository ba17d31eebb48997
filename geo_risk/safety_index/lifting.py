"""What would lift an enterprise: the fewest acts of its own that reach the next colours.

Takes its month, gives the set of acts and the score they lead to. Acts are: close all overdue
hazards; complete one named coverage; settle all open disputes; report and fix three general hazards
first. A clean visit is no act: nobody orders one. Specification, section 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from geo_risk.safety_index.indicators import Measured, measure_burden, measure_share
from geo_risk.safety_index.parameters import BURDEN, COVERAGE, INDICATORS
from geo_risk.safety_index.score import MICRO, score_indicators
from geo_risk.safety_index.values import Coverage

if TYPE_CHECKING:
    from geo_risk.safety_index.parameters import IndexParams
    from geo_risk.safety_index.reference import Reference
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
    measured: dict[str, Measured],
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
    now = score_indicators(measured, params)
    wanted = round(target * MICRO)
    if now.micro >= wanted:
        return Lift(target, (), now.micro)
    gains = _Gains(one, measured, reference, params, now.micro)
    for many in range(1, MOST_ACTS + 1):
        best: tuple[int, tuple[str, ...]] | None = None
        for acts in combinations(gains.useful, many):
            reached = now.micro + gains.of(acts)
            if reached >= wanted and (best is None or reached > best[0]):
                best = (reached, acts)
        if best is not None:
            return Lift(target, best[1], best[0])
    return Lift(target, (), now.micro)


class _Gains:
    """What acts add, in micro-points; two of them touch one indicator and are not added up."""

    def __init__(
        self,
        one: EnterpriseMonth,
        measured: dict[str, Measured],
        reference: Reference,
        params: IndexParams,
        now: int,
    ) -> None:
        self._one, self._reference, self._params = one, reference, params
        self._measured, self._now = measured, now
        self._group = reference.group_of(one.id)
        shared = (CLOSE_OVERDUE, SELF_REPORT)
        self._single = {act: self._gain((act,)) for act in ACTS if act not in shared}
        self._pair = {acts: self._gain(acts) for acts in ((), *((act,) for act in shared), shared)}
        self.useful = tuple(
            act for act in ACTS if (self._pair[(act,)] if act in shared else self._single[act]) > 0
        )

    def of(self, acts: tuple[str, ...]) -> int:
        """Give the gain of a set of acts."""
        shared = tuple(act for act in (CLOSE_OVERDUE, SELF_REPORT) if act in acts)
        return self._pair[shared] + sum(self._single[act] for act in acts if act in self._single)

    def _gain(self, acts: tuple[str, ...]) -> int:
        if not acts:
            return 0
        after = apply_acts(self._one, acts, self._params)
        changed = dict(self._measured)
        for act in acts:
            if act.startswith("complete."):
                name = act.removeprefix("complete.")
                if changed[name].u is None:
                    return 0  # left out for all: completing it alone would change the weights
                changed[name] = Measured(1.0)
        changed[BURDEN] = measure_burden(after.overdue, self._params)
        for name in ("self_found", "timeliness", "recurrence", "resolution"):
            mean = self._reference.share_mean(self._group, name)
            changed[name] = measure_share(after.share(name), mean, self._params)
        return score_indicators(changed, self._params).micro - self._now
