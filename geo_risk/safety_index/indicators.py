"""From one enterprise's month to u in [0, 1] per indicator, with its variance.

Takes an `EnterpriseMonth` and the month's `Reference`, gives every indicator's u, where 1 is best.
Coverage is have of need, a rate is compared with what was to be expected of who looked, a share is
shrunk to its peers', a burden is what is overdue. Specification, sections 3 and 9.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo_risk.safety_index.parameters import (
    BURDEN,
    COVERAGE,
    FOUND_RATES,
    INDICATORS,
    MONTHLY_RATES,
    SEVERITIES,
    SHARES,
)
from geo_risk.safety_index.values import Coverage

if TYPE_CHECKING:
    from geo_risk.safety_index.parameters import IndexParams
    from geo_risk.safety_index.reference import Reference
    from geo_risk.safety_index.values import EnterpriseMonth, Overdue, Share

MISSING_MONTHS = 2
"""So many months a coverage that was not declared counts as the peers' mean, then the quartile."""


@dataclass(frozen=True)
class Measured:
    """One indicator of one enterprise.

    Parameters
    ----------
    u
        0 worst to 1 best; None where no peer has data: the indicator is left out.
    variance
        Of u.
    imputed
        Not declared, and filled in from peers.
    a, b
        Of a rate: theta = a / b; None elsewhere.
    """

    u: float | None
    variance: float = 0.0
    imputed: bool = False
    a: float | None = None
    b: float | None = None


def measure_indicators(
    one: EnterpriseMonth, reference: Reference, params: IndexParams
) -> dict[str, Measured]:
    """Measure every indicator.

    Parameters
    ----------
    one
        The enterprise's month.
    reference
        Of that month.
    params
        Of that month.

    Returns
    -------
    dict
        In the order of `parameters.INDICATORS`.
    """
    group = reference.group_of(one.id)
    found: dict[str, Measured] = {}
    for name in COVERAGE:
        found[name] = _coverage(one.coverage.get(name, Coverage(missing=1)), reference, group, name)
    found |= measure_found_rates(one, reference, params)
    for name in MONTHLY_RATES:
        monthly = reference.monthly[name]
        counts = (
            (month.count, monthly.expected(group, month.employees))
            for month in one.monthly.get(name, ())
        )
        found[name] = measure_rate(counts, monthly.tau2, monthly.phi, params)
    for name in SHARES:
        found[name] = measure_share(one.share(name), reference.share_mean(group, name), params)
    found[BURDEN] = measure_burden(one.overdue, params)
    return {name: found[name] for name in INDICATORS}


def measure_found_rates(
    one: EnterpriseMonth, reference: Reference, params: IndexParams
) -> dict[str, Measured]:
    """Measure what visits found of each severity beside what was to be expected of who looked."""
    group = reference.group_of(one.id)
    visits = sorted(one.visits, key=lambda visit: visit.id)
    found = {}
    for place, (name, severity) in enumerate(zip(FOUND_RATES, SEVERITIES, strict=True)):
        rate = reference.found[severity]
        terms = (
            (visit.found[place], rate.expected(visit.looker, group, visit.effort))
            for visit in visits
        )
        found[name] = measure_rate(terms, rate.tau2, rate.phi, params)
    return found


def measure_rate(
    terms: Iterable[tuple[float, float]], tau2: float, phi: float, params: IndexParams
) -> Measured:
    """Compare what was found with what was to be expected.

    Parameters
    ----------
    terms
        (O, e) of each visit, or month, in a fixed order; e = 0 says nothing.
    tau2, phi
        Of the reference table.

    Returns
    -------
    Measured
        u = 1 / (1 + theta / 3), theta = A / B.
    """
    a = b = 1.0 / tau2
    for seen, expected in terms:
        if expected <= 0.0:
            continue
        worth = 1.0 + phi * expected
        a += seen / worth
        b += expected / worth
    u = 1.0 / (1.0 + a / b / params.theta_scale)
    slope = u * u / params.theta_scale
    return Measured(u, slope * slope * a / (b * b), a=a, b=b)


def measure_share(share: Share, mean: float, params: IndexParams) -> Measured:
    """Shrink a share to its peers': u = (x + kappa mu) / (n + kappa)."""
    u = (share.x + params.kappa * mean) / (share.n + params.kappa)
    return Measured(u, u * (1.0 - u) / (share.n + params.kappa + 1.0))


def measure_burden(overdue: Iterable[Overdue], params: IndexParams) -> Measured:
    """Weigh what is overdue: b = sum of s f min(3, 1 + days / 30), u = 1 / (1 + b / 4)."""
    burden = 0.0
    for one in sorted(overdue, key=lambda one: one.report_id):
        factor = params.self_overdue_factor if one.self_reported else 1.0
        burden += params.points_of(one.severity) * factor * min(3.0, 1.0 + one.days / 30.0)
    return Measured(1.0 / (1.0 + burden / params.burden_scale))


def measured_share(measured: Mapping[str, Measured], params: IndexParams) -> float:
    """Give the share of the weight that was measured, neither left out nor imputed."""
    return (
        sum(
            params.weights[name]
            for name, one in measured.items()
            if one.u is not None and not one.imputed
        )
        / 100.0
    )


def _coverage(said: Coverage, reference: Reference, group: str, name: str) -> Measured:
    peers = reference.coverage_of(group, name)
    if peers is None and (said.missing or said.neutral or not said.verified):
        return Measured(None)
    if said.neutral and peers is not None:
        return Measured(peers.mean, peers.variance)
    if said.missing and peers is not None:
        late = said.missing > MISSING_MONTHS
        return Measured(peers.lower_quartile if late else peers.mean, peers.variance, imputed=True)
    u = 1.0 if said.need <= 0 else min(1.0, said.have / said.need)
    if not said.verified and peers is not None:
        u = min(u, peers.median)
    return Measured(u)
